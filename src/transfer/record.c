/* The record: read once, and again whenever it may have been edited meanwhile. */
#include "transfer/record.h"

#include "base/time.h"
#include "document/containers.h"

static bool is_out_of_time(const struct err *err)
{
    return filemaker_is_too_much(err)
           && (err->kind == ERR_NET || (err->kind == ERR_REMOTE && err->code >= 400));
}

/*
 * A server that does not finish this record in time, but answers all the same, is not away: the
 * record is at fault and may fail, whereas a server that is away is waited for.
 */
static bool record_read_failed(struct transfer *t, struct err *err)
{
    struct filemaker_product product;
    struct err ignored = { 0 };

    if (!is_out_of_time(err) || !filemaker_product(t->worker->filemaker, &product, &ignored))
        return failure_of_source(&t->failure, "fetch", err);
    (void)err_ctx(err, "the server answers, but is not done with this record");
    return failure_set(&t->failure, FAILURE_SOURCE_REJECTED, "fetch", err);
}

bool record_read(struct transfer *t)
{
    const struct source_fields *fields = &t->engine->settings->fields;
    bool by_record = span_starts(span_of(t->claim->identity), "rec:");
    size_t which = containers_find(fields->containers, t->claim->container, t->claim->repetition);
    struct err err = { 0 };

    if (which == fields->containers->count)
        return failure_say(&t->failure, FAILURE_SOURCE_REJECTED, "fetch",
                           "container '%.64s' is no longer in the configuration",
                           t->claim->container);

    facts_clear(&t->facts);
    filemaker_page_clear(&t->page);
    if (!filemaker_record(t->worker->filemaker, fields->layout, t->claim->record_id, &t->page,
                          &err))
        return record_read_failed(t, &err);
    atomic_store(&t->engine->source_alive_us, time_mono_us());
    t->record = &t->page.records[0];
    facts_read(fields, t->record, by_record, which, &t->facts);
    return true;
}

bool record_check_unchanged(struct transfer *t)
{
    uint64_t mod_id = t->record->mod_id;

    if (!record_read(t))
        return false;
    if (t->record->mod_id == mod_id)
        return true;
    return failure_say(&t->failure, FAILURE_SOURCE_CHANGED, "fetch",
                       "the record was edited while its file was read (modId %ju, now %ju)",
                       (uintmax_t)mod_id, (uintmax_t)t->record->mod_id);
}

bool record_report_incomplete(struct transfer *t)
{
    return failure_say(&t->failure, FAILURE_RECORD_INCOMPLETE, "mark",
                       "other files of the record are not stored yet");
}
