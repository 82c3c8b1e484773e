/*
 * Fillers: documents of any size that cost nothing to make. They differ for every seed and begin as
 * their type does (a PDF has its whole structure). Their bytes are computed where they are asked
 * for.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/content/file_type.h"

struct filler {
    struct str head, tail;
    uint64_t seed, size; /* `size` bytes in all, made-up ones between head and tail */
};

/* Prepares `size` bytes of a file of that type; a PDF of some size shows the title. */
void filler_init(struct filler *filler, enum file_type type, struct span title, uint64_t seed,
                 uint64_t size);
void filler_clear(struct filler *filler);

/* Reads the bytes `offset` .. `offset + size_bytes` - 1, which must lie within the size. */
void filler_read(const struct filler *filler, uint64_t offset, void *bytes_r, size_t size_bytes);
