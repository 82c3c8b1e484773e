/*
 * Links: documents that are done, but filed under another patient than theirs. The patient came
 * later, was corrected at the source or got a new id in the application, or a person says so. Each
 * object is copied to its new key, the document is switched to it in one change, and only then is
 * the old object removed: docs/links.md. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/versions.h"

/* The state of a version, as its row has it. */
enum ledger_version_state {
    LEDGER_VERSION_INTENDED,   /* its object may exist                             */
    LEDGER_VERSION_STORED,     /* the document's present one                       */
    LEDGER_VERSION_SUPERSEDED, /* an earlier one, whose object stays               */
    LEDGER_VERSION_LEAVING,    /* its bytes lie elsewhere: its object is to be removed */
    LEDGER_VERSION_REMOVED,    /* its object is gone                               */
};

enum ledger_link_search {
    LEDGER_LINKS_LATE, /* not linked yet, or left half-way between two patients */
    LEDGER_LINKS_ALL,  /* every document that is done                          */
    LEDGER_LINKS_ONE,  /* those with an identity, of a record, or with a number */
};

struct ledger_link_selection {
    enum ledger_link_search search;
    const char *identity; /* LEDGER_LINKS_ONE: in lower case, or NULL */
    int64_t record_id;    /* LEDGER_LINKS_ONE: or 0                   */
    int64_t document;     /* LEDGER_LINKS_ONE: its number, or 0       */
};

/*
 * Looks for documents that may have to be moved, in the order of their numbers.
 *   after      the last one looked at; 0 to begin
 *   claims_r   room for `most`; not held yet, with the epoch that they would be held with. Each is
 *              cleared by the caller
 */
must_check bool ledger_links(struct ledger *ledger, const struct ledger_link_selection *choice,
                             int64_t after, size_t most, struct ledger_claim *claims_r,
                             size_t *count_r, struct err *err);

/* In a change: holds a document that is done. LEDGER_NOT_OURS: something happened to it since. */
must_check bool ledger_link_hold(struct ledger *ledger, const struct ledger_claim *claim,
                                 struct err *err);

/* In a change: releases a held document. */
must_check bool ledger_link_release(struct ledger *ledger, const struct ledger_claim *claim,
                                    struct err *err);

/* A version whose bytes were put under a new key; both numbers are versions of the document. */
struct ledger_link_move {
    int64_t from, to;
    char imprint[96]; /* of the object under the new key (store.h), or "" */
};

/* A document's new link and patient. */
struct ledger_link_target {
    enum ledger_link link;
    const char *patient;      /* the application's id, or NULL        */
    const char *who, *reason; /* a person's, or NULL: by the patient's id */
    bool by_id_again;         /* that person gives it back to the patient's id */
};

/*
 * In a change: switches a held document to its new patient. The versions under the new keys take
 * the places of the old ones, which are leaving from then on, and the history notes the change.
 *   version   the document as it is from now on, for the audit chain
 */
must_check bool ledger_link_switch(struct ledger *ledger, const struct ledger_claim *claim,
                                   const struct ledger_link_target *target,
                                   const struct ledger_version *version,
                                   const struct ledger_link_move *moves, size_t count,
                                   struct err *err);

/* In a change, after ledger_link_switch(): keeps the print of the row as it is from now on, or 0. */
must_check bool ledger_link_print(struct ledger *ledger, const struct ledger_claim *claim,
                                  const struct ledger_link_move *moves, size_t count,
                                  int64_t row_print, struct err *err);

/* In a change: sets the state of one version of a held document. */
must_check bool ledger_link_note(struct ledger *ledger, const struct ledger_claim *claim,
                                 int64_t number, enum ledger_version_state state, struct err *err);

/* Whether a key is that of a version that counts: then its object must stay. */
must_check bool ledger_key_is_used(struct ledger *ledger, const char *key, bool *used_r,
                                   struct err *err);
