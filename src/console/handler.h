/* One request from its arrival to its answer: gate, route, headers. Knows nothing of sockets. */
#pragma once

#include "console/exchange.h"
#include "console/route.h"

/*
 * Answers a request; there is always an answer.
 *   table       the addresses
 *   answer_r    the caller clears it with answer_clear()
 */
void handle(struct console *console, const struct route *table, const struct request_raw *raw,
            struct answer *answer_r);
