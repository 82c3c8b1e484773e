/*
 * A connection to one server after the other, by libcurl: names, addresses, proxies, TLS and trust.
 * What is said over it is not its business. It never waits by itself: whoever uses it waits between
 * the steps, and so can be asked to stop and run out of time.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"
#include "http/http.h"

struct connection;

struct connection *connection_new(const struct http_settings *settings); /* copied */
void connection_free(struct connection *connection);

/* Scheme and authority of a URL, as they stand there: "https://host:8443". */
struct span connection_origin(const char *url);

/*
 * Begins to connect to the origin of a URL; one that is open is closed first. The URL's origin is
 * checked: fails with ERR_USAGE (not https, and http not allowed) and ERR_NET.
 */
must_check bool connection_begin(struct connection *connection, const char *url, struct err *err);

enum connection_step {
    CONNECTION_DONE,   /* open; or bytes went over it                     */
    CONNECTION_AGAIN,  /* wait, then try the same once more               */
    CONNECTION_ENDED,  /* the other side has closed it, in good order     */
    CONNECTION_BROKEN, /* it is of no use any more                        */
};

/* Goes on connecting. CONNECTION_BROKEN: `err` is set, to ERR_NET or ERR_USAGE. */
enum connection_step connection_go_on(struct connection *connection, struct err *err);

/* Waits until there may be something to do. `cancel` ends the wait; NULL: nothing does. */
void connection_wait(struct connection *connection, bool to_send, const struct cancel *cancel,
                     int wait_ms);

/* Whether it is open to the origin of this URL, alive, and has nothing to say unasked. */
bool connection_serves(struct connection *connection, const char *url);

/*
 * Both never wait. After CONNECTION_AGAIN the same bytes, in the same place, have to be sent again.
 *   sent_r, size_r   with CONNECTION_DONE, at least 1
 */
enum connection_step connection_send(struct connection *connection, struct span bytes,
                                     size_t *sent_r);
enum connection_step connection_receive(struct connection *connection, void *bytes, size_t room,
                                        size_t *size_r);

/* Closes it; it can be begun again. */
void connection_close(struct connection *connection);

/* The host, and the port if it is not the scheme's own, of where it leads. */
const char *connection_host(const struct connection *connection);

/* A proxy that is asked for the whole URL because nothing is encrypted. */
bool connection_is_by_proxy(const struct connection *connection);

/* What libcurl had to say when it broke, or "". */
const char *connection_said(const struct connection *connection);
