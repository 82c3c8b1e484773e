/*
 * HTTP/1.1, as plain as the mover needs it, over a connection that is made elsewhere: a request is
 * written, the head of its answer is read, and its body goes straight into the reader's room
 * (body.c). exchange.c bounds the time of each step.
 */
#include "http/inside.h"

#include "base/num.h"

#include <assert.h>
#include <stdatomic.h>

enum {
    REQUEST_MAX = 256 * 1024, /* the largest request line with its headers */
    DRAIN_SIZE = 64 * 1024,
    KEEP_US = 4 * TIME_SECOND,
    IDLE_US = 60 * TIME_SECOND,
    DRAIN_US = 1 * TIME_SECOND,
    INFORMATIONAL_MAX = 32,
    RETRY_AFTER_MAX_S = 300,
};

static atomic_uint_least64_t request_count, connection_count, resumed_count;

struct http_counts http_counts(void)
{
    return (struct http_counts){ .requests = atomic_load(&request_count),
                                 .connections = atomic_load(&connection_count),
                                 .resumed = atomic_load(&resumed_count) };
}

struct http *http_new(const struct http_settings *settings, const struct cancel *cancel)
{
    struct http *http = mem_grow(NULL, sizeof *http); /* its large buffer is not zeroed */

    memset(http, 0, offsetof(struct http, bytes));
    http->settings = *settings;
    http->cancel = cancel;
    http->connection = connection_new(settings);
    http->request.max = REQUEST_MAX;
    return http;
}

void http_set_cancel(struct http *http, const struct cancel *cancel)
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

/* --- the answer's head ---------------------------------------------------------------------- */

static bool answer_malformed(const struct http_answer *answer, const char *said, struct err *err)
{
    return http_exchange_failed(answer, HTTP_MALFORMED, said, err);
}

static bool head_wait(struct http_answer *answer, size_t *size_r, struct err *err)
{
    struct http *http = answer->http;
    size_t got;

    for (;;) {
        enum head_step step = head_find(http_unread(http), size_r);

        if (step == HEAD_COMPLETE)
            return true;
        if (step == HEAD_MALFORMED)
            return answer_malformed(answer,
                                    http_unread(http).size < HEAD_MAX
                                        ? "what came is no answer of HTTP/1.1"
                                        : "the headers of the answer are longer than 64 KiB",
                                    err);
        if (http->read > 0) { /* bytes after an informational answer */
            memmove(http->bytes, http->bytes + http->read, http_unread(http).size);
            http->used -= http->read;
            http->read = 0;
        }
        if (!http_fill(answer, &got, err))
            return false;
        if (got == 0)
            return http_exchange_broken(
                answer, http->used ? "in the middle of the answer" : "without an answer", err);
    }
}

/* Takes the head of the answer; informational answers before it are skipped. */
static bool head_take(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    size_t size;

    answer->moves = false; /* the server may think now */
    answer->pace = (struct pace){ 0 };
    for (int heads = 0; heads <= INFORMATIONAL_MAX; heads++) {
        if (!head_wait(answer, &size, err))
            return false;
        if (!head_read(http->bytes + http->read, size, &answer->head))
            return answer_malformed(answer, answer->head.complaint, err);
        http->read += size;
        http->head_size = http->read;
        if (answer->head.status >= 200)
            return true;
    }
    return answer_malformed(
        answer, "the server goes on saying that an answer will come, and none does", err);
}

static enum http_framing framing_of(const struct http_answer *answer)
{
    int status = answer->head.status;

    if (strcmp(answer->request.method, "HEAD") == 0 || status == 204 || status == 304)
        return FRAMING_NONE;
    if (answer->head.is_chunked)
        return FRAMING_CHUNKS;
    return answer->head.length >= 0 ? FRAMING_LENGTH : FRAMING_CLOSE;
}

