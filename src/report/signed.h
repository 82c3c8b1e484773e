/* The newest sign-off, as the ledger has it. */
#pragma once

#include "base/err.h"
#include "ledger/read.h"

struct signed_off {
    int64_t number; /* 0: nobody signed */
    int64_t at_us;
    char *who;
    int64_t exceptions; /* that it names                    */
    bool is_outdated;   /* a run has moved documents since  */
};

/* Reads it; the caller clears it. Fails with ERR_DATABASE. */
must_check bool signed_read(struct ledger *ledger, const struct ledger_run *runs, size_t run_count,
                            struct signed_off *signed_r, struct err *err);
void signed_clear(struct signed_off *signed_off);

/* Adds "2026-11-23 18:50:12 AEDT by Kim Ito, with 2 exceptions; a run moved documents since", or nothing. */
void signed_figure(const struct signed_off *signed_off, struct str *to);

/* How many exceptions a sign-off's JSON names; 0 if it is malformed. */
int64_t signed_exceptions(struct span exceptions);
