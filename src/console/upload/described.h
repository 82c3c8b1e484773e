/* How a document is described by people: its type and its day, as forms and programs send them. */
#pragma once

#include "console/server/exchange.h"

/*
 * Refuses, with PROBLEM_BAD_REQUEST, a type that is too long, has blanks around it or is more than one
 * line, and a day that is none.
 *   day   "2024-03-01"; "": not known
 */
must_check bool described_is_good(struct exchange *x, const char *type, const char *day);
