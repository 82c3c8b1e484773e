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

uint64_t tries_mod_id(const struct transfer *t)
{
    return t->records ? t->record->mod_id : t->claim->mod_id;
}

/*
 * Whether the document failed in an earlier run, with all tries, and nothing that decides about its
 * file has changed since: not the record, and not the ways by which the file is asked for.
 */
static bool failed_as_it_is(const struct transfer *t)
{
    const struct ledger_last_failure *last = &t->assignment->last_failure;

    return last->class && last->mod_id == tries_mod_id(t)
           && strcmp(last->ways, t->engine->ways) == 0;
}

/* Whether the last failure is one of those that a single try confirms. */
static bool last_takes_one_try(const struct transfer *t)
{
    enum failure_kind failure;

    return failed_as_it_is(t)
           && failure_class_read(span_of(t->assignment->last_failure.class), &failure)
           && failure_class_of(failure)->one_try_later;
}

/* Whether this try met what the document failed with before. */
static bool fails_as_before(const struct transfer *t, const struct failure_class *class)
{
    return last_takes_one_try(t)
           && ledger_last_failure_is(&t->assignment->last_failure, class->name, &t->failure.why);
}

bool tries_is_last(const struct transfer *t)
{
    const struct failure_class *class = failure_class_of(FAILURE_CONTAINER_UNAVAILABLE);

    if (t->facts.content == FILEMAKER_REFERENCE
        || content_source_is_outside(t->engine->settings, &t->facts))
        return true; /* a path stays a path, and a backup as it is */
    if (last_takes_one_try(t))
        return true; /* all ways belong to this one try */
    return t->claim->attempts + 1 >= tries_allowed(t->engine, class);
}

bool tries_is_away(enum failure_kind failure)
{
    return failure == FAILURE_SOURCE_AWAY || failure == FAILURE_STORE_AWAY;
}

/*
 * A try that ends otherwise than most before it may have met a trouble of its own: then its class is
 * not what the document fails with.
 */
bool tries_are_over(const struct transfer *t, const struct failure_class *class)
{
    int tries = t->claim->attempts + 1, allowed = tries_allowed(t->engine, class);
    const char *usual = t->assignment->usual_class;

    if (fails_as_before(t, class))
        return true;
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
