/*
 * HTTP/1.1, as plain as the mover needs it, over a connection that is made elsewhere: a request is
 * written, an answer's head is read, and its body is pulled straight to where the reader wants it.
 */
#include "http/http.h"

#include "base/mem.h"
#include "base/time.h"
#include "http/chunks.h"
#include "http/connection.h"
#include "http/head.h"

#include <assert.h>
#include <stdatomic.h>
#include <strings.h>

enum {
    REQUEST_MAX = 256 * 1024, /* of a request's line and headers */
    BUFFER_SIZE = HEAD_MAX + 16 * 1024,
    DRAIN_SIZE = 64 * 1024,
    TRUST_SIZE = 256 * 1024, /* so much of an announced length is believed before it is there */
    KEEP_US = 4 * TIME_SECOND,
    IDLE_US = 60 * TIME_SECOND,
    DRAIN_US = 1 * TIME_SECOND,
};

static atomic_uint_least64_t request_count, connection_count, resumed_count;

/* How the end of a body is known. */
enum framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKS, FRAMING_CLOSE };

struct http_answer {
    struct http *http;
    struct http_request request;
    struct head head;
    enum framing framing;
    struct chunks chunks;
    uint64_t left; /* of a body whose length is known */
    bool sent, ended, given_up, excess;
    int64_t quiet_since_us, started_us;
    int64_t stop_heard_us; /* when we were asked to stop in the middle; 0: not yet */
};

struct http {
    struct http_settings settings;
    const struct cancel *cancel;
    struct connection *connection;
    int64_t idle_since_us;
    struct str request;        /* the one that is being sent */
    struct http_answer answer; /* one at a time              */
    bool busy;
    /* What came and was not read yet: bytes[read .. used). Before it stands the answer's head. */
    size_t head_size, read, used;
    char bytes[BUFFER_SIZE];
};

struct http_counts http_counts(void)
{
    return (struct http_counts){ .requests = atomic_load(&request_count),
                                 .connections = atomic_load(&connection_count),
                                 .resumed = atomic_load(&resumed_count) };
}

struct http *http_new(const struct http_settings *settings, const struct cancel *cancel)
{
    struct http *http = mem_grow(NULL, sizeof *http); /* its buffer is not touched before it must */

    memset(http, 0, offsetof(struct http, bytes));
    http->settings = *settings;
    http->cancel = cancel;
    http->connection = connection_new(settings);
    http->request.max = REQUEST_MAX;
    return http;
}

void http_listen(struct http *http, const struct cancel *cancel)
{
    http->cancel = cancel;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    if (http->busy)
        http_close(&http->answer);
    connection_free(http->connection);
    str_clear(&http->request);
    free(http);
}

/* --- failing and waiting -------------------------------------------------------------------- */

static bool exchange_failed(const struct http_answer *answer, enum http_cause cause,
                            const char *said, struct err *err)
{
    bool unsure = !answer->request.repeatable && answer->sent;

    return err_set(err, unsure ? ERR_UNSURE : ERR_NET, (int)cause, "%s", said);
}

static bool broken(const struct http_answer *answer, const char *where, struct err *err)
{
    const char *said = connection_said(answer->http->connection);
    char words[320];

    (void)snprintf(words, sizeof words, "the connection ended %s%s%s", where, *said ? ": " : "",
                   said);
    return exchange_failed(answer, HTTP_BROKEN, words, err);
}

static bool is_out_of_time(const struct http_answer *answer, struct err *err)
{
    int64_t now_us = time_mono_us();
    char text[TIME_TEXT_SIZE], said[128];

    if (answer->request.total_us && now_us - answer->started_us >= answer->request.total_us) {
        (void)snprintf(said, sizeof said, "timed out after %s",
                       time_for_people(answer->request.total_us, text));
        return !exchange_failed(answer, HTTP_TIMED_OUT, said, err);
    }
    if (now_us - answer->quiet_since_us < answer->request.idle_us)
        return false;
    (void)snprintf(said, sizeof said, "nothing came for %s",
                   time_for_people(answer->request.idle_us, text));
    return !exchange_failed(answer, HTTP_STALLED, said, err);
}

