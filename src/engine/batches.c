/* Judges finds by what they take, what they miss and how they fail. */
#include "engine/batches.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "filemaker/errors.h"

#include <pthread.h>

enum {
    SINGLES_NEEDED = 2,  /* readings of one record that a find is compared with         */
    IN_A_ROW = 3,        /* so many slow or failed finds, one after the other, end them */
    FEWEST_TO_JUDGE = 4, /* a find of fewer records says little about its pace          */
    MISSES_FROM = 32,    /* records asked for before misses are judged                  */
    GOOD_NEEDED = 16,    /* readings that went well, before twice as many are tried     */
    GOOD_NEEDED_MAX = 4096
};

/* No find that is done this soon is a burden. */
#define QUICK_US (250 * TIME_MS)

struct batches {
    pthread_mutex_t lock;
    size_t configured, most; /* `configured` 1 once finds have ended */
    int good, good_needed;   /* `good` in a row, at this size        */
    int singles_wanted;
    int64_t single_us; /* what one record takes by itself, of late; 0: not known */
    int slow, failed;  /* in a row */
    uint64_t asked, missed;
};

struct batches *batches_new(int most)
{
    struct batches *batches = mem_new(struct batches);

    (void)pthread_mutex_init(&batches->lock, NULL);
    batches->configured = most > BATCH_MAX ? BATCH_MAX : most > 1 ? (size_t)most : 1;
    batches->most = batches->configured;
    batches->good_needed = GOOD_NEEDED;
    batches->singles_wanted = SINGLES_NEEDED;
    return batches;
}

void batches_free(struct batches *batches)
{
    if (!batches)
        return;
    (void)pthread_mutex_destroy(&batches->lock);
    free(batches);
}

size_t batches_size(struct batches *batches)
{
    size_t size;

    (void)pthread_mutex_lock(&batches->lock);
    size = batches->most;
    if (size > 1 && batches->singles_wanted > 0) {
        batches->singles_wanted--;
        size = 1;
    }
    (void)pthread_mutex_unlock(&batches->lock);
    return size;
}

size_t batches_most(struct batches *batches)
{
    size_t most;

    (void)pthread_mutex_lock(&batches->lock);
    most = batches->most;
    (void)pthread_mutex_unlock(&batches->lock);
    return most;
}

/* --- judging, with the lock held ------------------------------------------------------------ */

static void finds_end(struct batches *batches, const char *why)
{
    if (batches->most > 1)
        log_warn("each record is read by itself from now on, not %zu by one find: %s. The "
                 "documents cross as safely, in about twice as many requests",
                 batches->most, why);
    batches->most = batches->configured = 1;
}

bool batches_is_slow(int64_t single_us, size_t asked, int64_t took_us)
{
    return single_us > 0 && took_us > QUICK_US && asked >= FEWEST_TO_JUDGE
           && took_us > single_us * (int64_t)asked;
}

bool batches_misses_most(uint64_t asked, uint64_t missed)
{
    return missed * 2 > asked;
}

/* What one record takes is measured anew, since the whole server may have grown slow. */
static void slow_note(struct batches *batches, size_t asked, int64_t took_us)
{
    char find[TIME_TEXT_SIZE], single[TIME_TEXT_SIZE], why[256];

    batches->singles_wanted = SINGLES_NEEDED;
    if (++batches->slow < IN_A_ROW)
        return;
    (void)snprintf(
        why, sizeof why,
        "a find of %zu takes %s, one record by itself %s. The key field may have no index", asked,
        time_for_people(took_us, find), time_for_people(batches->single_us, single));
    finds_end(batches, why);
}

/* It may have been one record's fault: larger finds are tried again, each time later. */
static void size_halve(struct batches *batches, const struct err *why)
{
    if (batches->most <= 1)
        return;
    log_info("%zu records by one find are too much for the server (%s): %zu from now on",
             batches->most, why->msg, batches->most / 2);
    if (batches->most < batches->configured && batches->good_needed < GOOD_NEEDED_MAX)
        batches->good_needed *= 4;
    batches->most /= 2;
    batches->good = 0;
}

static void size_grow(struct batches *batches)
{
    if (batches->most >= batches->configured || ++batches->good < batches->good_needed)
        return;
    batches->good = 0;
    batches->most *= 2;
    if (batches->most > batches->configured)
        batches->most = batches->configured;
}

static void failure_note(struct batches *batches, const struct err *why)
{
    enum filemaker_advice advice = filemaker_advice(why);

    if (advice == FILEMAKER_LOG_IN || advice == FILEMAKER_CROWDED)
        return; /* the session's affair */
    batches->failed++;
    if (advice != FILEMAKER_REPEAT || batches->failed >= IN_A_ROW)
        finds_end(batches, why->msg);
}

/* --- readings ------------------------------------------------------------------------------- */

void batches_single(struct batches *batches, int64_t took_us)
{
    int64_t before;

    (void)pthread_mutex_lock(&batches->lock);
    before = batches->single_us;
    took_us = took_us > 0 ? took_us : 1;
    batches->single_us = before ? (3 * before + took_us) / 4 : took_us;
    if (batches->most == 1)
        size_grow(batches);
    (void)pthread_mutex_unlock(&batches->lock);
}

void batches_found(struct batches *batches, size_t asked, int64_t took_us)
{
    (void)pthread_mutex_lock(&batches->lock);
    batches->asked += asked;
    batches->failed = 0;
    size_grow(batches);
    if (batches_is_slow(batches->single_us, asked, took_us))
        slow_note(batches, asked, took_us);
    else
        batches->slow = 0;
    (void)pthread_mutex_unlock(&batches->lock);
}

void batches_missed(struct batches *batches)
{
    (void)pthread_mutex_lock(&batches->lock);
    batches->missed++;
    if (batches->asked >= MISSES_FROM && batches_misses_most(batches->asked, batches->missed))
        finds_end(batches, "finds leave out most records, though they are there: the index of "
                           "the key field may not be whole");
    (void)pthread_mutex_unlock(&batches->lock);
}

void batches_failed(struct batches *batches, const struct err *why)
{
    if (why->kind == ERR_CANCELED)
        return;
    (void)pthread_mutex_lock(&batches->lock);
    if (filemaker_is_too_much(why))
        size_halve(batches, why);
    else
        failure_note(batches, why);
    (void)pthread_mutex_unlock(&batches->lock);
}
