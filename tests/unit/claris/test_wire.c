/* What is sent to the sign-in, byte for byte, and what is made of its answers and refusals. */
#include "claris/wire.h"

#include "base/time.h"
#include "tap.h"

static bool reply_of(struct claris_reply *reply, const char *text, struct err *err)
{
    claris_reply_init(reply);
    str_add_text(&reply->text, text);
    return claris_reply_read(reply, err);
}

TEST(calls_are_as_cognito_documents_them)
{
    auto_str begin = STR_MAX(KIB(4)), password = STR_MAX(KIB(4)), refresh = STR_MAX(KIB(4));
    struct claris_proof proof = { "client", span_of("user"), span_of("block"), span_of("stamp"),
                                  span_of("signature") };

    claris_write_begin(&begin, "client", "a@b.c", "12ab");
    CHECK_STR(str_text(&begin),
              "{\"AuthFlow\":\"USER_SRP_AUTH\",\"ClientId\":\"client\",\"AuthParameters\":{"
              "\"USERNAME\":\"a@b.c\",\"SRP_A\":\"12ab\"},\"ClientMetadata\":{}}");
    claris_write_password(&password, &proof);
    CHECK_STR(str_text(&password),
              "{\"ChallengeName\":\"PASSWORD_VERIFIER\",\"ClientId\":\"client\","
              "\"ChallengeResponses\":{\"USERNAME\":\"user\","
              "\"PASSWORD_CLAIM_SECRET_BLOCK\":\"block\",\"TIMESTAMP\":\"stamp\","
              "\"PASSWORD_CLAIM_SIGNATURE\":\"signature\"},\"ClientMetadata\":{}}");
    claris_write_refresh(&refresh, "client", span_of("token"), span_of("device"));
    CHECK_STR(str_text(&refresh),
              "{\"AuthFlow\":\"REFRESH_TOKEN_AUTH\",\"ClientId\":\"client\",\"AuthParameters\":{"
              "\"REFRESH_TOKEN\":\"token\",\"DEVICE_KEY\":\"device\"},\"ClientMetadata\":{}}");
}

TEST(a_code_answers_the_question_that_was_asked)
{
    static const char *const kinds[] = { "SMS_MFA", "SOFTWARE_TOKEN_MFA" };

    for (size_t i = 0; i < lengthof(kinds); i++) {
        struct claris_reply asked = { .challenge = span_of(kinds[i]), .session = span_of("s") };
        auto_str body = STR_MAX(KIB(4)), want = STR_MAX(KIB(4));

        claris_write_code(&body, "client", &asked, span_of("user"), span_of("012"));
        str_printf(&want,
                   "{\"ChallengeName\":\"%s\",\"ClientId\":\"client\",\"Session\":\"s\","
                   "\"ChallengeResponses\":{\"USERNAME\":\"user\",\"%s_CODE\":\"012\"},"
                   "\"ClientMetadata\":{}}",
                   kinds[i], kinds[i]);
        CHECK_STR(str_text(&body), str_text(&want));
    }
}

