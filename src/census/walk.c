/*
 * Walking and closing.
 *
 * A walk reads pages at rising places. If somebody deletes a record before the place, everything
 * behind moves forward, and the page does not begin with the last record of the one before: then
 * the walk goes back until a page begins with a known record, and reads on from there. Records that
 * are added stand at the end, where the walk comes by.
 *
 * Deleted records stay on the roll until it is closed. Then the record at the place `count` must be
 * the last on the roll; if not, the first place where roll and source differ is searched by
 * halving, and the record that should stand there is asked for by its id: gone, it is struck off.
 * This takes a dozen requests, so it converges while people go on deleting.
 */
#include "census/walk.h"

#include "base/idset.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "census/walk_by_key.h"

#define SLIP_US (50 * TIME_MS) /* before asking again what a server has slipped on */

enum {
    WALKS_MAX = 6,
    STEPS_BACK_MAX = 200,
    EMPTY_TRIES = 4,         /* before an empty page is believed */
    ASK_TRIES = 4,           /* before a refusal to show a record is */
    LATER_TRIES = 5,         /* looks at an end that does not fit what the source says of it */
    CONFIRM_LOOKS_MAX = 200, /* looks at the end, and records struck off */
    REMOVED_MAX = 40,        /* more than that: walking again is cheaper */
};

struct record_walk {
    struct filemaker *filemaker;
    const char *layout;
    struct pager *pager;
    const char *key; /* to walk by, or "" */
    const struct cancel *cancel;
    struct walk_listener listener;
    struct idset *ids;
    struct idset *told_ids; /* who has been heard of, of a listener that hears once; or NULL */
    struct pager_gap gap;   /* of this walk: what could not be read at all                   */
    uint64_t last_id;       /* of the last record in the source's order */
    uint64_t at_id;         /* where the walk stands; 0: it has stepped back */
    uint64_t source_total;  /* as the newest answer said                */
    bool is_ascending;      /* ids rise in the source's order, as FileMaker's do */
    char *why_unconfirmed;
    size_t why_room;
};

struct record_walk *walk_new(struct filemaker *filemaker, const char *layout, struct pager *pager,
                             const struct cancel *cancel, const struct walk_listener *listener)
{
    struct record_walk *roll = mem_new(struct record_walk);

    roll->filemaker = filemaker;
    roll->layout = layout;
    roll->pager = pager;
    roll->key = "";
    roll->cancel = cancel;
    roll->listener = *listener;
    roll->ids = idset_new();
    roll->told_ids = listener->tells_once ? idset_new() : NULL;
    return roll;
}

void walk_free(struct record_walk *roll)
{
    if (!roll)
        return;
    idset_free(roll->ids);
    if (roll->told_ids)
        idset_free(roll->told_ids);
    free(roll);
}

void walk_use_key(struct record_walk *roll, const char *field)
{
    roll->key = field;
}

uint64_t walk_count(const struct record_walk *roll)
{
    return idset_count(roll->ids);
}

bool walk_has(const struct record_walk *roll, uint64_t record_id)
{
    return idset_has(roll->ids, record_id);
}

static bool is_stopped(const struct record_walk *roll)
{
    return roll->listener.stop && roll->listener.stop(roll->listener.arg);
}

static void set_unconfirmed(struct record_walk *roll, const char *why)
{
    (void)snprintf(roll->why_unconfirmed, roll->why_room, "%s", why);
}

/* --- pages ---------------------------------------------------------------------------------- */

static bool says_none(const struct filemaker_page *page)
{
    return page->found == 0 || page->found == UINT64_MAX;
}

/* Goes on from a place, at which the last record stands; from 0: at the beginning. */
static bool walk_page_once(struct record_walk *roll, uint64_t place, struct filemaker_page *page_r,
                           struct err *err)
{
    struct pager_gap gap;

    if (!pager_read_on(roll->pager, roll->filemaker, roll->layout, place, roll->at_id, page_r, &gap,
                       err))
        return false;
    if (gap.count && roll->gap.count == 0)
        roll->gap = gap;
    return true;
}

