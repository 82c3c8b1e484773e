/* The causes of failures for people at a terminal. */
#pragma once

#include "report/causes.h"
#include "report/status.h"

/*
 * Writes each cause with its documents, its evidence and what to do, then the commands to go on with.
 *   limit   how many causes at most; what is left out is counted. 0: no limit
 */
void failure_causes_text(const struct failure_causes *causes, struct status_form form,
                         int64_t limit, struct str *to);
