/*
 * "Did you mean ...?": the word of a list that is nearest to one that is not on it, for messages.
 *
 *     struct nearest near = { .wanted = "wokers" };
 *     for each word of the list: nearest_offer(&near, word);
 *     near.best   "workers", or NULL if nothing is near enough
 */
#pragma once

#include "base/base.h"

struct nearest {
    const char *wanted; /* borrowed                 */
    const char *best;   /* borrowed from the caller */
    size_t distance;    /* of `best`                */
};

/*
 * Looks at one more word. A word is near if at most a third of its letters differ: left out, added,
 * changed, or exchanged with a neighbour. Case, blanks, hyphens and underscores do not count.
 */
void nearest_offer(struct nearest *near, const char *word);
