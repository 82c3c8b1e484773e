/* The turn of one request that was read: handled, twisted as the scenario wants it, and sent. */
#pragma once

#include "sim/server/wire.h"
#include "sim/sim.h"

/*
 * Handles and answers.
 *   left      requests that the connection may carry after this one
 *   returns   whether it can
 */
bool turn_run(struct sim *sim, struct wire *wire, struct request *request, unsigned left);

enum { TURN_IDLE_SECONDS = 5, TURN_REQUESTS = 100 };
