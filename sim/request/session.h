/*
 * Data API sessions. A token works for one database as it was spelled at login and expires
 * after some time without use. It serves one request at a time: others wait in the order of their
 * arrival. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum { SESSION_TOKEN_SIZE = 53 };

struct session_rules {
    unsigned max; /* 0: any number */
    int64_t idle_us;
    uint64_t seed;
};

struct sessions;
struct session;

/* No sessions yet. The caller frees. */
struct sessions *sessions_new(const struct session_rules *rules);
void sessions_free(struct sessions *sessions); /* NULL is allowed; no session may be taken */

/* Opens a session. False if there are too many. */
bool session_login(struct sessions *sessions, struct span database, const char *account,
                   char token_r[SESSION_TOKEN_SIZE], uint32_t *serial_r);

/*
 * Waits for its turn with a session; give it back with session_give().
 *   database   SPAN_NONE: any
 *   refuse     do not wait: `*busy_r` says that somebody else has it
 *   returns    NULL if the token is unknown, has expired meanwhile, or belongs elsewhere
 */
struct session *session_take(struct sessions *sessions, struct span token, struct span database,
                             bool refuse, bool *busy_r);
/* Gives a session back. `used`: the idle time starts anew. */
void session_give(struct sessions *sessions, struct session *session, bool used);

/* Ends the session of a token. False if there is none. */
bool session_logout(struct sessions *sessions, struct span token, uint32_t *serial_r);

uint32_t session_serial(const struct session *session);
const char *session_account(const struct session *session);

/* Whether the session of that number lives; `token` is SPAN_NONE or must be its token. */
bool session_lives(struct sessions *sessions, uint32_t serial, struct span token, bool used);

/* Ends all, as a restart does. Returns how many there were. */
size_t sessions_drop(struct sessions *sessions);
size_t sessions_count(struct sessions *sessions);

/* Global fields, kept as long as the session. Call only while the session is taken. */
void session_global_set(struct session *session, struct span name, struct span value);
struct span session_global(const struct session *session, struct span name); /* SPAN_NONE: unset */
