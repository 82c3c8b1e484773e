/*
 * Documents that are with no patient, by the patient's id that their record in FileMaker names: for
 * people who find out whose they are. Threads and failures as in read.h.
 */
#pragma once

#include "ledger/ledger.h"

/*
 * Calls `each` for the first `limit` ids, in their order; "" for records that name nobody.
 *   from   the first id, in lower case; "" for the first of all
 */
must_check bool ledger_unlinked_patients(struct ledger *ledger, const char *from, int64_t limit,
                                         void (*each)(void *arg, struct span id, int64_t documents),
                                         void *arg, struct err *err);

/* How many documents name an id, in lower case. */
must_check bool ledger_unlinked_count(struct ledger *ledger, struct span id, int64_t *count_r,
                                      struct err *err);

/* A document. Texts are borrowed for the call. */
struct ledger_unlinked {
    int64_t document;
    struct span identity, container;
    int repetition;
};

/*
 * Calls `each` for the first `limit` documents that name an id, in the order of their numbers.
 *   id      in lower case; "" for those that name nobody
 *   after   the last one that was listed; 0: from the first one
 */
must_check bool ledger_unlinked_documents(
    struct ledger *ledger, const char *id, int64_t after, int64_t limit,
    void (*each)(void *arg, const struct ledger_unlinked *one), void *arg, struct err *err);
