/*
 * Each step is a batch of at most 200 documents: it asks ledger and registry, and then writes for a
 * moment. The places reached are committed with what was found there, so that a step that was cut
 * short is done again.
 *
 * The walk begins by noting the ends of all chains: what changes from then on comes by the feed.
 */
#include "console/index/indexing.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/index/index_store.h"
#include "console/index_sql.h"
#include "console/readers.h"
#include "ledger/read.h"

#include <unistd.h>

#define LOOK_US (2 * TIME_SECOND)
#define AWAY_US (30 * TIME_SECOND)
#define DAY_US (24 * 3600 * TIME_SECOND)
#define HOUR_US (3600 * TIME_SECOND)

enum { RANK_BEHIND_PAGES = 10 };

static bool people_are_due(const struct indexer *indexer)
{
    int64_t age_us = clock_now_us(indexer->console->clock) - indexer->about.peopled_us;

    return indexer->person || age_us < 0 || age_us >= HOUR_US;
}

static bool walk_is_due(const struct indexer *indexer)
{
    int64_t age_us = clock_now_us(indexer->console->clock) - indexer->about.walked_us;

    return indexer->is_walk_wanted || indexer->about.walk > 0 || age_us < 0 || age_us >= DAY_US;
}

/*
 * One step of each kind, so that none waits for another's end; but words, of which one document takes as long
 * as the lists of hundreds, wait until all are listed.
 */
static bool steps_take(struct indexer *indexer, bool *worked_r, struct err *err)
{
    bool walks = walk_is_due(indexer), peoples = people_are_due(indexer);

    *worked_r = walks || peoples;
    return (!peoples || index_people_step(indexer, err)) && index_feed_step(indexer, worked_r, err)
           && index_looks_step(indexer, worked_r, err) && (!walks || index_walk_step(indexer, err))
           && index_fresh_step(indexer, worked_r, err)
           && (walks || index_words_step(indexer, worked_r, err));
}

static bool begin_read(struct indexer *indexer, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(indexer->sql, &INDEX_ABOUT, SQL_NO_ARGS, &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    indexer->about = (struct index_about){ sql_get_i64(rows, 3), sql_get_i64(rows, 4),
                                           sql_get_i64(rows, 5), sql_get_i64(rows, 6) };
    return true;
}

static bool total_read(struct indexer *indexer, struct err *err)
{
    int64_t states[LEDGER_STATES], listed;
    auto_borrowed reader = { 0 };

    if (!reader_borrow(indexer->console->readers, &reader, err)
        || !ledger_states(reader.ledger, states, err)
        || !sql_number(indexer->sql, &INDEX_CARDS_COUNT, SQL_NO_ARGS, 0, &listed, err))
        return false;
    atomic_store(&indexer->total, states[LEDGER_STORED] + states[LEDGER_DONE]);
    atomic_store(&indexer->listed, listed);
    atomic_store(&indexer->is_filling, indexer->about.walked_us == 0);
    return true;
}

static bool indexer_begin(struct indexer *indexer, struct err *err)
{
    return begin_read(indexer, err) && index_words_kinds(indexer, err) && total_read(indexer, err)
           && index_words_count(indexer, err)
           && (indexer->about.walked_us > 0 || indexer->about.walk > 0
               || index_feed_skip(indexer, err));
}

static void indexer_rest(const struct indexer *indexer, int64_t us)
{
    struct err ended;

    if (!cancel_sleep(indexer->end, us, &ended))
        log_debug("the index ends");
}

/* What is away comes back: what was not done is done then. */
static void failure_wait(const struct indexer *indexer, const struct err *why)
{
    if (why->kind == ERR_CANCELED)
        return;
    log_warn("the index waits %jd s: %s", (intmax_t)(AWAY_US / TIME_SECOND), why->msg);
    indexer_rest(indexer, AWAY_US);
}

/*
 * Pages come first, and yet what somebody has just uploaded must be listed on a busy machine, too: a
 * lower rank, and not the class idle, whose threads may hold a lock and then not run for minutes.
 */
static void yield_to_pages(void)
{
    (void)pthread_setname_np(pthread_self(), "index");
    /* Of this thread alone: nice(2), "C library/kernel differences". */
    if (nice(RANK_BEHIND_PAGES) < 0)
        log_debug("the index has the rank of the pages");
}

static void *indexer_run(void *arg)
{
    struct indexer *indexer = arg;
    bool has_begun = false;

    yield_to_pages();
    while (!cancel_is_set(indexer->end)) {
        struct err err = { 0 };
        bool worked = false;

        has_begun = has_begun || indexer_begin(indexer, &err);
        if (!has_begun || !steps_take(indexer, &worked, &err))
            failure_wait(indexer, &err);
        else if (!worked)
            indexer_rest(indexer, LOOK_US);
    }
    return NULL;
}

bool indexer_start(struct console *console, struct indexer **indexer_r, struct err *err)
{
    struct indexer *indexer = mem_new(struct indexer);

    *indexer = (struct indexer){ .console = console,
                                 .sql = index_writer(console->index),
                                 .end = cancel_new() };
    atomic_store(&indexer->is_filling, true);
    (void)pthread_mutex_init(&indexer->looks_lock, NULL);
    errno = pthread_create(&indexer->thread, NULL, indexer_run, indexer);
    if (errno != 0) {
        cancel_free(indexer->end);
        free(indexer);
        return err_os(err, "a thread for the index");
    }
    *indexer_r = indexer;
    return true;
}

void indexer_end(struct indexer *indexer)
{
    if (!indexer)
        return;
    cancel_set(indexer->end);
    (void)pthread_join(indexer->thread, NULL);
    cancel_free(indexer->end);
    (void)pthread_mutex_destroy(&indexer->looks_lock);
    free(indexer->person);
    free(indexer);
}

void indexer_look(struct indexer *indexer, int64_t document)
{
    index_looks_add(indexer, document);
}

bool indexer_is_filling(const struct indexer *indexer, int64_t *listed_r, int64_t *total_r)
{
    *listed_r = atomic_load(&indexer->listed);
    *total_r = atomic_load(&indexer->total);
    return atomic_load(&indexer->is_filling);
}

struct indexer_words indexer_words(const struct indexer *indexer)
{
    return (struct indexer_words){ atomic_load(&indexer->cards), atomic_load(&indexer->waiting),
                                   atomic_load(&indexer->wordless) };
}
