/* Puts long values together. */
#include "fmp12/items.h"

#include "base/mem.h"
#include "fmp12/cursor.h"
#include "fmp12/entry.h"
#include "fmp12/scsu.h"

struct fmp12_items {
    struct fmp12_cursor *cursor;
    unsigned depth; /* of the items' directory */
    struct span only;
    struct fmp12_path long_path; /* of the long value that is being read, without the piece */
    struct str bytes;
    char key[256]; /* of the value that was read last; no key is longer */
};

static bool items_begin(const struct fmp12_file *file, const struct fmp12_path *top, unsigned depth,
                        struct span only, struct fmp12_items **items_r, struct err *err)
{
    auto_fmp12_items *items = mem_new(struct fmp12_items);

    items->cursor = fmp12_cursor_new(fmp12_file_sectors(file));
    items->depth = depth;
    items->only = only;
    items->bytes = (struct str)STR_MAX(FMP12_VALUE_BYTES_MAX);
    if (!fmp12_cursor_below(items->cursor, top, err))
        return false;
    *items_r = take(items);
    return true;
}

bool fmp12_items_open(const struct fmp12_file *file, const struct fmp12_path *top, struct span only,
                      struct fmp12_items **items_r, struct err *err)
{
    return items_begin(file, top, top->depth, only, items_r, err);
}

bool fmp12_items_open_one(const struct fmp12_file *file, const struct fmp12_path *item,
                          struct fmp12_items **items_r, struct err *err)
{
    return items_begin(file, item, item->depth - 1, SPAN_NONE, items_r, err);
}

void fmp12_items_free(struct fmp12_items *items)
{
    if (!items)
        return;
    fmp12_cursor_free(items->cursor);
    str_clear(&items->bytes);
    free(items);
}

void auto_fmp12_items_cleanup(struct fmp12_items **items)
{
    fmp12_items_free(*items);
}

static bool is_wanted(const struct fmp12_items *items, struct span key)
{
    return items->only.size == 0
           || (key.size == 1 && memchr(items->only.at, key.at[0], items->only.size));
}

static void key_keep(struct fmp12_items *items, struct span key, struct fmp12_item *item)
{
    memcpy(items->key, key.at, key.size);
    item->key = (struct span){ items->key, key.size };
}

/* The head of a long value: its bytes, and mostly the units of its text. */
static bool head_read(struct span head, uint64_t *bytes_r, struct fmp12_item *item, struct err *err)
{
    if (head.size != 4 && head.size != 8 && head.size != 12)
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "a long value does not say how long it is");
    *bytes_r = fmp12_u32(head);
    item->units_said = head.size >= 8 ? fmp12_u32(span_from(head, 4)) : UINT64_MAX;
    return true;
}

/* Reads on while pieces of the same value follow. */
static enum step piece_next(struct fmp12_items *items, uint32_t *number_r, struct err *err)
{
    for (;;) {
        enum step step = fmp12_cursor_next(items->cursor, err);
        const struct fmp12_path *path = fmp12_cursor_path(items->cursor);

        if (step != STEP_ROW)
            return step;
        if (!fmp12_path_is_below(path, &items->long_path)) {
            fmp12_cursor_hold(items->cursor);
            return STEP_END;
        }
        if (path->depth == items->depth + 3
            && fmp12_number_of(fmp12_path_key(path, path->depth - 1), number_r))
            return STEP_ROW; /* anything else is style, or a mark */
    }
}

static bool pieces_read(struct fmp12_items *items, uint64_t bytes_said, struct err *err)
{
    uint32_t number, wanted = 1;
    enum step step;

    str_reset(&items->bytes);
    while ((step = piece_next(items, &number, err)) == STEP_ROW) {
        if (number != wanted++)
            return err_set(err, ERR_DATA, FMP12_DAMAGED, "piece %ju of a long value is missing",
                           (uintmax_t)(wanted - 1));
        str_add_span(&items->bytes, fmp12_cursor_value(items->cursor));
    }
    if (step == STEP_ERROR || !str_fits(&items->bytes, "a value", err))
        return false;
    if (items->bytes.size != bytes_said)
        return err_set(err, ERR_DATA, FMP12_DAMAGED,
                       "a long value has %zu bytes, and should have %ju", items->bytes.size,
                       (uintmax_t)bytes_said);
    return true;
}

/* The present value of the cursor is the head of a long one. */
static bool long_read(struct fmp12_items *items, struct fmp12_item *item, struct err *err)
{
    const struct fmp12_path *path = fmp12_cursor_path(items->cursor);
    uint64_t bytes_said;

    if (!fmp12_key_is(fmp12_path_key(path, path->depth - 1), 0))
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "a long value does not say how long it is");
    fmp12_path_copy(&items->long_path, path);
    fmp12_path_pop(&items->long_path);
    key_keep(items, fmp12_path_key(&items->long_path, items->depth + 1), item);
    if (!head_read(fmp12_cursor_value(items->cursor), &bytes_said, item, err)
        || !pieces_read(items, bytes_said, err))
        return false;
    item->is_long = true;
    item->bytes = str_span(&items->bytes);
    return true;
}

static void short_take(struct fmp12_items *items, struct fmp12_item *item)
{
    const struct fmp12_path *path = fmp12_cursor_path(items->cursor);

    key_keep(items, fmp12_path_key(path, items->depth + 1), item);
    item->bytes = fmp12_cursor_value(items->cursor);
    item->units_said = UINT64_MAX;
}

/* Whether the present value is a short one, or a piece of a long one, that is wanted. */
static bool value_begins(const struct fmp12_items *items, const struct fmp12_path *path,
                         uint32_t *number_r, bool *is_long_r)
{
    unsigned depth = items->depth;
    struct span key;
    uint32_t any;

    if (path->depth < depth + 2 || path->depth > depth + 3
        || !fmp12_number_of(fmp12_path_key(path, depth), number_r)
        || !is_wanted(items, fmp12_path_key(path, depth + 1)))
        return false;
    *is_long_r = path->depth == depth + 3;
    key = fmp12_path_key(path, depth + 1);
    return !*is_long_r
           || (fmp12_number_next(&key, &any)
               && fmp12_number_of(fmp12_path_key(path, depth + 2), &any));
}

enum step fmp12_items_next(struct fmp12_items *items, struct fmp12_item *item_r, struct err *err)
{
    struct fmp12_item item = { 0 };
    enum step step;

    while ((step = fmp12_cursor_next(items->cursor, err)) == STEP_ROW) {
        if (!value_begins(items, fmp12_cursor_path(items->cursor), &item.number, &item.is_long))
            continue;
        if (!item.is_long)
            short_take(items, &item);
        else if (!long_read(items, &item, err))
            return STEP_ERROR;
        *item_r = item;
        return STEP_ROW;
    }
    return step;
}

bool fmp12_item_text(const struct fmp12_item *item, struct str *to, bool *repaired, struct err *err)
{
    struct scsu scsu = { .rest = item->bytes, .units_most = UINT64_MAX };

    if (!scsu_read(&scsu, true, to, err))
        return false;
    if (item->units_said != UINT64_MAX && item->units_said != scsu.units_count)
        return err_set(err, ERR_DATA, FMP12_DAMAGED,
                       "a text has %ju characters, and should have %ju",
                       (uintmax_t)scsu.units_count, (uintmax_t)item->units_said);
    *repaired = *repaired || scsu.repaired;
    return true;
}
