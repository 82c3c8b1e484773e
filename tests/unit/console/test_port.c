/* The port's certificate is made anew while connections are open. */
#include "console/port.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "console/pages/pages.h"
#include "console/server/certificate.h"
#include "console/server/throttle.h"
#include "folder.h"
#include "hand_clock.h"
#include "tap.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

/* 1 December 2026, 13:00 UTC. */
#define NOON 1796130000000000
#define A_DAY_US (24 * 3600 * TIME_SECOND)

static const struct route table[] = {
    { REQUEST_GET, "/health", RIGHT_PUBLIC, health_answer, "lives" },
    { .path = NULL },
};

struct place {
    char *folder;
    struct cancel *cancel;
    struct hand_clock hand;
    struct console_settings settings;
    struct console console;
    struct port *port;
    int number;
};

/* Of "https://localhost:8480/". */
static int number_of(const char *url)
{
    struct span rest = span_of(strrchr(url, ':') + 1);
    struct err err = { 0 };
    int64_t number = 0;

    CHECK(num_i64(span_cut(&rest, '/'), 1, 65535, &number, &err));
    return (int)number;
}

static struct place *place_new(void)
{
    struct place *p = mem_new(struct place);
    struct err err = { 0 };

    p->folder = folder_new();
    p->cancel = cancel_new();
    hand_clock_set(&p->hand, NOON, p->cancel);
    p->settings = (struct console_settings){ .address = "127.0.0.1:0",
                                             .names = "localhost",
                                             .state = p->folder,
                                             .certificate = "",
                                             .certificate_key = "",
                                             .behind = "" };
    p->console = (struct console){ .settings = &p->settings,
                                   .clock = &p->hand.clock,
                                   .requests = throttle_new(600, 60 * TIME_SECOND) };
    if (!port_open(&p->console, table, &p->port, &err))
        abort();
    p->number = number_of(port_url(p->port));
    return p;
}

static void place_end(struct place **p)
{
    port_end((*p)->port);
    throttle_free((*p)->console.requests);
    cancel_free((*p)->cancel);
    folder_remove((*p)->folder);
    free(*p);
}
#define auto_place __attribute__((cleanup(place_end))) struct place

/* --- a browser -------------------------------------------------------------------------------- */

struct link {
    SSL_CTX *context;
    SSL *ssl;
    int fd;
};

static struct link link_open(int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    struct link link = { SSL_CTX_new(TLS_client_method()), NULL, socket(AF_INET, SOCK_STREAM, 0) };

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link.ssl = SSL_new(link.context);
    (void)SSL_set_fd(link.ssl, link.fd);
    CHECK(connect(link.fd, (struct sockaddr *)&to, sizeof to) == 0 && SSL_connect(link.ssl) == 1);
    return link;
}

static void link_end(struct link *link)
{
    SSL_free(link->ssl);
    SSL_CTX_free(link->context);
    (void)close(link->fd);
}
#define auto_link __attribute__((cleanup(link_end))) struct link

static void print_of(const struct link *link, char print_r[96])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    X509 *x509 = SSL_get1_peer_certificate(link->ssl);
    unsigned size = 0;
    size_t used = 0;

    (void)X509_digest(x509, EVP_sha256(), digest, &size);
    X509_free(x509);
    for (unsigned i = 0; i < size; i++)
        used += (size_t)snprintf(print_r + used, 96 - used, "%s%02X", i ? ":" : "", digest[i]);
}

/* Asks, and reads the answer to its end. */
static bool is_answered(const struct link *link)
{
    static const char request[] = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char answer[4096] = "";
    size_t used = 0;

    if (SSL_write(link->ssl, request, sizeof request - 1) <= 0)
        return false;
    while (!strstr(answer, "\r\n\r\nok\n")) {
        int got = SSL_read(link->ssl, answer + used, (int)(sizeof answer - 1 - used));

        if (got <= 0)
            return false;
        used += (size_t)got;
    }
    return strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

/* --- what must hold --------------------------------------------------------------------------- */

TEST(a_certificate_in_its_last_days_is_made_anew)
{
    auto_place *p = place_new();
    auto_link before = link_open(p->number);
    char first[96], second[96];

    print_of(&before, first);
    CHECK_STR(first, port_new_print(p->port));
    CHECK(is_answered(&before));
    hand_clock_move(&p->hand, (CERTIFICATE_DAYS - CERTIFICATE_RENEW_DAYS - 1) * A_DAY_US);
    port_tend(p->port);
    {
        auto_link still = link_open(p->number);

        print_of(&still, second);
        CHECK_STR(second, first);
    }
    hand_clock_move(&p->hand, A_DAY_US);
    port_tend(p->port);
    {
        auto_link after = link_open(p->number);

        print_of(&after, second);
        CHECK(strcmp(second, first) != 0);
        CHECK(is_answered(&after));
    }
    CHECK(is_answered(&before)); /* which was open all the time */
}

TEST(it_is_looked_at_once_an_hour)
{
    auto_place *p = place_new();
    auto_free char *key = mem_printf("%s/console-tls.key", p->folder);
    auto_free char *pem = mem_printf("%s/console-tls.crt", p->folder);
    char first[96], second[96];

    {
        auto_link link = link_open(p->number);

        print_of(&link, first);
    }
    CHECK(unlink(key) == 0 && unlink(pem) == 0);
    for (int minute = 0; minute < 60; minute++) {
        hand_clock_move(&p->hand, 59 * TIME_SECOND);
        port_tend(p->port);
        CHECK(access(pem, F_OK) != 0);
    }
    hand_clock_move(&p->hand, 60 * TIME_SECOND);
    port_tend(p->port);
    CHECK(access(pem, F_OK) == 0);
    {
        auto_link link = link_open(p->number);

        print_of(&link, second);
        CHECK(strcmp(second, first) != 0);
    }
}

TEST(what_cannot_be_read_changes_nothing)
{
    auto_place *p = place_new();
    auto_free char *key = mem_printf("%s/console-tls.key", p->folder);
    char first[96], second[96];

    {
        auto_link link = link_open(p->number);

        print_of(&link, first);
    }
    CHECK(truncate(key, 10) == 0);
    hand_clock_move(&p->hand, 3601 * TIME_SECOND);
    port_tend(p->port);
    {
        auto_link link = link_open(p->number);

        print_of(&link, second);
        CHECK_STR(second, first);
        CHECK(is_answered(&link));
    }
}

TEST(a_port_that_is_in_use_is_said_with_what_to_do)
{
    auto_place *p = place_new();
    auto_free char *address = mem_printf("127.0.0.1:%d", p->number);
    struct console_settings settings = p->settings;
    struct console other = p->console;
    struct port *port = NULL;
    struct err err = { 0 };

    settings.address = address;
    other.settings = &settings;
    CHECK(!port_open(&other, table, &port, &err));
    CHECK(err.kind == ERR_USAGE && strstr(err.msg, "in use") && strstr(err.msg, "another port"));
}
