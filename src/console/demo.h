/*
 * The users of the demonstration: one for each role, whose passwords and codes are made anew at each
 * start and printed. So it must be certain that nobody's real documents are behind them.
 */
#pragma once

#include "console/server/rights.h"
#include "console/users.h"

enum { DEMO_CODES = 4, DEMO_CODE_SIZE = 12, DEMO_PASSWORD_SIZE = 24 };

/* Where the demonstration's documents come from. */
struct demo_source {
    const char *url, *ca_file; /* of [source]; NULL: none */
    const char *registry_url;
};

/*
 * Refuses everything but a demonstration: the console listens on this machine alone; FileMaker's
 * address is on it, too, and is trusted by a certificate that fmsim made; ledger, registry and
 * console keep their tables in SQLite files; and no user of the console is anybody else's.
 * Fails with ERR_USAGE, which says what does not fit, ERR_OS, ERR_DATABASE.
 */
must_check bool demo_check(const struct users_place *place, const struct demo_source *source,
                           struct err *err);

/* A user, told once. Texts are borrowed for the call. */
struct demo_user {
    const char *name;
    enum role role;
    const char *password;
    const char (*codes)[DEMO_CODE_SIZE]; /* DEMO_CODES, each good once */
};

/*
 * Makes the six users, or makes their passwords and codes anew; their sessions end.
 *   each   called for every one, in the order of the roles
 * Fails with ERR_DATABASE, ERR_OS, ERR_USAGE.
 */
must_check bool demo_users_make(const struct users_place *place,
                                void (*each)(void *arg, const struct demo_user *user), void *arg,
                                struct err *err);
