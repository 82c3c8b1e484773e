/*
 * The writes by which documents are taken back, and what is asked of ledger and application before. A
 * write about a document that somebody else has taken since fails with ERR_DATABASE, LEDGER_NOT_OURS.
 */
#pragma once

#include "engine/writes.h"
#include "ledger/links.h"
#include "ledger/undos.h"
#include "registry/left.h"

/* A document that may be taken back, with all that ledger and application say of it. */
struct undo_candidate {
    struct ledger_undo undo;
    struct uuid row_id;
    enum registry_left left; /* what became of its row */
    struct ledger_version *versions;
    bool *is_shared; /* of each: another document needs its key */
    size_t version_count;
    char **marks; /* that we wrote to its record */
    size_t mark_count;
    bool is_held, mark_was_emptied; /* by this call; a further try goes on from there */
};

enum { UNDO_CANDIDATES_MAX = 64 };

void undo_candidates_clear(struct undo_candidate *candidates, size_t count);

/* The version that the document is stored as; NULL: it is not, or its object is gone. */
const struct ledger_version *undo_candidate_current(const struct undo_candidate *candidate);

/*
 * Reads the next documents that may be taken back, in the order of their numbers. Nothing is written.
 *   after          the last document that was looked at; 0 to begin
 *   candidates_r   room for UNDO_CANDIDATES_MAX; caller clears with undo_candidates_clear()
 *   count_r        UNDO_CANDIDATES_MAX means that there may be more
 * Fails with ERR_DATABASE, ERR_USAGE.
 */
must_check bool undo_candidates_read(struct ledger *ledger, struct registry *registry,
                                     const char *source_name, int64_t after,
                                     struct undo_candidate *candidates_r, size_t *count_r,
                                     struct err *err);
must_check bool ask_undo_candidates(struct writer *writer, const char *source_name, int64_t after,
                                    struct undo_candidate *candidates_r, size_t *count_r,
                                    struct err *err);

/* Begins to take a document back, and renews our lease: the candidate is waived and held from then on. */
must_check bool write_undo_begin(struct writer *writer, struct undo_candidate *candidate,
                                 const char *who, const char *reason, int64_t lease_us,
                                 struct err *err);

/* What becomes of a version, whose object was compared just now. */
struct undo_change {
    int64_t version;
    enum ledger_version_state state;
    bool goes_with_row; /* only if the row is gone: else it stays as it is */
};

/* A row that is taken back, with the ledger's note of it. */
struct undo_row {
    const struct undo_candidate *candidate;
    bool goes; /* if it is as we left it; false: it stays in any case */
    const struct undo_change *changes;
    size_t change_count;
    uint64_t mod_id;      /* the record's, as the ledger knows it from now on */
    const char *evidence; /* in words, what became of mark and objects */
};

/*
 * Removes the row and notes what becomes of the objects, in one change.
 *   left_r   what became of the row: REGISTRY_LEFT_AS_IT_WAS: it was removed
 */
must_check bool write_undo_row(struct writer *writer, const struct undo_row *row,
                               enum registry_left *left_r, struct err *err);

/* Lets go of the document. */
must_check bool write_undo_end(struct writer *writer, const struct ledger_claim *claim,
                               struct err *err);
