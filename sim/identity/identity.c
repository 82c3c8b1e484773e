/* The calls of the provider, and the logins that are under way. */
#include "sim/identity/identity.h"

#include "sim/base/chance.h"
#include "sim/identity/token.h"
#include "sim/identity/verifier.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/time.h"
#include "json/json.h"
#include "json/writer.h"

#include <pthread.h>
#include <time.h>

enum { CLOCK_TOLERANCE_S = 300, LOGINS_MOST = 64, BLOCK_SIZE = 64, REFRESH_SIZE = 48 };

/* A login that has begun: good for one answer. */
struct login {
    bool is_open;
    char *client_hex;
    uint8_t secret[VERIFIER_SECRET_SIZE], block[BLOCK_SIZE];
    uint64_t session; /* not 0: the password was right, and a code is wanted under this number */
};

struct identity {
    struct identity_rules rules;
    pthread_mutex_t lock;
    char user[CHANCE_UUID_SIZE], salt[33];
    struct span account, password, pool_name;
    struct verifier *verifier;
    struct sha256 key;
    uint64_t serial; /* of logins, sessions and tokens */
    struct login logins[LOGINS_MOST];
    char refresh[2 * REFRESH_SIZE + 1];
};

struct identity *identity_new(const struct identity_rules *rules)
{
    struct identity *identity = mem_new(struct identity);
    auto_str hex = STR_MAX(2 * REFRESH_SIZE);
    struct span pool = span_of(rules->pool);
    uint8_t bytes[REFRESH_SIZE];

    identity->rules = *rules;
    identity->password = span_of(rules->account);
    identity->account = span_cut(&identity->password, ':');
    identity->pool_name = span_from(pool, span_find(pool, "_") + 1);
    (void)pthread_mutex_init(&identity->lock, NULL);
    (void)chance_uuid(rules->seed, 1, identity->user);
    chance_fill(rules->seed, 0, bytes, sizeof bytes);
    hex_add(&hex, bytes, 16);
    (void)snprintf(identity->salt, sizeof identity->salt, "%s", str_text(&hex));
    str_reset(&hex);
    hex_add(&hex, bytes, sizeof bytes);
    (void)snprintf(identity->refresh, sizeof identity->refresh, "%s", str_text(&hex));
    random_bytes(identity->key.bytes, sizeof identity->key.bytes);
    identity->verifier = verifier_new(identity->pool_name, span_of(identity->user),
                                      identity->password, span_of(identity->salt));
    return identity;
}

void identity_free(struct identity *identity)
{
    if (!identity)
        return;
    for (size_t i = 0; i < LOGINS_MOST; i++)
        free(identity->logins[i].client_hex);
    verifier_free(identity->verifier);
    (void)pthread_mutex_destroy(&identity->lock);
    free(identity);
}

/* --- refusing ------------------------------------------------------------------------------- */

static void refusal_set(struct identity_refusal *refusal, const char *name, const char *words)
{
    (void)snprintf(refusal->name, sizeof refusal->name, "%s", name);
    (void)snprintf(refusal->words, sizeof refusal->words, "%s", words);
}

static void refuse_login(struct identity_refusal *refusal)
{
    refusal_set(refusal, "NotAuthorizedException", "Incorrect username or password.");
}

void identity_refusal_write(const struct identity_refusal *refusal, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    json_member_text(&w, "__type", refusal->name);
    json_member_text(&w, "message", refusal->words);
    json_close_object(&w);
}

static struct span text_of(const struct json_value *object, const char *name)
{
    const struct json_value *value = json_get(object, name);

    return value && value->kind == JSON_TEXT ? value->text : SPAN_NONE;
}

/* --- answers -------------------------------------------------------------------------------- */

static int64_t now_of(const struct identity *identity)
{
    return time_now_us() / TIME_SECOND + identity->rules.ahead_s;
}

static void token_member(struct identity *identity, struct json_writer *w, const char *name,
                         const char *use)
{
    auto_str token = STR_MAX(KIB(4));
    struct token_claims claims = { .use = use,
                                   .user = span_of(identity->user),
                                   .account = identity->account,
                                   .client = span_of(identity->rules.client),
                                   .number = ++identity->serial,
                                   .issued_s = now_of(identity) };

    claims.expires_s = claims.issued_s + identity->rules.token_s;
    token_add(&token, &identity->key, &claims);
    json_member_text(w, name, str_text(&token));
}

