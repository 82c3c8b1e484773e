/*
 * What is known to be wrong with a document, asked by its number: the console shows none of which
 * something is. A verification that came to its end says it anew of all documents that it looked at
 * (verifications.h); bytes that are not a document's own when somebody wants them say it at once.
 * Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/ledger.h"

/* What a verification says of one document. Texts are borrowed. */
struct looked_document {
    int64_t document;
    bool is_moving; /* a run was at it: nothing is said, and what is known of it stays */
    struct span kind, words;
};

/* Gives the next document, in the order of their numbers; `is_r` false: there are no more. */
typedef bool ledger_next_looked(void *arg, struct looked_document *looked_r, bool *is_r,
                                struct err *err);

/* All that a verification says of documents. */
struct looked_documents {
    ledger_next_looked *next;
    void *arg;
    bool
        is_whole; /* it came to its end: with a document that `next` does not give, nothing is wrong */
    bool (*judges)(void *arg, struct span kind); /* ... as far as differences of this kind go */
};

/*
 * In a change, of a run: takes what a verification says for what is known. What it could not judge
 * stays known.
 */
must_check bool findings_replace(struct ledger *ledger, const struct looked_documents *looked,
                                 struct err *err);

/* With how many documents something is wrong. A ledger from before this was kept knows none. */
must_check bool findings_count(struct ledger *ledger, int64_t *count_r, struct err *err);

/*
 * In a change, of a run of the kind "serve": the bytes that lie under the document's key are not its
 * own. It is known from now on, and every verification reads them again until they agree.
 *   kind    "object-missing", "object-size" or "object-hash", as verify names it
 *   words   one sentence
 * Does nothing if there is no such document, or nothing is stored of it.
 */
must_check bool finding_put(struct ledger *ledger, int64_t document, const char *kind,
                            const char *words, struct err *err);
