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
#include "census/walk.h"
#include "document/filter.h"
#include "engine/dispatch.h"

enum { HEARINGS = 6, ABSENT_BATCH = 256 };

struct census {
    struct mover *mover;
    struct filemaker *filemaker;
    struct roll *roll;
    int64_t number;
    struct census_result *result;
};

/* --- telling the ledger --------------------------------------------------------------------- */

/* A document of a record on a page. */
struct entry {
    const struct filemaker_record *record;
    size_t which; /* of the source's containers */
    struct source_facts facts;
    struct ledger_census_entry sighting;
    enum ledger_upsert_result seen;
    uint64_t elsewhere;
};

struct page_job {
    struct entry *entries;
    size_t count;
    struct sha256 hash; /* of the identities */
    size_t new_count, changed_count;
};

static void entry_read(const struct source_fields *fields, const struct filemaker_record *record,
                       bool by_record, size_t which, struct entry *entry_r)
{
    *entry_r = (struct entry){ .record = record, .which = which };
    source_facts_read(fields, record, by_record, which, &entry_r->facts);
    entry_r->sighting = source_sighting(fields, record, which, &entry_r->facts);
}

static bool page_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    struct page_job *job = arg;

    job->new_count = job->changed_count = 0;
    for (size_t i = 0; i < job->count; i++) {
        struct entry *entry = &job->entries[i];

        if (!ledger_census_upsert(hands->ledger, &entry->sighting, &entry->seen, &entry->elsewhere,
                                  err))
            return false;
        job->new_count += entry->seen == LEDGER_UPSERT_NEW;
        job->changed_count += entry->seen == LEDGER_UPSERT_CHANGED;
    }
    return job->new_count == 0
           || ledger_audit_page(hands->ledger, job->count, job->new_count, &job->hash, err);
}

/* Whether the other record that has this id still has it. */
static bool other_has_it(struct census *c, const struct ledger_census_entry *sighting,
                         uint64_t other, bool *has_r, struct err *err)
{
    const struct source_fields *fields = &c->mover->settings->fields;
    auto_page page = { 0 };
    auto_facts facts = { 0 };
    bool lives;

    *has_r = false;
    if (!roll_ask(c->filemaker, fields->layout, other, c->mover->cancel, &lives, &page, err))
        return false;
    if (!lives)
        return true;
    source_facts_read(fields, &page.records[0], false, 0, &facts);
    *has_r = span_equal(str_span(&facts.identity), sighting->identity);
    return true;
}

static bool readdress_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    return ledger_readdress(hands->ledger, arg, err);
}

/* A record whose document the ledger knows in another one: records have changed places. */
static bool rebuilt(struct census *c, struct ledger_census_entry *sighting, uint64_t other,
                    struct err *err)
{
    if (c->mover->settings->accept_rebuilt) {
        c->result->news++;
        return desk_do(c->mover->desk, readdress_work, sighting, err);
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
    if (!desk_do(c->mover->desk, page_work, job, err))
        return false;
    FAILPOINT("census.page-told");
    c->result->news += (int64_t)(job->new_count + job->changed_count);
    score_seen(c->mover->score, (int64_t)job->new_count);
    if (job->new_count + job->changed_count)
        dispatch_wake(c->mover->dispatch);
    return true;
}

/* Both records have the id: then it is no identity of the second, which goes by its record id. */
static bool double_tell(struct census *c, const struct entry *entry, struct err *err)
{
    struct entry own;
    struct page_job one = { .entries = &own, .count = 1 };
    bool good;

    entry_read(&c->mover->settings->fields, entry->record, true, entry->which, &own);
    one.hash = sha256_of(own.sighting.identity);
    good = page_send(c, &one, err);
    source_facts_clear(&own.facts);
    return good;
}

static bool doubles_tell(struct census *c, const struct page_job *page, struct err *err)
{
    for (size_t i = 0; i < page->count; i++) {
        struct entry *entry = &page->entries[i];
        bool is_double;

        if (entry->seen != LEDGER_UPSERT_ELSEWHERE)
            continue;
        if (!other_has_it(c, &entry->sighting, entry->elsewhere, &is_double, err)
            || !(is_double ? double_tell(c, entry, err)
                           : rebuilt(c, &entry->sighting, entry->elsewhere, err)))
            return false;
    }
    return true;
}

static struct sha256 identities_hash(const struct entry *entries, size_t count)
{
    auto_sha256_stream *hash = sha256_stream_new();

