/*
 * Any bytes as a certificate or a proof. What is read stays within the bytes; a line and its cells
 * are what stands there; a proof made of the lines proves them, and no other place.
 */
#include "fuzz.h"

#include "audit.h"

enum { PROVEN_MAX = 64 };

void audit_give_up(const char *format, ...)
{
    (void)format;
    abort(); /* only without memory, or without SHA-256 */
}

static void check_within(struct piece piece, struct span bytes)
{
    assert(piece.size == 0
           || (piece.at >= bytes.at && piece.at + piece.size <= bytes.at + bytes.size));
}

/* Its cells, with tabs between, are the line from its beginning. */
static void check_line(struct piece whole)
{
    struct audit_line line;
    size_t at = 0;

    line_split(whole, &line);
    for (size_t i = 0; i < CELLS && at < whole.size; i++) {
        assert(line.cells[i].at == whole.at + at || line.cells[i].size == 0);
        at += line.cells[i].size;
        assert(at == whole.size || whole.at[at] == '\t');
        at++;
    }
}

static void check_tree(const struct certificate *c)
{
    size_t count = c->line_count < PROVEN_MAX ? c->line_count : PROVEN_MAX, used;
    struct hash leaves[PROVEN_MAX], path[PATH_MAX_HASHES], root, proven;

    for (size_t i = 0; i < count; i++)
        leaves[i] = leaf_hash(c->lines[i]);
    root = tree_root(leaves, count);
    for (size_t i = 0; i < count; i++) {
        used = tree_path(leaves, count, i, path);
        proven = tree_root_by_path(leaves[i], i, count, path, used);
        assert(memcmp(proven.bytes, root.bytes, HASH_SIZE) == 0);
        proven = tree_root_by_path(leaves[i], i + count, count, path, used);
        assert(memcmp(proven.bytes, root.bytes, HASH_SIZE) != 0);
    }
}

static void check_certificate(const struct certificate *c, struct span bytes)
{
    assert(c->head.size > 0 && c->head.at == bytes.at);
    check_within(c->head, bytes);
    check_within(c->source, bytes);
    check_within(c->store, bytes);
    check_within(c->made, bytes);
    (void)signature_is_good(c);
    for (size_t i = 0; i < c->chain_count; i++)
        assert(c->chains[i].run >= 0 && c->chains[i].entries >= 0);
    for (size_t i = 0; i < c->line_count; i++) {
        check_within(c->lines[i], bytes);
        check_line(c->lines[i]);
    }
    if (!c->is_proof) {
        check_tree(c);
        return;
    }
    assert(c->line_count == 1 && c->path_count <= PATH_MAX_HASHES);
    (void)tree_root_by_path(leaf_hash(c->lines[0]), c->place, c->leaves, c->path, c->path_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);
    struct problem problem = { "" };
    struct certificate c;

    if (certificate_read((struct piece){ bytes.at, bytes.size }, &c, &problem))
        check_certificate(&c, bytes);
    else
        assert(*problem.words && strlen(problem.words) < sizeof problem.words);
    certificate_close(&c);
    return 0;
}