static void tokens_answer(struct identity *identity, bool with_refresh, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    json_name(&w, "AuthenticationResult");
    json_open_object(&w);
    token_member(identity, &w, "AccessToken", "access");
    json_member_i64(&w, "ExpiresIn", identity->rules.token_s);
    token_member(identity, &w, "IdToken", "id");
    if (with_refresh)
        json_member_text(&w, "RefreshToken", identity->refresh);
    json_member_text(&w, "TokenType", "Bearer");
    json_close_object(&w);
    json_name(&w, "ChallengeParameters");
    json_open_object(&w);
    json_close_object(&w);
    json_close_object(&w);
}

/* --- the password --------------------------------------------------------------------------- */

static void challenge_answer(const struct identity *identity, const struct login *login,
                             struct str *to)
{
    struct json_writer w = JSON_WRITER(to);
    auto_str block = STR_MAX(KIB(1)), number = STR_MAX(KIB(1));

    base64_add(&block, login->block, sizeof login->block);
    verifier_public(identity->verifier, login->secret, &number);
    json_open_object(&w);
    json_member_text(&w, "ChallengeName", "PASSWORD_VERIFIER");
    json_name(&w, "ChallengeParameters");
    json_open_object(&w);
    json_member_text(&w, "SALT", identity->salt);
    json_member_text(&w, "SECRET_BLOCK", str_text(&block));
    json_member_text(&w, "SRP_B", str_text(&number));
    json_member_text(&w, "USERNAME", identity->user);
    json_member_text(&w, "USER_ID_FOR_SRP", identity->user);
    json_close_object(&w);
    json_close_object(&w);
}

static void login_begin(struct identity *identity, const struct json_value *parameters,
                        struct str *to, struct identity_refusal *refusal)
{
    struct login *login = &identity->logins[identity->serial++ % LOGINS_MOST];
    struct span a = text_of(parameters, "SRP_A");

    if (!span_equal(text_of(parameters, "USERNAME"), identity->account)) {
        refusal_set(refusal, "UserNotFoundException", "User does not exist.");
        return;
    }
    if (a.size == 0) {
        refusal_set(refusal, "InvalidParameterException", "Missing required parameter SRP_A");
        return;
    }
    free(login->client_hex);
    *login = (struct login){ .is_open = true, .client_hex = span_text(a) };
    random_bytes(login->secret, sizeof login->secret);
    random_bytes(login->block, sizeof login->block);
    challenge_answer(identity, login, to);
}

/* The login to which a secret block belongs; it is closed by that. */
static struct login *login_close(struct identity *identity, struct span block)
{
    for (size_t i = 0; i < LOGINS_MOST; i++) {
        struct login *login = &identity->logins[i];

        if (login->is_open && !login->session && block.size == sizeof login->block
            && memcmp(block.at, login->block, block.size) == 0) {
            login->is_open = false;
            return login;
        }
    }
    return NULL;
}

/* "Sat Jan 3 04:05:06 UTC 2026", not far from our own clock. */
static bool stamp_is_fresh(const struct identity *identity, struct span stamp)
{
    auto_free char *text = span_text(stamp);
    struct tm tm = { 0 };
    const char *end = strptime(text, "%a %b %d %H:%M:%S UTC %Y", &tm);
    int64_t off_s = end ? (int64_t)timegm(&tm) - now_of(identity) : INT64_MAX;

    return end && *end == '\0' && off_s <= CLOCK_TOLERANCE_S && off_s >= -CLOCK_TOLERANCE_S;
}

static bool password_is_right(struct identity *identity, const struct json_value *responses,
                              struct login **login_r)
{
    auto_str block = STR_MAX(KIB(8)), signature = STR_MAX(KIB(1));
    struct span stamp = text_of(responses, "TIMESTAMP");
    struct err err;

    if (!base64_read(text_of(responses, "PASSWORD_CLAIM_SECRET_BLOCK"), &block, &err))
        return false;
    *login_r = login_close(identity, str_span(&block));
    if (!*login_r || !span_is(text_of(responses, "USERNAME"), identity->user)
        || !stamp_is_fresh(identity, stamp))
        return false;
    return verifier_signature(identity->verifier,
                              &(struct verifier_claim){ span_of((*login_r)->client_hex),
                                                        (*login_r)->secret, str_span(&block),
                                                        stamp },
                              &signature)
           && span_equal(str_span(&signature), text_of(responses, "PASSWORD_CLAIM_SIGNATURE"));
}

/* --- the code ------------------------------------------------------------------------------- */

static bool by_message(const struct identity *identity)
{
    return span_starts(span_of(identity->rules.code), "sms:");
}

static const char *code_challenge(const struct identity *identity)
{
    return by_message(identity) ? "SMS_MFA" : "SOFTWARE_TOKEN_MFA";
}

