/*
 * Pictures and text of documents' pages. Processes of their own make them (preview/), which are
 * locked up before they get a document: two wait, two draw at once, and one that has drawn stays
 * half a minute for further pages of the same document for the same session.
 */
#pragma once

#include "base/digest.h"
#include "base/err.h"
#include "console/inside.h"
#include "console/preview/preview_page.h"

struct preview;

/*
 * Starts the waiting processes, and the cache. `console` is borrowed until preview_end().
 *   program   NULL: fmferry-preview, beside this program or where both are built; if it is not
 *             there, each picture is PREVIEW_AWAY
 * Fails as cache_open(), and with ERR_USAGE: words of scans are wanted in a language that is not there.
 */
must_check bool preview_begin(struct console *console, const char *program,
                              struct preview **preview_r, struct err *err);

/* Ends the processes and empties the cache. NULL is allowed; nobody draws any more. */
void preview_end(struct preview *preview);

/* Ends processes that nobody has asked for a while. To be called once in a minute or so. */
void preview_tend(struct preview *preview);

/* Whether preview_draw() needs no bytes for this page. */
bool preview_is_cached(struct console *console, const struct sha256 *sha256, int page, int width);

/*
 * Draws a page, or takes it from the cache. May wait for a free process, and as long as drawing
 * takes: half a minute at most for each.
 *   page_r   caller clears with preview_page_clear(); it need not be filled before
 * Fails with ERR_OS, ERR_CANCELED. All else is a `shape`. Any thread.
 */
must_check bool preview_draw(struct console *console, const struct preview_job *job,
                             struct preview_page *page_r, struct err *err);

/* The program that draws, for those who start one themselves; NULL: there is none. */
const char *preview_program(const struct console *console);

/* The program that becomes another one to read words, fmferry-words; NULL: there is none. */
const char *preview_words_program(const struct console *console);

/* Whether these bytes broke a process within the last day. Any thread. */
bool preview_is_deadly(const struct console *console, const struct sha256 *sha256);
