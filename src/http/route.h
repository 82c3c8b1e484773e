/*
 * The way to a server: by which proxy, and with which certificate of our own. A proxy is asked for a
 * tunnel to a server that speaks TLS (CONNECT), and so sees its name alone.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/secret.h"
#include "http/url.h"

/* Texts may be NULL or "": not set. */
struct http_route {
    const char *proxy; /* "http://HOST:PORT"; "direct": none; not set: as the environment says */
    const char *proxy_user;
    const struct secret *proxy_password; /* NULL: none */
    const char *client_certificate;      /* PEM, with those between it and its CA              */
    const char *client_key;              /* PEM; not set: in the certificate's file            */
    const struct secret *key_password;   /* NULL: the key is not encrypted                     */
};

/* Whether proxy and names fit together. Fails with ERR_USAGE, which names the key. */
must_check bool route_is_good(const struct http_route *route, struct err *err);

struct route_proxy {
    const char *url;     /* "": none; may hold credentials if it is the environment's */
    bool obeys_no_proxy; /* NO_PROXY has the last word                                */
};

/*
 * Chooses the proxy for a server. Where `route` is silent, the environment's HTTPS_PROXY or ALL_PROXY is
 * for servers that speak TLS and are not this machine.
 *   proxy_r   its text is borrowed from `route` or the environment
 * Fails with ERR_USAGE: the proxy is not an http:// one, or would get a password for a plain request.
 */
must_check bool route_choose(const struct http_route *route, const struct url *server,
                             struct route_proxy *proxy_r, struct err *err);

/* The proxy's address for people: without credentials. */
struct span route_proxy_name(const char *url);
