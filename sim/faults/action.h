/*
 * The action of a scenario's line: an event, or a twist of the request that the line is about. A
 * twist is one row of the table in action.c: its name, its argument, and the member of struct twist
 * that it sets.
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
    char *text;          /* to which the twist points */
};

/* Reads an action up to the end of its line. Clear it either way. Fails with ERR_USAGE. */
must_check bool action_read(struct words *words, struct action *action, struct err *err);
void action_clear(struct action *action);

/*
 * Lays the action's twist over a request's; an event has none. Texts are borrowed from the action.
 */
void action_to_twist(const struct action *action, struct twist *twist);
