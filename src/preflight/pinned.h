/*
 * Pinned settings: those that must stay the same from run to run of one ledger, because they decide
 * which documents there are: where the records are, which field is their key, which containers hold
 * files, and in which store they lie. With another key every document would be moved a second time;
 * with another container in front, its file would pass for a new version of what lies there already.
 *
 * The first run keeps them in the ledger's notes about the source.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"

/*
 * In a run's change: compares the settings with those of earlier runs, and keeps them.
 *
 * Containers may be added where that alters nothing that is known: anywhere but in front, if each
 * file is a document; behind the others, if the first that is not empty counts (what was empty so
 * far is then looked at again). With `accept_rebuilt` another database or layout is taken for the
 * same records.
 *   settings   with the containers as the layout has them
 * Fails with ERR_USAGE: what was changed, and how to mend it.
 */
must_check bool pinned_keep(struct ledger *ledger, const struct engine_settings *settings,
                            struct err *err);

/* As pinned_keep(), but keeps nothing: for commands that only look. */
must_check bool pinned_check(struct ledger *ledger, const struct engine_settings *settings,
                             struct err *err);

/*
 * Checks the store alone, before it is opened: a command that looked for documents in the wrong
 * store would make a folder there, or call them all missing. A ledger that does not exist yet pins
 * none. Fails with ERR_USAGE, as pinned_keep() does.
 */
must_check bool pinned_store_check(const struct engine_settings *settings,
                                   const struct cancel *cancel, struct err *err);

/*
 * Whether containers may take the place of those that a ledger was begun with.
 *   before, now   as containers_text() told them
 */
bool pinned_containers_fit(struct span before, struct span now);
