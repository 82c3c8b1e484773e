/* A sign-in from the account to the tokens: password, then perhaps a code. */
#include "claris/claris.h"

#include "claris/call.h"
#include "claris/kept.h"
#include "claris/srp.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"

enum { BODY_MAX = 64 * 1024 };

/* Cognito takes five minutes or so, and says of more only that the password is wrong. */
#define MINUTE_US (60 * TIME_SECOND)
#define CLOCK_OFF_US (3 * MINUTE_US)

struct sign_in {
    const struct claris_settings *settings;
    const struct cancel *cancel;
    const struct secret *password;
    const struct claris_asking *asking;
    const struct claris_srp *srp;
    char *account, *user;
};

static bool challenge_refuse(struct span challenge, struct err *err)
{
    static const struct {
        const char *name, *cure;
    } known[] = {
        { "NEW_PASSWORD_REQUIRED", "set the new password in a browser first" },
        { "MFA_SETUP", "set up the second factor in a browser first" },
        { "SELECT_MFA_TYPE", "leave only one kind of code in the account, in a browser" },
        { "EMAIL_OTP", "choose an authenticator app in place of mails, in a browser" },
    };

    for (size_t i = 0; i < lengthof(known); i++)
        if (span_is(challenge, known[i].name))
            return err_set(err, ERR_REMOTE, HTTP_UNAUTHORIZED,
                           "the account needs more at Claris (%s): %s", known[i].name,
                           known[i].cure);
    return err_set(err, ERR_REMOTE, HTTP_UNAUTHORIZED,
                   "the account wants something that fmferry cannot do (" SPAN_FORMAT
                   "): use an account without it",
                   SPAN_ARGS(span_first(challenge, 60)));
}

/* Before anything is signed: Claris would count a wrong time as a wrong password. */
static bool clock_is_right(int64_t server_us, struct err *err)
{
    int64_t off_us = server_us ? time_now_us() - server_us : 0;
    int64_t size_us = off_us < 0 ? -off_us : off_us;

    if (size_us <= CLOCK_OFF_US)
        return true;
    return err_set(
        err, ERR_REMOTE, HTTP_UNAUTHORIZED,
        "this machine's clock is %jd minutes %s Claris's, which lets nobody in then: set it "
        "(timedatectl set-ntp true), then sign in again",
        (intmax_t)((size_us + MINUTE_US / 2) / MINUTE_US), off_us < 0 ? "behind" : "ahead of");
}

static bool sign_in_begin(const struct sign_in *s, struct claris_reply *reply, struct err *err)
{
    auto_str body = STR_MAX(BODY_MAX);

    claris_write_begin(&body, s->settings->client, s->account, claris_srp_public(s->srp));
    if (!claris_call(s->settings, s->cancel, CLARIS_INITIATE, str_span(&body), reply, err)
        || !clock_is_right(reply->server_us, err))
        return false;
    return span_is(reply->challenge, "PASSWORD_VERIFIER")
           || challenge_refuse(reply->challenge, err);
}

static bool signature_make(const struct sign_in *s, const struct claris_reply *asked,
                           const char *stamp, struct str *to, struct err *err)
{
    struct span pool = span_of(s->settings->pool);
    struct claris_challenge challenge = { .pool = span_from(pool, span_find(pool, "_") + 1),
                                          .user = asked->user,
                                          .salt = asked->salt,
                                          .public_hex = asked->public_hex,
                                          .secret_block = asked->block,
                                          .stamp = span_of(stamp) };

    return claris_srp_answer(s->srp, &challenge, secret_reveal(s->password), to, err);
}

/* Proves the password; `reply` holds the question before, and what came of it after. */
static bool password_show(struct sign_in *s, struct claris_reply *reply, struct err *err)
{
    auto_str signature = STR_MAX(256), body = STR_MAX(BODY_MAX);
    char stamp[CLARIS_STAMP_SIZE];
    struct claris_proof proof = { .client = s->settings->client,
                                  .user = reply->user,
                                  .block = reply->block,
                                  .stamp = span_of(claris_stamp(time_now_us(), stamp)) };

    s->user = span_text(reply->user);
    if (!signature_make(s, reply, stamp, &signature, err))
        return false;
    proof.signature = str_span(&signature);
    claris_write_password(&body, &proof);
    return claris_call(s->settings, s->cancel, CLARIS_RESPOND, str_span(&body), reply, err);
}

static bool code_show(const struct sign_in *s, struct claris_reply *reply, struct err *err)
{
    bool by_app = span_is(reply->challenge, CLARIS_BY_APP);
    auto_secret *code = NULL;
    auto_str body = STR_MAX(BODY_MAX);
    bool good;

    if (!by_app && !span_is(reply->challenge, CLARIS_BY_MESSAGE))
        return challenge_refuse(reply->challenge, err);
    if (!s->asking->code(s->asking->arg, by_app, reply->destination, &code, err))
        return false;
    if (!code)
        return err_set(err, ERR_CANCELED, 0, "no code was given: nobody is signed in");
    claris_write_code(&body, s->settings->client, reply, span_of(s->user), secret_reveal(code));
    good = claris_call(s->settings, s->cancel, CLARIS_RESPOND, str_span(&body), reply, err);
    explicit_bzero(body.at, body.size);
    return good;
}

static bool tokens_keep(const struct sign_in *s, const struct claris_reply *reply, struct err *err)
{
    auto_claris_kept kept = { .account = mem_text(s->account) };

    if (reply->id_token.size == 0)
        return challenge_refuse(reply->challenge, err);
    if (reply->refresh_token.size == 0)
        return err_set(err, ERR_DATA, 0, "the sign-in gave no token to keep");
    kept.pool = mem_text(s->settings->pool);
    kept.client = mem_text(s->settings->client);
    kept.device = span_text(reply->device);
    kept.refresh = secret_new(reply->refresh_token);
    kept.signed_in_us = time_now_us();
    return claris_kept_write(s->settings->token_file, &kept, err);
}

bool claris_sign_in(const struct claris_settings *settings, const struct cancel *cancel,
                    const char *account, const struct secret *password,
                    const struct claris_asking *asking, struct err *err)
{
    struct sign_in s = {
        .settings = settings, .cancel = cancel, .password = password, .asking = asking
    };
    uint8_t number[CLARIS_SRP_SECRET_SIZE];
    auto_claris_reply reply;
    auto_claris_srp *srp = NULL;
    bool good;

    claris_reply_init(&reply);
    random_bytes(number, sizeof number);
    s.srp = srp = claris_srp_new(number);
    explicit_bzero(number, sizeof number);
    s.account = mem_text(account);
    good = sign_in_begin(&s, &reply, err) && password_show(&s, &reply, err)
           && (reply.id_token.size || code_show(&s, &reply, err)) && tokens_keep(&s, &reply, err);
    free(s.account);
    free(s.user);
    return good;
}
