/*
 * What a line of a scenario does: an event, or a twist of the request that the line is about. A row
 * of the table in action.c has all of one twist: its name, what follows it, and the member of struct
 * twist that it sets.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/faults/event.h"
#include "sim/faults/words.h"
#include "sim/request/twist.h"

struct action {
    struct event event;
    struct twist twist;  /* without an event: only the member at `offset` counts */
    size_t offset, size; /* of that member */
    char *text;          /* what the twist points to */
};

/* Reads an action up to the end of its line. Clear it either way. Fails with ERR_USAGE. */
must_check bool action_read(struct words *words, struct action *action, struct err *err);
void action_clear(struct action *action);

/* Lays the action's twist over a request's; an event has none. Texts are borrowed from the action. */
void action_to_twist(const struct action *action, struct twist *twist);
