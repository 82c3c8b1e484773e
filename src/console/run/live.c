/* The poller's thread, and the streams that it wakes. */
#include "console/run/live.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/people/session.h"
#include "console/readers.h"
#include "console/server/exchange.h"
#include "report/sums.h"
#include "report/words.h"
#include "json/writer.h"

#include <pthread.h>

enum { STATUS_MAX = 4 * 1024 * 1024, RETRY_MS = 3000 };

#define POLL_US (1 * TIME_SECOND)
#define QUIET_US (15 * TIME_SECOND)  /* then a comment shows that the connection lives */
#define ASKED_US (5 * TIME_SECOND)   /* then the session is looked up again            */
#define GOODBYE_US (5 * TIME_SECOND) /* for the streams' last words, at the end         */

struct live_stream {
    struct live *live;
    struct live_stream *next; /* the one that was opened before */
    int64_t session;
    char key[LIVE_KEY_SIZE];
    struct str text; /* what is not sent yet */
    size_t sent;
    uint64_t seen; /* the number of the newest state that it has */
    int64_t run;   /* the run that was under way then            */
    int64_t said_us, asked_us;
    bool is_replaced, has_ended;
};

struct live {
    struct console *console;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a state, a stream or the end came */
    pthread_t thread;
    struct live_stream *streams; /* the newest first */
    bool is_ending;
    uint64_t number; /* of the state; 0: none was read since somebody listens */
    struct str status, words;
    int64_t run; /* that is under way; 0: none */
};

/* --- the poller ------------------------------------------------------------------------------- */

static void words_write(const struct status *status, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);
    auto_str when = STR_MAX(KIB(1)), at = STR_MAX(128);

    status_when(status, &when);
    words_stamp(&at, status->at_us);
    json_open_object(&w);
    json_member_text(&w, "when", str_text(&when));
    json_member_text(&w, "at", str_text(&at));
    json_close_object(&w);
}

static void state_keep(struct live *live, const struct status *status, struct str *text)
{
    const struct ledger_run *run = status_run_open(status);

    (void)pthread_mutex_lock(&live->lock);
    live->run = run ? run->run : 0;
    if (!span_equal(str_span(text), str_span(&live->status))) {
        str_reset(&live->status);
        str_add_span(&live->status, str_span(text));
        str_reset(&live->words);
        words_write(status, &live->words);
        live->number++;
        (void)pthread_cond_broadcast(&live->changed);
    }
    (void)pthread_mutex_unlock(&live->lock);
}

static bool state_read(struct live *live, struct err *err)
{
    auto_str text = STR_MAX(STATUS_MAX);
    auto_status *status = NULL;
    auto_borrowed reader = { 0 };

    if (!reader_borrow(live->console->readers, &reader, err)
        || !status_read(reader.ledger, live->console->status, &status, err))
        return false;
    status_json(status, &text);
    if (!str_fits(&text, "the status", err))
        return false;
    state_keep(live, status, &text);
    return true;
}

/* Waits for somebody who listens. False: it is the end. */
static bool has_listeners(struct live *live)
{
    bool go_on;

    (void)pthread_mutex_lock(&live->lock);
    while (!live->streams && !live->is_ending)
        (void)pthread_cond_wait(&live->changed, &live->lock);
    go_on = !live->is_ending;
    (void)pthread_mutex_unlock(&live->lock);
    return go_on;
}

/* A second from the last reading on, however often streams come and go. */
static void wait_a_second(struct live *live)
{
    const struct clock *clock = live->console->clock;
    int64_t until_us = clock_mono_us(clock) + POLL_US, now_us;

    (void)pthread_mutex_lock(&live->lock);
    while (!live->is_ending && (now_us = clock_mono_us(clock)) < until_us)
        clock_wait(clock, &live->changed, &live->lock, until_us - now_us);
    (void)pthread_mutex_unlock(&live->lock);
}