    for (size_t i = 0; i < count; i++) {
        sha256_stream_add(hash, entries[i].sighting.identity);
        sha256_stream_add(hash, (struct span){ "\n", 1 });
    }
    return sha256_stream_end(hash);
}

/* --- what the roll tells us ----------------------------------------------------------------- */

/*
 * The documents of a record: its own, and with `each` one for every other container that is not
 * empty.
 */
static size_t entries_read(const struct source_fields *fields,
                           const struct filemaker_record *record, struct entry *entries)
{
    size_t containers = fields->containers->each ? fields->containers->count : 1;
    size_t count = 0;

    for (size_t which = 0; which < containers; which++) {
        entry_read(fields, record, false, which, &entries[count]);
        if (which == 0 || entries[count].facts.content != FILEMAKER_EMPTY)
            count++;
        else
            source_facts_clear(&entries[count].facts);
    }
    return count;
}

static bool on_found(void *arg, const struct filemaker_record *records, size_t count,
                     struct err *err)
{
    struct census *c = arg;
    const struct source_fields *fields = &c->mover->settings->fields;
    auto_free struct entry *entries = mem_zero(count * fields->containers->count * sizeof *entries);
    struct page_job job = { .entries = entries };
    bool good;

    atomic_store(&c->mover->source_alive_us, time_mono_us());
    for (size_t i = 0; i < count; i++)
        if (filter_passes(c->mover->settings->filter, &records[i]))
            job.count += entries_read(fields, &records[i], &entries[job.count]);
    job.hash = identities_hash(entries, job.count);
    good = page_send(c, &job, err) && doubles_tell(c, &job, err);
    for (size_t i = 0; i < job.count; i++)
        source_facts_clear(&entries[i].facts);
    return good;
}

static bool gone_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    return ledger_mark_record_gone(hands->ledger, *(const uint64_t *)arg, err);
}

static bool on_gone(void *arg, uint64_t record_id, struct err *err)
{
    struct census *c = arg;

    c->result->news++;
    FAILPOINT("census.gone");
    return desk_do(c->mover->desk, gone_work, &record_id, err);
}

static bool on_stop(void *arg)
{
    return mover_is_finishing(((struct census *)arg)->mover);
}

/* --- absence -------------------------------------------------------------------------------- */

static bool was_seen(void *arg, uint64_t record_id)
{
    return roll_has(arg, record_id);
}

struct absent_job {
    struct roll *roll;
    uint64_t records[ABSENT_BATCH];
    size_t count;
};

/* The census thread waits meanwhile, so the desk may look at its roll. */
static bool absent_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    struct absent_job *job = arg;

    return ledger_absent_records(hands->ledger, was_seen, job->roll, job->records, ABSENT_BATCH,
                                 &job->count, err);
}

/* `found_r`: a record that the roll does not have lives all the same. */
static bool absent_ask(struct census *c, uint64_t record_id, bool *lives_r, struct err *err)
{
    auto_page page = { 0 };

    return roll_ask(c->filemaker, c->mover->settings->fields.layout, record_id, c->mover->cancel,
                    lives_r, &page, err)
           && (*lives_r || on_gone(c, record_id, err));
}

