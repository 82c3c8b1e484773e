/* The listening socket and the threads of its connections. */
#include "sim/server/server.h"

#include "sim/server/connection.h"
#include "sim/server/wire.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 512, STACK = 1 << 20, GRACE_S = 5 };

struct sim_connection {
    struct server *server;
    struct sim_connection *next, **before;
    struct wire *wire;
};

struct server {
    struct sim *sim;
    SSL_CTX *tls;
    int fd, port;
    unsigned connections_max;
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_mutex_t lock;
    pthread_cond_t fewer;
    struct sim_connection *connections;
    unsigned count;
};

/* --- connections ---------------------------------------------------------------------------- */

static void sim_connection_end(struct sim_connection *connection)
{
    struct server *server = connection->server;

    (void)pthread_mutex_lock(&server->lock);
    *connection->before = connection->next;
    if (connection->next)
        connection->next->before = connection->before;
    server->count--;
    (void)pthread_cond_broadcast(&server->fewer);
    wire_free(connection->wire);
    (void)pthread_mutex_unlock(&server->lock);
    free(connection);
}

static void *sim_connection_run(void *arg)
{
    struct sim_connection *connection = arg;

    connection_serve(connection->server->sim, connection->wire);
    sim_connection_end(connection);
    return NULL;
}

static void sim_connection_begin(struct server *server, int fd)
{
    struct sim_connection *connection = mem_new(struct sim_connection);
    pthread_t thread;

    connection->server = server;
    connection->wire = wire_new(fd, server->tls, server->sim->stop);
    (void)pthread_mutex_lock(&server->lock);
    connection->next = server->connections;
    connection->before = &server->connections;
    if (connection->next)
        connection->next->before = &connection->next;
    server->connections = connection;
    server->count++;
    (void)pthread_mutex_unlock(&server->lock);
    if (pthread_create(&thread, &server->attributes, sim_connection_run, connection) != 0)
        sim_connection_end(connection);
}

/* --- listening ------------------------------------------------------------------------------ */

static bool bind_to(int fd, int port, int *port_r)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int yes = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, size) < 0
        || getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return false;
    *port_r = ntohs(address.sin_port);
    return true;
}

/*
 * Opens a socket that is bound to its port by number, even to one that the system chose: only then
 * does the socket keep the port while it does not listen (see listening_stop()).
 */
static int socket_open(int port, int *port_r)
{
    auto_close int any = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (any < 0 || fd < 0 || (port == 0 && !bind_to(any, 0, &port)))
        return -1;
    (void)close(take_fd(any));
    if (!bind_to(fd, port, port_r) || listen(fd, BACKLOG) < 0)
        return -1;
    return take_fd(fd);
}

/* Stops listening for as long as connections are to be refused; the port stays ours. */
static void listening_stop(struct server *server)
{
    int64_t until = sim_refuses_until(server->sim);

    if (!until)
        return;
    (void)shutdown(server->fd, SHUT_RD);
    (void)sim_pause(server->sim, until - time_mono_us());
    if (listen(server->fd, BACKLOG) < 0)
        log_error("the port could not be listened on again");
}

static void wait_for_room(struct server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    while (server->count >= server->connections_max && !cancel_is_set(server->sim->stop))
        (void)pthread_cond_wait(&server->fewer, &server->lock);
    (void)pthread_mutex_unlock(&server->lock);
}

static void *listen_run(void *arg)
{
    struct server *server = arg;
    struct pollfd polls[2] = { { .fd = server->fd, .events = POLLIN },
                               { .fd = cancel_fd(server->sim->stop), .events = POLLIN } };

    while (!cancel_is_set(server->sim->stop)) {
        int fd;

        listening_stop(server);
        if (poll(polls, 2, 50) <= 0 || polls[1].revents)
            continue;
        wait_for_room(server);
        fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            sim_connection_begin(server, fd);
    }
    return NULL;
}

bool server_start(struct sim *sim, const struct server_options *options, SSL_CTX *tls,
                  struct server **server_r, struct err *err)
{
    int port, fd = socket_open(options->port, &port);
    struct server *server;

    if (fd < 0)
        return err_os(err, "listening on 127.0.0.1:%d", options->port);
    (void)sim_refuses_until(sim); /* nobody could be refused before */
    server = mem_new(struct server);
    *server = (struct server){
        .sim = sim, .tls = tls, .fd = fd, .port = port, .connections_max = options->connections_max
    };
    (void)pthread_mutex_init(&server->lock, NULL);
    (void)pthread_cond_init(&server->fewer, NULL);
    (void)pthread_attr_init(&server->attributes);
    (void)pthread_attr_setstacksize(&server->attributes, STACK);
    (void)pthread_attr_setdetachstate(&server->attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&server->thread, NULL, listen_run, server) != 0)
        abort();
    *server_r = server;
    return true;
}

int server_port(const struct server *server)
{
    return server->port;
}

/* --- the end -------------------------------------------------------------------------------- */

/* Waits until all connections have ended, or for so long. With the lock held. */
static void wait_for_end(struct server *server, int64_t wait_us)
{
    int64_t until = time_now_us() + wait_us;
    struct timespec at = { until / TIME_SECOND, until % TIME_SECOND * 1000 };

    while (server->count && pthread_cond_timedwait(&server->fewer, &server->lock, &at) == 0)
        continue;
}

static void connections_cut(struct server *server)
{
    for (struct sim_connection *c = server->connections; c; c = c->next)
        (void)shutdown(wire_fd(c->wire), SHUT_RDWR);
}

void server_end(struct server *server)
{
    if (!server)
        return;
    (void)pthread_mutex_lock(&server->lock);
    (void)pthread_cond_broadcast(&server->fewer);
    (void)pthread_mutex_unlock(&server->lock);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->fd);
    (void)pthread_mutex_lock(&server->lock);
    wait_for_end(server, (int64_t)GRACE_S * TIME_SECOND);
    connections_cut(server);
    while (server->count)
        (void)pthread_cond_wait(&server->fewer, &server->lock);
    (void)pthread_mutex_unlock(&server->lock);
    (void)pthread_attr_destroy(&server->attributes);
    (void)pthread_cond_destroy(&server->fewer);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}
