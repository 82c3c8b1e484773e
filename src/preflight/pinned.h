/*
 * What must stay the same from run to run of one ledger, because it says which documents there are:
 * where the records are, which field is their key, which containers hold files, and in which store
 * they lie. Another key, and every document would be moved a second time; another container in
 * front, and its file would pass for a new version of what lies there already.
 *
 * It is kept with the source in the ledger's notes by the first run.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"

/*
 * In a change of a run: compares with what earlier runs were made with, and keeps it.
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

/* As pinned_keep(), and keeps nothing: for those who only look. */
must_check bool pinned_check(struct ledger *ledger, const struct engine_settings *settings,
                             struct err *err);

/*
 * Of these the store alone, before it is opened: whoever looks for documents where they never were
 * would make a folder there, or call them all missing. A ledger that is not there yet has none.
 * Fails with ERR_USAGE, as pinned_keep() does.
 */
must_check bool pinned_store_check(const struct engine_settings *settings,
                                   const struct cancel *cancel, struct err *err);

/*
 * Whether containers may take the place of those that a ledger was begun with.
 *   before, now   as containers_text() told them
 */
bool pinned_containers_fit(struct span before, struct span now);
