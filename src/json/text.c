/*
 * Decodes the texts of JSON. YAJL does not do it: it turns a lone surrogate into "?" without saying
 * so.
 */
#include "json/text.h"

#include "base/mem.h"
#include "base/utf8.h"

enum { BLOCK_SIZE = 65536 };

struct json_block {
    struct json_block *before;
    size_t used, room;
    char bytes[];
};

static char *block_take(struct json_texts *texts, size_t size)
{
    struct json_block *block = texts->blocks;

    if (!block || block->room - block->used < size) {
        size_t room = texts->most_bytes < BLOCK_SIZE ? texts->most_bytes : BLOCK_SIZE;

        if (room < size)
            room = size;
        block = mem_grow(NULL, sizeof *block + room);
        block->before = texts->blocks;
        block->used = 0;
        block->room = room;
        texts->blocks = block;
    }
    block->used += size;
    return block->bytes + block->used - size;
}

static uint32_t hex4_code(struct span at)
{
    uint32_t code = 0;

    for (size_t i = 0; i < 4; i++) {
        char c = at.at[i];

        code = code << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return code;
}

static bool is_surrogate(uint32_t code, uint32_t first)
{
    return code >= first && code < first + 0x400;
}

/* Reads \uXXXX, perhaps with its second half; `rest` is after "\u". YAJL checked the digits. */
static uint32_t escaped_code(struct span *rest, bool *repaired)
{
    uint32_t code = hex4_code(*rest);

    *rest = span_from(*rest, 4);
    if (is_surrogate(code, 0xD800) && span_starts(*rest, "\\u")
        && is_surrogate(hex4_code(span_from(*rest, 2)), 0xDC00)) {
        code = 0x10000 + ((code - 0xD800) << 10) + (hex4_code(span_from(*rest, 2)) - 0xDC00);
        *rest = span_from(*rest, 6);
    }
    if (code >= 0xD800 && code <= 0xDFFF) {
        *repaired = true;
        return UTF8_REPLACEMENT;
    }
    return code;
}

static uint32_t short_escape(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return (uint8_t)c; /* quote, backslash, slash */
    }
}

/* Adds text without a backslash; bytes that are not UTF-8 are replaced. */
static void plain_add(struct str *to, struct span plain, bool *repaired)
{
    uint32_t code;

    if (utf8_is_valid(plain)) {
        str_add_span(to, plain);
        return;
    }
    while (plain.size) {
        if (!utf8_next(&plain, &code))
            *repaired = true;
        utf8_add(to, code);
    }
}

/* Adds the escape that `rest` begins with. */
static void escape_add(struct str *to, struct span *rest, bool *repaired)
{
    char kind = rest->at[1];

    *rest = span_from(*rest, 2);
    utf8_add(to, kind == 'u' ? escaped_code(rest, repaired) : short_escape(kind));
}

struct span json_text_decode(struct json_texts *texts, struct span inside, bool *repaired_r)
{
    auto_str text = STR_MAX(JSON_SIZE_MAX);
    char *kept;

    *repaired_r = false;
    if (!memchr(inside.at, '\\', inside.size) && utf8_is_valid(inside))
        return inside;
    while (inside.size) {
        size_t plain = span_find(inside, "\\");

        plain_add(&text, span_first(inside, plain), repaired_r);
        inside = span_from(inside, plain);
        if (inside.size)
            escape_add(&text, &inside, repaired_r);
    }
    kept = block_take(texts, text.size);
    if (text.size)
        memcpy(kept, text.at, text.size);
    return (struct span){ kept, text.size };
}

void json_texts_clear(struct json_texts *texts)
{
    while (texts->blocks) {
        struct json_block *block = texts->blocks;

        texts->blocks = block->before;
        free(block);
    }
}
