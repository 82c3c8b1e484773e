/* Why a command ended: one exit code for each cause, whichever command met it, and whenever. */
#pragma once

#include "base/base.h"
#include "base/err.h"

/*
 * The exit code of an error (base/cli.h has the list), for cli_main().
 *   next_r   what a person does next, a sentence without a full stop; NULL: the error says it
 */
int cause_exit(const struct err *err, const char **next_r);
