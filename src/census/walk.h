/*
 * A walk over all records of a layout: it reads them in their original order, in pages that overlap
 * by one record, and remembers which ones it has read. No record that lives can be missed: a page
 * is believed only if it begins with a record that was read before, so that no gap can open between
 * two pages, however the set shifts meanwhile. Records that were deleted behind the walk are found
 * when its count is confirmed (census/walk_confirm.h).
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "source/pager.h"
#include "source/source.h"

struct record_walk;

/* Is told of records as they are found. */
struct walk_listener {
    /* The records of a page that were not read before. */
    bool (*found)(void *arg, const struct filemaker_record *records, size_t count, struct err *err);
    /* A record that was read has gone since. May be NULL. */
    bool (*gone)(void *arg, uint64_t record_id, struct err *err);
    /* Asked before each page: should the walk end early? May be NULL. */
    bool (*stop)(void *arg);
    void *arg;
    bool tells_once; /* each record is told once, however often the source must be walked */
};

/*
 * A walk that has read nothing yet. All arguments are borrowed.
 *   pager   how many records are read at a time; what it learns about the server stays in it
 */
struct record_walk *walk_new(struct source_reader *reader, const char *layout, struct pager *pager,
                             const struct cancel *cancel, const struct walk_listener *listener);
void walk_free(struct record_walk *walk); /* NULL is allowed */

/*
 * Walks by a key from now on: a field that has another number in each record and never changes.
 * That is proved before each walk. Where it does not hold, and where the count of such a walk could
 * not be confirmed, the walk goes by place as ever.
 *   field   borrowed; "" for none
 */
void walk_use_key(struct record_walk *walk, const char *field);

/* How many records were read and not removed since; whether one is among them. */
uint64_t walk_count(const struct record_walk *walk);
bool walk_has(const struct record_walk *walk, uint64_t record_id);
