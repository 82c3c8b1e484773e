/* How often a document is tried, and when it is tried again. */
#include "transfer/tries.h"

#include "base/time.h"

enum {
    WAITS_IN_A_RUN = 8, /* of a class that never fails                              */
    DOUBT_TRIES = 3,    /* tries more, where the last one says otherwise than the rest */
};

/* The wait between two looks at a source or store that is away. */
#define AWAY_WAIT_US (5 * TIME_SECOND)

/* A document that is left for later: by then a later run will have come. */
#define PARKED_US (60 * 60 * TIME_SECOND)

static int tries_allowed(const struct engine *engine, const struct failure_class *class)
{
    int cap = engine->settings->max_tries;

    return class->tries > 1 && cap > 0 && cap < class->tries ? cap : class->tries;
}

bool tries_is_last(const struct transfer *t)
{
    const struct failure_class *class = failure_class_of(FAILURE_CONTAINER_UNAVAILABLE);

    if (t->facts.content == FILEMAKER_REFERENCE)
        return true; /* a path stays a path */
    return t->claim->attempts + 1 >= tries_allowed(t->engine, class);
}

bool tries_is_away(enum failure_kind failure)
{
    return failure == FAILURE_SOURCE_AWAY || failure == FAILURE_STORE_AWAY;
}

/*
 * Whether a document has no try left that its class allows. A try that ends otherwise than most
 * before it may have met a trouble of its own: then its class is not what the document fails with.
 */
bool tries_are_over(const struct transfer *t, const struct failure_class *class)
{
    int tries = t->claim->attempts + 1, allowed = tries_allowed(t->engine, class);
    const char *usual = t->assignment->usual_class;

    if (tries < allowed || allowed <= 1 || t->claim->attempts < 2 || !usual
        || strcmp(usual, class->name) == 0)
        return tries >= allowed;
    return tries >= allowed + DOUBT_TRIES;
}

int64_t tries_next_us(const struct transfer *t, const struct failure_class *class)
{
    int tries = t->claim->attempts + 1;
    int64_t now_us = time_now_us();

    if (t->failure.due_us)
        return t->failure.due_us;
    if (tries_is_away(t->failure.kind))
        return now_us + AWAY_WAIT_US;
    if (t->failure.kind == FAILURE_SOURCE_REACTS) /* stored: whether it fails is seen then */
        return now_us + failure_class_wait_us(class, tries, t->engine->settings->first_wait_us);
    if (t->failure.kind == FAILURE_RECORD_INCOMPLETE)
        return now_us + PARKED_US; /* whichever file of the record comes last takes it along */
    if (class->tries ? tries_are_over(t, class) : tries >= WAITS_IN_A_RUN)
        return now_us + PARKED_US;
    return now_us + failure_class_wait_us(class, tries, t->engine->settings->first_wait_us);
}