/* An empty page where records should be is asked for again: servers have been seen to slip. */
static bool walk_page_read(struct record_walk *roll, uint64_t place, struct filemaker_page *page_r,
                           struct err *err)
{
    for (int tries = EMPTY_TRIES;; tries--) {
        if (!walk_page_once(roll, place, page_r, err))
            return false;
        if (page_r->count > 0 || tries == 0 || (place == 0 && says_none(page_r)))
            return true;
        filemaker_page_clear(page_r);
        if (!cancel_sleep(roll->cancel, SLIP_US, err))
            return false;
    }
}

static bool listener_tell(struct record_walk *roll, const struct filemaker_record *records,
                          size_t count, struct err *err)
{
    return count == 0 || roll->listener.found(roll->listener.arg, records, count, err);
}

/* Those who were not heard of, in the pieces in which they stand. */
static bool listener_tell_once(struct record_walk *roll, const struct filemaker_record *records,
                               size_t count, struct err *err)
{
    size_t from = 0;

    for (size_t i = 0; i < count; i++) {
        if (idset_add(roll->told_ids, records[i].record_id))
            continue;
        if (!listener_tell(roll, records + from, i - from, err))
            return false;
        from = i + 1;
    }
    return listener_tell(roll, records + from, count - from, err);
}

/* Takes what is new on a page: known records stand in front, where it overlaps the one before. */
static bool walk_page_take(struct record_walk *roll, const struct filemaker_page *page,
                           struct err *err)
{
    size_t first = 0;

    while (first < page->count && idset_has(roll->ids, page->records[first].record_id))
        first++;
    if (!(roll->told_ids ? listener_tell_once : listener_tell)(roll, page->records + first,
                                                               page->count - first, err))
        return false;
    for (size_t i = first; i < page->count; i++) {
        uint64_t id = page->records[i].record_id;

        if (idset_add(roll->ids, id)) {
            roll->is_ascending = roll->is_ascending && id > roll->last_id;
            roll->last_id = id;
        }
    }
    roll->source_total = page->found;
    return true;
}

/* --- walking -------------------------------------------------------------------------------- */

static bool is_last_page(const struct filemaker_page *page)
{
    if (page->found == UINT64_MAX)
        return page->count < page->asked;
    return page->place + page->count > page->found;
}

/*
 * Whether a page connects to what is known: it begins with a record that is on the roll, or behind
 * one that the pager has looked at.
 */
static bool page_connects(const struct record_walk *roll, uint64_t place,
                          const struct filemaker_page *page)
{
    return place == 0 || page->place > place
           || (page->count > 0 && idset_has(roll->ids, page->records[0].record_id));
}

static uint64_t place_before(const struct record_walk *roll, uint64_t place)
{
    uint64_t records = roll->pager->size > 2 ? roll->pager->size : 2;

    return place > records ? place - records + 1 : 0;
}

/* Nothing follows: one record is where we stood, and more do not come, whatever is said. */
static bool walk_is_over(uint64_t place, const struct filemaker_page *page)
{
    if (page->place > place && place > 0) /* behind where we stood */
        return page->count == 0;
    return is_last_page(page) || (page->count == 1 && page->asked > 1);
}

static void walk_begin(struct record_walk *roll)
{
    idset_clear(roll->ids);
    roll->last_id = roll->at_id = 0;
    roll->is_ascending = true;
    roll->gap = (struct pager_gap){ 0 };
    pager_begin(roll->pager);
}

static bool moved_about(struct record_walk *roll)
{
    set_unconfirmed(roll, "the records moved about faster than they could be read");
    return true;
}

