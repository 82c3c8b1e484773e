/*
 * Pages of a size that the server can give. Layouts differ: one gives thousands of records at once;
 * another, slow or large, has not finished fifty when the proxy before it times out. So a page that
 * was too much (filemaker_is_too_much()) is asked for again with half as many records, down to one.
 * The size that works is kept, and more are asked for only after many good pages. Every reader of a
 * whole layout uses a pager: census, reconcile, dry run, patients, verify.
 *
 * `check` finds out beforehand whether a run will get its pages: it asks for the first one as the
 * run will:
 *     struct pager pager = pager_of(PAGER_FIRST, PAGER_MOST);
 *     pager_read_on(&pager, reader, layout, 0, 0, &page, &gap, &err)
 * Afterwards pager.size says how many records work at once.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "source/source.h"

enum { PAGER_FIRST = 100, PAGER_MOST = 500 };

/* Used by one thread. Lives as long as the reader, over several walks, so that its size is kept. */
struct pager {
    uint64_t first, most; /* records: of a walk's first page, of any page             */
    uint64_t size;        /* of the next page                                         */
    uint64_t size_before; /* the size before pages were too much; 0: they never were  */
    unsigned good;        /* good pages in a row since the size was changed           */
    unsigned good_needed; /* good pages before the size grows; 0: it grows every page */
    bool is_trial;        /* the size is larger than the one that worked              */
};

struct pager pager_of(uint64_t first, uint64_t most);

/* Begins a walk with a small page, so that its first records come soon. */
void pager_begin(struct pager *pager);

/* Records that cannot be read even alone. */
struct pager_gap {
    uint64_t place, count;         /* the first one's place, from 1; how many, 0: none */
    uint64_t before_id, behind_id; /* the records around them; 0: unknown, or none     */
    char why[256];
};

/*
 * Reads on from a record whose place is known. If it no longer stands there, records were deleted
 * meanwhile.
 *   place      of the last record that was read, from 1; 0: none was read yet
 *   last_id    that record
 *   page_r     caller clears with filemaker_page_clear(); its `place` says where it begins:
 *                `place`       with the record that stands there now; if that is not `last_id`, the
 *                              set has moved
 *                `place` + 1   `last_id` still stands before it: that was checked here
 *                beyond that   the records between cannot be read: `gap_r` says why
 * Fails as source_records(), and if too many in a row cannot be read: then the records are not
 * the cause.
 */
must_check bool pager_read_on(struct pager *pager, struct source_reader *reader, const char *layout,
                              uint64_t place, uint64_t last_id, struct filemaker_page *page_r,
                              struct pager_gap *gap_r, struct err *err);

/* Reads records in the order of a sort, as source_find() from the first on. */
must_check bool pager_find(struct pager *pager, struct source_reader *reader, const char *layout,
                           const char *query_json, const char *sort_json,
                           struct filemaker_page *page_r, struct err *err);

/* "record 18 cannot be read: timed out after 10 min" */
void pager_gap_tell(const struct pager_gap *gap, char *words_r, size_t room);
