/*
 * A page of a list of documents: the index proposes rows, each is asked about afresh, and where some
 * may not be shown the page is filled up with those behind them.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/index/catalog.h"

enum { LISTING_USUAL = 50 };

struct listing {
    struct visible_list shown;
    int pages[VISIBLE_MOST]; /* of each that is shown, as a catalog_card's */
    int64_t documents;       /* as catalog_cards */
    bool has_more;
    struct catalog_place last; /* where the next page goes on */
    bool is_cut;               /* as catalog_cards            */
};

void listing_clear(struct listing *listing);
#define auto_listing __attribute__((cleanup(listing_clear))) struct listing

/*
 * Fills a page. Of a patient's list, what belongs to somebody else by now is left out.
 *   choice      its limit is the page's: at most VISIBLE_MOST - 1
 *   listing_r   the caller clears it
 * Fails with ERR_DATABASE.
 */
must_check bool listing_fill(struct console *console, const struct catalog_choice *choice,
                             struct listing *listing_r, struct err *err);
