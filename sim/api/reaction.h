/*
 * Reactions: what a solution does by itself when a record is edited or read, through a script on
 * the commit, a calculation that enters a value, or a robot. A reaction is a change of its own
 * within the same commit, so the modification id rises by one more.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/api/call.h"
#include "sim/file/table.h"

/*
 * Reacts to an edit of these cells as the request's scenario says, otherwise as the switch does.
 * Needs the solution's lock for writing.
 */
void reaction_to_edit(struct call *call, uint64_t ordinal, const struct cell *cells, size_t count);

/* Reacts to the reading of a record if the request's scenario says so. Takes the lock. */
void reaction_to_reading(struct call *call);
