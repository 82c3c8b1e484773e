/*
 * Lends handles that belong to one thread at a time, such as connections, to whoever needs one for a
 * moment: opened when none is free, kept for the next when it comes back. Any thread.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

struct lender;

/* What is lent. Functions may be called by any thread, each for a handle of its own. */
struct lender_kind {
    bool (*open)(void *arg, void **thing_r, struct err *err);
    bool (*answers)(void *thing); /* whether a kept one is still good; NULL: it always is */
    void (*close)(void *thing);
};

/* `kind` and `arg` are borrowed. The caller frees. */
struct lender *lender_new(const struct lender_kind *kind, void *arg);
void lender_free(struct lender *lender); /* NULL is allowed; nothing is lent any more */

/* What was lent; given back by auto_loan when the scope is left. */
struct loan {
    struct lender *from;
    void *thing;
};

/* Lends a handle. Fails as its `open`. */
must_check bool lender_lend(struct lender *lender, struct loan *loan_r, struct err *err);

/* Gives it back; `{ 0 }` is allowed. */
void loan_end(struct loan *loan);
#define auto_loan __attribute__((cleanup(loan_end))) struct loan
