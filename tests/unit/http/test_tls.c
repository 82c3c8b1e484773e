/* TLS: the names and versions that are accepted, sessions that are resumed, ends that count. */
#include "http/http.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/time.h"
#include "certs.h"
#include "folder.h"
#include "http/connection.h"
#include "server.h"
#include "tap.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <unistd.h>

#define TAKE                                                                                       \
    {                                                                                              \
        .act = SERVER_TAKE                                                                         \
    }
#define SEND(words)                                                                                \
    {                                                                                              \
        SERVER_SEND, words, sizeof(words) - 1                                                      \
    }
#define DO(what)                                                                                   \
    {                                                                                              \
        .act = what                                                                                \
    }
#define OK "HTTP/1.1 200 OK\r\n"
#define EMPTY OK "Content-Length: 0\r\n\r\n"

/*
 * This machine's OpenSSL is told to allow everything that it ever could, so that every refusal is
 * ours. It reads this once, before its first use.
 */
__attribute__((constructor)) static void allow_everything(void)
{
    static const char conf[] = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
                               "system_default = weak\n[weak]\nMinProtocol = TLSv1\n"
                               "CipherString = ALL:@SECLEVEL=0\n";
    static char path[] = "/tmp/fmferry-openssl-XXXXXX";
    int fd = mkstemp(path);
    struct err err = { 0 };

    if (fd < 0 || !fs_write_all(fd, span_of(conf), path, &err)
        || setenv("OPENSSL_CONF", path, 1) != 0
        || OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
        abort();
    (void)close(fd);
    (void)unlink(path);
}

struct place {
    char *folder;
    struct certs *certs;
    struct cancel *cancel;
    struct http *http;
};

static struct place place_new(void)
{
    struct place place = { .folder = folder_new(), .cancel = cancel_new() };

    http_setup();
    place.certs = certs_new(place.folder, "ca");
    place.http =
        http_new(&(struct http_settings){ .ca_file = certs_ca_file(place.certs) }, place.cancel);
    return place;
}

static void place_end(struct place *place)
{
    http_free(place->http);
    certs_free(place->certs);
    cancel_free(place->cancel);
    folder_remove(place->folder);
    http_teardown();
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* Makes a request and reads to the end; the cause in `err_r`. */
static bool get(struct place *place, const char *url, struct str *body, struct err *err_r)
{
    struct http_request request = {
        .method = "GET", .url = url, .repeatable = true, .idle_us = 60 * TIME_SECOND
    };
    auto_answer *answer = NULL;

    *err_r = (struct err){ 0 };
    return http_open(place->http, &request, &answer, err_r) && http_read_all(answer, body, err_r);
}

/* --- names ---------------------------------------------------------------------------------- */

/* Every name below localhost leads here without a name server. */
TEST(the_certificate_must_bear_the_name)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_END) };
    static const struct {
        const char *alt_name, *host;
        bool good;
        const char *asked; /* the name in the handshake */
    } cases[] = {
        { "DNS:localhost", "localhost", true, "localhost" },
        { "DNS:localhost", "LOCALHOST", true, "localhost" },
        { "DNS:other.localhost", "localhost", false, "" },
        { "DNS:localhost", "other.localhost", false, "" },
        { "DNS:a.localhost,DNS:b.localhost", "b.localhost", true, "b.localhost" },
        { "DNS:*.docs.localhost", "one.docs.localhost", true, "one.docs.localhost" },
        { "DNS:*.docs.localhost", "two.one.docs.localhost", false, "" },
        { "DNS:*.docs.localhost", "docs.localhost", false, "" },
        { "DNS:o*.docs.localhost", "one.docs.localhost", false, "" },
        { "IP:127.0.0.1", "localhost", false, "" },
        { "IP:127.0.0.1", "127.0.0.1", true, "" },
        { "IP:127.0.0.2", "127.0.0.1", false, "" },
        { "DNS:127.0.0.1", "127.0.0.1", false, "" },
        { "DNS:localhost.example.com", "localhost", false, "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new();
        auto_free char *cert = certs_make(place.certs, "it", cases[i].alt_name, 1);
        auto_server *server = server_new(script, &(struct server_settings){ .cert_file = cert });
        auto_free char *url = server_url_as(server, cases[i].host, "/");
        auto_str body = STR_MAX(KIB(1));
        struct err err;

        CHECK_AT(i, get(&place, url, &body, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_NET && err.code == HTTP_NO_TRUST));
        CHECK_AT(i, server_count(server) == cases[i].good);
        if (cases[i].good)
            CHECK_STR(server_asked_name(server), cases[i].asked);
    }
}

/* --- versions ------------------------------------------------------------------------------- */

