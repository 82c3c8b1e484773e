/*
 * A connection to one server after the other. libcurl makes it: names, several addresses, proxies;
 * TLS is `http/tls`. The protocol above it is not its business. It never waits for longer than a
 * tenth of a second: its user is in control between the steps, and so can stop when asked, or run
 * out of time.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"
#include "http/http.h"
#include "http/step.h"

struct connection;

struct connection *connection_new(const struct http_settings *settings); /* copied */
void connection_free(struct connection *connection);

/* Scheme and authority of a URL, as written: "https://host:8443". */
struct span connection_origin(const char *url);

/*
 * Begins to connect to the origin of a URL, and closes an open connection first. Fails with
 * ERR_USAGE (not https, and http not allowed) and ERR_NET.
 */
must_check bool connection_begin(struct connection *connection, const char *url, struct err *err);

/* Goes on connecting. CONNECTION_BROKEN: `err` is set, to ERR_NET or ERR_USAGE. */
enum connection_step connection_go_on(struct connection *connection, struct err *err);

/* Waits while it is connecting; `cancel` ends the wait. */
void connection_wait(struct connection *connection, const struct cancel *cancel);

/* Whether it is open to the origin of this URL, alive, and has sent nothing unasked. */
bool connection_serves(struct connection *connection, const char *url);

/*
 * Sends bytes. After CONNECTION_AGAIN the same bytes, in the same place, have to be sent again.
 *   bytes     at least one
 *   is_last   false: more follows at once, so these may be kept back until it does
 *   sent_r    with CONNECTION_DONE: how many were sent, at least 1
 */
enum connection_step connection_send(struct connection *connection, struct span bytes, bool is_last,
                                     size_t *sent_r);

/*
 * Receives bytes that have come or soon come.
 *   size_r   with CONNECTION_DONE, at least 1
 */
enum connection_step connection_receive(struct connection *connection, void *bytes, size_t room,
                                        size_t *size_r);

/* Closes it; it can be begun again. */
void connection_close(struct connection *connection);

/* The server's host, with the port if it is not the scheme's own. */
const char *connection_host(const struct connection *connection);

/* Whether its TLS resumed a session of an earlier connection. */
bool connection_is_resumed(const struct connection *connection);

/* Whether a proxy is asked for the whole URL, because nothing is encrypted. */
bool connection_is_by_proxy(const struct connection *connection);

/* The proxy by which it goes, "HOST:PORT", or nothing. Kept after its end, until the next begins. */
struct span connection_proxy(const struct connection *connection);

/* The reason why it broke, or "". */
const char *connection_said(const struct connection *connection);
