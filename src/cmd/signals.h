/*
 * Ctrl-C, SIGTERM and a terminal that hangs up: the first asks for a graceful end, the second for an
 * immediate one.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"

struct signals;

/*
 * Starts to listen. Call it before other threads start, so that they inherit the blocked signals.
 *   first    called at the first signal, on a thread of its own; returns whether it began a graceful
 *            end. NULL or false: the first one cancels
 *   cancel   set at the second signal; a second hang-up is none
 */
struct signals *signals_listen(bool (*first)(void), struct cancel *cancel);

/* The first signal that came, or 0; NULL is allowed, and gives 0. Safe from any thread. */
int signals_number(const struct signals *signals);
void signals_free(struct signals *signals); /* NULL is allowed */
