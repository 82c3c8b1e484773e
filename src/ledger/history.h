/*
 * What the ledger tells of one document, for people who want to know where it comes from. Nothing
 * here changes anything. Threads and failures as in read.h; a caller that needs several calls to
 * agree makes them in one reading change. Texts are borrowed for the call.
 */
#pragma once

#include "base/digest.h"
#include "ledger/ledger.h"

/* Bytes that were meant to be stored for a document. */
struct told_bytes {
    int64_t number, at_us; /* when they had been read; from 1 */
    int64_t size;
    struct span state, key, mime; /* "stored", "superseded", ... */
    bool has_sha256;
    struct sha256 sha256;
};

/* Calls `each` for every version of a document, the first one first. */
must_check bool ledger_told_bytes(struct ledger *ledger, int64_t document,
                                  void (*each)(void *arg, const struct told_bytes *bytes),
                                  void *arg, struct err *err);

/* A document's change of patient, or a person's decision about it. */
struct told_decision {
    int64_t at_us, run;      /* run 0: it is not told                                */
    bool is_waiver;          /* it was given up; else it was given to another patient */
    struct span patient;     /* the new one; SPAN_NONE: nobody                       */
    struct span who, reason; /* empty: by the patient's id                           */
};

/* Calls `each` for every such change, the oldest first. */
must_check bool ledger_told_decisions(struct ledger *ledger, int64_t document,
                                      void (*each)(void *arg, const struct told_decision *told),
                                      void *arg, struct err *err);

/* An entry of an audit chain about a document. */
struct told_entry {
    int64_t run, seq, at_us;
    struct span before, after, evidence; /* as in the tables */
};

/*
 * Calls `each` for a document's entries about a moment, in the order of their chains, newest run
 * first. The chains are not sorted by documents: they are entered where the moment's entries begin,
 * and read to where they end, or until LEDGER_TOLD_MOST entries of a chain were looked at.
 *   from_us, to_us   the moment's first and last microsecond
 */
enum { LEDGER_TOLD_MOST = 50000 };
must_check bool ledger_told_entries(struct ledger *ledger, int64_t document, int64_t from_us,
                                    int64_t to_us,
                                    void (*each)(void *arg, const struct told_entry *entry),
                                    void *arg, struct err *err);

/*
 * Calls `each` for the entries about a document that was done and stayed so, the oldest first: of an upload,
 * what people changed of it. All chains of the handle's source are read, so it is meant for uploads, which
 * have short ones.
 */
must_check bool ledger_told_edits(struct ledger *ledger, int64_t document,
                                  void (*each)(void *arg, const struct told_entry *entry),
                                  void *arg, struct err *err);

/* When a document's state last changed; 0: there is no such document. */
must_check bool ledger_told_change(struct ledger *ledger, int64_t document, int64_t *at_us_r,
                                   struct err *err);
