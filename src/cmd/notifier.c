/* A queue of notices, and the thread that sends them. */
#include "cmd/notifier.h"

#include "cmd/notice.h"
#include "cmd/notify_ways.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/time.h"

#include <pthread.h>

enum { WAITING_MAX = 8 };

struct notifier {
    const struct notify_settings *settings;
    struct gate *gate;
    struct notice_watch watch;
    struct queue *queue; /* of struct notice, each on the heap */
    pthread_t thread;
};

static void *notifier_run(void *arg)
{
    struct notifier *notifier = arg;
    struct notice *notice;

    log_context("notify", NULL);
    while ((notice = queue_pop(notifier->queue))) {
        struct err err = { 0 };

        if (!notify_send(notifier->settings, notice, &err))
            log_warn("nobody was told '%s': %s", notice_word(notice->kind), err.msg);
        free(notice);
    }
    return NULL;
}

struct notifier *notifier_new(const struct notify_settings *settings, struct gate *gate)
{
    struct notifier *notifier;

    if (!notify_is_set(settings) || !settings->events)
        return NULL;
    notifier = mem_new(struct notifier);
    *notifier =
        (struct notifier){ .settings = settings, .gate = gate, .queue = queue_new(WAITING_MAX) };
    if (pthread_create(&notifier->thread, NULL, notifier_run, notifier) != 0)
        abort();
    return notifier;
}

/* What does not fit is left out: the one who looks at the run never waits. */
static void notifier_push(struct notifier *notifier, const struct notice *notice)
{
    struct notice *copy;

    if (!(notifier->settings->events >> notice->kind & 1))
        return;
    if (queue_size(notifier->queue) >= WAITING_MAX) {
        log_warn("too many notices wait: '%s' is left out", notice_word(notice->kind));
        return;
    }
    copy = mem_new(struct notice);
    *copy = *notice;
    if (!queue_push(notifier->queue, copy))
        free(copy);
}

void notifier_look(struct notifier *notifier, const struct run_view *view)
{
    struct notice notice;

    if (notifier
        && notice_due(&notifier->watch, view, gate_rests(notifier->gate), time_mono_us(), &notice))
        notifier_push(notifier, &notice);
}

void notifier_end(struct notifier *notifier, const struct run_result *result, const struct err *err)
{
    struct notice notice;

    if (!notifier)
        return;
    if (result->has_moved) /* failures that came after the last look */
        notifier_look(notifier, &result->view);
    notice_end(result, err, &notice);
    notifier_push(notifier, &notice);
    queue_close(notifier->queue);
    (void)pthread_join(notifier->thread, NULL);
    queue_free(notifier->queue);
    free(notifier);
}
