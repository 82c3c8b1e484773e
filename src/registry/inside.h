/* The registry's handle and statements, shared by the files of registry/. Private. */
#pragma once

#include "registry/registry.h"
#include "registry/registry_sql.h"
#include "registry/statement.h"
#include "registry/table.h"

/* Statements that are made for the names of the application's tables and columns. */
enum {
    /* away.c */
    STATEMENT_SET_ACTIVE,
    STATEMENT_AWAY,
    STATEMENT_AWAY_OF_PATIENT,
    /* documents.c */
    STATEMENT_DELETED,
    /* patients.c */
    STATEMENT_PATIENTS_ALL,
    STATEMENT_PATIENTS_COUNT,
    STATEMENT_PATIENT_HAS,
    /* people.c */
    STATEMENT_PEOPLE_FIRST,
    STATEMENT_PEOPLE_AFTER,
    STATEMENT_PERSON,
    /* previous.c */
    STATEMENT_PREVIOUS,
    STATEMENT_TAKE_OVER,
    STATEMENT_FIND,
    STATEMENT_IMPORTS,
    /* rows.c */
    STATEMENT_SEEN,
    STATEMENT_OF_PATIENT,
    /* members.c */
    STATEMENT_MEMBERS,
    STATEMENT_LIST,
    STATEMENT_LIST_OF_CATEGORY,
    /* left.c */
    STATEMENT_LEFT_PRINT,
    STATEMENT_LEFT_POINTED,
    STATEMENT_LEFT_REMOVE,
    STATEMENT_LEFT_KEYS,
    /* imports.c */
    STATEMENT_REFERENCING,
    STATEMENT_REMOVE,
};

struct registry {
    struct sql *own;  /* NULL: the ledger's connection is shared */
    struct sql *sql;  /* `own`, or the ledger's                  */
    struct sql_tx tx; /* begun with the first change, if `own`   */
    int64_t content_type;
    const char *second_identifier;
    char *patient_fields[REGISTRY_FIELDS_MAX]; /* as registry_patient_fields() gives them */
    size_t patient_field_count;
    struct registry_table *documents;
    struct registry_table *patients; /* NULL: the application has no such table */
    struct registry_statement statements[STATEMENT_REMOVE + 1];
};

/*
 * Begins a transaction with the first change after a commit, unless the ledger's serves. In
 * change.c.
 */
must_check bool registry_begin_change(struct registry *registry, struct err *err);

/*
 * The words that select the elements of the list of row ids $1, in the form that the column has, and the
 * list itself. In rows.c.
 */
const char *registry_ids_words(const struct registry *registry);
void registry_ids_write(const struct registry *registry, const struct uuid *ids, size_t count,
                        struct str *to);

/* Calls `each` for the row ids that a statement gives in its first column. In rows.c. ERR_DATABASE. */
must_check bool registry_ids_read(struct sql_rows *rows,
                                  void (*each)(void *arg, const struct uuid *row), void *arg,
                                  struct err *err);

/* Whether the application shows a row, in words for a statement. In rows.c. */
const char *registry_active_words(const struct registry *registry);

/*
 * In a change, before and after a document's row is written once more: follow whether it is as we
 * left it. In left.c.
 *   print     as we wrote it last, or 0
 *   print_r   in between 0 or not: whether it was as we left it; after that the new print, or 0
 */
must_check bool registry_left_before(struct registry *registry, const struct uuid *id,
                                     int64_t print, int64_t *print_r, struct err *err);
must_check bool registry_left_after(struct registry *registry, const struct uuid *id,
                                    int64_t *print_r, struct err *err);

/*
 * Adds, for each foreign key that points to a table's {row_id}, " + (select ...)": how many rows of
 * other tables point to row $1. In pointing.c. ERR_DATABASE; whether `to` had room is for the caller.
 */
must_check bool registry_pointing_write(struct registry *registry,
                                        const struct registry_table *table, struct str *to,
                                        struct err *err);

/* Make the statements that read documents and patients. In documents.c and patients.c. */
void registry_documents_prepare(struct registry *registry);
void registry_patients_prepare(struct registry *registry);

/* Whether a text can be a patient's id. Fails with ERR_DATA. In patients.c. */
must_check bool registry_patient_fits(const struct registry *registry, struct span patient,
                                      struct err *err);
