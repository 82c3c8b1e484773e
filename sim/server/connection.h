/* One connection: requests are read and answered until one side closes it. */
#pragma once

#include "sim/server/wire.h"
#include "sim/sim.h"

/* Serves until the connection ends. The caller frees `wire`. */
void connection_serve(struct sim *sim, struct wire *wire);
