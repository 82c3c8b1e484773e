/* A document as a worker gets it: its claim, with all that the databases know about it. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/edits.h"
#include "ledger/last_failures.h"
#include "ledger/versions.h"
#include "registry/registry.h"

struct assignment {
    struct ledger_claim claim;
    enum registry_match match;
    char patient[REGISTRY_PATIENT_SIZE]; /* the application's id, with REGISTRY_ONE_PATIENT       */
    char patient_dob[REGISTRY_DAY_SIZE]; /* the patient's birthday, if the source has it too      */
    const char *doubt; /* "", or what the document itself says against this patient  */
    struct ledger_version *versions;
    size_t version_count;
    char **marks; /* every mark that we ever meant to write to the record               */
    size_t mark_count;
    struct ledger_edits edits; /* what became of the marks that were written lately         */
    char *usual_class;         /* the class that most earlier tries ended with; NULL: none  */
    struct ledger_last_failure last_failure; /* what it failed with, in an earlier run */
    char *previous_key; /* the key in an earlier importer's row; NULL: it has no row */
};

void assignment_free(struct assignment *assignment); /* NULL is allowed */

/* What the configuration says about which parts of an assignment are needed. */
struct assignment_rules {
    bool has_siblings;        /* a record may hold several documents                    */
    bool has_patient_dob;     /* the source has patients' birthdays                     */
    const char *adopt_source; /* the source's name, where an earlier importer's work is taken
                                 over; else NULL */
};

/* Reads everything but the claim, which must be there. Fails with ERR_DATABASE. */
must_check bool assignment_fill(struct assignment *assignment, const struct assignment_rules *rules,
                                struct ledger *ledger, struct registry *registry, struct err *err);

/* Reads the record's marks, and what became of them, anew. Fails with ERR_DATABASE. */
must_check bool assignment_read_marks(struct assignment *assignment, struct ledger *ledger,
                                      struct err *err);
