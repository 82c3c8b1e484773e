/*
 * The rule by which a census is closed.
 *
 * The actors: the walk, which reads the records in pages and holds their ids; the source, which
 * counts them in another way for finds than for pages; the ledger, which knows documents from
 * earlier censuses; people, who add and delete records meanwhile.
 *
 *  1. Pages are told to the ledger as they come, so that workers have something to do. Telling it a
 *     record twice does no harm; whatever is told stays told, however the census ends.
 *  2. The walk's count is confirmed: walk and source held the same records at one moment
 *     (census/walk_confirm.c). Until then the census is open.
 *  3. The source is asked for an independent count, by two finds (census/find_count.h), and then
 *     the walk's count is confirmed once more. The finds agree if their sum lies between the two
 *     confirmed counts, for people go on adding and deleting between them; else both are asked
 *     again, CONFIRM_TRIES times. A source that refuses such finds has no independent count: the
 *     census can be closed without one, and says so.
 *  4. Each document of the ledger whose record the walk does not hold is asked for by its record's
 *     id. Only what FileMaker itself says is missing is marked gone. A record that lives and was
 *     not in the list leaves the census open.
 *  5. Only then is it closed. Otherwise it ends open, with the reason, and the next census begins
 *     anew: an open one never lets a run call itself finished.
 */
#include "census/census.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "census/find_count.h"
#include "census/record_ask.h"
#include "document/filter.h"
#include "engine/dispatch.h"
#include "engine/writes_census.h"

enum { CONFIRM_TRIES = 6, ABSENT_BATCH = 256 };

struct census {
    struct engine *engine;
    struct source_reader *reader;
    struct record_walk *walk;
    int64_t number;
    struct census_result *result;
};

/* --- telling the ledger --------------------------------------------------------------------- */

/* The document of a record, as it was read. */
struct census_document {
    const struct filemaker_record *record;
    size_t container_index; /* of the source's containers */
    struct source_facts facts;
};

/* The documents of a page, with what the ledger is told of each. */
struct page_documents {
    struct census_document *documents;
    struct census_page page;
};

static void document_read(const struct source_fields *fields, const struct filemaker_record *record,
                          bool by_record, size_t which, struct census_document *document_r,
                          struct census_upsert *upsert_r)
{
    *document_r = (struct census_document){ .record = record, .container_index = which };
    facts_read(fields, record, by_record, which, &document_r->facts);
    *upsert_r = (struct census_upsert){ .entry = facts_census_entry(fields, record, which,
                                                                    &document_r->facts) };
}

/* Whether the other record that has this id still has it. */
static bool other_has_identity(struct census *c, const struct census_upsert *upsert, bool *has_r,
                               struct err *err)
{
    const struct source_fields *fields = &c->engine->settings->fields;
    auto_page page = { 0 };
    auto_facts facts = { 0 };
    bool lives;

    *has_r = false;
    if (!record_ask(c->reader, fields->layout, upsert->other_record, c->engine->cancel, &lives,
                    &page, err))
        return false;
    if (!lives)
        return true;
    facts_read(fields, &page.records[0], false, 0, &facts);
    *has_r = span_equal(str_span(&facts.identity), upsert->entry.identity);
    return true;
}

/* A record whose document the ledger knows in another one: records have changed places. */
static bool readdress_or_refuse(struct census *c, const struct census_upsert *upsert,
                                struct err *err)
{
    if (c->engine->settings->accept_rebuilt) {
        c->result->change_count++;
        return write_new_record(c->engine->writer, &upsert->entry, err);
    }
    c->result->rebuilt = true;
    return err_set(err, ERR_DATA, 0,
                   "document " SPAN_FORMAT " was record %ju and is now record %ju: the FileMaker "
                   "file was restored or rebuilt. If that was meant: fmferry run --accept-rebuilt",
                   SPAN_ARGS(span_first(upsert->entry.identity, 64)),
                   (uintmax_t)upsert->other_record, (uintmax_t)upsert->entry.record_id);
}

static bool page_send(struct census *c, struct census_page *page, struct err *err)
{
    FAILPOINT("census.page-read");
    if (!write_census_page(c->engine->writer, page, err))
        return false;
    FAILPOINT("census.page-told");
    c->result->change_count += (int64_t)(page->new_count + page->changed_count);
    counts_add_seen(c->engine->counts, (int64_t)page->new_count);
    if (page->new_count + page->changed_count)
        dispatch_wake(c->engine->dispatch);
    return true;
}

