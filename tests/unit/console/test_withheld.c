/* Whoever gets a large file to its end has the right bytes; with wrong ones nobody gets there. */
#include "console/documents/withheld.h"

#include "base/mem.h"
#include "tap.h"

enum { MOST = 400 * 1024 };

/* A file that is read in pieces of any size. */
struct pieces {
    char *bytes;
    size_t size, at, piece, fails_at;
};

static bool piece_read(void *arg, void *to, size_t room, size_t *got_r, struct err *err)
{
    struct pieces *p = arg;
    size_t size = p->size - p->at;

    if (p->fails_at && p->at >= p->fails_at)
        return err_set(err, ERR_NET, 0, "the store is away");
    size = size < p->piece ? size : p->piece;
    size = size < room ? size : room;
    memcpy(to, p->bytes + p->at, size);
    p->at += size;
    *got_r = size;
    return true;
}

static char *bytes_make(size_t size)
{
    char *bytes = mem_zero(size + 1);

    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    return bytes;
}

/* Sends to the end; what was sent is at `to`, its size is returned. */
static size_t all_send(struct pieces *p, const struct withheld_task *task, size_t room, char *to,
                       enum withheld_step *step_r)
{
    struct withheld *w = withheld_new(task);
    struct err err = { 0 };
    size_t sent = 0, got;

    p->at = 0;
    while ((*step_r = withheld_read(w, to + sent, room, &got, &err)) == WITHHELD_MORE) {
        CHECK(got > 0 && got <= room);
        sent += got;
    }
    CHECK(got == 0);
    withheld_free(w);
    return sent;
}

static struct withheld_task task_of(struct pieces *p, struct range range)
{
    return (struct withheld_task){ .size = p->size,
                                   .sha256 = sha256_of((struct span){ p->bytes, p->size }),
                                   .range = range,
                                   .read = piece_read,
                                   .arg = p };
}

TEST(right_bytes_come_whole)
{
    static const size_t sizes[] = { 0, 1, 1000, 65535, 65536, 65537, 131072, 200000, MOST };
    static const size_t pieces[] = { 1000, 16384, 65536, MOST };
    static const size_t rooms[] = { 1013, 32768, MOST };
    auto_free char *to = mem_zero(MOST + 1);

    for (size_t i = 0; i < lengthof(sizes) * lengthof(pieces) * lengthof(rooms); i++) {
        size_t size = sizes[i % lengthof(sizes)];
        auto_free char *bytes = bytes_make(size);
        struct pieces p = { bytes, size, 0, pieces[i / lengthof(sizes) % lengthof(pieces)], 0 };
        struct withheld_task task = task_of(&p, (struct range){ 0, size });
        enum withheld_step step;
        size_t sent = all_send(&p, &task, rooms[i / lengthof(sizes) / lengthof(pieces)], to, &step);

        CHECK_AT(i, step == WITHHELD_END && sent == size && memcmp(to, bytes, size) == 0);
    }
}

TEST(a_range_is_cut_out)
{
    static const struct range ranges[] = {
        { 0, 1 },        { 0, 65536 },       { 1, 65536 },
        { 65535, 2 },    { 65536, 65536 },   { 70000, 100 },
        { 100, 300000 }, { MOST - 1, 1 },    { MOST - 65536, 65536 },
        { 0, MOST },     { 131071, 131074 }, { 0, MOST - 65536 },
    };
    auto_free char *bytes = bytes_make(MOST), *to = mem_zero(MOST + 1);

    for (size_t i = 0; i < lengthof(ranges) * 2; i++) {
        struct range range = ranges[i / 2];
        struct pieces p = { bytes, MOST, 0, i % 2 ? 1021 : MOST, 0 };
        struct withheld_task task = task_of(&p, range);
        enum withheld_step step;
        size_t sent = all_send(&p, &task, 32768, to, &step);

        CHECK_AT(i, step == WITHHELD_END && sent == range.size);
        CHECK_AT(i, memcmp(to, bytes + range.first, range.size) == 0);
        CHECK_AT(i, p.at == MOST); /* all of it was read, or its hash would not be known */
    }
}

TEST(wrong_bytes_never_come_whole)
{
    static const size_t sizes[] = { 1, 65536, 65537, 200000, MOST };
    auto_free char *to = mem_zero(MOST + 1);

    for (size_t i = 0; i < lengthof(sizes) * 4; i++) {
        size_t size = sizes[i / 4], least = size > WITHHELD_BYTES ? WITHHELD_BYTES : size;
        auto_free char *bytes = bytes_make(size);
        struct pieces p = { bytes, size, 0, 10000, 0 };
        struct withheld_task task = task_of(&p, (struct range){ 0, size });
        enum withheld_step step;
        size_t sent;

        switch (i % 4) {
        case 0: /* the first byte is another one */
            bytes[0]++;
            break;
        case 1: /* the last one is */
            bytes[size - 1]++;
            break;
        case 2: /* the file is shorter */
            task.size++;
            task.range.size++;
            break;
        case 3: /* or longer, than was known */
            task.size--;
            task.range.size--;
            break;
        }
        sent = all_send(&p, &task, 32768, to, &step);
        CHECK_AT(i, step == WITHHELD_WRONG && sent + least <= size);
    }
}

TEST(what_cannot_be_read_ends_early)
{
    auto_free char *bytes = bytes_make(MOST), *to = mem_zero(MOST + 1);
    struct pieces p = { bytes, MOST, 0, 10000, 300000 };
    struct withheld_task task = task_of(&p, (struct range){ 0, MOST });
    enum withheld_step step;
    size_t sent = all_send(&p, &task, 32768, to, &step);

    CHECK(step == WITHHELD_FAILED && sent > 0 && sent <= 300000 - WITHHELD_BYTES);
}
