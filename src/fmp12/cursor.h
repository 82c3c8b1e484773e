/* A way through the values of a file that was proven whole, in the order of their keys. */
#pragma once

#include "fmp12/path.h"
#include "fmp12/sectors.h"

/* One thread at a time; any number of them at work on one file. */
struct fmp12_cursor;

/* Borrows the sectors. The caller frees. */
struct fmp12_cursor *fmp12_cursor_new(const struct fmp12_sectors *sectors);
void fmp12_cursor_free(struct fmp12_cursor *cursor); /* NULL is allowed */
void auto_fmp12_cursor_cleanup(struct fmp12_cursor **cursor);
#define auto_fmp12_cursor __attribute__((cleanup(auto_fmp12_cursor_cleanup))) struct fmp12_cursor

/*
 * Goes to the first value at `top` or below; fmp12_cursor_next() ends behind the last one.
 * Fails with ERR_DATA, ERR_OS.
 */
must_check bool fmp12_cursor_below(struct fmp12_cursor *cursor, const struct fmp12_path *top,
                                   struct err *err);

/* Moves to the next value. */
must_check enum step fmp12_cursor_next(struct fmp12_cursor *cursor, struct err *err);

/* fmp12_cursor_next() gives the present value once more. */
void fmp12_cursor_hold(struct fmp12_cursor *cursor);

/* The present value and its path, its own key at the end; borrowed until the cursor moves. */
const struct fmp12_path *fmp12_cursor_path(const struct fmp12_cursor *cursor);
struct span fmp12_cursor_value(const struct fmp12_cursor *cursor);
