/*
 * One multi and one easy handle. The easy handle connects and does no more (CONNECT_ONLY); the
 * connection lives as long as it stays with its multi handle, and passes our bytes.
 *
 * The socket waits by itself, a tenth of a second at most, instead of being polled first: one
 * system call for an answer in place of three. libcurl would wait in it, too, when it closes it.
 */
#include "http/connection.h"

#include "base/mem.h"
#include "base/time.h"
#include "http/tls.h"
#include "http/url.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>

enum { CONNECT_US = 15 * TIME_SECOND, WAIT_MS = 100, SEND_MAX = 64 * 1024 };

struct connection {
    struct http_settings settings;
    CURLM *multi;
    CURL *easy;
    char said[CURL_ERROR_SIZE];
    char *origin, *host; /* of the server; NULL if it is closed */
    struct url url;      /* the parts of `origin`               */
    bool is_begun, is_open, is_plain;
    struct route_proxy proxy; /* that may be used for this server */
    bool is_by_proxy;
    int fd; /* -1 until it is open */
    struct tls tls;
    bool is_passed; /* `tls` has the bytes of this send; some may not be in the kernel yet */
};

static int64_t connect_us(const struct connection *connection)
{
    return connection->settings.connect_us ? connection->settings.connect_us : CONNECT_US;
}

static void curl_options_set(struct connection *connection)
{
    const struct http_settings *settings = &connection->settings;
    CURL *easy = connection->easy;

    CURL_SET(CURLOPT_CONNECT_ONLY, 1L);
    CURL_SET(CURLOPT_PROTOCOLS_STR, "http,https");
    CURL_SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    CURL_SET(CURLOPT_PROXYAUTH, (long)CURLAUTH_ANY);
    CURL_SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    CURL_SET(CURLOPT_NOSIGNAL, 1L);
    CURL_SET(CURLOPT_TCP_KEEPALIVE, 1L);
    CURL_SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_us(connection) / TIME_MS));
    CURL_SET(CURLOPT_ERRORBUFFER, connection->said);
    tls_options_set(easy, settings, &connection->tls);
}

void http_setup(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    tls_setup();
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
    (void)curl_multi_cleanup(connection->multi);
    free(connection);
}

/* A socket waits by itself, or answers at once. */
static void socket_set_waiting(int fd, bool waits)
{
    int flags = fcntl(fd, F_GETFL) & ~O_NONBLOCK;

    if (fcntl(fd, F_SETFL, waits ? flags : flags | O_NONBLOCK) != 0)
        abort();
}

void connection_close(struct connection *connection)
{
    if (connection->is_open)
        socket_set_waiting(connection->fd, false);
    connection->tls.ssl = NULL;
    connection->tls.gather = NULL;
    connection->is_passed = false;
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
    return connection->is_plain && connection->is_by_proxy;
}

bool connection_is_resumed(const struct connection *connection)
{
    return tls_is_resumed(&connection->tls);
}

/* The words of OpenSSL, without the version and numbers that libcurl puts before them. */
static const char *said_reason(const char *said)
{
    const char *reason = strstr(said, " routines::");

    return reason ? reason + strlen(" routines::") : said;
}

struct span connection_proxy(const struct connection *connection)
{
    return connection->is_by_proxy ? route_proxy_name(connection->proxy.url) : SPAN_NONE;
}

