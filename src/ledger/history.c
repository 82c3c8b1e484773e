/* One document's rows, wherever they stand. */
#include "ledger/history.h"

#include "ledger/inside.h"

/* A chain has no index by document, which would cost every run: so only few runs are looked into. */
enum { RUNS_MOST = 8 };

bool ledger_told_bytes(struct ledger *ledger, int64_t document,
                       void (*each)(void *arg, const struct told_bytes *bytes), void *arg,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_HISTORY_BYTES,
                   sql_args(sql_i64(ledger->source), sql_i64(document)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct span sha256 = sql_get_bytes(rows, 6);
        struct told_bytes bytes = { .number = sql_get_i64(rows, 0),
                                    .at_us = sql_get_i64(rows, 1),
                                    .size = sql_get_i64(rows, 2),
                                    .state = sql_get_text(rows, 3),
                                    .key = sql_get_text(rows, 4),
                                    .mime = sql_get_text(rows, 5),
                                    .has_sha256 = sha256.size == SHA256_SIZE };

        if (bytes.has_sha256)
            memcpy(bytes.sha256.bytes, sha256.at, SHA256_SIZE);
        each(arg, &bytes);
    }
    return step == STEP_END;
}

bool ledger_told_decisions(struct ledger *ledger, int64_t document,
                           void (*each)(void *arg, const struct told_decision *told), void *arg,
                           struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_HISTORY_DECISIONS,
                   sql_args(sql_i64(ledger->source), sql_i64(document)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct told_decision){ .at_us = sql_get_i64(rows, 0),
                                           .run = sql_get_i64(rows, 1),
                                           .is_waiver = sql_get_i64(rows, 2) != 0,
                                           .patient = sql_get_text(rows, 3),
                                           .who = sql_get_text(rows, 4),
                                           .reason = sql_get_text(rows, 5) });
    return step == STEP_END;
}

bool ledger_told_change(struct ledger *ledger, int64_t document, int64_t *at_us_r, struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_HISTORY_CHANGE,
                      sql_args(sql_i64(ledger->source), sql_i64(document)), 0, at_us_r, err);
}

bool ledger_told_edits(struct ledger *ledger, int64_t document,
                       void (*each)(void *arg, const struct told_entry *entry), void *arg,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_HISTORY_EDITS,
                   sql_args(sql_i64(ledger->source), sql_i64(document)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct told_entry){ .run = sql_get_i64(rows, 0),
                                        .seq = sql_get_i64(rows, 1),
                                        .at_us = sql_get_i64(rows, 2),
                                        .before = sql_get_text(rows, 3),
                                        .after = sql_get_text(rows, 4),
                                        .evidence = sql_get_text(rows, 5) });
    return step == STEP_END;
}

/* --- chains ----------------------------------------------------------------------------------- */

/* The moment of a document that entries are sought of. */
struct told_moment {
    struct ledger *ledger;
    int64_t document, from_us, to_us;
    void (*each)(void *arg, const struct told_entry *entry);
    void *arg;
};

/* The first entry of a chain that is not older than a time; one behind the last: all are older. */
static bool chain_enter(const struct told_moment *m, int64_t run, int64_t at_us, int64_t *seq_r,
                        struct err *err)
{
    int64_t first = 1, behind, middle_us;

    if (!sql_number(m->ledger->sql, &LEDGER_HISTORY_LENGTH, sql_args(sql_i64(run)), 0, &behind,
                    err))
        return false;
    behind++;
    while (first < behind) {
        int64_t middle = first + (behind - first) / 2;

        if (!sql_number(m->ledger->sql, &LEDGER_HISTORY_AT, sql_args(sql_i64(run), sql_i64(middle)),
                        INT64_MAX, &middle_us, err))
            return false;
        if (middle_us < at_us)
            first = middle + 1;
        else
            behind = middle;
    }
    *seq_r = first;
    return true;
}

/* The part of a chain that was written within the moment, or the beginning of a long one. */
static bool chain_part(const struct told_moment *m, int64_t run, int64_t *first_r, int64_t *last_r,
                       struct err *err)
{
    int64_t behind;

    if (!chain_enter(m, run, m->from_us, first_r, err)
        || !chain_enter(m, run, m->to_us + 1, &behind, err))
        return false;
    *last_r = behind - *first_r > LEDGER_TOLD_MOST ? *first_r + LEDGER_TOLD_MOST - 1 : behind - 1;
    return true;
}

static bool chain_look(const struct told_moment *m, int64_t run, struct err *err)
{
    auto_rows *rows = NULL;
    int64_t first, last;
    enum step step;

    if (!chain_part(m, run, &first, &last, err)
        || !sql_query(m->ledger->sql, &LEDGER_HISTORY_ENTRIES,
                      sql_args(sql_i64(run), sql_i64(first), sql_i64(last), sql_i64(m->document)),
                      &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        m->each(m->arg, &(struct told_entry){ .run = run,
                                              .seq = sql_get_i64(rows, 0),
                                              .at_us = sql_get_i64(rows, 1),
                                              .before = sql_get_text(rows, 2),
                                              .after = sql_get_text(rows, 3),
                                              .evidence = sql_get_text(rows, 4) });
    return step == STEP_END;
}

/* The newest runs that were at work then. */
static bool runs_find(const struct told_moment *m, int64_t runs_r[RUNS_MOST], size_t *count_r,
                      struct err *err)
{
    auto_rows *rows = NULL;
    enum step step = STEP_END;

    *count_r = 0;
    if (!sql_query(m->ledger->sql, &LEDGER_HISTORY_RUNS,
                   sql_args(sql_i64(m->ledger->source), sql_i64(m->from_us), sql_i64(m->to_us),
                            sql_i64(RUNS_MOST)),
                   &rows, err))
        return false;
    while (*count_r < RUNS_MOST && (step = sql_next(rows, err)) == STEP_ROW)
        runs_r[(*count_r)++] = sql_get_i64(rows, 0);
    return step != STEP_ERROR;
}

bool ledger_told_entries(struct ledger *ledger, int64_t document, int64_t from_us, int64_t to_us,
                         void (*each)(void *arg, const struct told_entry *entry), void *arg,
                         struct err *err)
{
    struct told_moment moment = { ledger, document, from_us, to_us, each, arg };
    int64_t runs[RUNS_MOST];
    size_t count;

    if (!runs_find(&moment, runs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!chain_look(&moment, runs[i], err))
            return false;
    return true;
}
