/* `fmferry run` */
#include "cmd/commands.h"
#include "cmd/progress.h"
#include "cmd/settings.h"
#include "cmd/signals.h"

#include "base/log.h"
#include "base/time.h"
#include "http/http.h"
#include "move/rehearse.h"
#include "move/run.h"

#include <malloc.h>

struct run_options {
    int limit;
    bool dry_run, continuous, until_done, accept_rebuilt;
};

/* When a series of runs is given up: the rules of those who had to run their importer by hand. */
enum { SERIES_RUNS = 20, SERIES_FEW = 10, SERIES_FEW_RUNS = 2 };

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

static bool run_once(const struct mover_settings *mover, struct cancel *cancel,
                     struct run_result *result, struct err *err)
{
    struct progress *progress = progress_new();
    struct run_watcher watcher = progress_watcher(progress);
    bool good = run_all(mover, cancel, &watcher, result, err);

    progress_free(progress);
    if (good)
        say_end(result);
    return good;
}

static int code_of(const struct run_result *result)
{
    if (result->was_stopped)
        return EXIT_CANCELED;
    return is_complete(result) ? EXIT_DONE : EXIT_LEFT;
}

/* Run after run, until nothing is left or nothing comes of it any more. */
static int run_series(const struct mover_settings *mover, struct cancel *cancel, struct err *err)
{
    struct run_result result;
    int few = 0;

    for (int runs = 1;; runs++) {
        if (!run_once(mover, cancel, &result, err))
            return -1;
        if (result.was_stopped || is_complete(&result))
            return code_of(&result);
        few = result.view.counts.successful < SERIES_FEW ? few + 1 : 0;
        if (result.view.to_do == 0)
            (void)printf("stopped after %d runs: nothing was found to do\n", runs);
        else if (few >= SERIES_FEW_RUNS)
            (void)printf("stopped after %d runs: fewer than %d documents were moved in each of the "
                         "last %d\n",
                         runs, SERIES_FEW, SERIES_FEW_RUNS);
        else if (runs >= SERIES_RUNS)
            (void)printf("stopped after %d runs\n", runs);
        else
            continue;
        return code_of(&result);
    }
}

static void say_count(int64_t count, const char *what)
{
    if (count > 0)
        (void)printf("  %8jd  %s\n", (intmax_t)count, what);
}

static int run_dry(const struct mover_settings *mover, struct cancel *cancel, struct err *err)
{
    struct rehearsal r;

    if (!rehearse(mover, cancel, &r, err))
        return -1;
    (void)printf("nothing was written; a run would find\n");
    (void)printf("  %8jd  records%s, %jd documents among them\n", (intmax_t)r.records,
                 r.closed ? "" : " (the source could not be read to its end)",
                 (intmax_t)r.documents);
    say_count(r.files, "files to stream");
    say_count(r.references, "files that are only pointed to, and mounted here");
    say_count(r.unmapped, "files that are only pointed to, and not mounted here");
    say_count(r.empty, "empty containers");
    say_count(r.no_access, "containers that the account may not see");
    say_count(r.unknown, "containers with a text that is no file");
    say_count(r.marked, "marked already: by earlier runs, or by another importer");
    say_count(r.without_id, "without a usable id: moved by their record id");
    if (!r.has_patients)
        (void)printf("  patients cannot be asked for: there is no registry yet\n");
    say_count(r.linked, "whose patient is known");
    say_count(r.unlinked, "whose patient is not known yet");
    say_count(r.review, "whose patient is ambiguous");
    return r.closed ? EXIT_DONE : EXIT_LEFT;
}

static bool options_agree(const struct run_options *o, struct err *err)
{
    if (o->dry_run + o->continuous + o->until_done > 1)
        return err_set(err, ERR_USAGE, 0,
                       "--dry-run, --continuous and --until-done exclude each other");
    return true;
}

static int run_with(const struct settings *settings, const struct run_options *o, struct gate *gate,
                    struct cancel *cancel, struct err *err)
{
    struct mover_settings mover = settings_mover(settings);
    struct run_result result;

    mover.limit = o->limit;
    mover.filemaker.gate = gate;
    mover.accept_rebuilt = o->accept_rebuilt;
    if (o->continuous)
        mover.follow_us = settings->follow_s * TIME_SECOND;
    if (o->dry_run)
        return run_dry(&mover, cancel, err);
    if (o->until_done)
        return run_series(&mover, cancel, err);
    return run_once(&mover, cancel, &result, err) ? code_of(&result) : -1;
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
    if (options_agree(arg, err) && settings_read(globals->config, &settings, err)
        && settings_password(&settings, err) && settings_store(&settings, cancel, err)
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
    OPT_FLAG(struct run_options, dry_run, "dry-run", 'n', "read and count only, write nothing"),
    OPT_FLAG(struct run_options, continuous, "continuous", 0,
             "go on for ever: follow new and changed records until stopped"),
    OPT_FLAG(struct run_options, until_done, "until-done", 0,
             "run after run until nothing is left, or nothing comes of it any more"),
    OPT_FLAG(struct run_options, accept_rebuilt, "accept-rebuilt", 0,
             "the FileMaker file was restored or rebuilt, and that was meant:\n"
             "know documents by their ids, in whichever records they are now"),
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
