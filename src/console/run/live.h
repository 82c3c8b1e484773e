/*
 * The status as it changes, for all who watch: one thread reads it once a second, only while
 * somebody listens, and wakes every stream. The newest state is all that matters: who was slow gets
 * that alone.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "console/inside.h"
#include "console/server/answer.h"

struct live;

enum { LIVE_STREAMS_OF_ONE = 2, LIVE_KEY_SIZE = 80 };

/* Starts the thread. `console` is borrowed until live_free(). Fails with ERR_OS. */
must_check bool live_new(struct console *console, struct live **live_r, struct err *err);

/* Ends the thread and tells every stream to end; streams may be read and freed after it. */
void live_end(struct live *live); /* NULL is allowed */

/* No stream is left. */
void live_free(struct live *live); /* NULL is allowed */

/*
 * Opens a stream of server-sent events, ended by answer_clear():
 *   status   data: what `fmferry status --json` writes, whenever it changed
 *   words    data: {"when": a sentence, "at": a time as pages show it}, with each status
 *   run      data: {"run": number, "what": "begun"|"ended"}
 *   end      data: {"why": "session"|"replaced"|"closing"}
 * A session has two at most: the oldest ends when a third comes.
 *   session   whose it is
 *   key       the cookie's value: the session is looked up again and again, and its end is the
 *             stream's
 */
void live_open(struct live *live, int64_t session, const char *key, struct answer *answer);
