/* Handing out documents: each to one worker at a time, again when it is due, until the end. */
#include "engine/dispatch.h"

#include "base/mem.h"
#include "base/time.h"
#include "engine/engine.h"
#include "folder.h"
#include "ledger/documents.h"
#include "ledger/runs.h"
#include "tap.h"

#include <pthread.h>

static void auto_assignment_cleanup(struct assignment **assignment)
{
    assignment_free(*assignment);
}
#define auto_assignment __attribute__((cleanup(auto_assignment_cleanup))) struct assignment

/* An engine without source and store: only the parts that dispatch and its workers need. */
struct place {
    char *folder;
    struct containers containers;
    struct engine_settings settings;
    struct engine engine;
    struct ledger *ledger;
    struct registry *registry;
};

static struct place *place_new(int workers, int64_t limit)
{
    static const struct ledger_process process = { "machine", "host", 1, "0.1", "run" };
    struct place *p = mem_new(struct place);
    auto_free char *url = NULL;
    auto_change change = { 0 };
    struct writer_context context;
    int64_t run, patients;
    struct err err = { 0 };

    p->folder = folder_new();
    url = mem_printf("sqlite:%s/ledger.db", p->folder);
    p->settings.fields.containers = &p->containers;
    p->settings.workers = workers;
    p->settings.limit = limit;
    p->engine.settings = &p->settings;
    p->engine.cancel = cancel_new();
    p->engine.counts = counts_new();
    if (!ledger_open(url, "source", p->engine.cancel, &p->ledger, &err)
        || !sql_script(ledger_sql(p->ledger), "pragma synchronous = off", &err)
        || !registry_open(&p->settings.registry, ledger_sql(p->ledger), p->engine.cancel,
                          &p->registry, &err)
        || !sql_script(ledger_sql(p->ledger),
                       "insert into patients_patient (id, mrn, first_name, last_name,"
                       " filemaker_metadata) values ('aaaaaaaa5a2e4b589a3e2c5b3e3f1a10', '1', 'A',"
                       " 'A', '{\"filemaker_id\":\"patient\"}')",
                       &err)
        || !ledger_begin(p->ledger, &change, &err)
        || !ledger_run_begin(p->ledger, &process, &run, &err)
        || !registry_map_patients(p->registry, &patients, &err) || !ledger_commit(&change, &err))
        abort();
    context = (struct writer_context){ p->ledger, p->registry };
    p->engine.writer = writer_new(&context, (size_t)workers + 1);
    p->engine.batches = batches_new(1);
    p->engine.dispatch = dispatch_new(&p->engine);
    return p;
}

