/*
 * Goes through the chains in their order. Each is read once; what it says of the one before it is
 * looked up when it has been read.
 */
#include "console/views/view_check.h"

#include "base/num.h"
#include "console/console_sql.h"
#include "console/views/view_chain.h"

/* What the first entry of a chain says of the one before: "after 6 41 9a3f...; ...". */
struct view_link {
    int64_t watch, seq; /* 0: it was the first of all */
    struct sha256 hash;
};

/* A chain as far as it was read. */
struct chain_read {
    int64_t watch, seq;
    bool has_ended;
    struct sha256 hash;
    int64_t sealed_seq; /* of the last seal that fits */
    struct view_link link;
};

/* Notes where the log is broken first. Always false: nothing more is to be read. */
static bool broken_at(struct view_checked *checked, int64_t watch, int64_t seq, const char *why)
{
    checked->is_unbroken = false;
    checked->watch = watch;
    checked->seq = seq;
    checked->why = why;
    return false;
}

static bool is_hash(struct span bytes, const struct sha256 *hash)
{
    return bytes.size == SHA256_SIZE && memcmp(bytes.at, hash->bytes, SHA256_SIZE) == 0;
}

/* Reads "after WATCH SEQ HASH; ...". False: it is another text. */
static bool link_read(struct span detail, struct view_link *link_r)
{
    struct span text = span_cut(&detail, ';');
    struct err ignored;

    if (span_is(text, "first"))
        return true;
    return span_is(span_cut(&text, ' '), "after")
           && num_i64(span_cut(&text, ' '), 1, INT64_MAX, &link_r->watch, &ignored)
           && num_i64(span_cut(&text, ' '), 1, INT64_MAX, &link_r->seq, &ignored)
           && sha256_from_hex(text, &link_r->hash);
}

/* One entry, and the seal of the same number where there is one. False: broken. */
static bool entry_check(const struct sql_rows *rows, struct chain_read *chain,
                        struct view_checked *checked)
{
    struct view_columns entry = view_columns_read(rows);
    struct sha256 before = chain->hash;
    struct err ignored;

    if (entry.seq != chain->seq + 1)
        return broken_at(checked, chain->watch, chain->seq + 1, "it is missing");
    if (!view_hash(&before, &entry, &chain->hash, &ignored)
        || !is_hash(sql_get_bytes(rows, 13), &chain->hash))
        return broken_at(checked, chain->watch, entry.seq,
                         "its hash is not that of what it says and of the entries before it");
    chain->seq = entry.seq;
    checked->entries++;
    if (entry.seq == 1 && (!span_is(entry.what, "start") || !link_read(entry.detail, &chain->link)))
        return broken_at(checked, chain->watch, 1, "it is not the start of a chain");
    if (sql_is_null(rows, 14))
        return true;
    if (!is_hash(sql_get_bytes(rows, 14), &chain->hash))
        return broken_at(checked, chain->watch, entry.seq, "its seal has another hash");
    checked->seals++;
    chain->sealed_seq = entry.seq;
    return true;
}

static bool chain_read_all(struct sql *sql, struct chain_read *chain, struct view_checked *checked,
                           struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(sql, &CONSOLE_VIEW_CHAIN, sql_args(sql_i64(chain->watch)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!entry_check(rows, chain, checked))
            return true;
    return step == STEP_END;
}

/* A seal beyond the last entry tells that entries were taken away at the end. */
static bool chain_end_check(struct sql *sql, const struct chain_read *chain,
                            struct view_checked *checked, struct err *err)
{
    int64_t beyond;

    if (!sql_number(sql, &CONSOLE_SEAL_BEYOND, sql_args(sql_i64(chain->watch), sql_i64(chain->seq)),
                    0, &beyond, err))
        return false;
    if (beyond || chain->seq == 0)
        (void)broken_at(checked, chain->watch, chain->seq + 1,
                        "it is missing, and so is what came after it");
    else if (chain->has_ended && chain->sealed_seq != chain->seq)
        (void)broken_at(checked, chain->watch, chain->seq, "its chain ends there without a seal");
    return true;
}

/* Whether the chain before is as it was when this one began. */
static bool link_check(struct sql *sql, const struct chain_read *chain,
                       struct view_checked *checked, struct err *err)
{
    const struct view_link *link = &chain->link;
    auto_rows *rows = NULL;
    enum step step;

    if (!link->watch)
        return true;
    if (!sql_query(sql, &CONSOLE_VIEW_HASH, sql_args(sql_i64(link->watch), sql_i64(link->seq)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_END || (step == STEP_ROW && !is_hash(sql_get_bytes(rows, 0), &link->hash)))
        (void)broken_at(checked, link->watch, link->seq,
                        "it is not the entry after which the next chain began");
    return step != STEP_ERROR;
}

static bool watch_check(struct sql *sql, struct chain_read *chain, struct view_checked *checked,
                        struct err *err)
{
    return chain_read_all(sql, chain, checked, err)
           && (!checked->is_unbroken || chain_end_check(sql, chain, checked, err))
           && (!checked->is_unbroken || link_check(sql, chain, checked, err));
}

/* The next watch behind one. `chain_r` with watch 0: there is none. */
static bool watch_next(struct sql *sql, int64_t behind, struct chain_read *chain_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    *chain_r = (struct chain_read){ 0 };
    if (!sql_query(sql, &CONSOLE_WATCH_NEXT, sql_args(sql_i64(behind)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        chain_r->watch = sql_get_i64(rows, 0);
        chain_r->has_ended = !sql_is_null(rows, 1);
    }
    return step != STEP_ERROR;
}

bool view_check(struct sql *sql, struct view_checked *checked_r, struct err *err)
{
    struct view_checked checked = { .is_unbroken = true };
    struct chain_read chain = { 0 };
    auto_tx tx = { 0 };

    /* What is noted meanwhile is not seen: the chains and their seals are of one moment. */
    if (!sql_begin_reading(sql, &tx, err) || !watch_next(sql, 0, &chain, err))
        return false;
    while (chain.watch && checked.is_unbroken) {
        int64_t watch = chain.watch;

        checked.watches++;
        if (!watch_check(sql, &chain, &checked, err) || !watch_next(sql, watch, &chain, err))
            return false;
    }
    *checked_r = checked;
    return true;
}