/* Two records have one id: it identifies the first, and the second goes by its record id. */
static bool duplicate_send(struct census *c, const struct census_document *document,
                           struct err *err)
{
    struct census_document own;
    struct census_upsert upsert;
    struct census_page page = { .upserts = &upsert, .count = 1 };
    bool good;

    document_read(&c->engine->settings->fields, document->record, true, document->container_index,
                  &own, &upsert);
    page.hash = sha256_of(upsert.entry.identity);
    good = page_send(c, &page, err);
    facts_clear(&own.facts);
    return good;
}

static bool duplicates_send(struct census *c, const struct page_documents *p, struct err *err)
{
    for (size_t i = 0; i < p->page.count; i++) {
        const struct census_upsert *upsert = &p->page.upserts[i];
        bool is_double;

        if (upsert->result != LEDGER_UPSERT_ELSEWHERE)
            continue;
        if (!other_has_identity(c, upsert, &is_double, err)
            || !(is_double ? duplicate_send(c, &p->documents[i], err)
                           : readdress_or_refuse(c, upsert, err)))
            return false;
    }
    return true;
}

static struct sha256 identities_hash(const struct census_page *page)
{
    auto_sha256_stream *hash = sha256_stream_new();

    for (size_t i = 0; i < page->count; i++) {
        sha256_stream_add(hash, page->upserts[i].entry.identity);
        sha256_stream_add(hash, (struct span){ "\n", 1 });
    }
    return sha256_stream_end(hash);
}

/* --- what the walk tells us ----------------------------------------------------------------- */

/*
 * Adds the documents of a record: its own, and where each container is a document, one for every
 * other container that is not empty.
 */
static void record_add(const struct source_fields *fields, const struct filemaker_record *record,
                       struct page_documents *p)
{
    size_t containers = fields->containers->each_is_document ? fields->containers->count : 1;

    for (size_t which = 0; which < containers; which++) {
        struct census_document *document = &p->documents[p->page.count];

        document_read(fields, record, false, which, document, &p->page.upserts[p->page.count]);
        if (which == 0 || document->facts.content != FILEMAKER_EMPTY)
            p->page.count++;
        else
            facts_clear(&document->facts);
    }
}

static bool census_on_found(void *arg, const struct filemaker_record *records, size_t count,
                            struct err *err)
{
    struct census *c = arg;
    const struct source_fields *fields = &c->engine->settings->fields;
    size_t most = count * fields->containers->count;
    auto_free struct census_document *documents = mem_zero(most * sizeof *documents);
    auto_free struct census_upsert *upserts = mem_zero(most * sizeof *upserts);
    struct page_documents p = { .documents = documents, .page = { .upserts = upserts } };
    bool good;

    outage_answered(&c->engine->source);
    meter_add(c->engine->settings->meter, (int64_t)count, 0);
    for (size_t i = 0; i < count; i++)
        if (filter_passes(c->engine->settings->filter, &records[i]))
            record_add(fields, &records[i], &p);
    p.page.hash = identities_hash(&p.page);
    good = page_send(c, &p.page, err) && duplicates_send(c, &p, err);
    for (size_t i = 0; i < p.page.count; i++)
        facts_clear(&documents[i].facts);
    return good;
}

static bool census_on_gone(void *arg, uint64_t record_id, struct err *err)
{
    struct census *c = arg;

    c->result->change_count++;
    FAILPOINT("census.gone");
    return write_record_gone(c->engine->writer, record_id, err);
}

static bool census_on_stop(void *arg)
{
    return dispatch_is_finishing(((struct census *)arg)->engine->dispatch);
}

/* --- absence -------------------------------------------------------------------------------- */

/* On the writer's thread; the census's thread, whose walk this is, waits meanwhile. */
static bool was_seen(void *arg, uint64_t record_id)
{
    return walk_has(arg, record_id);
}

/* Asks for a record that the walk does not hold; marks it gone unless it lives all the same. */
static bool absent_check(struct census *c, uint64_t record_id, bool *lives_r, struct err *err)
{
    auto_page page = { 0 };

    return record_ask(c->reader, c->engine->settings->fields.layout, record_id, c->engine->cancel,
                      lives_r, &page, err)
           && (*lives_r || census_on_gone(c, record_id, err));
}