/* Whether we were asked to stop, and what is under way had its time to end well. */
static bool is_called_off(struct http_answer *answer)
{
    if (!cancel_is_set(answer->http->cancel))
        return false;
    if (answer->stop_heard_us == 0)
        answer->stop_heard_us = time_mono_us();
    return !answer->sent || time_mono_us() - answer->stop_heard_us >= answer->request.grace_us;
}

/* Before each step: who never falls silent must not keep us either. */
static bool may_go_on(struct http_answer *answer, struct err *err)
{
    answer->given_up = true;
    if (is_called_off(answer))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    if (is_out_of_time(answer, err))
        return false;
    answer->given_up = false;
    return true;
}

/* --- what came ------------------------------------------------------------------------------ */

static struct span unread(const struct http *http)
{
    return (struct span){ http->bytes + http->read, http->used - http->read };
}

/* Receives at least one byte; none if the other side closed the connection in good order. */
static bool receive(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                    struct err *err)
{
    answer->quiet_since_us = time_mono_us();
    while (may_go_on(answer, err)) {
        switch (connection_receive(answer->http->connection, bytes, room, size_r)) {
        case CONNECTION_DONE:
            return true;
        case CONNECTION_ENDED:
            *size_r = 0;
            return true;
        case CONNECTION_BROKEN:
            return broken(answer, "without a good end", err);
        case CONNECTION_AGAIN:
            break;
        }
    }
    return false;
}

/* Receives behind what is unread. */
static bool fill(struct http_answer *answer, size_t *size_r, struct err *err)
{
    struct http *http = answer->http;

    if (http->read == http->used)
        http->read = http->used = http->head_size;
    if (!receive(answer, http->bytes + http->used, sizeof http->bytes - http->used, size_r, err))
        return false;
    http->used += *size_r;
    return true;
}

/* --- the request ---------------------------------------------------------------------------- */

static bool has_header(const struct http_request *request, const char *name_and_colon)
{
    for (size_t i = 0; request->headers && request->headers[i]; i++)
        if (strncasecmp(request->headers[i], name_and_colon, strlen(name_and_colon)) == 0)
            return true;
    return false;
}

/* Path and query, as they stand in the URL; all of it for a proxy. */
static void target_add(struct str *to, const struct http *http, const char *url)
{
    const char *target = url + connection_origin(url).size;

    if (connection_is_by_proxy(http->connection))
        target = url;
    if (*target == '\0' || *target == '?')
        str_add_char(to, '/');
    str_add_text(to, target);
}

static void line_add(struct str *to, const char *name, const char *value)
{
    str_add_text(to, name);
    str_add_text(to, value);
    str_add_text(to, "\r\n");
}

/* All that goes before the body. */
static bool request_write(struct http_answer *answer, struct err *err)
{
    const struct http_request *request = &answer->request;
    struct http *http = answer->http;
    struct str *to = &http->request;

    str_reset(to);
    str_add_text(to, request->method);
    str_add_char(to, ' ');
    target_add(to, http, request->url);
    str_add_text(to, " HTTP/1.1\r\n");
    if (!has_header(request, "Host:"))
        line_add(to, "Host: ", connection_host(http->connection));
    if (!has_header(request, "Accept:"))
        str_add_text(to, "Accept: */*\r\n");
    for (size_t i = 0; request->headers && request->headers[i]; i++)
        line_add(to, request->headers[i], "");
    if (request->sends_body) {
        str_add_text(to, "Content-Length: ");
        str_add_u64(to, request->body.size);
        str_add_text(to, "\r\n");
    }
    str_add_text(to, "\r\n");
    return str_fits(to, "the request's head", err);
}

/* A URL goes into the request as it stands: what would end the line, or belongs to nobody, must
 * not. */
static bool url_is_clean(const char *url, struct err *err)
{
    for (const char *at = url; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7F || *at == '#')
            return err_set(err, ERR_NET, HTTP_NO_CONNECTION,
                           "the URL has a blank, '#' or control "
                           "character in it");
    return true;
}

