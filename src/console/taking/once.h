/*
 * Links that are good for one GET of one document, within a minute, whoever has them: for programs that
 * hand a link on. They live in memory, and end with the console. Any thread.
 */
#pragma once

#include "base/uuid.h"
#include "console/server/exchange.h"

struct once;

enum { ONCE_CODE_SIZE = 65, ONCE_SECONDS = 60 };

/* The caller frees. */
struct once *once_new(void);
void once_free(struct once *once); /* NULL is allowed */

/*
 * Makes a link for the one who asks; of very many that were not used, the oldest become useless.
 *   code_r   the end of its path: /once/{code}
 */
void once_put(struct exchange *x, const struct uuid *row, char code_r[ONCE_CODE_SIZE]);

/*
 * Uses a link up: the one who asks counts as the one who was given it, in the view log, too.
 * Refuses with PROBLEM_NOT_THERE.
 */
must_check bool once_take(struct exchange *x, const char *code, struct uuid *row_r);
