/* The steps of one document, in order, and what is checked once its record is read. */
#include "transfer/transfer.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "document/dates.h"
#include "engine/writes_document.h"
#include "http/http.h"
#include "transfer/commit.h"
#include "transfer/filling.h"
#include "transfer/mark.h"
#include "transfer/outcome.h"
#include "transfer/reaction.h"
#include "transfer/record.h"
#include "transfer/tries.h"
#include "transfer/upload.h"

/* Longer than this no mark waits for others to be read back with it, but for a download's time. */
#define CONFIRM_US (5 * TIME_SECOND)

/* A record that was read this long ago is as good as new: an edit since is met at the next try. */
#define FRESH_US (10 * TIME_SECOND)

static void transfer_free(struct transfer *t)
{
    download_clear(&t->download);
    ledger_version_clear(&t->version);
    ledger_reaction_clear(&t->reaction);
    facts_clear(&t->facts);
    records_release(t->records);
    assignment_free(t->assignment);
    free(t);
}

/*
 * Another id under a known record id: the file was restored or rebuilt, and nothing can be
 * trusted.
 */
static bool is_same_document(struct transfer *t)
{
    if (span_is(str_span(&t->facts.identity), t->claim->identity))
        return true;
    if (t->engine->settings->accept_rebuilt)
        return failure_say(&t->failure, FAILURE_SOURCE_REJECTED, "fetch",
                           "record %ju belongs to another document now",
                           (uintmax_t)t->claim->record_id);
    (void)failure_say(&t->failure, FAILURE_INTEGRITY, "fetch",
                      "record %ju was document %.64s and is now %.64s: the FileMaker file was "
                      "restored or rebuilt. If that was meant: fmferry run --accept-rebuilt",
                      (uintmax_t)t->claim->record_id, t->claim->identity,
                      str_text(&t->facts.identity));
    t->failure.run_wide = true;
    return false;
}

/* Type and patient are part of the key, and the claim was made with those that the census saw. */
static bool is_as_claimed(struct transfer *t)
{
    const char *patient_id = t->claim->patient_id ? t->claim->patient_id : "";

    if (span_is(str_span(&t->facts.patient_id), patient_id)
        && span_is(t->facts.type, t->claim->type))
        return true;
    return failure_say(&t->failure, FAILURE_SOURCE_CHANGED, "fetch",
                       "type or patient was edited since the record was counted");
}

/*
 * A date of birth in the document itself, where the layout has one, is as good as the roster's: if
 * they disagree, nobody can be sure whose document this is.
 */
static bool patient_agrees(struct transfer *t)
{
    const struct source_fields *fields = &t->engine->settings->fields;
    struct assignment *a = t->assignment;
    struct span told = filemaker_text(t->record, fields->patient_dob);

    if (a->match == REGISTRY_ONE_PATIENT && *a->patient_dob
        && dates_contradict(told, fields_date_form(fields, fields->patient_dob), a->patient_dob)) {
        a->match = REGISTRY_REVIEW;
        a->doubt = "the document names another date of birth than its patient has";
    }
    return true;
}

/*
 * A first claim does not ask for earlier marks. There may be one all the same: a test of writing
 * that could not take it back.
 */
static bool marks_ask(struct transfer *t)
{
    struct err err = { 0 };

    return t->claim->epoch > 1 || ask_marks(t->engine->writer, t->assignment, &err)
           || failure_of_writer(&t->failure, "fetch", &err);
}

static bool transfer_mark_is_ours(const struct transfer *t)
{
    for (size_t i = 0; i < t->assignment->mark_count; i++)
        if (dates_stamp_equal(t->facts.mark, span_of(t->assignment->marks[i])))
            return true;
    return false;
}

/* A mark that we never meant to write is somebody else's, for reasons that we do not know. */
static bool mark_is_ours_or_none(struct transfer *t)
{
    if (t->facts.mark.size == 0)
        return true;
    if (transfer_mark_is_ours(t))
        return true;
    if (!marks_ask(t))
        return false;
    if (transfer_mark_is_ours(t))
        return true;
    if (reaction_altered_mark(t))
        return reaction_report_altered(t);
    t->mark_is_foreign = true;
    if (t->engine->settings->adopt)
        return true;
    return failure_say(&t->failure, FAILURE_SOURCE_MARKED, "fetch",
                       "the mark field holds a value that this migration did not write");
}

/* Nothing is put for a record whose fields could not be filled. */
static bool fields_are_free(struct transfer *t)
{
    return t->mark_is_foreign || filling_is_free(t);
}

static bool has_contents(struct transfer *t)
{
    if (content_source_is_outside(t->engine->settings, &t->facts))
        return true;
    switch (t->facts.content) {
    case FILEMAKER_STREAM:
    case FILEMAKER_REFERENCE:
        return true;
    case FILEMAKER_EMPTY:
        return failure_say(&t->failure, FAILURE_CONTAINER_EMPTY, "fetch", "the container is empty");
    case FILEMAKER_NO_ACCESS:
        return failure_say(&t->failure, FAILURE_CONTAINER_NO_ACCESS, "fetch",
                           "the account may not see the container");
    case FILEMAKER_UNKNOWN:
        return failure_say(&t->failure, FAILURE_CONTAINER_UNAVAILABLE, "fetch",
                           "the container holds %zu bytes of text that are neither a stream nor a "
                           "path",
                           t->facts.value.size);
    }
    abort();
}

