/* The sources of credentials: every place, in its order, and how long they serve. */
#include "store/aws/chain.h"
#include "store/aws/roles.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"
#include "folder.h"
#include "http/http.h"
#include "server.h"
#include "tap.h"

#include <sys/stat.h>
#include <unistd.h>

#define HANDED                                                                                     \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"AKHANDED\",\"SecretAccessKey\":\"shanded\","          \
    "\"Token\":\"thanded\",\"Expiration\":\"2036-01-02T03:04:05Z\"}"
#define EXPIRES_2036 INT64_C(2082855845000000)

static const char *const names[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_DISABLED",
};

/* An environment without any AWS variable, and a home of its own. */
struct home {
    char *folder;
    struct cancel *cancel;
    struct store_settings settings;
};

static struct home home_new(void)
{
    struct home home = { folder_new(), cancel_new(), { .url = "s3://bucket" } };

    for (size_t i = 0; i < lengthof(names); i++)
        (void)unsetenv(names[i]);
    (void)setenv("HOME", home.folder, 1);
    (void)setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    http_setup();
    return home;
}

static void home_end(struct home *home)
{
    cancel_free(home->cancel);
    folder_remove(home->folder);
    http_teardown();
}

#define auto_home __attribute__((cleanup(home_end))) struct home

static void file_write(const struct home *home, const char *name, const char *text)
{
    auto_free char *path = folder_path(home->folder, name);
    struct err err = { 0 };

    CHECK(fs_write(path, span_of(text), 0600, &err));
}

static void shared_write(const struct home *home, const char *credentials, const char *config)
{
    auto_free char *folder = folder_path(home->folder, ".aws");
    struct err err = { 0 };

    CHECK(fs_make_folder(folder, &err));
    file_write(home, ".aws/credentials", credentials);
    file_write(home, ".aws/config", config);
}

static bool fetch(const struct home *home, struct aws_credentials *credentials_r, struct err *err)
{
    struct aws_chain *chain = NULL;
    bool good = aws_chain_new(&home->settings, "eu-west-1", home->cancel, &chain, err)
                && aws_chain_fetch(chain, credentials_r, err);

    aws_chain_free(chain);
    return good;
}

static void check_are(const struct home *home, const char *access_key, const char *secret_key,
                      const char *token)
{
    auto_credentials got = { 0 };
    struct err err = { 0 };

    CHECK(fetch(home, &got, &err));
    CHECK_STR(err.msg, "");
    if (err.kind != ERR_NONE)
        return;
    CHECK_STR(got.access_key, access_key);
    CHECK(span_is(secret_reveal(got.secret_key), secret_key));
    CHECK((token != NULL) == (got.token != NULL));
    CHECK(!token || !got.token || span_is(secret_reveal(got.token), token));
}

/* --- places that need no network ------------------------------------------------------------ */

TEST(the_configuration_comes_first)
{
    auto_home home = home_new();
    auto_free char *path = folder_path(home.folder, "secret");

    file_write(&home, "secret", "sconf\n");
    (void)setenv("AWS_ACCESS_KEY_ID", "AKENV", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "senv", 1);
    home.settings.access_key = "AKCONF";
    home.settings.secret_key.file = path;
    check_are(&home, "AKCONF", "sconf", NULL);
}

TEST(then_the_environment_which_forgets_its_secrets)
{
    auto_home home = home_new();

    shared_write(&home, "[default]\naws_access_key_id=AKFILE\naws_secret_access_key=sfile\n", "");
    (void)setenv("AWS_ACCESS_KEY_ID", "AKENV", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "senv", 1);
    (void)setenv("AWS_SESSION_TOKEN", "tenv", 1);
    check_are(&home, "AKENV", "senv", "tenv");
    CHECK(!getenv("AWS_SECRET_ACCESS_KEY") && !getenv("AWS_SESSION_TOKEN"));
}

TEST(then_the_shared_files)
{
    auto_home home = home_new();

    shared_write(&home,
                 "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = sfile\n"
                 "[work]\naws_access_key_id=AKWORK\naws_secret_access_key=swork\n"
                 "aws_session_token=twork\n",
                 "[profile conf]\naws_access_key_id=AKPROF\naws_secret_access_key=sprof\n");
    check_are(&home, "AKFILE", "sfile", NULL);
    (void)setenv("AWS_PROFILE", "work", 1);
    check_are(&home, "AKWORK", "swork", "twork");
    home.settings.profile = "conf"; /* a named profile comes before the environment */
    (void)setenv("AWS_ACCESS_KEY_ID", "AKENV", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "senv", 1);
    check_are(&home, "AKPROF", "sprof", NULL);
}

