/*
 * Keeps entries in one buffer, with their places for sorting. A full buffer is spilled as a sorted
 * run; as soon as MERGED runs of one level exist, they are merged into one of the next level. So
 * there are few runs however many entries there are, each entry is written once per level, and the
 * levels grow with the logarithm. Reading keeps a heap of the runs, which share the memory.
 * Why not SQLite's sort: docs/decisions/0068-own-sorter.md.
 */
#include "verify/sorter.h"

#include "base/fs.h"
#include "base/mem.h"

#include <assert.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    SIZE_BYTES = 2,
    PIECE_LEAST = 2 * (SORTER_ENTRY_MAX + SIZE_BYTES),
    WRITE_SIZE = 256 * 1024,
    MERGED = 8,
};

/* A sorted run in a file of its own, and the piece of it that is in memory. */
struct sorter_run {
    int fd;
    unsigned level; /* how often its entries were merged */
    off64_t next, end;
    char *piece;
    size_t used, read;
};

/* Runs that are read together; the one with the smallest entry comes first. */
struct heap {
    struct sorter_run *runs;
    size_t count, piece_bytes;
    bool is_open; /* the caller has the first run's entry */
};

struct sorter {
    size_t memory_bytes, used;
    char *buffer;     /* NULL: not needed now */
    uint32_t *places; /* of the entries in the buffer */
    size_t place_count, place_room, place_read;
    uint64_t count;
    struct sorter_run *runs; /* those of the highest level first */
    size_t run_count;
    struct heap heap; /* of all runs, after sorter_end() */
};

struct sorter *sorter_new(size_t memory_bytes)
{
    struct sorter *sorter = mem_new(struct sorter);

    sorter->memory_bytes = memory_bytes < PIECE_LEAST ? PIECE_LEAST : memory_bytes;
    return sorter;
}

static void run_clear(struct sorter_run *run)
{
    free(run->piece);
    (void)close(run->fd);
}

void sorter_free(struct sorter *sorter)
{
    if (!sorter)
        return;
    for (size_t i = 0; i < sorter->run_count; i++)
        run_clear(&sorter->runs[i]);
    free(sorter->runs);
    free(sorter->places);
    free(sorter->buffer);
    free(sorter);
}

uint64_t sorter_count(const struct sorter *sorter)
{
    return sorter->count;
}

static struct span entry_at(const char *at)
{
    uint16_t size;

    memcpy(&size, at, SIZE_BYTES);
    return (struct span){ at + SIZE_BYTES, size };
}

static int entry_compare(struct span a, struct span b)
{
    int order = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size);

    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int place_compare(const void *a, const void *b, void *buffer)
{
    return entry_compare(entry_at((char *)buffer + *(const uint32_t *)a),
                         entry_at((char *)buffer + *(const uint32_t *)b));
}

static void buffer_sort(struct sorter *s)
{
    if (s->place_count)
        qsort_r(s->places, s->place_count, sizeof *s->places, place_compare, s->buffer);
}

/* --- spilling ------------------------------------------------------------------------------- */

static bool spill_file_open(int *fd_r, struct err *err)
{
    const char *folder = getenv("TMPDIR");

    if (!folder || !*folder)
        folder = "/tmp";
    *fd_r = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *fd_r >= 0 || err_os(err, "making a temporary file in '%s'", folder);
}

/* Adds an entry to a run's output, which is written as soon as it is large. */
static bool run_write(struct sorter_run *run, struct str *out, struct span entry, struct err *err)
{
    str_add(out, entry.at - SIZE_BYTES, entry.size + SIZE_BYTES);
    if (out->size < WRITE_SIZE)
        return true;
    run->end += (off64_t)out->size;
    if (!fs_write_all(run->fd, str_span(out), "a temporary file", err))
        return false;
    str_reset(out);
    return true;
}

static bool run_flush(struct sorter_run *run, struct str *out, struct err *err)
{
    run->end += (off64_t)out->size;
    return fs_write_all(run->fd, str_span(out), "a temporary file", err);
}

