/*
 * Where a list goes on, as the address of the next page has it: the numbers by which the list is
 * sorted, sealed with a key that this process alone knows, so that nobody can make one up or take
 * one to another list.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* The text's characters are A-Z a-z 0-9 - _ (base64url, RFC 4648, 5, without padding). */
enum { CURSOR_NUMBERS = 3, CURSOR_KEY_SIZE = 32, CURSOR_TEXT_SIZE = 44 };

struct cursor_key {
    uint8_t bytes[CURSOR_KEY_SIZE];
};

/* The last row of a page; what a list does not sort by stays 0. */
struct cursor {
    int64_t at[CURSOR_NUMBERS];
};

/* A key that nobody can guess. After the next start, cursors of this one are refused. */
struct cursor_key cursor_key_new(void);

/*
 * Writes a cursor.
 *   filter   what the list shows, in any unambiguous words: "failures\nclass=timeout"
 * Returns `text`.
 */
const char *cursor_text(const struct cursor_key *key, struct span filter,
                        const struct cursor *cursor, char text[CURSOR_TEXT_SIZE]);

/*
 * Reads one that came back.
 *   text   from anybody; NULL or "": the first page, `at` is zeroed
 * Fails with ERR_DATA: altered, of another filter, or of an earlier start.
 */
must_check bool cursor_read(const struct cursor_key *key, struct span filter, const char *text,
                            struct cursor *cursor_r, struct err *err);
