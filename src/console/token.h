/*
 * Tokens for programs: 32 random bytes, shown once, of which the database has the hash; each has
 * rights of its own, perhaps addresses, and an end.
 */
#pragma once

#include "console/exchange.h"

/*
 * Finds a token that is good from this address.
 *   text     as the program sent it
 *   who_r    zeroed where there is none
 * Fails with ERR_DATABASE.
 */
must_check bool token_find(struct console *console, struct span text, const char *address,
                           struct identity *who_r, struct err *err);
