/*
 * Sending an answer: headers in the order of a real server, gzip, chunks, and the faults of the
 * wire.
 */
#pragma once

#include "base/base.h"
#include "sim/api/answer.h"
#include "sim/request/request.h"
#include "sim/server/wire.h"

struct delivery {
    const struct request *request;
    struct answer *answer;
    unsigned requests_left; /* requests that this connection may still carry after this one */
    unsigned idle_seconds;  /* announced in Keep-Alive */
    const char *web_server; /* what the web server calls itself */
    const char *odata;      /* the version of OData             */
    uint64_t gzip_least;    /* bodies from this size on are compressed; 0: never */
};

/*
 * Sends an answer.
 *   sent_r    bytes of the body that went out
 *   returns   whether the connection can carry another request
 */
bool deliver_answer(struct wire *wire, const struct delivery *delivery, uint64_t *sent_r);
