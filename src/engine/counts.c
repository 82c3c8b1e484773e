/* Sets of document numbers behind a lock. */
#include "engine/counts.h"

#include "base/idset.h"
#include "base/mem.h"

#include <pthread.h>

struct counts {
    pthread_mutex_t lock;
    struct idset *tried, *done, *failed;
    int64_t seen, bytes, moves;
    char recent[COUNTS_RECENT][COUNTS_RECENT_SIZE];
};

struct counts *counts_new(void)
{
    struct counts *score = mem_new(struct counts);

    (void)pthread_mutex_init(&score->lock, NULL);
    score->tried = idset_new();
    score->done = idset_new();
    score->failed = idset_new();
    return score;
}

void counts_free(struct counts *score)
{
    if (!score)
        return;
    idset_free(score->tried);
    idset_free(score->done);
    idset_free(score->failed);
    (void)pthread_mutex_destroy(&score->lock);
    free(score);
}

void counts_add_seen(struct counts *score, int64_t documents)
{
    (void)pthread_mutex_lock(&score->lock);
    score->seen += documents;
    (void)pthread_mutex_unlock(&score->lock);
}

/* Puts a document into one of the two sets, or into neither. */
static void counts_put(struct counts *score, int64_t document, struct idset *into)
{
    uint64_t id = (uint64_t)document;

    (void)idset_add(score->tried, id);
    (void)idset_remove(score->done, id);
    (void)idset_remove(score->failed, id);
    if (into)
        (void)idset_add(into, id);
}

void counts_set_done(struct counts *score, int64_t document, int64_t size_bytes)
{
    (void)pthread_mutex_lock(&score->lock);
    counts_put(score, document, score->done);
    score->bytes += size_bytes;
    score->moves++;
    (void)pthread_mutex_unlock(&score->lock);
}

void counts_set_failed(struct counts *score, int64_t document, uint64_t record_id,
                       const char *class)
{
    (void)pthread_mutex_lock(&score->lock);
    counts_put(score, document, score->failed);
    memmove(score->recent[1], score->recent[0], sizeof score->recent - sizeof score->recent[0]);
    (void)snprintf(score->recent[0], sizeof score->recent[0], "record %ju: %s",
                   (uintmax_t)record_id, class);
    (void)pthread_mutex_unlock(&score->lock);
}

void counts_set_waiting(struct counts *score, int64_t document)
{
    (void)pthread_mutex_lock(&score->lock);
    counts_put(score, document, NULL);
    (void)pthread_mutex_unlock(&score->lock);
}

void counts_set_gone(struct counts *score, int64_t document)
{
    (void)pthread_mutex_lock(&score->lock);
    counts_put(score, document, NULL);
    (void)idset_remove(score->tried, (uint64_t)document);
    (void)pthread_mutex_unlock(&score->lock);
}

struct counts_snapshot counts_get(struct counts *score)
{
    struct counts_snapshot counts;

    (void)pthread_mutex_lock(&score->lock);
    counts = (struct counts_snapshot){ .seen = score->seen,
                                       .processed = (int64_t)idset_count(score->tried),
                                       .successful = (int64_t)idset_count(score->done),
                                       .failed = (int64_t)idset_count(score->failed),
                                       .bytes = score->bytes,
                                       .moves = score->moves };
    (void)pthread_mutex_unlock(&score->lock);
    return counts;
}

void counts_recent(struct counts *score, char recent_r[COUNTS_RECENT][COUNTS_RECENT_SIZE])
{
    (void)pthread_mutex_lock(&score->lock);
    memcpy(recent_r, score->recent, sizeof score->recent);
    (void)pthread_mutex_unlock(&score->lock);
}
