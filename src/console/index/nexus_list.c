/* The application says which rows there are and in which order; each is asked about before it counts. */
#include "console/index/nexus_list.h"

#include "base/mem.h"
#include "console/documents/places.h"
#include "console/index/finding.h"
#include "console/inside.h"
#include "console/views/view_log.h"
#include "document/key.h"
#include "registry/members.h"

enum { MEMBERS_MAX = 16 * 1024 * 1024, SLUG_MAX = 1024 };

void nexus_list_clear(struct nexus_list *list)
{
    for (size_t i = 0; i < list->members_count; i++)
        str_clear(&list->members[i]);
    free(list->members);
    *list = (struct nexus_list){ 0 };
}

/* --- rows ------------------------------------------------------------------------------------- */

struct nexus_rows {
    struct uuid *items;
    size_t count;
};

static void row_take(void *arg, const struct uuid *row)
{
    struct nexus_rows *rows = arg;

    rows->items[rows->count++] = *row;
}

/* The column has types in the short form; whoever spells one out means the same. */
static bool rows_ask(struct exchange *x, const struct nexus_choice *choice, const char *patient,
                     struct nexus_rows *rows, struct err *err)
{
    auto_str slug = STR_MAX(SLUG_MAX);
    auto_loan loan = { 0 };
    struct registry *registry;

    if (choice->category)
        key_slug(&slug, span_of(choice->category));
    if (!places_registry(x->console->places, &loan, &registry, err)
        || !registry_each_of_patient(registry, patient, choice->category ? str_text(&slug) : NULL,
                                     NEXUS_DOCUMENTS_MOST + 1, row_take, rows, err))
        return false;
    return rows->count <= NEXUS_DOCUMENTS_MOST
           || err_set(err, ERR_DATA, 0,
                      "the patient has more than %d documents: ask for one category",
                      NEXUS_DOCUMENTS_MOST);
}

/* Keeps those that may be shown, in their order. */
static bool rows_sift(struct exchange *x, struct nexus_rows *rows, struct err *err)
{
    size_t kept = 0;

    for (size_t at = 0; at < rows->count; at += VISIBLE_MOST) {
        size_t count = rows->count - at < VISIBLE_MOST ? rows->count - at : VISIBLE_MOST;
        auto_visible_list shown = { 0 };

        if (!visible_ask(x->console, rows->items + at, count, &shown, err))
            return false;
        for (size_t i = 0; i < shown.count; i++)
            rows->items[kept++] = shown.items[i].row;
    }
    rows->count = kept;
    return true;
}

/* --- members ---------------------------------------------------------------------------------- */

struct members_taking {
    const struct uuid *rows;
    size_t count;
    struct str *members;
};

static void members_take(void *arg, const struct uuid *row, struct span members)
{
    struct members_taking *taking = arg;

    for (size_t i = 0; i < taking->count; i++)
        if (memcmp(&taking->rows[i], row, sizeof *row) == 0 && taking->members[i].size == 0)
            str_add_span(&taking->members[i], members);
}

static bool members_ask(struct exchange *x, const struct uuid *rows, size_t count,
                        bool with_metadata, struct str *members, struct err *err)
{
    struct members_taking taking = { rows, count, members };
    auto_loan loan = { 0 };
    struct registry *registry;

    for (size_t i = 0; i < count; i++)
        members[i] = (struct str)STR_MAX(MEMBERS_MAX);
    return count == 0
           || (places_registry(x->console->places, &loan, &registry, err)
               && registry_each_members(registry, rows, count, with_metadata, members_take, &taking,
                                        err));
}

static bool page_take(struct exchange *x, const struct nexus_choice *choice,
                      const struct nexus_rows *rows, struct nexus_list *list, struct err *err)
{
    size_t first = (size_t)choice->offset < rows->count ? (size_t)choice->offset : rows->count;
    size_t rest = rows->count - first;

    list->count = (int64_t)rows->count;
    list->members_count = rest < (size_t)choice->limit ? rest : (size_t)choice->limit;
    list->members = mem_zero((list->members_count + 1) * sizeof *list->members);
    return members_ask(x, rows->items + first, list->members_count, choice->with_metadata,
                       list->members, err);
}

static bool list_note(struct exchange *x, const char *patient, const struct nexus_choice *choice,
                      const struct nexus_list *list, struct err *err)
{
    auto_free char *detail =
        mem_printf("documents%s%s from %jd on: %zu of %jd", choice->category ? " of type " : "",
                   choice->category ? choice->category : "", (intmax_t)choice->offset,
                   list->members_count, (intmax_t)list->count);

    return view_of(
        x, (struct view_entry){ .what = VIEW_LIST, .patient = patient, .detail = detail }, err);
}

bool nexus_list(struct exchange *x, const struct nexus_choice *choice, struct nexus_list *list_r,
                struct err *err)
{
    auto_free struct uuid *items = mem_zero((NEXUS_DOCUMENTS_MOST + 2) * sizeof *items);
    struct nexus_rows rows = { items, 0 };
    auto_finding_person person = { 0 };
    const char *patient;

    *list_r = (struct nexus_list){ 0 };
    if (!finding_person_of(x, choice->patient, &person, err))
        return false;
    patient = person.people.items[0].patient;
    return rows_ask(x, choice, patient, &rows, err) && rows_sift(x, &rows, err)
           && page_take(x, choice, &rows, list_r, err)
           && list_note(x, patient, choice, list_r, err);
}

bool nexus_members(struct exchange *x, const struct visible *document, bool with_metadata,
                   struct str *to, struct err *err)
{
    auto_str members = STR_MAX(MEMBERS_MAX);

    if (!members_ask(x, &document->row, 1, with_metadata, &members, err))
        return false;
    if (members.size == 0)
        return refuse(x, PROBLEM_NOT_THERE, "its row is gone");
    str_add_span(to, str_span(&members));
    return true;
}
