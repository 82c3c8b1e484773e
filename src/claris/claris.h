/*
 * Signing in by Claris ID, which opens the files of FileMaker Cloud: a user pool of Amazon Cognito gives tokens to who
 * knows a password, and a code where the account wants one. A person signs in once; what is kept is a refresh token,
 * which gives new id tokens for a year without anybody. The password is kept nowhere.
 *
 * Errors: ERR_REMOTE (401: a person must sign in again or mend something, 403: the address is refused, 429: too many tries,
 * 5xx), ERR_USAGE (settings), ERR_DATA, ERR_NET, ERR_UNSURE, ERR_OS, ERR_CANCELED. Words hold the cure.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "claris/settings.h"

/* --- signing in, once ----------------------------------------------------------------------- */

/* What a sign-in asks of the person beside the password. */
struct claris_asking {
    void *arg;
    /*
     * Asks for a code.
     *   by_app   of an authenticator; false: of a message
     *   to       where the message went, as far as the provider shows it; may be SPAN_NONE
     *   code_r   caller frees; NULL: the person gives up
     */
    bool (*code)(void *arg, bool by_app, struct span to, struct secret **code_r, struct err *err);
};

/*
 * Signs in and keeps the refresh token in settings->token_file (0600, whole or not at all).
 * Any thread; asks on the calling one.
 */
must_check bool claris_sign_in(const struct claris_settings *settings, const struct cancel *cancel,
                               const char *account, const struct secret *password,
                               const struct claris_asking *asking, struct err *err);

/* --- using it ------------------------------------------------------------------------------- */

struct claris;

/*
 * Reads what is kept. Nothing is asked over the network yet.
 *   settings   copied; its texts and secrets must outlive the result
 *   claris_r   caller frees with claris_free()
 * Fails also with ERR_REMOTE, 401: nobody has signed in here.
 */
must_check bool claris_new(const struct claris_settings *settings, struct claris **claris_r,
                           struct err *err);
void claris_free(struct claris *claris); /* NULL is allowed */

/* Who signed in, and when (wall clock). */
const char *claris_account(const struct claris *claris);
int64_t claris_signed_in_us(const struct claris *claris);

/* How long a sign-in lasts, as Claris says. */
enum { CLARIS_DAYS = 365 };

/*
 * The header line "Authorization: FMID ...". The id token in it is renewed a while before it ends, by one thread while
 * the others wait, and whenever a server refuses it. Any thread.
 *   refused    the number of a token that a server has just refused; 0: none. Another one comes then
 *   header_r   caller frees
 *   number_r   the token's number, from 1
 */
must_check bool claris_header(struct claris *claris, const struct cancel *cancel, uint64_t refused,
                              struct secret **header_r, uint64_t *number_r, struct err *err);
