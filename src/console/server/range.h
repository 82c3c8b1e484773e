/*
 * The part of a file that a request asks for (RFC 9110, 14). One range of bytes is served; what
 * cannot be understood, and several ranges at once, are answered with the whole file, as the
 * standard allows.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum range_kind {
    RANGE_WHOLE,
    RANGE_PART,
    RANGE_OUTSIDE, /* it asks for bytes behind the end: 416 */
};

/* Bytes `first` .. `first + size - 1`. */
struct range {
    uint64_t first, size;
};

/*
 * Reads the header Range.
 *   header    from anybody; SPAN_NONE: there is none
 *   size      of the file
 *   range_r   always set; lies within the file, and is all of it unless RANGE_PART is returned
 */
enum range_kind range_read(struct span header, uint64_t size, struct range *range_r);
