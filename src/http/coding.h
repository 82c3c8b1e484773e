/*
 * Bodies that were compressed on the way (RFC 9110, 8.4). Nobody asked for that: each request says
 * `Accept-Encoding: identity`. But servers and the proxies before them do it all the same, and a
 * compressed document must not pass for the document.
 *
 * `Content-Encoding` has two uses: for a body that was compressed to be sent, and by some servers
 * for a file that is a .gz itself. The second must not be decompressed.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "http/head.h"

enum coding {
    CODING_NONE,
    CODING_GZIP,
    CODING_DEFLATE, /* zlib's form, or without its frame: both are sent under this name */
    CODING_OTHER,   /* one that we cannot decompress, or several                        */
};

/* The compression of the body, by its headers. */
enum coding coding_of_head(const struct head *head);

/*
 * Whether a file may be a .gz itself.
 *   ext   the extension of its name, without the dot; "" if it is not known
 */
bool coding_is_gzip_file(const struct head *head, struct span ext);

struct decoder;

/*
 * Makes a decoder.
 *   coding         CODING_GZIP or CODING_DEFLATE
 *   is_gzip_file   the file itself is gzip: only gzip inside gzip was compressed on the way
 *   is_doubtful    it may be a file that is gzip itself: a member with a name or a time, which no
 *                  server writes, is refused
 * Never NULL; the caller frees with decoder_free().
 */
struct decoder *decoder_new(enum coding coding, bool is_gzip_file, bool is_doubtful);
void decoder_free(struct decoder *decoder); /* NULL is allowed */

/*
 * The place for the next bytes as they came, and how many fit; at least one after decoder_read()
 * gave DECODER_HUNGRY.
 */
void *decoder_room(struct decoder *decoder, size_t *room_r);
/* Says how many bytes were put there; 0: that was all. */
void decoder_fed(struct decoder *decoder, size_t size);

enum decoder_step {
    DECODER_BYTES,  /* bytes were decoded */
    DECODER_HUNGRY, /* feed it more       */
    DECODER_END,
    DECODER_SHORT,  /* it ended in the middle                                       */
    DECODER_BROKEN, /* it is not what its header says, or may be a gzip file itself */
};

/*
 * Reads decoded bytes.
 *   size_r   with DECODER_BYTES: how many, at least 1
 */
enum decoder_step decoder_read(struct decoder *decoder, void *bytes, size_t room, size_t *size_r);

/* The reason for DECODER_BROKEN, for people. */
const char *decoder_said(const struct decoder *decoder);
