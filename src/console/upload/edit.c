/* Ledger and row are changed by the uploads' run, which compares once more with what was seen. */
#include "console/upload/edit.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "console/documents/places.h"
#include "console/index/indexer.h"
#include "console/inside.h"
#include "console/upload/described.h"
#include "console/views/view_log.h"
#include "upload/change.h"

bool edit_is_allowed(struct exchange *x, const struct visible *d)
{
    return d->is_upload
           || refuse(x, PROBLEM_NOT_MET,
                     "the document was moved from FileMaker: its values stand as they are there, "
                     "and are changed there");
}

static bool wish_is_good(struct exchange *x, const struct edit_wish *wish)
{
    return described_is_good(x, wish->type, wish->day)
           && (utf8_count(span_of(wish->reason)) <= EDIT_REASON_MOST
               || refuse(x, PROBLEM_BAD_REQUEST, "a reason has %d characters at most",
                         EDIT_REASON_MOST));
}

/* "Letter 2024-03-01, was Scan: reason". */
static bool edit_note(struct exchange *x, const struct visible *d, const struct edit_wish *wish,
                      const char *outcome, struct err *err)
{
    auto_free char *detail = mem_printf("%s %s, was %s %s%s%s", wish->type, wish->day, d->type,
                                        d->day, *wish->reason ? ": " : "", wish->reason);
    char row[UUID_TEXT_SIZE];

    return view_of(x,
                   (struct view_entry){ .what = VIEW_EDIT,
                                        .outcome = outcome,
                                        .row = uuid_text(&d->row, row),
                                        .patient = d->patient,
                                        .document = d->document,
                                        .detail = detail },
                   err);
}

static bool document_edit(struct exchange *x, const struct visible *d, const struct edit_wish *wish,
                          enum upload_edit_outcome *outcome_r, struct err *err)
{
    struct ledger_upload_edit edit = { .document = d->document,
                                       .epoch = d->epoch,
                                       .type = wish->type,
                                       .day = wish->day,
                                       .day_before = d->day,
                                       .who = x->who.name,
                                       .reason = wish->reason };
    auto_loan loan = { 0 };
    struct store *store;

    return places_store(x->console->places, &loan, &store, err)
           && change_upload(x->console->uploads, &edit, store_bucket(store), outcome_r, err);
}

static bool outcome_tell(struct exchange *x, const struct visible *d, const struct edit_wish *wish,
                         enum upload_edit_outcome outcome, struct err *err)
{
    if (outcome == UPLOAD_EDIT_DONE) {
        indexer_look(x->console->indexer, d->document);
        return edit_note(x, d, wish, NULL, err);
    }
    if (!edit_note(x, d, wish, "refused", err))
        return false;
    return outcome == UPLOAD_EDIT_STALE
               ? refuse(x, PROBLEM_STALE, "the document was changed meanwhile")
               : refuse(x, PROBLEM_NOT_THERE, "the application has no row of it any more");
}

bool edit_change(struct exchange *x, const struct visible *d, const struct edit_wish *wish,
                 struct err *err)
{
    enum upload_edit_outcome outcome;

    if (!edit_is_allowed(x, d) || !wish_is_good(x, wish))
        return false;
    if (strcmp(wish->type, d->type) == 0 && strcmp(wish->day, d->day) == 0)
        return true;
    return edit_note(x, d, wish, "asked", err) && document_edit(x, d, wish, &outcome, err)
           && outcome_tell(x, d, wish, outcome, err);
}
