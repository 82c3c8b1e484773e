/*
 * People's decisions about documents: try again, accept the bytes that came, or accept the loss.
 * Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/ledger.h"

/*
 * The documents that a person means. A member that is NULL or 0 excludes none. Without identity or
 * record, only those are meant that failed, wait after a failure, or were waived.
 */
struct ledger_selection {
    const char *class, *type;
    const char *identity; /* in lower case */
    int64_t record_id;
    int64_t last_record_id; /* all records from `record_id` to this one */
    int64_t document;       /* this one alone, by its number in the ledger; the rest is not asked */
};

/* What a decision did; each call adds to it. */
struct ledger_decided {
    int64_t chosen;              /* documents that were meant              */
    int64_t changed;             /* of these                               */
    int64_t held;                /* left alone: a run has them just now    */
    int64_t left[LEDGER_STATES]; /* left alone, by the state that they have */
};

/* In a change: failed or waived → waiting. */
must_check bool ledger_retry(struct ledger *ledger, const struct ledger_selection *selection,
                             struct ledger_decided *decided, struct err *err);

/*
 * In a change: failed → waiting, for all documents of a class. This is the program's decision, not
 * a person's: how the source answered earlier marks is not forgotten.
 */
must_check bool ledger_retry_class(struct ledger *ledger, const char *class, struct err *err);

/*
 * In a change: waiting or failed → waived.
 *   who, reason   a person's name and words; both are written to the audit chain
 */
must_check bool ledger_waive(struct ledger *ledger, const struct ledger_selection *selection,
                             const char *who, const char *reason, struct ledger_decided *decided,
                             struct err *err);

/*
 * In a change: failed or waived → waiting, for documents with refused bytes. The bytes that came
 * last for each are its file from now on; no others are.
 *   who, reason   a person's name and words; both are written to the audit chain
 */
must_check bool ledger_accept(struct ledger *ledger, const struct ledger_selection *selection,
                              const char *who, const char *reason, struct ledger_decided *decided,
                              struct err *err);