TEST(the_stamp_has_no_zero_before_the_day)
{
    static const struct {
        int64_t at_s;
        const char *want;
    } cases[] = {
        { 1767413106, "Sat Jan 3 04:05:06 UTC 2026" },
        { 1798761599, "Thu Dec 31 23:59:59 UTC 2026" },
        { 1772323200, "Sun Mar 1 00:00:00 UTC 2026" },
        { 1835438709, "Tue Feb 29 12:05:09 UTC 2028" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        char text[CLARIS_STAMP_SIZE];

        CHECK_STR(claris_stamp(cases[i].at_s * TIME_SECOND, text), cases[i].want);
    }
    CHECK(claris_date("Sat, 03 Jan 2026 04:05:06 GMT") == 1767413106 * TIME_SECOND);
    CHECK(claris_date("yesterday") == 0 && claris_date(NULL) == 0);
}

TEST(answers_are_read)
{
    struct claris_reply reply;
    struct err err;

    CHECK(reply_of(&reply,
                   "{\"ChallengeName\":\"PASSWORD_VERIFIER\",\"ChallengeParameters\":{\"SALT\":"
                   "\"a1\",\"SECRET_BLOCK\":\"b\",\"SRP_B\":\"c\",\"USERNAME\":\"x\","
                   "\"USER_ID_FOR_SRP\":\"u\"},\"Session\":null}",
                   &err));
    CHECK(span_is(reply.challenge, "PASSWORD_VERIFIER") && span_is(reply.user, "u")
          && span_is(reply.salt, "a1") && span_is(reply.public_hex, "c")
          && span_is(reply.block, "b") && reply.id_token.size == 0);
    claris_reply_clear(&reply);
    CHECK(reply_of(&reply,
                   "{\"AuthenticationResult\":{\"IdToken\":\"a.b.c\",\"RefreshToken\":\"r\","
                   "\"ExpiresIn\":900,\"NewDeviceMetadata\":{\"DeviceKey\":\"d\"}},"
                   "\"ChallengeParameters\":{}}",
                   &err));
    CHECK(span_is(reply.id_token, "a.b.c") && span_is(reply.refresh_token, "r")
          && span_is(reply.device, "d") && reply.lifetime_s == 900);
    claris_reply_clear(&reply);
}

/* A day at most, and an hour where nothing is said: a wrong number would never be renewed, or always. */
TEST(a_token_lives_as_long_as_is_said_within_reason)
{
    static const struct {
        const char *said;
        uint64_t want;
    } cases[] = { { "60", 60 }, { "0", 3600 }, { "999999999", 3600 }, { "null", 3600 } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(KIB(1));
        struct claris_reply reply;
        struct err err;

        str_printf(&text, "{\"AuthenticationResult\":{\"IdToken\":\"a\",\"ExpiresIn\":%s}}",
                   cases[i].said);
        CHECK_AT(i, reply_of(&reply, str_text(&text), &err));
        CHECK_AT(i, reply.lifetime_s == cases[i].want);
        claris_reply_clear(&reply);
    }
}

TEST(answers_that_promise_nothing_are_refused)
{
    static const char *const cases[] = {
        "",
        "<html>",
        "{}",
        "[]",
        "{\"ChallengeName\":\"\"}",
        "{\"ChallengeName\":7}",
        "{\"AuthenticationResult\":{}}",
        "{\"AuthenticationResult\":{\"IdToken\":\"\"}}",
        "{\"AuthenticationResult\":{\"IdToken\":\"a\\r\\nX: y\"}}",
        "{\"AuthenticationResult\":{\"IdToken\":\"\xC3\xA4\"}}",
        "{\"AuthenticationResult\":\"yes\"}",
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct claris_reply reply;
        struct err err = { 0 };

        CHECK_AT(i, !reply_of(&reply, cases[i], &err) && err.kind == ERR_DATA);
        claris_reply_clear(&reply);
    }
}

TEST(refusals_are_told_with_what_to_do)
{
    static const struct {
        int status;
        const char *text;
        enum err_kind kind;
        int code;
        const char *says;
    } cases[] = {
        { 400,
          "{\"__type\":\"NotAuthorizedException\",\"message\":\"Incorrect username or password.\"}",
          ERR_REMOTE, 401, "account or password" },
        { 400, "{\"__type\":\"UserNotFoundException\",\"message\":\"User does not exist.\"}",
          ERR_REMOTE, 401, "account or password" },
        { 400,
          "{\"__type\":\"a.b#NotAuthorizedException\",\"message\":\"Refresh Token has expired\"}",
          ERR_REMOTE, 401, "fmferry login" },
        { 400, "{\"__type\":\"NotAuthorizedException\",\"message\":\"Invalid Refresh Token\"}",
          ERR_REMOTE, 401, "fmferry login" },
        { 400, "{\"__type\":\"NotAuthorizedException\",\"message\":\"Password attempts exceeded\"}",
          ERR_REMOTE, 429, "quarter of an hour" },
        { 400, "{\"__type\":\"CodeMismatchException\",\"message\":\"\"}", ERR_REMOTE, 401,
          "the code is wrong" },
        { 400, "{\"__type\":\"ExpiredCodeException\"}", ERR_REMOTE, 401, "the code has ended" },
        { 400, "{\"__type\":\"TooManyRequestsException\"}", ERR_REMOTE, 429, "too often" },
        { 400, "{\"__type\":\"ResourceNotFoundException\"}", ERR_USAGE, 0, "claris_pool" },
        { 400, "{\"__type\":\"InvalidParameterException\"}", ERR_USAGE, 0, "claris_pool" },
        { 400, "{\"__type\":\"NewException\",\"message\":\"\\u001b[31mred\"}", ERR_REMOTE, 400,
          "NewException" },
        { 503, "<html>", ERR_REMOTE, 503, "503" },
        { 400, "{\"__type\":7}", ERR_REMOTE, 400, "400" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        CHECK_AT(i, !claris_refused(cases[i].status, span_of(cases[i].text), &err));
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
        CHECK_AT(i, strstr(err.msg, cases[i].says) && !strchr(err.msg, '\033'));
    }
}
