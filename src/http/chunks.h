/*
 * A body that comes in chunks: a length in hexadecimal digits, that many bytes, and so on until a
 * length of zero and a last, empty line (RFC 9112, 7.1).
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum chunks_at {
    CHUNKS_AT_SIZE,
    CHUNKS_AT_EXTENSION, /* after the digits, to the end of their line */
    CHUNKS_AT_DATA,
    CHUNKS_AT_DATA_END,
    CHUNKS_AT_TRAILER,
    CHUNKS_AT_END,
};

/* All zero at the beginning. */
struct chunks {
    enum chunks_at at;
    uint64_t remaining; /* of the chunk; a caller that takes bytes of it subtracts them here */
    size_t line;        /* bytes read of a line; of all trailers together                    */
    size_t extra;       /* bytes read of all extensions together                             */
    bool is_empty;      /* whether the trailer's line is empty so far                        */
};

enum chunks_step {
    CHUNKS_MORE, /* all bytes were consumed                         */
    CHUNKS_DATA, /* `remaining` bytes of the body follow: take them */
    CHUNKS_END,  /* the body is complete                            */
    CHUNKS_MALFORMED,
};

/* Consumes the lines between the bytes of the body. */
enum chunks_step chunks_eat(struct chunks *chunks, struct span *bytes);
