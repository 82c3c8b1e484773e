/*
 * Pages of the roll are told to the ledger as they come; telling one twice does no harm. When the
 * roll is closed, the second witness is heard, and documents that are in the ledger but not on the
 * roll are asked for by their record.
 */
#include "census/census.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "census/find_count.h"
#include "census/record_ask.h"
#include "census/walk_confirm.h"
#include "document/filter.h"
#include "engine/dispatch.h"

enum { CONFIRM_TRIES = 6, ABSENT_BATCH = 256 };

struct census {
    struct engine *engine;
    struct filemaker *filemaker;
    struct record_walk *walk;
    int64_t number;
    struct census_result *result;
};

/* --- telling the ledger --------------------------------------------------------------------- */

/* A document of a record on a page. */
struct census_document {
    const struct filemaker_record *record;
    size_t container_index; /* of the source's containers */
    struct source_facts facts;
    struct ledger_census_entry entry;
    enum ledger_upsert_result seen;
    uint64_t other_record;
};

struct page_job {
    struct census_document *documents;
    size_t count;
    struct sha256 hash; /* of the identities */
    size_t new_count, changed_count;
};

static void census_document_read(const struct source_fields *fields,
                                 const struct filemaker_record *record, bool by_record,
                                 size_t which, struct census_document *entry_r)
{
    *entry_r = (struct census_document){ .record = record, .container_index = which };
    facts_read(fields, record, by_record, which, &entry_r->facts);
    entry_r->entry = facts_census_entry(fields, record, which, &entry_r->facts);
}

static bool census_page_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct page_job *job = arg;

    job->new_count = job->changed_count = 0;
    for (size_t i = 0; i < job->count; i++) {
        struct census_document *entry = &job->documents[i];

        if (!ledger_census_upsert(hands->ledger, &entry->entry, &entry->seen, &entry->other_record,
                                  err))
            return false;
        job->new_count += entry->seen == LEDGER_UPSERT_NEW;
        job->changed_count += entry->seen == LEDGER_UPSERT_CHANGED;
    }
    return job->new_count == 0
           || ledger_audit_page(hands->ledger, job->count, job->new_count, &job->hash, err);
}

/* Whether the other record that has this id still has it. */
static bool other_has_identity(struct census *c, const struct ledger_census_entry *sighting,
                               uint64_t other, bool *has_r, struct err *err)
{
    const struct source_fields *fields = &c->engine->settings->fields;
    auto_page page = { 0 };
    auto_facts facts = { 0 };
    bool lives;

    *has_r = false;
    if (!record_ask(c->filemaker, fields->layout, other, c->engine->cancel, &lives, &page, err))
        return false;
    if (!lives)
        return true;
    facts_read(fields, &page.records[0], false, 0, &facts);
    *has_r = span_equal(str_span(&facts.identity), sighting->identity);
    return true;
}

static bool readdress_work(const struct writer_context *hands, void *arg, struct err *err)
{
    return ledger_readdress(hands->ledger, arg, err);
}

/* A record whose document the ledger knows in another one: records have changed places. */
static bool readdress_or_refuse(struct census *c, struct ledger_census_entry *sighting,
                                uint64_t other, struct err *err)
{
    if (c->engine->settings->accept_rebuilt) {
        c->result->change_count++;
        return writer_run(c->engine->writer, readdress_work, sighting, err);
    }
    c->result->rebuilt = true;
    return err_set(err, ERR_DATA, 0,
                   "document " SPAN_FORMAT " was record %ju and is now record %ju: the FileMaker "
                   "file was restored or rebuilt. If that was meant: fmferry run --accept-rebuilt",
                   SPAN_ARGS(span_first(sighting->identity, 64)), (uintmax_t)other,
                   (uintmax_t)sighting->record_id);
}

static bool page_send(struct census *c, struct page_job *job, struct err *err)
{
    FAILPOINT("census.page-read");
    if (!writer_run(c->engine->writer, census_page_work, job, err))
        return false;
    FAILPOINT("census.page-told");
    c->result->change_count += (int64_t)(job->new_count + job->changed_count);
    counts_add_seen(c->engine->counts, (int64_t)job->new_count);
    if (job->new_count + job->changed_count)
        dispatch_wake(c->engine->dispatch);
    return true;
}

/* Both records have the id: then it is no identity of the second, which goes by its record id. */
static bool duplicate_send(struct census *c, const struct census_document *entry, struct err *err)
{
    struct census_document own;
    struct page_job one = { .documents = &own, .count = 1 };
    bool good;

    census_document_read(&c->engine->settings->fields, entry->record, true, entry->container_index,
                         &own);
    one.hash = sha256_of(own.entry.identity);
    good = page_send(c, &one, err);
    facts_clear(&own.facts);
    return good;
}