/* A server that refuses before it has read everything: what is left of the body is not for it. */
static bool is_refused_already(struct http_answer *answer)
{
    struct http *http = answer->http;
    size_t size;

    return connection_receive(http->connection, http->bytes + http->used,
                              sizeof http->bytes - http->used, &size)
               == CONNECTION_DONE
           && (http->used += size) >= strlen("HTTP/1.1 400") && http->bytes[9] >= '3';
}

/*
 *   is_last     nothing follows these bytes
 *   refused_r   the answer is there although not everything was sent
 */
static bool send_all(struct http_answer *answer, struct span bytes, bool is_last, bool *refused_r,
                     struct err *err)
{
    struct connection *connection = answer->http->connection;
    size_t sent;

    while (bytes.size && !*refused_r) {
        if (!may_go_on(answer, err))
            return false;
        switch (connection_send(connection, bytes, is_last, &sent)) {
        case CONNECTION_DONE:
            answer->quiet_since_us = time_mono_us(); /* a long upload is not silence */
            bytes = span_from(bytes, sent);
            break;
        case CONNECTION_AGAIN:
            *refused_r = is_refused_already(answer);
            break;
        case CONNECTION_ENDED:
        case CONNECTION_BROKEN:
            *refused_r = true; /* perhaps it said why before it went */
            break;
        }
    }
    return true;
}

/* --- the answer's head ---------------------------------------------------------------------- */

static bool nonsense(const struct http_answer *answer, const char *said, struct err *err)
{
    return exchange_failed(answer, HTTP_NONSENSE, said, err);
}

static bool head_wait(struct http_answer *answer, size_t *size_r, struct err *err)
{
    struct http *http = answer->http;
    size_t got;

    for (;;) {
        enum head_step step = head_find(unread(http), size_r);

        if (step == HEAD_WHOLE)
            return true;
        if (step == HEAD_NONSENSE)
            return nonsense(answer,
                            unread(http).size < HEAD_MAX
                                ? "what came is no answer of HTTP/1.1"
                                : "the headers of the answer are longer than 64 KiB",
                            err);
        if (http->read > 0) { /* what informational answers leave behind */
            memmove(http->bytes, http->bytes + http->read, unread(http).size);
            http->used -= http->read;
            http->read = 0;
        }
        if (!fill(answer, &got, err))
            return false;
        if (got == 0)
            return broken(answer, http->used ? "in the middle of the answer" : "without an answer",
                          err);
    }
}

/* Informational answers before the real one are passed over. */
static bool head_take(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    size_t size;

    do {
        if (!head_wait(answer, &size, err))
            return false;
        if (!head_read(http->bytes + http->read, size, &answer->head))
            return nonsense(answer, "the headers of the answer make no sense", err);
        http->read += size;
    } while (answer->head.status < 200);
    http->head_size = http->read;
    return true;
}

static enum framing framing_of(const struct http_answer *answer)
{
    int status = answer->head.status;

    if (strcmp(answer->request.method, "HEAD") == 0 || status == 204 || status == 304)
        return FRAMING_NONE;
    if (answer->head.is_chunked)
        return FRAMING_CHUNKS;
    return answer->head.length >= 0 ? FRAMING_LENGTH : FRAMING_CLOSE;
}

/* The body has been read. The connection may serve again if nothing of it is left over. */
static void body_over(struct http_answer *answer)
{
    struct http *http = answer->http;

    answer->ended = true;
    answer->excess |= answer->framing == FRAMING_LENGTH && unread(http).size > 0;
    if (answer->head.closes || answer->excess || unread(http).size > 0)
        connection_close(http->connection);
    http->idle_since_us = time_mono_us();
}

static void body_begin(struct http_answer *answer, bool refused)
{
    answer->framing = framing_of(answer);
    answer->head.closes |= refused || answer->framing == FRAMING_CLOSE;
    answer->left = answer->framing == FRAMING_LENGTH ? (uint64_t)answer->head.length : 0;
    if (answer->framing == FRAMING_NONE
        || (answer->framing == FRAMING_LENGTH && answer->head.length == 0))
        body_over(answer);
}

