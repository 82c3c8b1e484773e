/*
 * Re-reading in turn (`fmferry verify --rotate 7`): how far it has come, by the ledger's notes of the
 * verifications that came to their end.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "ledger/read.h"

struct rereading {
    int parts;        /* as the newest has it; 0: nothing was read again in turn         */
    int last;         /* the part that was read last, from 1                             */
    int read;         /* how many different parts were read so far                       */
    int64_t last_us;  /* when the last was read to its end                               */
    int64_t since_us; /* every part was read since; 0: some were not yet                 */
};

/* Reads it. Fails with ERR_DATABASE. */
must_check bool rereading_read(struct ledger *ledger, struct rereading *rereading_r,
                               struct err *err);

/* Adds "part 3 of 7 on 2026-12-02 02:10:00 AEDT; every byte was read again since ..."; nothing if none was read. */
void rereading_figure(const struct rereading *rereading, struct str *to);
