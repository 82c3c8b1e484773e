/*
 * Sessions of people: begun by a login, known by a cookie of which the database has the hash alone,
 * ended by logout, by idleness, after a day, or by whoever ends them. The roles are read anew at
 * every request.
 */
#pragma once

#include "console/server/exchange.h"

#define SESSION_COOKIE "__Host-fmferry"

enum { SESSIONS_PER_ACCOUNT = 3, SESSION_KEY_SIZE = 65 };

/* What is kept of the one who logs in. */
struct session_start {
    int64_t account;
    const char *address, *agent;
};

/*
 * Begins a session. The oldest ends if the account has more than three.
 *   key_r   the cookie's value
 * Fails with ERR_DATABASE.
 */
must_check bool session_begin(struct console *console, const struct session_start *start,
                              char key_r[SESSION_KEY_SIZE], struct err *err);

/*
 * Begins a session for whoever asks, and gives the browser its cookie. A session that the browser
 * came with is not taken over: it ends.
 * Fails with ERR_DATABASE.
 */
must_check bool session_open(struct exchange *x, int64_t account, struct err *err);

/*
 * Finds a session that has not ended.
 *   key      the cookie's value, from anybody
 *   is_sign  whether the request is a sign of a person, and puts the idle end off
 *   who_r    zeroed where there is none; a session that was idle for too long ends here
 * Fails with ERR_DATABASE.
 */
must_check bool session_find(struct console *console, const char *key, bool is_sign,
                             struct identity *who_r, struct err *err);

/* Notes that password and code were given again. Fails with ERR_DATABASE. */
must_check bool session_prove(struct console *console, int64_t session, struct err *err);

/* Ends one; `why` is a word of ours: "logout", "password", "by hand". Fails with ERR_DATABASE. */
must_check bool session_end(struct console *console, int64_t session, const char *why,
                            struct err *err);

/* Ends one if it is this account's. Fails with ERR_DATABASE. */
must_check bool session_end_own(struct console *console, int64_t session, int64_t account,
                                struct err *err);

/* A session that has not ended, for its owner. Texts are borrowed. */
struct session_seen {
    int64_t session, begun_us, seen_us;
    const char *address, *agent;
};

/* Calls `each` for the sessions of an account, newest first. Fails with ERR_DATABASE. */
must_check bool session_each(struct console *console, int64_t account,
                             void (*each)(void *arg, const struct session_seen *session), void *arg,
                             struct err *err);

/* Ends all of an account but one (0: all). Fails with ERR_DATABASE. */
must_check bool session_end_all(struct console *console, int64_t account, int64_t but,
                                const char *why, struct err *err);

/* Sets the cookie of a session, or takes it away (`key` NULL). */
void session_cookie(struct answer *answer, const char *key);
