/*
 * A table: any number of records that are computed from their number, and over them all that was
 * changed, created or deleted since. Only the latter costs memory.
 *
 * Records are named by an ordinal: 0 for the first ever created. A client sees the record id; each
 * can be computed from the other. Every function needs the solution's lock (see solution.h): the
 * ones that take a `const struct table *` for reading, the others for writing.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/content/content.h"
#include "sim/file/value.h"

struct table;
struct column;

/* The field whose value is being made. */
struct make_context {
    const struct table *table;
    const struct column *column;
    uint64_t ordinal;
    unsigned repetition; /* from 1 */
};

/* The value that FileMaker enters by itself. */
enum column_auto {
    AUTO_NONE,
    AUTO_ID,     /* made by `make`, also for records created later */
    AUTO_RECORD, /* a calculation of Get(RecordID)                 */
    AUTO_CREATED_AT,
    AUTO_CREATED_BY,
    AUTO_MODIFIED_AT,
    AUTO_MODIFIED_BY,
};

/* How made values follow the ordinals; finds use it instead of looking at every record. */
enum column_order { ORDER_NONE, ORDER_ASCENDING };

struct column {
    const char *name;
    enum column_type type;
    unsigned repetitions; /* 0 means 1 */
    enum column_auto auto_enter;
    bool is_calculation, is_summary, is_global;
    bool not_empty;       /* validated always */
    bool not_empty_entry; /* validated only during data entry */
    bool fixed;           /* "prohibit modification of value" */
    enum column_order order;
    bool unique; /* made values differ from record to record */
    void (*make)(const struct make_context *making, struct str *to);            /* NULL: empty */
    void (*fill)(const struct make_context *making, struct content *content_r); /* containers  */
    bool (*find)(const struct make_context *making, struct span text, uint64_t *ordinal_r);
    const void *args; /* for these three */
};

struct table_plan {
    const char *name;
    const struct column *columns;
    size_t column_count;
    uint64_t count;  /* records to begin with              */
    uint64_t hidden; /* of these, the last ones come later */
    unsigned gap;    /* record ids lie 1 .. gap apart; 0 means 1 */
    uint64_t seed;
    const void *data; /* for the columns */
};

/* Makes a table. `plan` and what it points to must outlive it. The caller frees. */
struct table *table_new(const struct table_plan *plan);
void table_free(struct table *table); /* NULL is allowed */

const struct table_plan *table_plan(const struct table *table);

/* The index of the column with exactly this name, or -1. */
int table_column(const struct table *table, struct span name);

/* --- which records there are ---------------------------------------------------------------- */

uint64_t table_size(const struct table *table);  /* ordinals ever used */
uint64_t table_count(const struct table *table); /* living records     */
bool table_is_live(const struct table *table, uint64_t ordinal);
uint64_t table_select(const struct table *table, uint64_t position); /* position < count */
uint64_t table_rank(const struct table *table, uint64_t ordinal);

uint64_t table_record_id(const struct table *table, uint64_t ordinal);
/* Finds a living record by its id. False if there is none. */
bool table_find_id(const struct table *table, uint64_t record_id, uint64_t *ordinal_r);

/* --- what they hold ------------------------------------------------------------------------- */

uint32_t table_mod_id(const struct table *table, uint64_t ordinal);

/* Appends the text of a field; nothing for a container (see table_content()). */
void table_value(const struct table *table, uint64_t ordinal, unsigned column, unsigned repetition,
                 struct str *to);

/* The content of a container; the caller clears it. */
void table_content(const struct table *table, uint64_t ordinal, unsigned column,
                   unsigned repetition, struct content *content_r);

/*
 * How many records have a value in this column that was not made: `order`, `unique` and `find` of
 * the column do not hold for them. table_exception() lists them.
 */
size_t table_exceptions(const struct table *table, unsigned column);
uint64_t table_exception(const struct table *table, unsigned column, size_t index);

/* --- changing them -------------------------------------------------------------------------- */

struct cell {
    unsigned column, repetition;
    struct span text;              /* as kept: see value_accept()                  */
    const struct content *content; /* for a container; copied                      */
};

struct commit {
    const char *account;
    const struct cell *cells;
    size_t count;
    bool silent; /* neither modId nor stamps change: it has always been so    */
};

/* Commits a change of one record: modId + 1, modification stamps. */
void table_commit(struct table *table, uint64_t ordinal, const struct commit *commit);

/*
 * Creates a record with its stamps and ids, modId 0.
 *   made   its other fields are computed like those of the records to begin with; otherwise empty
 */
uint64_t table_create(struct table *table, const char *account, bool made);

/* Removes a record and all that was changed in it, so that a server can run for weeks. */
void table_delete(struct table *table, uint64_t ordinal);

/* Adds the hidden records. Returns how many there were. */
uint64_t table_arrive(struct table *table);

/* Keeps the record open until then (monotonic time); writing to it is refused with 301. */
void table_hold(struct table *table, uint64_t ordinal, int64_t until_us);
bool table_is_held(const struct table *table, uint64_t ordinal);