static void *poll_status(void *arg)
{
    struct live *live = arg;

    while (has_listeners(live)) {
        struct err err = { 0 };

        if (!state_read(live, &err))
            log_warn("the status cannot be read: %s", err.msg);
        wait_a_second(live);
    }
    return NULL;
}

bool live_new(struct console *console, struct live **live_r, struct err *err)
{
    struct live *live = mem_new(struct live);
    pthread_condattr_t monotonic;

    *live = (struct live){ .console = console,
                           .status = STR_MAX(STATUS_MAX),
                           .words = STR_MAX(KIB(4)) };
    (void)pthread_mutex_init(&live->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&live->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    errno = pthread_create(&live->thread, NULL, poll_status, live);
    if (errno != 0) {
        live_free(live);
        return err_os(err, "a thread for the status");
    }
    *live_r = live;
    return true;
}

/* With the lock: a stream is gone when its last words were sent; one that hangs is not waited for. */
static void wait_for_streams(struct live *live)
{
    const struct clock *clock = live->console->clock;
    int64_t end_us = clock_mono_us(clock) + GOODBYE_US, now_us;

    while (live->streams && (now_us = clock_mono_us(clock)) < end_us)
        clock_wait(clock, &live->changed, &live->lock, end_us - now_us);
}

void live_end(struct live *live)
{
    if (!live)
        return;
    (void)pthread_mutex_lock(&live->lock);
    live->is_ending = true;
    (void)pthread_cond_broadcast(&live->changed);
    wait_for_streams(live);
    (void)pthread_mutex_unlock(&live->lock);
    (void)pthread_join(live->thread, NULL);
}

void live_free(struct live *live)
{
    if (!live)
        return;
    (void)pthread_cond_destroy(&live->changed);
    (void)pthread_mutex_destroy(&live->lock);
    str_clear(&live->status);
    str_clear(&live->words);
    free(live);
}

/* --- a stream --------------------------------------------------------------------------------- */

/* The status is one line, with its end. */
static void event_add(struct str *to, const char *name, struct span data)
{
    str_printf(to, "event: %s\ndata: ", name);
    str_add_span(to, span_trim(data));
    str_add_text(to, "\n\n");
}

static void end_add(struct live_stream *stream, const char *why)
{
    str_printf(&stream->text, "event: end\ndata: {\"why\":\"%s\"}\n\n", why);
    stream->has_ended = true;
}

static void run_add(struct live_stream *stream, int64_t run, const char *what)
{
    if (run)
        str_printf(&stream->text, "event: run\ndata: {\"run\":%jd,\"what\":\"%s\"}\n\n",
                   (intmax_t)run, what);
}

/* With the lock: what came since this stream was last served. */
static void news_add(struct live_stream *stream)
{
    struct live *live = stream->live;

    if (stream->seen == live->number)
        return;
    if (stream->seen && stream->run != live->run) {
        run_add(stream, stream->run, "ended");
        run_add(stream, live->run, "begun");
    }
    str_printf(&stream->text, "id: %ju\n", (uintmax_t)live->number);
    event_add(&stream->text, "status", str_span(&live->status));
    event_add(&stream->text, "words", str_span(&live->words));
    stream->seen = live->number;
    stream->run = live->run;
}

/* With the lock. False: there is nothing to say, and time to wait. */
static bool has_something(struct live_stream *stream, int64_t now_us)
{
    if (stream->live->is_ending)
        end_add(stream, "closing");
    else if (stream->is_replaced)
        end_add(stream, "replaced");
    else
        news_add(stream);
    if (!stream->text.size && now_us - stream->said_us >= QUIET_US)
        str_add_text(&stream->text, ": still there\n\n");
    return stream->text.size > 0;
}

static bool session_lives(struct live_stream *stream, struct err *err)
{
    struct identity who;

    return session_find(stream->live->console, stream->key, false, &who, err)
           && who.session == stream->session && rights_allow(who.roles, RIGHT_RUN);
}

/* Waits until there is something to send, or the session has to be looked up. */
static void wait_for_news(struct live_stream *stream)
{
    struct live *live = stream->live;
    const struct clock *clock = live->console->clock;
    int64_t now_us;

    (void)pthread_mutex_lock(&live->lock);
    now_us = clock_mono_us(clock);
    while (!has_something(stream, now_us) && now_us - stream->asked_us < ASKED_US) {
        clock_wait(clock, &live->changed, &live->lock, stream->asked_us + ASKED_US - now_us);
        now_us = clock_mono_us(clock);
    }
    (void)pthread_mutex_unlock(&live->lock);
}

/* A database that is away for a moment is no end of a session. */
static void session_ask(struct live_stream *stream)
{
    struct err err = { 0 };

    stream->asked_us = clock_mono_us(stream->live->console->clock);
    if (!session_lives(stream, &err) && err.kind == ERR_NONE)
        end_add(stream, "session");
}

static bool stream_read(void *arg, char *to, size_t room, size_t *size_r)
{
    struct live_stream *stream = arg;

    while (stream->sent == stream->text.size && !stream->has_ended) {
        const struct clock *clock = stream->live->console->clock;

        str_reset(&stream->text);
        stream->sent = 0;
        if (clock_mono_us(clock) - stream->asked_us >= ASKED_US)
            session_ask(stream);
        if (!stream->has_ended)
            wait_for_news(stream);
    }
    *size_r = stream->text.size - stream->sent;
    *size_r = *size_r < room ? *size_r : room;
    if (*size_r)
        memcpy(to, stream->text.at + stream->sent, *size_r);
    stream->sent += *size_r;
    stream->said_us = clock_mono_us(stream->live->console->clock);
    return true;
}

/* With the lock. While nobody listens nothing is read; what was read before must not be shown to who comes then. */
static void state_forget(struct live *live)
{
    live->number = 0;
    str_reset(&live->status);
}

static void stream_free(void *arg)
{
    struct live_stream *stream = arg, **place = &stream->live->streams;
    struct live *live = stream->live;

    (void)pthread_mutex_lock(&live->lock);
    while (*place != stream)
        place = &(*place)->next;
    *place = stream->next;
    if (!live->streams)
        state_forget(live);
    (void)pthread_cond_broadcast(&live->changed);
    (void)pthread_mutex_unlock(&live->lock);
    explicit_bzero(stream->key, sizeof stream->key);
    str_clear(&stream->text);
    free(stream);
}

/* With the lock: makes room for one more of a session. */
static void oldest_replace(struct live *live, int64_t session)
{
    int count = 0;

    for (struct live_stream *one = live->streams; one; one = one->next)
        if (one->session == session && ++count >= LIVE_STREAMS_OF_ONE)
            one->is_replaced = true;
}

void live_open(struct live *live, int64_t session, const char *key, struct answer *answer)
{
    struct live_stream *stream = mem_new(struct live_stream);
    int64_t now_us = clock_mono_us(live->console->clock);

    *stream = (struct live_stream){ .live = live,
                                    .session = session,
                                    .text = STR_MAX(STATUS_MAX + KIB(16)),
                                    .said_us = now_us,
                                    .asked_us = now_us };
    (void)snprintf(stream->key, sizeof stream->key, "%s", key);
    str_printf(&stream->text, "retry: %d\n\n", RETRY_MS);
    (void)pthread_mutex_lock(&live->lock);
    oldest_replace(live, session);
    stream->next = live->streams;
    live->streams = stream;
    (void)pthread_cond_broadcast(&live->changed);
    (void)pthread_mutex_unlock(&live->lock);
    answer->type = "text/event-stream";
    answer->stream = (struct answer_stream){
        .read = stream_read, .free = stream_free, .arg = stream, .size = -1
    };
}
