/*
 * Sign-offs: that somebody took the migration for complete, and on what grounds. Each is a run of
 * the kind "sign", whose audit chain names it, so that nobody can alter or remove one unseen.
 * Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "base/digest.h"
#include "ledger/ledger.h"

/* Texts are borrowed. */
struct ledger_signoff {
    int64_t number, run, at_us; /* set by the ledger */
    struct span who;            /* as people read it */
    struct span statement;      /* what was signed   */
    struct span reason;         /* why, though there were exceptions; else empty */
    struct span exceptions;     /* JSON: [{"name","figure"}]                     */
    struct span figures;        /* JSON: the status as it was then               */
    struct sha256 digest;       /* of what was shown to the one who signed       */
    int64_t verified;           /* the newest verification; 0: there was none    */
    bool has_certificate;
    struct sha256 certificate; /* of the newest certificate's file */
};

/* In a change, of a run of the kind "sign": keeps one. `number_r` is under which number. */
must_check bool signoff_put(struct ledger *ledger, const struct ledger_signoff *signoff,
                            int64_t *number_r, struct err *err);

/*
 * Calls `each` for the newest sign-offs, the newest first.
 *   before   only those with a lower number; 0: all
 *   limit    at most so many
 * A ledger from before there were any has none.
 */
must_check bool signoffs_each(struct ledger *ledger, int64_t before, int64_t limit,
                              void (*each)(void *arg, const struct ledger_signoff *signoff),
                              void *arg, struct err *err);
