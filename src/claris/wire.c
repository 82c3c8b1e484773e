/* Writing calls, reading answers and refusals. */
#include "claris/wire.h"

#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"
#include "json/shape.h"
#include "json/writer.h"

#include <time.h>

enum { REPLY_MAX = 64 * 1024, LIFETIME_USUAL_S = 3600, LIFETIME_MOST_S = 86400 };

/* --- writing -------------------------------------------------------------------------------- */

static void call_open(struct json_writer *w, const char *flow, const char *name, const char *client)
{
    json_open_object(w);
    json_member_text(w, flow, name);
    json_member_text(w, "ClientId", client);
}

/* Ends the parameters and the body. */
static void call_close(struct json_writer *w)
{
    json_close_object(w);
    json_name(w, "ClientMetadata");
    json_open_object(w);
    json_close_object(w);
    json_close_object(w);
}

void claris_write_begin(struct str *to, const char *client, const char *account,
                        const char *public_hex)
{
    struct json_writer w = JSON_WRITER(to);

    call_open(&w, "AuthFlow", "USER_SRP_AUTH", client);
    json_name(&w, "AuthParameters");
    json_open_object(&w);
    json_member_text(&w, "USERNAME", account);
    json_member_text(&w, "SRP_A", public_hex);
    call_close(&w);
}

void claris_write_password(struct str *to, const struct claris_proof *proof)
{
    struct json_writer w = JSON_WRITER(to);

    call_open(&w, "ChallengeName", "PASSWORD_VERIFIER", proof->client);
    json_name(&w, "ChallengeResponses");
    json_open_object(&w);
    json_member_span(&w, "USERNAME", proof->user);
    json_member_span(&w, "PASSWORD_CLAIM_SECRET_BLOCK", proof->block);
    json_member_span(&w, "TIMESTAMP", proof->stamp);
    json_member_span(&w, "PASSWORD_CLAIM_SIGNATURE", proof->signature);
    call_close(&w);
}

void claris_write_code(struct str *to, const char *client, const struct claris_reply *asked,
                       struct span user, struct span code)
{
    struct json_writer w = JSON_WRITER(to);
    bool by_app = span_is(asked->challenge, CLARIS_BY_APP);

    call_open(&w, "ChallengeName", by_app ? CLARIS_BY_APP : CLARIS_BY_MESSAGE, client);
    json_member_span(&w, "Session", asked->session);
    json_name(&w, "ChallengeResponses");
    json_open_object(&w);
    json_member_span(&w, "USERNAME", user);
    json_member_span(&w, by_app ? CLARIS_BY_APP "_CODE" : CLARIS_BY_MESSAGE "_CODE", code);
    call_close(&w);
}

void claris_write_refresh(struct str *to, const char *client, struct span token, struct span device)
{
    struct json_writer w = JSON_WRITER(to);

    call_open(&w, "AuthFlow", "REFRESH_TOKEN_AUTH", client);
    json_name(&w, "AuthParameters");
    json_open_object(&w);
    json_member_span(&w, "REFRESH_TOKEN", token);
    if (device.size)
        json_member_span(&w, "DEVICE_KEY", device);
    call_close(&w);
}

/* --- times ---------------------------------------------------------------------------------- */

/* Tables and not strftime(): the names must not follow the machine's language. */
const char *claris_stamp(int64_t at_us, char text[CLARIS_STAMP_SIZE])
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct time_civil at = time_to_utc(at_us);

    (void)snprintf(text, CLARIS_STAMP_SIZE, "%s %s %d %02d:%02d:%02d UTC %d",
                   days[at_us / TIME_SECOND / 86400 % 7], months[at.month - 1], at.day, at.hour,
                   at.minute, at.second, at.year);
    return text;
}

int64_t claris_date(const char *text)
{
    struct tm tm = { 0 };

    return text && strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm)
               ? (int64_t)timegm(&tm) * TIME_SECOND
               : 0;
}

/* --- answers -------------------------------------------------------------------------------- */

void claris_reply_init(struct claris_reply *reply)
{
    *reply = (struct claris_reply){ .text = STR_MAX(REPLY_MAX) };
}

void claris_reply_clear(struct claris_reply *reply)
{
    json_free(reply->json);
    if (reply->text.at)
        explicit_bzero(reply->text.at, reply->text.size);
    str_clear(&reply->text);
    claris_reply_init(reply);
}