static bool absent_check_all(struct census *c, bool *all_gone_r, struct err *err)
{
    uint64_t records[ABSENT_BATCH];
    size_t count;

    *all_gone_r = true;
    do {
        if (!ask_absent_records(c->engine->writer, was_seen, c->walk, records, ABSENT_BATCH, &count,
                                err))
            return false;
        for (size_t i = 0; i < count; i++) {
            bool lives;

            if (!absent_check(c, records[i], &lives, err))
                return false;
            *all_gone_r = *all_gone_r && !lives;
        }
    } while (count == ABSENT_BATCH && *all_gone_r);
    return true;
}

/* --- the independent count ------------------------------------------------------------------ */

static bool is_between(int64_t n, int64_t a, int64_t b)
{
    return n >= (a < b ? a : b) && n <= (a < b ? b : a);
}

/*
 * Compares the walk's count with the independent one (step 3 of the rule).
 *   find_count_r     -1: the source cannot be asked so
 *   unconfirmed_r    why the walk's count could not be confirmed again; or ""
 */
static bool find_count_compare(struct census *c, int64_t *find_count_r, char *unconfirmed_r,
                               struct err *err)
{
    const struct source_fields *fields = &c->engine->settings->fields;
    char *why = c->result->why;

    for (int tries = CONFIRM_TRIES; tries > 0; tries--) {
        int64_t before = (int64_t)walk_count(c->walk), after;

        if (!find_count_all(c->reader, fields->layout, fields->key, find_count_r, why,
                            WALK_WHY_SIZE, err)
            || !walk_confirm(c->walk, unconfirmed_r, err))
            return false;
        c->result->closed = false;
        if (*unconfirmed_r)
            return true;
        after = (int64_t)walk_count(c->walk);
        c->result->closed = *find_count_r < 0 || is_between(*find_count_r, before, after);
        if (c->result->closed)
            return true;
        (void)snprintf(why, WALK_WHY_SIZE,
                       "%jd records were read, and finds say that there are %jd", (intmax_t)after,
                       (intmax_t)*find_count_r);
    }
    return true;
}

/* --- one census ----------------------------------------------------------------------------- */

static bool count_and_close(struct census *c, struct err *err)
{
    char unconfirmed[WALK_WHY_SIZE] = "";
    int64_t find_count = 0;
    bool all_gone;

    if (!walk_run(c->walk, c->result->why, err))
        return false;
    if (*c->result->why)
        return true;
    if (!find_count_compare(c, &find_count, unconfirmed, err))
        return false;
    if (*unconfirmed) {
        (void)snprintf(c->result->why, WALK_WHY_SIZE, "%s", unconfirmed);
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
    FAILPOINT("census.closing");
    return write_census_close(c->engine->writer, c->number, (int64_t)walk_count(c->walk),
                              find_count, err);
}

/* However it ends, another process may count again afterwards. */
static bool census_body(struct census *c, struct err *err)
{
    struct err end_err = { 0 };
    bool good;

    if (!write_census_begin(c->engine->writer, &c->number, err))
        return false;
    c->result->taken_elsewhere = c->number == 0;
    if (c->result->taken_elsewhere)
        return true;
    good = count_and_close(c, err);
    if (c->result->closed || write_census_end(c->engine->writer, c->number, &end_err))
        return good;
    if (good)
        *err = end_err;
    return false;
}

bool census_take(struct engine *engine, struct source_reader *reader,
                 struct census_result *result_r, struct err *err)
{
    struct census_result result = { 0 };
    struct census census = { .engine = engine, .reader = reader, .result = &result };
    struct walk_listener listener = {
        .found = census_on_found, .gone = census_on_gone, .stop = census_on_stop, .arg = &census
    };
    bool good;

    if (engine->pager.most == 0)
        engine->pager = pager_of(PAGER_FIRST, PAGER_MOST);
    census.walk = walk_new(reader, engine->settings->fields.layout, &engine->pager, engine->cancel,
                           &listener);
    walk_use_key(census.walk, engine->settings->fields.census_key);
    meter_begin(engine->settings->meter, "counting the source", "records", METER_UNKNOWN);
    good = census_body(&census, err);
    meter_end(engine->settings->meter);
    walk_free(census.walk);
    *result_r = result;
    return good || err_ctx(err, "the census");
}
