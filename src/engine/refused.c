/* Refused bytes go to the ledger like everything else: by the desk. */
#include "engine/refused.h"

struct refuse_job {
    const struct ledger_claim *claim;
    const char *class;
    const struct sha256 *sha256;
    uint64_t size_bytes;
    struct ledger_refused seen;
};

static bool refuse_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct refuse_job *job = arg;

    return ledger_refuse(hands->ledger, job->claim, job->class, job->sha256, job->size_bytes,
                         &job->seen, err);
}

bool refused_note(struct engine *mover, const struct ledger_claim *claim, enum failure_kind failure,
                  const struct sha256 *sha256, uint64_t size_bytes, struct ledger_refused *seen_r,
                  struct err *err)
{
    struct refuse_job job = { .claim = claim,
                              .class = failure_class_of(failure)->name,
                              .sha256 = sha256,
                              .size_bytes = size_bytes };

    if (!writer_run(mover->writer, refuse_work, &job, err))
        return false;
    *seen_r = job.seen;
    return true;
}
