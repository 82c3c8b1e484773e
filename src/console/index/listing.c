/* Usually one round is enough: the index holds what could be shown a moment ago. */
#include "console/index/listing.h"

#include "base/mem.h"
#include "registry/rows.h"

/* After so many rounds a page may end short; the next one goes on from there. */
enum { ROUNDS = 4 };

void listing_clear(struct listing *listing)
{
    visible_list_clear(&listing->shown);
    *listing = (struct listing){ 0 };
}

static bool is_wanted(const struct catalog_choice *choice, const struct visible *document)
{
    return !choice->patient
           || (document->patient
               && registry_same_patient(span_of(choice->patient), span_of(document->patient)));
}

static int page_of(const struct catalog_cards *cards, int64_t document)
{
    for (size_t i = 0; i < cards->count; i++)
        if (cards->items[i].place.document == document)
            return cards->items[i].page;
    return 0;
}

/* Moves what is wanted to the page; what stays behind is cleared by the caller. */
static void shown_take(struct listing *listing, const struct catalog_choice *choice,
                       const struct catalog_cards *cards, struct visible_list *found)
{
    struct visible_list *shown = &listing->shown;

    for (size_t i = 0; i < found->count; i++) {
        if (!is_wanted(choice, &found->items[i]))
            continue;
        listing->pages[shown->count] = page_of(cards, found->items[i].document);
        shown->items[shown->count++] = found->items[i];
        found->items[i] = (struct visible){ 0 };
    }
}

static bool cards_ask(struct console *console, const struct catalog_cards *cards, size_t count,
                      struct visible_list *found, struct err *err)
{
    auto_free struct uuid *rows = mem_zero((count + 1) * sizeof *rows);

    for (size_t i = 0; i < count; i++)
        rows[i] = cards->items[i].row;
    return visible_ask(console, rows, count, found, err);
}

/* One card more than there is room for tells whether the list goes on. */
static bool round_take(struct console *console, const struct catalog_choice *choice,
                       struct listing *listing, struct err *err)
{
    struct catalog_choice wanted = *choice;
    size_t room = choice->limit - listing->shown.count, count;
    auto_cards cards = { 0 };
    auto_visible_list found = { 0 };

    wanted.limit = room + 1;
    if (listing->last.document)
        wanted.behind = listing->last;
    if (!catalog_cards_find(console, &wanted, &cards, err))
        return false;
    count = cards.count < room ? cards.count : room;
    if (!cards_ask(console, &cards, count, &found, err))
        return false;
    shown_take(listing, choice, &cards, &found);
    if (listing->documents == 0)
        listing->documents = cards.documents;
    listing->has_more = cards.count > room;
    listing->is_cut = listing->is_cut || cards.is_cut;
    if (count > 0)
        listing->last = cards.items[count - 1].place;
    return true;
}

bool listing_fill(struct console *console, const struct catalog_choice *choice,
                  struct listing *listing_r, struct err *err)
{
    auto_listing listing = { .shown = { mem_zero((choice->limit + 1) * sizeof *listing.shown.items),
                                        0 } };

    for (int round = 0; round < ROUNDS; round++) {
        if (!round_take(console, choice, &listing, err))
            return false;
        if (!listing.has_more || listing.shown.count == choice->limit)
            break;
    }
    *listing_r = listing;
    listing = (struct listing){ 0 };
    return true;
}
