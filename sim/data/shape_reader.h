/*
 * The state that the readers of a description share: the parts read so far, and the present line.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/data/shape_make.h"
#include "sim/file/solution.h"

enum {
    TABLES_MAX = SOLUTION_TABLES_MAX,
    COLUMNS_MAX = 100,
    LAYOUTS_MAX = 40,
    SHOWN_MAX = 150,
    PORTALS_MAX = 10,
    ROWS_MAX = 40,
    RELATIONS_MAX = 40,
    LISTS_MAX = 40,
    VALUES_MAX = 200,
    SCRIPTS_MAX = 60,
};

struct described_table {
    struct table_plan plan;
    struct column columns[COLUMNS_MAX];
    struct recipe recipes[COLUMNS_MAX];
    const char *refs[COLUMNS_MAX]; /* "TABLE.FIELD", until all tables are known */
};

struct described_portal {
    struct shown rows[ROWS_MAX];
};

struct described_layout {
    struct shown shown[SHOWN_MAX];
    struct portal portals[PORTALS_MAX];
    struct described_portal *portal_rows[PORTALS_MAX];
};

struct shape {
    char *database;
    struct described_table *tables[TABLES_MAX];
    size_t table_count;
    struct relation relations[RELATIONS_MAX];
    const char *relation_from[RELATIONS_MAX]; /* the table each starts from */
    size_t relation_count;
    struct layout layouts[LAYOUTS_MAX];
    struct described_layout *layout_parts[LAYOUTS_MAX];
    size_t layout_count;
    struct value_list lists[LISTS_MAX];
    size_t list_count;
    struct script scripts[SCRIPTS_MAX];
    size_t script_count;
    const char *documents;
    void **kept; /* texts and lists to which others point */
    size_t kept_count, kept_room;
};

struct shape_reader {
    struct shape *shape;
    struct span rest; /* of the line */
    uint64_t seed;
    unsigned record_gap;
    struct err *err;
};

/* The next word; one in double quotes may hold blanks. SPAN_NONE at the end. */
struct span reader_word(struct shape_reader *r);
/* Takes the next word if it is this one. */
bool reader_word_is(struct shape_reader *r, const char *text);

/* Refusals: all return false. */
bool reader_error(struct shape_reader *r, const char *what, struct span found);
bool reader_too_many(struct shape_reader *r, const char *what, size_t most);

/* Words with a meaning; false with the error set. */
bool reader_text(struct shape_reader *r, const char *what, const char **text_r);
bool reader_number(struct shape_reader *r, uint64_t *n_r); /* also 20K */
bool reader_percent(struct shape_reader *r, unsigned *percent_r);
bool reader_range(struct shape_reader *r, int64_t *low_r, int64_t *high_r); /* 1..9 */
bool reader_years(struct shape_reader *r, int64_t *low_r, int64_t *high_r); /* as days since 1970 */
bool reader_list(struct shape_reader *r, char *const **list_r, size_t *count_r); /* A|B|C */

/* The line of a field, below its table. */
bool shape_field_line(struct shape_reader *r);
