/* Swapped answers: each of two requests gets the answer of the other. Safe from any thread. */
#pragma once

#include "sim/api/answer.h"

struct swaps;

/* The place where answers meet. The caller frees. */
struct swaps *swaps_new(void);
void swaps_free(struct swaps *swaps); /* NULL is allowed */

/* Exchanges an answer with the next one that comes; does nothing if none comes in time. */
void swaps_meet(struct swaps *swaps, struct answer *answer, int64_t wait_us);
