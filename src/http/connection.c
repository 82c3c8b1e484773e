/*
 * One multi and one easy handle. The easy handle connects and does no more (CONNECT_ONLY); the
 * connection lives as long as it stays with its multi handle. The bytes on its socket are ours:
 * plain, or through TLS.
 *
 * The socket waits by itself, a tenth of a second at most, instead of being polled first: one
 * system call for an answer in place of three.
 */
#include "http/connection.h"

#include "base/mem.h"
#include "base/time.h"
#include "http/tls.h"
#include "http/url.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>

enum { CONNECT_US = 15 * TIME_SECOND, WAIT_MS = 100 };

struct connection {
    struct http_settings settings;
    CURLM *multi;
    CURL *easy;
    char said[CURL_ERROR_SIZE];
    char *origin, *host; /* of the server; NULL if it is closed */
    struct url url;      /* the parts of `origin`               */
    bool is_begun, is_open, is_plain;
    int fd;          /* -1 until libcurl has connected it    */
    struct tls *tls; /* NULL: plain, or not yet begun        */
    bool is_to_send; /* the handshake waits for room to send */
    int64_t begun_us;
};

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(easy, option, value) != CURLE_OK)                                     \
            abort();                                                                               \
    } while (0)

static int64_t connect_us(const struct connection *connection)
{
    return connection->settings.connect_us ? connection->settings.connect_us : CONNECT_US;
}

/* A proxy opens a tunnel to a server that speaks TLS; it passes on plain requests itself. */
static void curl_options_set(struct connection *connection)
{
    const struct http_settings *settings = &connection->settings;
    CURL *easy = connection->easy;

    SET(CURLOPT_CONNECT_ONLY, 1L);
    SET(CURLOPT_PROTOCOLS_STR, "http");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_PROXY, settings->proxy ? settings->proxy : "");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_us(connection) / TIME_MS));
    SET(CURLOPT_ERRORBUFFER, connection->said);
}

void http_setup(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
}

void http_teardown(void)
{
    tls_teardown();
    curl_global_cleanup();
}

struct connection *connection_new(const struct http_settings *settings)
{
    struct connection *connection = mem_new(struct connection);

    connection->settings = *settings;
    connection->multi = curl_multi_init();
    connection->easy = curl_easy_init();
    if (!connection->multi || !connection->easy)
        abort();
    connection->fd = -1;
    curl_options_set(connection);
    return connection;
}

void connection_free(struct connection *connection)
{
    if (!connection)
        return;
    connection_close(connection);
    curl_easy_cleanup(connection->easy);
    curl_multi_cleanup(connection->multi);
    free(connection);
}

void connection_close(struct connection *connection)
{
    tls_free(take(connection->tls));
    if (connection->is_begun)
        (void)curl_multi_remove_handle(connection->multi, connection->easy);
    connection->is_begun = connection->is_open = false;
    connection->fd = -1;
    url_clear(&connection->url);
    free(take(connection->origin));
    free(take(connection->host));
}

const char *connection_host(const struct connection *connection)
{
    return connection->host;
}

bool connection_is_by_proxy(const struct connection *connection)
{
    return connection->is_plain && connection->settings.proxy;
}

bool connection_is_resumed(const struct connection *connection)
{
    return connection->tls && tls_is_resumed(connection->tls);
}

const char *connection_said(const struct connection *connection)
{
    return connection->tls ? tls_said(connection->tls) : connection->said;
}

/* --- connecting ----------------------------------------------------------------------------- */

struct span connection_origin(const char *url)
{
    const char *host = strstr(url, "://");

    return span_first(span_of(url), host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0);
}

static bool no_connection(const char *said, struct err *err)
{
    return err_set(err, ERR_NET, HTTP_NO_CONNECTION, "%s", said);
}

static bool scheme_is_allowed(const struct connection *connection, struct span origin,
                              struct err *err)
{
    bool plain_allowed = connection->settings.plain_allowed;

    if (span_is_nocase(span_first(origin, strlen("https://")), "https://")
        || (plain_allowed && span_is_nocase(span_first(origin, strlen("http://")), "http://")))
        return true;
    return err_set(err, ERR_USAGE, 0, "only https:// %sis allowed here",
                   plain_allowed ? "or http:// " : "");
}

/* Tells libcurl where to connect: without TLS, and always with a port. */
static void address_set(const struct connection *connection)
{
    CURL *easy = connection->easy;
    auto_free char *address =
        mem_printf("http://%s:%s", connection->url.host, connection->url.port);

    SET(CURLOPT_URL, address);
    SET(CURLOPT_HTTPPROXYTUNNEL, connection->is_plain ? 0L : 1L);
}

bool connection_begin(struct connection *connection, const char *url, struct err *err)
{
    struct span origin = connection_origin(url);
    auto_free char *text = span_text(origin);
    auto_str written = STR_MAX(KIB(2));
    struct url *parts = &connection->url;
    struct err why;

    connection_close(connection);
    if (!scheme_is_allowed(connection, origin, err))
        return false;
    if (!url_read(text, parts, &why))
        return no_connection(why.msg, err);
    url_add_origin(&written, parts);
    connection->is_plain = strcmp(parts->scheme, "http") == 0;
    connection->origin = take(text);
    connection->host = mem_text(str_text(&written) + strlen(parts->scheme) + strlen("://"));
    connection->said[0] = '\0';
    connection->begun_us = time_mono_us();
    address_set(connection);
    if (curl_multi_add_handle(connection->multi, connection->easy) != CURLM_OK)
        abort();
    connection->is_begun = true;
    return true;
}

