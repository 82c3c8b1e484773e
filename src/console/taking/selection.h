/*
 * Many documents at once: those that are named, or all that a list has but some. A selection is made
 * of what may be shown at that moment; whoever gives the documents asks again.
 */
#pragma once

#include "base/uuid.h"
#include "console/server/exchange.h"

struct selection {
    struct uuid *rows; /* in the order of the list, or as they were named */
    size_t count;
    int64_t bytes;
};
void selection_clear(struct selection *selection);
#define auto_selection __attribute__((cleanup(selection_clear))) struct selection

/* A list: NULL or "" where nothing was asked for. Borrowed. */
struct selection_list {
    const char *q, *patient, *type, *from, *to;
};

/*
 * Takes documents by name; one that may not be shown is left out.
 *   rows          borrowed; a row that comes twice counts once
 *   selection_r   the caller clears it
 * Refuses with PROBLEM_TOO_LARGE more than CONSOLE_TAKINGS. Fails with ERR_DATABASE.
 */
must_check bool selection_of_rows(struct exchange *x, const struct uuid *rows, size_t count,
                                  struct selection *selection_r, struct err *err);

/* Takes all that a list has, but those in `except`. Also fails with ERR_DATA: a day that is none. */
must_check bool selection_of_list(struct exchange *x, const struct selection_list *list,
                                  const struct uuid *except, size_t except_count,
                                  struct selection *selection_r, struct err *err);
