/*
 * Tickets for a ZIP: what was chosen, good once, for ten minutes, and for the one who chose alone. They
 * live in memory and end with the console. One person or token is sent one ZIP at a time, and four are
 * sent together. Any thread.
 */
#pragma once

#include "console/server/exchange.h"
#include "console/taking/selection.h"

struct orders;

enum { ORDER_CODE_SIZE = 65, ORDER_MINUTES = 10, ORDERS_SENT = 4 };

/* The caller frees. */
struct orders *orders_new(void);
void orders_free(struct orders *orders); /* NULL is allowed */

/*
 * Makes a ticket of what the one who asks has chosen; more than eight that were not used make the
 * oldest useless.
 *   selection   taken over
 *   code_r      the end of its address
 */
void orders_put(struct exchange *x, struct selection *selection, char code_r[ORDER_CODE_SIZE]);

/* Who is sent a ZIP. */
struct order_slot {
    int64_t account, token;
};

/*
 * Uses a ticket, and takes a place among those who are sent a ZIP; orders_done() gives it back.
 *   selection_r   the caller clears it
 * Refuses with PROBLEM_NOT_THERE, and with PROBLEM_TOO_MANY if there is no place; then the ticket
 * stays good.
 */
must_check bool orders_take(struct exchange *x, const char *code, struct selection *selection_r);
void orders_done(struct orders *orders, const struct order_slot *slot);
