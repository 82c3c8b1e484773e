/*
 * Claims: the documents that a run takes next, and holds until it releases them. No function that
 * uses a claim alters it, so that a change can be rolled back and made again; the holder notes the
 * new state once the change is committed. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/ledger.h"

/* A document that this run holds. */
struct ledger_claim {
    int64_t document, epoch;
    enum ledger_state state; /* LEDGER_CLAIMED, or LEDGER_STORED: only its mark is missing */
    uint64_t record_id, mod_id;
    int attempts;
    int repetition;
    char *identity, *container, *filemaker_id, *patient_id, *type;
    char *patient; /* the application's id of the patient it is filed under; NULL: none */
    bool by_hand;  /* a person chose that patient, or none                              */
    enum ledger_link link;
    int64_t version; /* the stored version's number, or 0 */
    int64_t size;    /* of the stored version             */
};

void ledger_claim_clear(struct ledger_claim *claim);

/*
 * In a change: claims up to `most` documents that are due; those that wait for another try first.
 *   new_first   those that were never tried first, while there are any
 *   claims_r    room for `most`; the caller clears each
 */
must_check bool ledger_claim(struct ledger *ledger, int64_t now_us, bool new_first, size_t most,
                             struct ledger_claim *claims_r, size_t *count_r, struct err *err);

/* When the next document that no run holds is due; INT64_MAX if none is. */
must_check bool ledger_next_due(struct ledger *ledger, int64_t *due_us_r, struct err *err);

/* --- within ledger/ --------------------------------------------------------------------------- */

struct ledger_words;
struct transition;

/* A row of claim_pick, as the claim will be once it is taken. The caller clears it. */
struct ledger_claim ledger_claim_read(const struct sql_rows *rows,
                                      const struct ledger_words *words);

/* In a change: takes such a document for this run; a waiting one is claimed from now on. */
must_check bool ledger_claim_take(struct ledger *ledger, struct ledger_claim *claim,
                                  struct err *err);

/* The columns of such a row that hold the words. */
#define LEDGER_CLAIM_WORDS                                                                         \
    (struct ledger_word_columns)                                                                   \
    {                                                                                              \
        2, 12                                                                                      \
    }

/* The step of a claimed document to another state; its link and size stay. */
struct transition ledger_claim_step(const struct ledger_claim *claim, enum ledger_state after,
                                    const char *evidence);

/* In a change: LEDGER_NOT_OURS unless the claim still holds. */
must_check bool ledger_claim_still_ours(struct ledger *ledger, const struct ledger_claim *claim,
                                        struct err *err);
