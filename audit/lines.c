/*
 * Checks the lines of a certificate before anything is compared with them: a document that is said
 * to be stored has a key, a size and a hash, and no two documents have the same key or row.
 * Otherwise a forger could have a line pass by leaving out the cells that would be compared.
 */
#include "audit.h"

#include <stdlib.h>
#include <string.h>

static bool is_one_of(struct piece word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (piece_is(word, words[i]))
            return true;
    return false;
}

static void state_check(const struct audit_line *line)
{
    static const char *const with[] = { "stored", "done" };
    static const char *const without[] = { "new", "waiting", "claimed", "failed", "waived" };
    struct piece state = line->cells[CELL_STATE];
    bool has_key = line->cells[CELL_KEY].size > 0;

    if (is_one_of(state, with, 2) && !has_key)
        audit_differ("certificate-line", line, "refused: the document is %.*s, and has no key",
                     (int)state.size, state.at);
    else if (is_one_of(state, without, 5) && has_key)
        audit_differ("certificate-line", line, "refused: the document is %.*s, and has a key",
                     (int)state.size, state.at);
    else if (!is_one_of(state, with, 2) && !is_one_of(state, without, 5))
        audit_differ("certificate-line", line, "refused: '%.*s' is not a state of a document",
                     (int)state.size, state.at);
}

static void object_cells_check(const struct audit_line *line)
{
    struct hash hash;
    uint64_t size;

    if (!audit_key_is_good(line->cells[CELL_KEY]))
        audit_differ("certificate-line", line,
                     "refused: its key leads out of the store, or is malformed");
    if (!piece_number(line->cells[CELL_SIZE], &size))
        audit_differ("certificate-line", line, "refused: the document has a key, and no size");
    if (!hash_read(line->cells[CELL_SHA256], &hash))
        audit_differ("certificate-line", line, "refused: the document has a key, and no hash");
}

int piece_compare(const void *a, const void *b)
{
    const struct piece *left = a, *right = b;
    size_t size = left->size < right->size ? left->size : right->size;
    int order = size ? memcmp(left->at, right->at, size) : 0;

    return order ? order : (left->size > right->size) - (left->size < right->size);
}

struct piece *cells_sorted(const struct certificate *c, enum audit_cell cell, size_t *count_r)
{
    struct piece *cells = calloc(c->line_count + 1, sizeof *cells);
    struct audit_line line;

    if (!cells)
        audit_give_up("no memory");
    *count_r = 0;
    for (size_t i = 0; i < c->line_count; i++) {
        line_split(c->lines[i], &line);
        if (line.cells[cell].size)
            cells[(*count_r)++] = line.cells[cell];
    }
    qsort(cells, *count_r, sizeof *cells, piece_compare);
    return cells;
}

static void doubles_check(const struct certificate *c, enum audit_cell cell, const char *what)
{
    size_t count;
    struct piece *cells = cells_sorted(c, cell, &count);

    for (size_t i = 1; i < count; i++)
        if (piece_equal(cells[i - 1], cells[i]))
            audit_differ("certificate-line", NULL, "refused: two documents have the %s '%.*s'",
                         what, (int)cells[i].size, cells[i].at);
    free(cells);
}

void lines_check(const struct certificate *c)
{
    struct audit_line line;

    for (size_t i = 0; i < c->line_count; i++) {
        line_split(c->lines[i], &line);
        state_check(&line);
        if (line.cells[CELL_KEY].size > 0)
            object_cells_check(&line);
    }
    doubles_check(c, CELL_KEY, "key");
    doubles_check(c, CELL_ROW, "row");
}
