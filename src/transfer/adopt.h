/*
 * Taking over what an earlier importer left: its marks, rows and objects. None of them is believed:
 * the source's bytes are fetched, and only an object that has exactly these is taken for the
 * document. What is wrong becomes evidence; nothing is deleted.
 */
#pragma once

#include "ledger/documents.h"
#include "transfer/state.h"

/* The step of its evidence in the ledger, and the classes. */
#define ADOPT_STEP "adopt"
#define ADOPT_TAKEN "taken-over" /* right: nothing was put again                              */
#define ADOPT_MOVED "moved-anew" /* row or object are missing, or the object has other bytes  */
#define ADOPT_FALSE                                                                                \
    "false-mark" /* marked, with neither a file in the source nor one in the store */
#define ADOPT_UNPROVEN "unproven" /* the source gives no file to compare the object with      */

/* Whether an earlier importer left anything for the document at hand. */
bool adopt_concerns(const struct transfer *t);

/*
 * Once the bytes are read: compares them with the earlier importer's object, and keeps the
 * finding. False: the store could not be asked, `failure` says why.
 */
must_check bool adopt_compare(struct transfer *t);

/* When the source gives no file: looks at the earlier importer's object, and keeps the finding. */
void adopt_judge(struct transfer *t);

/*
 * The finding as evidence for the ledger; NULL: there is none.
 *   room   holds the evidence, which borrows from the finding
 */
const struct ledger_attempt *adopt_evidence(const struct adopt_finding *finding,
                                            struct ledger_attempt *room);