/* Adds an empty run, which is then the newest. */
static bool run_add(struct sorter *s, unsigned level, struct sorter_run **run_r, struct err *err)
{
    struct sorter_run run = { .level = level };

    if (!spill_file_open(&run.fd, err))
        return false;
    s->runs = mem_grow(s->runs, (s->run_count + 1) * sizeof *s->runs);
    s->runs[s->run_count] = run;
    *run_r = &s->runs[s->run_count++];
    return true;
}

static bool buffer_spill(struct sorter *s, struct err *err)
{
    auto_str out = STR_MAX(WRITE_SIZE + SORTER_ENTRY_MAX + SIZE_BYTES);
    struct sorter_run *run;

    buffer_sort(s);
    if (!run_add(s, 0, &run, err))
        return false;
    for (size_t i = 0; i < s->place_count; i++)
        if (!run_write(run, &out, entry_at(s->buffer + s->places[i]), err))
            return false;
    s->used = 0;
    s->place_count = 0;
    return run_flush(run, &out, err);
}

/* Frees the buffer, because reading needs the memory. */
static void buffer_lend(struct sorter *s)
{
    free(s->buffer);
    free(s->places);
    s->buffer = NULL;
    s->places = NULL;
    s->place_room = 0;
}

/* --- reading back --------------------------------------------------------------------------- */

/* Keeps the unread end of the piece and fills the rest from the file. */
static bool piece_fill(struct sorter_run *run, size_t piece_bytes, struct err *err)
{
    size_t room = piece_bytes - (run->used - run->read);

    memmove(run->piece, run->piece + run->read, run->used - run->read);
    run->used -= run->read;
    run->read = 0;
    if ((off64_t)room > run->end - run->next)
        room = (size_t)(run->end - run->next);
    while (room > 0) {
        ssize_t got = pread(run->fd, run->piece + run->used, room, run->next);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_os(err, "reading a temporary file");
        if (got == 0)
            return err_set(err, ERR_DATA, 0, "a temporary file ended early");
        run->used += (size_t)got;
        run->next += got;
        room -= (size_t)got;
    }
    return true;
}

/* Whether a whole entry is left in the piece. */
static bool has_entry(const struct sorter_run *run)
{
    size_t left = run->used - run->read;

    return left >= SIZE_BYTES && left >= SIZE_BYTES + entry_at(run->piece + run->read).size;
}

static struct span run_entry(const struct sorter_run *run)
{
    return entry_at(run->piece + run->read);
}

static bool run_is_before(const struct sorter_run *a, const struct sorter_run *b)
{
    return entry_compare(run_entry(a), run_entry(b)) < 0;
}

static void heap_sink(struct heap *heap, size_t at)
{
    struct sorter_run *runs = heap->runs;

    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++)
            if (run_is_before(&runs[child], &runs[least]))
                least = child;
        if (least == at)
            return;
        struct sorter_run run = runs[at];
        runs[at] = runs[least];
        runs[least] = run;
        at = least;
    }
}

/* The runs share the memory; none gets less than a piece must have. */
static bool heap_begin(struct heap *heap, size_t memory_bytes, struct err *err)
{
    heap->piece_bytes = memory_bytes / heap->count;
    if (heap->piece_bytes < PIECE_LEAST)
        heap->piece_bytes = PIECE_LEAST;
    for (size_t i = 0; i < heap->count; i++) {
        heap->runs[i].piece = mem_zero(heap->piece_bytes);
        if (!piece_fill(&heap->runs[i], heap->piece_bytes, err))
            return false;
    }
    for (size_t i = heap->count; i > 0; i--)
        heap_sink(heap, i - 1);
    return true;
}

/* Moves the first run past the entry that the caller had; a run at its end is removed. */
static bool heap_advance(struct heap *heap, struct err *err)
{
    struct sorter_run *first = heap->runs;

    first->read += SIZE_BYTES + run_entry(first).size;
    if (!has_entry(first) && !piece_fill(first, heap->piece_bytes, err))
        return false;
    if (first->used == first->read) {
        run_clear(first);
        heap->count--;
        if (heap->count)
            *first = heap->runs[heap->count];
    }
    heap_sink(heap, 0);
    return true;
}

