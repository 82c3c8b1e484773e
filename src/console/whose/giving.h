/*
 * A document is given to another patient by hand, or to none: checked, noted, and then a task of the
 * engine's own link.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/exchange.h"

enum { GIVING_REASON_LEAST = 10 };

/* What is wanted. Texts are borrowed. */
struct giving {
    const struct visible *document;
    const char *patient; /* the application's id; NULL: nobody's */
    const char *reason;
};

/* Refuses with PROBLEM_NOT_MET where [console] link does not allow it, with what to do. */
must_check bool giving_is_allowed(struct exchange *x);

/*
 * Gives the task; nothing is moved yet.
 *   task_r   its id
 * Refuses a short reason, a patient whom the application does not have, and the one who has the
 * document already. Fails as view_of().
 */
must_check bool giving_order(struct exchange *x, const struct giving *giving,
                             char task_r[UUID_TEXT_SIZE], struct err *err);

/*
 * Gives the task that brings documents to all patients who are known by now, if it is allowed.
 *   task_r   its id; "": it is not allowed here, and 'fmferry link' will do it
 */
must_check bool giving_order_all(struct exchange *x, char task_r[UUID_TEXT_SIZE], struct err *err);
