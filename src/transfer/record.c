/*
 * The record: read once, and again whenever it may have been edited meanwhile.
 *
 * A find is only a quicker way to the same record. What it leaves out is read by itself before
 * anything is believed about it: a find obeys the account's view, and an index that is being
 * rebuilt. Each record of its answer is known by its record id; an id in a field may be shared.
 */
#include "transfer/record.h"

#include "base/mem.h"
#include "base/time.h"
#include "document/containers.h"
#include "engine/dispatch.h"

/* A container's URL is good for a quarter of an hour or so. */
#define YOUNG_US (2 * 60 * TIME_SECOND)

/* --- using a record ------------------------------------------------------------------------- */

static size_t container_of(const struct transfer *t)
{
    return containers_find(t->engine->settings->fields.containers, t->claim->container,
                           t->claim->repetition);
}

/* Takes the caller's use of the records. */
static void record_use(struct transfer *t, struct records *records,
                       const struct filemaker_record *record)
{
    bool by_record = span_starts(span_of(t->claim->identity), "rec:");

    facts_clear(&t->facts);
    records_release(t->records);
    t->records = records;
    t->record = record;
    outage_answered(&t->engine->source);
    facts_read(&t->engine->settings->fields, record, by_record, container_of(t), &t->facts);
}

static bool container_is_configured(struct transfer *t)
{
    return container_of(t) < t->engine->settings->fields.containers->count
           || failure_say(&t->failure, FAILURE_SOURCE_REJECTED, "fetch",
                          "container '%.64s' is no longer in the configuration",
                          t->claim->container);
}

/* --- one record ----------------------------------------------------------------------------- */

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

    if (!is_out_of_time(err) || !source_product(t->worker->reader, &product, &ignored))
        return failure_of_source(&t->failure, "fetch", err);
    (void)err_ctx(err, "the server answers, but does not finish reading this record");
    return failure_set(&t->failure, FAILURE_SOURCE_REJECTED, "fetch", err);
}

/*
 * A find that failed where a record by itself can be read says something about finds. Where neither
 * can be, the server or the account is at fault.
 */
static void find_failure_judge(struct transfer *t, bool one_is_read)
{
    struct err *why = &t->transfers->find_failure;

    if (why->kind != ERR_NONE && one_is_read)
        batches_failed(t->engine->batches, why);
    why->kind = ERR_NONE;
}

bool record_read(struct transfer *t)
{
    auto_page page = { 0 };
    int64_t begun_us = time_mono_us();
    struct records *records;
    struct err err = { 0 };

    if (!container_is_configured(t))
        return false;
    if (!source_record(t->worker->reader, t->engine->settings->fields.layout, t->claim->record_id,
                       &page, &err)) {
        find_failure_judge(t, false);
        return record_read_failed(t, &err);
    }
    find_failure_judge(t, true);
    batches_single(t->engine->batches, time_mono_us() - begun_us);
    records = records_new(&page);
    record_use(t, records, &records->page.records[0]);
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

/* --- several at once ------------------------------------------------------------------------ */

bool record_is_restless(const struct transfer *t)
{
    const char *usual = t->assignment->usual_class;

    return usual && strcmp(usual, failure_class_of(FAILURE_SOURCE_CHANGED)->name) == 0;
}

bool record_can_be_found(const struct transfer *t)
{
    const char *id = t->claim->filemaker_id;

    return id && filemaker_can_find(span_of(id)) && !record_is_restless(t);
}

/* Finds records by their ids. NULL: it failed, and `find_failure` says why. */
static struct records *records_ask(struct transfers *all, const struct span *ids, size_t count)
{
    struct engine *engine = all->worker->engine;
    const struct source_fields *fields = &engine->settings->fields;
    auto_page page = { 0 };
    int64_t begun_us = time_mono_us();

    if (!source_find_any(all->worker->reader, fields->layout, fields->key, ids, count, &page,
                         &all->find_failure))
        return NULL;
    all->find_failure.kind = ERR_NONE;
    batches_found(engine->batches, count, time_mono_us() - begun_us);
    return records_new(&page);
}

bool record_take_or_read(struct transfer *t, struct records *records)
{
    const struct filemaker_record *record;

    record = records ? filemaker_page_record(&records->page, t->claim->record_id) : NULL;
    if (record) {
        if (!container_is_configured(t))
            return false;
        record_use(t, records_share(records), record);
        return true;
    }
    if (!record_read(t))
        return false;
    if (records)
        batches_missed(t->engine->batches);
    return true;
}

struct records *record_read_unconfirmed(struct transfers *all)
{
    struct span ids[BATCH_MAX];

    for (size_t i = 0; i < all->unconfirmed_count; i++)
        ids[i] = span_of(all->unconfirmed[i]->claim->filemaker_id);
    return all->unconfirmed_count > 1 ? records_ask(all, ids, all->unconfirmed_count) : NULL;
}

/* --- reading ahead -------------------------------------------------------------------------- */

void record_forget_ahead(struct transfers *all)
{
    for (size_t i = 0; i < all->asked_count; i++)
        free(all->asked[i].id);
    all->asked_count = 0;
    records_release(take(all->ahead));
}

/* Asks for this record and those of the documents that follow, if there are any. */
static void ahead_ask(struct transfer *t, size_t size)
{
    struct transfers *all = t->transfers;
    struct span ids[BATCH_MAX];

    record_forget_ahead(all);
    all->asked[all->asked_count++] = (struct ready_ahead){ mem_text(t->claim->filemaker_id),
                                                           t->claim->document, t->claim->epoch };
    all->asked_count +=
        dispatch_look_ahead(t->engine->dispatch, all->worker->number, size - 1, all->asked + 1);
    for (size_t i = 0; i < all->asked_count; i++)
        ids[i] = span_of(all->asked[i].id);
    if (all->asked_count > 1)
        all->ahead = records_ask(all, ids, all->asked_count);
    if (!all->ahead)
        record_forget_ahead(all);
    all->ahead_us = time_mono_us();
    all->ahead_login = source_logins(t->worker->reader);
}

/*
 * Whether the record was read ahead for this claim. One that was read for an earlier claim of the
 * document tells what was there before that try wrote its mark.
 */
static bool ahead_is_for(const struct transfer *t)
{
    const struct transfers *all = t->transfers;

    if (!all->ahead || all->ahead_login != source_logins(t->worker->reader)
        || time_mono_us() - all->ahead_us > YOUNG_US)
        return false;
    for (size_t i = 0; i < all->asked_count; i++)
        if (all->asked[i].document == t->claim->document && all->asked[i].epoch == t->claim->epoch)
            return true;
    return false;
}

bool record_read_ahead(struct transfer *t)
{
    size_t size;

    if (!record_can_be_found(t))
        return record_read(t);
    if (!ahead_is_for(t)) {
        size = batches_size(t->engine->batches);
        if (size > 1)
            ahead_ask(t, size);
        if (size == 1 || !t->transfers->ahead)
            return record_read(t);
    }
    t->is_read_ahead = true;
    return record_take_or_read(t, t->transfers->ahead);
}

bool record_report_incomplete(struct transfer *t)
{
    return failure_say(&t->failure, FAILURE_RECORD_INCOMPLETE, "mark",
                       "other files of the record are not stored yet");
}
