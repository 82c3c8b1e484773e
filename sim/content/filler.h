/*
 * Documents that cost nothing to make: of any size, different for every seed, with the first bytes
 * (and for PDF the whole structure) of their type, computed wherever they are asked for.
 */
#pragma once

#include "sim/content/content.h"

struct filler {
    struct str head, tail;
    uint64_t seed, size; /* `size` bytes in all, made-up ones between head and tail */
};

/* Prepares the bytes of a FROM_FILLER content, whose name becomes the title. */
void filler_init(struct filler *filler, const struct content *content);
void filler_clear(struct filler *filler);

/* Bytes `offset` .. `offset + size_bytes` - 1, which must lie within the size. */
void filler_read(const struct filler *filler, uint64_t offset, void *bytes_r, size_t size_bytes);
