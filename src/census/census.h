/*
 * The census: tells the ledger of every record of the layout, found by a route that does not depend
 * on the mark. It runs beside the workers, who begin with what it has seen so far; until one is
 * closed, nothing may be called finished. The rule by which it is closed stands in census.c.
 *
 *   schedule      takes one census after another for as long as the run wants them
 *   census        one census: pages to the ledger, then confirming and closing
 *   walk          reads all records, by place or by a key (walk_by_key)
 *   walk_confirm  confirms that a walk and the source hold the same records
 *   find_count    counts the records independently, by finds
 *   record_ask    asks whether one record lives
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "census/walk_confirm.h"
#include "engine/engine.h"

struct census_result {
    bool taken_elsewhere;    /* another process is taking one: nothing was done here        */
    bool closed;             /* walk, source and independent count agree                    */
    bool rebuilt;            /* it failed because the file was restored or rebuilt          */
    char why[WALK_WHY_SIZE]; /* why it was not closed, or there is no independent count; "" */
    int64_t change_count;    /* documents that are new, edited, back, or gone               */
};

/*
 * Reads all records, tells the ledger of each, and confirms their count.
 * Fails with what stopped it; with ERR_DATA if the file was restored or rebuilt. ERR_CANCELED.
 */
must_check bool census_take(struct engine *engine, struct source_reader *reader,
                            struct census_result *result_r, struct err *err);
