/*
 * Reads pages at rising places. If somebody deletes a record before the place, everything behind it
 * moves forward, and the page does not begin with the last record of the page before: then the walk
 * steps back until a page begins with a known record, and reads on from there. Added records stand
 * at the end, which the walk has yet to reach.
 *
 * Deleted records stay among those that were read until the count is confirmed.
 */
#include "census/walk.h"

#include "base/log.h"
#include "base/mem.h"
#include "census/walk_by_key.h"
#include "census/walk_inside.h"

enum { STEPS_BACK_MAX = 200 };

struct record_walk *walk_new(struct source_reader *reader, const char *layout, struct pager *pager,
                             const struct cancel *cancel, const struct walk_listener *listener)
{
    struct record_walk *walk = mem_new(struct record_walk);

    walk->reader = reader;
    walk->layout = layout;
    walk->pager = pager;
    walk->key = "";
    walk->cancel = cancel;
    walk->listener = *listener;
    walk->ids = idset_new();
    walk->told_ids = listener->tells_once ? idset_new() : NULL;
    return walk;
}

void walk_free(struct record_walk *walk)
{
    if (!walk)
        return;
    idset_free(walk->ids);
    idset_free(walk->told_ids);
    free(walk);
}

void walk_use_key(struct record_walk *walk, const char *field)
{
    walk->key = field;
}

uint64_t walk_count(const struct record_walk *walk)
{
    return idset_count(walk->ids);
}

bool walk_has(const struct record_walk *walk, uint64_t record_id)
{
    return idset_has(walk->ids, record_id);
}

bool walk_is_stopped(const struct record_walk *walk)
{
    return walk->listener.stop && walk->listener.stop(walk->listener.arg);
}

/* --- pages ---------------------------------------------------------------------------------- */

bool walk_page_says_none(const struct filemaker_page *page)
{
    return page->found == 0 || page->found == UINT64_MAX;
}

/* Reads on from a place, at which the last record should stand; from 0: at the beginning. */
static bool place_page_once(struct record_walk *walk, uint64_t place, struct filemaker_page *page_r,
                            struct err *err)
{
    struct pager_gap gap;

    if (!pager_read_on(walk->pager, walk->reader, walk->layout, place, walk->at_id, page_r, &gap,
                       err))
        return false;
    if (gap.count && walk->gap.count == 0)
        walk->gap = gap;
    return true;
}

/* An empty page where records should be is asked for again: servers have been seen to slip. */
static bool place_page_read(struct record_walk *walk, uint64_t place, struct filemaker_page *page_r,
                            struct err *err)
{
    for (int tries = WALK_EMPTY_TRIES;; tries--) {
        if (!place_page_once(walk, place, page_r, err))
            return false;
        if (page_r->count > 0 || tries == 0 || (place == 0 && walk_page_says_none(page_r)))
            return true;
        filemaker_page_clear(page_r);
        if (!cancel_sleep(walk->cancel, WALK_SLIP_US, err))
            return false;
    }
}

static bool listener_tell(struct record_walk *walk, const struct filemaker_record *records,
                          size_t count, struct err *err)
{
    return count == 0 || walk->listener.found(walk->listener.arg, records, count, err);
}

/* Tells the records that were never told, in the runs in which they stand on the page. */
static bool listener_tell_once(struct record_walk *walk, const struct filemaker_record *records,
                               size_t count, struct err *err)
{
    size_t from = 0;

    for (size_t i = 0; i < count; i++) {
        if (idset_add(walk->told_ids, records[i].record_id))
            continue;
        if (!listener_tell(walk, records + from, i - from, err))
            return false;
        from = i + 1;
    }
    return listener_tell(walk, records + from, count - from, err);
}

bool walk_page_take(struct record_walk *walk, const struct filemaker_page *page, struct err *err)
{
    size_t first = 0;

    while (first < page->count && idset_has(walk->ids, page->records[first].record_id))
        first++;
    if (!(walk->told_ids ? listener_tell_once : listener_tell)(walk, page->records + first,
                                                               page->count - first, err))
        return false;
    for (size_t i = first; i < page->count; i++) {
        uint64_t id = page->records[i].record_id;

        if (idset_add(walk->ids, id)) {
            walk->is_ascending = walk->is_ascending && id > walk->last_id;
            walk->last_id = id;
        }
    }
    walk->source_total = page->found;
    return true;
}

/* --- walking by place ----------------------------------------------------------------------- */

static bool is_last_page(const struct filemaker_page *page)
{
    if (page->found == UINT64_MAX)
        return page->count < page->asked;
    return page->place + page->count > page->found;
}

/*
 * Whether a page connects to what was read: it begins with a known record, or behind one that the
 * pager has looked at.
 */
