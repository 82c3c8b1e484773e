/*
 * Words around those that were sought, and pages with these marked. They come from the index, and are
 * given only of the bytes that were verified. Any thread; all fail with ERR_DATABASE.
 */
#pragma once

#include "console/index/listing.h"

struct excerpts {
    char *texts
        [VISIBLE_MOST]; /* of each that is shown; NULL: none. Marked as marked_cut() reads it */
};

void excerpts_clear(struct excerpts *excerpts);

/*
 * Reads the excerpts of what is shown.
 *   match        as FTS5 takes it; "": none are read
 *   excerpts_r   the caller clears it
 */
must_check bool excerpts_read(struct console *console, const char *match,
                              const struct listing *listing, struct excerpts *excerpts_r,
                              struct err *err);

/*
 * A page's text with the words marked that fit.
 *   text       as it was drawn; what the index has is taken only if it is the same
 *   marked_r   the caller clears it; without marks if none of the words stands there
 */
must_check bool page_mark(struct console *console, const struct visible *document, int page,
                          const char *match, struct span text, struct str *marked_r,
                          struct err *err);

/*
 * Cuts the next part of a text with marks.
 *   is_marked_r   it is one of the words that were sought
 * False: there is none any more.
 */
bool marked_cut(struct span *rest, struct span *part_r, bool *is_marked_r);