static bool duplicates_send(struct census *c, const struct page_job *page, struct err *err)
{
    for (size_t i = 0; i < page->count; i++) {
        struct census_document *entry = &page->documents[i];
        bool is_double;

        if (entry->seen != LEDGER_UPSERT_ELSEWHERE)
            continue;
        if (!other_has_identity(c, &entry->entry, entry->other_record, &is_double, err)
            || !(is_double ? duplicate_send(c, entry, err)
                           : readdress_or_refuse(c, &entry->entry, entry->other_record, err)))
            return false;
    }
    return true;
}

static struct sha256 identities_hash(const struct census_document *entries, size_t count)
{
    auto_sha256_stream *hash = sha256_stream_new();

    for (size_t i = 0; i < count; i++) {
        sha256_stream_add(hash, entries[i].entry.identity);
        sha256_stream_add(hash, (struct span){ "\n", 1 });
    }
    return sha256_stream_end(hash);
}

/* --- what the roll tells us ----------------------------------------------------------------- */

/*
 * The documents of a record: its own, and with `each` one for every other container that is not
 * empty.
 */
static size_t census_documents_read(const struct source_fields *fields,
                                    const struct filemaker_record *record,
                                    struct census_document *entries)
{
    size_t containers = fields->containers->each_is_document ? fields->containers->count : 1;
    size_t count = 0;

    for (size_t which = 0; which < containers; which++) {
        census_document_read(fields, record, false, which, &entries[count]);
        if (which == 0 || entries[count].facts.content != FILEMAKER_EMPTY)
            count++;
        else
            facts_clear(&entries[count].facts);
    }
    return count;
}

static bool census_on_found(void *arg, const struct filemaker_record *records, size_t count,
                            struct err *err)
{
    struct census *c = arg;
    const struct source_fields *fields = &c->engine->settings->fields;
    auto_free struct census_document *entries =
        mem_zero(count * fields->containers->count * sizeof *entries);
    struct page_job job = { .documents = entries };
    bool good;

    atomic_store(&c->engine->source_alive_us, time_mono_us());
    for (size_t i = 0; i < count; i++)
        if (filter_passes(c->engine->settings->filter, &records[i]))
            job.count += census_documents_read(fields, &records[i], &entries[job.count]);
    job.hash = identities_hash(entries, job.count);
    good = page_send(c, &job, err) && duplicates_send(c, &job, err);
    for (size_t i = 0; i < job.count; i++)
        facts_clear(&entries[i].facts);
    return good;
}

static bool mark_gone_work(const struct writer_context *hands, void *arg, struct err *err)
{
    return ledger_mark_record_gone(hands->ledger, *(const uint64_t *)arg, err);
}

static bool census_on_gone(void *arg, uint64_t record_id, struct err *err)
{
    struct census *c = arg;

    c->result->change_count++;
    FAILPOINT("census.gone");
    return writer_run(c->engine->writer, mark_gone_work, &record_id, err);
}

static bool census_on_stop(void *arg)
{
    return dispatch_is_finishing(((struct census *)arg)->engine->dispatch);
}

/* --- absence -------------------------------------------------------------------------------- */

static bool was_seen(void *arg, uint64_t record_id)
{
    return walk_has(arg, record_id);
}

struct absent_job {
    struct record_walk *walk;
    uint64_t records[ABSENT_BATCH];
    size_t count;
};

/* The census thread waits meanwhile, so the desk may look at its roll. */
static bool absent_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct absent_job *job = arg;

    return ledger_absent_records(hands->ledger, was_seen, job->walk, job->records, ABSENT_BATCH,
                                 &job->count, err);
}

/* `found_r`: a record that the roll does not have lives all the same. */
static bool absent_check(struct census *c, uint64_t record_id, bool *lives_r, struct err *err)
{
    auto_page page = { 0 };

    return record_ask(c->filemaker, c->engine->settings->fields.layout, record_id,
                      c->engine->cancel, lives_r, &page, err)
           && (*lives_r || census_on_gone(c, record_id, err));
}

