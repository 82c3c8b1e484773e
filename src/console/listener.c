/*
 * The open port, over libmicrohttpd. Its way to call us: once when a request's head is read, once for
 * each piece of its body, and once when the body has ended; then the answer is handed over.
 */
#include "console/listener.h"

#include "base/log.h"
#include "base/mem.h"
#include "console/handler.h"
#include "console/inside.h"
#include "console/server/peer.h"

#include <assert.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdarg.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS = 256,
    CONNECTIONS_OF_ONE = 32,
    IDLE_SECONDS = 30,
    HEAD_MAX = 32 * 1024,
    STACK = 256 * 1024,
    BLOCK = 32 * 1024,
    WAITING = 128,
};

struct listener {
    struct console *console;
    const struct route *table;
    struct MHD_Daemon *daemon;
    int port;
    /* Serves the connections from before the newest certificate; its socket lies idle. */
    struct MHD_Daemon *before;
    int fd_before;
};

/* A request that is coming in. */
struct arrival {
    char *target;
    struct str body;
    bool begun;
    enum arriving how;
    struct spool *files; /* with ARRIVING_FILES */
};

/* --- an arrival ------------------------------------------------------------------------------- */

/* MHD calls this with the target as it came, before it decodes anything. */
static void *arrival_new(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct arrival *arrival = mem_new(struct arrival);

    (void)arg;
    (void)connection;
    arrival->target = mem_text(target);
    arrival->body = (struct str)STR_MAX(REQUEST_BODY_MAX);
    return arrival;
}

static void arrival_end(void *arg, struct MHD_Connection *connection, void **state,
                        enum MHD_RequestTerminationCode how)
{
    struct arrival *arrival = *state;

    (void)arg;
    (void)connection;
    (void)how;
    *state = NULL;
    if (!arrival)
        return;
    if (arrival->body.at)
        explicit_bzero(arrival->body.at, arrival->body.size);
    str_clear(&arrival->body);
    spool_free(arrival->files);
    free(arrival->target);
    free(arrival);
}

/* Decoding is ours (request.c): here everything stays as it came. */
static size_t as_it_came(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return strlen(text);
}

static struct span header_of(void *arg, const char *name)
{
    return span_of(MHD_lookup_connection_value(arg, MHD_HEADER_KIND, name));
}

/* Proxies that add a header of their own add it behind those that came: the last is the newest. */
static enum MHD_Result forwarded_keep(void *arg, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") == 0)
        *(struct span *)arg = span_of(value);
    return MHD_YES;
}

static void peer_of(struct MHD_Connection *connection, char *text, size_t room)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    socklen_t size;

    text[0] = '\0';
    if (!info)
        return;
    size = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                    : sizeof(struct sockaddr_in);
    (void)getnameinfo(info->client_addr, size, text, (socklen_t)room, NULL, 0, NI_NUMERICHOST);
}

static void address_of(const struct console *console, struct MHD_Connection *connection,
                       char address_r[PEER_SIZE])
{
    struct span forwarded = SPAN_NONE;
    char peer[PEER_SIZE];

    peer_of(connection, peer, sizeof peer);
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, forwarded_keep, &forwarded);
    peer_read(peer, console->settings->behind, forwarded, address_r);
}

/* --- an answer -------------------------------------------------------------------------------- */

static ssize_t stream_read(void *arg, uint64_t at, char *to, size_t room)
{
    struct answer_stream *stream = arg;
    size_t size = 0;

    (void)at;
    if (!stream->read(stream->arg, to, room, &size))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return size ? (ssize_t)size : MHD_CONTENT_READER_END_OF_STREAM;
}

static void stream_free(void *arg)
{
    struct answer_stream *stream = arg;

    if (stream->free)
        stream->free(stream->arg);
    free(stream);
}

static struct MHD_Response *response_of(struct answer *answer)
{
    size_t size = answer->body.size;

