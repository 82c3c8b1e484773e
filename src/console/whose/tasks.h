/*
 * Documents given to patients: what was asked for is done one after the other by one thread, each
 * through the engine's own link, so that nobody waits for an object that is being moved. A task is
 * known until the console ends, or 255 others came after it. Any thread.
 */
#pragma once

#include "base/uuid.h"
#include "console/server/exchange.h"

struct tasks;

enum task_state { TASK_WAITING, TASK_WORKING, TASK_DONE, TASK_FAILED };
const char *task_state_name(enum task_state state); /* "waiting" */

/* What is wanted. Texts are copied. */
struct task_order {
    int64_t document;    /* the ledger's number; 0: all whose patient has arrived       */
    const char *row;     /* of the document, for the view log                           */
    const char *patient; /* by hand: the application's id; NULL: the document is nobody's */
    const char *reason;
};

enum { TASK_WORDS_SIZE = 512 };

/* What became of it. */
struct task_told {
    enum task_state state;
    char words[TASK_WORDS_SIZE]; /* a sentence; "" while it is not over */
    char row[UUID_TEXT_SIZE];    /* of the document; "": all */
};

/* Starts the thread. The caller ends it with tasks_end(). Fails with ERR_OS. */
must_check bool tasks_start(struct console *console, struct tasks **tasks_r, struct err *err);

/* Waits until the present one has stopped, which it does at once; those that wait are not begun. */
void tasks_end(struct tasks *tasks); /* NULL is allowed */

/*
 * Gives a task in the name of the one who asks.
 *   id_r   by which it is asked for
 * Refuses with PROBLEM_BUSY: as many wait as there is room for.
 */
must_check bool tasks_give(struct exchange *x, const struct task_order *order,
                           char id_r[UUID_TEXT_SIZE]);

/*
 * Tells of a task of the one who asks. Refuses with PROBLEM_NOT_THERE: there is none of this id, or
 * it is somebody else's.
 *   patience_us   how long to wait for its end; 0: not at all
 */
must_check bool tasks_look(struct exchange *x, const char *id, int64_t patience_us,
                           struct task_told *told_r);
