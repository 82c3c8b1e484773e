/*
 * One multi and one easy handle. The easy handle connects and does no more (CONNECT_ONLY); as long
 * as it stays with its multi handle the connection lives, and curl_easy_send() and curl_easy_recv()
 * use it. It keeps its TLS sessions from one connection to the next.
 */
#include "http/connection.h"

#include "base/mem.h"
#include "base/time.h"
#include "http/url.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <strings.h>

enum {
    CONNECT_US = 15 * TIME_SECOND,
    RECEIVE_SIZE = 64 * 1024 - 1024, /* the most at once; libcurl takes as much from malloc() */
};

struct connection {
    struct http_settings settings;
    CURLM *multi;
    CURL *easy;
    char said[CURL_ERROR_SIZE];
    char *origin, *host; /* of where it leads; NULL if it is closed */
    bool is_begun, is_open, is_plain;
    int fd; /* while it is open */
};

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(easy, option, value) != CURLE_OK)                                     \
            abort();                                                                               \
    } while (0)

/*
 * Head and body of a record, and what follows it, with one look at the socket; and its buffers stay
 * with the connection. What is read ahead cannot be missed: nobody waits before a receive found
 * nothing.
 */
static CURLcode on_tls(CURL *easy, void *context, void *arg)
{
    (void)easy;
    (void)arg;
    SSL_CTX_set_read_ahead(context, 1);
    (void)SSL_CTX_clear_mode(context, SSL_MODE_RELEASE_BUFFERS);
    return CURLE_OK;
}

static void set_trust(CURL *easy, const struct http_settings *settings)
{
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_PROTOCOLS_STR, settings->plain_allowed ? "http,https" : "https");
    SET(CURLOPT_PROXY, settings->proxy ? settings->proxy : "");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (settings->ca_file) {
        SET(CURLOPT_CAINFO, settings->ca_file);
        SET(CURLOPT_CAPATH, NULL); /* or the file is read anew for each connection */
    } else {
        SET(CURLOPT_CAINFO, NULL); /* of the system's folder only what is needed is read */
    }
}

static void set_manners(CURL *easy, struct connection *connection)
{
    int64_t connect_us = connection->settings.connect_us ? connection->settings.connect_us
                                                         : CONNECT_US;

    SET(CURLOPT_CONNECT_ONLY, 1L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_us / TIME_MS));
    SET(CURLOPT_ERRORBUFFER, connection->said);
    SET(CURLOPT_BUFFERSIZE, (long)RECEIVE_SIZE);
    SET(CURLOPT_SSL_CTX_FUNCTION, on_tls);
}

void http_setup(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
}

void http_teardown(void)
{
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
    set_trust(connection->easy, settings);
    set_manners(connection->easy, connection);
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
    if (connection->is_begun)
        (void)curl_multi_remove_handle(connection->multi, connection->easy);
    connection->is_begun = connection->is_open = false;
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

const char *connection_said(const struct connection *connection)
{
    return connection->said;
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

bool connection_begin(struct connection *connection, const char *url, struct err *err)
{
    CURL *easy = connection->easy;
    struct span origin = connection_origin(url);
    auto_free char *text = span_text(origin);
    auto_str written = STR_MAX(KIB(2));
    auto_url parts = { 0 };
    struct err why;

    connection_close(connection);
    if (!scheme_is_allowed(connection, origin, err))
        return false;
    if (!url_read(text, &parts, &why))
        return no_connection(why.msg, err);
    url_add_origin(&written, &parts);
    connection->is_plain = strcmp(parts.scheme, "http") == 0;
    connection->origin = take(text);
    connection->host = mem_text(str_text(&written) + strlen(parts.scheme) + strlen("://"));
    connection->said[0] = '\0';
    SET(CURLOPT_URL, connection->origin);
    if (curl_multi_add_handle(connection->multi, easy) != CURLM_OK)
        abort();
    connection->is_begun = true;
    return true;
}

static enum http_cause cause_of(CURLcode result)
{
    return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_ISSUER_ERROR
               ? HTTP_NO_TRUST
               : HTTP_NO_CONNECTION;
}

static bool connecting_failed(const struct connection *connection, CURLcode result, struct err *err)
{
    const char *ca_file = connection->settings.ca_file;
    const char *said = *connection->said ? connection->said : curl_easy_strerror(result);

    if (result == CURLE_SSL_CACERT_BADFILE)
        return err_set(err, ERR_USAGE, 0, "the CA file '%s' cannot be used: %s",
                       ca_file ? ca_file : "of the system", said);
    return err_set(err, ERR_NET, (int)cause_of(result), "%s", said);
}

enum connection_step connection_go_on(struct connection *connection, struct err *err)
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
        (void)connecting_failed(connection, message->data.result, err);
        return CONNECTION_BROKEN;
    }
    if (curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK
        || fd == CURL_SOCKET_BAD) {
        (void)no_connection("the connection ended as soon as it stood", err);
        return CONNECTION_BROKEN;
    }
    connection->fd = fd;
    connection->is_open = true;
    return CONNECTION_DONE;
}

/* --- using ---------------------------------------------------------------------------------- */

void connection_wait(struct connection *connection, bool to_send, const struct cancel *cancel,
                     int wait_ms)
{
    int stop = cancel ? cancel_fd(cancel) : -1;
    struct curl_waitfd besides = { stop, CURL_WAIT_POLLIN, 0 };
    struct pollfd fds[] = {
        { connection->fd, (short)(to_send ? POLLIN | POLLOUT : POLLIN), 0 },
        { stop, POLLIN, 0 },
    };

    if (connection->is_open)
        (void)poll(fds, lengthof(fds), wait_ms);
    else if (curl_multi_poll(connection->multi, &besides, cancel ? 1 : 0, wait_ms, NULL)
             != CURLM_OK)
        abort();
}

/* What was read ahead is not to be seen at the socket any more. */
static bool holds_bytes(const struct connection *connection)
{
    const struct curl_tlssessioninfo *tls = NULL;

    return curl_easy_getinfo(connection->easy, CURLINFO_TLS_SSL_PTR, &tls) == CURLE_OK && tls
           && tls->internals && SSL_has_pending(tls->internals);
}

bool connection_serves(struct connection *connection, const char *url)
{
    struct pollfd fd = { connection->fd, POLLIN, 0 };

    return connection->is_open && span_is(connection_origin(url), connection->origin)
           && poll(&fd, 1, 0) == 0 && !holds_bytes(connection);
}

static enum connection_step step_of(CURLcode result)
{
    return result == CURLE_OK      ? CONNECTION_DONE
           : result == CURLE_AGAIN ? CONNECTION_AGAIN
                                   : CONNECTION_BROKEN;
}

enum connection_step connection_send(struct connection *connection, struct span bytes,
                                     size_t *sent_r)
{
    return step_of(curl_easy_send(connection->easy, bytes.at, bytes.size, sent_r));
}

enum connection_step connection_receive(struct connection *connection, void *bytes, size_t room,
                                        size_t *size_r)
{
    enum connection_step step = step_of(curl_easy_recv(connection->easy, bytes, room, size_r));

    return step == CONNECTION_DONE && *size_r == 0 ? CONNECTION_ENDED : step;
}
