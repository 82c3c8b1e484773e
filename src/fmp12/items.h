/*
 * Texts and their like. Below a directory such as "records of a table" each item (a record, a field)
 * is a directory of its own with short values, and long ones in pieces. A reader of items gives
 * every value whole, with the item that it belongs to.
 */
#pragma once

#include "fmp12/fmp12.h"
#include "fmp12/path.h"

/* A value that is longer than this is refused: FileMaker allows more, and nobody wrote so much by hand. */
enum { FMP12_VALUE_BYTES_MAX = 64 * 1024 * 1024 };

struct fmp12_item {
    uint32_t number;     /* of the item                                                     */
    struct span key;     /* of the value; borrowed until the reader moves                   */
    struct span bytes;   /* the value, as it lies in the file; borrowed likewise            */
    bool is_long;        /* it came in pieces                                               */
    uint64_t units_said; /* how many UTF-16 units it says to have; UINT64_MAX: says nothing */
};

struct fmp12_items;

/*
 * Borrows the file. The caller frees.
 *   top    the directory of the items
 *   only   the keys of the values that are wanted, one byte each; SPAN_NONE: all. Must outlive the
 *          reader
 */
must_check bool fmp12_items_open(const struct fmp12_file *file, const struct fmp12_path *top,
                                 struct span only, struct fmp12_items **items_r, struct err *err);

/* As fmp12_items_open(), of a single item: `item` is its own directory, and its key a number. */
must_check bool fmp12_items_open_one(const struct fmp12_file *file, const struct fmp12_path *item,
                                     struct fmp12_items **items_r, struct err *err);
void fmp12_items_free(struct fmp12_items *items); /* NULL is allowed */
void auto_fmp12_items_cleanup(struct fmp12_items **items);
#define auto_fmp12_items __attribute__((cleanup(auto_fmp12_items_cleanup))) struct fmp12_items

/*
 * Moves to the next value, items in the order of their numbers.
 * STEP_ERROR: ERR_DATA, a piece is missing or the length differs from what the value says; ERR_OS.
 */
must_check enum step fmp12_items_next(struct fmp12_items *items, struct fmp12_item *item_r,
                                      struct err *err);

/*
 * Appends a value as text in UTF-8, with FileMaker's own line ends (CR).
 *   repaired   becomes true if half of a character was replaced; otherwise it stays
 * Fails with ERR_DATA: it is no text, or has another length than it says.
 */
must_check bool fmp12_item_text(const struct fmp12_item *item, struct str *to, bool *repaired,
                                struct err *err);
