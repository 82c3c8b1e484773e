/*
 * A scenario: lines that say what goes wrong, for whom and when. They are read from a file at the
 * start, and line by line while the simulator runs. docs/fmsim.md has the whole grammar with
 * examples.
 *
 *     on stream2 record 12 first 2 do cut 50%
 *     on patch chance 2% do reset after
 *     after list 3 do delete 51..53
 *     container 7 is reference
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/request/request.h"

struct sim;
struct scenario;

struct scenario *scenario_new(uint64_t seed);
void scenario_free(struct scenario *scenario); /* NULL is allowed */

/*
 * Adds lines; those that take effect at once (`do`, `set`, `container`, `forget`) do so now.
 *   name   of the file, for messages
 * Fails with ERR_USAGE naming file and line; the lines before it hold.
 */
must_check bool scenario_add(struct sim *sim, struct span lines, const char *name, struct err *err);

/* Reads a file. Fails as scenario_add(), and with ERR_OS. */
must_check bool scenario_read(struct sim *sim, const char *path, struct err *err);

/* Decides what happens to a request whose head was read; fills request->twist. */
void scenario_meet(struct sim *sim, struct request *request);

/* Runs the events that are due after this request; called before its answer goes out. */
void scenario_after(struct sim *sim, const struct request *request);
