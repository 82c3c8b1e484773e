/*
 * What a solution does by itself when a record is edited or read: a script on the commit, a
 * calculation that enters a value, a robot. It is a change of its own, in the same commit as the
 * one that it answers, so the modification id rises by one more.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/api/call.h"
#include "sim/file/table.h"

/*
 * Answers an edit of these cells: as the request's scenario says, else as the switch does. Needs
 * the solution's lock for writing.
 */
void reaction_to_edit(struct call *call, uint64_t ordinal, const struct cell *cells, size_t count);

/* Answers a record's being read, where the request's scenario says so. Takes the lock. */
void reaction_to_reading(struct call *call);