static void place_end(struct place **place)
{
    struct place *p = *place;

    writer_free(p->engine.writer);
    dispatch_free(p->engine.dispatch);
    batches_free(p->engine.batches);
    registry_free(p->registry);
    ledger_close(p->ledger);
    counts_free(p->engine.counts);
    cancel_free(p->engine.cancel);
    folder_remove(p->folder);
    free(p);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* --- a census that finds documents ---------------------------------------------------------- */

enum { PAGE = 25 };

struct page {
    uint64_t first, count;
};

static bool page_see(const struct writer_context *context, void *arg, struct err *err)
{
    const struct page *page = arg;

    for (uint64_t i = page->first; i < page->first + page->count; i++) {
        char identity[24];
        struct ledger_census_entry sighting = { .repetition = 1,
                                                .record_id = i,
                                                .mod_id = 1,
                                                .patient_id = span_of("patient"),
                                                .type = span_of("Letter"),
                                                .storage = "embedded" };
        enum ledger_upsert_result seen;
        uint64_t elsewhere;

        (void)snprintf(identity, sizeof identity, "id-%ju", (uintmax_t)i);
        sighting.identity = span_of(identity);
        if (!ledger_census_upsert(context->ledger, &sighting, &seen, &elsewhere, err))
            return false;
    }
    return true;
}

static void see(struct place *p, uint64_t first, uint64_t count)
{
    struct page page = { first, count };
    struct err err = { 0 };

    CHECK(writer_run(p->engine.writer, page_see, &page, &err));
    dispatch_wake(p->engine.dispatch);
}

/* --- workers -------------------------------------------------------------------------------- */

/* The outcome of a document, decided by its record and the number of its tries. */
enum fate { FATE_DONE, FATE_SOON, FATE_LATER };

struct worker {
    struct place *place;
    enum fate (*fate)(const struct ledger_claim *claim);
    pthread_t thread;
    size_t handed, idle;
    uint64_t numbers; /* sum of the records that were done */
    bool good, matched;
    struct err err;
};

struct outcome {
    struct ledger_claim *claim;
    enum fate fate;
};

static bool outcome_write(const struct writer_context *context, void *arg, struct err *err)
{
    static const struct err why = { .kind = ERR_NET };
    const struct outcome *outcome = arg;
    struct ledger_claim claim = *outcome->claim;
    struct ledger_attempt attempt = { "fetch", "source-away", &why, -1, true };
    struct ledger_version version = { .key = (char[]){ "key" }, .mime = (char[]){ "a/b" } };

    if (outcome->fate != FATE_DONE)
        return ledger_release(context->ledger, &claim, &attempt,
                              time_now_us()
                                  + (outcome->fate == FATE_SOON ? 5 * TIME_MS : 3600 * TIME_SECOND),
                              false, err);
    if (!ledger_intend(context->ledger, &claim, &version, err)
        || !ledger_store(context->ledger, &claim, &version, LEDGER_LINKED, "patient", err))
        return false;
    claim.state = LEDGER_STORED;
    claim.link = LEDGER_LINKED;
    return ledger_finish(context->ledger, &claim, 2, err);
}

static void on_idle(void *arg)
{
    struct worker *worker = arg;

    worker->idle++;
}

static void *worker_run(void *arg)
{
    struct worker *w = arg;
    struct engine *engine = &w->place->engine;

    w->matched = true;
    for (;;) {
        auto_assignment *assignment = NULL;
        struct outcome outcome;

        w->good = dispatch_next(engine->dispatch, 0, on_idle, w, &assignment, &w->err);
        if (!w->good || !assignment)
            return NULL;
        w->handed++;
        w->matched = w->matched && assignment->match == REGISTRY_ONE_PATIENT
                     && strcmp(assignment->patient, "aaaaaaaa-5a2e-4b58-9a3e-2c5b3e3f1a10") == 0;
        outcome = (struct outcome){ &assignment->claim, w->fate(&assignment->claim) };
        if (!writer_run(engine->writer, outcome_write, &outcome, &w->err)) {
            w->good = false;
            return NULL;
        }
        if (outcome.fate == FATE_DONE) {
            w->numbers += assignment->claim.record_id;
            counts_set_done(engine->counts, assignment->claim.document, 1);
        }
        dispatch_give_back(engine->dispatch);
    }
}

enum { WORKERS = 4 };

static void workers_start(struct place *p, struct worker *workers, size_t count,
                          enum fate (*fate)(const struct ledger_claim *claim))
{
    for (size_t i = 0; i < count; i++) {
        workers[i] = (struct worker){ .place = p, .fate = fate };
        CHECK_AT(i, pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]) == 0);
    }
}

/* Joins; gives how many documents were handed out, and the sum of the records that were done. */
static size_t workers_join(struct worker *workers, size_t count, uint64_t *numbers_r)
{
    size_t handed = 0;

    *numbers_r = 0;
    for (size_t i = 0; i < count; i++) {
        CHECK_AT(i, pthread_join(workers[i].thread, NULL) == 0 && workers[i].good);
        CHECK_AT(i, workers[i].matched);
        CHECK_STR(workers[i].err.msg, "");
        handed += workers[i].handed;
        *numbers_r += workers[i].numbers;
    }
    return handed;
}

static enum fate all_done(const struct ledger_claim *claim)
{
    (void)claim;
    return FATE_DONE;
}

static enum fate some_wait(const struct ledger_claim *claim)
{
    if (claim->record_id % 10 == 0)
        return FATE_LATER;
    return claim->record_id % 3 == 0 && claim->attempts < 2 ? FATE_SOON : FATE_DONE;
}

/* --- the run -------------------------------------------------------------------------------- */