TEST(protocols_of_long_ago_are_refused)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_END) };
    static const struct {
        int most;
        bool good;
    } cases[] = {
        { TLS1_VERSION, false },
        { TLS1_1_VERSION, false },
        { TLS1_2_VERSION, true },
        { TLS1_3_VERSION, true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new();
        auto_free char *cert = certs_make(place.certs, "it", "IP:127.0.0.1", 1);
        auto_server *server = server_new(
            script, &(struct server_settings){ .cert_file = cert, .tls_most = cases[i].most });
        auto_free char *url = server_url(server, "/");
        auto_str body = STR_MAX(KIB(1));
        struct err err;

        CHECK_AT(i, get(&place, url, &body, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_NET && err.code == HTTP_NO_CONNECTION));
        CHECK_AT(i, server_count(server) == cases[i].good);
    }
}

/* --- sessions ------------------------------------------------------------------------------- */

/*
 * A resumed session sends no certificate: so a session that one name earned must not serve another,
 * though the server, and the keys of its sessions, are the same.
 */
TEST(a_session_is_for_the_name_that_earned_it)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_CLOSE),
                                                 TAKE, SEND(EMPTY), DO(SERVER_CLOSE),
                                                 TAKE, SEND(EMPTY), DO(SERVER_END) };
    static const struct {
        const char *host;
        bool good;
        uint64_t resumed;
    } cases[] = { { "localhost", true, 0 }, { "127.0.0.1", false, 0 }, { "localhost", true, 1 } };
    auto_place place = place_new();
    auto_free char *cert = certs_make(place.certs, "it", "DNS:localhost", 1);
    auto_server *server = server_new(script, &(struct server_settings){ .cert_file = cert });

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *url = server_url_as(server, cases[i].host, "/");
        auto_str body = STR_MAX(KIB(1));
        struct http_counts before = http_counts();
        struct err err;

        CHECK_AT(i, get(&place, url, &body, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_NET && err.code == HTTP_NO_TRUST));
        CHECK_AT(i, http_counts().resumed - before.resumed == cases[i].resumed);
    }
    CHECK(server_count(server) == 2);
}

/* Connects and sends nothing, so that nothing is received either: no new session. */
static bool connects(struct connection *connection, const char *url, const struct cancel *cancel)
{
    enum connection_step step = CONNECTION_AGAIN;
    struct err err;

    if (!connection_begin(connection, url, &err))
        return false;
    while (step == CONNECTION_AGAIN) {
        connection_wait(connection, cancel);
        step = connection_go_on(connection, &err);
    }
    return step == CONNECTION_DONE;
}

/* Many threads begin at once, before any of them has received a session of its own. */
TEST(a_session_serves_all_who_connect_at_once)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_CLOSE), TAKE,
                                                 DO(SERVER_END) };
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

    for (size_t i = 0; i < lengthof(versions); i++) {
        auto_place place = place_new();
        auto_free char *cert = certs_make(place.certs, "it", "IP:127.0.0.1", 1);
        auto_server *server = server_new(
            script, &(struct server_settings){ .cert_file = cert, .tls_most = versions[i] });
        auto_free char *url = server_url(server, "/");
        auto_str body = STR_MAX(KIB(1));
        struct connection *many[3];
        struct err err;

        CHECK_AT(i, get(&place, url, &body, &err));
        for (size_t k = 0; k < lengthof(many); k++) {
            many[k] =
                connection_new(&(struct http_settings){ .ca_file = certs_ca_file(place.certs) });
            CHECK_AT(i, connects(many[k], url, place.cancel));
            CHECK_AT(i, connection_is_resumed(many[k]));
        }
        for (size_t k = 0; k < lengthof(many); k++)
            connection_free(many[k]);
    }
}

/* --- trust ---------------------------------------------------------------------------------- */

/* Who trusts others than the one who earned a session must see the certificate. */
TEST(a_session_is_for_the_trust_that_earned_it)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_CLOSE),
                                                 TAKE, SEND(EMPTY), DO(SERVER_END) };
    auto_place place = place_new();
    auto_certs *others = certs_new(place.folder, "others");
    auto_free char *cert = certs_make(place.certs, "it", "IP:127.0.0.1", 1);
    auto_server *server = server_new(script, &(struct server_settings){ .cert_file = cert });
    auto_free char *url = server_url(server, "/");
    auto_str body = STR_MAX(KIB(1));
    struct err err;

    CHECK(get(&place, url, &body, &err));
    http_free(place.http);
    place.http =
        http_new(&(struct http_settings){ .ca_file = certs_ca_file(others) }, place.cancel);
    CHECK(!get(&place, url, &body, &err) && err.code == HTTP_NO_TRUST);
    CHECK(server_count(server) == 1);
}

/*
 * A file of a CA is read once for all clients. If it is replaced, those who come later know the new
 * one; who knows the old one goes on with it.
 */
