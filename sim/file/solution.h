/*
 * A FileMaker solution: tables, the layouts through which a client sees them, scripts and value
 * lists. One lock guards the whole file, for on one machine a lock on each record would gain
 * nothing: the file is read, changed and answered from only while the lock is held.
 */
#pragma once

#include "base/base.h"
#include "sim/file/table.h"

#include <pthread.h>

/* A relation leads from a record to those whose `other` equals its `own`. */
struct relation {
    const char *occurrence; /* "CONTACT", as in CONTACT::FirstName */
    unsigned own;           /* column of the table it starts from  */
    const char *table;
    unsigned other;
};

/* A field object on a layout. */
struct shown {
    const char *name;     /* its key: "Doc", "CONTACT::FirstName"; "" if the field was deleted */
    const char *relation; /* occurrence, or NULL for the layout's own table                    */
    unsigned column;
    const char *display;    /* NULL means editText                                               */
    const char *value_list; /* NULL for none                                                     */
    unsigned first, last;   /* repetitions shown; 0 means the first / all defined                */
    bool no_access, deleted;
};

struct portal {
    const char *name; /* object name, or NULL */
    const char *relation;
    const struct shown *shown;
    size_t shown_count;
    unsigned rows; /* drawn on the layout */
};

struct layout {
    const char *name;
    const char *folder; /* "Dev/Old", or NULL */
    const char *table;
    const char *occurrence; /* the table occurrence's name, as dataInfo has it */
    const struct shown *shown;
    size_t shown_count;
    const struct portal *portals;
    size_t portal_count;
};

struct value_list {
    const char *name;
    bool by_field;
    const char *const *values;
    size_t count;
};

enum script_kind {
    SCRIPT_SEPARATOR,      /* listed as "-", cannot be run                                  */
    SCRIPT_BASE64,         /* a container of the record as Base64, in lines of 76           */
    SCRIPT_BASE64_RFC4648, /* the same in one line                                     */
    SCRIPT_ECHO,           /* its parameter                                                 */
    SCRIPT_FAIL,           /* ends with an error, without a result                          */
    SCRIPT_QUIET,          /* ends well, without a result                                   */
    SCRIPT_SLOW,           /* takes so many milliseconds                                    */
};

struct script {
    const char *name, *folder;
    enum script_kind kind;
    const char *field; /* of SCRIPT_BASE64 */
    int number;        /* the error of SCRIPT_FAIL, the time of SCRIPT_SLOW */
};

enum { SOLUTION_TABLES_MAX = 16 };

struct solution {
    const char *database;
    pthread_rwlock_t lock;
    struct table *tables[SOLUTION_TABLES_MAX];
    size_t table_count;
    const struct relation *relations;
    size_t relation_count;
    const struct layout *layouts;
    size_t layout_count;
    const struct value_list *value_lists;
    size_t value_list_count;
    const struct script *scripts;
    size_t script_count;
    const char *documents; /* the layout whose containers the truth is about */
    void *data;            /* from which the tables' columns are computed */
    void (*data_free)(void *data);
};

/* An empty solution. The caller frees. */
struct solution *solution_new(const char *database);
void solution_free(struct solution *solution); /* NULL is allowed */

/* Makes a table and adds it. */
struct table *solution_add(struct solution *solution, const struct table_plan *plan);

void solution_read_lock(struct solution *solution);
void solution_write_lock(struct solution *solution);
void solution_unlock(struct solution *solution);

/* The table of that name; NULL if there is none. */
struct table *solution_table(const struct solution *solution, const char *name);
size_t solution_table_index(const struct solution *solution, const struct table *table);
const struct layout *solution_layout(const struct solution *solution, struct span name);
const struct relation *solution_relation(const struct solution *solution, const char *occurrence);
const struct value_list *solution_value_list(const struct solution *solution, const char *name);
const struct script *solution_script(const struct solution *solution, struct span name);

/* The table that a shown field belongs to. */
struct table *shown_table(const struct solution *solution, const struct layout *layout,
                          const char *relation);

/* Repetitions that a shown field delivers: first .. last. */
unsigned shown_first(const struct shown *shown);
unsigned shown_last(const struct shown *shown, const struct column *column);

/*
 * The `nth` (from 0) record related to one, in creation order.
 * False if there are not that many.
 */
bool relation_record(const struct solution *solution, const struct relation *relation,
                     const struct table *from, uint64_t ordinal, size_t nth, uint64_t *ordinal_r);

/* How many records are related to one. */
size_t relation_count(const struct solution *solution, const struct relation *relation,
                      const struct table *from, uint64_t ordinal);
