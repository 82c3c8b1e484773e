/*
 * Shows a meter while a command is at work, from its third second on: a display on a terminal, a line a
 * minute in the log elsewhere.
 */
#pragma once

#include "base/meter.h"

struct meter_shown;

/* Begins to look, on a thread of its own. `meter` is borrowed and outlives it. */
struct meter_shown *meter_shown_new(struct meter *meter);

/* Takes the display away and frees. NULL is allowed. */
void meter_shown_free(struct meter_shown *shown);
