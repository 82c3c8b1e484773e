/*
 * Documents that are taken back: each is waived with the class "undone" first, in the name of whoever
 * decides so, and then mark, row and object go. No census and no run takes such a document up by itself;
 * ledger_retry() does. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/versions.h"

#define LEDGER_CLASS_UNDONE "undone"

/* A document that may be taken back. */
struct ledger_undo {
    struct ledger_claim claim; /* not held yet, with the epoch that it would be held with */
    char *class;
    bool is_begun; /* an earlier call has begun with it, and perhaps ended it */
};

void ledger_undo_clear(struct ledger_undo *undo);

/*
 * Looks for documents that may be taken back, in the order of their numbers: all but those that were
 * waived for another reason. Those whose record is gone are among them.
 *   after     the last one looked at; 0 to begin
 *   undos_r   room for `most`; the caller clears each
 * Fails with ERR_USAGE, too: an older fmferry wrote the ledger, and this one only reads it.
 */
must_check bool ledger_undos(struct ledger *ledger, int64_t after, size_t most,
                             struct ledger_undo *undos_r, size_t *count_r, struct err *err);

/* How many there are of them. */
must_check bool ledger_undos_count(struct ledger *ledger, int64_t *count_r, struct err *err);

/* The marks of a record that we wrote, or were about to write. The caller frees all. */
must_check bool ledger_undo_marks(struct ledger *ledger, uint64_t record_id, char ***marks_r,
                                  size_t *count_r, struct err *err);

/* Whether a version of another document, of any source, counts and has this key. */
must_check bool ledger_undo_key_is_shared(struct ledger *ledger, const char *key, int64_t document,
                                          bool *shared_r, struct err *err);

/*
 * In a change: begins to take a document back: waives and holds it. LEDGER_NOT_OURS: something
 * happened to it since it was read. ledger_link_note() sets its versions, ledger_link_release() ends.
 *   who, reason   a person's name and words
 */
must_check bool ledger_undo_begin(struct ledger *ledger, struct ledger_undo *undo, const char *who,
                                  const char *reason, struct err *err);

/*
 * In a change: notes what became of it.
 *   mod_id     the record's, as the ledger knows it from now on
 *   evidence   in words
 */
must_check bool ledger_undo_note(struct ledger *ledger, const struct ledger_claim *claim,
                                 uint64_t mod_id, const char *evidence, struct err *err);