static void body_begin(struct http_answer *answer, bool refused)
{
    answer->framing = framing_of(answer);
    answer->head.closes |= refused || answer->framing == FRAMING_CLOSE;
    answer->remaining = answer->framing == FRAMING_LENGTH ? (uint64_t)answer->head.length : 0;
    if (answer->framing == FRAMING_NONE
        || (answer->framing == FRAMING_LENGTH && answer->head.length == 0))
        http_body_finish(answer);
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
        if (step != CONNECTION_AGAIN || !http_may_go_on(answer, err))
            return false;
        connection_wait(connection, http->cancel);
    }
    atomic_fetch_add(&connection_count, 1);
    atomic_fetch_add(&resumed_count, connection_is_resumed(connection) ? 1 : 0);
    return true;
}

/* Whether it can be used. After a longer idle time a firewall may have cut it without a word. */
static bool is_connected(struct http *http, const char *url)
{
    int64_t keep_us = http->settings.keep_us ? http->settings.keep_us : KEEP_US;

    return time_mono_us() - http->idle_since_us < keep_us
           && connection_serves(http->connection, url);
}

static bool exchange_try(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    struct span body = answer->request.body;
    bool refused = false;

    http->head_size = http->read = http->used = 0;
    if (!http_request_write(answer, err))
        return false;
    answer->sent = true;
    if (!http_send_all(answer, str_span(&http->request), body.size == 0, &refused, err)
        || !http_send_all(answer, body, true, &refused, err) || !head_take(answer, err))
        return false;
    body_begin(answer, refused);
    return true;
}

/*
 * A connection that served before may have died since, which only the next request shows. A request
 * that may be repeated is then sent again over a new connection, unless an answer had begun.
 */
static bool exchange_or_reconnect(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;

    if (is_connected(http, answer->request.url)) {
        struct err why = { 0 };

        if (exchange_try(answer, &why))
            return true;
        if (why.kind != ERR_NET || why.code != HTTP_BROKEN || http->used > 0) {
            *err = why;
            return false;
        }
        answer->sent = false;
    }
    return connect_to(answer, err) && exchange_try(answer, err);
}

bool http_open(struct http *http, const struct http_request *request, struct http_answer **answer_r,
               struct err *err)
{
    struct http_answer *answer = &http->answer;
    int64_t now_us = time_mono_us();

    assert(!http->busy);
    if (cancel_is_set(http->cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    if (!http_request_is_clean(request, err))
        return false;
    *answer = (struct http_answer){
        .http = http, .request = *request, .quiet_since_us = now_us, .started_us = now_us
    };
    (void)snprintf(answer->name_ext, sizeof answer->name_ext, "%s",
                   request->name_ext ? request->name_ext : "");
    answer->request.name_ext = answer->name_ext;
    if (answer->request.idle_us == 0)
        answer->request.idle_us = IDLE_US;
    atomic_fetch_add(&request_count, 1);
    if (!exchange_or_reconnect(answer, err)) {
        connection_close(http->connection);
        return false;
    }
    http->busy = true;
    *answer_r = answer;
    return true;
}

/* A short rest is read, so that the connection can serve again; a new one costs far more. */
static void body_drain(struct http_answer *answer)
{
    char rest[4096];
    size_t size = 1;
    struct err ignored;

    answer->request.total_us = time_mono_us() - answer->started_us + DRAIN_US;
    while (size > 0 && http_read_wire(answer, rest, sizeof rest, &size, &ignored))
        continue;
}

void http_close(struct http_answer *answer)
{
    if (!answer)
        return;
    if (!answer->ended && !answer->given_up && answer->framing == FRAMING_LENGTH
        && answer->head.length <= DRAIN_SIZE)
        body_drain(answer);
    decoder_free(take(answer->coding));
    if (!answer->ended)
        connection_close(answer->http->connection);
    answer->http->busy = false;
}

void auto_answer_cleanup(struct http_answer **answer)
{
    http_close(*answer);
}

struct span http_proxy(const struct http *http)
{
    return connection_proxy(http->connection);
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

int64_t http_retry_after_us(const struct http_answer *answer)
{
    struct span value = span_of(http_header(answer, "Retry-After"));
    struct err ignored;
    uint64_t seconds;

    if (num_u64(value, 0, RETRY_AFTER_MAX_S, &seconds, &ignored))
        return (int64_t)seconds * TIME_SECOND;
    return value.size && num_u64(value, 0, UINT64_MAX, &seconds, &ignored)
               ? RETRY_AFTER_MAX_S * TIME_SECOND
               : 0;
}
