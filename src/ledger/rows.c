/* Another program may have altered the ledger: an unknown word is an error, not a crash. */
#include "ledger/rows.h"

#include "base/mem.h"

char *ledger_column(const struct sql_rows *rows, int column)
{
    return span_text(sql_get_text(rows, column));
}

char *ledger_column_or_null(const struct sql_rows *rows, int column)
{
    return sql_is_null(rows, column) ? NULL : ledger_column(rows, column);
}

void ledger_column_copy(const struct sql_rows *rows, int column, char *to, size_t room)
{
    (void)snprintf(to, room, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, column)));
}

enum step ledger_next(struct sql_rows *rows, struct ledger_word_columns columns,
                      struct ledger_words *words_r, struct err *err)
{
    struct ledger_words words = { 0 };
    enum step step = sql_next(rows, err);
    struct span state, link = { "", 0 };

    if (step != STEP_ROW)
        return step;
    state = sql_get_text(rows, columns.state);
    if (columns.link)
        link = sql_get_text(rows, columns.link);
    if (!ledger_state_read(state, &words.state) || !ledger_link_read(link, &words.link)) {
        (void)err_set(err, ERR_DATA, 0,
                      "the ledger has documents in state '" SPAN_FORMAT "', link '" SPAN_FORMAT
                      "', which do not exist: another program altered it",
                      SPAN_ARGS(span_first(state, 32)), SPAN_ARGS(span_first(link, 32)));
        return STEP_ERROR;
    }
    *words_r = words;
    return STEP_ROW;
}

enum step ledger_row_next(struct sql_rows *rows, struct ledger_row *row_r, struct err *err)
{
    struct ledger_words words;
    enum step step = ledger_next(rows, (struct ledger_word_columns){ 1, 4 }, &words, err);

    if (step == STEP_ROW)
        *row_r = (struct ledger_row){ .document = sql_get_i64(rows, 0),
                                      .state = words.state,
                                      .epoch = sql_get_i64(rows, 2),
                                      .type = ledger_column(rows, 3),
                                      .link = words.link,
                                      .size = sql_get_i64(rows, 5) };
    return step;
}

void ledger_row_clear(struct ledger_row *row)
{
    free(row->type);
    free(row->class);
    *row = (struct ledger_row){ 0 };
}
