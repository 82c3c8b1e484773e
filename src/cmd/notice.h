/*
 * What a run tells people who do not look, and when: pure, without clock, thread and network. A notice counts
 * documents and names failure classes; it has no id, no name and no text by others.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "cmd/settings.h"
#include "run/run.h"

enum { NOTICE_TEXT_SIZE = 512 };

struct notice {
    enum notice_kind kind;
    int64_t to_do, done, failed;
    char text[NOTICE_TEXT_SIZE];
};

/* The kind's word: "end". */
const char *notice_word(enum notice_kind kind);

/* What was told so far, and when more may be; all zero at first. */
struct notice_watch {
    bool has_begun;
    int64_t seen, moved_us, idle_wait_us; /* of what moves, and since when nothing did */
    uint64_t classes;                     /* that were told                           */
    int64_t failures_due_us, failures_wait_us;
};

/*
 * Looks at a run: whether there is something to tell. New classes are told at once, then at most once an hour, then
 * in two hours, four, and so on up to a day; the same for nothing that moves.
 *   rests    requests wait for the end of quiet hours: that nothing moves is no news
 *   now_us   monotonic
 */
bool notice_due(struct notice_watch *watch, const struct run_view *view, bool rests, int64_t now_us,
                struct notice *notice_r);

/* How it ended. `err` NULL: by itself, or because somebody asked for it. */
void notice_end(const struct run_result *result, const struct err *err, struct notice *notice_r);
