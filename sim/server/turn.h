/* Answering one request: it is handled, twisted as the scenario says, and the answer is sent. */
#pragma once

#include "sim/server/wire.h"
#include "sim/sim.h"

/*
 * Answers a request.
 *   left      how many requests the connection may carry after this one
 *   returns   whether it can carry another
 */
bool turn_run(struct sim *sim, struct wire *wire, struct request *request, unsigned left);

enum { TURN_IDLE_SECONDS = 5, TURN_REQUESTS = 100 };