/* True also if the walk was given up; then `why_unconfirmed` says so. */
static bool walk_by_place(struct record_walk *roll, struct err *err)
{
    uint64_t place = 0;
    int steps_back = 0;

    walk_begin(roll);
    for (;;) {
        auto_page page = { 0 };

        if (is_stopped(roll))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (!walk_page_read(roll, place, &page, err))
            return false;
        if (page.count == 0 && place == 0) {
            roll->source_total = page.found;
            return true;
        }
        if (!page_connects(roll, place, &page)) {
            place = place_before(roll, place);
            roll->at_id = 0;
            if (++steps_back <= STEPS_BACK_MAX)
                continue;
            return moved_about(roll);
        }
        if (!walk_page_take(roll, &page, err))
            return false;
        if (walk_is_over(place, &page))
            return true;
        roll->at_id = page.records[page.count - 1].record_id;
        if (page.place + page.count - 1 == place && ++steps_back > STEPS_BACK_MAX)
            return moved_about(roll);
        place = page.place + page.count - 1;
    }
}

/* --- walking by key ------------------------------------------------------------------------- */

static bool walk_key_is_good(struct record_walk *roll, bool *good_r, struct err *err)
{
    char why[256];

    *good_r = false;
    if (!*roll->key)
        return true;
    if (!walk_key_prove(roll->filemaker, roll->layout, roll->key, good_r, why, sizeof why, err))
        return false;
    if (!*good_r)
        log_warn("records cannot be read by '%s' ([source] census_key), and are read by place: %s",
                 roll->key, why);
    return true;
}

/* The next page by key; an empty one where records should be is asked for again. */
static bool walk_key_page_read(struct record_walk *roll, const char *from,
                               struct filemaker_page *page_r, struct err *err)
{
    for (int tries = EMPTY_TRIES;; tries--) {
        if (!walk_key_page(roll->filemaker, roll->layout, roll->key, from, roll->pager, page_r,
                           err))
            return false;
        if (page_r->count > 0 || tries == 0)
            return true;
        filemaker_page_clear(page_r);
        if (!cancel_sleep(roll->cancel, SLIP_US, err))
            return false;
    }
}

/*
 * Records are made in the order of their ids, so the roll is closed by places as after any walk.
 * `walked_r`: false where a record's key is no number after all.
 */
static bool walk_by_key(struct record_walk *roll, bool *walked_r, struct err *err)
{
    char from[WALK_KEY_MAX] = "";
    uint64_t before;

    walk_begin(roll);
    do {
        auto_page page = { 0 };

        before = walk_count(roll);
        if (is_stopped(roll))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (!walk_key_page_read(roll, from, &page, err)) {
            *walked_r = false;
            return filemaker_is_too_much(err); /* one at a time goes by place only */
        }
        *walked_r = page.count == 0 || walk_key_of(&page.records[page.count - 1], roll->key, from);
        if (!*walked_r)
            return true;
        if (!walk_page_take(roll, &page, err))
            return false;
    } while (walk_count(roll) > before);
    roll->is_ascending = true;
    roll->last_id = walk_count(roll) ? idset_nth(roll->ids, walk_count(roll)) : 0;
    return true;
}

/* By key the first time, if there is a good one; else, and if that came to no end, by place. */
static bool walk_once(struct record_walk *roll, bool first, struct err *err)
{
    bool by_key = false;

    if (first
        && (!walk_key_is_good(roll, &by_key, err) || (by_key && !walk_by_key(roll, &by_key, err))))
        return false;
    return by_key || walk_by_place(roll, err);
}

/* --- closing -------------------------------------------------------------------------------- */

enum confirmation {
    CONFIRM_DONE,
    CONFIRM_LOOK_AGAIN,
    CONFIRM_LOOK_LATER, /* nothing is new, and yet the source counts otherwise than it lists */
    CONFIRM_WALK_AGAIN,
    CONFIRM_FAILED, /* `err` says why */
};

static bool is_slip(const struct err *err)
{
    return err->kind == ERR_DATA
           || (err->kind == ERR_REMOTE && filemaker_advice(err) == FILEMAKER_ONE_ITEM);
}

