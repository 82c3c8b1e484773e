/* Scripts, run alone or around another request. */
#pragma once

#include "base/base.h"
#include "sim/sim.h"
#include "json/writer.h"

enum script_moment { SCRIPT_PREREQUEST, SCRIPT_PRESORT, SCRIPT_AFTER, SCRIPT_MOMENTS };

/* The scripts that a request wants, and when each runs. */
struct script_wishes {
    struct {
        struct span name, param;
    } at[SCRIPT_MOMENTS];
};

/* Takes "script", "script.param", "script.presort", ...; false if the key is none of these. */
bool script_wish_read(struct script_wishes *wishes, struct span key, struct span text);

/* Checks that all of them exist. Returns 0 or FileMaker's code 104. */
int script_wishes_check(const struct solution *solution, const struct script_wishes *wishes);

/* Waits as long as the scripts take. Call without the lock. */
void script_wishes_wait(struct sim *sim, const struct script_wishes *wishes);
void script_wait(struct sim *sim, const struct script *script);

/*
 * Runs them and writes the members with their results.
 *   ordinal   the present record; NULL if there is none
 * Needs the solution's lock.
 */
void script_wishes_run(struct sim *sim, const struct script_wishes *wishes,
                       const struct table *table, const uint64_t *ordinal, struct json_writer *w);

/* Runs one and writes scriptResult and scriptError. `suffix` as in "scriptResult.presort". */
void script_run(struct sim *sim, const struct script *script, const struct table *table,
                const uint64_t *ordinal, struct span param, const char *suffix,
                struct json_writer *w);
