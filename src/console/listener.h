/*
 * The open port: libmicrohttpd, a thread for each connection, always TLS unless a proxy on this
 * machine does that. A request is gathered, answered by handler.h, and its answer sent.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "console/server/route.h"

struct listener;
struct console;

struct listener_tls {
    const char *certificate, *key; /* PEM; NULL: plain, behind a proxy on this machine */
};

/*
 * Opens the port and begins to answer.
 *   address      "127.0.0.1:8480", "[::1]:0"; port 0: any
 *   listener_r   caller ends it with listener_end()
 * Fails with ERR_OS (no right to it), ERR_USAGE (no such address, or it is in use; a key that does
 * not fit its certificate).
 */
must_check bool listener_start(struct console *console, const struct route *table,
                               const char *address, const struct listener_tls *tls,
                               struct listener **listener_r, struct err *err);

/*
 * Uses another certificate for connections that begin from now on. Those that are open keep theirs,
 * until the next certificate but one: then they are ended.
 * Fails with ERR_OS, ERR_USAGE (a key that does not fit); then all is as before.
 */
must_check bool listener_renew(struct listener *listener, const struct listener_tls *tls,
                               struct err *err);

int listener_port(const struct listener *listener);

/* Takes no more connections, lets those in hand finish, and ends. NULL is allowed. */
void listener_end(struct listener *listener);