TEST(a_ca_file_that_is_replaced_is_read_again)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_END) };
    auto_place place = place_new();
    auto_certs *others = certs_new(place.folder, "others");
    auto_free char *cert = certs_make(others, "it", "IP:127.0.0.1", 1);
    auto_server *server = server_new(script, &(struct server_settings){ .cert_file = cert });
    auto_free char *url = server_url(server, "/"), *path = folder_path(place.folder, "trusted.pem");
    const struct http_settings settings = { .ca_file = path };
    auto_str body = STR_MAX(KIB(1));
    struct err err;

    CHECK(symlink(certs_ca_file(place.certs), path) == 0);
    http_free(place.http);
    place.http = http_new(&settings, place.cancel);
    CHECK(!get(&place, url, &body, &err) && err.code == HTTP_NO_TRUST);
    CHECK(unlink(path) == 0 && symlink(certs_ca_file(others), path) == 0);
    CHECK(!get(&place, url, &body, &err) && err.code == HTTP_NO_TRUST);
    http_free(place.http);
    place.http = http_new(&settings, place.cancel);
    CHECK(get(&place, url, &body, &err));
}

/* --- a certificate of our own --------------------------------------------------------------- */

/* Writes the key of a PEM file once more, behind a password. The caller frees the name. */
static char *key_encrypt(const char *folder, const char *cert_file, const char *password)
{
    char *path = folder_path(folder, "locked.pem");
    FILE *from = fopen(cert_file, "r"), *to = fopen(path, "w");
    EVP_PKEY *key = from ? PEM_read_PrivateKey(from, NULL, NULL, NULL) : NULL;

    if (!key || !to
        || PEM_write_PrivateKey(to, key, EVP_aes_128_cbc(), (const unsigned char *)password,
                                (int)strlen(password), NULL, NULL)
               != 1
        || fclose(to) != 0)
        abort();
    (void)fclose(from);
    EVP_PKEY_free(key);
    return path;
}

TEST(a_server_may_want_a_certificate_of_ours)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_END) };
    auto_place place = place_new();
    auto_free char *cert = certs_make(place.certs, "it", "IP:127.0.0.1", 1),
                   *ours = certs_make(place.certs, "ours", NULL, 1),
                   *other = certs_make(place.certs, "other", NULL, 1),
                   *locked = key_encrypt(place.folder, ours, "open sesame");
    auto_secret *right = secret_new(span_of("open sesame")), *wrong = secret_new(span_of("x"));
    const struct {
        struct http_route route;
        bool good;
        enum err_kind kind;
    } cases[] = {
        { { .client_certificate = ours }, true, ERR_NONE },
        { { .client_certificate = ours, .client_key = locked, .key_password = right },
          true,
          ERR_NONE },
        { { .client_certificate = ours, .client_key = locked, .key_password = wrong },
          false,
          ERR_USAGE },
        { { .client_certificate = ours, .client_key = other }, false, ERR_USAGE },
        { { .client_certificate = "nowhere.pem" }, false, ERR_USAGE },
        { { 0 }, false, ERR_NET },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_server *server =
            server_new(script, &(struct server_settings){
                                   .cert_file = cert, .client_ca = certs_ca_file(place.certs) });
        auto_free char *url = server_url(server, "/");
        auto_str body = STR_MAX(KIB(1));
        struct err err;

        http_free(place.http);
        place.http = http_new(&(struct http_settings){ .ca_file = certs_ca_file(place.certs),
                                                       .route = cases[i].route },
                              place.cancel);
        CHECK_AT(i, get(&place, url, &body, &err) == cases[i].good && err.kind == cases[i].kind);
        CHECK_AT(i, server_count(server) == cases[i].good);
        CHECK_AT(i, err.kind != ERR_USAGE || strstr(err.msg, "client_certificate or client_key"));
    }
}

/* --- ends ----------------------------------------------------------------------------------- */

/* A body that lasts until the connection ends is whole only if TLS announces the end. */
TEST(a_body_that_breaks_off_is_not_whole)
{
    static const struct {
        struct server_step script[5];
        bool good;
    } cases[] = {
        { { TAKE, SEND(OK "\r\nall of it"), DO(SERVER_CLOSE), DO(SERVER_END) }, true },
        { { TAKE, SEND(OK "\r\nhalf of it"), DO(SERVER_LEAVE), DO(SERVER_END) }, false },
        { { TAKE, SEND(OK "\r\n"), DO(SERVER_LEAVE), DO(SERVER_END) }, false },
        { { TAKE, SEND(OK "\r\nhalf of it"), DO(SERVER_RESET), DO(SERVER_END) }, false },
        { { TAKE, SEND(OK "Content-Length: 9\r\n\r\nall of it"), DO(SERVER_LEAVE), DO(SERVER_END) },
          true },
        { { TAKE, SEND(OK "Content-Length: 9\r\n\r\nhalf"), DO(SERVER_LEAVE), DO(SERVER_END) },
          false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new();
        auto_free char *cert = certs_make(place.certs, "it", "IP:127.0.0.1", 1);
        auto_server *server =
            server_new(cases[i].script, &(struct server_settings){ .cert_file = cert });
        auto_free char *url = server_url(server, "/");
        auto_str body = STR_MAX(KIB(1));
        struct err err;

        CHECK_AT(i, get(&place, url, &body, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_NET && err.code == HTTP_BROKEN));
        CHECK_AT(i, !cases[i].good || span_is(str_span(&body), "all of it"));
    }
}
