/* The decoded texts of one document. Private to json/. */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum { JSON_SIZE_MAX = 1 << 30 };

/* Decoded texts lie in blocks that never move, so that values can point into them. */
struct json_texts {
    struct json_block *blocks;
    size_t most_bytes; /* size of the document: decoding makes hardly anything longer */
};

/*
 * Decodes the text between two quotes. YAJL has checked its escapes.
 *   inside       as it came; the result borrows it if nothing had to be decoded
 *   repaired_r   whether a byte that is not UTF-8, or a lone surrogate, became U+FFFD
 * The result lives as long as `texts` and `inside`.
 */
struct span json_text_decode(struct json_texts *texts, struct span inside, bool *repaired_r);

/* Frees all decoded texts. */
void json_texts_clear(struct json_texts *texts);
