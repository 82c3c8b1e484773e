/* Keeps a window of bytes between what was read and what may be sent. */
#include "console/documents/withheld.h"

#include "base/mem.h"

enum { BLOCK = 64 * 1024 };

struct withheld {
    struct withheld_task task;
    struct sha256_stream *hash;
    uint64_t at;                             /* so many bytes were read                     */
    size_t begin, end;                       /* the window's bytes that were not sent       */
    bool is_right;                           /* all was read, and is as it should be        */
    char window[WITHHELD_BYTES + 2 * BLOCK]; /* has room for a block behind what is kept    */
};

struct withheld *withheld_new(const struct withheld_task *task)
{
    struct withheld *withheld = mem_new(struct withheld);

    withheld->task = *task;
    withheld->hash = sha256_stream_new();
    return withheld;
}

void withheld_free(struct withheld *withheld)
{
    if (!withheld)
        return;
    sha256_stream_free(withheld->hash);
    free(withheld);
}

/* Moves what waits to the front, where there is no room for a block behind it. */
static void room_make(struct withheld *w)
{
    if (sizeof w->window - w->end >= BLOCK)
        return;
    memmove(w->window, w->window + w->begin, w->end - w->begin);
    w->end -= w->begin;
    w->begin = 0;
}

/* Keeps what the range has of a block that was read to the window's end. */
static void block_keep(struct withheld *w, size_t size)
{
    struct range range = w->task.range;
    uint64_t from = range.first > w->at ? range.first - w->at : 0;
    uint64_t range_end = range.first + range.size;
    uint64_t to = range_end < w->at + size ? range_end : w->at + size;

    if (from >= size || to <= w->at + from)
        return;
    to -= w->at;
    memmove(w->window + w->end, w->window + w->end + from, to - from);
    w->end += to - from;
}

static enum withheld_step all_judge(struct withheld *w, struct err *err)
{
    struct sha256 found = sha256_stream_end(w->hash);

    if (w->at != w->task.size) {
        (void)err_set(err, ERR_DATA, WITHHELD_OTHER_SIZE, "it has %ju bytes instead of %ju",
                      (uintmax_t)w->at, (uintmax_t)w->task.size);
        return WITHHELD_WRONG;
    }
    if (!sha256_equal(&found, &w->task.sha256)) {
        (void)err_set(err, ERR_DATA, WITHHELD_OTHER_HASH, "its bytes have another SHA-256");
        return WITHHELD_WRONG;
    }
    w->is_right = true;
    return WITHHELD_MORE;
}

static enum withheld_step block_read(struct withheld *w, struct err *err)
{
    size_t got;

    room_make(w);
    if (!w->task.read(w->task.arg, w->window + w->end, BLOCK, &got, err))
        return WITHHELD_FAILED;
    if (got == 0)
        return all_judge(w, err);
    sha256_stream_add(w->hash, (struct span){ w->window + w->end, got });
    block_keep(w, got);
    w->at += got;
    return WITHHELD_MORE;
}

/* How much of the window may go. */
static size_t ready_size(const struct withheld *w)
{
    size_t kept = w->end - w->begin;

    if (w->is_right)
        return kept;
    return kept > WITHHELD_BYTES ? kept - WITHHELD_BYTES : 0;
}

enum withheld_step withheld_read(struct withheld *w, char *to, size_t room, size_t *got_r,
                                 struct err *err)
{
    size_t ready;

    *got_r = 0;
    while (!w->is_right && ready_size(w) == 0) {
        enum withheld_step step = block_read(w, err);

        if (step != WITHHELD_MORE)
            return step;
    }
    ready = ready_size(w);
    if (ready == 0)
        return WITHHELD_END;
    *got_r = ready < room ? ready : room;
    memcpy(to, w->window + w->begin, *got_r);
    w->begin += *got_r;
    return WITHHELD_MORE;
}
