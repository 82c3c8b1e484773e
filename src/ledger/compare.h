/* The ledger's side of comparing it with the source, the store and the application. */
#pragma once

#include "ledger/ledger.h"

/* A document with what is stored for it. */
struct ledger_document_state {
    int64_t document, epoch, size;
    enum ledger_state state;
    enum ledger_link link;
    bool held; /* in somebody's hands */
    int repetition;
    uint64_t mod_id;
    char *identity, *container, *filemaker_id, *type;
    struct ledger_version version; /* the stored one; its key is NULL if nothing is stored */
};

/* The documents of one record. The caller frees with ledger_document_states_free(). */
must_check bool ledger_document_states(struct ledger *ledger, uint64_t record_id,
                                       struct ledger_document_state **wholes_r, size_t *count_r,
                                       struct err *err);
void ledger_document_states_free(struct ledger_document_state *wholes, size_t count);

/*
 * In a change: a document that nobody holds becomes waiting, because it must be done again, or
 * done, because it turned out to be. after       LEDGER_WAITING or LEDGER_DONE mod_id      the
 * record's why         for the audit chain changed_r   false: something happened to it since we
 * looked, and nothing was written
 */
must_check bool ledger_correct(struct ledger *ledger, const struct ledger_document_state *whole,
                               enum ledger_state after, uint64_t mod_id, const char *why,
                               bool *changed_r, struct err *err);

/* Whether anything was ever meant to lie under a key; whether a document goes by an id. */
must_check bool ledger_knows_key(struct ledger *ledger, const char *key, bool *knows_r,
                                 struct err *err);
must_check bool ledger_knows_identity(struct ledger *ledger, const char *identity, bool *knows_r,
                                      struct err *err);
