/* Lists for programs and pages: how many rows are asked for, and the words in which a page ends. */
#pragma once

#include "console/server/cursor.h"
#include "console/server/exchange.h"
#include "json/writer.h"

enum { PAGING_USUAL = 50, PAGING_MOST = 200 };

/* Reads ?limit=, 1 to PAGING_MOST. Refuses what is no such number. */
must_check bool paging_limit(struct exchange *x, int64_t *limit_r);

/* Begins { "items": [; the caller writes the items. */
void paging_open(struct json_writer *w);

/* Ends it: ], "next": text|null, "count": null, "count_is_least": false }. `next` NULL: no more. */
void paging_close(struct json_writer *w, const char *next);

/* As paging_close(), where it is known how many there are; `is_least`: or more than that. */
void paging_close_counted(struct json_writer *w, const char *next, int64_t count, bool is_least);
