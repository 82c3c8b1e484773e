/*
 * The gate before every address: it tells who asks, whether the request comes from our own pages,
 * how often, and whether this one may. Nothing else decides; a page that asks may() only chooses
 * what it shows.
 */
#pragma once

#include "console/server/exchange.h"
#include "console/server/route.h"

/*
 * Lets a request pass, or refuses it.
 * Sets x->who. False: refused, or `err` says what failed.
 */
must_check bool gate_pass(struct exchange *x, const struct route *route, struct err *err);

/*
 * Whether somebody may send files to a route: who it is, from which page, with which right. The form's
 * own token is not read yet; gate_pass() follows once all has come.
 */
must_check bool gate_lets_send(struct exchange *x, const struct route *route, struct err *err);
