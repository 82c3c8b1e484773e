/*
 * The SHA-256 of a stream and of each of its parts, from one pass over its bytes where the
 * processor has instructions for SHA-256, else from one pass for each. One thread at a time.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/str.h"

struct sha256_parts;

/*
 * Never NULL; the caller frees, with sha256_parts_free() or as auto_sha256_parts.
 *   by_instructions   the processor's, if it has them; false: by OpenSSL
 */
struct sha256_parts *sha256_parts_new(bool by_instructions);
void sha256_parts_free(struct sha256_parts *parts); /* NULL is allowed */
void auto_sha256_parts_cleanup(struct sha256_parts **parts);
#define auto_sha256_parts __attribute__((cleanup(auto_sha256_parts_cleanup))) struct sha256_parts

void sha256_parts_add(struct sha256_parts *parts, struct span bytes);

/*
 * The hash of what was added since the last part ended; the next part begins. A part of any size is
 * right; parts of whole blocks of 64 bytes are cheap.
 */
struct sha256 sha256_parts_part_end(struct sha256_parts *parts);

/* The hash of everything that was added so far. */
struct sha256 sha256_parts_whole(const struct sha256_parts *parts);