    if (answer->stream.read) {
        struct answer_stream *stream = mem_copy(&answer->stream, sizeof *stream);

        answer->stream = (struct answer_stream){ 0 };
        return MHD_create_response_from_callback(stream->size < 0 ? MHD_SIZE_UNKNOWN
                                                                  : (uint64_t)stream->size,
                                                 BLOCK, stream_read, stream, stream_free);
    }
    if (answer->fixed.at)
        return MHD_create_response_from_buffer(answer->fixed.size, (void *)answer->fixed.at,
                                               MHD_RESPMEM_PERSISTENT);
    return MHD_create_response_from_buffer(size, str_take(&answer->body), MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer *answer)
{
    struct MHD_Response *response = response_of(answer);
    enum MHD_Result queued;

    if (!response)
        return MHD_NO;
    (void)MHD_add_response_header(response, "Content-Type", answer->type);
    for (size_t i = 0; i < answer->header_count; i++)
        (void)MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    queued = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* The request as it came so far. `address` has room for the peer's, and outlives it. */
static struct request_raw raw_of(const struct listener *listener, struct MHD_Connection *connection,
                                 const char *method, const struct arrival *arrival,
                                 char address[PEER_SIZE])
{
    address_of(listener->console, connection, address);
    return (struct request_raw){ .method = method,
                                 .target = span_of(arrival->target),
                                 .body = str_span(&arrival->body),
                                 .body_is_cut = arrival->body.cut,
                                 .files = arrival->files,
                                 .address = address,
                                 .header = header_of,
                                 .arg = connection };
}

static enum MHD_Result answer_it(const struct listener *listener, struct MHD_Connection *connection,
                                 const char *method, struct arrival *arrival)
{
    char address[PEER_SIZE];
    struct request_raw raw = raw_of(listener, connection, method, arrival, address);
    struct answer answer;
    enum MHD_Result sent;

    handle(listener->console, listener->table, &raw, &answer);
    sent = send_answer(connection, &answer);
    answer_clear(&answer);
    return sent;
}

static void arrival_begin(const struct listener *listener, struct MHD_Connection *connection,
                          const char *method, struct arrival *arrival)
{
    char address[PEER_SIZE];
    struct request_raw raw = raw_of(listener, connection, method, arrival, address);

    arrival->begun = true;
    arrival->how = arriving_of(listener->console, listener->table, &raw, &arrival->files);
}

/* What is too much is read to its end, so that the sender reads our answer. */
static void piece_take(struct arrival *arrival, struct span piece)
{
    switch (arrival->how) {
    case ARRIVING_WHOLE:
        str_add_span(&arrival->body, piece);
        return;
    case ARRIVING_FILES:
        spool_add(arrival->files, piece);
        return;
    case ARRIVING_DROPPED:
        return;
    }
    abort();
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *size, void **state)
{
    struct arrival *arrival = *state;

    (void)url;
    (void)version;
    if (!arrival->begun) {
        arrival_begin(arg, connection, method, arrival);
        return MHD_YES;
    }
    if (*size == 0)
        return answer_it(arg, connection, method, arrival);
    piece_take(arrival, (struct span){ piece, *size });
    *size = 0;
    return MHD_YES;
}

static void on_words(void *arg, const char *format, va_list args) printf_like(2, 0);
static void on_words(void *arg, const char *format, va_list args)
{
    char text[512];

    (void)arg;
    (void)vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    log_debug("the console's port: %s", text);
}

/* --- the port --------------------------------------------------------------------------------- */

/* "127.0.0.1:8480" or "[::1]:8480". */
static bool address_read(const char *address, struct addrinfo **info_r, struct err *err)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                              .ai_socktype = SOCK_STREAM };
    const char *colon = strrchr(address, ':');
    auto_free char *host = NULL;

    if (!colon || (*address == '[' && (colon < address + 3 || colon[-1] != ']')))
        return err_set(err, ERR_USAGE, 0,
                       "[console] address: '%s' is not of the form ADDRESS:PORT, such as "
                       "127.0.0.1:8480 or [::1]:8480",
                       address);
    host = *address == '[' ? span_text((struct span){ address + 1, (size_t)(colon - address - 2) })
                           : span_text((struct span){ address, (size_t)(colon - address) });
    if (getaddrinfo(host, colon + 1, &hints, info_r) != 0)
        return err_set(err, ERR_USAGE, 0,
                       "[console] address: '%s' is no numeric address with a port, such as "
                       "127.0.0.1:8480 or [::1]:8480",
                       address);
    return true;
}

static bool port_is_taken(const char *address, struct err *err)
{
    return err_set(err, ERR_USAGE, 0,
                   "[console] address: %s is in use, perhaps by another 'fmferry serve': end that, "
                   "or choose another port (--address 127.0.0.1:0 takes any)",
                   address);
}