static bool absent_check_all(struct census *c, bool *all_gone_r, struct err *err)
{
    struct absent_job job = { .walk = c->walk };

    *all_gone_r = true;
    do {
        if (!writer_run(c->engine->writer, absent_work, &job, err))
            return false;
        for (size_t i = 0; i < job.count; i++) {
            bool lives;

            if (!absent_check(c, job.records[i], &lives, err))
                return false;
            *all_gone_r = *all_gone_r && !lives;
        }
    } while (job.count == ABSENT_BATCH && *all_gone_r);
    return true;
}

/* --- the second witness --------------------------------------------------------------------- */

/*
 * The witness is heard between two closings of the roll, because people go on adding and deleting:
 * it agrees if what it says lies between the two counts. `open_r`: why the roll could not be closed
 * any more, or "".
 */
static bool find_count_compare(struct census *c, int64_t *witness_r, char *open_r, struct err *err)
{
    const struct source_fields *fields = &c->engine->settings->fields;
    char *why = c->result->why;

    for (int hearings = CONFIRM_TRIES; hearings > 0; hearings--) {
        int64_t before = (int64_t)walk_count(c->walk), after;

        if (!find_count_all(c->filemaker, fields->layout, fields->key, witness_r, why,
                            WALK_WHY_SIZE, err)
            || !walk_confirm(c->walk, open_r, err))
            return false;
        c->result->closed = false;
        if (*open_r)
            return true;
        after = (int64_t)walk_count(c->walk);
        c->result->closed = *witness_r < 0
                            || (*witness_r >= (before < after ? before : after)
                                && *witness_r <= (before < after ? after : before));
        if (c->result->closed)
            return true;
        (void)snprintf(why, WALK_WHY_SIZE,
                       "%jd records were read, and finds say that there are %jd", (intmax_t)after,
                       (intmax_t)*witness_r);
    }
    return true;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool census_begin_work(const struct writer_context *hands, void *arg, struct err *err)
{
    return ledger_census_begin(hands->ledger, arg, err);
}

struct close_job {
    int64_t number, records, find_count;
};

static bool census_close_work(const struct writer_context *hands, void *arg, struct err *err)
{
    const struct close_job *job = arg;

    return ledger_census_close(hands->ledger, job->number, job->records, job->records,
                               job->find_count, err);
}

static bool census_end_work(const struct writer_context *hands, void *arg, struct err *err)
{
    return ledger_census_end(hands->ledger, *(const int64_t *)arg, err);
}

static bool count_and_close(struct census *c, struct err *err)
{
    struct close_job job = { 0 };
    char open[WALK_WHY_SIZE] = "";
    bool all_gone;

    if (!walk_run(c->walk, c->result->why, err))
        return false;
    if (*c->result->why)
        return true;
    if (!find_count_compare(c, &job.find_count, open, err))
        return false;
    if (*open) {
        (void)snprintf(c->result->why, WALK_WHY_SIZE, "%s", open);
        return true;
    }
    if (!absent_check_all(c, &all_gone, err))
        return false;
    if (!all_gone) {
        c->result->closed = false;
        (void)snprintf(c->result->why, WALK_WHY_SIZE,
                       "a record that was not in the list lives all the same");
    }
    if (!c->result->closed)
        return true;
    job.number = c->number;
    job.records = (int64_t)walk_count(c->walk);
    FAILPOINT("census.closing");
    return writer_run(c->engine->writer, census_close_work, &job, err);
}

/* However it ends, others may count again afterwards. */
static bool census_body(struct census *c, struct err *err)
{
    struct err end_err = { 0 };
    bool good;

    if (!writer_run(c->engine->writer, census_begin_work, &c->number, err))
        return false;
    c->result->taken_elsewhere = c->number == 0;
    if (c->result->taken_elsewhere)
        return true;
    good = count_and_close(c, err);
    if (c->result->closed || writer_run(c->engine->writer, census_end_work, &c->number, &end_err))
        return good;
    if (good)
        *err = end_err;
    return false;
}

bool census_take(struct engine *mover, struct filemaker *filemaker, struct census_result *result_r,
                 struct err *err)
{
    struct census_result result = { 0 };
    struct census census = { .engine = mover, .filemaker = filemaker, .result = &result };
    struct walk_listener listener = { census_on_found, census_on_gone, census_on_stop, &census,
                                      false };
    bool good;

    if (mover->pager.most == 0)
        mover->pager = pager_of(PAGER_FIRST, PAGER_MOST);
    census.walk = walk_new(filemaker, mover->settings->fields.layout, &mover->pager, mover->cancel,
                           &listener);
    walk_use_key(census.walk, mover->settings->fields.census_key);
    good = census_body(&census, err);
    walk_free(census.walk);
    *result_r = result;
    return good || err_ctx(err, "the census");
}
