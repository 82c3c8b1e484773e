/*
 * The encoding of a file. If it is not certain, the user is asked; it is never guessed. The message
 * says line and column, the likely cause, and what to do.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* TEXT_ASK: UTF-8, or UTF-16 where the bytes leave no doubt. Windows-1252 must be named. */
enum text_coding { TEXT_ASK, TEXT_UTF8, TEXT_UTF16LE, TEXT_UTF16BE, TEXT_WINDOWS_1252 };

/*
 * Converts the bytes of a file to UTF-8, without a byte order mark.
 *   bytes    the file, whole; borrowed
 *   setting  the setting that names a coding, for messages: "[patients] encoding"
 *   room     holds the text if it had to be converted
 *   text_r   borrowed from `bytes` or `room`
 * Fails with ERR_USAGE: what the bytes are instead, with line and column (in characters, from 1).
 */
must_check bool text_decode(struct span bytes, enum text_coding coding, const char *setting,
                            struct str *room, struct span *text_r, struct err *err);

/*
 * Why bytes are not plain text in UTF-8: a byte order mark, UTF-16, a NUL, a byte that is not
 * UTF-8. A clause that follows "it "; NULL: they are.
 */
const char *text_strange(struct span bytes);

/*
 * Why a text cannot be a name or an id: a control character, one that reverses the direction of
 * writing, the sign for a letter that was lost; in an id also an invisible one. A clause that
 * follows "it holds "; NULL: it can.
 */
const char *text_name_fault(struct span text);
const char *text_id_fault(struct span text);

/*
 * Whether UTF-8 was taken for Windows-1252 and converted once more: "MÃ¼ller". No name has an A
 * with a tilde or a circumflex before such a sign.
 */
bool text_is_converted_twice(struct span text);

/* The text behind a byte order mark of UTF-8, if it begins with one. */
struct span text_without_mark(struct span text);

/* The text without white space, of any kind that Unicode knows, at both ends. */
struct span text_trim(struct span text);
