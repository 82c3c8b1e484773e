/*
 * A file or a manifest in place of a server can be exchanged between runs: for a newer copy, as is meant, or for an
 * older one or another by mistake. The ledger keeps in its notes by what the last run knew it.
 */
#pragma once

#include "engine/engine.h"
#include "ledger/ledger.h"

/*
 * Adds a line if the source is not as it was at the last run: what is different, what follows, and what to do if that
 * is not meant. Says nothing of a server, and before the first run.
 */
must_check bool file_known_say(struct ledger *ledger, const struct engine_settings *settings,
                               struct str *notes, struct err *err);

/* In a run's change: keeps as what it is known from now on. */
must_check bool file_known_keep(struct ledger *ledger, const struct engine_settings *settings,
                                struct err *err);
