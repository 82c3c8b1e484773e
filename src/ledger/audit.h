/*
 * The audit chain and the tallies: every step of a document from one state to another is written
 * to both, in the change that makes it. docs/ledger.md tells how a chain is checked without this
 * program. Private to ledger/.
 */
#pragma once

#include "base/digest.h"
#include "ledger/ledger.h"
#include "ledger/rows.h"

/* The audit chain names a key by the first bytes of its SHA-256. */
enum { LEDGER_KEY_DIGEST_SIZE = 16 };

/* A version, as far as an entry tells of it. The key is borrowed; NULL: it tells of none. */
struct told_version {
    const char *key;
    struct sha256 sha256;
    uint64_t size_bytes;
};

/* A step from one state to another. Borrowed until it is written. */
struct transition {
    int64_t document, epoch;
    bool is_new; /* there was no state before */
    enum ledger_state before, after;
    const char *class_before, *class_after; /* "" unless failed or waived */
    enum ledger_link link_before, link_after;
    int64_t size_before, size_after; /* counted while stored or done   */
    const char *type, *type_before;  /* type_before NULL: the same     */
    struct told_version version; /* stored with this step; the evidence goes on from it          */
    bool is_marked;              /* its mark was read back; the evidence goes on from it          */
    uint64_t mod_id;             /* of that version, or of the record with that mark              */
    const char *evidence;
    bool tallies_only; /* the audit chain has it in another entry, or needs none */
};

/*
 * A document's step from the state that its row has; its link and size stay. Texts are borrowed.
 * A step to LEDGER_FAILED needs `class_after` as well.
 */
struct transition ledger_step(const struct ledger_row *row, enum ledger_state after,
                              const char *evidence);

/* In a change: writes a step to the audit chain and the tallies. */
must_check bool ledger_transition(struct ledger *ledger, const struct transition *t,
                                  struct err *err);

/* In a change: writes an entry to the audit chain alone. `document` 0 for none. */
must_check bool ledger_audit(struct ledger *ledger, int64_t document, int64_t epoch,
                             const char *before, const char *after, const char *evidence,
                             struct err *err);

/* The tallies of a change are written when it is committed, and forgotten when it ends. */
must_check bool ledger_tallies_write(struct ledger *ledger, struct err *err);
void ledger_tallies_forget(struct ledger *ledger);

/* Sets LEDGER_NOT_OURS; always false. */
bool ledger_not_ours(int64_t document, struct err *err);

/* After a statement that should have changed one row: LEDGER_NOT_OURS if it did not. */
must_check bool ledger_touched(const struct ledger *ledger, int64_t document, struct err *err);