bool walk_ask_record(struct filemaker *filemaker, const char *layout, uint64_t record_id,
                     const struct cancel *cancel, bool *lives_r, struct filemaker_page *page_r,
                     struct err *err)
{
    for (int tries = ASK_TRIES; !filemaker_record(filemaker, layout, record_id, page_r, err);) {
        if (err->kind == ERR_REMOTE && err->reason == FILEMAKER_RECORD_MISSING) {
            *lives_r = false;
            return true;
        }
        if (!is_slip(err) || --tries == 0)
            return false;
        log_debug("%s, asking again", err->msg);
        if (!cancel_sleep(cancel, SLIP_US, err))
            return false;
    }
    *lives_r = true;
    return true;
}

/* A record that should be there and is not: ask for it by its id before striking it off. */
static enum confirmation remove_if_gone(struct record_walk *roll, uint64_t record_id,
                                        struct err *err)
{
    auto_page page = { 0 };
    bool lives;

    if (!walk_ask_record(roll->filemaker, roll->layout, record_id, roll->cancel, &lives, &page,
                         err))
        return CONFIRM_FAILED;
    if (lives)
        return CONFIRM_WALK_AGAIN; /* then the places moved while we looked */
    (void)idset_remove(roll->ids, record_id);
    if (record_id == roll->last_id)
        roll->last_id = walk_count(roll) ? idset_nth(roll->ids, walk_count(roll)) : 0;
    return roll->listener.gone(roll->listener.arg, record_id, err) ? CONFIRM_LOOK_AGAIN
                                                                   : CONFIRM_FAILED;
}

/* Whether the source has, at this place, the record that the roll has there. */
static bool place_agrees(struct record_walk *roll, uint64_t place, bool *agrees_r, bool *unknown_r,
                         struct err *err)
{
    auto_page page = { 0 };
    uint64_t id;

    if (!filemaker_records(roll->filemaker, roll->layout, place, 1, &page, err))
        return false;
    id = page.count ? page.records[0].record_id : 0;
    *agrees_r = page.count && idset_has(roll->ids, id) && idset_rank(roll->ids, id) == place;
    *unknown_r = page.count && !idset_has(roll->ids, id) && id < roll->last_id;
    return true;
}

/* Finds the first place where roll and source differ; the roll's record there was deleted. */
static enum confirmation remove_first_difference(struct record_walk *roll, struct err *err)
{
    uint64_t low = 1, high = walk_count(roll);

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        bool agrees, unknown;

        if (!place_agrees(roll, middle, &agrees, &unknown, err))
            return CONFIRM_FAILED;
        if (unknown)
            return CONFIRM_WALK_AGAIN;
        if (agrees)
            low = middle + 1;
        else
            high = middle;
    }
    return remove_if_gone(roll, idset_nth(roll->ids, low), err);
}

static enum confirmation resolve_differences(struct record_walk *roll,
                                             const struct filemaker_page *page, struct err *err)
{
    uint64_t count = walk_count(roll);

    if (!roll->is_ascending)
        return CONFIRM_WALK_AGAIN;
    if (page->found != UINT64_MAX && count > page->found && count - page->found > REMOVED_MAX)
        return CONFIRM_WALK_AGAIN;
    return remove_first_difference(roll, err);
}

/* Nothing follows this page, and the source's own count is the roll's. */
static bool page_is_end(const struct record_walk *roll, const struct filemaker_page *page)
{
    return page->count < page->asked
           && (page->found == UINT64_MAX || page->found == walk_count(roll));
}

/* One at a time: first that nothing stands behind the end, and then what stands there. */
static bool end_ask_singly(struct record_walk *roll, uint64_t place, struct filemaker_page *page_r,
                           struct err *err)
{
    auto_page behind = { 0 };

    if (!filemaker_records(roll->filemaker, roll->layout, place + 1, 1, &behind, err)
        || !filemaker_records(roll->filemaker, roll->layout, place, 1, page_r, err))
        return false;
    page_r->asked = behind.count ? 1 : 2;
    return true;
}

/* The end needs no more than two: what stands last, and nothing. */
static bool end_ask(struct record_walk *roll, uint64_t place, struct filemaker_page *page_r,
                    struct err *err)
{
    uint64_t size = roll->pager->size;

