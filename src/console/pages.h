/*
 * The functions that answer, one for each address (route.h says how they are called). Those that
 * belong together stand in one file: pages_run.c, pages_failures.c, ...
 */
#pragma once

#include "console/exchange.h"

/* --- pages_first.c ---------------------------------------------------------------------------- */

must_check bool health_answer(struct exchange *x, struct err *err);
must_check bool first_answer(struct exchange *x, struct err *err);
