/* Packs numbers and texts as bytes that sort in their order. */
#include "verify/pack.h"

#include <assert.h>
#include <endian.h>

void pack_u8(struct str *to, uint8_t n)
{
    str_add(to, &n, 1);
}

void pack_u64(struct str *to, uint64_t n)
{
    uint64_t big = htobe64(n);

    str_add(to, &big, sizeof big);
}

void pack_bytes(struct str *to, const void *bytes, size_t size_bytes)
{
    str_add(to, bytes, size_bytes);
}

void pack_text(struct str *to, struct span text)
{
    uint16_t size = (uint16_t)(text.size < UINT16_MAX ? text.size : UINT16_MAX);

    str_add(to, &size, sizeof size);
    str_add(to, text.at, size);
}

void pack_name(struct str *to, struct span text)
{
    str_add_span(to, span_first(text, strnlen(text.at ? text.at : "", text.size)));
    str_add_char(to, '\0');
}

struct span unpack_bytes(struct span *from, size_t size_bytes)
{
    struct span bytes = span_first(*from, size_bytes);

    assert(bytes.size == size_bytes);
    *from = span_from(*from, size_bytes);
    return bytes;
}

uint8_t unpack_u8(struct span *from)
{
    return (uint8_t)*unpack_bytes(from, 1).at;
}

uint64_t unpack_u64(struct span *from)
{
    uint64_t big;

    memcpy(&big, unpack_bytes(from, sizeof big).at, sizeof big);
    return be64toh(big);
}

struct span unpack_text(struct span *from)
{
    uint16_t size;

    memcpy(&size, unpack_bytes(from, sizeof size).at, sizeof size);
    return unpack_bytes(from, size);
}

struct span unpack_name(struct span *from)
{
    struct span name = span_first(*from, strnlen(from->at, from->size));

    (void)unpack_bytes(from, name.size + 1);
    return name;
}
