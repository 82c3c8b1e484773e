/*
 * Cut-overs in the ledger: each is a run of the kind "cutover" that moved nothing, with an entry in its
 * audit chain that says who stopped the work in FileMaker, when, and when everything had arrived.
 * Threads and failures as in ledger.h.
 */
#pragma once

#include "ledger/runs.h"

/*
 * Notes a cut-over that came to its end, in a change of its own.
 *   process    its kind is "cutover"
 *   evidence   one line of JSON: docs/ledger.md
 *   run_r      the number under which it is noted
 */
must_check bool ledger_cutover_note(struct ledger *ledger, const struct ledger_process *process,
                                    const char *evidence, int64_t *run_r, struct err *err);
