/* Walks the whole tree from the root, in the order of its keys, and compares each thing with the one before. */
#include "fmp12/tree.h"

#include "base/mem.h"
#include "fmp12/cause.h"
#include "fmp12/index.h"

enum {
    LEVELS_MAX = 16
}; /* each level has at least two children: more sectors than a number can name */

/* A sector of the index on the way from the root to the present leaf. */
struct tree_frame {
    struct fmp12_sector sector;
    struct fmp12_index index;
    struct fmp12_separator separator; /* of the child that is being read */
};

struct tree_walk {
    const struct fmp12_sectors *sectors;
    struct err *err;
    uint32_t at;   /* the sector that is being read, for messages */
    uint8_t *seen; /* a bit for each sector */
    struct tree_frame *frames[LEVELS_MAX];
    unsigned depth;
    struct fmp12_sector leaf;
    uint32_t leaf_before, leaf_next; /* the leaf before, and the one that it says comes next */
    struct fmp12_path path, last;
    bool root_closed;
    struct sha256_stream *sha256;
    struct fmp12_tree tree;
};

static bool tree_refuse(struct tree_walk *w, const char *why)
{
    return err_set(w->err, ERR_DATA, FMP12_DAMAGED, "%s", why);
}

static bool sector_see(struct tree_walk *w, uint32_t number)
{
    uint8_t bit = (uint8_t)(1U << (number & 7));

    if (number == 0 || number >= fmp12_sectors_count(w->sectors))
        return tree_refuse(w, "the index leads to a sector that is not there");
    if (w->seen[number / 8] & bit)
        return tree_refuse(w, "the index leads to it twice");
    w->seen[number / 8] |= bit;
    return true;
}

/* The first value of a leaf must not be less than what the index says, on any level. */
static bool separators_hold(struct tree_walk *w)
{
    for (unsigned i = 0; i < w->depth; i++)
        if (fmp12_is_before(&w->path, &w->frames[i]->separator))
            return tree_refuse(w, "it begins before the place that the index gives it");
    return true;
}

static bool value_prove(struct tree_walk *w, const struct fmp12_entry *entry, bool is_first)
{
    if (!fmp12_path_push(&w->path, entry->key, w->err))
        return false;
    if (w->tree.entries && fmp12_path_compare(&w->path, &w->last) <= 0)
        return tree_refuse(w, "its keys do not ascend");
    if (is_first && !separators_hold(w))
        return false;
    fmp12_path_copy(&w->last, &w->path);
    fmp12_path_pop(&w->path);
    w->tree.entries++;
    return true;
}

static bool directory_close(struct tree_walk *w)
{
    if (w->path.depth)
        fmp12_path_pop(&w->path);
    else
        w->root_closed = true;
    return true;
}

static bool entry_prove(struct tree_walk *w, const struct fmp12_entry *entry, bool *has_value)
{
    bool is_first = !*has_value;

    if (w->root_closed)
        return tree_refuse(w, "it goes on behind the end of the tree");
    switch (entry->kind) {
    case FMP12_ENTRY_VALUE:
        *has_value = true;
        return value_prove(w, entry, is_first);
    case FMP12_ENTRY_PUSH:
        return fmp12_path_push(&w->path, entry->key, w->err);
    case FMP12_ENTRY_CLOSE:
        return directory_close(w);
    case FMP12_ENTRY_OPEN:
        return true;
    }
    abort();
}

static bool entries_prove(struct tree_walk *w)
{
    struct span rest = w->leaf.payload;
    struct fmp12_entry entry;
    bool has_value = false;
    enum step step;

    w->path.depth = 0;
    while ((step = fmp12_entry_next(&rest, false, &entry, w->err)) == STEP_ROW)
        if (!entry_prove(w, &entry, &has_value))
            return false;
    return step == STEP_END;
}

static bool leaf_prove(struct tree_walk *w, uint32_t number)
{
    if (!fmp12_sector_read(w->sectors, number, &w->leaf, w->err))
        return false;
    if (w->leaf.level != FMP12_LEVEL_LEAF)
        return tree_refuse(w, "it should be a leaf, and is none");
    if (w->leaf.previous != w->leaf_before || (w->tree.leaves && w->leaf_next != number))
        return tree_refuse(w, "the leaves are chained otherwise than the index has them");
    if (!entries_prove(w))
        return false;
    sha256_stream_add(w->sha256, w->leaf.payload);
    w->leaf_before = number;
    w->leaf_next = w->leaf.next;
    w->tree.leaves++;
    return true;
}

