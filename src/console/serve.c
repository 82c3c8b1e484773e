/* Starts the console's parts in order, and ends them in the reverse one. */
#include "console/serve.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/documents/places.h"
#include "console/index/index_store.h"
#include "console/index/indexer.h"
#include "console/inside.h"
#include "console/people/password.h"
#include "console/port.h"
#include "console/preview/preview.h"
#include "console/readers.h"
#include "console/run/causes_kept.h"
#include "console/run/live.h"
#include "console/server/assets.h"
#include "console/server/repeating.h"
#include "console/server/throttle.h"
#include "console/taking/once.h"
#include "console/taking/orders.h"
#include "console/views/view_log.h"
#include "console/whose/tasks.h"
#include "upload/uploads.h"

#include <poll.h>

/* Tries to log in from one address in five minutes; requests of one session in a minute. */
enum { LOGINS = 20, REQUESTS = 600 };
#define LOGINS_US (300 * TIME_SECOND)
#define REQUESTS_US (60 * TIME_SECOND)
#define TAKINGS_US (60 * 60 * TIME_SECOND)

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

/* This thread has nothing else to do: once in a minute it looks after what needs it by the hour. */
static bool wait_for_end(struct console *console, struct port *port, struct err *err)
{
    struct pollfd end = { .fd = cancel_fd(console->cancel), .events = POLLIN };

    while (!cancel_is_set(console->cancel)) {
        int ready = poll(&end, 1, TEND_EVERY_MS);

        if (ready < 0 && errno != EINTR)
            return err_os(err, "waiting for the end");
        if (ready != 0)
            continue;
        console->alive(console->alive_arg);
        view_log_tend(console->views);
        port_tend(port);
        preview_tend(console->preview);
        uploads_tend(console->uploads);
    }
    return true;
}

static bool listen_and_wait(struct console *console, console_ready *ready, void *arg,
                            struct err *err)
{
    struct port *port = NULL;
    bool done = port_open(console, routes, &port, err);

    if (done) {
        ready(arg, port_url(port), port_new_print(port));
        done = wait_for_end(console, port, err);
    }
    live_end(console->live); /* whose streams the port would wait for */
    port_end(port);
    return done;
}

/* An older ledger has not all tables yet that the pages read. */
static bool ledger_bring_up_to_date(const struct console_task *task, struct err *err)
{
    auto_ledger *ledger = NULL;

    return ledger_open(task->engine->ledger_url, task->engine->source_name, task->cancel, &ledger,
                       err);
}

/* With the ledger's own time of birth: an index of another ledger is of no use. */
static bool index_begin(struct console *console, struct err *err)
{
    const struct console_settings *s = console->settings;
    struct index_of of = { .source = console->engine->source_name };
    auto_borrowed reader = { 0 };

    if (!reader_borrow(console->readers, &reader, err))
        return false;
    of.lineage = ledger_source_created_us(reader.ledger);
    return index_open(s->state, &of, console->cancel, &console->index, err)
           && indexer_start(console, &console->indexer, err);
}

static bool parts_open(struct console *console, const struct console_task *task, struct err *err)
{
    auto_free char *url = console_database(task->settings, task->engine->ledger_url);
    struct borrowed reader = { 0 };

    if (!ledger_bring_up_to_date(task, err) || !fs_make_folder(task->settings->state, err)
        || !totp_key_read(task->settings->state, console->key, err)
        || !console_db_open(url, task->cancel, &console->db, err)
        || !repeating_start(console->db, err)
        || !view_log_open(console->db, console->clock, &console->views, err))
        return false;
    console->once = once_new();
    console->orders = orders_new();
    console->causes = causes_kept_new();
    console->logins = throttle_new(LOGINS, LOGINS_US);
    console->requests = throttle_new(REQUESTS, REQUESTS_US);
    console->takings = throttle_new(CONSOLE_TAKINGS, TAKINGS_US);
    console->readers =
        readers_new(task->engine->ledger_url, task->engine->source_name, task->cancel);
    if (!reader_borrow(console->readers, &reader, err))
        return false;
    auto_borrowed_cleanup(&reader);
    console->places = places_new(task->engine, task->cancel);
    console->uploads = uploads_new(task->engine, task->cancel);
    uploads_tend(console->uploads);
    return preview_begin(console, NULL, &console->preview, err)
           && live_new(console, &console->live, err) && tasks_start(console, &console->tasks, err)
           && index_begin(console, err);
}

static void parts_close(struct console *console)
{
    tasks_end(console->tasks);
    indexer_end(console->indexer);
    index_close(console->index);
    live_free(console->live);
    causes_kept_free(console->causes);
    orders_free(console->orders);
    once_free(console->once);
    throttle_free(console->takings);
    preview_end(console->preview);
    throttle_free(console->requests);
    throttle_free(console->logins);
    uploads_free(console->uploads);
    places_free(console->places);
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
                               .report = task->report,
                               .report_arg = task->report_arg,
                               .alive = task->alive,
                               .alive_arg = task->alive_arg,
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
