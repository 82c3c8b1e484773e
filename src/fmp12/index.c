/*
 * Reading index sectors. They have no entry that closes a directory: an entry is marked if it is the
 * last of its directory, and when it was read, so was the directory.
 */
#include "fmp12/index.h"

bool fmp12_is_before(const struct fmp12_path *path, const struct fmp12_separator *separator)
{
    if (separator->bound != FMP12_BOUND_KEY && fmp12_path_is_below(path, &separator->path))
        return separator->bound == FMP12_BOUND_LAST;
    return fmp12_path_compare(path, &separator->path) < 0;
}

void fmp12_index_begin(struct fmp12_index *index, struct span payload)
{
    index->rest = payload;
    index->path.depth = 0;
    index->lasts = 0;
}

static bool directory_push(struct fmp12_index *index, const struct fmp12_entry *entry,
                           struct err *err)
{
    uint64_t bit;

    if (!fmp12_path_push(&index->path, entry->key, err))
        return false;
    bit = (uint64_t)1 << (index->path.depth - 1);
    index->lasts = entry->is_last ? index->lasts | bit : index->lasts & ~bit;
    return true;
}

/* Leaves the directory whose last entry was read, and those of which it was the last. */
static void directories_leave(struct fmp12_index *index)
{
    bool was_last = true;

    while (was_last && index->path.depth) {
        fmp12_path_pop(&index->path);
        was_last = index->lasts >> index->path.depth & 1;
    }
}

static bool separator_read(struct fmp12_index *index, const struct fmp12_entry *entry,
                           struct fmp12_separator *separator_r, struct err *err)
{
    fmp12_path_copy(&separator_r->path, &index->path);
    separator_r->bound = entry->bound;
    separator_r->child = fmp12_u32(entry->value);
    if (entry->bound == FMP12_BOUND_KEY && !fmp12_path_push(&separator_r->path, entry->key, err))
        return false;
    if (entry->is_last)
        directories_leave(index);
    return true;
}

enum step fmp12_index_next(struct fmp12_index *index, struct fmp12_separator *separator_r,
                           struct err *err)
{
    struct fmp12_entry entry;

    for (;;) {
        enum step step = fmp12_entry_next(&index->rest, true, &entry, err);

        if (step != STEP_ROW)
            return step;
        if (entry.kind != FMP12_ENTRY_PUSH)
            return separator_read(index, &entry, separator_r, err) ? STEP_ROW : STEP_ERROR;
        if (!directory_push(index, &entry, err))
            return STEP_ERROR;
    }
}
