/* One request from its arrival to its answer: gate, route, headers. Knows nothing of sockets. */
#pragma once

#include "console/server/exchange.h"
#include "console/server/route.h"

/*
 * Answers a request; there is always an answer.
 *   table       the addresses
 *   answer_r    the caller clears it with answer_clear()
 */
void handle(struct console *console, const struct route *table, const struct request_raw *raw,
            struct answer *answer_r);

/* What becomes of a request's body while it comes in. */
enum arriving {
    ARRIVING_WHOLE,   /* it is small, and kept in memory                        */
    ARRIVING_FILES,   /* a form with files, of somebody who may send them       */
    ARRIVING_DROPPED, /* one of somebody else: read to its end, so that our answer is read */
};

/*
 * Decides that, once the head has come.
 *   raw       without its body
 *   spool_r   with ARRIVING_FILES; the caller frees it
 */
enum arriving arriving_of(struct console *console, const struct route *table,
                          const struct request_raw *raw, struct spool **spool_r);
