/*
 * Events happen to the server or to its records, and not to one request. An event is one row of the
 * table in event.c: its name, its argument, and the function that does it.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/content/content.h"
#include "sim/faults/people.h"
#include "sim/faults/words.h"

struct event {
    bool (*run)(struct sim *sim, const struct event *event, struct err *err); /* NULL: no event */
    uint64_t number;
    int64_t time_us;
    struct people_records records;
    unsigned repetition;
    struct content_state content;
    char *text; /* its own: a field, or switches */
};

/*
 * Reads an event. Clear it either way.
 *   event_r   zeroed; without `run` if the words do not begin with the name of an event
 * Fails with ERR_USAGE.
 */
must_check bool event_read(struct words *words, struct event *event_r, struct err *err);
void event_clear(struct event *event);
