/* Hands out documents to workers, and knows when there are no more. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/edits.h"
#include "ledger/ledger.h"
#include "registry/registry.h"

struct engine;
struct dispatch;

/* A document with all that is known about it. */
struct assignment {
    struct ledger_claim claim;
    enum registry_match match;
    char patient[REGISTRY_PATIENT_SIZE]; /* the application's id, with REGISTRY_ONE_PATIENT */
    char patient_dob[REGISTRY_DAY_SIZE]; /* the patient's birthday, if the source has it too */
    const char *doubt; /* "", or what the document itself says against this patient  */
    struct ledger_version *versions;
    size_t version_count;
    char **marks; /* every mark that we ever meant to write to the record */
    size_t mark_count;
    struct ledger_edits edits; /* what became of the marks that were written lately */
    char *usual_class;         /* the class that most earlier tries ended with; NULL: none */
    char *
        previous_key; /* where an earlier importer's row has the file; NULL: there is no such row */
};

void assignment_free(struct assignment *assignment); /* NULL is allowed */
void auto_assignment_cleanup(struct assignment **assignment);
#define auto_assignment __attribute__((cleanup(auto_assignment_cleanup))) struct assignment

struct dispatch *dispatch_new(struct engine *mover);
void dispatch_free(struct dispatch *dispatch); /* NULL is allowed */

/*
 * Waits for a document that is due.
 *   idle           called now and then while there is nothing to do; `arg` is handed to it
 *   assignment_r   NULL when the run has none left; else the caller's, and dispatch_give_back() must
 *                  follow once what became of it is committed, unless the run stops
 * Safe from any thread. Fails as the desk does.
 */
must_check bool dispatch_next(struct dispatch *dispatch, void (*idle)(void *arg), void *arg,
                              struct assignment **assignment_r, struct err *err);
void dispatch_give_back(struct dispatch *dispatch);

/* Something has changed: documents were seen, or everybody should look up. Safe from any thread. */
void dispatch_wake(struct dispatch *dispatch);

/*
 * A census has come to its end: when all that it saw is settled, the run is at its end, unless
 * another census is wanted.
 *   closed    it can be relied upon
 *   waiting   how many documents are still to be handed out
 */
void dispatch_census_ended(struct dispatch *dispatch, bool closed, int64_t waiting);

/*
 * Waits until another census is wanted, because much may have changed while documents were moved:
 * it is taken beside the last of them. False: the run is over. For the census's thread, after
 * dispatch_census_ended().
 */
must_check bool dispatch_wants_census(struct dispatch *dispatch);
