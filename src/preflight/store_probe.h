/*
 * What the store is found to do is tried once and kept in the ledger, so that a rerun writes
 * nothing; it is tried anew when the store no longer looks as it did.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"

enum probe_mode {
    PROBE_NEVER,     /* nothing is written: the store is only greeted                       */
    PROBE_IF_NEEDED, /* it is tried if that was not done yet, or it changed since           */
    PROBE_ALWAYS,    /* it is tried, unless what that makes could not be taken away again    */
};

/*
 * Reaches the store, and finds out what it does.
 *   traits_r   for settings->store.traits
 *   said_r     in words; the caller frees
 * Fails as store_probe().
 */
must_check bool store_probe_run(const struct engine_settings *settings, const struct cancel *cancel,
                                enum probe_mode trial, struct store_traits *traits_r, char **said_r,
                                struct err *err);

/* What was found before; nothing, where there is no ledger yet or nobody tried. */
void store_probe_known(const struct engine_settings *settings, const struct cancel *cancel,
                       struct store_traits *traits_r);

/*
 * Names the objects that trials left in a bucket: of one that was killed, or whose account may not
 * remove anything. They are not taken away: another process's trial may be under way. In a folder
 * the next trial removes them.
 *   names      gets their keys, with commas, as far as there is room
 *   count_r    how many
 * Fails as store_list().
 */
must_check bool store_probe_leftovers(const struct engine_settings *settings,
                                      const struct cancel *cancel, struct str *names,
                                      size_t *count_r, struct err *err);

/* In a change: keeps what was found, if it is not what was known already. */
must_check bool store_probe_keep(struct ledger *ledger, const struct engine_settings *settings,
                                 const struct store_traits *traits, const struct cancel *cancel,
                                 struct err *err);
