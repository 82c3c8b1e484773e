/* The server: a listening socket on loopback, a thread for each connection, an orderly end. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/sim.h"

#include <openssl/types.h>

struct server;

struct server_options {
    int port; /* 0: any */
    unsigned connections_max;
};

/* Starts listening and serving. `tls` NULL: plain HTTP; borrowed. Fails with ERR_OS. */
must_check bool server_start(struct sim *sim, const struct server_options *options, SSL_CTX *tls,
                             struct server **server_r, struct err *err);

/* The port on which it listens. */
int server_port(const struct server *server);

/*
 * Ends the server after sim->stop was set: requests in hand are finished, other connections cut.
 * NULL is allowed.
 */
void server_end(struct server *server);
