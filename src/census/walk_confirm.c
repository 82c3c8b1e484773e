/*
 * The rule by which a count is confirmed.
 *
 * The actors: the walk, which holds the ids of the records that it read; the source, whose records
 * stand at places 1 to n, in the order in which they were made, and which tells n with each page;
 * people, who meanwhile add records at the end and delete them anywhere.
 *
 *  1. The walk holds every record that lives at the places it has read. Pages are taken only if
 *     they connect (census/walk.c), so nobody can open a gap. It may hold records that were deleted
 *     since, and those that were added behind its end are still to come.
 *  2. So walk and source hold the same records as soon as one answer of the source shows, at one
 *     moment: the walk's last record stands at the place that equals the walk's count, nothing
 *     follows it, and the source's own count, if it tells one, is the same. Then the count is
 *     confirmed: as many records live as the walk holds, and it holds each of them.
 *  3. Records that follow the last one in that answer were added: they are taken, and the end is
 *     looked at again.
 *  4. If another record stands at that place, or none, records were deleted. The first place where
 *     walk and source differ is found by halving, and the walk's record there is asked for by its
 *     id. If it is gone it is removed from the walk, and the end is looked at again. This takes a
 *     dozen requests, so it converges while people go on deleting.
 *  5. If that record lives, places moved during the search: the source is walked again. So it is
 *     where ids do not rise in the source's order (then halving finds nothing), where more than
 *     REMOVED_MAX are too many (then walking is cheaper), and where walk and source show the same
 *     end but the source goes on counting otherwise.
 *  6. After WALKS_MAX walks the count stays unconfirmed, and so does one with a record that cannot
 *     be read at all: whoever asked is told why, and calls nothing finished.
 */
#include "census/walk_confirm.h"

#include "base/log.h"
#include "census/record_ask.h"
#include "census/walk_inside.h"

enum {
    WALKS_MAX = 6,
    LATER_TRIES = 5,         /* looks at an end that does not fit the source's own count */
    CONFIRM_LOOKS_MAX = 200, /* looks at the end, and records removed                    */
    REMOVED_MAX = 40,        /* with more, walking again is cheaper                      */
};

enum confirmation {
    CONFIRM_DONE,
    CONFIRM_LOOK_AGAIN,
    CONFIRM_LOOK_LATER, /* nothing is new, and yet the source counts otherwise than it lists */
    CONFIRM_WALK_AGAIN,
    CONFIRM_FAILED, /* `err` says why */
};

/* --- removing what was deleted -------------------------------------------------------------- */

/* Asks for a record that does not stand where it should; removes it if it is gone. */
static enum confirmation remove_if_gone(struct record_walk *walk, uint64_t record_id,
                                        struct err *err)
{
    auto_page page = { 0 };
    bool lives;

    if (!record_ask(walk->reader, walk->layout, record_id, walk->cancel, &lives, &page, err))
        return CONFIRM_FAILED;
    if (lives)
        return CONFIRM_WALK_AGAIN;
    (void)idset_remove(walk->ids, record_id);
    if (record_id == walk->last_id)
        walk->last_id = walk_count(walk) ? idset_nth(walk->ids, walk_count(walk)) : 0;
    return !walk->listener.gone || walk->listener.gone(walk->listener.arg, record_id, err)
               ? CONFIRM_LOOK_AGAIN
               : CONFIRM_FAILED;
}

/*
 * Whether the source has, at this place, the record that the walk has there.
 *   unknown_r   it has one, before the walk's last, that the walk does not hold
 */
static bool place_agrees(struct record_walk *walk, uint64_t place, bool *agrees_r, bool *unknown_r,
                         struct err *err)
{
    auto_page page = { 0 };
    uint64_t id;

    if (!source_records(walk->reader, walk->layout, place, 1, &page, err))
        return false;
    id = page.count ? page.records[0].record_id : 0;
    *agrees_r = page.count && walk_has(walk, id) && idset_rank(walk->ids, id) == place;
    *unknown_r = page.count && !walk_has(walk, id) && id < walk->last_id;
    return true;
}

/* Finds the first place where walk and source differ; the walk's record there was deleted. */
static enum confirmation remove_first_difference(struct record_walk *walk, struct err *err)
{
    uint64_t low = 1, high = walk_count(walk);

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        bool agrees, unknown;

        if (!place_agrees(walk, middle, &agrees, &unknown, err))
            return CONFIRM_FAILED;
        if (unknown)
            return CONFIRM_WALK_AGAIN;
        if (agrees)
            low = middle + 1;
        else
            high = middle;
    }
    return remove_if_gone(walk, idset_nth(walk->ids, low), err);
}

static enum confirmation resolve_difference(struct record_walk *walk,
                                            const struct filemaker_page *page, struct err *err)
{
    uint64_t count = walk_count(walk);

    if (!walk->is_ascending)
        return CONFIRM_WALK_AGAIN;
    if (page->found != UINT64_MAX && count > page->found && count - page->found > REMOVED_MAX)
        return CONFIRM_WALK_AGAIN;
    return remove_first_difference(walk, err);
}

/* --- looking at the end --------------------------------------------------------------------- */

/* Nothing follows this page, and the source's own count is the walk's. */
static bool page_is_end(const struct record_walk *walk, const struct filemaker_page *page)
{
    return page->count < page->asked
           && (page->found == UINT64_MAX || page->found == walk_count(walk));
}

