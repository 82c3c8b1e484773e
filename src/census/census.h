/*
 * The census: every record of the layout, by a route that does not depend on the mark. It runs
 * beside the workers, who begin with what it has seen so far; until it is closed, nothing may be
 * called finished.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "census/walk_confirm.h"
#include "engine/engine.h"

struct census_result {
    bool taken_elsewhere;    /* another process is at it: nothing was done here */
    bool closed;             /* roll, source and second witness agree          */
    bool rebuilt;            /* it failed because the file was restored or rebuilt */
    char why[WALK_WHY_SIZE]; /* if not: who says what, for people              */
    int64_t change_count;    /* documents that are new, edited, back, or gone  */
};

/*
 * Calls the roll of the source, tells the ledger of every record, and asks the second witness.
 * Fails with what stopped it; with ERR_DATA if the file was restored or rebuilt. ERR_CANCELED.
 */
must_check bool census_take(struct engine *mover, struct filemaker *filemaker,
                            struct census_result *result_r, struct err *err);
