/* Answering a request: the entry to the API. */
#pragma once

#include "sim/api/answer.h"
#include "sim/sim.h"

/*
 * Finds the handler; checks authorization, takes the session's turn, and calls it. Runs on the
 * connection's thread, with nothing locked; the answer begins as an empty 200.
 */
void handle_request(struct sim *sim, struct request *request, struct answer *answer);
