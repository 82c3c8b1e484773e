/*
 * What each document failed with when its tries were used up. A later run that meets the very same
 * takes one try and not all of them. Threads and failures as in ledger.h.
 */
#pragma once

#include "ledger/documents.h"

enum { LEDGER_WAYS_SIZE = SHA256_HEX_SIZE };

/* A document's last failure, and what the document was like then. */
struct ledger_last_failure {
    char *class; /* "container-unavailable"; NULL: it never failed, or that is forgotten */
    int http_status, filemaker_code; /* 0: the answer had none */
    uint64_t mod_id;                 /* of its record */
    char ways[LEDGER_WAYS_SIZE];     /* a hash of the settings by which its file was asked for */
};

void ledger_last_failure_clear(struct ledger_last_failure *last);

/* Whether `why`, of a class of that name, is the same failure: the same class and status. */
bool ledger_last_failure_is(const struct ledger_last_failure *last, const char *class,
                            const struct err *why);

/* Reads a document's last failure. The caller clears it. */
must_check bool ledger_last_failure_read(struct ledger *ledger, int64_t document,
                                         struct ledger_last_failure *last_r, struct err *err);

/*
 * In a change: keeps a document's last failure.
 *   mod_id   of its record, as it was read for this try
 *   ways     the hash of the settings
 */
must_check bool ledger_last_failure_put(struct ledger *ledger, int64_t document,
                                        const struct ledger_attempt *attempt, uint64_t mod_id,
                                        const char *ways, struct err *err);

/* In a change: forgets a document's last failure, or those of all documents of the source. */
must_check bool ledger_last_failure_forget(struct ledger *ledger, int64_t document,
                                           struct err *err);
must_check bool ledger_last_failures_forget(struct ledger *ledger, struct err *err);