static bool absent_chase(struct census *c, bool *all_gone_r, struct err *err)
{
    struct absent_job job = { .roll = c->roll };

    *all_gone_r = true;
    do {
        if (!desk_do(c->mover->desk, absent_work, &job, err))
            return false;
        for (size_t i = 0; i < job.count; i++) {
            bool lives;

            if (!absent_ask(c, job.records[i], &lives, err))
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
static bool witness_hear(struct census *c, int64_t *witness_r, char *open_r, struct err *err)
{
    const struct source_fields *fields = &c->mover->settings->fields;
    char *why = c->result->why;

    for (int hearings = HEARINGS; hearings > 0; hearings--) {
        int64_t before = (int64_t)roll_count(c->roll), after;

        if (!witness_count(c->filemaker, fields->layout, fields->key, witness_r, why,
                           CENSUS_WHY_SIZE, err)
            || !roll_close(c->roll, open_r, CENSUS_WHY_SIZE, err))
            return false;
        c->result->closed = false;
        if (*open_r)
            return true;
        after = (int64_t)roll_count(c->roll);
        c->result->closed = *witness_r < 0
                            || (*witness_r >= (before < after ? before : after)
                                && *witness_r <= (before < after ? after : before));
        if (c->result->closed)
            return true;
        (void)snprintf(why, CENSUS_WHY_SIZE,
                       "%jd records were read, and finds say that there are %jd", (intmax_t)after,
                       (intmax_t)*witness_r);
    }
    return true;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool begin_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    return ledger_census_begin(hands->ledger, arg, err);
}

struct close_job {
    int64_t number, records, witness;
};

static bool close_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    const struct close_job *job = arg;

    return ledger_census_close(hands->ledger, job->number, job->records, job->records, job->witness,
                               err);
}

static bool end_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    return ledger_census_end(hands->ledger, *(const int64_t *)arg, err);
}

static bool count_and_close(struct census *c, struct err *err)
{
    struct close_job job = { 0 };
    char open[CENSUS_WHY_SIZE] = "";
    bool all_gone;

    if (!roll_call(c->roll, c->result->why, CENSUS_WHY_SIZE, err))
        return false;
    if (*c->result->why)
        return true;
    if (!witness_hear(c, &job.witness, open, err))
        return false;
    if (*open) {
        (void)snprintf(c->result->why, CENSUS_WHY_SIZE, "%s", open);
        return true;
    }
    if (!absent_chase(c, &all_gone, err))
        return false;
    if (!all_gone) {
        c->result->closed = false;
        (void)snprintf(c->result->why, CENSUS_WHY_SIZE,
                       "a record that was not in the list lives all the same");
    }
    if (!c->result->closed)
        return true;
    job.number = c->number;
    job.records = (int64_t)roll_count(c->roll);
    FAILPOINT("census.closing");
    return desk_do(c->mover->desk, close_work, &job, err);
}

/* However it ends, others may count again afterwards. */
static bool census_body(struct census *c, struct err *err)
{
    struct err end_err = { 0 };
    bool good;

    if (!desk_do(c->mover->desk, begin_work, &c->number, err))
        return false;
    c->result->elsewhere = c->number == 0;
    if (c->result->elsewhere)
        return true;
    good = count_and_close(c, err);
    if (c->result->closed || desk_do(c->mover->desk, end_work, &c->number, &end_err))
        return good;
    if (good)
        *err = end_err;
    return false;
}

bool census_take(struct mover *mover, struct filemaker *filemaker, struct census_result *result_r,
                 struct err *err)
{
    struct census_result result = { 0 };
    struct census census = { .mover = mover, .filemaker = filemaker, .result = &result };
    struct roll_listener listener = { on_found, on_gone, on_stop, &census, false };
    bool good;

    if (mover->pager.most == 0)
        mover->pager = pager_of(PAGER_FIRST, PAGER_MOST);
    census.roll = roll_new(filemaker, mover->settings->fields.layout, &mover->pager, mover->cancel,
                           &listener);
    roll_by_key(census.roll, mover->settings->fields.census_key);
    good = census_body(&census, err);
    roll_free(census.roll);
    *result_r = result;
    return good || err_ctx(err, "the census");
}
