/* What the files of registry/ share. Private. */
#pragma once

#include "registry/registry.h"
#include "registry/registry_sql.h"
#include "registry/table.h"

/* Statements made for the application's own names; the first four are those of registry.c,
 * roster.c.
 */
enum registry_text {
    TEXT_PREVIOUS = 4,
    TEXT_TAKE_OVER,
    TEXT_FIND,
    TEXT_IMPORTS,
    TEXT_REFERENCING,
    TEXT_REMOVE
};
enum { TEXTS = TEXT_REMOVE + 1 };

struct registry {
    struct sql *own;  /* NULL: the ledger's connection is shared */
    struct sql *sql;  /* `own`, or the ledger's                  */
    struct sql_tx tx; /* begun with the first change, if `own`   */
    int64_t content_type;
    const char *second_identifier;
    char *patient_fields[REGISTRY_FIELDS_MAX]; /* as registry_patient_fields() gives them */
    size_t patient_field_count;
    struct registry_table *documents,
        *patients; /* patients NULL: the application has no such table */
    char *texts[TEXTS];
    struct sql_text deleted, patients_all, patients_count, patient_has;
    struct sql_text previous, take_over, find, imports;
    struct sql_text referencing, remove; /* in imports.c */
};

/* The first change since the last commit begins one, where the ledger's does not do. */
must_check bool registry_begin_change(struct registry *registry, struct err *err);

/* Makes the statements that read the application's patients. In roster.c. */
void registry_patients_prepare(struct registry *registry);

/* Whether this can be a patient's id. Fails with ERR_DATA. In roster.c. */
must_check bool registry_patient_fits(const struct registry *registry, struct span patient,
                                      struct err *err);
