/*
 * How a run stands, counted in documents: one that was tried five times, or edited and moved again,
 * counts once. Safe from any thread.
 */
#pragma once

#include "base/base.h"

struct counts;

struct counts_snapshot {
    int64_t seen;       /* by the census, for the first time  */
    int64_t processed;  /* tried at least once                */
    int64_t successful; /* done, as things stand now          */
    int64_t failed;     /* failed, as things stand now        */
    int64_t bytes;      /* moved                              */
    int64_t moves;      /* how often a document became done   */
    uint64_t classes;   /* why documents failed: 1 << enum failure_kind */
};

enum { COUNTS_RECENT = 3, COUNTS_RECENT_SIZE = 80 };

struct counts *counts_new(void);
void counts_free(struct counts *counts); /* NULL is allowed */

void counts_add_seen(struct counts *counts, int64_t documents);
void counts_set_done(struct counts *counts, int64_t document, int64_t size_bytes);
void counts_set_failed(struct counts *counts, int64_t document, uint64_t record_id,
                       const char *class);
void counts_set_waiting(struct counts *counts,
                        int64_t document); /* so far neither done nor failed */
void counts_set_gone(struct counts *counts,
                     int64_t document); /* as its record: it counts no more */

struct counts_snapshot counts_get(struct counts *counts);

/* The latest failures, newest first: "record 17: container-empty"; "" where there are fewer. */
void counts_recent(struct counts *counts, char recent_r[COUNTS_RECENT][COUNTS_RECENT_SIZE]);