TEST(a_program_may_print_them)
{
    auto_home home = home_new();

    shared_write(&home, "",
                 "[default]\ncredential_process = printf '%s' '{\"Version\":1,\"AccessKeyId\":"
                 "\"AKPROC\",\"SecretAccessKey\":\"sproc\",\"SessionToken\":\"tproc\"}'\n"
                 "[profile bad]\ncredential_process = exit 3\n"
                 "[profile empty]\nregion = eu-west-1\n"
                 "[profile round]\nrole_arn = a\nsource_profile = about\n"
                 "[profile about]\nrole_arn = a\nsource_profile = round\n");
    check_are(&home, "AKPROC", "sproc", "tproc");
    for (size_t i = 0; i < 4; i++) {
        static const char *const profiles[] = { "bad", "empty", "none", "round" };
        auto_credentials got = { 0 };
        struct err err = { 0 };

        home.settings.profile = profiles[i];
        CHECK_AT(i, !fetch(&home, &got, &err) && err.kind == ERR_USAGE);
    }
}

TEST(where_there_are_none_it_is_said_how_to_give_some)
{
    auto_home home = home_new();
    auto_credentials got = { 0 };
    struct err err = { 0 };

    CHECK(!fetch(&home, &got, &err) && err.kind == ERR_USAGE);
    CHECK(strstr(err.msg, "AWS_ACCESS_KEY_ID"));
    (void)setenv("AWS_ACCESS_KEY_ID", "AKENV", 1);
    CHECK(!fetch(&home, &got, &err) && strstr(err.msg, "AWS_SECRET_ACCESS_KEY"));
    home.settings.access_key = "AKCONF";
    CHECK(!fetch(&home, &got, &err) && strstr(err.msg, "secret_key_env"));
}

/* --- credentials that servers give out ------------------------------------------------------ */

#define ANSWER(text) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" text

TEST(the_containers_host_hands_them_out)
{
    static const struct server_step script[] = {
        { .act = SERVER_TAKE },
        { .act = SERVER_SEND, .text = ANSWER(HANDED) },
        { .act = SERVER_CLOSE },
        { .act = SERVER_END },
    };
    auto_home home = home_new();
    auto_server *server = server_new(script, NULL);
    auto_free char *url = server_url(server, "/creds");

    (void)setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    (void)setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "tell-me", 1);
    check_are(&home, "AKHANDED", "shanded", "thanded");
    CHECK(strstr(server_request(server, 0), "GET /creds HTTP/1.1"));
    CHECK(strstr(server_request(server, 0), "\r\nAuthorization: tell-me\r\n"));
}

TEST(a_stranger_is_not_asked)
{
    static const char *const urls[] = { "http://example.com/", "http://169.254.169.254/x",
                                        "http://10.0.0.1/", "ftp://127.0.0.1/", "" };
    auto_home home = home_new();

    for (size_t i = 0; i < lengthof(urls); i++) {
        auto_credentials got = { 0 };
        struct err err = { 0 };

        (void)setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", urls[i], 1);
        CHECK_AT(i, !aws_fetch_container(home.cancel, &got, &err) && err.kind != ERR_NET);
    }
}

TEST(the_machine_hands_them_out_to_who_has_a_session)
{
    static const struct server_step script[] = {
        { .act = SERVER_TAKE },
        { .act = SERVER_SEND, .text = ANSWER("session-1") },
        { .act = SERVER_CLOSE },
        { .act = SERVER_TAKE },
        { .act = SERVER_SEND, .text = ANSWER("clinic-role\n") },
        { .act = SERVER_CLOSE },
        { .act = SERVER_TAKE },
        { .act = SERVER_SEND, .text = ANSWER(HANDED) },
        { .act = SERVER_CLOSE },
        { .act = SERVER_END },
    };
    auto_home home = home_new();
    auto_server *server = server_new(script, NULL);
    auto_free char *url = server_url(server, "");
    auto_credentials got = { 0 };
    struct err err = { 0 };

    (void)unsetenv("AWS_EC2_METADATA_DISABLED");
    (void)setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
    CHECK(fetch(&home, &got, &err));
    CHECK_STR(err.msg, "");
    CHECK_STR(got.access_key, "AKHANDED");
    CHECK(got.expires_us == EXPIRES_2036);
    CHECK(strstr(server_request(server, 0), "PUT /latest/api/token"));
    CHECK(strstr(server_request(server, 0), "X-aws-ec2-metadata-token-ttl-seconds: 21600"));
    CHECK(strstr(server_request(server, 2), "/iam/security-credentials/clinic-role HTTP"));
    CHECK(strstr(server_request(server, 2), "X-aws-ec2-metadata-token: session-1"));
}

