/* Read byte by byte: the lines between chunks are short. */
#include "http/chunks.h"

#include "base/digest.h"

enum { LINES_MAX = 16 * 1024, EXTENSIONS_MAX = 64 * 1024, DIGITS_MAX = 32, ENDS_MAX = 2 };

/* Handles the end of the line with the length. */
static bool size_end(struct chunks *chunks)
{
    chunks->at = chunks->remaining ? CHUNKS_AT_DATA : CHUNKS_AT_TRAILER;
    chunks->line = 0;
    chunks->is_empty = true;
    return true;
}

static bool size_eat(struct chunks *chunks, char c)
{
    int digit = hex_digit(c);

    if (digit >= 0) {
        if (++chunks->line > DIGITS_MAX)
            return false;
        if (chunks->remaining > (uint64_t)INT64_MAX >> 4)
            return false;
        chunks->remaining = chunks->remaining << 4 | (uint64_t)digit;
        return true;
    }
    if (chunks->line == 0)
        return false;
    if (c == '\n')
        return size_end(chunks);
    chunks->at = CHUNKS_AT_EXTENSION;
    return c == '\r' || c == ';' || c == ' ' || c == '\t';
}

static bool extension_eat(struct chunks *chunks, char c)
{
    return c == '\n' ? size_end(chunks)
                     : ++chunks->line < LINES_MAX && ++chunks->extra < EXTENSIONS_MAX;
}

static bool data_end_eat(struct chunks *chunks, char c)
{
    if (c == '\n') {
        chunks->at = CHUNKS_AT_SIZE;
        chunks->line = 0;
        return true;
    }
    return c == '\r' && ++chunks->line < ENDS_MAX;
}

static bool trailer_eat(struct chunks *chunks, char c)
{
    if (c == '\n' && chunks->is_empty)
        chunks->at = CHUNKS_AT_END;
    if (c != '\r')
        chunks->is_empty = c == '\n';
    return ++chunks->line < LINES_MAX;
}

static bool byte_eat(struct chunks *chunks, char c)
{
    switch (chunks->at) {
    case CHUNKS_AT_SIZE:
        return size_eat(chunks, c);
    case CHUNKS_AT_EXTENSION:
        return extension_eat(chunks, c);
    case CHUNKS_AT_DATA_END:
        return data_end_eat(chunks, c);
    case CHUNKS_AT_TRAILER:
        return trailer_eat(chunks, c);
    case CHUNKS_AT_DATA:
    case CHUNKS_AT_END:
        break;
    }
    abort();
}

enum chunks_step chunks_eat(struct chunks *chunks, struct span *bytes)
{
    for (;;) {
        if (chunks->at == CHUNKS_AT_END)
            return CHUNKS_END;
        if (chunks->at == CHUNKS_AT_DATA && chunks->remaining > 0)
            return CHUNKS_DATA;
        if (chunks->at == CHUNKS_AT_DATA) {
            chunks->at = CHUNKS_AT_DATA_END;
            chunks->line = 0;
        }
        if (bytes->size == 0)
            return CHUNKS_MORE;
        if (!byte_eat(chunks, bytes->at[0]))
            return CHUNKS_MALFORMED;
        *bytes = span_from(*bytes, 1);
    }
}