/* Asks one record at a time: first whether one stands behind the end, then what stands there. */
static bool end_ask_singly(struct record_walk *walk, uint64_t place, struct filemaker_page *page_r,
                           struct err *err)
{
    auto_page behind = { 0 };

    if (!source_records(walk->reader, walk->layout, place + 1, 1, &behind, err)
        || !source_records(walk->reader, walk->layout, place, 1, page_r, err))
        return false;
    page_r->asked = behind.count ? 1 : 2;
    return true;
}

/* Asks for a page at the end; two records are enough: the last one, and nothing behind it. */
static bool end_ask(struct record_walk *walk, uint64_t place, struct filemaker_page *page_r,
                    struct err *err)
{
    uint64_t size = walk->pager->size;

    if (size > 2 && source_records(walk->reader, walk->layout, place, size, page_r, err)) {
        page_r->asked = size;
        return true;
    }
    if (size > 2 && !filemaker_is_too_much(err))
        return false;
    if (!source_records(walk->reader, walk->layout, place, 2, page_r, err))
        return filemaker_is_too_much(err) && end_ask_singly(walk, place, page_r, err);
    page_r->asked = 2;
    return true;
}

static bool end_read(struct record_walk *walk, uint64_t place, struct filemaker_page *page_r,
                     struct err *err)
{
    for (int tries = WALK_EMPTY_TRIES;; tries--) {
        if (!end_ask(walk, place, page_r, err))
            return false;
        if (page_r->count > 0 || tries == 0 || (place == 1 && walk_page_says_none(page_r)))
            return true;
        filemaker_page_clear(page_r);
        if (!cancel_sleep(walk->cancel, WALK_SLIP_US, err))
            return false;
    }
}

/* One look at the end. */
static enum confirmation confirm_once(struct record_walk *walk, struct err *err)
{
    uint64_t count = walk_count(walk);
    auto_page page = { 0 };

    if (!end_read(walk, count ? count : 1, &page, err))
        return CONFIRM_FAILED;
    if (count == 0)
        return page.count == 0 && walk_page_says_none(&page) ? CONFIRM_DONE : CONFIRM_WALK_AGAIN;
    if (page.count == 0 || page.records[0].record_id != walk->last_id)
        return resolve_difference(walk, &page, err);
    if (!walk_page_take(walk, &page, err))
        return CONFIRM_FAILED;
    if (page_is_end(walk, &page))
        return CONFIRM_DONE;
    return walk_count(walk) > count ? CONFIRM_LOOK_AGAIN : CONFIRM_LOOK_LATER;
}

/*
 * Looks at the end until the count is confirmed.
 *   confirmed_r   false: the source should be walked again
 */
static bool confirm_end(struct record_walk *walk, bool *confirmed_r, struct err *err)
{
    int later = LATER_TRIES;

    *confirmed_r = false;
    for (int tries = CONFIRM_LOOKS_MAX; tries > 0; tries--) {
        if (walk_is_stopped(walk))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        switch (confirm_once(walk, err)) {
        case CONFIRM_DONE:
            *confirmed_r = true;
            return true;
        case CONFIRM_LOOK_AGAIN:
            break;
        case CONFIRM_LOOK_LATER:
            if (--later == 0)
                return true;
            if (!cancel_sleep(walk->cancel, WALK_SLIP_US, err))
                return false;
            break;
        case CONFIRM_WALK_AGAIN:
            return true;
        case CONFIRM_FAILED:
            return false;
        }
    }
    return true;
}

/* --- walking and confirming ----------------------------------------------------------------- */

bool walk_run(struct record_walk *walk, char why_r[WALK_WHY_SIZE], struct err *err)
{
    for (int walks = 1; walks <= WALKS_MAX; walks++) {
        bool confirmed;

        if (!walk_read_all(walk, walks == 1, why_r, WALK_WHY_SIZE, err))
            return false;
        if (walk->gap.count) { /* what cannot be read cannot be counted, however often */
            pager_gap_tell(&walk->gap, why_r, WALK_WHY_SIZE);
            return true;
        }
        if (*why_r)
            continue;
        if (!confirm_end(walk, &confirmed, err))
            return false;
        if (confirmed)
            return true;
        (void)snprintf(why_r, WALK_WHY_SIZE,
                       "the source says that it has %ju records, and %ju were read",
                       (uintmax_t)walk->source_total, (uintmax_t)walk_count(walk));
        log_debug("%s; walking again", why_r);
    }
    return true;
}

bool walk_confirm(struct record_walk *walk, char why_r[WALK_WHY_SIZE], struct err *err)
{
    bool confirmed;

    *why_r = '\0';
    if (!confirm_end(walk, &confirmed, err))
        return false;
    return confirmed || walk_run(walk, why_r, err);
}

bool walk_each_once(struct source_reader *reader, const char *layout, const struct cancel *cancel,
                    const struct walk_listener *listener, uint64_t *count_r,
                    char why_r[WALK_WHY_SIZE], struct err *err)
{
    struct pager pager = pager_of(PAGER_FIRST, PAGER_MOST);
    struct record_walk *walk = walk_new(reader, layout, &pager, cancel, listener);
    bool good = walk_run(walk, why_r, err);

    *count_r = walk_count(walk);
    walk_free(walk);
    return good;
}
