/* `fmferry status`: reads the ledger, also while a run is under way. */
#include "cmd/commands.h"
#include "cmd/watch.h"
#include "cmd/work.h"

#include "report/status.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

struct status_options {
    bool json, watch;
    int every;
};

static int status_body(struct work *work, struct err *err)
{
    const struct status_options *o = work->options;
    auto_str text = STR_MAX(TEXT_MAX);
    auto_status *status = NULL;

    if (!status_read(work->ledger, &work->settings.status, &status, err))
        return -1;
    if (o->json)
        status_json(status, &text);
    else
        status_text(status, watch_form(), &text);
    (void)fputs(str_text(&text), stdout);
    return status_is_complete(status) ? EXIT_DONE : EXIT_LEFT;
}

static int watch_body(struct work *work, struct err *err)
{
    const struct status_options *o = work->options;

    return watch_status(&work->settings.status, o->every, work->cancel, err);
}

static int status_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct status_options *o = arg;

    if (o->json && o->watch) {
        (void)err_set(err, ERR_USAGE, 0, "--json and --watch exclude each other");
        return -1;
    }
    return o->watch ? work_do(globals, WORK_SIGNALS, o, watch_body, err)
                    : work_do(globals, WORK_LEDGER, o, status_body, err);
}

static const struct opt status_opts[] = {
    OPT_FLAG(struct status_options, json, "json", 0, "as JSON (docs/json.md)"),
    OPT_FLAG(struct status_options, watch, "watch", 'w',
             "repeat until Ctrl-C; one line each time\n"
             "if standard output is not a terminal"),
    OPT_INT(struct status_options, every, "every", 0, "S", 1, 3600,
            "seconds between two looks with --watch (2)"),
    OPT_END,
};

static const struct status_options status_defaults = { .every = 2 };

const struct cmd cmd_status = {
    "status",
    "Show the state of the migration",
    "Counts documents, never attempts, and says what is left and why. It can be called at\n"
    "any time, even during a run, and holds nobody up. Exits with 0 if\n"
    "everything is done or waived, with 3 if something is left.",
    status_opts,
    &status_defaults,
    sizeof status_defaults,
    status_command,
    .heading = "Look",
    .examples = {
        { "fmferry status", "how far it is" },
        { "fmferry status --watch", "the same, renewed while a run goes on" },
        { "fmferry status --json | jq .", "for a script, or for monitoring" },
    },
};
