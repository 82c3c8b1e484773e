/*
 * Documents that cost nothing to make: of any size, different for every seed, with the first bytes
 * (and for PDF the whole structure) of their type, computed wherever they are asked for.
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

/* Bytes `offset` .. `offset + size_bytes` - 1, which must lie within the size. */
void filler_read(const struct filler *filler, uint64_t offset, void *bytes_r, size_t size_bytes);
