/*
 * The proof that a file is whole. Its sectors form one tree: every leaf is reached from the root
 * exactly once, the chain of leaves runs the same way, no other leaf exists, and keys ascend
 * from the first entry of the file to the last. A sector that is missing, torn, old or in another's
 * place breaks one of these.
 */
#pragma once

#include "base/digest.h"
#include "fmp12/sectors.h"

struct fmp12_tree {
    uint64_t leaves, entries; /* entries: values, without what opens and closes directories */
    struct sha256 sha256;     /* of what all leaves hold, in the order of their keys */
};

/*
 * Proves it; reads every sector once. Memory: a bit for each sector, and a sector for each level.
 * Fails with ERR_DATA, `code` FMP12_ENCRYPTED if already the root is none, else FMP12_DAMAGED; ERR_OS.
 */
must_check bool fmp12_tree_prove(const struct fmp12_sectors *sectors, struct fmp12_tree *tree_r,
                                 struct err *err);
