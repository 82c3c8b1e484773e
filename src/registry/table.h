/*
 * A table of the application, written column by column as the configuration says. Its columns are
 * read from the database, so that each value takes the form that its column wants: UUIDs and
 * stamps as Django keeps them per database, texts cut to the column's length. Private to registry/.
 */
#pragma once

#include "base/digest.h"
#include "registry/column.h"
#include "registry/registry.h"
#include "registry/template.h"

struct registry_table;

/*
 * Inspects a table and makes its statements.
 *   kind       decides which names its templates may have
 *   name       "documents_document", or "schema.table"
 *   rules      of two for one column the later counts; an empty template removes the column
 *   problems   gets a sentence, ended by a newline, for everything that is not as the rules need it
 *   table_r    caller frees with registry_table_free(); not to be written to if there were problems
 * Fails with ERR_DATABASE.
 */
must_check bool registry_table_open(struct sql *sql, enum template_table kind, const char *name,
                                    const struct registry_rules *rules, size_t rules_count,
                                    struct str *problems, struct registry_table **table_r,
                                    struct err *err);
void registry_table_free(struct registry_table *table); /* NULL is allowed */

/* The column that holds this one name, in quotes for a statement; NULL if none does. */
const char *registry_table_column(const struct registry_table *table, enum template_name name);

/* The column of this name, in quotes, if it is there and says yes or no; else NULL. */
const char *registry_table_truth(const struct registry_table *table, const char *plain_name);

/* The columns that the rules name, in their order; borrowed. */
const struct registry_column *registry_table_columns(const struct registry_table *table,
                                                     size_t *count_r);

/* Whether the column that holds this one name is of the database's own type for UUIDs. */
bool registry_table_is_uuid(const struct registry_table *table, enum template_name name);

/* The column, without quotes, that needs this name, unique in each row; NULL if none does. */
const char *registry_table_needs(const struct registry_table *table, enum template_name name);

/* Reports it if the documents' column for the patient cannot hold the patients' ids. */
void registry_table_compare(const struct registry_table *documents,
                            const struct registry_table *patients, struct str *problems);

/* The table's name in a statement. */
const char *registry_table_name(const struct registry_table *table);

/* An id in the form of the column that holds this name; borrowed from `id` or `text`. */
struct sql_value registry_table_id(const struct registry_table *table, enum template_name name,
                                   struct span id, char text[COLUMN_TEXT_SIZE]);

/*
 * In a change: makes the row, or brings it up to date, except the columns that are written once.
 *   changed_r   whether anything was written; a row that would only get a new {now} is left alone
 */
must_check bool registry_table_put(struct registry_table *table,
                                   const struct template_values *values, bool *changed_r,
                                   struct err *err);

/*
 * In a change: makes the row if the application has none with its id.
 *   print_r   the new row's print; 0: there is one, and it was not touched
 */
must_check bool registry_table_make(struct registry_table *table,
                                    const struct template_values *values, const struct uuid *id,
                                    int64_t *print_r, struct err *err);

/*
 * The words for a row's print in a statement: a number made of all its columns, whoever filled them.
 * Borrowed.
 */
const char *registry_table_print_words(const struct registry_table *table);

/* In a change: whether the row exists. If so, it stays until the change ends. */
must_check bool registry_table_has(struct registry_table *table, const struct uuid *id, bool *has_r,
                                   struct err *err);

/* In a change: writes the columns of a row that follow its patient. */
must_check bool registry_table_move(struct registry_table *table,
                                    const struct template_values *values, struct err *err);

/*
 * A hash of the whole row, whoever filled its columns; "" if there is no row.
 */
must_check bool registry_table_row_hash(struct registry_table *table, const struct uuid *id,
                                        char seen_r[SHA256_HEX_SIZE], struct err *err);

/* As registry_table_column() and registry_table_name(), without quotes. */
const char *registry_table_plain_column(const struct registry_table *table,
                                        enum template_name name);
const char *registry_table_plain_name(const struct registry_table *table);
