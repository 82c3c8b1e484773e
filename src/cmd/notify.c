/* `fmferry notify`: tries the ways by which a run would tell people. */
#include "cmd/commands.h"
#include "cmd/notify_ways.h"
#include "cmd/work.h"

#include "base/foreign.h"

struct notify_options {
    bool test;
};

static int notify_body_test(struct work *work, struct err *err)
{
    const struct notify_settings *settings = &work->settings.notify;
    struct notice notice = { .kind = NOTICE_TEST,
                             .text = "this is a test; a run would tell you here how it gets on" };

    if (!notify_is_set(settings)) {
        (void)err_set(err, ERR_USAGE, 0,
                      "nobody would be told: set command, a webhook or mail in [notify]");
        return -1;
    }
    if (!notify_send(settings, &notice, err))
        return -1;
    print("sent\n");
    return EXIT_DONE;
}

static int notify_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct notify_options *o = arg;

    if (!o->test) {
        (void)err_set(err, ERR_USAGE, 0, "runs send notices by themselves; --test sends one now");
        return -1;
    }
    return work_do(globals, WORK_NOTIFY, o, notify_body_test, err);
}

static const struct opt notify_opts[] = {
    OPT_FLAG(struct notify_options, test, "test", 0, "send one by every way that is set"),
    OPT_END,
};

static const struct notify_options notify_defaults = { 0 };

const struct cmd cmd_notify = {
    "notify",
    "Try how people are told",
    "A run tells its end, that it stopped, new reasons of failures, and that nothing has moved\n"
    "for an hour: by a command, a webhook or mail, as [notify] says (docs/operations.md). It\n"
    "counts documents; no name, no id and no secret is in it. This sends one to try.",
    notify_opts,
    &notify_defaults,
    sizeof notify_defaults,
    notify_command,
    .examples = {
        { "fmferry notify --test", "after [notify] was changed" },
    },
};
