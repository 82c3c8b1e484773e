/* One line of a scenario: when it applies, to which requests, and its action. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/faults/action.h"

enum line_when {
    WHEN_NEVER,     /* an empty line, a comment, what was forgotten */
    WHEN_NOW,       /* do ...                     */
    WHEN_REQUEST,   /* on KIND ... do ...         */
    WHEN_AFTER,     /* after KIND N do ...        */
    WHEN_EVERY,     /* every KIND N do ...        */
    WHEN_TIME,      /* after 10s do ...           */
    WHEN_EACH_TIME, /* every 10s do ...           */
    WHEN_FORGET,    /* forget: no line before it holds any more */
};

struct scenario_line {
    unsigned number;
    enum line_when when;
    uint64_t kinds; /* a bit for each kind of request */
    bool has_records, each_record, has_chance;
    struct people_records records;
    uint64_t records_every;
    uint64_t skip, first, nth, every;
    double chance;
    bool has_above;
    uint64_t above;    /* records that are asked for at once                               */
    uint64_t reaching; /* a place that the page has, or the record that is asked for; or 0 */
    int64_t from_us, to_us;
    uint64_t count;  /* after KIND count, every KIND count */
    int64_t time_us; /* after time, every time */
    struct action action;
};

/* Reads a line. Clear it either way. Fails with ERR_USAGE. */
must_check bool scenario_line_read(struct span text, struct scenario_line *line_r, struct err *err);
void scenario_line_clear(struct scenario_line *line);
