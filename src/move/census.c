/*
 * A walk over pages that overlap by one record: if the first record of a page is not the last one
 * of the page before, the set has shifted under us, and the walk steps back. Pages are told to the
 * ledger as they come; telling it twice does no harm.
 */
#include "move/census.h"

#include "base/idset.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "move/dispatch.h"

enum { PAGE_RECORDS = 200, WALKS_MAX = 8, EMPTY_TRIES = 4, STEPS_BACK_MAX = 64 };

struct census {
    struct mover *mover;
    struct filemaker *filemaker;
    struct idset *seen;
    int64_t number;
};

/* --- telling the ledger --------------------------------------------------------------------- */

struct page_job {
    const struct ledger_sighting *sightings;
    size_t count;
    enum ledger_seen *seen;
    uint64_t *elsewhere;
    struct sha256 hash; /* of the identities */
    size_t new_count;
};

static bool page_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    struct page_job *job = arg;

    job->new_count = 0;
    for (size_t i = 0; i < job->count; i++) {
        if (!ledger_see(hands->ledger, &job->sightings[i], &job->seen[i], &job->elsewhere[i], err))
            return false;
        job->new_count += job->seen[i] == LEDGER_SEEN_NEW;
    }
    return job->new_count == 0
           || ledger_saw(hands->ledger, job->count, job->new_count, &job->hash, err);
}

/*
 * A record whose id is known from another record. If that one still has it, the id is no identity
 * of this one; if not, records have changed places: a restored or rebuilt file.
 */
static bool is_double(struct census *c, const struct ledger_sighting *sighting, uint64_t other,
                      struct err *err)
{
    const struct source_fields *fields = &c->mover->settings->fields;
    auto_page page = { 0 };
    auto_facts facts = { 0 };

    if (filemaker_record(c->filemaker, fields->layout, other, &page, err)) {
        source_facts_read(fields, &page.records[0], false, &facts);
        if (span_equal(str_span(&facts.identity), sighting->identity))
            return true;
    } else if (err->kind != ERR_REMOTE || err->reason != FILEMAKER_RECORD_MISSING) {
        return false;
    }
    return err_set(err, ERR_DATA, 0,
                   "document " SPAN_FORMAT " was record %ju and is now record %ju: the FileMaker "
                   "file was restored or rebuilt",
                   SPAN_ARGS(span_first(sighting->identity, 64)), (uintmax_t)other,
                   (uintmax_t)sighting->record_id);
}

static bool page_send(struct census *c, struct page_job *job, struct err *err)
{
    if (!desk_do(c->mover->desk, page_work, job, err))
        return false;
    if (job->new_count) {
        atomic_fetch_add(&c->mover->counts.seen, (int64_t)job->new_count);
        dispatch_wake(c->mover->dispatch);
    }
    return true;
}

/* Those whose id belongs to another record go by their record id. */
static bool doubles_tell(struct census *c, const struct filemaker_record *records,
                         const struct page_job *page, struct err *err)
{
    for (size_t i = 0; i < page->count; i++) {
        auto_facts facts = { 0 };
        struct ledger_sighting sighting;
        enum ledger_seen seen;
        uint64_t elsewhere;
        struct page_job one = {
            .sightings = &sighting, .count = 1, .seen = &seen, .elsewhere = &elsewhere
        };

        if (page->seen[i] != LEDGER_SEEN_ELSEWHERE)
            continue;
        if (!is_double(c, &page->sightings[i], page->elsewhere[i], err))
            return false;
        source_facts_read(&c->mover->settings->fields, &records[i], true, &facts);
        sighting = source_sighting(&records[i], &facts);
        one.hash = sha256_of(sighting.identity);
        if (!page_send(c, &one, err))
            return false;
    }
    return true;
}

static struct sha256 identities_hash(const struct ledger_sighting *sightings, size_t count)
{
    auto_sha256_stream *hash = sha256_stream_new();

    for (size_t i = 0; i < count; i++) {
        sha256_stream_add(hash, sightings[i].identity);
        sha256_stream_add(hash, (struct span){ "\n", 1 });
    }
    return sha256_stream_end(hash);
}

static bool page_tell(struct census *c, const struct filemaker_record *records, size_t count,
                      struct err *err)
{
    auto_free struct source_facts *facts = mem_zero(count * sizeof *facts);
    auto_free struct ledger_sighting *sightings = mem_zero(count * sizeof *sightings);
    auto_free enum ledger_seen *seen = mem_zero(count * sizeof *seen);
    auto_free uint64_t *elsewhere = mem_zero(count * sizeof *elsewhere);
    struct page_job job = { sightings, count, seen, elsewhere, { { 0 } }, 0 };
    bool good;

    for (size_t i = 0; i < count; i++) {
        source_facts_read(&c->mover->settings->fields, &records[i], false, &facts[i]);
        sightings[i] = source_sighting(&records[i], &facts[i]);
    }
    job.hash = identities_hash(sightings, count);
    good = page_send(c, &job, err) && doubles_tell(c, records, &job, err);
    for (size_t i = 0; i < count; i++)
        source_facts_clear(&facts[i]);
    return good;
}

