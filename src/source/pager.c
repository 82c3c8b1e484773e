/* Halves a page that was too much, and remembers the size that works. */
#include "source/pager.h"

#include "base/log.h"

enum { GOOD_NEEDED = 16, GOOD_NEEDED_MAX = 4096, GAP_MAX = 4 };

struct pager pager_of(uint64_t first, uint64_t most)
{
    return (struct pager){ .first = first, .most = most, .size = first < most ? first : most };
}

void pager_begin(struct pager *pager)
{
    if (pager->size > pager->first)
        pager->size = pager->first;
}

static void pager_grow(struct pager *pager)
{
    pager->is_trial = false;
    if (++pager->good < pager->good_needed)
        return;
    pager->good = 0;
    pager->is_trial = pager->good_needed > 0 && pager->size < pager->most;
    pager->size = pager->size * 2 < pager->most ? pager->size * 2 : pager->most;
}

/* Sets a smaller size. After a larger one has failed, it waits longer before the next attempt. */
static void pager_back_off(struct pager *pager, uint64_t size)
{
    if (pager->size_before == 0)
        pager->size_before = pager->size;
    if (pager->good_needed == 0)
        pager->good_needed = GOOD_NEEDED;
    else if (pager->is_trial && pager->good_needed < GOOD_NEEDED_MAX)
        pager->good_needed *= 4;
    pager->is_trial = false;
    pager->size = size;
    pager->good = 0;
}

static void pager_shrink(struct pager *pager, uint64_t size, const struct err *why)
{
    log_info("%ju records at once are too much for the server (%s): %ju at once from now on",
             (uintmax_t)pager->size, why->msg, (uintmax_t)size);
    pager_back_off(pager, size);
}

/* Restores the size: the record was at fault, not the size. */
static void pager_restore(struct pager *pager)
{
    if (pager->size_before)
        pager->size = pager->size_before;
    pager->size_before = 0;
    pager->good = 0;
}

/* The call that reads a page: a range, or a find. */
struct pager_query {
    struct source_reader *reader;
    const char *layout, *query, *sort; /* `query` NULL: a range */
    uint64_t place;
};

static bool page_ask(const struct pager_query *asked, uint64_t limit, struct filemaker_page *page_r,
                     struct err *err)
{
    bool good = asked->query ? source_find(asked->reader, asked->layout, asked->query, asked->sort,
                                           1, limit, page_r, err)
                             : source_records(asked->reader, asked->layout, asked->place, limit,
                                              page_r, err);

    if (good) {
        page_r->place = asked->place;
        page_r->asked = limit;
    }
    return good;
}

/* Asks for fewer until it works. False, too, if that would be fewer than `least`. */
static bool ask_fewer(struct pager *pager, const struct pager_query *asked, uint64_t least,
                      struct filemaker_page *page_r, struct err *err)
{
    while (!page_ask(asked, pager->size, page_r, err)) {
        if (!filemaker_is_too_much(err) || pager->size / 2 < least)
            return false;
        pager_shrink(pager, pager->size / 2, err);
    }
    pager_grow(pager);
    return true;
}

/* --- one at a time -------------------------------------------------------------------------- */

static void page_move(struct filemaker_page *to, struct filemaker_page *from)
{
    *to = *from;
    *from = (struct filemaker_page){ 0 };
}

static bool page_of_one(const struct pager_query *from, uint64_t place,
                        struct filemaker_page *page_r, struct err *err)
{
    struct pager_query asked = *from;

    asked.place = place;
    return page_ask(&asked, 1, page_r, err);
}

/*
 * Reads the record after `place`, and then checks that `last_id` is still before it: records only
 * move to the front, so one that stands there afterwards stood there all the time.
 */
static bool page_of_one_behind(const struct pager_query *asked, uint64_t last_id,
                               struct filemaker_page *page_r, struct err *err)
{
    auto_page page = { 0 }, before = { 0 };