/* Libcurl's part of connecting, up to a connected socket. */
static enum connection_step connect_go_on(struct connection *connection, struct err *err)
{
    CURLMsg *message;
    curl_socket_t fd;
    int running, left;

    if (curl_multi_perform(connection->multi, &running) != CURLM_OK)
        abort();
    message = curl_multi_info_read(connection->multi, &left);
    if (!message || message->msg != CURLMSG_DONE)
        return CONNECTION_AGAIN;
    if (message->data.result != CURLE_OK) {
        (void)no_connection(
            *connection->said ? connection->said : curl_easy_strerror(message->data.result), err);
        return CONNECTION_BROKEN;
    }
    if (curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK
        || fd == CURL_SOCKET_BAD) {
        (void)no_connection("the connection ended as soon as it stood", err);
        return CONNECTION_BROKEN;
    }
    connection->fd = fd;
    return CONNECTION_DONE;
}

static enum connection_step handshake_go_on(struct connection *connection, struct err *err)
{
    enum connection_step step;

    if (!connection->tls
        && !tls_new(connection->fd, connection->settings.ca_file, &connection->url,
                    &connection->tls, err))
        return CONNECTION_BROKEN;
    step = tls_handshake(connection->tls, &connection->is_to_send, err);
    if (step != CONNECTION_AGAIN || time_mono_us() - connection->begun_us < connect_us(connection))
        return step;
    (void)no_connection("the server did not end the handshake of TLS in time", err);
    return CONNECTION_BROKEN;
}

/* Makes the socket wait by itself from now on. */
static void socket_set_blocking(int fd)
{
    struct timeval wait = { .tv_usec = WAIT_MS * 1000 };

    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) != 0
        || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0)
        abort();
}

enum connection_step connection_go_on(struct connection *connection, struct err *err)
{
    enum connection_step step = CONNECTION_DONE;

    if (connection->fd < 0)
        step = connect_go_on(connection, err);
    if (step == CONNECTION_DONE && !connection->is_plain)
        step = handshake_go_on(connection, err);
    if (step != CONNECTION_DONE)
        return step;
    socket_set_blocking(connection->fd);
    connection->is_open = true;
    return CONNECTION_DONE;
}

void connection_wait(struct connection *connection, const struct cancel *cancel)
{
    struct curl_waitfd besides = { cancel_fd(cancel), CURL_WAIT_POLLIN, 0 };
    struct pollfd fds[] = {
        { connection->fd, connection->is_to_send ? POLLOUT : POLLIN, 0 },
        { cancel_fd(cancel), POLLIN, 0 },
    };

    if (connection->tls)
        (void)poll(fds, lengthof(fds), WAIT_MS);
    else if (curl_multi_poll(connection->multi, &besides, 1, WAIT_MS, NULL) != CURLM_OK)
        abort();
}

/* --- using ---------------------------------------------------------------------------------- */

/* Whether the other side is still there, and no bytes came that nobody asked for. */
static bool is_quiet(const struct connection *connection)
{
    char byte;

    return recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN
           && !(connection->tls && tls_holds_bytes(connection->tls));
}

bool connection_serves(struct connection *connection, const char *url)
{
    return connection->is_open && span_is(connection_origin(url), connection->origin)
           && is_quiet(connection);
}

/* The result of a system call that failed. */
static enum connection_step errno_step(struct connection *connection)
{
    char text[128];

    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return CONNECTION_AGAIN;
    (void)snprintf(connection->said, sizeof connection->said, "%s",
                   strerror_r(errno, text, sizeof text));
    return CONNECTION_BROKEN;
}

static enum connection_step send_plain(struct connection *connection, struct span bytes,
                                       bool is_last, size_t *sent_r)
{
    ssize_t sent =
        send(connection->fd, bytes.at, bytes.size, MSG_NOSIGNAL | (is_last ? 0 : MSG_MORE));

    if (sent < 0)
        return errno_step(connection);
    *sent_r = (size_t)sent;
    return CONNECTION_DONE;
}

enum connection_step connection_send(struct connection *connection, struct span bytes, bool is_last,
                                     size_t *sent_r)
{
    enum connection_step step;

    bytes = span_first(bytes, TLS_SEND_MAX);
    if (!connection->tls)
        return send_plain(connection, bytes, is_last, sent_r);
    step = tls_send(connection->tls, bytes, is_last);
    if (step == CONNECTION_DONE)
        *sent_r = bytes.size;
    return step;
}

static enum connection_step receive_plain(struct connection *connection, void *bytes, size_t room,
                                          size_t *size_r)
{
    ssize_t size = recv(connection->fd, bytes, room, 0);

    if (size < 0)
        return errno_step(connection);
    *size_r = (size_t)size;
    return size > 0 ? CONNECTION_DONE : CONNECTION_ENDED;
}

enum connection_step connection_receive(struct connection *connection, void *bytes, size_t room,
                                        size_t *size_r)
{
    return connection->tls ? tls_receive(connection->tls, bytes, room, size_r)
                           : receive_plain(connection, bytes, room, size_r);
}
