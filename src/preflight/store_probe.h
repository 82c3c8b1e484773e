/*
 * Probes what the store can do, once, and keeps the traits in the ledger, so that a rerun writes
 * nothing; it is probed anew when the store no longer looks as it did.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"

enum probe_mode {
    PROBE_NEVER,     /* nothing is written: the store is only reached                       */
    PROBE_IF_NEEDED, /* it is probed if it never was, or has changed since                  */
    PROBE_ALWAYS,    /* it is probed, unless the probe's objects could not be removed again */
};

/*
 * Reaches the store, and finds out what it can do.
 *   traits_r   for settings->store.traits
 *   said_r     the same in words; the caller frees
 * Fails as store_probe().
 */
must_check bool store_probe_run(const struct engine_settings *settings, const struct cancel *cancel,
                                enum probe_mode mode, struct store_traits *traits_r, char **said_r,
                                struct err *err);

/* The traits that were found before; none if there is no ledger yet, or no probe was made. */
void store_probe_known(const struct engine_settings *settings, const struct cancel *cancel,
                       struct store_traits *traits_r);

/*
 * Names the objects that probes left in a bucket, because they were killed or their account may not
 * remove anything. They are left there: another process's probe may be under way. In a folder the
 * next probe removes them.
 *   names      gets their keys, separated by commas, as far as there is room
 *   count_r    how many there are
 * Fails as store_list().
 */
must_check bool store_probe_leftovers(const struct engine_settings *settings,
                                      const struct cancel *cancel, struct str *names,
                                      size_t *count_r, struct err *err);

/* In a change: keeps the traits that were found, if they are not the known ones. */
must_check bool store_probe_keep(struct ledger *ledger, const struct engine_settings *settings,
                                 const struct store_traits *traits, const struct cancel *cancel,
                                 struct err *err);
