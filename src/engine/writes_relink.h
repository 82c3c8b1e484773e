/*
 * The writes of a relink, which moves documents to their patients, and what it asks of the writer.
 * A write about a document that somebody else has taken since
 * fails with ERR_DATABASE, LEDGER_NOT_OURS.
 */
#pragma once

#include "engine/writes.h"
#include "ledger/links.h"
#include "registry/registry.h"

/* Holds a document that is done. This and the next renew the lease of our run, of `lease_us`. */
must_check bool write_relink_hold(struct writer *writer, const struct ledger_claim *claim,
                                  int64_t lease_us, struct err *err);

/* Notes which object is about to be made; gives `version` its number if it has none. */
must_check bool write_relink_intent(struct writer *writer, const struct ledger_claim *claim,
                                    struct ledger_version *version, int64_t lease_us,
                                    struct err *err);

/* A held document's change of patient. */
struct relink_switch {
    const struct ledger_claim *claim;
    const struct ledger_link_target *target;
    const struct ledger_version *current; /* the document as it is from now on             */
    const struct ledger_link_move *moves; /* the versions whose bytes lie under a new key  */
    size_t move_count;
    struct uuid row_id;
    int64_t row_print;  /* of the row as we wrote it last; 0: it is not ours alone */
    const char *bucket; /* of the store, for the row */
};

/*
 * Switches a document to its new patient, in the ledger and in the application's row at once.
 *   row_exists_r   false: people have deleted the document's row, and it is not made again
 */
must_check bool write_relink_switch(struct writer *writer, const struct relink_switch *change,
                                    bool *row_exists_r, struct err *err);

/* Notes what became of one version of a held document. */
must_check bool write_version_state(struct writer *writer, const struct ledger_claim *claim,
                                    int64_t version, enum ledger_version_state state,
                                    struct err *err);

/* Lets go of a held document. */
must_check bool write_relink_release(struct writer *writer, const struct ledger_claim *claim,
                                     struct err *err);

/* --- asked of the writer -------------------------------------------------------------------- */

/* A document that may have to be moved, with what ledger and application say of its patient. */
struct relink_candidate {
    struct ledger_claim claim;           /* not held yet                                     */
    struct uuid row_id;                  /* of its row in the application                    */
    enum registry_match match;           /* of its patient's id                              */
    char patient[REGISTRY_PATIENT_SIZE]; /* the application's id, with REGISTRY_ONE_PATIENT  */
    bool is_doubted;                     /* the document itself contradicts that patient     */
    bool is_half_moved;                  /* an earlier relink of it was interrupted          */
};

enum { RELINK_CANDIDATES_MAX = 64 };

/*
 * Asks for the next documents that may have to be moved, in the order of their numbers.
 *   source_name    as configured: part of each row's id
 *   after          the last document that was looked at; 0 to begin
 *   candidates_r   room for RELINK_CANDIDATES_MAX; caller clears with relink_candidates_clear()
 *   count_r        RELINK_CANDIDATES_MAX means that there may be more
 */
must_check bool ask_relink_candidates(struct writer *writer,
                                      const struct ledger_link_selection *selection,
                                      const char *source_name, int64_t after,
                                      struct relink_candidate *candidates_r, size_t *count_r,
                                      struct err *err);
void relink_candidates_clear(struct relink_candidate *candidates, size_t count);

/* Asks for all versions of a document. Caller frees with ledger_versions_free(). */
must_check bool ask_versions(struct writer *writer, int64_t document,
                             struct ledger_version **versions_r, size_t *count_r, struct err *err);

/* Whether a key is that of a version that counts: then its object must stay. */
must_check bool ask_key_is_used(struct writer *writer, const char *key, bool *used_r,
                                struct err *err);
