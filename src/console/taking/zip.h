/*
 * Many documents as one ZIP, made while it is sent. Each is asked about afresh, read wholly and
 * compared, and noted, before its first byte enters the ZIP. One that may not be given is left out,
 * and left-out.txt says why; the last entry, manifest-sha256.txt, is read by sha256sum -c.
 */
#pragma once

#include "console/server/exchange.h"
#include "console/taking/orders.h"

/*
 * Answers with the ZIP.
 *   selection   taken over
 *   slot        of orders_take(), given back when all was sent or the connection broke
 * Fails with ERR_OS.
 */
must_check bool zip_answer(struct exchange *x, struct selection *selection,
                           const struct order_slot *slot, struct err *err);
