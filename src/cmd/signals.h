/* Ctrl-C and SIGTERM: the first asks for a graceful end, the second for an immediate one. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"

struct signals;

/*
 * Starts to listen. Call it before other threads start, so that they inherit the blocked signals.
 *   first    called at the first signal, on a thread of its own; NULL: the first one cancels
 *   cancel   set at the second signal
 */
struct signals *signals_listen(void (*first)(void), struct cancel *cancel);
void signals_free(struct signals *signals); /* NULL is allowed */
