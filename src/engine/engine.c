/* Stopping, in the two ways there are. */
#include "engine/engine.h"

#include "engine/dispatch.h"

void mover_stop(struct mover *mover, const struct err *why)
{
    (void)pthread_mutex_lock(&mover->lock);
    if (mover->stopped_by.kind == ERR_NONE)
        mover->stopped_by = *why;
    (void)pthread_mutex_unlock(&mover->lock);
    atomic_store(&mover->finishing, true);
    cancel_set(mover->cancel);
    dispatch_wake(mover->dispatch);
}

void mover_finish(struct mover *mover)
{
    atomic_store(&mover->finishing, true);
    dispatch_wake(mover->dispatch);
}

bool mover_is_finishing(const struct mover *mover)
{
    return atomic_load(&mover->finishing);
}
