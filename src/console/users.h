/*
 * Accounts and tokens from the command line, where nobody has to be logged in: for `fmferry users` and
 * `fmferry tokens`.
 */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "console/console_db.h"
#include "console/people/account.h"
#include "console/people/token.h"
#include "console/settings.h"

/* The console's database and folder, without the console. */
struct users_place {
    const struct console_settings *settings;
    const char *ledger_url;
    const struct cancel *cancel;
};

enum { USERS_URL_SIZE = 320 };

/* The database, open for one command: `auto_users open = { 0 };` and users_open_db(). */
struct users_open {
    struct console_db *db;
    struct console_db_lent lent;
};
void users_close(struct users_open *open);
#define auto_users __attribute__((cleanup(users_close))) struct users_open

/* Opens it. Fails as console_db_open(). */
must_check bool users_open_db(const struct users_place *place, struct users_open *open,
                              struct err *err);

/*
 * Adds a user and makes the link to set the account up.
 *   url_r   to be given to the user; good once, for an hour
 * Fails with ERR_USAGE (the name is taken, or can be none), ERR_DATABASE, ERR_OS.
 */
must_check bool users_add(const struct users_place *place, const char *name, const char *shown,
                          unsigned roles, char url_r[USERS_URL_SIZE], struct err *err);

/* Makes a new link for a user. Fails as users_add(), also if there is no such user. */
must_check bool users_link(const struct users_place *place, const char *name,
                           char url_r[USERS_URL_SIZE], struct err *err);

/* Gives other roles. Fails as users_link(). */
must_check bool users_roles(const struct users_place *place, const char *name, unsigned roles,
                            struct err *err);

/* Shuts an account, or opens it again. Fails as users_link(). */
must_check bool users_shut(const struct users_place *place, const char *name, bool shut,
                           struct err *err);

/* Calls `each` for every account, by name, until it returns false. Fails with ERR_DATABASE. */
must_check bool users_each(const struct users_place *place,
                           bool (*each)(void *arg, const struct account *account), void *arg,
                           struct err *err);

/* Makes a token for a program. Fails as token_make(), and as users_each(). */
must_check bool users_token_add(const struct users_place *place, const struct token_wish *wish,
                                struct token_made *made_r, struct err *err);

/* Ends a token. Fails with ERR_USAGE (none that is good has this number), ERR_DATABASE. */
must_check bool users_token_end(const struct users_place *place, int64_t token, struct err *err);

/* Calls `each` for tokens as token_each() does. Fails with ERR_DATABASE. */
must_check bool users_tokens_each(const struct users_place *place,
                                  bool (*each)(void *arg, const struct token_seen *seen), void *arg,
                                  struct err *err);
