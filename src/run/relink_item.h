/*
 * Moves one document to its patient: its versions are copied to their new keys, the document is
 * switched in one change of ledger and application, the old objects are removed last. Each step is
 * in the ledger before the next one begins, so that a call after a crash finds what is half done:
 * an intent whose object may exist, or an object that is leaving.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"
#include "engine/writer.h"
#include "ledger/links.h"

/* The handles that move documents, and the number of those switched. */
struct relinker {
    const struct engine_settings *settings;
    struct writer *writer;
    struct store *from, *to; /* two handles: an object is read while another is written */
    int64_t switched;
};

/* A document and the patient it belongs to. All borrowed. */
struct relink_order {
    const struct ledger_claim *claim;
    const struct ledger_link_target *target;
    struct uuid row_id;
    bool is_new; /* the target differs from what the ledger has; else only the rest is completed */
};

enum relink_outcome {
    RELINK_ELSEWHERE, /* somebody else has the document now, and sees to it        */
    RELINK_LINKED,    /* it has a patient, or another one                          */
    RELINK_UNLINKED,  /* it has none any more                                      */
    RELINK_COMPLETED, /* it was half-way between two patients, and is with its own */
    RELINK_FAILED,    /* it could not be moved; the log says why                   */
};

/* Moves the document. Fails with ERR_DATABASE, ERR_OS, ERR_REMOTE, ERR_NET, ERR_CANCELED. */
must_check bool relink_item_move(struct relinker *relinker, const struct relink_order *order,
                                 enum relink_outcome *outcome_r, struct err *err);