static void code_ask(struct identity *identity, struct login *login, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);
    char session[40];

    login->is_open = true;
    login->session = ++identity->serial;
    (void)snprintf(session, sizeof session, "session-%ju", (uintmax_t)login->session);
    json_open_object(&w);
    json_member_text(&w, "ChallengeName", code_challenge(identity));
    json_name(&w, "ChallengeParameters");
    json_open_object(&w);
    if (by_message(identity)) {
        json_member_text(&w, "CODE_DELIVERY_DELIVERY_MEDIUM", "SMS");
        json_member_text(&w, "CODE_DELIVERY_DESTINATION", "+*******1234");
    }
    json_member_text(&w, "USER_ID_FOR_SRP", identity->user);
    json_close_object(&w);
    json_member_text(&w, "Session", session);
    json_close_object(&w);
}

static bool session_close(struct identity *identity, struct span session)
{
    for (size_t i = 0; i < LOGINS_MOST; i++) {
        struct login *login = &identity->logins[i];
        char own[40];

        (void)snprintf(own, sizeof own, "session-%ju", (uintmax_t)login->session);
        if (login->is_open && login->session && span_is(session, own)) {
            login->is_open = false;
            return true;
        }
    }
    return false;
}

static void code_answer(struct identity *identity, const struct json_value *body, struct str *to,
                        struct identity_refusal *refusal)
{
    const struct json_value *responses = json_get(body, "ChallengeResponses");
    struct span code =
        text_of(responses, by_message(identity) ? "SMS_MFA_CODE" : "SOFTWARE_TOKEN_MFA_CODE");

    if (!session_close(identity, text_of(body, "Session")))
        refusal_set(refusal, "NotAuthorizedException",
                    "Invalid session for the user, session can only be used once.");
    else if (!span_is(code, identity->rules.code + strlen("sms:")))
        refusal_set(refusal, "CodeMismatchException", "Invalid code or auth state for the user.");
    else
        tokens_answer(identity, true, to);
}

/* --- the calls ------------------------------------------------------------------------------ */

static void auth_initiate(struct identity *identity, const struct json_value *body, struct str *to,
                          struct identity_refusal *refusal)
{
    const struct json_value *parameters = json_get(body, "AuthParameters");
    struct span flow = text_of(body, "AuthFlow");

    if (span_is(flow, "USER_SRP_AUTH"))
        login_begin(identity, parameters, to, refusal);
    else if (!span_is(flow, "REFRESH_TOKEN_AUTH") && !span_is(flow, "REFRESH_TOKEN"))
        refusal_set(refusal, "InvalidParameterException", "Auth flow not enabled for this client");
    else if (!span_is(text_of(parameters, "REFRESH_TOKEN"), identity->refresh))
        refusal_set(refusal, "NotAuthorizedException", "Invalid Refresh Token");
    else
        tokens_answer(identity, false, to);
}

static void auth_respond(struct identity *identity, const struct json_value *body, struct str *to,
                         struct identity_refusal *refusal)
{
    struct span name = text_of(body, "ChallengeName");
    struct login *login = NULL;

    if (identity->rules.code && span_is(name, code_challenge(identity)))
        code_answer(identity, body, to, refusal);
    else if (!span_is(name, "PASSWORD_VERIFIER")
             || !password_is_right(identity, json_get(body, "ChallengeResponses"), &login))
        refuse_login(refusal);
    else if (identity->rules.code)
        code_ask(identity, login, to);
    else
        tokens_answer(identity, true, to);
}

static void body_serve(struct identity *identity, struct span action, const struct json_value *body,
                       struct str *to, struct identity_refusal *refusal)
{
    if (!span_is(text_of(body, "ClientId"), identity->rules.client))
        refusal_set(refusal, "ResourceNotFoundException", "User pool client does not exist.");
    else if (span_is(action, "InitiateAuth"))
        auth_initiate(identity, body, to, refusal);
    else if (span_is(action, "RespondToAuthChallenge"))
        auth_respond(identity, body, to, refusal);
    else
        refusal_set(refusal, "UnknownOperationException", "");
}

void identity_serve(struct identity *identity, struct span action, struct span body, struct str *to,
                    struct identity_refusal *refusal_r)
{
    auto_json *json = NULL;
    struct err err;

    *refusal_r = (struct identity_refusal){ .name = "" };
    if (!json_read(body, &json, &err)) {
        refusal_set(refusal_r, "SerializationException", "");
        return;
    }
    (void)pthread_mutex_lock(&identity->lock);
    body_serve(identity, action, json_root(json), to, refusal_r);
    (void)pthread_mutex_unlock(&identity->lock);
}

bool identity_knows(struct identity *identity, struct span id_token)
{
    return token_is_good(id_token, &identity->key, now_of(identity));
}
