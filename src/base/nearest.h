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
    const char *wanted; /* borrowed */
    const char *best;   /* borrowed from who offered it */
    size_t distance;    /* of `best` */
};

/*
 * Looks at one more word. Near is what a third of its letters at most keep apart: letters that are
 * left out, added, changed, or taken for their neighbour. Case, blanks, hyphens and underscores do
 * not count.
 */
void nearest_offer(struct nearest *near, const char *word);
