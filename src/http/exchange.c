/*
 * The bytes of one exchange, in both directions. Every wait is bounded: by silence, by a least
 * pace, by the request's total time, and by a request to stop.
 */
#include "http/inside.h"

enum {
    LEAST_WINDOW_US = 240 * TIME_SECOND, /* 1 KiB/s: nobody moves documents over less */
    LEAST_BYTES = 240 * 1024,
};

/* --- failing and waiting -------------------------------------------------------------------- */

bool http_exchange_failed(const struct http_answer *answer, enum http_cause cause, const char *said,
                          struct err *err)
{
    bool unsure = !answer->request.repeatable && answer->sent;

    return err_set(err, unsure ? ERR_UNSURE : ERR_NET, (int)cause, "%s", said);
}

bool http_exchange_broken(const struct http_answer *answer, const char *where, struct err *err)
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

/* Only moving bytes have a least pace: before its answer a server may be silent for `idle_us`. */
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

/* Whether we were asked to stop, and the exchange has had its time to end well. */
static bool exchange_cancel_is_due(struct http_answer *answer)
{
    if (!cancel_is_set(answer->http->cancel))
        return false;
    if (answer->cancel_seen_us == 0)
        answer->cancel_seen_us = time_mono_us();
    return !answer->sent || time_mono_us() - answer->cancel_seen_us >= answer->request.grace_us;
}

bool http_may_go_on(struct http_answer *answer, struct err *err)
{
    answer->given_up = true;
    if (exchange_cancel_is_due(answer))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    if (is_out_of_time(answer, err))
        return false;
    answer->given_up = false;
    return true;
}

/* --- receiving ------------------------------------------------------------------------------ */

bool http_receive(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                  struct err *err)
{
    answer->quiet_since_us = time_mono_us();
    while (http_may_go_on(answer, err)) {
        switch (connection_receive(answer->http->connection, bytes, room, size_r)) {
        case CONNECTION_DONE:
            has_moved(answer, *size_r);
            return true;
        case CONNECTION_ENDED:
            *size_r = 0;
            return true;
        case CONNECTION_BROKEN:
            return http_exchange_broken(
                answer, "without the end that TLS or the answer's length asks for", err);
        case CONNECTION_AGAIN:
            break;
        }
    }
    return false;
}

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

/* Whether a server refuses before it has read everything: then it needs no more of the body. */
static bool is_refused_already(struct http_answer *answer)
{
    struct http *http = answer->http;
    size_t size;

    return connection_receive(http->connection, http->bytes + http->used,
                              sizeof http->bytes - http->used, &size)
               == CONNECTION_DONE
           && (http->used += size) >= strlen("HTTP/1.1 400") && http->bytes[9] >= '3';
}

bool http_send_all(struct http_answer *answer, struct span bytes, bool is_last, bool *refused_r,
                   struct err *err)
{
    struct connection *connection = answer->http->connection;
    size_t sent;

    while (bytes.size && !*refused_r) {
        if (!http_may_go_on(answer, err))
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
            *refused_r = true; /* perhaps it sent a reason before it closed */
            break;
        }
    }
    return true;
}

/* --- the end ------------------------------------------------------------------------------- */

void http_body_finish(struct http_answer *answer)
{
    struct http *http = answer->http;

    answer->ended = true;
    answer->excess |= answer->framing == FRAMING_LENGTH && http_unread(http).size > 0;
    if (answer->head.closes || answer->excess || http_unread(http).size > 0)
        connection_close(http->connection);
    http->idle_since_us = time_mono_us();
}
