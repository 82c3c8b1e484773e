/* The walk over all documents: what no audit chain tells of is found here, once a day. */
#include "console/index/indexing.h"

#include "base/mem.h"
#include "console/index/index_cards.h"
#include "console/index_sql.h"
#include "console/readers.h"

/* --- documents -------------------------------------------------------------------------------- */

void batch_row(void *arg, const struct ledger_shown *shown)
{
    struct batch *batch = arg;

    if (batch->row_count < VISIBLE_MOST)
        batch->rows[batch->row_count++] = visible_row(batch->console, shown);
}

void batch_add(struct batch *batch, int64_t document)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->documents[i] == document)
            return;
    if (document && batch->count < VISIBLE_MOST)
        batch->documents[batch->count++] = document;
}

struct batch *batch_new(const struct indexer *indexer)
{
    struct batch *batch = mem_new(struct batch);

    *batch = (struct batch){ .console = indexer->console };
    return batch;
}

/* --- the walk over all documents -------------------------------------------------------------- */

static bool between_take(struct indexer *indexer, struct batch *batch, int64_t last,
                         struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(indexer->sql, &INDEX_CARDS_BETWEEN,
                   sql_args(sql_i64(indexer->about.walk), sql_i64(last)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        batch_add(batch, sql_get_i64(rows, 0));
    return step == STEP_END;
}

static bool documents_ask(struct indexer *indexer, struct batch *batch, int64_t *last_r,
                          struct err *err)
{
    auto_borrowed reader = { 0 };

    return reader_borrow(indexer->console->readers, &reader, err)
           && ledger_shown_after(reader.ledger, indexer->about.walk, VISIBLE_MOST, batch_row, batch,
                                 last_r, err);
}

static bool place_commit(struct indexer *indexer, struct sql_tx *tx, int64_t last, bool has_ended,
                         struct err *err)
{
    int64_t now_us = clock_now_us(indexer->console->clock);

    if (!sql_run(indexer->sql, &INDEX_ABOUT_WALK,
                 sql_args(sql_i64(has_ended ? 0 : last), has_ended ? sql_i64(now_us) : sql_null()),
                 err)
        || !sql_commit(tx, err))
        return false;
    indexer->about.walk = has_ended ? 0 : last;
    if (has_ended) {
        indexer->about.walked_us = now_us;
        atomic_store(&indexer->is_filling, false);
    }
    return true;
}

bool index_walk_step(struct indexer *indexer, struct err *err)
{
    auto_free struct batch *batch = batch_new(indexer);
    auto_visible_list shown = { 0 };
    auto_tx tx = { 0 };
    int64_t last;

    if (indexer->about.walk == 0)
        indexer->is_walk_wanted = false;
    if (!documents_ask(indexer, batch, &last, err)
        || !visible_ask(indexer->console, batch->rows, batch->row_count, &shown, err)
        || !between_take(indexer, batch, last, err) || !sql_begin(indexer->sql, &tx, err)
        || !index_cards_settle(indexer->sql, batch->documents, batch->count, &shown, err)
        || (last == indexer->about.walk && !index_words_again(indexer, err))
        || !place_commit(indexer, &tx, last, last == indexer->about.walk, err))
        return false;
    atomic_fetch_add(&indexer->listed, (int64_t)shown.count);
    return true;
}
