/* A connection over a socket and OpenSSL. */
#include "sim/server/wire.h"

#include "base/mem.h"
#include "base/time.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_LEAST = 16384, READ_TIMEOUT_S = 60 };

struct wire {
    int fd;
    SSL *ssl;
    const struct cancel *stop;
    char *buffer;
    size_t begin, end, room;
    bool broken;
};

struct wire *wire_new(int fd, SSL_CTX *tls, const struct cancel *stop)
{
    struct wire *wire = mem_new(struct wire);
    struct timeval timeout = { .tv_sec = READ_TIMEOUT_S };
    int yes = 1;

    wire->fd = fd;
    wire->stop = stop;
    wire->room = BUFFER_LEAST;
    wire->buffer = mem_grow(NULL, wire->room);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (tls) {
        wire->ssl = SSL_new(tls);
        if (!wire->ssl || SSL_set_fd(wire->ssl, fd) != 1)
            abort();
    }
    return wire;
}

void wire_free(struct wire *wire)
{
    if (!wire)
        return;
    if (wire->ssl) {
        if (!wire->broken)
            (void)SSL_shutdown(wire->ssl);
        SSL_free(wire->ssl);
        ERR_clear_error();
    }
    if (wire->fd >= 0)
        (void)close(wire->fd);
    free(wire->buffer);
    free(wire);
}

int wire_fd(const struct wire *wire)
{
    return wire->fd;
}

bool wire_is_tls(const struct wire *wire)
{
    return wire->ssl != NULL;
}

/* Waits until the socket has something to read. */
static bool wire_readable(const struct wire *wire, int64_t wait_us)
{
    struct pollfd polls[2] = { { .fd = wire->fd, .events = POLLIN },
                               { .fd = cancel_fd(wire->stop), .events = POLLIN } };
    int ready = poll(polls, 2, (int)(wait_us / TIME_MS));

    return ready > 0 && !polls[1].revents;
}

bool wire_begin(struct wire *wire)
{
    if (!wire->ssl)
        return true;
    if (wire_readable(wire, (int64_t)READ_TIMEOUT_S * TIME_SECOND) && SSL_accept(wire->ssl) == 1)
        return true;
    ERR_clear_error();
    wire->broken = true;
    return false;
}

struct span wire_bytes(const struct wire *wire)
{
    return (struct span){ wire->buffer + wire->begin, wire->end - wire->begin };
}

void wire_skip(struct wire *wire, size_t size_bytes)
{
    wire->begin += size_bytes;
    if (wire->begin == wire->end)
        wire->begin = wire->end = 0;
}

static void make_room(struct wire *wire)
{
    if (wire->begin) {
        memmove(wire->buffer, wire->buffer + wire->begin, wire->end - wire->begin);
        wire->end -= wire->begin;
        wire->begin = 0;
    }
    if (wire->end == wire->room) {
        wire->room *= 2;
        wire->buffer = mem_grow(wire->buffer, wire->room);
    }
}

bool wire_fill(struct wire *wire, int64_t wait_us)
{
    ssize_t got;

    if (wire->broken)
        return false;
    if (!(wire->ssl && SSL_pending(wire->ssl)) && !wire_readable(wire, wait_us))
        return false;
    make_room(wire);
    if (wire->ssl)
        got = SSL_read(wire->ssl, wire->buffer + wire->end, (int)(wire->room - wire->end));
    else
        got = recv(wire->fd, wire->buffer + wire->end, wire->room - wire->end, 0);
    if (got <= 0) {
        ERR_clear_error();
        wire->broken = true;
        return false;
    }
    wire->end += (size_t)got;
    return true;
}

bool wire_write(struct wire *wire, struct span bytes)
{
    while (bytes.size && !wire->broken) {
        size_t size = bytes.size < 1 << 30 ? bytes.size : 1 << 30;
        ssize_t sent;

        if (wire->ssl)
            sent = SSL_write(wire->ssl, bytes.at, (int)size);
        else
            sent = send(wire->fd, bytes.at, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            ERR_clear_error();
            wire->broken = true;
            return false;
        }
        bytes = span_from(bytes, (size_t)sent);
    }
    return !wire->broken;
}

bool wire_pause(struct wire *wire, int64_t wait_us)
{
    struct err err;

    return cancel_sleep(wire->stop, wait_us, &err);
}

void wire_reset(struct wire *wire)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };

    if (wire->fd < 0)
        return;
    (void)setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    wire->broken = true;
}

void wire_alert(struct wire *wire)
{
    /* Record type 21 (alert), fatal, internal_error. It is not encrypted, which is as fatal. */
    static const char alert[] = { 21, 3, 3, 0, 2, 2, 80 };

    if (!wire->ssl) {
        wire_reset(wire);
        return;
    }
    (void)send(wire->fd, alert, sizeof alert, MSG_NOSIGNAL);
    wire->broken = true;
}
