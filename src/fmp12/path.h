/*
 * Keys and paths. A FileMaker file is one sorted tree of directories; a path names a place in it by
 * the keys from the root. Keys are compared as bytes, and the shorter one is less.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* Deeper than nine levels was never seen; a path must fit into one sector. */
enum { FMP12_DEPTH_MAX = 64, FMP12_PATH_BYTES_MAX = 4096 };

struct fmp12_path {
    unsigned depth;
    uint16_t ends[FMP12_DEPTH_MAX]; /* where each key ends in `bytes` */
    char bytes[FMP12_PATH_BYTES_MAX];
};

/* Appends a key. Fails with ERR_DATA if the path is too deep or too long. */
must_check bool fmp12_path_push(struct fmp12_path *path, struct span key, struct err *err);

/* Appends a key that is a number; such short paths always fit. */
void fmp12_path_push_number(struct fmp12_path *path, uint32_t number);

void fmp12_path_pop(struct fmp12_path *path); /* of a path that is not empty */

/* Copies what is used of a path. */
void fmp12_path_copy(struct fmp12_path *to, const struct fmp12_path *from);

/* The key at a level, from 0. */
struct span fmp12_path_key(const struct fmp12_path *path, unsigned level);

/* Less than 0, 0 or more than 0; a path comes before what lies below it. */
int fmp12_path_compare(const struct fmp12_path *a, const struct fmp12_path *b);

/* Whether `path` is `top`, or lies below it. */
bool fmp12_path_is_below(const struct fmp12_path *path, const struct fmp12_path *top);

/*
 * Reads a number from the front of a key and moves past it. False: it begins with none (a letter's
 * code, a digest, a mark such as FC).
 */
bool fmp12_number_next(struct span *key, uint32_t *number_r);

/* A key that is one number and nothing else. */
bool fmp12_number_of(struct span key, uint32_t *number_r);

/* Whether a key is the one-byte number `number` (below 128). */
bool fmp12_key_is(struct span key, uint8_t number);