struct reply_parts {
    const struct json_value *parameters, *result, *device;
};

static const struct json_member reply_shape[] = {
    JSON_MAYBE_SPAN(struct claris_reply, challenge, "ChallengeName"),
    JSON_MAYBE_SPAN(struct claris_reply, session, "Session"),
    JSON_SHAPE_END,
};
static const struct json_member parts_shape[] = {
    JSON_MAYBE_INSIDE(struct reply_parts, parameters, "ChallengeParameters"),
    JSON_MAYBE_INSIDE(struct reply_parts, result, "AuthenticationResult"),
    JSON_SHAPE_END,
};
static const struct json_member parameters_shape[] = {
    JSON_MAYBE_SPAN(struct claris_reply, user, "USER_ID_FOR_SRP"),
    JSON_MAYBE_SPAN(struct claris_reply, salt, "SALT"),
    JSON_MAYBE_SPAN(struct claris_reply, public_hex, "SRP_B"),
    JSON_MAYBE_SPAN(struct claris_reply, block, "SECRET_BLOCK"),
    JSON_MAYBE_SPAN(struct claris_reply, destination, "CODE_DELIVERY_DESTINATION"),
    JSON_SHAPE_END,
};
static const struct json_member result_shape[] = {
    JSON_SPAN(struct claris_reply, id_token, "IdToken"),
    JSON_MAYBE_SPAN(struct claris_reply, refresh_token, "RefreshToken"),
    JSON_MAYBE_U64(struct claris_reply, lifetime_s, "ExpiresIn"),
    JSON_SHAPE_END,
};
static const struct json_member device_part_shape[] = {
    JSON_MAYBE_INSIDE(struct reply_parts, device, "NewDeviceMetadata"),
    JSON_SHAPE_END,
};
static const struct json_member device_shape[] = {
    JSON_MAYBE_SPAN(struct claris_reply, device, "DeviceKey"),
    JSON_SHAPE_END,
};

/* A token goes into a header: nothing in it may end that. */
static bool is_sendable(struct span token)
{
    for (size_t i = 0; i < token.size; i++)
        if (token.at[i] <= ' ' || token.at[i] >= 0x7F)
            return false;
    return true;
}

static bool result_read(struct claris_reply *reply, const struct json_value *result,
                        struct err *err)
{
    struct reply_parts parts = { .device = NULL };

    if (!json_fill(reply->json, result, result_shape, reply, err)
        || !json_fill(reply->json, result, device_part_shape, &parts, err)
        || (parts.device && !json_fill(reply->json, parts.device, device_shape, reply, err)))
        return false;
    if (reply->id_token.size == 0 || !is_sendable(reply->id_token))
        return err_set(err, ERR_DATA, 0, "the id token is empty, or cannot be sent in a header");
    if (reply->lifetime_s == 0 || reply->lifetime_s > LIFETIME_MOST_S)
        reply->lifetime_s = LIFETIME_USUAL_S;
    return true;
}

static bool parts_read(struct claris_reply *reply, struct err *err)
{
    struct reply_parts parts = { .result = NULL };
    const struct json_value *root = json_root(reply->json);

    if (!json_fill(reply->json, root, reply_shape, reply, err)
        || !json_fill(reply->json, root, parts_shape, &parts, err)
        || (parts.parameters
            && !json_fill(reply->json, parts.parameters, parameters_shape, reply, err)))
        return false;
    if (parts.result)
        return result_read(reply, parts.result, err);
    return reply->challenge.size > 0
           || err_set(err, ERR_DATA, 0, "neither a question nor a token is in it");
}

bool claris_reply_read(struct claris_reply *reply, struct err *err)
{
    return (json_read(str_span(&reply->text), &reply->json, err) && parts_read(reply, err))
           || err_ctx(err, "what Claris's sign-in answered");
}

/* --- refusals ------------------------------------------------------------------------------- */

#define NOT_PROPER                                                                                 \
    "Claris refuses account or password: is it spelled as at myclaris.com, and a Claris ID "       \
    "proper? One of a company's own identity provider cannot be used (docs/cloud.md)"
#define TOO_MANY                                                                                   \
    "Claris has been asked too often: wait a quarter of an hour, then give the command again"