static bool record_is_right(struct transfer *t)
{
    return is_same_document(t) && is_as_claimed(t) && patient_agrees(t) && mark_is_ours_or_none(t)
           && fields_are_free(t) && has_contents(t);
}

static bool transfer_download(struct transfer *t)
{
    return download_open(t->worker, t->claim, &t->facts, tries_is_last(t), &t->download,
                         &t->failure);
}

/*
 * As a server answers a URL whose session or file it no longer knows. A file that is missing a
 * moment after its record was read is missing.
 */
static bool is_stale_url(const struct transfer *t, const struct err *why)
{
    return why->kind == ERR_REMOTE && why->reason == 0
           && (why->code == HTTP_UNAUTHORIZED || why->code == 302
               || (why->code == HTTP_NOT_FOUND && time_now_us() - t->record->asked_us > FRESH_US));
}

/*
 * A URL that was read some time ago may be stale: the record is read by itself, and that is no try
 * of the document. A file that is missing from an unaltered record stays missing.
 */
static bool download_anew(struct transfer *t)
{
    struct failure first = t->failure;
    uint64_t mod_id = t->record->mod_id;

    if (!t->is_read_ahead || !is_stale_url(t, &first.why))
        return false;
    t->failure = (struct failure){ 0 };
    download_clear(&t->download);
    if (!record_read(t) || !record_is_right(t))
        return false;
    if (first.why.code == HTTP_NOT_FOUND && t->record->mod_id == mod_id) {
        t->failure = first;
        return false;
    }
    return transfer_download(t);
}

static bool transfer_fetch(struct transfer *t)
{
    return record_read_ahead(t) && record_is_right(t) && (transfer_download(t) || download_anew(t));
}

/* Each step has a failpoint, so that tests can kill us between any two. */
static bool transfer_steps(struct transfer *t)
{
    FAILPOINT("move.begun");
    if (!transfer_fetch(t))
        return false;
    FAILPOINT("move.fetched");
    if (!upload_file(t))
        return false;
    FAILPOINT("move.put");
    if (!commit_document(t))
        return false;
    FAILPOINT("move.recorded");
    return mark_document(t);
}

/* --- one document after the other ----------------------------------------------------------- */

static struct transfer *transfer_new(struct transfers *all, struct assignment *assignment)
{
    struct transfer *t = mem_new(struct transfer);

    t->transfers = all;
    t->worker = all->worker;
    t->engine = all->worker->engine;
    t->assignment = assignment;
    t->claim = &assignment->claim;
    t->step_us = time_mono_us();
    return t;
}

/* Tells the ledger, and frees. */
static bool transfer_end(struct transfer *t, bool good, struct err *err)
{
    if (good)
        outcome_of_success(t);
    else
        good = outcome_of_failure(t, err);
    transfer_free(t);
    return good;
}

/* The file's memory is others' while the mark waits. */
static void transfer_keep(struct transfer *t)
{
    struct transfers *all = t->transfers;

    if (all->unconfirmed_count == 0)
        all->unconfirmed_since_us = time_mono_us();
    all->unconfirmed[all->unconfirmed_count++] = t;
    download_clear(&t->download);
}

static bool is_time_to_confirm(const struct transfers *all)
{
    return all->unconfirmed_count >= batches_most(all->worker->engine->batches)
           || (all->unconfirmed_count > 0
               && time_mono_us() - all->unconfirmed_since_us > CONFIRM_US);
}

bool transfer_run(struct transfers *all, struct assignment *assignment, struct err *err)
{
    struct transfer *t = transfer_new(all, assignment);
    bool good;

    log_context(all->worker->name, t->claim->identity);
    good = t->claim->state == LEDGER_STORED ? mark_resume(t) : transfer_steps(t);
    if (good && t->is_unconfirmed)
        transfer_keep(t);
    else
        good = transfer_end(t, good, err);
    log_context(all->worker->name, NULL);
    return good && (!is_time_to_confirm(all) || transfers_confirm(all, err));
}

/*
 * Ends a transfer whose mark was taken, unless the run is to stop.
 *   away   the source's silence, once one transfer has met it: the others need not ask as well
 */
static bool transfer_confirm(struct transfer *t, struct records *records, struct failure *away,
                             struct err *err)
{
    bool good = false;

    log_context(t->worker->name, t->claim->identity);
    if (away->why.kind != ERR_NONE)
        t->failure = *away;
    else
        good = record_take_or_read(t, records) && mark_confirm(t);
    if (!good && t->failure.kind == FAILURE_SOURCE_AWAY)
        *away = t->failure;
    return transfer_end(t, good, err);
}

bool transfers_confirm(struct transfers *all, struct err *err)
{
    size_t count = all->unconfirmed_count;
    struct failure away = { 0 };
    struct records *records;
    bool good = true;

    FAILPOINT("mark.unconfirmed");
    records = record_read_unconfirmed(all);
    all->unconfirmed_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (good)
            good = transfer_confirm(all->unconfirmed[i], records, &away, err);
        else
            transfer_free(all->unconfirmed[i]);
    }
    records_release(records);
    log_context(all->worker->name, NULL);
    return good;
}

struct transfers *transfers_new(struct engine_worker *worker)
{
    struct transfers *all = mem_new(struct transfers);

    all->worker = worker;
    return all;
}

void auto_transfers_cleanup(struct transfers **transfers)
{
    struct transfers *all = *transfers;

    for (size_t i = 0; i < all->unconfirmed_count; i++)
        transfer_free(all->unconfirmed[i]);
    record_forget_ahead(all);
    free(all);
}
