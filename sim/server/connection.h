/* One connection: requests in, answers out, until one side has had enough. */
#pragma once

#include "sim/server/wire.h"
#include "sim/sim.h"

/* Serves until the connection ends. The caller frees `wire`. */
void connection_serve(struct sim *sim, struct wire *wire);
