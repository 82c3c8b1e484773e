/* The counters and the state of the simulated server. */
#include "sim/sim.h"

#include "base/time.h"

uint64_t sim_count(uint64_t *counter, uint64_t by)
{
    return __atomic_fetch_add(counter, by, __ATOMIC_RELAXED);
}

uint64_t sim_counted(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

const struct generation *sim_generation(const struct sim *sim)
{
    return sim->options.generation ? sim->options.generation : generation_usual();
}

bool sim_is_down(const struct sim *sim)
{
    return time_mono_us() < __atomic_load_n(&sim->down_until_us, __ATOMIC_RELAXED);
}

void sim_down_for(struct sim *sim, int64_t wait_us)
{
    __atomic_store_n(&sim->down_until_us, time_mono_us() + wait_us, __ATOMIC_RELAXED);
}

void sim_refuse_for(struct sim *sim, int64_t wait_us)
{
    __atomic_store_n(&sim->refuse_until_us, time_mono_us() + wait_us, __ATOMIC_RELAXED);
}

int64_t sim_refuses_until(struct sim *sim)
{
    return __atomic_exchange_n(&sim->refuse_until_us, 0, __ATOMIC_RELAXED);
}

/* A switch is one byte: another thread reads the old value or the new one. */
void sim_switches_change(struct sim *sim, const struct switches *switches)
{
    for (size_t i = 0; i < SWITCHES; i++)
        __atomic_store_n(&sim->switches.values[i], switches->values[i], __ATOMIC_RELAXED);
}

bool sim_pause(const struct sim *sim, int64_t wait_us)
{
    struct err err;

    return cancel_sleep(sim->stop, wait_us, &err);
}
