/*
 * Pages of a size that the server can give. Layouts differ: one gives thousands of records in a
 * breath, another, slow or fat, is not done with fifty when what stands before it loses patience.
 * So a page that was too much (filemaker_is_too_much()) is asked for again with half as many
 * records, down to one; what works is kept, and more are asked for again only after many good
 * pages. All who read a layout whole read it by this: census, reconcile, dry run, patients, verify.
 *
 * Whoever wants to know beforehand whether a run will get its pages (`check`) asks for the first
 * one as the run will:
 *     struct pager pager = pager_of(PAGER_FIRST, PAGER_MOST);
 *     pager_read_on(&pager, filemaker, layout, 0, 0, &page, &gap, &err)
 * and afterwards pager.size says how many at once work.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "filemaker/filemaker.h"

enum { PAGER_FIRST = 100, PAGER_MOST = 500 };

/* One thread's. Lives as long as the reader, over several walks, so that what was learnt is kept.
 */
struct pager {
    uint64_t first, most; /* records: of a walk's first page, of any page                     */
    uint64_t size;        /* of the next page                                                 */
    uint64_t size_before; /* the size before pages were too much; 0: they never were          */
    unsigned good;        /* pages in a row since the size was changed                        */
    unsigned good_needed; /* how many of these before more are tried; 0: more with every page */
    bool is_trial;        /* the size is larger than what worked                              */
};

struct pager pager_of(uint64_t first, uint64_t most);

/* A new walk: begins with few, so that whoever listens has something to do soon. */
void pager_begin(struct pager *pager);

/* Records that cannot be read even alone. */
struct pager_gap {
    uint64_t place, count;         /* where they stand, from 1; how many, 0: none */
    uint64_t before_id, behind_id; /* records around them; 0: unknown, or none    */
    char why[256];
};

/*
 * Reads on from a record whose place is known; whether it still stands there is how a reader finds
 * out that records were deleted meanwhile.
 *   place      of the last record that was read, from 1; 0: none was read yet
 *   last_id    that record
 *   page_r     caller clears with filemaker_page_clear(); its `place` is where it begins:
 *              `place`         with what stands there now: if that is not `last_id`, the set has
 * moved `place` + 1     that `last_id` still stands before it was looked at here behind that those
 * between cannot be read: `gap_r` says why Fails as filemaker_records(), and if too many in a row
 * cannot be read: then it is not theirs.
 */
must_check bool pager_read_on(struct pager *pager, struct filemaker *filemaker, const char *layout,
                              uint64_t place, uint64_t last_id, struct filemaker_page *page_r,
                              struct pager_gap *gap_r, struct err *err);

/* Reads records in an order of their own, as filemaker_find() from the first on. */
must_check bool pager_find(struct pager *pager, struct filemaker *filemaker, const char *layout,
                           const char *query_json, const char *sort_json,
                           struct filemaker_page *page_r, struct err *err);

/* "the record behind record 17 (the 18th) cannot be read: timed out after 10 min" */
void pager_gap_tell(const struct pager_gap *gap, char *words_r, size_t room);
