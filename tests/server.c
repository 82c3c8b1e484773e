/* Plays the script in one thread with blocking I/O; stopping it shuts down every connection. */
#include "server_inside.h"

#include "base/mem.h"
#include "base/time.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 1024 * 1024, FILL_AT_ONCE = 16384 };

char server_byte(size_t at)
{
    return (char)((at * 131 + at / 257) % 251);
}

static bool is_stopped(struct server *s)
{
    bool stopped;

    (void)pthread_mutex_lock(&s->lock);
    stopped = s->stopped;
    (void)pthread_mutex_unlock(&s->lock);
    return stopped;
}

/* --- requests ------------------------------------------------------------------------------- */

/* Waits for a connection with bytes to read, and accepts new ones; NULL: stopped. */
static struct connection *next_speaker(struct server *s)
{
    for (;;) {
        struct pollfd fds[CONNECTIONS_MAX + 2] = { { s->stop_fd, POLLIN, 0 },
                                                   { s->listener, POLLIN, 0 } };

        for (size_t i = 0; i < s->connection_count; i++)
            fds[i + 2] = (struct pollfd){ s->connections[i].fd, POLLIN, 0 };
        if (poll(fds, s->connection_count + 2, -1) < 0 || fds[0].revents)
            return NULL;
        for (size_t i = 0; i < s->connection_count; i++)
            if (fds[i + 2].revents)
                return &s->connections[i];
        if (fds[1].revents) {
            struct connection *c = connection_accept(s);

            if (c && s->tls && !s->settings.secure_later && !connection_secure(s, c))
                connection_drop(s, c, false);
        }
    }
}

static size_t announced_length(const char *head)
{
    static const char name[] = "\r\nContent-Length:";
    const char *at = strcasestr(head, name);
    size_t length = 0;

    if (!at)
        return 0;
    for (at += sizeof name - 1; *at == ' '; at++)
        continue;
    for (; *at >= '0' && *at <= '9'; at++)
        length = length * 10 + (size_t)(*at - '0');
    return length;
}

/* How a body is read. */
enum body { BODY_LEFT, BODY_READ, BODY_SLOW };

/* Reads one request; false if the connection ended before its end. */
static bool request_read(struct connection *c, enum body body, size_t pause_ms, struct str *text)
{
    char *end = NULL, byte;

    while (!(end = strstr(str_text(text), "\r\n\r\n"))) {
        if (text->size > HEAD_MAX || connection_read(c, &byte, 1) <= 0)
            return false;
        str_add_char(text, byte);
    }
    for (size_t left = body == BODY_LEFT ? 0 : announced_length(text->at), read = 0; left > 0;) {
        char part[16384];
        ssize_t got = connection_read(c, part, left < sizeof part ? left : sizeof part);

        if (got <= 0)
            return false;
        if (body == BODY_READ)
            str_add(text, part, (size_t)got);
        left -= (size_t)got;
        if (body == BODY_SLOW && (read += (size_t)got) >= MIB(1)) {
            (void)usleep((useconds_t)pause_ms * 1000);
            read = 0;
        }
    }
    return true;
}

static bool request_take(struct server *s, enum body body, size_t pause_ms)
{
    for (;;) {
        struct str text = STR_MAX(MIB(64));
        struct connection *c = next_speaker(s);

        if (!c)
            return false;
        if (!request_read(c, body, pause_ms, &text)) {
            str_clear(&text);
            connection_drop(s, c, false);
            continue;
        }
        s->now = c;
        (void)pthread_mutex_lock(&s->lock);
        if (s->request_count == REQUESTS_MAX)
            abort();
        s->requests[s->request_count++] = (struct request){ text, c->number };
        (void)pthread_mutex_unlock(&s->lock);
        return true;
    }
}

/* --- playing -------------------------------------------------------------------------------- */

