/*
 * The gate before every address: it tells who asks, whether the request comes from our own pages,
 * how often, and whether this one may. Nothing else decides; a page that asks may() only chooses
 * what it shows.
 */
#pragma once

#include "console/exchange.h"
#include "console/route.h"

/*
 * Lets a request pass, or refuses it.
 * Sets x->who. False: refused, or `err` says what failed.
 */
must_check bool gate_pass(struct exchange *x, const struct route *route, struct err *err);
