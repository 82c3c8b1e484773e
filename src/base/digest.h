/* Hashes, hex and Base64 over libcrypto; SHA-256 and MD5 also of bytes that stream by. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 65, SHA1_SIZE = 20, MD5_SIZE = 16 };

struct sha256 {
    uint8_t bytes[SHA256_SIZE];
};

struct sha256 sha256_of(struct span bytes);
bool sha256_equal(const struct sha256 *a, const struct sha256 *b);

/* A hash's first eight bytes as a number; the first byte is the highest. */
int64_t sha256_number(const struct sha256 *sha256);

/* 64 lower-case digits and a zero. Returns `text`. */
const char *sha256_hex(const struct sha256 *sha256, char text[SHA256_HEX_SIZE]);

/* Reads 64 hex digits. False if it is anything else. */
must_check bool sha256_from_hex(struct span text, struct sha256 *sha256_r);

/* The SHA-256 of a stream of bytes. One thread at a time. */
struct sha256_stream;
struct sha256_stream *sha256_stream_new(void);
void sha256_stream_free(struct sha256_stream *stream); /* NULL is allowed */
void auto_sha256_stream_cleanup(struct sha256_stream **stream);
#define auto_sha256_stream __attribute__((cleanup(auto_sha256_stream_cleanup))) struct sha256_stream
void sha256_stream_add(struct sha256_stream *stream, struct span bytes);

/* The hash of everything added since the last end (or birth); the stream starts anew. */
struct sha256 sha256_stream_end(struct sha256_stream *stream);

/* The hash of everything added since then; the stream goes on. */
struct sha256 sha256_stream_so_far(const struct sha256_stream *stream);

/* The MD5 of a stream of bytes, for what FileMaker itself vouches for. One thread at a time. */
struct md5_stream;
struct md5_stream *md5_stream_new(void);
void md5_stream_free(struct md5_stream *stream); /* NULL is allowed */
void md5_stream_add(struct md5_stream *stream, struct span bytes);

/* The hash of everything added since the last end (or birth); the stream starts anew. */
void md5_stream_end(struct md5_stream *stream, uint8_t digest_r[MD5_SIZE]);

/* Hashes of one text: HMAC for S3's signatures, SHA-1 for UUIDs, MD5 for S3's checksums. */
struct sha256 hmac_sha256(struct span key, struct span text);
void sha1_of(struct span bytes, uint8_t digest_r[SHA1_SIZE]);
void md5_of(struct span bytes, uint8_t digest_r[MD5_SIZE]);

/* Appends lower-case hex digits, two for each byte. */
void hex_add(struct str *to, const void *bytes, size_t size_bytes);
/* The value of a hexadecimal digit of either case; -1: it is none. */
int hex_digit(char c);

/* Reads 2 x `size_bytes` hex digits of either case. False if it is anything else. */
must_check bool hex_read(struct span text, void *bytes_r, size_t size_bytes);

/* Appends Base64 with its padding, in one line. */
void base64_add(struct str *to, const void *bytes, size_t size_bytes);
/*
 * Reads Base64, skips blanks and line ends, and appends the bytes to `to`. The padding may be
 * missing.
 * Fails with ERR_DATA, also beyond the cap of `to`; then nothing was appended.
 */
must_check bool base64_read(struct span text, struct str *to, struct err *err);

/* Bytes that nobody can guess, from the system. */
void random_bytes(void *bytes_r, size_t size_bytes);
