/* Keeps peaks by height: peaks[h] is the root of the last full tree of 2^h leaves. */
#include "verify/merkle.h"

enum { LEAF_MAX = 64 * 1024 };

static struct sha256 leaf_hash(struct span leaf)
{
    auto_str bytes = STR_MAX(LEAF_MAX + 1);

    str_add_char(&bytes, '\0');
    str_add_span(&bytes, leaf);
    return sha256_of(str_span(&bytes));
}

static struct sha256 node_hash(const struct sha256 *left, const struct sha256 *right)
{
    char bytes[1 + 2 * SHA256_SIZE] = { 1 };

    memcpy(bytes + 1, left->bytes, SHA256_SIZE);
    memcpy(bytes + 1 + SHA256_SIZE, right->bytes, SHA256_SIZE);
    return sha256_of((struct span){ bytes, sizeof bytes });
}

void merkle_add(struct merkle *tree, struct span leaf)
{
    struct sha256 hash = leaf_hash(leaf);
    unsigned height = 0;

    for (uint64_t left = tree->count; left & 1; left >>= 1, height++)
        hash = node_hash(&tree->peaks[height], &hash);
    tree->peaks[height] = hash;
    tree->count++;
}

struct sha256 merkle_root(const struct merkle *tree)
{
    struct sha256 root = sha256_of(SPAN_NONE);
    bool has_root = false;

    for (unsigned height = 0; height < MERKLE_DEPTH_MAX; height++) {
        if (!(tree->count >> height & 1))
            continue;
        root = has_root ? node_hash(&tree->peaks[height], &root) : tree->peaks[height];
        has_root = true;
    }
    return root;
}
