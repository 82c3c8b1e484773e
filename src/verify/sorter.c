/*
 * One buffer for entries, and their places for sorting. What is spilled is a row of sorted runs in
 * one file; reading keeps a heap of them, each with a piece of the same memory. When there are as
 * many runs as pieces fit into it, they are merged into one.
 */
#include "verify/sorter.h"

#include "base/fs.h"
#include "base/mem.h"

#include <assert.h>
#include <fcntl.h>
#include <unistd.h>

enum { SIZE_BYTES = 2, PIECE_LEAST = 2 * (SORTER_ENTRY_MAX + SIZE_BYTES), WRITE_SIZE = 256 * 1024 };

/* A sorted run in the file, and what of it is in memory. */
struct run {
    off64_t next, end;
    char *piece;
    size_t used, read;
};

struct sorter {
    size_t memory_bytes, used;
    char *buffer;
    uint32_t *places; /* of the entries in the buffer */
    size_t place_count, place_room, place_read;
    uint64_t count;
    int fd;
    off64_t written;
    struct run *runs; /* after sorter_end() a heap, the smallest first */
    size_t run_count, piece_bytes;
    bool is_open; /* an entry of the first run is with the caller */
};

struct sorter *sorter_new(size_t memory_bytes)
{
    struct sorter *sorter = mem_new(struct sorter);

    sorter->memory_bytes = memory_bytes < PIECE_LEAST ? PIECE_LEAST : memory_bytes;
    sorter->buffer = mem_zero(sorter->memory_bytes);
    sorter->fd = -1;
    return sorter;
}

void sorter_free(struct sorter *sorter)
{
    if (!sorter)
        return;
    for (size_t i = 0; i < sorter->run_count; i++)
        free(sorter->runs[i].piece);
    free(sorter->runs);
    free(sorter->places);
    free(sorter->buffer);
    if (sorter->fd >= 0)
        (void)close(sorter->fd);
    free(sorter);
}