    if (size > 2 && filemaker_records(roll->filemaker, roll->layout, place, size, page_r, err)) {
        page_r->asked = size;
        return true;
    }
    if (size > 2 && !filemaker_is_too_much(err))
        return false;
    if (!filemaker_records(roll->filemaker, roll->layout, place, 2, page_r, err))
        return filemaker_is_too_much(err) && end_ask_singly(roll, place, page_r, err);
    page_r->asked = 2;
    return true;
}

static bool end_read(struct record_walk *roll, uint64_t place, struct filemaker_page *page_r,
                     struct err *err)
{
    for (int tries = EMPTY_TRIES;; tries--) {
        if (!end_ask(roll, place, page_r, err))
            return false;
        if (page_r->count > 0 || tries == 0 || (place == 1 && says_none(page_r)))
            return true;
        filemaker_page_clear(page_r);
        if (!cancel_sleep(roll->cancel, SLIP_US, err))
            return false;
    }
}

/*
 * One look at the end: the last record of the roll must stand where the roll's count says. What
 * follows it in this answer was added meanwhile, and belongs to the roll as well.
 */
static enum confirmation confirm_once(struct record_walk *roll, struct err *err)
{
    uint64_t count = walk_count(roll);
    auto_page page = { 0 };

    if (!end_read(roll, count ? count : 1, &page, err))
        return CONFIRM_FAILED;
    if (count == 0 && page.count == 0)
        return says_none(&page) ? CONFIRM_DONE : CONFIRM_WALK_AGAIN;
    if (count == 0)
        return CONFIRM_WALK_AGAIN;
    if (page.count == 0 || page.records[0].record_id != roll->last_id)
        return resolve_differences(roll, &page, err);
    if (!walk_page_take(roll, &page, err))
        return CONFIRM_FAILED;
    if (page_is_end(roll, &page))
        return CONFIRM_DONE;
    return walk_count(roll) > count ? CONFIRM_LOOK_AGAIN : CONFIRM_LOOK_LATER;
}

/* `closed_r`: false means that the walk should be made again. */
static bool confirm_walk(struct record_walk *roll, bool *closed_r, struct err *err)
{
    int later = LATER_TRIES;

    *closed_r = false;
    for (int tries = CONFIRM_LOOKS_MAX; tries > 0; tries--) {
        if (is_stopped(roll))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        switch (confirm_once(roll, err)) {
        case CONFIRM_DONE:
            *closed_r = true;
            return true;
        case CONFIRM_LOOK_AGAIN:
            break;
        case CONFIRM_LOOK_LATER:
            if (--later == 0)
                return true;
            if (!cancel_sleep(roll->cancel, SLIP_US, err))
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

bool walk_run(struct record_walk *roll, char *why_open_r, size_t room, struct err *err)
{
    roll->why_unconfirmed = why_open_r;
    roll->why_room = room;
    for (int walks = 1; walks <= WALKS_MAX; walks++) {
        bool closed;

        *why_open_r = '\0';
        if (!walk_once(roll, walks == 1, err))
            return false;
        if (roll->gap.count) { /* what cannot be read cannot be counted, however often */
            pager_gap_tell(&roll->gap, why_open_r, room);
            return true;
        }
        if (*why_open_r)
            continue;
        if (!confirm_walk(roll, &closed, err))
            return false;
        if (closed)
            return true;
        (void)snprintf(why_open_r, room,
                       "the source says that it has %ju records, and %ju were read",
                       (uintmax_t)roll->source_total, (uintmax_t)walk_count(roll));
        log_debug("%s; walking again", why_open_r);
    }
    return true;
}

bool walk_confirm(struct record_walk *roll, char *why_open_r, size_t room, struct err *err)
{
    bool closed;

    *why_open_r = '\0';
    if (!confirm_walk(roll, &closed, err))
        return false;
    return closed || walk_run(roll, why_open_r, room, err);
}
