/* Sets of document numbers behind a lock. */
#include "engine/counts.h"

#include "base/idset.h"
#include "base/mem.h"

#include <pthread.h>

struct score {
    pthread_mutex_t lock;
    struct idset *tried, *done, *failed;
    int64_t seen, bytes, moves;
    char recent[SCORE_RECENT][SCORE_RECENT_SIZE];
};

struct score *score_new(void)
{
    struct score *score = mem_new(struct score);

    (void)pthread_mutex_init(&score->lock, NULL);
    score->tried = idset_new();
    score->done = idset_new();
    score->failed = idset_new();
    return score;
}

void score_free(struct score *score)
{
    if (!score)
        return;
    idset_free(score->tried);
    idset_free(score->done);
    idset_free(score->failed);
    (void)pthread_mutex_destroy(&score->lock);
    free(score);
}

void score_seen(struct score *score, int64_t documents)
{
    (void)pthread_mutex_lock(&score->lock);
    score->seen += documents;
    (void)pthread_mutex_unlock(&score->lock);
}

/* Puts a document into one of the two sets, or into neither. */
static void settle(struct score *score, int64_t document, struct idset *into)
{
    uint64_t id = (uint64_t)document;

    (void)idset_add(score->tried, id);
    (void)idset_remove(score->done, id);
    (void)idset_remove(score->failed, id);
    if (into)
        (void)idset_add(into, id);
}

void score_done(struct score *score, int64_t document, int64_t size_bytes)
{
    (void)pthread_mutex_lock(&score->lock);
    settle(score, document, score->done);
    score->bytes += size_bytes;
    score->moves++;
    (void)pthread_mutex_unlock(&score->lock);
}

void score_failed(struct score *score, int64_t document, uint64_t record_id, const char *class)
{
    (void)pthread_mutex_lock(&score->lock);
    settle(score, document, score->failed);
    memmove(score->recent[1], score->recent[0], sizeof score->recent - sizeof score->recent[0]);
    (void)snprintf(score->recent[0], sizeof score->recent[0], "record %ju: %s",
                   (uintmax_t)record_id, class);
    (void)pthread_mutex_unlock(&score->lock);
}

void score_waits(struct score *score, int64_t document)
{
    (void)pthread_mutex_lock(&score->lock);
    settle(score, document, NULL);
    (void)pthread_mutex_unlock(&score->lock);
}

void score_gone(struct score *score, int64_t document)
{
    (void)pthread_mutex_lock(&score->lock);
    settle(score, document, NULL);
    (void)idset_remove(score->tried, (uint64_t)document);
    (void)pthread_mutex_unlock(&score->lock);
}

struct score_counts score_counts(struct score *score)
{
    struct score_counts counts;

    (void)pthread_mutex_lock(&score->lock);
    counts = (struct score_counts){ .seen = score->seen,
                                    .processed = (int64_t)idset_count(score->tried),
                                    .successful = (int64_t)idset_count(score->done),
                                    .failed = (int64_t)idset_count(score->failed),
                                    .bytes = score->bytes,
                                    .moves = score->moves };
    (void)pthread_mutex_unlock(&score->lock);
    return counts;
}

void score_recent(struct score *score, char recent_r[SCORE_RECENT][SCORE_RECENT_SIZE])
{
    (void)pthread_mutex_lock(&score->lock);
    memcpy(recent_r, score->recent, sizeof score->recent);
    (void)pthread_mutex_unlock(&score->lock);
}
