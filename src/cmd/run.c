/* `fmferry run` */
#include "cmd/commands.h"
#include "cmd/progress.h"
#include "cmd/settings.h"
#include "cmd/signals.h"

#include "base/log.h"
#include "base/time.h"
#include "http/http.h"
#include "move/run.h"

#include <malloc.h>

struct run_options {
    int limit;
};

static bool is_complete(const struct run_result *result)
{
    return result->census_closed && result->states[LEDGER_WAITING] == 0
           && result->states[LEDGER_CLAIMED] == 0 && result->states[LEDGER_STORED] == 0
           && result->states[LEDGER_FAILED] == 0;
}

static void say_end(const struct run_result *result)
{
    const struct run_view *view = &result->view;
    char took[TIME_TEXT_SIZE];

    (void)printf("this run: %jd done, %jd failed, %.1f MB in %s\n",
                 (intmax_t)view->counts.successful, (intmax_t)view->counts.failed,
                 (double)view->counts.bytes / 1e6, time_for_people(view->elapsed_us, took));
    (void)printf("in all: %jd done", (intmax_t)result->states[LEDGER_DONE]);
    for (int i = 0; i < LEDGER_STATES; i++)
        if (i != LEDGER_DONE && result->states[i] > 0)
            (void)printf(", %jd %s", (intmax_t)result->states[i],
                         ledger_state_name((enum ledger_state)i));
    (void)printf("\n");
    if (result->states[LEDGER_FAILED] > 0)
        (void)printf("'fmferry failures' says why, 'fmferry status' what to do\n");
    if (result->was_stopped)
        (void)printf("interrupted; 'fmferry run' goes on from here\n");
    else if (is_complete(result))
        (void)printf("everything has arrived\n");
}

/* Threads share few heaps, and a document's memory goes back to the system. */
static void memory_manners(void)
{
    (void)mallopt(M_ARENA_MAX, 2);
    (void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

static int run_with(const struct settings *settings, const struct run_options *o, struct gate *gate,
                    struct cancel *cancel, struct err *err)
{
    struct mover_settings mover = settings_mover(settings);
    struct progress *progress = progress_new();
    struct run_watcher watcher = progress_watcher(progress);
    struct run_result result;
    bool good;

    mover.limit = o->limit;
    mover.filemaker.gate = gate;
    good = run_all(&mover, cancel, &watcher, &result, err);
    progress_free(progress);
    if (!good)
        return -1;
    say_end(&result);
    if (result.was_stopped)
        return EXIT_CANCELED;
    return is_complete(&result) ? EXIT_DONE : EXIT_LEFT;
}

static int run(const struct cli_globals *globals, const void *arg, struct err *err)
{
    struct cancel *cancel = cancel_new();
    struct signals *signals = signals_listen(run_finish, cancel);
    auto_settings settings = { 0 };
    struct gate *gate = NULL;
    int code = -1;

    memory_manners();
    http_setup();
    if (settings_read(globals->config, &settings, err) && settings_password(&settings, err)
        && settings_gate(&settings, &gate, err))
        code = run_with(&settings, arg, gate, cancel, err);
    gate_free(gate);
    http_teardown();
    signals_free(signals);
    cancel_free(cancel);
    return code;
}

static const struct opt run_opts[] = {
    OPT_INT(struct run_options, limit, "limit", 0, "N", 1, 1000000000,
            "begin no more than N documents"),
    OPT_END,
};

static const struct run_options run_defaults = { 0 };

const struct cmd cmd_run = {
    "run",
    "Move everything that has not been moved yet",
    "Reads every document from FileMaker, puts it into the store, records it in the\n"
    "application, marks it in FileMaker, and proves each step. May be interrupted at\n"
    "any time and by anything: the next run goes on where this one was. Ctrl-C once\n"
    "finishes the documents at hand, twice leaves at once.\n"
    "\n"
    "Ends with 0 if everything is done or waived, with 3 if something is left (then\n"
    "'fmferry failures' says why), with 1 if the run had to stop.",
    run_opts,
    &run_defaults,
    sizeof run_defaults,
    run,
};
