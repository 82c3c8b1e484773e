/*
 * Bodies that were compressed on the way (RFC 9110, 8.4). Nobody asked for that: each request says
 * `Accept-Encoding: identity`. But servers and what stands before them do it all the same, and what
 * they made of a document must not pass for the document.
 *
 * `Content-Encoding` is said of two things: of a body that was compressed to be sent, and by some
 * servers of a file that is a .gz itself. The second is not to be taken apart.
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
    CODING_OTHER,   /* one that we cannot take apart, or several                        */
};

/* What the headers say was done to the body. */
enum coding coding_of_head(const struct head *head);

/*
 * Whether a file may be a .gz itself.
 *   ext   as its name says, without the dot; "" if nothing is known of it
 */
bool coding_is_gzip_file(const struct head *head, struct span ext);

struct decoder;

/*
 *   coding          CODING_GZIP or CODING_DEFLATE
 *   is_gzip_file    what is inside is gzip, too; else nothing was done to it on the way
 *   is_doubtful     it may be a file that is gzip itself: a member with a name or a time, which
 *                   no server writes, is refused
 * Never NULL; the caller frees with decoder_free().
 */
struct decoder *decoder_new(enum coding coding, bool is_gzip_file, bool is_doubtful);
void decoder_free(struct decoder *decoder); /* NULL is allowed */

/*
 * Where the next bytes as they came go, and how many may; never none while decoder_read() says
 * DECODER_HUNGRY.
 */
void *decoder_room(struct decoder *decoder, size_t *room_r);
/* So many were put there; 0: that was all. */
void decoder_fed(struct decoder *decoder, size_t size);

enum decoder_step {
    DECODER_BYTES,  /* some are there                                      */
    DECODER_HUNGRY, /* feed it                                             */
    DECODER_END,
    DECODER_SHORT,  /* it ended in the middle                              */
    DECODER_BROKEN, /* it is not what it says it is, or may be a file that */
};

/*   size_r   with DECODER_BYTES: how many, at least 1 */
enum decoder_step decoder_read(struct decoder *decoder, void *bytes, size_t room, size_t *size_r);

/* What DECODER_BROKEN means, for people. */
const char *decoder_said(const struct decoder *decoder);
