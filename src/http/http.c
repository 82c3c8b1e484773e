/*
 * HTTP/1.1, as plain as the mover needs it, over a connection that is made elsewhere: a request is
 * written, an answer's head is read, and its body is pulled straight to where the reader wants it.
 */
#include "http/inside.h"

#include "base/num.h"

#include <assert.h>
#include <stdatomic.h>

enum {
    REQUEST_MAX = 256 * 1024, /* of a request's line and headers */
    DRAIN_SIZE = 64 * 1024,
    KEEP_US = 4 * TIME_SECOND,
    IDLE_US = 60 * TIME_SECOND,
    DRAIN_US = 1 * TIME_SECOND,
    LEAST_WINDOW_US = 240 * TIME_SECOND, /* 1 KiB/s: over less nobody moves documents */
    LEAST_BYTES = 240 * 1024,
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
    struct http *http = mem_grow(NULL, sizeof *http); /* its buffer is not touched before it must */

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

/* --- failing and waiting -------------------------------------------------------------------- */

bool http_exchange_failed(const struct http_answer *answer, enum http_cause cause, const char *said,
                          struct err *err)
{
    bool unsure = !answer->request.repeatable && answer->sent;

    return err_set(err, unsure ? ERR_UNSURE : ERR_NET, (int)cause, "%s", said);
}

static bool exchange_broken(const struct http_answer *answer, const char *where, struct err *err)
{
    const char *said = connection_said(answer->http->connection);
    char words[320];

    (void)snprintf(words, sizeof words, "the connection ended %s%s%s", where, *said ? ": " : "",
                   said);
    return http_exchange_failed(answer, HTTP_BROKEN, words, err);
}

static struct pace_least least_of(const struct http *http)
{
    const struct http_settings *settings = &http->settings;

    return (struct pace_least){
        .window_us = settings->least_window_us ? settings->least_window_us : LEAST_WINDOW_US,
        .bytes = settings->least_bytes ? settings->least_bytes : LEAST_BYTES
    };
}

/* While it thinks before its answer it may take as long as silence may. */
static bool is_too_slow(struct http_answer *answer, int64_t waiting_us, struct err *err)
{
    struct pace_least least = least_of(answer->http);
    uint64_t bytes = answer->pace.bytes;
    char text[TIME_TEXT_SIZE], said[128];

    if (!answer->moves || !pace_is_too_slow(&answer->pace, least, waiting_us))
        return false;
    (void)snprintf(said, sizeof said, "only %ju bytes moved in %s: too slow", (uintmax_t)bytes,
                   time_for_people(least.window_us, text));
    return !http_exchange_failed(answer, HTTP_TOO_SLOW, said, err);
}

static void has_moved(struct http_answer *answer, size_t bytes)
{
    int64_t now_us = time_mono_us();

    pace_moved(&answer->pace, now_us - answer->quiet_since_us, bytes);
    answer->quiet_since_us = now_us;
    answer->moves = true;
}

static bool is_out_of_time(struct http_answer *answer, struct err *err)
{
    int64_t now_us = time_mono_us();
    char text[TIME_TEXT_SIZE], said[128];

    if (answer->request.total_us && now_us - answer->started_us >= answer->request.total_us) {
        (void)snprintf(said, sizeof said, "timed out after %s",
                       time_for_people(answer->request.total_us, text));
        return !http_exchange_failed(answer, HTTP_TIMED_OUT, said, err);
    }
    if (is_too_slow(answer, now_us - answer->quiet_since_us, err))
        return true;
    if (now_us - answer->quiet_since_us < answer->request.idle_us)
        return false;
    (void)snprintf(said, sizeof said, "nothing came for %s",
                   time_for_people(answer->request.idle_us, text));
    return !http_exchange_failed(answer, HTTP_STALLED, said, err);
}

/* Whether we were asked to stop, and what is under way had its time to end well. */
static bool exchange_cancel_is_due(struct http_answer *answer)
{
    if (!cancel_is_set(answer->http->cancel))
        return false;
    if (answer->cancel_seen_us == 0)
        answer->cancel_seen_us = time_mono_us();
    return !answer->sent || time_mono_us() - answer->cancel_seen_us >= answer->request.grace_us;
}

/* Before each step: who never falls silent must not keep us either. */
static bool may_go_on(struct http_answer *answer, struct err *err)
{
    answer->given_up = true;
    if (exchange_cancel_is_due(answer))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    if (is_out_of_time(answer, err))
        return false;
    answer->given_up = false;
    return true;
}

/* --- what came ------------------------------------------------------------------------------ */

/* Receives at least one byte; none if the other side closed the connection in good order. */
bool http_receive(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                  struct err *err)
{
    answer->quiet_since_us = time_mono_us();
    while (may_go_on(answer, err)) {
        switch (connection_receive(answer->http->connection, bytes, room, size_r)) {
        case CONNECTION_DONE:
            has_moved(answer, *size_r);
            return true;
        case CONNECTION_ENDED:
            *size_r = 0;
            return true;
        case CONNECTION_BROKEN:
            return exchange_broken(answer, "without a good end", err);
        case CONNECTION_AGAIN:
            break;
        }
    }
    return false;
}

/* Receives behind what is unread. */
bool http_fill(struct http_answer *answer, size_t *size_r, struct err *err)
{
    struct http *http = answer->http;

    if (http->read == http->used)
        http->read = http->used = http->head_size;
    if (!http_receive(answer, http->bytes + http->used, sizeof http->bytes - http->used, size_r,
                      err))
        return false;
    http->used += *size_r;
    return true;
}

/* --- sending -------------------------------------------------------------------------------- */

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
            has_moved(answer, sent); /* a long upload is not silence */
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
        if (http->read > 0) { /* what informational answers leave behind */
            memmove(http->bytes, http->bytes + http->read, http_unread(http).size);
            http->used -= http->read;
            http->read = 0;
        }
        if (!http_fill(answer, &got, err))
            return false;
        if (got == 0)
            return exchange_broken(
                answer, http->used ? "in the middle of the answer" : "without an answer", err);
    }
}

/* Informational answers before the real one are passed over. */
static bool head_take(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    size_t size;

    answer->moves = false; /* it may think now */
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

/* The body has been read. The connection may serve again if nothing of it is left over. */
void http_body_finish(struct http_answer *answer)
{
    struct http *http = answer->http;

    answer->ended = true;
    answer->excess |= answer->framing == FRAMING_LENGTH && http_unread(http).size > 0;
    if (answer->head.closes || answer->excess || http_unread(http).size > 0)
        connection_close(http->connection);
    http->idle_since_us = time_mono_us();
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

static bool exchange_try(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    struct span body = answer->request.body;
    bool refused = false;

    http->head_size = http->read = http->used = 0;
    if (!http_request_write(answer, err))
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

/* A short rest is read so that the connection can serve again; a new one costs far more. */
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
    if (http_coding(answer) != CODING_NONE)
        return -1;
    return answer->framing == FRAMING_CHUNKS ? -1 : answer->head.length;
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