static bool bind_to(const struct addrinfo *info, const char *address, int *fd_r, struct err *err)
{
    auto_close int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;

    if (fd < 0)
        return err_os(err, "a socket");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, WAITING) != 0)
        return errno == EADDRINUSE ? port_is_taken(address, err)
                                   : err_os(err, "[console] address: opening %s", address);
    *fd_r = take_fd(fd);
    return true;
}

static int port_of(int fd)
{
    struct sockaddr_storage own = { 0 };
    socklen_t size = sizeof own;
    char port[16];
    uint64_t number = 0;

    if (getsockname(fd, (struct sockaddr *)&own, &size) == 0
        && getnameinfo((struct sockaddr *)&own, size, NULL, 0, port, sizeof port, NI_NUMERICSERV)
               == 0)
        for (const char *digit = port; *digit; digit++)
            number = number * 10 + (uint64_t)(*digit - '0');
    return (int)number;
}

static struct MHD_Daemon *daemon_start(struct listener *listener, int fd,
                                       const struct listener_tls *tls)
{
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL
                     | MHD_USE_ITC | MHD_USE_ERROR_LOG | (tls->key ? MHD_USE_TLS : 0);
    struct MHD_OptionItem with_tls[] = {
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)tls->certificate },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)tls->key },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
        { MHD_OPTION_END, 0, NULL },
    };

    /* A proxy is one address for all who come through it. */
    unsigned of_one = tls->key ? CONNECTIONS_OF_ONE : CONNECTIONS;

    /* clang-format off */
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, listener,
                            MHD_OPTION_EXTERNAL_LOGGER, on_words, NULL,
                            MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, of_one,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MAX,
                            MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1,
                            MHD_OPTION_UNESCAPE_CALLBACK, as_it_came, NULL,
                            MHD_OPTION_URI_LOG_CALLBACK, arrival_new, NULL,
                            MHD_OPTION_NOTIFY_COMPLETED, arrival_end, NULL,
                            MHD_OPTION_ARRAY, tls->key ? with_tls : with_tls + 3,
                            MHD_OPTION_END);
    /* clang-format on */
}

bool listener_start(struct console *console, const struct route *table, const char *address,
                    const struct listener_tls *tls, struct listener **listener_r, struct err *err)
{
    struct listener *listener;
    struct addrinfo *info = NULL;
    auto_close int fd = -1;
    bool bound;

    if (!address_read(address, &info, err))
        return false;
    bound = bind_to(info, address, &fd, err);
    freeaddrinfo(info);
    if (!bound)
        return false;
    listener = mem_new(struct listener);
    *listener = (struct listener){ .console = console, .table = table, .port = port_of(fd) };
    listener->daemon = daemon_start(listener, fd, tls);
    if (!listener->daemon) {
        free(listener);
        return err_set(err, ERR_USAGE, 0,
                       "the console's port cannot be opened with this certificate and key");
    }
    (void)take_fd(fd);
    *listener_r = listener;
    return true;
}

/* Both have a socket of their own for the same port, so that it is open all the time. */
static int socket_again(const struct listener *listener)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_LISTEN_FD);

    return info ? fcntl(info->listen_fd, F_DUPFD_CLOEXEC, 0) : -1;
}

static void before_end(struct listener *listener)
{
    if (!listener->before)
        return;
    MHD_stop_daemon(listener->before);
    (void)close(listener->fd_before);
    listener->before = NULL;
}

bool listener_renew(struct listener *listener, const struct listener_tls *tls, struct err *err)
{
    auto_close int fd = socket_again(listener);
    struct MHD_Daemon *daemon;

    if (fd < 0)
        return err_os(err, "the console's socket");
    daemon = daemon_start(listener, fd, tls);
    if (!daemon)
        return err_set(err, ERR_USAGE, 0,
                       "the console's port cannot be opened with this certificate and key");
    (void)take_fd(fd);
    before_end(listener);
    listener->before = listener->daemon;
    listener->fd_before = MHD_quiesce_daemon(listener->daemon);
    listener->daemon = daemon;
    return true;
}

int listener_port(const struct listener *listener)
{
    return listener->port;
}

void listener_end(struct listener *listener)
{
    if (!listener)
        return;
    before_end(listener);
    MHD_stop_daemon(listener->daemon);
    free(listener);
}