/* The first row that fits decides; `part` is in the message, NULL: any. */
static const struct {
    const char *name, *part;
    enum err_kind kind;
    int code;
    const char *sentence;
} refusals[] = {
    { "NotAuthorizedException", "attempts exceeded", ERR_REMOTE, 429,
      "Claris has shut the account for a while after too many wrong passwords: wait a quarter of "
      "an hour, then sign in with the right one" },
    { "NotAuthorizedException", "Refresh Token", ERR_REMOTE, HTTP_UNAUTHORIZED,
      "the sign-in by Claris ID has ended or was revoked: sign in again with 'fmferry login'" },
    { "NotAuthorizedException", "disabled", ERR_REMOTE, HTTP_UNAUTHORIZED,
      "the account is switched off at Claris: ask who manages your team there" },
    { "NotAuthorizedException", "session", ERR_REMOTE, HTTP_UNAUTHORIZED,
      "the code came too late: sign in again, and type the next one within three minutes" },
    { "NotAuthorizedException", NULL, ERR_REMOTE, HTTP_UNAUTHORIZED, NOT_PROPER },
    { "UserNotFoundException", NULL, ERR_REMOTE, HTTP_UNAUTHORIZED, NOT_PROPER },
    { "UserNotConfirmedException", NULL, ERR_REMOTE, HTTP_UNAUTHORIZED,
      "the account was never confirmed: follow the mail that Claris sent when it was made" },
    { "PasswordResetRequiredException", NULL, ERR_REMOTE, HTTP_UNAUTHORIZED,
      "Claris wants a new password for this account: set one in a browser, then sign in again" },
    { "CodeMismatchException", NULL, ERR_REMOTE, HTTP_UNAUTHORIZED,
      "the code is wrong: sign in again, and type the newest one" },
    { "ExpiredCodeException", NULL, ERR_REMOTE, HTTP_UNAUTHORIZED,
      "the code has ended: sign in again, and type the newest one within three minutes" },
    { "TooManyRequestsException", NULL, ERR_REMOTE, 429, TOO_MANY },
    { "LimitExceededException", NULL, ERR_REMOTE, 429, TOO_MANY },
    { "TooManyFailedAttemptsException", NULL, ERR_REMOTE, 429, TOO_MANY },
    { "ForbiddenException", NULL, ERR_REMOTE, HTTP_FORBIDDEN,
      "Claris refuses requests from this address: sign in from another network, or ask Claris" },
    { "ResourceNotFoundException", NULL, ERR_USAGE, 0,
      "Claris knows no such pool or program: [source] claris_pool and claris_client must be as "
      "docs/cloud.md says" },
    { "InvalidParameterException", NULL, ERR_USAGE, 0,
      "the pool does not let in by account and password: [source] claris_pool and claris_client "
      "must be as docs/cloud.md says" },
};

struct refusal_words {
    struct span name, said;
};

static const struct json_member refusal_shape[] = {
    JSON_MAYBE_SPAN(struct refusal_words, name, "__type"),
    JSON_MAYBE_SPAN(struct refusal_words, said, "message"),
    JSON_SHAPE_END,
};

/* The name without what may stand before it: "com.amazonaws...#NotAuthorizedException". */
static struct span bare_name(struct span name)
{
    size_t at = span_find(name, "#");

    return at < name.size ? span_from(name, at + 1) : name;
}

static bool refusal_say(int status, const struct refusal_words *words, struct err *err)
{
    struct span name = bare_name(words->name);

    for (size_t i = 0; i < lengthof(refusals); i++) {
        if (!span_is(name, refusals[i].name))
            continue;
        if (!refusals[i].part || span_find(words->said, refusals[i].part) < words->said.size)
            return err_set(err, refusals[i].kind, refusals[i].code, "%s", refusals[i].sentence);
    }
    if (name.size == 0)
        return err_set(err, ERR_REMOTE, status, "Claris's sign-in answered with HTTP status %d",
                       status);
    return err_set(err, ERR_REMOTE, status,
                   "Claris's sign-in refuses: " SPAN_FORMAT ", " SPAN_FORMAT,
                   SPAN_ARGS(span_first(name, 60)), SPAN_ARGS(span_first(words->said, 120)));
}

bool claris_refused(int status, struct span text, struct err *err)
{
    struct refusal_words words = { .name = SPAN_NONE };
    auto_json *json = NULL;
    struct err ignored;

    if (json_read(text, &json, &ignored)
        && !json_fill(json, json_root(json), refusal_shape, &words, &ignored))
        words = (struct refusal_words){ .name = SPAN_NONE };
    return refusal_say(status, &words, err);
}
