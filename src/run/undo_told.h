/* What is asked of a taking back, and what is told of it. */
#pragma once

#include "base/base.h"

/* Something that stays. */
struct undo_stay {
    uint64_t record_id;
    const char *identity;
    const char *what; /* "mark", "row", "object", "document" */
    const char *why;  /* in words                            */
};

struct undo_request {
    bool only_looks; /* nothing is written                          */
    bool keeps_objects;
    const char *who, *reason; /* of the person who decides; NULL if it only looks */

    /* Gets everything that stays. All borrowed. */
    void (*on_stay)(void *arg, const struct undo_stay *stay);
    void *arg;
};

struct undo_result {
    int64_t documents; /* that were looked at                                        */
    int64_t undone;    /* taken back in this call, or would be                       */
    int64_t before;    /* taken back by an earlier call, with nothing left to take   */
    int64_t failed;    /* not taken back: FileMaker or the store refused, or a run has it */
    int64_t marks_emptied, marks_left;
    int64_t rows_removed, rows_left;
    int64_t objects_removed, objects_left, objects_kept; /* kept: by request */
};
