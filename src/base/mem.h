/*
 * Memory for small objects. When none is left, the process ends: the ledger makes that safe, and no
 * caller has a better idea. Sizes that others name go through a cap first and fail as ERR_DATA.
 */
#pragma once

#include "base/base.h"

/* Zeroed; never NULL. The caller frees. */
void *mem_zero(size_t size_bytes);

/* Grown or shrunk as realloc() does; never NULL. New bytes are not zeroed. */
void *mem_grow(void *old, size_t size_bytes);

/*
 * Whole pages from the system, which go back to it at once: grown and shrunk from `old_bytes` to
 * `new_bytes`, both multiples of a page. What fits is kept; new bytes are zero. Shrunk pages stay
 * where they are. NULL for `new_bytes` 0, which frees; else never NULL.
 */
void *mem_pages(void *old, size_t old_bytes, size_t new_bytes);

/* A copy of `size_bytes` bytes followed by a zero byte; never NULL. The caller frees. */
void *mem_copy(const void *bytes, size_t size_bytes);

/* A copy of a text; NULL stays NULL. The caller frees. */
char *mem_text(const char *text);

/* printf into fresh memory; never NULL. The caller frees. */
char *mem_printf(const char *format, ...) printf_like(1, 2);

/* A zeroed object of a type: `struct job *job = mem_new(struct job);` */
#define mem_new(type) ((type *)mem_zero(sizeof(type)))
