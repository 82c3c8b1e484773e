/*
 * Requests that a program sends again because it saw no answer: with the same Idempotency-Key they
 * are answered as before, and not carried out twice. A key belongs to the account or token that
 * sent it, and is remembered for 24 hours.
 */
#pragma once

#include "console/console_db.h"
#include "console/server/exchange.h"

enum { REPEAT_KEY_LEAST = 16, REPEAT_KEY_MOST = 64 };

struct repeating {
    char who[32], key[REPEAT_KEY_MOST + 1];
    bool is_claimed;  /* repeating_end() is wanted */
    bool is_answered; /* as before: there is nothing left to do */
};

/*
 * Looks whether a request was answered before; else claims its key. Without the header nothing is
 * done. Refuses a key that is none, one that was used for another request, and one whose request is
 * under way. Fails with ERR_DATABASE.
 */
must_check bool repeating_begin(struct exchange *x, struct repeating *repeating_r, struct err *err);

/*
 * Keeps the answer of a request that was `done`, or gives its key back. Where that is not possible,
 * the key stays claimed, so that nothing is done twice; the log says so.
 */
void repeating_end(struct exchange *x, const struct repeating *repeating, bool done);

/* At the start of the console: what was under way when it ended may be sent again. */
must_check bool repeating_start(struct console_db *db, struct err *err);