static bool send_filler(struct connection *c, size_t count)
{
    char part[FILL_AT_ONCE];

    for (size_t at = 0; at < count;) {
        size_t size = count - at < sizeof part ? count - at : sizeof part;

        for (size_t i = 0; i < size; i++)
            part[i] = server_byte(at + i);
        if (!connection_write(c, part, size))
            return false;
        at += size;
    }
    return true;
}

static bool wait_for_go(struct server *s)
{
    bool stopped;

    (void)pthread_mutex_lock(&s->lock);
    while (!s->stopped && s->goes == 0)
        (void)pthread_cond_wait(&s->changed, &s->lock);
    stopped = s->stopped;
    s->goes -= !stopped;
    (void)pthread_mutex_unlock(&s->lock);
    return !stopped;
}

static bool accept_silent(struct server *s)
{
    struct pollfd fds[] = { { s->stop_fd, POLLIN, 0 }, { s->listener, POLLIN, 0 } };

    if (poll(fds, 2, -1) < 0 || fds[0].revents)
        return false;
    s->now = connection_accept(s);
    return true;
}

/* Plays one step; false if the script cannot go on. A step for a closed connection does nothing. */
static bool play_step(struct server *s, const struct server_step *step)
{
    size_t size = step->count ? step->count : step->text ? strlen(step->text) : 0;

    switch (step->act) {
    case SERVER_END:
        return false;
    case SERVER_TAKE:
        return request_take(s, BODY_READ, 0);
    case SERVER_SLOW:
        return request_take(s, BODY_SLOW, step->count);
    case SERVER_HEAD:
        return request_take(s, BODY_LEFT, 0);
    case SERVER_ACCEPT:
        return accept_silent(s);
    case SERVER_SEND:
        if (s->now && !connection_write(s->now, step->text, size))
            connection_drop(s, s->now, false);
        return true;
    case SERVER_FILL:
        if (s->now && !send_filler(s->now, step->count))
            connection_drop(s, s->now, false);
        return true;
    case SERVER_PAUSE:
        return usleep((useconds_t)step->count * 1000) == 0;
    case SERVER_WAIT:
        return wait_for_go(s);
    case SERVER_CANCEL:
        cancel_set(s->settings.cancel);
        return true;
    case SERVER_SECURE:
        if (s->now && !connection_secure(s, s->now))
            connection_drop(s, s->now, false);
        return true;
    case SERVER_LEAVE:
        if (s->now)
            connection_leave(s, s->now);
        return true;
    case SERVER_CLOSE:
    case SERVER_RESET:
        if (s->now)
            connection_drop(s, s->now, step->act == SERVER_RESET);
        return true;
    }
    abort();
}

/* Counts what clients send after the script's end. */
static void refuse_the_rest(struct server *s)
{
    struct connection *c;

    while ((c = next_speaker(s))) {
        char byte;

        if (connection_read(c, &byte, 1) > 0) {
            (void)pthread_mutex_lock(&s->lock);
            s->surplus++;
            (void)pthread_mutex_unlock(&s->lock);
        }
        connection_drop(s, c, true);
    }
}

static void *server_run(void *arg)
{
    struct server *s = arg;
    const struct server_step *step = s->script;

    while (!is_stopped(s) && play_step(s, step))
        step++;
    (void)pthread_mutex_lock(&s->lock);
    s->over = step->act == SERVER_END;
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    if (!is_stopped(s))
        refuse_the_rest(s);
    return NULL;
}

/* --- starting and stopping ------------------------------------------------------------------ */

static int listen_somewhere(int *port_r)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 64) < 0
        || getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        abort();
    *port_r = ntohs(address.sin_port);
    return fd;
}

