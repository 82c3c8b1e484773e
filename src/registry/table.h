/*
 * A table of the application, written column by column as the configuration says. Its columns are
 * read out of the database, so that each value takes the form that its column wants: UUIDs and
 * stamps as Django keeps them per database, texts cut to the column's length. Private to registry/.
 */
#pragma once

#include "base/digest.h"
#include "registry/column.h"
#include "registry/registry.h"
#include "registry/template.h"

struct registry_table;

/*
 * Looks at a table and makes its statements.
 *   kind       what its templates may speak of
 *   name       "documents_document", or "schema.table"
 *   rules      the later one of the same column counts; an empty template takes the column away
 *   problems   gets a sentence, ended by a newline, for everything that is not as the rules need it
 *   table_r    caller frees with registry_table_free(); not to be written to if there were problems
 * Fails with ERR_DATABASE.
 */
must_check bool registry_table_open(struct sql *sql, enum template_table kind, const char *name,
                                    const struct registry_rules *rules, size_t rules_count,
                                    struct str *problems, struct registry_table **table_r,
                                    struct err *err);
void registry_table_free(struct registry_table *table); /* NULL is allowed */

/* The column that holds one name and nothing else, in quotes for a statement; NULL if none does. */
const char *registry_table_column(const struct registry_table *table, enum template_name name);

/* The column, as it is called, that must hold this name, once for each row; NULL if none must. */
const char *registry_table_needs(const struct registry_table *table, enum template_name name);

/* Says so if a document's column for its patient cannot hold a patient's own id. */
void registry_table_compare(const struct registry_table *documents,
                            const struct registry_table *patients, struct str *problems);

/* How the table is named in a statement. */
const char *registry_table_name(const struct registry_table *table);

/* An id as the column that holds one name takes it: borrowed from `id` or `text`. */
struct sql_value registry_table_id(const struct registry_table *table, enum template_name name,
                                   struct span id, char text[COLUMN_TEXT_SIZE]);

/*
 * In a change: makes the row, or brings it up to date but for what is written once.
 *   changed_r   whether anything was written; a row that would only get a new {now} is left alone
 */
must_check bool registry_table_put(struct registry_table *table,
                                   const struct template_values *values, bool *changed_r,
                                   struct err *err);

/* In a change: whether the row is there. It then stays until the change ends. */
must_check bool registry_table_has(struct registry_table *table, const struct uuid *id, bool *has_r,
                                   struct err *err);

/* In a change: writes those columns of a row that follow its patient. */
must_check bool registry_table_move(struct registry_table *table,
                                    const struct template_values *values, struct err *err);

/*
 * What a row says as a whole, whoever filled its columns, as a hash; "" if the row is not there.
 */
must_check bool registry_table_row_hash(struct registry_table *table, const struct uuid *id,
                                        char seen_r[SHA256_HEX_SIZE], struct err *err);

/* As registry_table_column() and registry_table_name(), without quotes. */
const char *registry_table_plain_column(const struct registry_table *table,
                                        enum template_name name);
const char *registry_table_plain_name(const struct registry_table *table);