void auto_sorter_cleanup(struct sorter **sorter)
{
    sorter_free(*sorter);
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

static bool file_open(int *fd_r, struct err *err)
{
    const char *folder = getenv("TMPDIR");

    if (!folder || !*folder)
        folder = "/tmp";
    *fd_r = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *fd_r >= 0 || err_os(err, "making a temporary file in '%s'", folder);
}

static bool entries_write(struct sorter *s, struct err *err)
{
    auto_str out = STR_MAX(WRITE_SIZE + SORTER_ENTRY_MAX + SIZE_BYTES);

    for (size_t i = 0; i < s->place_count; i++) {
        struct span entry = entry_at(s->buffer + s->places[i]);

        str_add(&out, entry.at - SIZE_BYTES, entry.size + SIZE_BYTES);
        if (out.size < WRITE_SIZE && i + 1 < s->place_count)
            continue;
        if (!fs_write_all(s->fd, str_span(&out), "a temporary file", err))
            return false;
        str_reset(&out);
    }
    return true;
}

static bool spill(struct sorter *s, struct err *err)
{
    off64_t begin = s->written;

    buffer_sort(s);
    if ((s->fd < 0 && !file_open(&s->fd, err)) || !entries_write(s, err))
        return false;
    s->written += (off64_t)s->used;
    s->runs = mem_grow(s->runs, (s->run_count + 1) * sizeof *s->runs);
    s->runs[s->run_count++] = (struct run){ .next = begin, .end = s->written };
    s->used = 0;
    s->place_count = 0;
    return true;
}

/* --- reading back --------------------------------------------------------------------------- */

/* Keeps what was not read yet and fills the rest of the piece from the file. */
static bool piece_fill(struct sorter *s, struct run *run, struct err *err)
{
    size_t room = s->piece_bytes - (run->used - run->read);

    memmove(run->piece, run->piece + run->read, run->used - run->read);
    run->used -= run->read;
    run->read = 0;
    if ((off64_t)room > run->end - run->next)
        room = (size_t)(run->end - run->next);
    while (room > 0) {
        ssize_t got = pread(s->fd, run->piece + run->used, room, run->next);

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

/* Whether a whole entry stands at the read place. */
static bool has_entry(const struct run *run)
{
    size_t left = run->used - run->read;

    return left >= SIZE_BYTES && left >= SIZE_BYTES + entry_at(run->piece + run->read).size;
}

static struct span run_entry(const struct run *run)
{
    return entry_at(run->piece + run->read);
}

static bool run_is_before(const struct run *a, const struct run *b)
{
    return entry_compare(run_entry(a), run_entry(b)) < 0;
}

static void heap_sink(struct sorter *s, size_t at)
{
    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < s->run_count; child++)
            if (run_is_before(&s->runs[child], &s->runs[least]))
                least = child;
        if (least == at)
            return;
        struct run run = s->runs[at];
        s->runs[at] = s->runs[least];
        s->runs[least] = run;
        at = least;
    }
}

static bool runs_begin(struct sorter *s, struct err *err)
{
    free(s->buffer);
    free(s->places);
    s->buffer = NULL;
    s->places = NULL;
    s->piece_bytes = s->memory_bytes / s->run_count;
    if (s->piece_bytes < PIECE_LEAST)
        s->piece_bytes = PIECE_LEAST;
    for (size_t i = 0; i < s->run_count; i++) {
        s->runs[i].piece = mem_zero(s->piece_bytes);
        if (!piece_fill(s, &s->runs[i], err))
            return false;
    }
    for (size_t i = s->run_count; i > 0; i--)
        heap_sink(s, i - 1);
    return true;
}

/* Moves the first run past the entry that the caller had; a run that is at its end goes away. */
static bool heap_advance(struct sorter *s, struct err *err)
{
    struct run *first = s->runs;

    first->read += SIZE_BYTES + run_entry(first).size;
    if (!has_entry(first) && !piece_fill(s, first, err))
        return false;
    if (first->used == first->read) {
        free(first->piece);
        s->run_count--;
        if (s->run_count)
            *first = s->runs[s->run_count];
    }
    heap_sink(s, 0);
    return true;
}

static enum step next_in_runs(struct sorter *s, struct span *entry_r, struct err *err)
{
    if (s->is_open && !heap_advance(s, err))
        return STEP_ERROR;
    s->is_open = s->run_count > 0;
    if (!s->is_open)
        return STEP_END;
    *entry_r = run_entry(s->runs);
    return STEP_ROW;
}

/* --- merging -------------------------------------------------------------------------------- */

static bool runs_pour(struct sorter *s, int fd, struct err *err)
{
    auto_str out = STR_MAX(WRITE_SIZE + SORTER_ENTRY_MAX + SIZE_BYTES);
    struct span entry;
    enum step step;

    while ((step = next_in_runs(s, &entry, err)) == STEP_ROW) {
        str_add(&out, entry.at - SIZE_BYTES, entry.size + SIZE_BYTES);
        if (out.size < WRITE_SIZE)
            continue;
        if (!fs_write_all(fd, str_span(&out), "a temporary file", err))
            return false;
        str_reset(&out);
    }
    return step == STEP_END && fs_write_all(fd, str_span(&out), "a temporary file", err);
}

/* All runs into one, in a file of its own; the buffer, which is empty now, lends its memory. */
static bool runs_merge(struct sorter *s, struct err *err)
{
    int fd;

    if (!runs_begin(s, err) || !file_open(&fd, err))
        return false;
    if (!runs_pour(s, fd, err)) {
        (void)close(fd);
        return false;
    }
    (void)close(s->fd);
    s->fd = fd;
    s->runs[0] = (struct run){ .end = s->written };
    s->run_count = 1;
    s->buffer = mem_zero(s->memory_bytes);
    s->place_room = 0;
    return true;
}

/* --- adding --------------------------------------------------------------------------------- */

/* The places count against the memory too. */
static bool is_full(const struct sorter *s, size_t size)
{
    return s->used + size + (s->place_count + 1) * sizeof *s->places > s->memory_bytes
           || s->used + size > UINT32_MAX;
}

/* Whether one run more would leave each less than a piece to be read by; two are never many. */
static bool are_many(const struct sorter *s)
{
    return s->run_count > 2 && (s->run_count + 1) * PIECE_LEAST > s->memory_bytes;
}

bool sorter_add(struct sorter *s, struct span entry, struct err *err)
{
    uint16_t size = (uint16_t)entry.size;

    assert(entry.size > 0 && entry.size <= SORTER_ENTRY_MAX);
    if (s->place_count && is_full(s, SIZE_BYTES + entry.size)
        && (!spill(s, err) || (are_many(s) && !runs_merge(s, err))))
        return false;
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
    return (s->place_count == 0 || spill(s, err)) && runs_begin(s, err);
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
    return s->buffer ? next_in_buffer(s, entry_r) : next_in_runs(s, entry_r, err);
}
