/* A patient has hundreds of documents, not thousands: they are looked through, and need no index. */
#include "console/upload/same.h"

#include "base/mem.h"
#include "console/documents/places.h"
#include "console/index/listing.h"
#include "console/inside.h"
#include "registry/away.h"
#include "registry/registry.h"

void same_list_clear(struct same_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        visible_list_clear(&list->pages[i]);
    free(list->pages);
    *list = (struct same_list){ 0 };
}

/* Takes the page's documents. */
static void page_keep(struct same_list *list, struct visible_list *page)
{
    list->pages = mem_grow(list->pages, (list->count + 1) * sizeof *list->pages);
    list->pages[list->count++] = *page;
    *page = (struct visible_list){ 0 };
}

static bool shown_read(struct exchange *x, const char *patient, struct same_list *list,
                       struct err *err)
{
    struct catalog_choice choice = { .patient = patient, .limit = VISIBLE_MOST - 1 };
    bool has_more = true;

    while (has_more) {
        auto_listing listing = { 0 };

        if (!listing_fill(x->console, &choice, &listing, err))
            return false;
        choice.behind = listing.last;
        has_more = listing.has_more;
        page_keep(list, &listing.shown);
    }
    return true;
}

struct same_rows {
    struct uuid rows[VISIBLE_MOST];
    size_t count;
};

static void row_take(void *arg, const struct uuid *row)
{
    struct same_rows *taken = arg;

    taken->rows[taken->count++] = *row;
}

static bool away_step(struct exchange *x, const char *patient, const struct uuid *after,
                      struct same_rows *taken, struct same_list *list, struct err *err)
{
    auto_visible_list found = { 0 };
    auto_loan loan = { 0 };
    struct registry *registry;

    taken->count = 0;
    if (!places_registry(x->console->places, &loan, &registry, err)
        || !registry_each_away(registry, patient, after, VISIBLE_MOST, row_take, taken, err)
        || !visible_ask_away(x->console, taken->rows, taken->count, &found, err))
        return false;
    page_keep(list, &found);
    return true;
}

static bool away_read(struct exchange *x, const char *patient, struct same_list *list,
                      struct err *err)
{
    struct same_rows taken;
    struct uuid after = { { 0 } };

    do {
        if (!away_step(x, patient, &after, &taken, list, err))
            return false;
        if (taken.count > 0)
            after = taken.rows[taken.count - 1];
    } while (taken.count == VISIBLE_MOST);
    return true;
}

bool same_read(struct exchange *x, const char *patient, struct same_list *list_r, struct err *err)
{
    *list_r = (struct same_list){ 0 };
    return shown_read(x, patient, list_r, err) && away_read(x, patient, list_r, err);
}

const struct visible *same_find(const struct same_list *list, const struct sha256 *sha256)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->pages[i].count; k++)
            if (sha256_equal(&list->pages[i].items[k].sha256, sha256))
                return &list->pages[i].items[k];
    return NULL;
}
