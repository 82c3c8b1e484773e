/*
 * How a run stands, in documents: one that was tried five times, or edited and moved again, counts
 * once. Safe from any thread.
 */
#pragma once

#include "base/base.h"

struct score;

struct score_counts {
    int64_t seen;       /* by the census, for the first time  */
    int64_t processed;  /* tried at least once                */
    int64_t successful; /* done, as things stand now          */
    int64_t failed;     /* failed, as things stand now        */
    int64_t bytes;      /* moved                              */
    int64_t moves;      /* how often a document became done   */
};

enum { SCORE_RECENT = 3, SCORE_RECENT_SIZE = 80 };

struct score *score_new(void);
void score_free(struct score *score); /* NULL is allowed */

void score_seen(struct score *score, int64_t documents);
void score_done(struct score *score, int64_t document, int64_t size_bytes);
void score_failed(struct score *score, int64_t document, uint64_t record_id, const char *class);
void score_waits(struct score *score, int64_t document); /* neither done nor failed, so far */
void score_gone(struct score *score, int64_t document);  /* its record is: it counts no more  */

struct score_counts score_counts(struct score *score);

/* The latest failures, newest first: "record 17: container-empty"; "" where there are fewer. */
void score_recent(struct score *score, char recent_r[SCORE_RECENT][SCORE_RECENT_SIZE]);
