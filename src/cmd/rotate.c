/* A thread looks for quiet hours while a part is read. */
#include "cmd/rotate.h"

#include "base/foreign.h"
#include "base/time.h"
#include "ledger/read.h"

#define LOOK_US TIME_SECOND

static void *night_watch(void *arg)
{
    struct rotation *r = arg;
    struct err ignored;

    while (cancel_sleep(r->over, LOOK_US, &ignored)) {
        if (!quiet_at(r->quiet, time_now_us(), NULL))
            continue;
        r->is_quiet = true;
        cancel_set(r->work);
        break;
    }
    return NULL;
}

static bool watch_begin(struct rotation *r, struct err *err)
{
    int code;

    r->over = cancel_new();
    code = pthread_create(&r->thread, NULL, night_watch, r);
    if (code != 0)
        cancel_free(take(r->over));
    errno = code;
    return code == 0 || err_os(err, "starting a thread");
}

static bool next_part(const struct work *work, int parts, int *part_r, struct err *err)
{
    const struct engine_settings *engine = &work->settings.engine;
    auto_ledger *ledger = NULL;
    int last;

    if (!ledger_open_reader(engine->ledger_url, engine->source_name, work->cancel, &ledger, err)
        || !ledger_verified_part(ledger, parts, &last, err))
        return false;
    *part_r = last % parts + 1;
    return true;
}

/* Quiet hours are for people who work: whoever began in them would only be stopped. */
static bool is_quiet_now(const struct quiet_hours *quiet)
{
    int until;

    if (!quiet_at(quiet, time_now_us(), &until))
        return false;
    print("quiet hours ([source] quiet_hours) until %02d:%02d: nothing was read\n", until / 60,
          until % 60);
    return true;
}

int rotation_begin(struct rotation *r, struct work *work, int parts, struct err *err)
{
    int part;

    *r = (struct rotation){ .quiet = &work->settings.gate.quiet, .work = work->cancel };
    if (is_quiet_now(r->quiet))
        return EXIT_LEFT;
    if (!next_part(work, parts, &part, err) || !watch_begin(r, err))
        return -1;
    (void)snprintf(r->sample, sizeof r->sample, "%d/%d", part, parts);
    return EXIT_DONE;
}

bool rotation_end(struct rotation *r)
{
    cancel_set(r->over);
    (void)pthread_join(r->thread, NULL);
    cancel_free(r->over);
    return r->is_quiet;
}
