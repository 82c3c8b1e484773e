/* Two requests at a time get one another's answer. Safe from any thread. */
#pragma once

#include "sim/api/answer.h"

struct swaps;

struct swaps *swaps_new(void);
void swaps_free(struct swaps *swaps); /* NULL is allowed */

/* Exchanges an answer with the next one that comes here; nothing happens if none comes in time. */
void swaps_meet(struct swaps *swaps, struct answer *answer, int64_t wait_us);
