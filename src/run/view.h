/* The state of a run, for those who watch it. */
#pragma once

#include "base/base.h"
#include "engine/counts.h"

enum { VIEW_OUTAGES = 3 }; /* of source, store and database */

struct run_view {
    int64_t elapsed_us;
    struct counts_snapshot counts;
    int64_t to_do; /* documents not done when the run began, or found since */
    bool census_closed;
    int64_t counted; /* records that the census under way has read; -1: none is under way */
    struct view_outage {
        const char *who;
        int64_t silent_us; /* how long it has been away; 0: it answers */
    } outages[VIEW_OUTAGES];
    char recent[COUNTS_RECENT][COUNTS_RECENT_SIZE];
};

/* Watches a run; called now and then by the thread that called run_all(). */
struct run_watcher {
    void (*on_view)(void *arg, const struct run_view *view);
    void *arg;
    int64_t every_us;
};
