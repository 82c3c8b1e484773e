/* Reads counts, from the tallies or from the documents themselves. */
#include "ledger/read.h"

#include "base/mem.h"
#include "ledger/inside.h"

static bool tallies_read(struct ledger *ledger, const struct sql_text *text,
                         struct ledger_tally **tallies_r, size_t *count_r, struct err *err)
{
    auto_rows *rows = NULL;
    struct ledger_tally *tallies = NULL;
    struct ledger_words words;
    size_t count = 0;
    enum step step;

    if (!sql_query(ledger->sql, text, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while ((step = ledger_next(rows, (struct ledger_word_columns){ 0, 3 }, &words, err))
           == STEP_ROW) {
        tallies = mem_grow(tallies, (count + 1) * sizeof *tallies);
        tallies[count++] = (struct ledger_tally){ .state = words.state,
                                                  .link = words.link,
                                                  .class = ledger_column(rows, 1),
                                                  .type = ledger_column(rows, 2),
                                                  .documents = sql_get_i64(rows, 4),
                                                  .bytes = sql_get_i64(rows, 5) };
    }
    if (step == STEP_ERROR) {
        ledger_tallies_free(tallies, count);
        return false;
    }
    *tallies_r = tallies;
    *count_r = count;
    return true;
}

bool ledger_tallies(struct ledger *ledger, struct ledger_tally **tallies_r, size_t *count_r,
                    struct err *err)
{
    return tallies_read(ledger, &LEDGER_LOOK_TALLIES, tallies_r, count_r, err);
}

bool ledger_tallies_recount(struct ledger *ledger, struct ledger_tally **tallies_r, size_t *count_r,
                            struct err *err)
{
    return tallies_read(ledger, &LEDGER_SURVEY_COUNTS, tallies_r, count_r, err);
}

void ledger_tallies_free(struct ledger_tally *tallies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(tallies[i].class);
        free(tallies[i].type);
    }
    free(tallies);
}

bool ledger_states(struct ledger *ledger, int64_t *states_r, struct err *err)
{
    struct ledger_tally *tallies;
    size_t count;

    if (!ledger_tallies(ledger, &tallies, &count, err))
        return false;
    memset(states_r, 0, LEDGER_STATES * sizeof *states_r);
    for (size_t i = 0; i < count; i++)
        states_r[tallies[i].state] += tallies[i].documents;
    ledger_tallies_free(tallies, count);
    return true;
}

bool ledger_sizes(struct ledger *ledger, struct ledger_size sizes_r[LEDGER_SIZES], struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    memset(sizes_r, 0, LEDGER_SIZES * sizeof *sizes_r);
    if (!sql_query(ledger->sql, &LEDGER_SURVEY_SIZES, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        int64_t class = sql_get_i64(rows, 0);

        if (class >= 0 && class < LEDGER_SIZES)
            sizes_r[class] = (struct ledger_size){ sql_get_i64(rows, 1), sql_get_i64(rows, 2) };
    }
    return step == STEP_END;
}

bool ledger_record_range(struct ledger *ledger, int64_t *first_r, int64_t *last_r, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_SPAN, sql_args(sql_i64(ledger->source)), &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *first_r = sql_get_i64(rows, 0);
    *last_r = sql_get_i64(rows, 1);
    return true;
}

bool ledger_each_place(struct ledger *ledger, int64_t first, int64_t per_place,
                       void (*each)(void *arg, int64_t place, struct span class, int64_t documents),
                       void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_PLACES,
                   sql_args(sql_i64(ledger->source), sql_i64(first), sql_i64(per_place)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_i64(rows, 0), sql_get_text(rows, 1), sql_get_i64(rows, 2));
    return step == STEP_END;
}

bool ledger_upload_counts(struct ledger *ledger, struct ledger_upload_counts *counts_r,
                          struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_UPLOADS, sql_args(sql_i64(ledger->source)), &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *counts_r = (struct ledger_upload_counts){ .arrived = sql_get_i64(rows, 0),
                                               .failed = sql_get_i64(rows, 1),
                                               .under_way = sql_get_i64(rows, 2),
                                               .bytes = sql_get_i64(rows, 3) };
    return true;
}

bool ledger_witnessed(struct ledger *ledger, int64_t *documents_r, struct err *err)
{
    *documents_r = 0;
    return ledger->step < LEDGER_STEP_OF_WITNESSES
           || sql_number(ledger->sql, &LEDGER_WITNESS_COUNT, sql_args(sql_i64(ledger->source)), 0,
                         documents_r, err);
}