/* --- one exchange --------------------------------------------------------------------------- */

static bool connect_to(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    struct connection *connection = http->connection;

    if (!connection_begin(connection, answer->request.url, err))
        return false;
    for (;;) {
        enum connection_step step = connection_go_on(connection, err);

        if (step == CONNECTION_DONE)
            break;
        answer->quiet_since_us = time_mono_us(); /* connecting has a limit of its own */
        if (step != CONNECTION_AGAIN || !may_go_on(answer, err))
            return false;
        connection_wait(connection, http->cancel);
    }
    atomic_fetch_add(&connection_count, 1);
    atomic_fetch_add(&resumed_count, connection_is_resumed(connection) ? 1 : 0);
    return true;
}

/* A connection that idled for longer may be cut off by what stands between, without a word. */
static bool is_connected(struct http *http, const char *url)
{
    int64_t keep_us = http->settings.keep_us ? http->settings.keep_us : KEEP_US;

    return time_mono_us() - http->idle_since_us < keep_us
           && connection_serves(http->connection, url);
}

static bool ask(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    struct span body = answer->request.body;
    bool refused = false;

    http->head_size = http->read = http->used = 0;
    if (!request_write(answer, err))
        return false;
    answer->sent = true;
    if (!send_all(answer, str_span(&http->request), body.size == 0, &refused, err)
        || !send_all(answer, body, true, &refused, err) || !head_take(answer, err))
        return false;
    body_begin(answer, refused);
    return true;
}

/*
 * A connection that served before may have died meanwhile, and be found out only by the request. A
 * request that may be repeated then goes again, over a new one, unless something came back.
 */
static bool exchange(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;

    if (is_connected(http, answer->request.url)) {
        struct err why = { 0 };

        if (ask(answer, &why))
            return true;
        if (why.kind != ERR_NET || why.code != HTTP_BROKEN || http->used > 0) {
            *err = why;
            return false;
        }
        answer->sent = false;
    }
    return connect_to(answer, err) && ask(answer, err);
}

bool http_open(struct http *http, const struct http_request *request, struct http_answer **answer_r,
               struct err *err)
{
    struct http_answer *answer = &http->answer;
    int64_t now_us = time_mono_us();

