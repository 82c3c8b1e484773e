/* Packs facts into bytes for the sorter. Numbers are big-endian, so that they sort as numbers. */
#pragma once

#include "base/base.h"
#include "base/str.h"

void pack_u8(struct str *to, uint8_t n);
void pack_u64(struct str *to, uint64_t n);
void pack_bytes(struct str *to, const void *bytes, size_t size_bytes);
void pack_text(struct str *to, struct span text); /* at most 65,535 bytes; the rest is cut */

/* Packs the text that an entry is sorted by: ended by a zero. */
void pack_name(struct str *to, struct span text);

/* Each takes a value off the front of `*from`. Bytes that were packed otherwise end the process. */
uint8_t unpack_u8(struct span *from);
uint64_t unpack_u64(struct span *from);
struct span unpack_bytes(struct span *from, size_t size_bytes); /* borrowed */
struct span unpack_text(struct span *from);                     /* borrowed */
struct span unpack_name(struct span *from);                     /* borrowed */
