/*
 * A cursor goes down the index to the leaf where its first value lies or would lie, and from there
 * along the chain of leaves. What it meets was proven when the file was opened; it checks again what
 * it leans on, since a file on a disk can change.
 */
#include "fmp12/cursor.h"

#include "base/mem.h"
#include "fmp12/cause.h"
#include "fmp12/entry.h"
#include "fmp12/index.h"

struct fmp12_cursor {
    const struct fmp12_sectors *sectors;
    struct fmp12_sector leaf;
    struct span rest;
    struct fmp12_path path, top;
    struct span value;
    bool on_value;  /* the last key of `path` is the present value's own */
    bool held;      /* the present value is the next, too                */
    uint32_t steps; /* leaves read since it was placed                   */
};

struct fmp12_cursor *fmp12_cursor_new(const struct fmp12_sectors *sectors)
{
    struct fmp12_cursor *cursor = mem_new(struct fmp12_cursor);

    cursor->sectors = sectors;
    return cursor;
}

void fmp12_cursor_free(struct fmp12_cursor *cursor)
{
    free(cursor);
}

void auto_fmp12_cursor_cleanup(struct fmp12_cursor **cursor)
{
    fmp12_cursor_free(*cursor);
}

/* The child in which a path lies or would lie: the last whose separator is not greater, or the first. */
static bool child_find(const struct fmp12_sector *sector, const struct fmp12_path *path,
                       uint32_t *child_r, struct err *err)
{
    auto_free struct fmp12_index *index = mem_new(struct fmp12_index);
    auto_free struct fmp12_separator *separator = mem_new(struct fmp12_separator);
    bool found = false;
    enum step step;

    fmp12_index_begin(index, sector->payload);
    while ((step = fmp12_index_next(index, separator, err)) == STEP_ROW) {
        if (found && fmp12_is_before(path, separator))
            return true;
        *child_r = separator->child;
        found = true;
    }
    return step == STEP_END
           && (found || err_set(err, ERR_DATA, FMP12_DAMAGED, "an index sector is empty"));
}

static void leaf_begin(struct fmp12_cursor *cursor)
{
    cursor->rest = cursor->leaf.payload;
    cursor->path.depth = 0;
    cursor->on_value = cursor->held = false;
}

/* Goes down from the root; each level must be lower than the one before. */
static bool leaf_find(struct fmp12_cursor *cursor, struct err *err)
{
    uint32_t number = FMP12_ROOT;
    unsigned level = FMP12_LEVEL_FREE;

    for (;;) {
        if (!fmp12_sector_read(cursor->sectors, number, &cursor->leaf, err))
            return false;
        if (cursor->leaf.level >= level)
            return err_set(err, ERR_DATA, FMP12_DAMAGED, "the index runs in a circle");
        level = cursor->leaf.level;
        if (level == FMP12_LEVEL_LEAF)
            return true;
        if (!child_find(&cursor->leaf, &cursor->top, &number, err))
            return false;
    }
}

bool fmp12_cursor_below(struct fmp12_cursor *cursor, const struct fmp12_path *top, struct err *err)
{
    fmp12_path_copy(&cursor->top, top);
    if (!leaf_find(cursor, err))
        return err_ctx(err, "looking for a place");
    leaf_begin(cursor);
    cursor->steps = 0;
    return true;
}

/* Goes on in the next leaf; STEP_END: there is none. */
static enum step leaf_follow(struct fmp12_cursor *cursor, struct err *err)
{
    uint32_t next = cursor->leaf.next;

    if (next == 0)
        return STEP_END;
    if (cursor->steps++ == fmp12_sectors_count(cursor->sectors)) {
        (void)err_set(err, ERR_DATA, FMP12_DAMAGED, "the leaves run in a circle");
        return STEP_ERROR;
    }
    if (!fmp12_sector_read(cursor->sectors, next, &cursor->leaf, err)) {
        (void)err_ctx(err, "sector %ju", (uintmax_t)next);
        return STEP_ERROR;
    }
    leaf_begin(cursor);
    return STEP_ROW;
}

static bool entry_take(struct fmp12_cursor *cursor, const struct fmp12_entry *entry,
                       struct err *err)
{
    switch (entry->kind) {
    case FMP12_ENTRY_VALUE:
        cursor->on_value = true;
        cursor->value = entry->value;
        return fmp12_path_push(&cursor->path, entry->key, err);
    case FMP12_ENTRY_PUSH:
        return fmp12_path_push(&cursor->path, entry->key, err);
    case FMP12_ENTRY_CLOSE:
        if (cursor->path.depth)
            fmp12_path_pop(&cursor->path);
        return true;
    case FMP12_ENTRY_OPEN:
        return true;
    }
    abort();
}

/* Moves to the next value, wherever it lies. */
static enum step value_next(struct fmp12_cursor *cursor, struct err *err)
{
    struct fmp12_entry entry;

    if (cursor->on_value)
        fmp12_path_pop(&cursor->path);
    cursor->on_value = false;
    while (!cursor->on_value) {
        enum step step = fmp12_entry_next(&cursor->rest, false, &entry, err);

        if (step == STEP_END)
            step = leaf_follow(cursor, err);
        else if (step == STEP_ROW && !entry_take(cursor, &entry, err))
            step = STEP_ERROR;
        if (step != STEP_ROW)
            return step;
    }
    return STEP_ROW;
}

enum step fmp12_cursor_next(struct fmp12_cursor *cursor, struct err *err)
{
    if (cursor->held) {
        cursor->held = false;
        return STEP_ROW;
    }
    for (;;) {
        enum step step = value_next(cursor, err);

        if (step != STEP_ROW)
            return step;
        if (fmp12_path_is_below(&cursor->path, &cursor->top))
            return STEP_ROW;
        if (fmp12_path_compare(&cursor->path, &cursor->top) > 0)
            return STEP_END;
    }
}

void fmp12_cursor_hold(struct fmp12_cursor *cursor)
{
    cursor->held = true;
}

const struct fmp12_path *fmp12_cursor_path(const struct fmp12_cursor *cursor)
{
    return &cursor->path;
}

struct span fmp12_cursor_value(const struct fmp12_cursor *cursor)
{
    return cursor->value;
}