    if (!page_of_one(asked, asked->place + 1, &page, err))
        return false;
    if (asked->place > 0 && !page_of_one(asked, asked->place, &before, err))
        return false;
    if (asked->place > 0 && (before.count != 1 || before.records[0].record_id != last_id))
        page_move(page_r, &before);
    else
        page_move(page_r, &page);
    return true;
}

/* Tries the record after `place` once more, now that the server answers again. */
static bool gap_was_transient(const struct pager_query *asked, uint64_t last_id,
                              struct filemaker_page *page_r)
{
    auto_page page = { 0 };
    struct err ignored = { 0 };

    if (!page_of_one_behind(asked, last_id, &page, &ignored))
        return false;
    filemaker_page_clear(page_r);
    page_move(page_r, &page);
    return true;
}

/* Skips records that cannot be read, to the next that can. */
static bool gap_skip(const struct pager_query *asked, uint64_t last_id,
                     struct filemaker_page *page_r, struct pager_gap *gap_r, const struct err *why,
                     struct err *err)
{
    struct pager_gap gap = { .place = asked->place + 1, .count = 1, .before_id = last_id };

    while (!page_of_one(asked, asked->place + 1 + gap.count, page_r, err))
        if (!filemaker_is_too_much(err) || ++gap.count > GAP_MAX)
            return false;
    if (gap_was_transient(asked, last_id, page_r))
        return true;
    gap.behind_id = page_r->count ? page_r->records[0].record_id : 0;
    (void)snprintf(gap.why, sizeof gap.why, "%.255s", why->msg);
    *gap_r = gap;
    return true;
}

static bool pager_step(struct pager *pager, const struct pager_query *asked, uint64_t last_id,
                       struct filemaker_page *page_r, struct pager_gap *gap_r, struct err *err)
{
    struct err why = { 0 };

    if (!page_of_one_behind(asked, last_id, page_r, &why)) {
        if (filemaker_is_too_much(&why))
            return gap_skip(asked, last_id, page_r, gap_r, &why, err);
        *err = why;
        return false;
    }
    if (pager->size > 1)
        pager_shrink(pager, 1, err);
    else
        pager_grow(pager);
    return true;
}

/* --- the pager ------------------------------------------------------------------------------ */

bool pager_read_on(struct pager *pager, struct source_reader *reader, const char *layout,
                   uint64_t place, uint64_t last_id, struct filemaker_page *page_r,
                   struct pager_gap *gap_r, struct err *err)
{
    struct pager_query asked = { .reader = reader, .layout = layout, .place = place ? place : 1 };
    uint64_t least = place ? 2 : 1; /* a page that begins with a known record needs another */

    *gap_r = (struct pager_gap){ 0 };
    if (pager->size >= least) {
        if (ask_fewer(pager, &asked, least, page_r, err))
            return true;
        if (!filemaker_is_too_much(err))
            return false;
    }
    asked.place = place;
    if (!pager_step(pager, &asked, last_id, page_r, gap_r, err))
        return false;
    if (gap_r->count)
        pager_restore(pager);
    return true;
}

bool pager_find(struct pager *pager, struct source_reader *reader, const char *layout,
                const char *query_json, const char *sort_json, struct filemaker_page *page_r,
                struct err *err)
{
    const struct pager_query asked = {
        .reader = reader, .layout = layout, .query = query_json, .sort = sort_json, .place = 1
    };

    return ask_fewer(pager, &asked, 2, page_r, err);
}

void pager_gap_tell(const struct pager_gap *gap, char *words_r, size_t room)
{
    bool is_known = gap->before_id && gap->behind_id == gap->before_id + 2 && gap->count == 1;

    if (is_known)
        (void)snprintf(words_r, room, "record %ju cannot be read: %s",
                       (uintmax_t)gap->before_id + 1, gap->why);
    else
        (void)snprintf(words_r, room, "%ju record%s between records %ju and %ju cannot be read: %s",
                       (uintmax_t)gap->count, gap->count == 1 ? "" : "s", (uintmax_t)gap->before_id,
                       (uintmax_t)gap->behind_id, gap->why);
}
