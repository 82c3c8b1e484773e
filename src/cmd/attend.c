/*
 * One watcher for all who attend. The service manager hears of us whenever the run can say how it stands: that takes
 * the locks of dispatch and counts, so that a run in which one of them is stuck falls silent, and is started anew.
 */
#include "cmd/attend.h"

#include "cmd/ending.h"
#include "cmd/progress.h"

#include "base/mem.h"
#include "base/service.h"
#include "base/str.h"

enum { STATUS_MAX = 256 };

struct attending {
    struct progress *progress;
    struct run_watcher display;
    struct service *service;
    struct notifier *notifier;
};

static struct attending *attending_new(struct notifier *notifier)
{
    struct attending *attending = mem_new(struct attending);

    attending->notifier = notifier;
    attending->service = service_new();
    attending->progress = progress_new();
    attending->display = progress_watcher(attending->progress);
    return attending;
}

static void service_tell(struct attending *attending, const struct run_view *view)
{
    auto_str status = STR_MAX(STATUS_MAX);

    str_printf(&status, "%jd of %jd documents done, %jd failed", (intmax_t)view->counts.successful,
               (intmax_t)view->to_do, (intmax_t)view->counts.failed);
    service_ready(attending->service, str_text(&status));
    service_alive(attending->service);
}

static void view_attended(void *arg, const struct run_view *view)
{
    struct attending *attending = arg;

    attending->display.on_view(attending->display.arg, view);
    notifier_look(attending->notifier, view);
    service_tell(attending, view);
}

static void attending_end(struct attending *attending)
{
    progress_free(attending->progress);
    service_stopping(attending->service);
    service_free(attending->service);
    free(attending);
}

bool attended_run(struct work *work, struct notifier *notifier, const char *command,
                  struct run_result *result_r, struct err *err)
{
    struct attending *attending = attending_new(notifier);
    struct run_watcher watcher = { view_attended, attending, attending->display.every_us };
    bool good = run_all(&work->settings.engine, work->cancel, &watcher, result_r, err);

    attending_end(attending);
    if (good)
        ending_say(result_r, command);
    else
        ending_say_broken(result_r, command);
    return good;
}
