/* Starts the console's parts in order, and ends them in the reverse one. */
#include "console/serve.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/assets.h"
#include "console/certificate.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/listener.h"
#include "console/live.h"
#include "console/password.h"
#include "console/readers.h"
#include "console/throttle.h"
#include "console/view_log.h"

#include <poll.h>

/* Tries to log in from one address in five minutes; requests of one session in a minute. */
enum { LOGINS = 20, REQUESTS = 600 };
#define LOGINS_US (300 * TIME_SECOND)
#define REQUESTS_US (60 * TIME_SECOND)

enum { TEND_EVERY_MS = 60 * 1000 };

char *console_database(const struct console_settings *settings, const char *ledger_url)
{
    if (*settings->url)
        return mem_text(settings->url);
    if (span_starts(span_of(ledger_url), "postgres"))
        return mem_text(ledger_url);
    return mem_text("sqlite:fmferry-console.db");
}

static bool settings_fit(const struct console_settings *s, struct err *err)
{
    if ((*s->certificate != '\0') != (*s->certificate_key != '\0'))
        return err_set(err, ERR_USAGE, 0,
                       "[console] certificate and certificate_key belong together: set both, or "
                       "neither for one that the console makes");
    if (*s->behind && !span_starts(span_of(s->address), "127.")
        && !span_starts(span_of(s->address), "[::1]"))
        return err_set(err, ERR_USAGE, 0,
                       "[console] behind: without TLS of its own the console listens on this "
                       "machine alone; set address to 127.0.0.1:8480, or leave behind empty");
    return true;
}

static bool certificate_read(const struct console_settings *s, int64_t now_us,
                             struct certificate *certificate, struct err *err)
{
    if (*s->certificate)
        return certificate_given(s->certificate, s->certificate_key, now_us, certificate, err);
    return certificate_own(s->state, s->names, now_us, certificate, err);
}

static void address_tell(const struct console_settings *s, int port, char *url, size_t room)
{
    struct span names = span_of(s->names), name = span_word(&names);

    (void)snprintf(url, room, "%s://" SPAN_FORMAT ":%d/", *s->behind ? "http" : "https",
                   SPAN_ARGS(name), port);
}

/* This thread has nothing else to do: once in a minute it looks after what needs it by the hour. */
static bool wait_for_end(struct console *console, struct err *err)
{
    struct pollfd end = { .fd = cancel_fd(console->cancel), .events = POLLIN };

    while (!cancel_is_set(console->cancel)) {
        int ready = poll(&end, 1, TEND_EVERY_MS);

        if (ready < 0 && errno != EINTR)
            return err_os(err, "waiting for the end");
        if (ready == 0)
            view_log_tend(console->views);
    }
    return true;
}

static bool listen_and_wait(struct console *console, console_ready *ready, void *arg,
                            struct err *err)
{
    const struct console_settings *s = console->settings;
    struct certificate certificate = { 0 };
    struct listener_tls tls = { 0 };
    struct listener *listener = NULL;
    char url[256];
    bool done = false;

    if (*s->behind || certificate_read(s, clock_now_us(console->clock), &certificate, err)) {
        if (!*s->behind)
            tls = (struct listener_tls){ str_text(&certificate.pem), str_text(&certificate.key) };
        done = listener_start(console, routes, s->address, &tls, &listener, err);
    }
    if (done) {
        address_tell(s, listener_port(listener), url, sizeof url);
        ready(arg, url, certificate.is_new ? certificate.print : NULL);
        done = wait_for_end(console, err);
    }
    live_end(console->live); /* whose streams the listener would wait for */
    listener_end(listener);
    certificate_clear(&certificate);
    return done;
}

static bool parts_open(struct console *console, const struct console_task *task, struct err *err)
{
    auto_free char *url = console_database(task->settings, task->engine->ledger_url);
    struct borrowed reader = { 0 };

    if (!fs_make_folder(task->settings->state, err)
        || !totp_key_read(task->settings->state, console->key, err)
        || !console_db_open(url, task->cancel, &console->db, err)
        || !view_log_open(console->db, console->clock, &console->views, err))
        return false;
    console->logins = throttle_new(LOGINS, LOGINS_US);
    console->requests = throttle_new(REQUESTS, REQUESTS_US);
    console->readers =
        readers_new(task->engine->ledger_url, task->engine->source_name, task->cancel);
    if (!reader_borrow(console->readers, &reader, err))
        return false;
    auto_borrowed_cleanup(&reader);
    return live_new(console, &console->live, err);
}

static void parts_close(struct console *console)
{
    live_free(console->live);
    throttle_free(console->requests);
    throttle_free(console->logins);
    readers_free(console->readers);
    view_log_close(console->views);
    console_db_close(console->db);
}

bool console_serve(const struct console_task *task, console_ready *ready, void *arg,
                   struct err *err)
{
    struct console console = { .settings = task->settings,
                               .engine = task->engine,
                               .status = task->status,
                               .practice = *task->practice ? task->practice : "fmferry",
                               .clock = &clock_real,
                               .cancel = task->cancel,
                               .cursor_key = cursor_key_new() };
    bool done;

    assets_setup();
    done = settings_fit(task->settings, err) && password_setup(err)
           && parts_open(&console, task, err) && listen_and_wait(&console, ready, arg, err);
    parts_close(&console);
    return done;
}
