/*
 * A body that comes in chunks: a length in hexadecimal digits, that many bytes, and so on until a
 * length of zero and a last, empty line (RFC 9112, 7.1).
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum chunks_at {
    CHUNKS_AT_SIZE,
    CHUNKS_AT_EXTENSION, /* behind the digits, to the end of their line */
    CHUNKS_AT_DATA,
    CHUNKS_AT_DATA_END,
    CHUNKS_AT_TRAILER,
    CHUNKS_AT_END,
};

/* All zero at the beginning. */
struct chunks {
    enum chunks_at at;
    uint64_t remaining; /* of the chunk: whoever takes bytes of it takes them off here */
    size_t line;        /* how much of a line was read; of all trailers together       */
    size_t extra;       /* of all extensions together                                  */
    bool is_empty;      /* so far, the trailer's line                                  */
};

enum chunks_step {
    CHUNKS_MORE, /* all bytes were eaten                          */
    CHUNKS_DATA, /* `left` more bytes are the body's: take them   */
    CHUNKS_END,  /* the body is complete                          */
    CHUNKS_MALFORMED,
};

/* Eats what stands between the bytes of the body. */
enum chunks_step chunks_eat(struct chunks *chunks, struct span *bytes);