/* `most`: the newest TLS version of an old server, which has old ciphers, too. */
static SSL_CTX *tls_open(const char *cert_file, int most)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    if (most) {
        SSL_CTX_set_security_level(tls, 0);
        if (SSL_CTX_set_min_proto_version(tls, TLS1_VERSION) != 1
            || SSL_CTX_set_max_proto_version(tls, most) != 1)
            abort();
    }
    if (!tls || SSL_CTX_use_certificate_chain_file(tls, cert_file) != 1
        || SSL_CTX_use_PrivateKey_file(tls, cert_file, SSL_FILETYPE_PEM) != 1)
        abort();
    return tls;
}

static void client_demand(SSL_CTX *tls, const char *client_ca)
{
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (SSL_CTX_load_verify_file(tls, client_ca) != 1
        || SSL_CTX_set_session_id_context(tls, (const unsigned char *)"test", 4) != 1)
        abort();
}

struct server *server_new(const struct server_step *script, const struct server_settings *settings)
{
    struct server *s = mem_new(struct server);

    (void)signal(SIGPIPE, SIG_IGN);
    s->script = script;
    if (settings)
        s->settings = *settings;
    if (s->settings.cert_file)
        s->tls = tls_open(s->settings.cert_file, s->settings.tls_most);
    if (s->settings.client_ca)
        client_demand(s->tls, s->settings.client_ca);
    s->listener = listen_somewhere(&s->port);
    s->stop_fd = eventfd(0, EFD_CLOEXEC);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->changed, NULL);
    if (s->stop_fd < 0 || pthread_create(&s->thread, NULL, server_run, s) != 0)
        abort();
    return s;
}

void server_free(struct server *s)
{
    uint64_t one = 1;

    if (!s)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->stopped = true;
    for (size_t i = 0; i < s->connection_count; i++)
        if (s->connections[i].fd >= 0)
            (void)shutdown(s->connections[i].fd, SHUT_RDWR);
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    if (write(s->stop_fd, &one, sizeof one) < 0)
        abort();
    (void)pthread_join(s->thread, NULL);
    for (size_t i = 0; i < s->connection_count; i++)
        if (s->connections[i].fd >= 0)
            connection_drop(s, &s->connections[i], true);
    for (size_t i = 0; i < s->request_count; i++)
        str_clear(&s->requests[i].text);
    SSL_CTX_free(s->tls);
    (void)close(s->listener);
    (void)close(s->stop_fd);
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

void auto_server_cleanup(struct server **server)
{
    server_free(*server);
}

/* --- for the test --------------------------------------------------------------------------- */

char *server_url(const struct server *s, const char *path)
{
    return server_url_as(s, "127.0.0.1", path);
}

char *server_url_as(const struct server *s, const char *host, const char *path)
{
    return mem_printf("%s://%s:%d%s", s->settings.cert_file ? "https" : "http", host, s->port,
                      path);
}

const char *server_asked_name(const struct server *s)
{
    return s->asked_name;
}

int server_port(const struct server *s)
{
    return s->port;
}

void server_go(struct server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->goes++;
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
}

bool server_is_over(struct server *s)
{
    struct timespec until;
    bool over;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    (void)pthread_mutex_lock(&s->lock);
    while (!s->over && pthread_cond_timedwait(&s->changed, &s->lock, &until) == 0)
        continue;
    over = s->over;
    (void)pthread_mutex_unlock(&s->lock);
    return over;
}

static size_t count_read(struct server *s, const size_t *what)
{
    size_t count;

    (void)pthread_mutex_lock(&s->lock);
    count = *what;
    (void)pthread_mutex_unlock(&s->lock);
    return count;
}

size_t server_count(struct server *s)
{
    return count_read(s, &s->request_count);
}

size_t server_surplus(struct server *s)
{
    return count_read(s, &s->surplus);
}

const char *server_request(struct server *s, size_t index)
{
    return index < server_count(s) ? str_text(&s->requests[index].text) : "";
}

size_t server_connection(struct server *s, size_t index)
{
    return index < server_count(s) ? s->requests[index].connection : 0;
}

int server_dead_port(void)
{
    int port;

    (void)close(listen_somewhere(&port));
    return port;
}
