/*
 * The census: every record of the layout, by a walk that does not depend on the mark. It runs
 * beside the workers, who begin with what it has seen so far; until it is closed, nothing may be
 * called finished.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "move/mover.h"

/*
 * Walks the source until what was seen is as many as the server says there are, and tells the
 * ledger of it.
 * Fails with what stopped it; with ERR_DATA if the two numbers do not come together, and if the
 * file was restored or rebuilt. ERR_CANCELED.
 */
must_check bool census_take(struct mover *mover, struct filemaker *filemaker, struct err *err);