/* --- walking -------------------------------------------------------------------------------- */

/* Where a walk stands. */
struct walk {
    uint64_t offset;
    uint64_t last_id; /* of the page before; 0: there is none to compare with */
    uint64_t found;   /* as the newest page says */
    int steps_back;
    bool over;
};

/* A first page without records is right if the server also says that there are none. */
static bool is_believable(const struct walk *walk, const struct filemaker_page *page)
{
    bool says_none = page->found == 0 || page->found == UINT64_MAX;

    return page->count > 0 || (walk->offset == 1 && says_none);
}

/*
 * An empty page where there should be records is not believed at once: only if it stays so while
 * the session still knows the record that came before.
 */
static bool page_read(struct census *c, const struct walk *walk, struct filemaker_page *page_r,
                      struct err *err)
{
    const char *layout = c->mover->settings->fields.layout;

    for (int tries = EMPTY_TRIES;; tries--) {
        if (!filemaker_records(c->filemaker, layout, walk->offset, PAGE_RECORDS, page_r, err))
            return false;
        atomic_store(&c->mover->source_alive_us, time_mono_us());
        if (is_believable(walk, page_r) || tries == 0)
            return true;
        filemaker_page_clear(page_r);
        if (!cancel_sleep(c->mover->cancel, 100 * TIME_MS, err))
            return false;
    }
}

static void step_back(struct walk *walk)
{
    walk->steps_back++;
    walk->offset = walk->offset > PAGE_RECORDS ? walk->offset - PAGE_RECORDS : 1;
    walk->last_id = 0;
}

/* Takes note of a page and moves on, or steps back. */
static bool page_take(struct census *c, struct walk *walk, const struct filemaker_page *page,
                      struct err *err)
{
    bool overlaps = walk->last_id != 0;
    size_t first = overlaps ? 1 : 0;

    if (page->count == 0 || (overlaps && page->records[0].record_id != walk->last_id)) {
        walk->over = walk->offset == 1;
        step_back(walk);
        return true;
    }
    if (page->count > first && !page_tell(c, page->records + first, page->count - first, err))
        return false;
    for (size_t i = first; i < page->count; i++)
        (void)idset_add(c->seen, page->records[i].record_id);
    walk->found = page->found;
    walk->last_id = page->records[page->count - 1].record_id;
    walk->offset += page->count - 1;
    walk->over = page->found == UINT64_MAX ? page->count < PAGE_RECORDS
                                           : walk->offset >= page->found;
    return true;
}

static bool walk_all(struct census *c, struct walk *walk, struct err *err)
{
    *walk = (struct walk){ .offset = 1 };
    idset_clear(c->seen);
    while (!walk->over) {
        auto_page page = { 0 };

        if (mover_is_finishing(c->mover))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (walk->steps_back > STEPS_BACK_MAX)
            return true; /* the numbers will not agree, and the walk begins anew */
        if (!page_read(c, walk, &page, err) || !page_take(c, walk, &page, err))
            return false;
    }
    return true;
}

/* --- beginning and closing ------------------------------------------------------------------ */

static bool begin_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    return ledger_census_begin(hands->ledger, arg, err);
}

struct close_job {
    int64_t number, records, found;
};

static bool close_work(const struct desk_hands *hands, void *arg, struct err *err)
{
    const struct close_job *job = arg;

    return ledger_census_close(hands->ledger, job->number, job->records, job->found, job->found,
                               err);
}

static bool walks_agree(struct census *c, const struct walk *walk)
{
    return walk->found == UINT64_MAX || idset_count(c->seen) == walk->found;
}

static bool walk_until_closed(struct census *c, struct err *err)
{
    struct walk walk;

    for (int walks = 1; walks <= WALKS_MAX; walks++) {
        if (!walk_all(c, &walk, err))
            return false;
        if (walks_agree(c, &walk)) {
            struct close_job job = { c->number, (int64_t)idset_count(c->seen),
                                     (int64_t)idset_count(c->seen) };

            return desk_do(c->mover->desk, close_work, &job, err);
        }
        log_info("the source says %ju records, the walk saw %ju; walking again",
                 (uintmax_t)walk.found, (uintmax_t)idset_count(c->seen));
    }
    return err_set(err, ERR_DATA, 0,
                   "the source says it has %ju records, and %d walks saw %ju: the census cannot be "
                   "closed",
                   (uintmax_t)walk.found, WALKS_MAX, (uintmax_t)idset_count(c->seen));
}

bool census_take(struct mover *mover, struct filemaker *filemaker, struct err *err)
{
    struct census census = { .mover = mover, .filemaker = filemaker, .seen = idset_new() };
    bool good = desk_do(mover->desk, begin_work, &census.number, err)
                && walk_until_closed(&census, err);

    idset_free(census.seen);
    return good || err_ctx(err, "the census");
}
