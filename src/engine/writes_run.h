/* The writes about a run as a whole. */
#pragma once

#include "engine/peers.h"
#include "engine/writes.h"
#include "filemaker/gate.h"
#include "ledger/runs.h"

/*
 * A sign of life: how the run stands, and its lease for `lease_us` more.
 *   gate   how it stands is noted, too; NULL: FileMaker is not asked
 */
must_check bool write_heartbeat(struct writer *writer, const struct ledger_progress *progress,
                                struct gate *gate, int64_t lease_us, struct err *err);

/*
 * Notes how many of the source's sessions are ours, so that all movers share them.
 *   gate       what is given away is not used any more before it is noted as free
 *   sessions   that all movers may have together
 *   limit_r    how many are ours: the gate may let so many open from now on
 */
must_check bool write_session_share(struct writer *writer, struct gate *gate, int sessions,
                                    int *limit_r, struct err *err);

struct run_end {
    struct ledger_progress progress;
    const char *status;      /* "finished", "interrupted", "stopped"                          */
    int64_t *states_r;       /* LEDGER_STATES of them: documents by state; NULL: not wanted   */
    int64_t *deleted_rows_r; /* our rows that people deleted in the application; or NULL      */
};

/* Ends the run: lets go of whatever it holds still. */
must_check bool write_run_end(struct writer *writer, const struct run_end *end, struct err *err);

/* Waits until all that was submitted or posted before is committed. */
must_check bool write_nothing(struct writer *writer, struct err *err);

/* Releases the claims of dead peers. */
must_check bool write_dead_peers(struct writer *writer, const struct peers *peers, struct err *err);

/* Reads the runs that never ended into `peers`, whose lease_us is set. */
must_check bool ask_peers(struct writer *writer, struct peers *peers, struct err *err);
