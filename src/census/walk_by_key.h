/*
 * Reads records by a key that rises: each page asks for the records from the last key on, so that
 * no record that is deleted or added meanwhile can shift those still to come.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "source/pager.h"
#include "source/source.h"

enum { WALK_KEY_MAX = 24 };

/*
 * Proves by finds that a field can be walked by: each record has a whole number in it that no other
 * record has.
 *   good_r   false: it is not so, or the source cannot be asked; then `why_r` says why
 * Fails as source_find(), but for a find that is refused.
 */
must_check bool walk_key_prove(struct source_reader *reader, const char *layout, const char *field,
                               bool *good_r, char *why_r, size_t room, struct err *err);

/*
 * Reads a page of records in the order of their keys.
 *   from     the key to begin with, inclusive; "" for the first page
 *   pager    how many records; two at least
 *   page_r   caller clears with filemaker_page_clear() (or auto_page)
 * Fails as source_find().
 */
must_check bool walk_key_page(struct source_reader *reader, const char *layout, const char *field,
                              const char *from, struct pager *pager, struct filemaker_page *page_r,
                              struct err *err);

/* A record's key. False: it is no whole number. */
bool walk_key_of(const struct filemaker_record *record, const char *field,
                 char key_r[WALK_KEY_MAX]);
