/* The original name of a document, as FileMaker keeps it beside the bytes. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { FMP12_NAME_PART_MAX = 1024 }; /* 255 units of UTF-16 have at most 765 bytes of UTF-8 */

/* Three texts in UTF-8, ended by a zero. */
struct fmp12_name {
    char kind[FMP12_NAME_PART_MAX]; /* "file", "image", ...                                 */
    char folder
        [FMP12_NAME_PART_MAX]; /* where it was inserted from, in FileMaker's form; mostly "" */
    char name[FMP12_NAME_PART_MAX];
};

/*
 * Reads the stream FNAM, whole.
 * Fails with ERR_DATA: it is not built so, or has more than one name. `name_r` is then unchanged.
 */
must_check bool fmp12_name_read(struct span stream, struct fmp12_name *name_r, struct err *err);
