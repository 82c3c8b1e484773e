/* A connection of the scripted server, with TLS or without. */
#include "server_inside.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

void connection_leave(struct server *s, struct connection *c)
{
    SSL_free(c->tls);
    (void)pthread_mutex_lock(&s->lock);
    (void)close(c->fd);
    *c = (struct connection){ .fd = -1 };
    (void)pthread_mutex_unlock(&s->lock);
    if (s->now == c)
        s->now = NULL;
}

void connection_drop(struct server *s, struct connection *c, bool reset)
{
    struct linger linger = { 1, 0 };

    if (reset)
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    else if (c->tls)
        (void)SSL_shutdown(c->tls);
    connection_leave(s, c);
}

bool connection_secure(struct server *s, struct connection *c)
{
    const char *name;

    c->tls = SSL_new(s->tls);
    if (SSL_set_fd(c->tls, c->fd) != 1 || SSL_accept(c->tls) != 1) {
        ERR_clear_error();
        return false;
    }
    name = SSL_get_servername(c->tls, TLSEXT_NAMETYPE_host_name);
    (void)snprintf(s->asked_name, sizeof s->asked_name, "%s", name ? name : "");
    return true;
}

struct connection *connection_accept(struct server *s)
{
    int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    struct connection *c = NULL;

    if (fd < 0)
        return NULL;
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->connection_count && !c; i++)
        c = s->connections[i].fd < 0 ? &s->connections[i] : NULL;
    if (!c && s->connection_count == CONNECTIONS_MAX)
        abort();
    if (!c)
        c = &s->connections[s->connection_count++];
    *c = (struct connection){ .fd = fd, .number = ++s->accepted };
    if (s->stopped)
        (void)shutdown(fd, SHUT_RDWR);
    (void)pthread_mutex_unlock(&s->lock);
    return c;
}

ssize_t connection_read(struct connection *c, void *bytes, size_t room)
{
    int got;

    if (!c->tls)
        return recv(c->fd, bytes, room, 0);
    got = SSL_read(c->tls, bytes, (int)room);
    ERR_clear_error();
    return got;
}

bool connection_write(struct connection *c, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = c->tls ? SSL_write(c->tls, bytes, (int)size)
                              : send(c->fd, bytes, size, MSG_NOSIGNAL);

        if (sent <= 0) {
            ERR_clear_error();
            return false;
        }
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}
