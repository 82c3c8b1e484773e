/* Scripts: run by themselves, or around another request. */
#pragma once

#include "base/base.h"
#include "sim/sim.h"
#include "json/writer.h"

enum script_moment { SCRIPT_PREREQUEST, SCRIPT_PRESORT, SCRIPT_AFTER, SCRIPT_MOMENTS };

/* What a request wants to be run, and when. */
struct script_wishes {
    struct {
        struct span name, param;
    } at[SCRIPT_MOMENTS];
};

/* Takes "script", "script.param", "script.presort", ...; false if the key is none of these. */
bool script_wish_read(struct script_wishes *wishes, struct span key, struct span text);

/* Whether all of them exist: 0 or FileMaker's 104. */
int script_wishes_check(const struct solution *solution, const struct script_wishes *wishes);

/* Takes the time that they take. Call it without the lock. */
void script_wishes_wait(struct sim *sim, const struct script_wishes *wishes);
void script_wait(struct sim *sim, const struct script *script);

/*
 * Runs them and writes the members that tell their results.
 *   ordinal   the record at hand; NULL if there is none
 * Needs the solution's lock.
 */
void script_wishes_run(struct sim *sim, const struct script_wishes *wishes,
                       const struct table *table, const uint64_t *ordinal, struct json_writer *w);

/* Runs one and writes scriptResult and scriptError. `suffix` as in "scriptResult.presort". */
void script_run(struct sim *sim, const struct script *script, const struct table *table,
                const uint64_t *ordinal, struct span param, const char *suffix,
                struct json_writer *w);
