/*
 * Re-reading in turn, night after night: which part is next, and when the night is over. The ledger's notes of
 * verifications are its memory.
 */
#pragma once

#include "cmd/work.h"

#include <pthread.h>

struct rotation {
    char sample[32];     /* the part that is next: "3/7" */
    bool is_quiet;       /* quiet hours began            */
    struct cancel *over; /* set: nobody needs to look on */
    const struct quiet_hours *quiet;
    struct cancel *work; /* what is cancelled when they begin */
    pthread_t thread;
};

/*
 * Finds the part after the one that came to its end last, and looks from then on whether quiet hours begin: then it
 * cancels the work.
 *   parts   2 or more
 * Returns EXIT_DONE: the caller ends it with rotation_end(); EXIT_LEFT: these are quiet hours, it is said; -1: `err`
 * says why.
 */
int rotation_begin(struct rotation *rotation, struct work *work, int parts, struct err *err);

/* Looks no longer. Returns whether quiet hours began. */
bool rotation_end(struct rotation *rotation);
