/* The end of a run, for people and for scripts. */
#pragma once

#include "run/run.h"

/* Prints it. `command` goes on from here if the run was interrupted. */
void ending_say(const struct run_result *result, const char *command);

/*
 * Prints what a run did that an error ended, as far as it is known; the error itself is printed by
 * who gets it. A run that never came to moving has done nothing, and nothing is printed.
 */
void ending_say_broken(const struct run_result *result, const char *command);

/* Whether nothing is left to do. */
bool ending_is_complete(const struct run_result *result);

/* The exit code for it. */
int ending_code(const struct run_result *result);
