/* Sets of document numbers behind a lock. */
#include "engine/counts.h"

#include "base/idset.h"
#include "base/mem.h"
#include "document/failure_class.h"

#include <pthread.h>

struct counts {
    pthread_mutex_t lock;
    struct idset *tried, *done, *failed;
    int64_t seen, bytes, moves;
    uint64_t classes;
    char recent[COUNTS_RECENT][COUNTS_RECENT_SIZE];
};

struct counts *counts_new(void)
{
    struct counts *counts = mem_new(struct counts);

    (void)pthread_mutex_init(&counts->lock, NULL);
    counts->tried = idset_new();
    counts->done = idset_new();
    counts->failed = idset_new();
    return counts;
}

void counts_free(struct counts *counts)
{
    if (!counts)
        return;
    idset_free(counts->tried);
    idset_free(counts->done);
    idset_free(counts->failed);
    (void)pthread_mutex_destroy(&counts->lock);
    free(counts);
}

void counts_add_seen(struct counts *counts, int64_t documents)
{
    (void)pthread_mutex_lock(&counts->lock);
    counts->seen += documents;
    (void)pthread_mutex_unlock(&counts->lock);
}

/* Puts a document into one of the two sets, or into neither. */
static void counts_put(struct counts *counts, int64_t document, struct idset *into)
{
    uint64_t id = (uint64_t)document;

    (void)idset_add(counts->tried, id);
    (void)idset_remove(counts->done, id);
    (void)idset_remove(counts->failed, id);
    if (into)
        (void)idset_add(into, id);
}

void counts_set_done(struct counts *counts, int64_t document, int64_t size_bytes)
{
    (void)pthread_mutex_lock(&counts->lock);
    counts_put(counts, document, counts->done);
    counts->bytes += size_bytes;
    counts->moves++;
    (void)pthread_mutex_unlock(&counts->lock);
}

void counts_set_failed(struct counts *counts, int64_t document, uint64_t record_id,
                       const char *class)
{
    enum failure_kind kind;
    bool is_known = failure_class_read(span_of(class), &kind);

    (void)pthread_mutex_lock(&counts->lock);
    counts_put(counts, document, counts->failed);
    counts->classes |= is_known ? UINT64_C(1) << kind : 0;
    memmove(counts->recent[1], counts->recent[0], sizeof counts->recent - sizeof counts->recent[0]);
    (void)snprintf(counts->recent[0], sizeof counts->recent[0], "record %ju: %s",
                   (uintmax_t)record_id, class);
    (void)pthread_mutex_unlock(&counts->lock);
}

void counts_set_waiting(struct counts *counts, int64_t document)
{
    (void)pthread_mutex_lock(&counts->lock);
    counts_put(counts, document, NULL);
    (void)pthread_mutex_unlock(&counts->lock);
}

void counts_set_gone(struct counts *counts, int64_t document)
{
    (void)pthread_mutex_lock(&counts->lock);
    counts_put(counts, document, NULL);
    (void)idset_remove(counts->tried, (uint64_t)document);
    (void)pthread_mutex_unlock(&counts->lock);
}

struct counts_snapshot counts_get(struct counts *counts)
{
    struct counts_snapshot snapshot;

    (void)pthread_mutex_lock(&counts->lock);
    snapshot = (struct counts_snapshot){ .seen = counts->seen,
                                         .processed = (int64_t)idset_count(counts->tried),
                                         .successful = (int64_t)idset_count(counts->done),
                                         .failed = (int64_t)idset_count(counts->failed),
                                         .bytes = counts->bytes,
                                         .moves = counts->moves,
                                         .classes = counts->classes };
    (void)pthread_mutex_unlock(&counts->lock);
    return snapshot;
}

void counts_recent(struct counts *counts, char recent_r[COUNTS_RECENT][COUNTS_RECENT_SIZE])
{
    (void)pthread_mutex_lock(&counts->lock);
    memcpy(recent_r, counts->recent, sizeof counts->recent);
    (void)pthread_mutex_unlock(&counts->lock);
}
