/* Keys, numbers in keys, and paths. */
#include "fmp12/path.h"

#include <assert.h>

/* A number takes one byte up to 7F, two from 80 on, three from C0 on. */
enum { TWO_BYTES_FROM = 128, THREE_BYTES_FROM = 16512, NUMBERS_END = 16512 + 0x200000 };

bool fmp12_path_push(struct fmp12_path *path, struct span key, struct err *err)
{
    size_t end = path->depth ? path->ends[path->depth - 1] : 0;

    if (path->depth == FMP12_DEPTH_MAX || key.size > sizeof path->bytes - end)
        return err_set(err, ERR_DATA, 0, "a path has more than %d levels or %d bytes",
                       FMP12_DEPTH_MAX, FMP12_PATH_BYTES_MAX);
    if (key.size)
        memcpy(path->bytes + end, key.at, key.size);
    path->ends[path->depth++] = (uint16_t)(end + key.size);
    return true;
}

void fmp12_path_push_number(struct fmp12_path *path, uint32_t number)
{
    char key[3];
    size_t size = 1;
    struct err err;

    assert(number < NUMBERS_END);
    key[0] = (char)number;
    if (number >= THREE_BYTES_FROM) {
        number -= THREE_BYTES_FROM;
        key[0] = (char)(0xC0 | number >> 16);
        key[1] = (char)(number >> 8);
        key[2] = (char)number;
        size = 3;
    } else if (number >= TWO_BYTES_FROM) {
        number -= TWO_BYTES_FROM;
        key[0] = (char)(0x80 | number >> 8);
        key[1] = (char)number;
        size = 2;
    }
    if (!fmp12_path_push(path, (struct span){ key, size }, &err))
        abort();
}

void fmp12_path_pop(struct fmp12_path *path)
{
    assert(path->depth > 0);
    path->depth--;
}

void fmp12_path_copy(struct fmp12_path *to, const struct fmp12_path *from)
{
    to->depth = from->depth;
    if (!from->depth)
        return;
    memcpy(to->ends, from->ends, from->depth * sizeof *to->ends);
    memcpy(to->bytes, from->bytes, from->ends[from->depth - 1]);
}

struct span fmp12_path_key(const struct fmp12_path *path, unsigned level)
{
    size_t start = level ? path->ends[level - 1] : 0;

    assert(level < path->depth);
    return (struct span){ path->bytes + start, path->ends[level] - start };
}

static int key_compare(struct span a, struct span b)
{
    size_t both = a.size < b.size ? a.size : b.size;
    int order = both ? memcmp(a.at, b.at, both) : 0;

    if (order)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

int fmp12_path_compare(const struct fmp12_path *a, const struct fmp12_path *b)
{
    unsigned both = a->depth < b->depth ? a->depth : b->depth;

    for (unsigned level = 0; level < both; level++) {
        int order = key_compare(fmp12_path_key(a, level), fmp12_path_key(b, level));

        if (order)
            return order;
    }
    return a->depth < b->depth ? -1 : a->depth > b->depth;
}

bool fmp12_path_is_below(const struct fmp12_path *path, const struct fmp12_path *top)
{
    if (path->depth < top->depth)
        return false;
    for (unsigned level = 0; level < top->depth; level++)
        if (!span_equal(fmp12_path_key(path, level), fmp12_path_key(top, level)))
            return false;
    return true;
}

bool fmp12_number_next(struct span *key, uint32_t *number_r)
{
    uint32_t first = key->size ? (uint8_t)key->at[0] : 0xFF;
    uint32_t second = key->size > 1 ? (uint8_t)key->at[1] : 0;
    uint32_t third = key->size > 2 ? (uint8_t)key->at[2] : 0;
    size_t size = first < 0x80 ? 1 : first < 0xC0 ? 2 : 3;

    if (first >= 0xE0 || key->size < size)
        return false;
    if (size == 1)
        *number_r = first;
    else if (size == 2)
        *number_r = TWO_BYTES_FROM + ((first & 0x3F) << 8 | second);
    else
        *number_r = THREE_BYTES_FROM + ((first & 0x1F) << 16 | second << 8 | third);
    *key = span_from(*key, size);
    return true;
}

bool fmp12_number_of(struct span key, uint32_t *number_r)
{
    uint32_t number;

    if (!fmp12_number_next(&key, &number) || key.size)
        return false;
    *number_r = number;
    return true;
}

bool fmp12_key_is(struct span key, uint8_t number)
{
    return key.size == 1 && (uint8_t)key.at[0] == number;
}