const char *connection_said(const struct connection *connection)
{
    return said_reason(connection->said);
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

/* A proxy opens a tunnel to a server that speaks TLS; it passes on plain requests itself. */
static bool proxy_set(struct connection *connection, struct err *err)
{
    const struct http_route *route = &connection->settings.route;
    CURL *easy = connection->easy;

    connection->is_by_proxy = false;
    if (!route_choose(route, &connection->url, &connection->proxy, err))
        return false;
    CURL_SET(CURLOPT_PROXY, connection->proxy.url);
    CURL_SET(CURLOPT_NOPROXY, connection->proxy.obeys_no_proxy ? NULL : "");
    if (route->proxy_user && *route->proxy_user) {
        auto_free char *password =
            span_text(route->proxy_password ? secret_reveal(route->proxy_password) : SPAN_NONE);

        CURL_SET(CURLOPT_PROXYUSERNAME, route->proxy_user);
        CURL_SET(CURLOPT_PROXYPASSWORD, password);
        explicit_bzero(password, strlen(password));
    }
    return true;
}

bool connection_begin(struct connection *connection, const char *url, struct err *err)
{
    struct span origin = connection_origin(url);
    auto_free char *text = span_text(origin);
    auto_str written = STR_MAX(KIB(2));
    struct url *parts = &connection->url;
    CURL *easy = connection->easy;
    struct err why;

    connection_close(connection);
    if (!scheme_is_allowed(connection, origin, err))
        return false;
    if (!url_read(text, parts, &why))
        return no_connection(why.msg, err);
    url_add_origin(&written, parts);
    connection->is_plain = strcmp(parts->scheme, "http") == 0;
    connection->tls.host = connection->url.host;
    if (!proxy_set(connection, err))
        return false;
    CURL_SET(CURLOPT_URL, text);
    connection->origin = take(text);
    connection->host = mem_text(str_text(&written) + strlen(parts->scheme) + strlen("://"));
    connection->said[0] = '\0';
    if (curl_multi_add_handle(connection->multi, connection->easy) != CURLM_OK)
        abort();
    connection->is_begun = true;
    return true;
}

/* Says why the proxy did not give a tunnel, and what to do about it. */
static bool proxy_failed(const struct connection *connection, const char *said, struct err *err)
{
    struct span name = route_proxy_name(connection->proxy.url);
    long status = 0;

    (void)curl_easy_getinfo(connection->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    switch (status) {
    case 407:
        return err_set(err, ERR_NET, HTTP_NO_CONNECTION,
                       "the proxy " SPAN_FORMAT " wants to know who asks (407): set proxy_user and "
                       "proxy_password_file",
                       SPAN_ARGS(name));
    case 403:
        return err_set(err, ERR_NET, HTTP_NO_CONNECTION,
                       "the proxy " SPAN_FORMAT
                       " does not allow %s (403): its administrator must, or "
                       "set proxy = direct if there is another way",
                       SPAN_ARGS(name), connection->host);
    case 0:
        return err_set(err, ERR_NET, HTTP_NO_CONNECTION,
                       "the proxy " SPAN_FORMAT " is not reached: %s", SPAN_ARGS(name), said);
    default:
        return err_set(err, ERR_NET, HTTP_NO_CONNECTION,
                       "the proxy " SPAN_FORMAT " does not reach %s: it answers %ld",
                       SPAN_ARGS(name), connection->host, status);
    }
}

/* Whether libcurl failed at the proxy, and not behind it. */
static bool is_proxy_to_blame(const struct connection *connection, CURLcode result)
{
    long status = 0;

    (void)curl_easy_getinfo(connection->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return result == CURLE_COULDNT_RESOLVE_PROXY || result == CURLE_PROXY || status >= 300
           || (!connection->proxy.obeys_no_proxy && *connection->proxy.url && status == 0);
}

/* Says why libcurl did not connect, in its own words or, for a certificate, in ours. */
static bool connect_failed(const struct connection *connection, CURLcode result, struct err *err)
{
    const char *said = *connection->said ? said_reason(connection->said)
                                         : curl_easy_strerror(result);

    if (is_proxy_to_blame(connection, result))
        return proxy_failed(connection, said, err);
    if (result == CURLE_PEER_FAILED_VERIFICATION)
        return err_set(err, ERR_NET, HTTP_NO_TRUST, "%s",
                       *connection->tls.distrust ? connection->tls.distrust : said);
    if (result == CURLE_SSL_CACERT_BADFILE)
        return err_set(err, ERR_USAGE, 0, "the CA file '%s' cannot be used",
                       connection->settings.ca_file ? connection->settings.ca_file
                                                    : "of the system");
    if (result == CURLE_SSL_CERTPROBLEM)
        return err_set(err, ERR_USAGE, 0, "our client_certificate or client_key cannot be used: %s",
                       said);
    if (result == CURLE_SSL_CONNECT_ERROR)
        return err_set(err, ERR_NET, HTTP_NO_CONNECTION, "TLS could not begin: %s", said);
    return no_connection(said, err);
}

/* Makes the socket wait by itself from now on. */
static bool socket_take(struct connection *connection)
{
    struct timeval wait = { .tv_usec = WAIT_MS * 1000 };
    curl_socket_t fd;
    long tunnel = 0;

    if (curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK
        || fd == CURL_SOCKET_BAD)
        return false;
    socket_set_waiting(fd, true);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0)
        abort();
    (void)curl_easy_getinfo(connection->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    connection->is_by_proxy = tunnel || (connection->is_plain && *connection->proxy.url);
    tls_gather(&connection->tls, fd);
    connection->fd = fd;
    connection->is_open = true;
    return true;
}

enum connection_step connection_go_on(struct connection *connection, struct err *err)
{
    CURLMsg *message;
    int running, left;

    if (curl_multi_perform(connection->multi, &running) != CURLM_OK)
        abort();
    message = curl_multi_info_read(connection->multi, &left);
    if (!message || message->msg != CURLMSG_DONE)
        return CONNECTION_AGAIN;
    if (message->data.result == CURLE_OK && socket_take(connection))
        return CONNECTION_DONE;
    if (message->data.result == CURLE_OK)
        (void)no_connection("the connection ended as soon as it was made", err);
    else
        (void)connect_failed(connection, message->data.result, err);
    return CONNECTION_BROKEN;
}

void connection_wait(struct connection *connection, const struct cancel *cancel)
{
    struct curl_waitfd besides = { cancel_fd(cancel), CURL_WAIT_POLLIN, 0 };

    if (curl_multi_poll(connection->multi, &besides, 1, WAIT_MS, NULL) != CURLM_OK)
        abort();
}

/* --- using ---------------------------------------------------------------------------------- */

/* Whether the other side is still there, and no bytes came that nobody asked for. */
static bool is_quiet(const struct connection *connection)
{
    char byte;

    return recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN
           && !tls_holds_bytes(&connection->tls);
}

bool connection_serves(struct connection *connection, const char *url)
{
    return connection->is_open && span_is(connection_origin(url), connection->origin)
           && is_quiet(connection);
}

/* The result of a call to libcurl. */
static enum connection_step step_of(CURLcode result)
{
    if (result == CURLE_OK)
        return CONNECTION_DONE;
    return result == CURLE_AGAIN ? CONNECTION_AGAIN : CONNECTION_BROKEN;
}

enum connection_step connection_send(struct connection *connection, struct span bytes, bool is_last,
                                     size_t *sent_r)
{
    enum connection_step step = CONNECTION_DONE;

    bytes = span_first(bytes, SEND_MAX);
    if (!connection->is_passed)
        step = step_of(curl_easy_send(connection->easy, bytes.at, bytes.size, sent_r));
    connection->is_passed = step == CONNECTION_DONE && connection->tls.gather;
    if (step == CONNECTION_DONE && is_last)
        step = tls_flush(&connection->tls);
    if (connection->tls.gather)
        *sent_r = bytes.size;
    if (step != CONNECTION_AGAIN)
        connection->is_passed = false;
    return step;
}

enum connection_step connection_receive(struct connection *connection, void *bytes, size_t room,
                                        size_t *size_r)
{
    enum connection_step step = step_of(curl_easy_recv(connection->easy, bytes, room, size_r));

    if (step != CONNECTION_DONE || *size_r > 0)
        return step;
    if (tls_is_ended(&connection->tls))
        return CONNECTION_ENDED;
    (void)snprintf(connection->said, sizeof connection->said, "the other side went away");
    return CONNECTION_BROKEN;
}
