/* Stopping, in the two ways there are. */
#include "engine/engine.h"

#include "engine/dispatch.h"

void engine_stop(struct engine *mover, const struct err *why)
{
    (void)pthread_mutex_lock(&mover->lock);
    if (mover->stopped_by.kind == ERR_NONE)
        mover->stopped_by = *why;
    (void)pthread_mutex_unlock(&mover->lock);
    atomic_store(&mover->finishing, true);
    cancel_set(mover->cancel);
    dispatch_wake(mover->dispatch);
}

void engine_finish(struct engine *mover)
{
    atomic_store(&mover->finishing, true);
    dispatch_wake(mover->dispatch);
}

bool engine_is_finishing(const struct engine *mover)
{
    return atomic_load(&mover->finishing);
}
