/* The ledger lists and counts, the registry knows names, and what may be shown is asked afresh. */
#include "console/whose/without_patient.h"

#include "base/mem.h"
#include "console/documents/places.h"
#include "console/inside.h"
#include "console/readers.h"
#include "console/views/view_log.h"
#include "document/row.h"
#include "ledger/unlinked.h"
#include "registry/review.h"

static char *text_of(struct span text)
{
    return text.at ? span_text(text) : mem_text("");
}

/* --- ids -------------------------------------------------------------------------------------- */

void without_patient_ids_clear(struct without_patient_ids *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].id);
        free(list->items[i].first_name);
        free(list->items[i].last_name);
        free(list->items[i].born);
        free(list->items[i].patient);
    }
    free(list->items);
    free(list->next);
    *list = (struct without_patient_ids){ 0 };
}

static void id_take(void *arg, struct span id, int64_t documents)
{
    struct without_patient_ids *list = arg;

    list->items[list->count++] =
        (struct without_patient_id){ .id = text_of(id), .documents = documents };
}

static void known_take(void *arg, const struct registry_in_roster *known)
{
    struct without_patient_id *one = arg;

    one->is_in_roster = known->filemaker.is_there;
    one->first_name = text_of(known->filemaker.first_name);
    one->last_name = text_of(known->filemaker.last_name);
    one->born = text_of(known->filemaker.dob);
    one->patient = text_of(known->patient);
    one->is_doubted = known->is_doubted;
}

static bool ids_read(struct exchange *x, const char *from, int64_t limit,
                     struct without_patient_ids *list, struct err *err)
{
    auto_borrowed reader = { 0 };

    return reader_borrow(x->console->readers, &reader, err)
           && ledger_unlinked_patients(reader.ledger, from, limit, id_take, list, err);
}

static bool ids_name(struct exchange *x, struct without_patient_ids *list, struct err *err)
{
    auto_loan loan = { 0 };
    struct registry *registry;

    if (!places_registry(x->console->places, &loan, &registry, err))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!registry_review_roster(registry, span_of(list->items[i].id), known_take,
                                    &list->items[i], err))
            return false;
    return true;
}

static bool ids_note(struct exchange *x, const struct without_patient_ids *list, struct err *err)
{
    auto_free char *detail =
        mem_printf("documents without a patient: %zu of FileMaker's ids", list->count);

    return view_of(x, (struct view_entry){ .what = VIEW_SEARCH, .detail = detail }, err);
}

/* The cursor is the first id of the page: who makes one up sees no more than who leafs. */
bool without_patient_page(struct exchange *x, int64_t limit, struct without_patient_ids *list_r,
                          struct err *err)
{
    const char *from = request_query(x->request, "cursor");

    *list_r = (struct without_patient_ids){ mem_zero(((size_t)limit + 1) * sizeof *list_r->items),
                                            0, NULL };
    if (!ids_read(x, from ? from : "", limit + 1, list_r, err))
        return false;
    if (list_r->count > (size_t)limit) {
        list_r->count--;
        list_r->next = take(list_r->items[list_r->count].id);
        list_r->items[list_r->count] = (struct without_patient_id){ 0 };
    }
    return ids_name(x, list_r, err) && ids_note(x, list_r, err);
}

/* --- documents -------------------------------------------------------------------------------- */

void without_patient_documents_clear(struct without_patient_documents *found)
{
    visible_list_clear(&found->shown);
}

/* Rows of a page, and the number of the last document on it. */
struct row_taking {
    const char *source;
    struct uuid rows[VISIBLE_MOST + 1];
    int64_t documents[VISIBLE_MOST + 1];
    size_t count;
};

static void row_take(void *arg, const struct ledger_unlinked *one)
{
    struct row_taking *taking = arg;
    auto_free char *identity = text_of(one->identity), *container = text_of(one->container);

    taking->documents[taking->count] = one->document;
    taking->rows[taking->count++] = row_id(taking->source, identity, container, one->repetition);
}

static bool rows_read(struct exchange *x, const char *id, int64_t after, int64_t limit,
                      struct row_taking *taking, struct err *err)
{
    auto_borrowed reader = { 0 };

    return reader_borrow(x->console->readers, &reader, err)
           && ledger_unlinked_documents(reader.ledger, id, after, limit, row_take, taking, err);
}

static bool documents_note(struct exchange *x, const char *id,
                           const struct without_patient_documents *found, struct err *err)
{
    auto_free char *detail = mem_printf("documents without a patient, of FileMaker's id '%s': %zu",
                                        id, found->shown.count);

    return view_of(x, (struct view_entry){ .what = VIEW_SEARCH, .detail = detail }, err);
}

bool without_patient_list(struct exchange *x, int64_t limit,
                          struct without_patient_documents *found_r, struct err *err)
{
    const char *of = request_query(x->request, "of"), *id = of ? of : "";
    auto_free char *seal = mem_printf("unlinked\n%s", id);
    struct row_taking taking = { .source = x->console->engine->source_name };
    struct cursor cursor;
    size_t count;

    *found_r = (struct without_patient_documents){ 0 };
    if (!cursor_read(&x->console->cursor_key, span_of(seal), request_query(x->request, "cursor"),
                     &cursor, err)
        || !rows_read(x, id, cursor.at[0], limit + 1, &taking, err))
        return false;
    count = taking.count > (size_t)limit ? (size_t)limit : taking.count;
    if (!visible_ask(x->console, taking.rows, count, &found_r->shown, err))
        return false;
    found_r->hidden = (int64_t)(count - found_r->shown.count);
    if (taking.count > count) {
        cursor = (struct cursor){ { taking.documents[count - 1] } };
        (void)cursor_text(&x->console->cursor_key, span_of(seal), &cursor, found_r->next);
    }
    return documents_note(x, id, found_r, err);
}
