/* The feed: each entry of a run's audit chain names a document that changed. */
#include "console/index/indexing.h"

#include "base/mem.h"
#include "console/index/index_cards.h"
#include "console/index_sql.h"
#include "console/readers.h"
#include "ledger/feed.h"

struct chain {
    int64_t run, last;
    bool is_over, is_verify;
};

/* The chains that are not wholly read, as the ledger has them. */
struct chains {
    struct chain *items;
    size_t count;
};

static void chains_clear(struct chains *chains)
{
    free(chains->items);
}

#define auto_chains __attribute__((cleanup(chains_clear))) struct chains

static void chain_add(void *arg, const struct ledger_feed_run *run)
{
    struct chains *chains = arg;

    chains->items = mem_grow(chains->items, (chains->count + 1) * sizeof *chains->items);
    chains->items[chains->count++] =
        (struct chain){ run->run, run->last, run->is_over, span_is(run->kind, "verify") };
}

static bool chains_read(struct indexer *indexer, struct chains *chains, struct err *err)
{
    auto_borrowed reader = { 0 };

    return reader_borrow(indexer->console->readers, &reader, err)
           && ledger_feed_runs(reader.ledger, indexer->about.run, chain_add, chains, err);
}

static bool chain_seen(struct indexer *indexer, int64_t run, int64_t *seen_r, struct err *err)
{
    return sql_number(indexer->sql, &INDEX_SEEN_FIND, sql_args(sql_i64(run)), 0, seen_r, err);
}

struct entries {
    struct batch *batch;
    int64_t last;
};

static void entry_take(void *arg, int64_t seq, int64_t document)
{
    struct entries *entries = arg;

    batch_add(entries->batch, document);
    entries->last = seq;
}

static bool entries_ask(struct indexer *indexer, const struct chain *chain, int64_t seen,
                        struct entries *entries, struct err *err)
{
    struct batch *batch = entries->batch;
    auto_borrowed reader = { 0 };

    return reader_borrow(indexer->console->readers, &reader, err)
           && ledger_feed_entries(reader.ledger, chain->run, seen, VISIBLE_MOST, entry_take,
                                  entries, err)
           && ledger_shown_by_numbers(reader.ledger, batch->documents, batch->count, batch_row,
                                      batch, err);
}

/* Takes the next entries of a chain. */
static bool chain_follow(struct indexer *indexer, const struct chain *chain, int64_t seen,
                         struct err *err)
{
    auto_free struct batch *batch = batch_new(indexer);
    struct entries entries = { batch, seen };
    auto_visible_list shown = { 0 };
    auto_tx tx = { 0 };

    return entries_ask(indexer, chain, seen, &entries, err)
           && visible_ask(indexer->console, batch->rows, batch->row_count, &shown, err)
           && sql_begin(indexer->sql, &tx, err)
           && index_cards_settle(indexer->sql, batch->documents, batch->count, &shown, err)
           && sql_run(indexer->sql, &INDEX_SEEN_PUT,
                      sql_args(sql_i64(chain->run), sql_i64(entries.last)), err)
           && sql_commit(&tx, err);
}

/* Findings come and go with a verification: what it means for each document, a walk finds out. */
static void chain_end(struct indexer *indexer, const struct chain *chain)
{
    if (chain->is_verify)
        indexer->is_walk_wanted = true;
}

static bool run_move(struct indexer *indexer, int64_t run, struct err *err)
{
    auto_tx tx = { 0 };

    if (run == indexer->about.run)
        return true;
    if (!sql_begin(indexer->sql, &tx, err)
        || !sql_run(indexer->sql, &INDEX_ABOUT_RUN, sql_args(sql_i64(run)), err)
        || !sql_run(indexer->sql, &INDEX_SEEN_DROP, sql_args(sql_i64(run)), err)
        || !sql_commit(&tx, err))
        return false;
    indexer->about.run = run;
    return true;
}

bool index_feed_step(struct indexer *indexer, bool *worked_r, struct err *err)
{
    auto_chains chains = { 0 };
    int64_t done = indexer->about.run;
    bool all_over = true;

    if (!chains_read(indexer, &chains, err))
        return false;
    for (size_t i = 0; i < chains.count; i++) {
        const struct chain *chain = &chains.items[i];
        int64_t seen;

        if (!chain_seen(indexer, chain->run, &seen, err))
            return false;
        if (seen < chain->last) {
            *worked_r = true;
            return chain_follow(indexer, chain, seen, err);
        }
        all_over = all_over && chain->is_over;
        if (all_over) {
            done = chain->run + 1;
            chain_end(indexer, chain);
        }
    }
    return run_move(indexer, done, err);
}

/* --- what was named by itself ----------------------------------------------------------------- */

void index_looks_add(struct indexer *indexer, int64_t document)
{
    (void)pthread_mutex_lock(&indexer->looks_lock);
    if (indexer->look_count < INDEX_LOOKS)
        indexer->looks[indexer->look_count++] = document;
    else
        indexer->look_count = INDEX_LOOKS + 1;
    (void)pthread_mutex_unlock(&indexer->looks_lock);
}

/* Takes the documents that were named into a batch. Returns whether there are any. */
static bool looks_take(struct indexer *indexer, struct batch *batch)
{
    (void)pthread_mutex_lock(&indexer->looks_lock);
    for (size_t i = 0; i < indexer->look_count && i < INDEX_LOOKS; i++)
        batch_add(batch, indexer->looks[i]);
    if (indexer->look_count > INDEX_LOOKS)
        indexer->is_walk_wanted = true;
    indexer->look_count = 0;
    (void)pthread_mutex_unlock(&indexer->looks_lock);
    return batch->count > 0;
}

static bool batch_settle(struct indexer *indexer, struct batch *batch, struct err *err)
{
    auto_borrowed reader = { 0 };
    auto_visible_list shown = { 0 };
    auto_tx tx = { 0 };

    return reader_borrow(indexer->console->readers, &reader, err)
           && ledger_shown_by_numbers(reader.ledger, batch->documents, batch->count, batch_row,
                                      batch, err)
           && visible_ask(indexer->console, batch->rows, batch->row_count, &shown, err)
           && sql_begin(indexer->sql, &tx, err)
           && index_cards_settle(indexer->sql, batch->documents, batch->count, &shown, err)
           && sql_commit(&tx, err);
}

/* What could not be settled is named again: nothing else tells of it before the next walk. */
bool index_looks_step(struct indexer *indexer, bool *worked_r, struct err *err)
{
    auto_free struct batch *batch = batch_new(indexer);

    if (!looks_take(indexer, batch))
        return true;
    *worked_r = true;
    if (batch_settle(indexer, batch, err))
        return true;
    for (size_t i = 0; i < batch->count; i++)
        index_looks_add(indexer, batch->documents[i]);
    return false;
}

bool index_feed_skip(struct indexer *indexer, struct err *err)
{
    auto_chains chains = { 0 };
    auto_tx tx = { 0 };

    if (!chains_read(indexer, &chains, err) || !sql_begin(indexer->sql, &tx, err))
        return false;
    for (size_t i = 0; i < chains.count; i++)
        if (!sql_run(indexer->sql, &INDEX_SEEN_PUT,
                     sql_args(sql_i64(chains.items[i].run), sql_i64(chains.items[i].last)), err))
            return false;
    return sql_commit(&tx, err);
}