/* Every document once, late ones too, and then the end. */
TEST(each_document_is_handed_out_once)
{
    enum { DOCUMENTS = 500 };
    auto_place *p = place_new(WORKERS, 0);
    struct worker workers[WORKERS];
    uint64_t numbers;
    size_t censuses = 1;

    workers_start(p, workers, WORKERS, all_done);
    for (uint64_t first = 1; first <= DOCUMENTS; first += PAGE)
        see(p, first, PAGE);
    dispatch_census_ended(p->engine.dispatch, true, 0);
    for (; dispatch_wants_census(p->engine.dispatch); censuses++)
        dispatch_census_ended(p->engine.dispatch, true, 0);
    CHECK(workers_join(workers, WORKERS, &numbers) == DOCUMENTS);
    CHECK(numbers == (uint64_t)DOCUMENTS * (DOCUMENTS + 1) / 2);
    CHECK(censuses <= 3);
}

/* A document with a short wait comes again; one with a long wait is left to a later run. */
TEST(a_document_comes_again_when_it_is_due)
{
    enum { DOCUMENTS = 60 };
    auto_place *p = place_new(WORKERS, 0);
    struct worker workers[WORKERS];
    uint64_t numbers, want = 0;
    size_t handed = 0;

    for (uint64_t i = 1; i <= DOCUMENTS; i++) {
        handed += i % 10 && i % 3 == 0 ? 3 : 1;
        want += i % 10 ? i : 0;
    }
    see(p, 1, DOCUMENTS);
    dispatch_census_ended(p->engine.dispatch, false, 0);
    workers_start(p, workers, WORKERS, some_wait);
    CHECK(workers_join(workers, WORKERS, &numbers) == handed && numbers == want);
    CHECK(!dispatch_wants_census(p->engine.dispatch));
}

/* A document that is still in hand may come back: the other workers wait for it. */
TEST(the_end_waits_for_what_is_in_hand)
{
    auto_place *p = place_new(1, 0);
    auto_assignment *mine = NULL;
    struct worker other = { 0 }, me = { .place = p };
    struct outcome outcome;
    uint64_t numbers;

    see(p, 1, 1);
    dispatch_census_ended(p->engine.dispatch, false, 0);
    CHECK(dispatch_next(p->engine.dispatch, 0, on_idle, &me, &mine, &me.err) && mine);
    workers_start(p, &other, 1, all_done);
    see(p, 2, 1);
    outcome = (struct outcome){ &mine->claim, FATE_SOON };
    CHECK(writer_run(p->engine.writer, outcome_write, &outcome, &me.err));
    dispatch_give_back(p->engine.dispatch);
    CHECK(workers_join(&other, 1, &numbers) == 2 && numbers == 3);
}

/* Moves a document that was handed out. */
static void move_one(struct place *p, struct worker *me, struct assignment *assignment)
{
    struct outcome outcome = { &assignment->claim, FATE_DONE };

    CHECK(writer_run(p->engine.writer, outcome_write, &outcome, &me->err));
    counts_set_done(p->engine.counts, assignment->claim.document, 1);
    dispatch_give_back(p->engine.dispatch);
}

/* The last census does not wait for the last documents, and is taken only once. */
TEST(the_last_census_is_taken_beside_the_last_documents)
{
    enum { DOCUMENTS = 10 };
    auto_place *p = place_new(DOCUMENTS, 0);
    struct assignment *in_hand[DOCUMENTS + 1] = { 0 };
    struct worker me = { .place = p };

    see(p, 1, DOCUMENTS);
    dispatch_census_ended(p->engine.dispatch, true, DOCUMENTS);
    for (size_t i = 0; i < DOCUMENTS; i++)
        CHECK_AT(i, dispatch_next(p->engine.dispatch, 0, on_idle, &me, &in_hand[i], &me.err)
                        && in_hand[i]);
    move_one(p, &me, in_hand[0]);
    CHECK(dispatch_wants_census(p->engine.dispatch));
    for (size_t i = 1; i < DOCUMENTS; i++)
        move_one(p, &me, in_hand[i]);
    dispatch_census_ended(p->engine.dispatch, true, 0);
    CHECK(dispatch_next(p->engine.dispatch, 0, on_idle, &me, &in_hand[DOCUMENTS], &me.err)
          && !in_hand[DOCUMENTS]);
    CHECK(!dispatch_wants_census(p->engine.dispatch));
    for (size_t i = 0; i < DOCUMENTS; i++)
        assignment_free(in_hand[i]);
}