#define STS(action)                                                                                \
    "<" action "Response><" action "Result><Credentials><AccessKeyId>ASIAX</AccessKeyId>"          \
    "<SecretAccessKey>sx&amp;y</SecretAccessKey><SessionToken>tx</SessionToken>"                   \
    "<Expiration>2036-01-02T03:04:05Z</Expiration></Credentials></" action "Result></" action      \
    "Response>"

TEST(a_web_identity_is_exchanged)
{
    static const struct server_step script[] = {
        { .act = SERVER_TAKE },
        { .act = SERVER_SEND, .text = ANSWER(STS("AssumeRoleWithWebIdentity")) },
        { .act = SERVER_CLOSE },
        { .act = SERVER_END },
    };
    auto_home home = home_new();
    auto_server *server = server_new(script, NULL);
    auto_free char *url = server_url(server, ""), *path = folder_path(home.folder, "token");

    file_write(&home, "token", "jwt+/=\n");
    (void)setenv("AWS_ENDPOINT_URL_STS", url, 1);
    (void)setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
    (void)setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/x", 1);
    check_are(&home, "ASIAX", "sx&y", "tx");
    CHECK(strstr(server_request(server, 0), "Action=AssumeRoleWithWebIdentity&"));
    CHECK(strstr(server_request(server, 0), "WebIdentityToken=jwt%2B%2F%3D"));
    CHECK(!strstr(server_request(server, 0), "Authorization"));
}

TEST(a_role_is_assumed_with_another_profile)
{
    static const struct server_step script[] = {
        { .act = SERVER_TAKE },
        { .act = SERVER_SEND, .text = ANSWER(STS("AssumeRole")) },
        { .act = SERVER_CLOSE },
        { .act = SERVER_END },
    };
    auto_home home = home_new();
    auto_server *server = server_new(script, NULL);
    auto_free char *url = server_url(server, "");

    shared_write(&home, "[base]\naws_access_key_id=AKBASE\naws_secret_access_key=sbase\n",
                 "[profile clinic]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n");
    (void)setenv("AWS_ENDPOINT_URL_STS", url, 1);
    home.settings.profile = "clinic";
    check_are(&home, "ASIAX", "sx&y", "tx");
    CHECK(strstr(server_request(server, 0), "Action=AssumeRole&"));
    CHECK(strstr(server_request(server, 0), "/eu-west-1/sts/aws4_request, SignedHeaders="
                                            "content-type;host;x-amz-date, Signature="));
}

TEST(what_is_no_answer_is_told)
{
    static const char late[] = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\","
                               "\"Expiration\":\"tomorrow\"}";
    static const char *const answers[] = { "",
                                           "no json",
                                           "[]",
                                           "{}",
                                           "{\"AccessKeyId\":\"A\"}",
                                           "{\"AccessKeyId\":\"\",\"SecretAccessKey\":\"s\"}",
                                           late };

    for (size_t i = 0; i < lengthof(answers); i++) {
        auto_credentials got = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !aws_credentials_read(span_of(answers[i]), &got, &err));
        CHECK_AT(i, err.kind == ERR_DATA && !got.access_key);
    }
}

/* Credentials go into headers: characters that would end a line, or the text, are refused. */
TEST(credentials_that_cannot_be_sent_are_refused)
{
    static const struct {
        const char *access_key, *secret_key, *token;
        bool good;
    } cases[] = {
        { "AKIA", "a/b+c=", "dG9rZW4=", true },
        { "A\\u0000B", "s", "t", false },
        { "\\u0000", "s", "t", false },
        { "A\\r\\nX-Evil: 1", "s", "t", false },
        { "A", "s\\ns", "t", false },
        { "A", "s", "t\\rX", false },
        { "A", "s", "t t", false },
        { "A", "s", "t\\u007f", false },
        { "A", "s\\u00e4", "t", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *text = mem_printf("{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\","
                                          "\"Token\":\"%s\"}",
                                          cases[i].access_key, cases[i].secret_key, cases[i].token);
        auto_credentials credentials = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, aws_credentials_read(span_of(text), &credentials, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_DATA && !strstr(err.msg, "Evil")));
    }
}