    assert(!http->busy);
    if (cancel_is_set(http->cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    if (!url_is_clean(request->url, err))
        return false;
    *answer = (struct http_answer){
        .http = http, .request = *request, .quiet_since_us = now_us, .started_us = now_us
    };
    if (answer->request.idle_us == 0)
        answer->request.idle_us = IDLE_US;
    atomic_fetch_add(&request_count, 1);
    if (!exchange(answer, err)) {
        connection_close(http->connection);
        return false;
    }
    http->busy = true;
    *answer_r = answer;
    return true;
}

/* A short rest is read so that the connection can serve again; a new one costs far more. */
static void drain(struct http_answer *answer)
{
    char rest[4096];
    size_t size = 1;
    struct err ignored;

    answer->request.total_us = time_mono_us() - answer->started_us + DRAIN_US;
    while (size > 0 && http_read(answer, rest, sizeof rest, &size, &ignored))
        continue;
}

void http_close(struct http_answer *answer)
{
    if (!answer)
        return;
    if (!answer->ended && !answer->given_up && http_length(answer) >= 0
        && http_length(answer) <= DRAIN_SIZE)
        drain(answer);
    if (!answer->ended)
        connection_close(answer->http->connection);
    answer->http->busy = false;
}

void auto_answer_cleanup(struct http_answer **answer)
{
    http_close(*answer);
}

int http_status(const struct http_answer *answer)
{
    return answer->head.status;
}

const char *http_header(const struct http_answer *answer, const char *name)
{
    return head_field(&answer->head, name, 0);
}

const char *http_header_at(const struct http_answer *answer, const char *name, size_t index)
{
    return head_field(&answer->head, name, index);
}

int64_t http_length(const struct http_answer *answer)
{
    if (answer->head.length < 0 && answer->framing == FRAMING_NONE)
        return 0;
    return answer->framing == FRAMING_CHUNKS ? -1 : answer->head.length;
}

/* --- reading -------------------------------------------------------------------------------- */

/* What came with the head or with chunks, else straight to the reader. None: the connection ended.
 */
static bool take_bytes(struct http_answer *answer, char *bytes, size_t room, size_t most,
                       size_t *size_r, struct err *err)
{
    struct http *http = answer->http;
    struct span ready = span_first(unread(http), room < most ? room : most);

    if (ready.size == 0)
        return receive(answer, bytes, room, size_r, err);
    memcpy(bytes, ready.at, ready.size);
    http->read += ready.size;
    *size_r = ready.size;
    return true;
}

static bool is_short(const struct http_answer *answer, struct err *err)
{
    return exchange_failed(answer, HTTP_SHORT, "the body ended before its announced length", err);
}

/*
 * The reader's room may be larger than what is left: a surplus that comes along then shows itself,
 * and fails the next read.
 */
static bool length_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                        struct err *err)
{
    size_t most = answer->left < SIZE_MAX ? (size_t)answer->left : SIZE_MAX;

    if (!take_bytes(answer, bytes, room, most, size_r, err))
        return false;
    if (*size_r == 0)
        return is_short(answer, err);
    answer->excess = *size_r > most;
    if (answer->excess)
        *size_r = most;
    answer->left -= *size_r;
    if (answer->left == 0)
        body_over(answer);
    return true;
}

static bool chunk_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                       struct err *err)
{
    size_t left = answer->chunks.left < SIZE_MAX ? (size_t)answer->chunks.left : SIZE_MAX;

    if (!take_bytes(answer, bytes, room < left ? room : left, left, size_r, err))
        return false;
    answer->chunks.left -= *size_r;
    return *size_r > 0 || is_short(answer, err);
}

static bool chunks_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                        struct err *err)
{
    struct http *http = answer->http;

    for (;;) {
        struct span rest = unread(http);
        enum chunks_step step = chunks_eat(&answer->chunks, &rest);
        size_t got;

        http->read = http->used - rest.size;
        switch (step) {
        case CHUNKS_DATA:
            return chunk_read(answer, bytes, room, size_r, err);
        case CHUNKS_END:
            *size_r = 0;
            body_over(answer);
            return true;
        case CHUNKS_NONSENSE:
            return exchange_failed(answer, HTTP_BROKEN, "the chunks of the body make no sense",
                                   err);
        case CHUNKS_MORE:
            if (!fill(answer, &got, err))
                return false;
            if (got == 0)
                return is_short(answer, err);
        }
    }
}

static bool body_read(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                      struct err *err)
{
    switch (answer->framing) {
    case FRAMING_LENGTH:
        return length_read(answer, bytes, room, size_r, err);
    case FRAMING_CHUNKS:
        return chunks_read(answer, bytes, room, size_r, err);
    case FRAMING_CLOSE:
        if (!take_bytes(answer, bytes, room, room, size_r, err))
            return false;
        if (*size_r == 0)
            body_over(answer);
        return true;
    case FRAMING_NONE:
        break;
    }
    abort();
}

bool http_read(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
               struct err *err)
{
    if (answer->excess && answer->ended)
        return err_set(err, ERR_DATA, HTTP_NONSENSE, "more bytes came than the answer announced");
    if (answer->ended) {
        *size_r = 0;
        return true;
    }
    if (body_read(answer, bytes, room, size_r, err))
        return true;
    answer->given_up = true;
    return false;
}

bool http_read_all(struct http_answer *answer, struct str *to, struct err *err)
{
    int64_t length = http_length(answer);
    char part[4096];
    size_t size;

    if (length > 0 && length <= TRUST_SIZE)
        (void)str_reserve(to, (size_t)length);
    do {
        if (!http_read(answer, part, sizeof part, &size, err))
            return false;
        str_add(to, part, size);
    } while (size > 0 && !to->cut);
    return str_fits(to, "the answer", err);
}
