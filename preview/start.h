/* Makes a worker of the process, up to the moment where a document may come. */
#pragma once

#include "lock.h"

/*
 * Drops what was inherited, starts the libraries, and locks the process.
 * False: it must end.
 */
bool preview_start(struct lock_state *state_r);
