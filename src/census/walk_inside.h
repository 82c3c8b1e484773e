/* The state of a walk, for the files that read it (walk.c) and confirm it (walk_confirm.c). */
#pragma once

#include "base/idset.h"
#include "base/time.h"
#include "census/walk.h"

/* The pause before a server is asked again after an answer that was probably a slip. */
#define WALK_SLIP_US (50 * TIME_MS)

enum { WALK_EMPTY_TRIES = 4 /* an empty page is asked for again so often before it is believed */ };

struct record_walk {
    struct source_reader *reader;
    const char *layout;
    struct pager *pager;
    const char *key; /* the field to walk by, or "" */
    const struct cancel *cancel;
    struct walk_listener listener;
    struct idset *ids;      /* the records that were read and not removed since             */
    struct idset *told_ids; /* the records the listener has had, if it has each once; or NULL */
    struct pager_gap gap;   /* the records that this walk could not read at all             */
    uint64_t last_id;       /* the last record in the source's order                        */
    uint64_t at_id;         /* the record at which the walk stands; 0: it has stepped back  */
    uint64_t source_total;  /* how many records the newest answer said there are            */
    bool is_ascending;      /* ids rise in the source's order, as FileMaker's do            */
};

bool walk_is_stopped(const struct record_walk *walk);

/* Whether an empty page does not contradict itself: the source counts no record, or no count came. */
bool walk_page_says_none(const struct filemaker_page *page);

/* Takes the records of a page that are new; known ones stand in front, where pages overlap. */
must_check bool walk_page_take(struct record_walk *walk, const struct filemaker_page *page,
                               struct err *err);

/*
 * Reads the whole source once, from its beginning.
 *   by_key    by the key field, if there is one and it proves good; else by place
 *   why_r     "" if the end was reached; else why the walk was given up
 * Fails as walk_run().
 */
must_check bool walk_read_all(struct record_walk *walk, bool by_key, char *why_r, size_t room,
                              struct err *err);
