/* The scripted server from within: for server.c and server_connection.c alone. */
#pragma once

#include "server.h"

#include "base/str.h"

#include <openssl/ssl.h>
#include <pthread.h>

enum { CONNECTIONS_MAX = 64, REQUESTS_MAX = 64 };

struct connection {
    int fd;
    SSL *tls;
    size_t number;
};

struct request {
    struct str text;
    size_t connection;
};

struct server {
    struct server_settings settings;
    const struct server_step *script;
    SSL_CTX *tls;
    int listener, port, stop_fd;
    pthread_t thread;
    char asked_name[256];
    struct connection *now; /* the one that the next steps are about; the thread's own */
    size_t accepted;        /* the thread's own */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct connection connections[CONNECTIONS_MAX];
    size_t connection_count;
    struct request requests[REQUESTS_MAX];
    size_t request_count, surplus, goes;
    bool stopped, over;
};

/* Takes a connection that waits at the listener; NULL if there is none. */
struct connection *connection_accept(struct server *s);

/* Begins TLS; false if the handshake failed. */
bool connection_secure(struct server *s, struct connection *c);

/* As recv() and send() of all bytes, through TLS where it was begun. */
ssize_t connection_read(struct connection *c, void *bytes, size_t room);
bool connection_write(struct connection *c, const char *bytes, size_t size);

/* Closes the socket without TLS's closing alert. */
void connection_leave(struct server *s, struct connection *c);

/* Closes the connection in order, or resets it. */
void connection_drop(struct server *s, struct connection *c, bool reset);