static enum step heap_next(struct heap *heap, struct span *entry_r, struct err *err)
{
    if (heap->is_open && !heap_advance(heap, err))
        return STEP_ERROR;
    heap->is_open = heap->count > 0;
    if (!heap->is_open)
        return STEP_END;
    *entry_r = run_entry(heap->runs);
    return STEP_ROW;
}

/* --- merging -------------------------------------------------------------------------------- */

static bool heap_pour(struct heap *heap, struct sorter_run *to, struct err *err)
{
    auto_str out = STR_MAX(WRITE_SIZE + SORTER_ENTRY_MAX + SIZE_BYTES);
    struct span entry;
    enum step step;

    while ((step = heap_next(heap, &entry, err)) == STEP_ROW)
        if (!run_write(to, &out, entry, err))
            return false;
    return step == STEP_END && run_flush(to, &out, err);
}

/* Merges the newest MERGED runs into one, which takes their place. */
static bool newest_merge(struct sorter *s, struct err *err)
{
    size_t first = s->run_count - MERGED;
    struct sorter_run *merged;
    struct heap heap = { .count = MERGED };
    bool good;

    buffer_lend(s);
    if (!run_add(s, s->runs[first].level + 1, &merged, err))
        return false;
    heap.runs = &s->runs[first];
    good = heap_begin(&heap, s->memory_bytes, err) && heap_pour(&heap, merged, err);
    s->runs[first + heap.count] = *merged; /* after what is left of them, if it failed */
    s->run_count = first + heap.count + 1;
    return good;
}

static bool are_alike(const struct sorter *s)
{
    return s->run_count >= MERGED
           && s->runs[s->run_count - MERGED].level == s->runs[s->run_count - 1].level;
}

static bool runs_merge(struct sorter *s, struct err *err)
{
    while (are_alike(s))
        if (!newest_merge(s, err))
            return false;
    return true;
}

/* --- adding --------------------------------------------------------------------------------- */

/* Whether an entry of that size is too much; places count as memory too. */
static bool is_full(const struct sorter *s, size_t size)
{
    return s->used + size + (s->place_count + 1) * sizeof *s->places > s->memory_bytes
           || s->used + size > UINT32_MAX;
}

bool sorter_add(struct sorter *s, struct span entry, struct err *err)
{
    uint16_t size = (uint16_t)entry.size;

    assert(entry.size > 0 && entry.size <= SORTER_ENTRY_MAX);
    if (s->place_count && is_full(s, SIZE_BYTES + entry.size)
        && (!buffer_spill(s, err) || !runs_merge(s, err)))
        return false;
    if (!s->buffer)
        s->buffer = mem_zero(s->memory_bytes);
    if (s->place_count == s->place_room) {
        s->place_room = s->place_room ? s->place_room * 2 : 1024;
        s->places = mem_grow(s->places, s->place_room * sizeof *s->places);
    }
    s->places[s->place_count++] = (uint32_t)s->used;
    memcpy(s->buffer + s->used, &size, SIZE_BYTES);
    memcpy(s->buffer + s->used + SIZE_BYTES, entry.at, entry.size);
    s->used += SIZE_BYTES + entry.size;
    s->count++;
    return true;
}

bool sorter_end(struct sorter *s, struct err *err)
{
    if (s->run_count == 0) {
        buffer_sort(s);
        return true;
    }
    if (s->place_count && !buffer_spill(s, err))
        return false;
    buffer_lend(s);
    s->heap = (struct heap){ .runs = s->runs, .count = s->run_count };
    return heap_begin(&s->heap, s->memory_bytes, err);
}

static enum step next_in_buffer(struct sorter *s, struct span *entry_r)
{
    if (s->place_read == s->place_count)
        return STEP_END;
    *entry_r = entry_at(s->buffer + s->places[s->place_read++]);
    return STEP_ROW;
}

enum step sorter_next(struct sorter *s, struct span *entry_r, struct err *err)
{
    enum step step;

    if (s->run_count == 0)
        return next_in_buffer(s, entry_r);
    step = heap_next(&s->heap, entry_r, err);
    s->run_count = s->heap.count;
    return step;
}
