/*
 * The roll: which records live, found by reading them in their original order, in pages that
 * overlap by one record. Nothing that lives can be missed: a page is believed only if it begins
 * with a record that is on the roll already, so that no gap can open between two pages, however the
 * set shifts meanwhile. What was deleted behind our back is found when the roll is closed.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "filemaker/filemaker.h"
#include "filemaker/pager.h"

struct record_walk;

/* Who hears of records as they are found; called with each page's new part. */
struct walk_listener {
    bool (*found)(void *arg, const struct filemaker_record *records, size_t count, struct err *err);
    /* A record that was on the roll is not there any more. */
    bool (*gone)(void *arg, uint64_t record_id, struct err *err);
    /* Asked before each page: should the walk end early? May be NULL. */
    bool (*stop)(void *arg);
    void *arg;
    bool tells_once; /* hears of each record once, however often the source must be walked */
};

/*
 * An empty roll. All arguments are borrowed.
 *   pager   how many records are read at a time; what it learns about the server stays in it
 */
struct record_walk *walk_new(struct filemaker *filemaker, const char *layout, struct pager *pager,
                             const struct cancel *cancel, const struct walk_listener *listener);
void walk_free(struct record_walk *roll); /* NULL is allowed */

/*
 * Walks by a key from now on: a field whose number is another one in each record and never changes.
 * That is proven before each walk; where it does not hold, and where such a walk could not be
 * closed, places are walked as ever.
 *   field   borrowed; "" for none
 */
void walk_use_key(struct record_walk *roll, const char *field);

/*
 * Reads the whole source and closes the roll: at one moment, the last record on the roll stood at
 * exactly the place that the roll's count says, and the source's own count was the same. Then roll
 * and source held the same records.
 *   why_open_r   "" if the roll was closed; else why it could not be, for people: also where a
 *                record cannot be read even alone, which is then passed over
 *   room         of `why_open_r`
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED, and as the listener does.
 */
must_check bool walk_run(struct record_walk *roll, char *why_open_r, size_t room, struct err *err);

/*
 * Closes a closed roll once more, at this moment: what was added or deleted since is taken into
 * account. If it does not come together the roll is called anew. As walk_run().
 */
must_check bool walk_confirm(struct record_walk *roll, char *why_open_r, size_t room,
                             struct err *err);

/*
 * Asks for one record. An answer that refuses it, or is another's, is asked for again a few times:
 * whether a record lives is not decided by one slip.
 *   lives_r    false: FileMaker says that there is none
 *   page_r     the record, if it lives; caller clears with filemaker_page_clear() (or auto_page)
 * Fails as filemaker_record().
 */
must_check bool walk_ask_record(struct filemaker *filemaker, const char *layout, uint64_t record_id,
                                const struct cancel *cancel, bool *lives_r,
                                struct filemaker_page *page_r, struct err *err);

uint64_t walk_count(const struct record_walk *roll);
bool walk_has(const struct record_walk *roll, uint64_t record_id);
