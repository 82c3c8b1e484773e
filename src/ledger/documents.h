/*
 * The outcome of a claimed document: it is stored and done, or waits for another try, fails, or is
 * gone. Each function needs the claim and fails with LEDGER_NOT_OURS once the claim has passed to
 * another run. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/versions.h"

/*
 * In a change: claimed → stored.
 *   patient   the application's id of the patient, or NULL
 */
must_check bool ledger_store(struct ledger *ledger, const struct ledger_claim *claim,
                             const struct ledger_version *version, enum ledger_link link,
                             const char *patient, struct err *err);

/*
 * Both steps of it by themselves, in one change: the first finds out whether the claim is still ours,
 * the second keeps what the row is like that was written in between.
 *   row_print   as registry_put_document() gave it, or 0
 */
must_check bool ledger_store_document(struct ledger *ledger, const struct ledger_claim *claim,
                                      const struct ledger_version *version, enum ledger_link link,
                                      const char *patient, struct err *err);
must_check bool ledger_store_version(struct ledger *ledger, const struct ledger_claim *claim,
                                     const struct ledger_version *version, int64_t row_print,
                                     struct err *err);

/* In a change: stored → done. `mod_id`: the record's after our mark. */
must_check bool ledger_finish(struct ledger *ledger, const struct ledger_claim *claim,
                              uint64_t mod_id, struct err *err);

/* Evidence of a try that did not end well. */
struct ledger_attempt {
    const char *step;  /* "fetch", "put", ...     */
    const char *class; /* "container-unavailable" */
    const struct err *why;
    int64_t bytes; /* read from the container before the failure; -1: none */
    bool counts;   /* as one of the tries that the class allows            */
};

/* The HTTP status that `why` tells of; 0: none. */
int ledger_http_status(const struct err *why);

/*
 * In a change: releases a document until `due_us`, with evidence. A claimed one waits again; a
 * stored one stays stored unless `fetch_again`.
 */
must_check bool ledger_release(struct ledger *ledger, const struct ledger_claim *claim,
                               const struct ledger_attempt *attempt, int64_t due_us,
                               bool fetch_again, struct err *err);

/* In a change: adds evidence about a claimed document, and changes nothing else. */
must_check bool ledger_evidence(struct ledger *ledger, const struct ledger_claim *claim,
                                const struct ledger_attempt *attempt, struct err *err);

/*
 * Finds the class that most of a document's last tries ended with.
 *   tries     how many of the last tries are read
 *   class_r   NULL if there were none; the caller frees
 */
must_check bool ledger_usual_class(struct ledger *ledger, int64_t document, int tries,
                                   char **class_r, struct err *err);

/* The traits that a failed document may share with others. */
struct ledger_trait {
    struct span created, author, path;
};

/* In a change: claimed → failed, with evidence. */
must_check bool ledger_fail(struct ledger *ledger, const struct ledger_claim *claim,
                            const struct ledger_attempt *attempt, const struct ledger_trait *trait,
                            struct err *err);

/* In a change: claimed or stored → gone: the source no longer has the record. */
must_check bool ledger_mark_gone(struct ledger *ledger, const struct ledger_claim *claim,
                                 struct err *err);
