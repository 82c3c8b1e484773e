/*
 * Proving who one is: name, password and code together, so that a wrong answer tells nothing about
 * which of them was wrong. After five wrong tries each further one has to wait, twice as long each
 * time, up to a quarter of an hour.
 */
#pragma once

#include "console/people/account.h"
#include "console/server/exchange.h"

enum login_answer {
    LOGIN_RIGHT,
    LOGIN_WRONG,
    LOGIN_WAIT, /* too many wrong tries, or too many people at once */
};

/* What was typed. */
struct login_try {
    const char *name, *password, *code; /* the code of the app, or a spare one */
};

/*
 * Judges a try.
 *   account_r   whose it is; before the wrong tries were forgotten
 *   wait_r      of LOGIN_WAIT: seconds
 * Fails with ERR_DATABASE.
 */
must_check bool login_judge(struct console *console, const struct login_try *try,
                            enum login_answer *answer_r, struct account *account_r,
                            unsigned *wait_r, struct err *err);
