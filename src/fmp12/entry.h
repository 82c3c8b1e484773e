/* The entries of which a sector's payload consists: they open and close directories, and hold values. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum fmp12_entry_kind {
    FMP12_ENTRY_VALUE, /* a key with its value                                          */
    FMP12_ENTRY_PUSH,  /* what follows lies in the directory of this key                */
    FMP12_ENTRY_CLOSE, /* the directory ends                                            */
    FMP12_ENTRY_OPEN,  /* the directory that was just pushed begins here; else it goes on */
};

/* Where the separator of an index sector stands that has no key of its own. */
enum fmp12_bound { FMP12_BOUND_KEY, FMP12_BOUND_FIRST, FMP12_BOUND_LAST };

struct fmp12_entry {
    enum fmp12_entry_kind kind;
    struct span key, value; /* borrowed from the payload */
    bool is_last;           /* index sectors: of its directory */
    enum fmp12_bound bound; /* index sectors */
};

/*
 * Reads an entry from the front of `*rest` and moves past it.
 *   is_index   whether the sector is one of the index, whose entries may be marked, and each of
 *              whose values is the number of a sector in four bytes
 * STEP_ERROR: ERR_DATA, the payload is not built so.
 */
must_check enum step fmp12_entry_next(struct span *rest, bool is_index, struct fmp12_entry *entry_r,
                                      struct err *err);

/* The number in an entry of two or four bytes, the highest first; 0 for fewer than `size` bytes. */
uint32_t fmp12_u16(struct span bytes);
uint32_t fmp12_u32(struct span bytes);