static bool page_connects(const struct record_walk *walk, uint64_t place,
                          const struct filemaker_page *page)
{
    return place == 0 || page->place > place
           || (page->count > 0 && walk_has(walk, page->records[0].record_id));
}

static uint64_t place_before(const struct record_walk *walk, uint64_t place)
{
    uint64_t records = walk->pager->size > 2 ? walk->pager->size : 2;

    return place > records ? place - records + 1 : 0;
}

/* Whether nothing follows: only the record where the walk stood came, whatever the count says. */
static bool walk_is_over(uint64_t place, const struct filemaker_page *page)
{
    if (page->place > place && place > 0) /* behind where the walk stood */
        return page->count == 0;
    return is_last_page(page) || (page->count == 1 && page->asked > 1);
}

static void walk_begin(struct record_walk *walk)
{
    idset_clear(walk->ids);
    walk->last_id = walk->at_id = 0;
    walk->is_ascending = true;
    walk->gap = (struct pager_gap){ 0 };
    pager_begin(walk->pager);
}

static bool walk_give_up(char *why_r, size_t room)
{
    (void)snprintf(why_r, room, "the records moved about faster than they could be read");
    return true;
}

static bool walk_by_place(struct record_walk *walk, char *why_r, size_t room, struct err *err)
{
    uint64_t place = 0;
    int steps_back = 0;

    walk_begin(walk);
    for (;;) {
        auto_page page = { 0 };

        if (walk_is_stopped(walk))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (!place_page_read(walk, place, &page, err))
            return false;
        if (page.count == 0 && place == 0) {
            walk->source_total = page.found;
            return true;
        }
        if (!page_connects(walk, place, &page)) {
            place = place_before(walk, place);
            walk->at_id = 0;
            if (++steps_back <= STEPS_BACK_MAX)
                continue;
            return walk_give_up(why_r, room);
        }
        if (!walk_page_take(walk, &page, err))
            return false;
        if (walk_is_over(place, &page))
            return true;
        walk->at_id = page.records[page.count - 1].record_id;
        if (page.place + page.count - 1 == place && ++steps_back > STEPS_BACK_MAX)
            return walk_give_up(why_r, room);
        place = page.place + page.count - 1;
    }
}

/* --- walking by key ------------------------------------------------------------------------- */

static bool key_is_good(struct record_walk *walk, bool *good_r, struct err *err)
{
    char why[256];

    *good_r = false;
    if (!*walk->key)
        return true;
    if (!walk_key_prove(walk->reader, walk->layout, walk->key, good_r, why, sizeof why, err))
        return false;
    if (!*good_r)
        log_warn("records cannot be read by '%s' ([source] census_key), and are read by place: %s",
                 walk->key, why);
    return true;
}

/* Reads the next page by key; an empty one where records should be is asked for again. */
static bool key_page_read(struct record_walk *walk, const char *from, struct filemaker_page *page_r,
                          struct err *err)
{
    for (int tries = WALK_EMPTY_TRIES;; tries--) {
        if (!walk_key_page(walk->reader, walk->layout, walk->key, from, walk->pager, page_r, err))
            return false;
        if (page_r->count > 0 || tries == 0)
            return true;
        filemaker_page_clear(page_r);
        if (!cancel_sleep(walk->cancel, WALK_SLIP_US, err))
            return false;
    }
}

/*
 * Records are made in the order of their ids, so the count is confirmed by place as after any walk.
 *   walked_r   false: a record's key is no number after all, or one page was too much
 */
static bool walk_by_key(struct record_walk *walk, bool *walked_r, struct err *err)
{
    char from[WALK_KEY_MAX] = "";
    uint64_t before;

    walk_begin(walk);
    do {
        auto_page page = { 0 };

        before = walk_count(walk);
        if (walk_is_stopped(walk))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (!key_page_read(walk, from, &page, err)) {
            *walked_r = false;
            return filemaker_is_too_much(err); /* records one at a time come by place only */
        }
        *walked_r = page.count == 0 || walk_key_of(&page.records[page.count - 1], walk->key, from);
        if (!*walked_r)
            return true;
        if (!walk_page_take(walk, &page, err))
            return false;
    } while (walk_count(walk) > before);
    walk->is_ascending = true;
    walk->last_id = walk_count(walk) ? idset_nth(walk->ids, walk_count(walk)) : 0;
    return true;
}

bool walk_read_all(struct record_walk *walk, bool by_key, char *why_r, size_t room, struct err *err)
{
    bool done = false;

    *why_r = '\0';
    if (by_key && (!key_is_good(walk, &done, err) || (done && !walk_by_key(walk, &done, err))))
        return false;
    return done || walk_by_place(walk, why_r, room, err);
}
