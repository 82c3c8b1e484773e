/*
 * A place for each class, with the state of the ledger of which it is true. While a run goes on that state
 * changes all the time; then what was found is kept for twenty times as long as it took to find, so that
 * whoever looks costs the run a twentieth of a processor at most, and a few failures are never old.
 */
#include "console/run/causes_kept.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/read.h"

#include <pthread.h>

/* The last place is that of all classes. */
enum { CAUSES_PLACES = FAILURES + 1, KEPT_TIMES = 20 };

struct causes_place {
    bool is_there;
    struct ledger_extent extent;
    int64_t until_us; /* by time_mono_us(): so long it is good enough, whatever the ledger says */
    struct failure_causes causes;
};

struct causes_kept {
    pthread_mutex_t lock;
    struct causes_place places[CAUSES_PLACES];
};

struct causes_kept *causes_kept_new(void)
{
    struct causes_kept *kept = mem_new(struct causes_kept);

    (void)pthread_mutex_init(&kept->lock, NULL);
    return kept;
}

void causes_kept_free(struct causes_kept *kept)
{
    if (!kept)
        return;
    for (size_t i = 0; i < CAUSES_PLACES; i++)
        failure_causes_clear(&kept->places[i].causes);
    (void)pthread_mutex_destroy(&kept->lock);
    free(kept);
}

void auto_causes_lent_cleanup(struct causes_lent *lent)
{
    if (lent->from)
        (void)pthread_mutex_unlock(&lent->from->lock);
}

static struct causes_place *place_of(struct causes_kept *kept, const char *class)
{
    enum failure_kind kind;

    return &kept->places[failure_class_read(span_of(class), &kind) ? (size_t)kind : FAILURES];
}

static bool place_fill(struct causes_place *place, struct ledger *ledger, const char *class,
                       const struct ledger_extent *extent, struct err *err)
{
    struct failures_choice choice = { .class = *class ? class : NULL };
    int64_t begun_us = time_mono_us();

    failure_causes_clear(&place->causes);
    *place = (struct causes_place){ 0 };
    if (!failure_causes_read(ledger, &choice, &place->causes, err))
        return false;
    place->extent = *extent;
    place->until_us = time_mono_us() + KEPT_TIMES * (time_mono_us() - begun_us);
    return place->is_there = true;
}

static bool is_good(const struct causes_place *place, const struct ledger_extent *now)
{
    return place->is_there
           && ((place->extent.run == now->run && place->extent.entries == now->entries)
               || time_mono_us() < place->until_us);
}

bool causes_borrow(struct causes_kept *kept, struct ledger *ledger, const char *class,
                   struct causes_lent *lent_r, struct err *err)
{
    struct ledger_extent now;
    struct causes_place *place;

    if (!ledger_extent(ledger, &now, err))
        return false;
    (void)pthread_mutex_lock(&kept->lock);
    lent_r->from = kept;
    place = place_of(kept, class);
    lent_r->causes = &place->causes;
    return is_good(place, &now) || place_fill(place, ledger, class, &now, err);
}
