/* Handles that nobody uses just now are kept, a few of them. */
#include "console/server/lender.h"

#include "base/mem.h"

#include <pthread.h>

enum { KEPT = 8 };

struct lender {
    const struct lender_kind *kind;
    void *arg;
    pthread_mutex_t lock;
    void *kept[KEPT];
    size_t count;
};

struct lender *lender_new(const struct lender_kind *kind, void *arg)
{
    struct lender *lender = mem_new(struct lender);

    *lender = (struct lender){ .kind = kind, .arg = arg };
    (void)pthread_mutex_init(&lender->lock, NULL);
    return lender;
}

void lender_free(struct lender *lender)
{
    if (!lender)
        return;
    for (size_t i = 0; i < lender->count; i++)
        lender->kind->close(lender->kept[i]);
    (void)pthread_mutex_destroy(&lender->lock);
    free(lender);
}

static void *kept_one(struct lender *lender)
{
    void *thing = NULL;

    (void)pthread_mutex_lock(&lender->lock);
    if (lender->count > 0)
        thing = lender->kept[--lender->count];
    (void)pthread_mutex_unlock(&lender->lock);
    return thing;
}

/* A connection may have broken meanwhile; one that does not answer is not lent. */
bool lender_lend(struct lender *lender, struct loan *loan_r, struct err *err)
{
    const struct lender_kind *kind = lender->kind;
    void *thing = kept_one(lender);

    if (thing && kind->answers && !kind->answers(thing)) {
        kind->close(thing);
        thing = NULL;
    }
    if (!thing && !kind->open(lender->arg, &thing, err))
        return false;
    *loan_r = (struct loan){ lender, thing };
    return true;
}

void loan_end(struct loan *loan)
{
    struct lender *lender = loan->from;
    void *thing = loan->thing;

    if (!lender)
        return;
    (void)pthread_mutex_lock(&lender->lock);
    if (lender->count < KEPT)
        lender->kept[lender->count++] = take(thing);
    (void)pthread_mutex_unlock(&lender->lock);
    if (thing)
        lender->kind->close(thing);
    *loan = (struct loan){ 0 };
}