TEST(a_limit_ends_the_run)
{
    auto_place *p = place_new(WORKERS, 7);
    struct worker workers[WORKERS];
    uint64_t numbers;

    see(p, 1, 50);
    dispatch_census_ended(p->engine.dispatch, true, 0);
    workers_start(p, workers, WORKERS, all_done);
    CHECK(workers_join(workers, WORKERS, &numbers) == 7);
    CHECK(!dispatch_wants_census(p->engine.dispatch));
}

/* These would never end if the waiting threads were not woken. */
TEST(finishing_wakes_all_who_wait)
{
    auto_place *p = place_new(WORKERS, 0);
    struct worker workers[WORKERS];
    uint64_t numbers;

    workers_start(p, workers, WORKERS, all_done);
    see(p, 1, 3);
    dispatch_finish(p->engine.dispatch);
    CHECK(workers_join(workers, WORKERS, &numbers) <= 3);
    CHECK(!dispatch_wants_census(p->engine.dispatch) && !cancel_is_set(p->engine.cancel));
}

static bool work_breaks(const struct writer_context *context, void *arg, struct err *err)
{
    (void)context;
    (void)arg;
    return err_set(err, ERR_DATABASE, SQL_BROKEN, "the database broke");
}

TEST(a_broken_writer_is_told_to_those_who_ask)
{
    auto_place *p = place_new(1, 0);
    auto_assignment *assignment = NULL;
    struct worker me = { .place = p };
    struct err err = { 0 };

    CHECK(!writer_run(p->engine.writer, work_breaks, NULL, &err));
    CHECK(!dispatch_next(p->engine.dispatch, 0, on_idle, &me, &assignment, &err) && !assignment);
    CHECK(err.kind == ERR_DATABASE && err.code == SQL_BROKEN);
    dispatch_stop(p->engine.dispatch, &err);
    CHECK(dispatch_is_finishing(p->engine.dispatch) && cancel_is_set(p->engine.cancel));
    CHECK(dispatch_stopped_by(p->engine.dispatch)->code == SQL_BROKEN);
    dispatch_stop(p->engine.dispatch, &(struct err){ .kind = ERR_DATA });
    CHECK(dispatch_stopped_by(p->engine.dispatch)->code
          == SQL_BROKEN); /* the first failure is reported */
}

/* Assignments that nobody took are freed with the dispatch; their claims are the run's to free. */
TEST(what_was_claimed_and_not_taken_is_freed)
{
    auto_place *p = place_new(WORKERS, 0);
    auto_assignment *assignment = NULL;
    struct worker me = { .place = p };
    struct err err = { 0 };

    see(p, 1, 50);
    CHECK(dispatch_next(p->engine.dispatch, 0, on_idle, &me, &assignment, &err) && assignment);
    dispatch_finish(p->engine.dispatch);
    assignment_free(take(assignment));
    CHECK(dispatch_next(p->engine.dispatch, 0, on_idle, &me, &assignment, &err) && !assignment);
}

/* --- the counts ----------------------------------------------------------------------------- */

TEST(a_document_counts_once)
{
    struct counts *score = counts_new();
    struct counts_snapshot counts;
    char recent[COUNTS_RECENT][COUNTS_RECENT_SIZE];

    counts_add_seen(score, 10);
    counts_set_failed(score, 1, 17, "container-zero");
    counts_set_waiting(score, 1);
    counts_set_done(score, 1, 100);
    counts_set_done(score, 1, 50); /* edited, and moved again */
    for (uint64_t i = 2; i <= 6; i++)
        counts_set_failed(score, (int64_t)i, i, "container-empty");
    counts_set_waiting(score, 7);
    counts_set_waiting(score, 8);
    counts_set_gone(score, 8);
    counts = counts_get(score);
    CHECK(counts.seen == 10 && counts.processed == 7 && counts.successful == 1);
    CHECK(counts.failed == 5 && counts.bytes == 150 && counts.moves == 2);
    counts_set_failed(score, 1, 17, "integrity");
    CHECK(counts_get(score).successful == 0 && counts_get(score).failed == 6);
    counts_recent(score, recent);
    CHECK_STR(recent[0], "record 17: integrity");
    CHECK_STR(recent[1], "record 6: container-empty");
    CHECK_STR(recent[2], "record 5: container-empty");
    counts_free(score);
    counts_free(NULL);
}
