/* The application says what is away; the ledger says, as for all that is shown, whether it may be seen. */
#include "console/upload/away.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "console/documents/places.h"
#include "console/index/finding.h"
#include "console/index/indexer.h"
#include "console/inside.h"
#include "console/views/view_log.h"
#include "registry/away.h"
#include "upload/change.h"

/* --- taking away and bringing back ------------------------------------------------------------ */

static bool change_note(struct exchange *x, const struct visible *d, const char *outcome,
                        const char *reason, struct err *err)
{
    char row[UUID_TEXT_SIZE];

    return view_of(x,
                   (struct view_entry){ .what = d->is_away ? VIEW_BACK : VIEW_AWAY,
                                        .outcome = outcome,
                                        .row = uuid_text(&d->row, row),
                                        .patient = d->patient,
                                        .document = d->document,
                                        .detail = reason },
                   err);
}

static bool reason_fits(struct exchange *x, const char *reason)
{
    return utf8_count(span_of(reason)) <= AWAY_REASON_MOST
           || refuse(x, PROBLEM_BAD_REQUEST, "a reason has %d characters at most",
                     AWAY_REASON_MOST);
}

bool away_change(struct exchange *x, const struct visible *d, const char *reason, struct err *err)
{
    bool there;

    if (!reason_fits(x, reason) || !change_note(x, d, "asked", reason, err)
        || !change_active(x->console->uploads, &d->row, d->is_away, &there, err))
        return false;
    if (!there)
        return refuse(x, PROBLEM_NOT_MET,
                      "the application has no column is_active, by which it takes documents away");
    indexer_look(x->console->indexer, d->document);
    return change_note(x, d, NULL, reason, err);
}

/* --- what is away ----------------------------------------------------------------------------- */

void away_list_clear(struct away_list *list)
{
    visible_list_clear(&list->shown);
}

struct away_rows {
    struct uuid rows[VISIBLE_MOST + 1];
    size_t count;
};

static void row_take(void *arg, const struct uuid *row)
{
    struct away_rows *taken = arg;

    taken->rows[taken->count++] = *row;
}

static bool rows_read(struct exchange *x, const char *patient, const struct uuid *after,
                      int64_t limit, struct away_rows *taken, struct err *err)
{
    auto_loan loan = { 0 };
    struct registry *registry;

    return places_registry(x->console->places, &loan, &registry, err)
           && registry_each_away(registry, patient, after, limit, row_take, taken, err);
}

static bool list_note(struct exchange *x, const char *patient, const struct away_list *list,
                      struct err *err)
{
    auto_free char *detail = mem_printf("taken away: %zu", list->shown.count);

    return view_of(x,
                   (struct view_entry){ .what = patient ? VIEW_LIST : VIEW_SEARCH,
                                        .patient = patient,
                                        .detail = detail },
                   err);
}

/* The place is the row's id, in the two numbers that have its bytes. */
static struct cursor cursor_of(const struct uuid *row)
{
    struct cursor cursor = { { 0 } };

    memcpy(cursor.at, row, sizeof *row);
    return cursor;
}

static bool list_read(struct exchange *x, const char *patient, int64_t limit,
                      struct away_list *list, struct err *err)
{
    auto_free char *seal = mem_printf("away\n%s", patient ? patient : "");
    struct away_rows taken = { .count = 0 };
    struct cursor cursor;
    struct uuid after;
    size_t count;

    if (!cursor_read(&x->console->cursor_key, span_of(seal), request_query(x->request, "cursor"),
                     &cursor, err))
        return false;
    memcpy(&after, cursor.at, sizeof after);
    if (!rows_read(x, patient, &after, limit + 1, &taken, err))
        return false;
    count = taken.count > (size_t)limit ? (size_t)limit : taken.count;
    if (!visible_ask_away(x->console, taken.rows, count, &list->shown, err))
        return false;
    list->hidden = (int64_t)(count - list->shown.count);
    if (taken.count > count) {
        cursor = cursor_of(&taken.rows[count - 1]);
        (void)cursor_text(&x->console->cursor_key, span_of(seal), &cursor, list->next);
    }
    return list_note(x, patient, list, err);
}

bool away_page(struct exchange *x, int64_t limit, struct away_list *list_r, struct err *err)
{
    const char *patient = request_query(x->request, "patient");
    auto_finding_person person = { 0 };

    *list_r = (struct away_list){ 0 };
    if (!patient || !*patient)
        return list_read(x, NULL, limit, list_r, err);
    return finding_person_of(x, patient, &person, err)
           && list_read(x, person.people.items[0].patient, limit, list_r, err);
}
