/*
 * Hands out documents to workers, and knows when there are no more. It also ends the run before
 * that, when somebody says so. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/assignment.h"
#include "engine/ready.h"

struct engine;
struct dispatch;

struct dispatch *dispatch_new(struct engine *engine);
void dispatch_free(struct dispatch *dispatch); /* NULL is allowed */

/*
 * Waits for a document that is due.
 *   worker         which worker asks, from 0
 *   idle           called with `arg` before each wait: finishes what the worker has begun
 *   assignment_r   NULL when the run is over; else the caller's, and dispatch_give_back() must
 *                  follow once the document's outcome is committed, unless the run stops
 * Safe from any thread. Fails as write_claims().
 */
must_check bool dispatch_next(struct dispatch *dispatch, int worker, void (*idle)(void *arg),
                              void *arg, struct assignment **assignment_r, struct err *err);
void dispatch_give_back(struct dispatch *dispatch);

/*
 * The documents that this worker will be given next, unless another takes them first, as
 * ready_look_ahead(). Safe from any thread.
 */
size_t dispatch_look_ahead(struct dispatch *dispatch, int worker, size_t most,
                           struct ready_ahead *ahead_r);

/* Documents were added to the ledger, or all should look again. Safe from any thread. */
void dispatch_wake(struct dispatch *dispatch);

/*
 * A census has ended: when all documents that it saw are settled, the run ends, unless another
 * census is wanted.
 *   closed    its count was confirmed
 *   waiting   how many documents are still to be handed out
 */
void dispatch_census_ended(struct dispatch *dispatch, bool closed, int64_t waiting);

/*
 * Waits until another census is wanted, since people may have edited much while documents were
 * moved: it is taken beside the last of them. False: the run is over. For the census's thread,
 * after dispatch_census_ended().
 */
must_check bool dispatch_wants_census(struct dispatch *dispatch);

/* Ends the whole run because of a failure: all leave at once. The first failure is what is told. */
void dispatch_stop(struct dispatch *dispatch, const struct err *why);

/* Begins nothing new; what is under way is finished. */
void dispatch_finish(struct dispatch *dispatch);
bool dispatch_is_finishing(const struct dispatch *dispatch); /* after either of the two */

/*
 * The failure that stopped the run; its kind is ERR_NONE if none did. Once all threads have ended.
 */
const struct err *dispatch_stopped_by(const struct dispatch *dispatch);