static bool index_prove(struct tree_walk *w, uint32_t number, unsigned level);

/* `w->at` names the sector in messages. */
static bool child_prove(struct tree_walk *w, uint32_t number, unsigned level)
{
    if (!sector_see(w, number))
        return false;
    w->at = number;
    return level == FMP12_LEVEL_LEAF ? leaf_prove(w, number) : index_prove(w, number, level);
}

static bool children_prove(struct tree_walk *w, struct tree_frame *frame)
{
    enum step step;

    fmp12_index_begin(&frame->index, frame->sector.payload);
    while ((step = fmp12_index_next(&frame->index, &frame->separator, w->err)) == STEP_ROW) {
        if (w->tree.entries && !fmp12_is_before(&w->last, &frame->separator))
            return tree_refuse(w,
                               "the leaf before reaches beyond the place that the index gives it");
        if (!child_prove(w, frame->separator.child, frame->sector.level - 1U))
            return false;
        w->at = frame->sector.number;
    }
    return step == STEP_END;
}

static bool index_prove(struct tree_walk *w, uint32_t number, unsigned level)
{
    auto_free struct tree_frame *frame = mem_new(struct tree_frame);
    bool good;

    if (!fmp12_sector_read(w->sectors, number, &frame->sector, w->err))
        return false;
    if (frame->sector.level != level)
        return tree_refuse(w, "it is of another level than the index says");
    w->frames[w->depth++] = frame;
    good = children_prove(w, frame);
    w->depth--;
    return good;
}

/* The root's own header: if this is none, the file is encrypted, or nothing of it can be believed. */
static bool root_look(struct tree_walk *w, unsigned *level_r)
{
    bool good = fmp12_sector_read(w->sectors, FMP12_ROOT, &w->leaf, w->err);

    if (!good && w->err->kind == ERR_OS)
        return false;
    if (!good || w->leaf.level == FMP12_LEVEL_LEAF || w->leaf.level >= LEVELS_MAX)
        return err_set(w->err, ERR_DATA, FMP12_ENCRYPTED, "its root is none");
    if (w->leaf.next >= fmp12_sectors_count(w->sectors))
        return tree_refuse(w, "it names a last sector that is not there");
    *level_r = w->leaf.level;
    return true;
}

/* What the tree does not reach must not be a leaf. */
static bool others_prove(struct tree_walk *w)
{
    uint32_t count = fmp12_sectors_count(w->sectors);

    for (w->at = FMP12_ROOT; w->at < count; w->at++) {
        if (w->seen[w->at / 8] >> (w->at & 7) & 1)
            continue;
        if (!fmp12_sector_read(w->sectors, w->at, &w->leaf, w->err))
            return false;
        if (w->leaf.level == FMP12_LEVEL_LEAF)
            return tree_refuse(w, "it is a leaf to which no index leads");
    }
    return true;
}

static bool whole_prove(struct tree_walk *w)
{
    unsigned level;

    w->at = FMP12_ROOT;
    if (!root_look(w, &level) || !child_prove(w, FMP12_ROOT, level))
        return false;
    w->at = w->leaf_before;
    if (w->leaf_next || !w->root_closed)
        return tree_refuse(w, "it is the last leaf, and the tree does not end there");
    return others_prove(w);
}

bool fmp12_tree_prove(const struct fmp12_sectors *sectors, struct fmp12_tree *tree_r,
                      struct err *err)
{
    auto_free uint8_t *seen = mem_zero(fmp12_sectors_count(sectors) / 8 + 1);
    auto_free struct tree_walk *w = mem_new(struct tree_walk);
    auto_sha256_stream *sha256 = sha256_stream_new();

    w->sectors = sectors;
    w->err = err;
    w->seen = seen;
    w->sha256 = sha256;
    if (!whole_prove(w)) {
        if (err->kind == ERR_DATA && err->code == 0)
            err->code = FMP12_DAMAGED;
        return err_ctx(err, "sector %ju", (uintmax_t)w->at);
    }
    *tree_r = w->tree;
    tree_r->sha256 = sha256_stream_end(sha256);
    return true;
}
