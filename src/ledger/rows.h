/*
 * Reading the ledger's rows: columns as texts, and the words for states and links. Private to
 * ledger/.
 */
#pragma once

#include "ledger/states.h"
#include "sql/sql.h"

char *ledger_column(const struct sql_rows *rows, int column); /* "" for null; caller frees */
char *ledger_column_or_null(const struct sql_rows *rows, int column);
void ledger_column_copy(const struct sql_rows *rows, int column, char *to,
                        size_t room); /* or cut */

/* The state and the link in a row. */
struct ledger_words {
    enum ledger_state state;
    enum ledger_link link;
};

/* Their columns; `link` 0: the row has none. */
struct ledger_word_columns {
    int state, link;
};

/*
 * As sql_next(), and reads the row's state and link. Also fails, with ERR_DATA, if one of them is a
 * word that does not exist: another program altered the ledger.
 */
enum step ledger_next(struct sql_rows *rows, struct ledger_word_columns columns,
                      struct ledger_words *words_r, struct err *err);

/* A document as its row has it. The caller of a query knows which members it fills. */
struct ledger_row {
    int64_t document, epoch, size, mod_id, record_id, changed_us;
    enum ledger_state state;
    enum ledger_link link;
    bool held; /* by some run */
    char *type, *class;
};

/*
 * Reads columns document, state, epoch, type, link, size, in this order; STEP_ERROR as
 * ledger_next().
 */
enum step ledger_row_next(struct sql_rows *rows, struct ledger_row *row_r, struct err *err);
void ledger_row_clear(struct ledger_row *row);
#define auto_row __attribute__((cleanup(ledger_row_clear))) struct ledger_row
