/*
 * Where a document comes from: what ledger and view log tell of it, one step after the other. Looks
 * are told to those alone who may read the view log.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/exchange.h"

/* A step. Texts are owned by the story. */
struct story_step {
    int64_t at_us;
    int64_t run; /* 0: none                                                              */
    const char *
        what; /* "read", "stored", "marked", "linked", "failed", "uploaded", "edited", "waived", "verified", "seen" */
    char *words; /* a sentence without its full stop                                     */
    char *who;   /* a person; NULL: a run                                                */
};

struct told_story {
    struct story_step *steps; /* the oldest first */
    size_t count, room;
    bool is_upload;
};

void told_story_clear(struct told_story *story);
#define auto_told_story __attribute__((cleanup(told_story_clear))) struct told_story

/* Looks that are told, the newest. */
enum { STORY_LOOKS = 50 };

/*
 * Tells a document's story to the one who asks; reading the view log for it is noted.
 *   story_r   zeroed by the caller, who clears it
 * Fails with ERR_DATABASE.
 */
must_check bool story_tell(struct exchange *x, const struct visible *document,
                           struct told_story *story_r, struct err *err);
