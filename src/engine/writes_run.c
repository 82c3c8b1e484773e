/* The arguments and bodies of a run's writes. */
#include "engine/writes_run.h"

#include "base/mem.h"
#include "ledger/gates.h"
#include "ledger/leases.h"
#include "ledger/read.h"

/* --- the sign of life ----------------------------------------------------------------------- */

struct life_sign {
    const struct ledger_progress *progress;
    struct gate *gate;
    int64_t lease_us;
};

static bool gate_note(struct ledger *ledger, struct gate *gate, struct err *err)
{
    struct gate_standing now;

    if (!gate)
        return true;
    gate_stands(gate, &now);
    return ledger_gate_note(
        ledger, &(struct ledger_gate){ now.width, now.sessions, now.average_us, gate_rests(gate) },
        err);
}

static bool heartbeat_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct life_sign *sign = args;

    return ledger_run_note(to->ledger, sign->progress, "running", false, err)
           && gate_note(to->ledger, sign->gate, err)
           && ledger_run_lease(to->ledger, sign->lease_us, err);
}

bool write_heartbeat(struct writer *writer, const struct ledger_progress *progress,
                     struct gate *gate, int64_t lease_us, struct err *err)
{
    return writer_run(writer, heartbeat_work, &(struct life_sign){ progress, gate, lease_us }, err);
}

/* --- sharing the sessions ------------------------------------------------------------------- */

struct session_share {
    struct gate *gate;
    int sessions;
    int *limit_r;
};

/*
 * Takes spare sessions, or narrows our gate and keeps what is still in use: rules 3 and 4 of the
 * sharing of sessions, which filemaker/gate.c tells. Returns how many to note.
 */
static int sessions_divide(const struct session_share *ours, const struct ledger_share *share)
{
    int more = share->fair - share->current, used;

    if (more >= 0)
        return *ours->limit_r = share->current + (more < share->spare ? more : share->spare);
    *ours->limit_r = share->fair;
    used = gate_sessions_limit(ours->gate, share->fair);
    return used < share->fair ? share->fair : used < share->current ? used : share->current;
}

static bool session_share_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct session_share *ours = args;
    struct ledger_share share;
    int granted;

    if (!ledger_sessions_share(to->ledger, ours->sessions, &share, err))
        return false;
    granted = sessions_divide(ours, &share);
    return granted == share.current || ledger_sessions_take(to->ledger, granted, err);
}

bool write_session_share(struct writer *writer, struct gate *gate, int sessions, int *limit_r,
                         struct err *err)
{
    return writer_run(writer, session_share_work,
                      &(struct session_share){ gate, sessions, limit_r }, err);
}

/* --- the end -------------------------------------------------------------------------------- */

static bool run_end_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct run_end *end = *(const struct run_end *const *)args;
    int64_t freed;

    return ledger_run_release(to->ledger, &freed, err) && ledger_gate_forget(to->ledger, 0, err)
           && ledger_run_note(to->ledger, &end->progress, end->status, true, err)
           && (!end->deleted_rows_r
               || registry_count_deleted(to->registry, end->deleted_rows_r, err));
}

static bool states_work(const struct writer_context *to, void *args, struct err *err)
{
    return ledger_states(to->ledger, *(int64_t *const *)args, err);
}

/* The states are read in a change of their own: a change is counted in the tallies as it commits. */
bool write_run_end(struct writer *writer, const struct run_end *end, struct err *err)
{
    int64_t *states = end->states_r;

    return writer_run(writer, run_end_work, &end, err)
           && (!states || writer_run(writer, states_work, &states, err));
}

static bool nothing_work(const struct writer_context *to, void *args, struct err *err)
{
    (void)to;
    (void)args;
    (void)err;
    return true;
}

bool write_nothing(struct writer *writer, struct err *err)
{
    return writer_run(writer, nothing_work, NULL, err);
}

/* --- peers ---------------------------------------------------------------------------------- */

static bool dead_peers_work(const struct writer_context *to, void *args, struct err *err)
{
    return peers_release_dead(*(const struct peers **)args, to->ledger, err);
}

bool write_dead_peers(struct writer *writer, const struct peers *peers, struct err *err)
{
    return writer_run(writer, dead_peers_work, &peers, err);
}

static bool peers_work(const struct writer_context *to, void *args, struct err *err)
{
    struct peers *peers = args;

    free(take(peers->runs));
    return ledger_open_runs(to->ledger, peers->lease_us, &peers->runs, &peers->count, err);
}

bool ask_peers(struct writer *writer, struct peers *peers, struct err *err)
{
    return writer_run(writer, peers_work, peers, err);
}
