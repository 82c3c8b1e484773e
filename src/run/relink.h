/*
 * Gives documents to their patients after they were moved: those whose patient came later, whose
 * patient has a new id in the application, or that a person gives to somebody else. The object goes
 * to a new key, row and ledger follow in one change, the old object is removed last. After an
 * interruption, the next call completes it (docs/links.md).
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"
#include "ledger/links.h"

/* The documents to look at, and how their patient is found. */
struct relink_request {
    struct ledger_link_selection choice;
    bool by_hand;             /* a person names the patient; else the patient's id does */
    bool by_id_again;         /* a person gives documents back to the patient's id      */
    const char *patient;      /* by hand: the application's id; NULL: nobody            */
    const char *who, *reason; /* of that person: never empty; else NULL                 */
};

/* Counts of documents. */
struct relink_result {
    int64_t examined;
    int64_t linked;     /* have a patient now, or another one                          */
    int64_t unlinked;   /* have none any more                                          */
    int64_t given_back; /* follow their patient's id again, as a person said          */
    int64_t completed;  /* were half-way between two patients, and are with theirs     */
    int64_t waiting;    /* have no patient yet                                         */
    int64_t review;     /* several patients have their patient's id, or contradict it  */
    int64_t orphaned;   /* lie with a patient whom the application does not know by id */
    int64_t failed;     /* could not be moved; the log says why                        */
};

/*
 * Moves documents to their patients. Several processes may do so at the same time, and beside runs.
 *   result_r   also set after a failure: what was done until then
 * Fails with ERR_USAGE (no such patient), ERR_DATABASE, ERR_OS, ERR_REMOTE, ERR_NET, ERR_CANCELED.
 */
must_check bool relink_documents(const struct engine_settings *settings,
                                 const struct relink_request *request, struct cancel *cancel,
                                 struct relink_result *result_r, struct err *err);
