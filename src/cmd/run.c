/* `fmferry run` */
#include "cmd/attend.h"
#include "cmd/commands.h"
#include "cmd/ending.h"

#include "base/foreign.h"
#include "run/dry_run.h"
#include "run/run.h"

struct run_options {
    int limit;
    const char *accept_record_ids;
    bool dry_run, continuous, until_done, accept_rebuilt, accept_store, dates_as_set, retry_failed;
};

/* When --until-done gives up: the rules of people who had to run their importer by hand. */
enum { SERIES_RUNS = 20, SERIES_FEW = 10, SERIES_FEW_RUNS = 2 };

/* Runs until nothing is left, or hardly anything more is moved. */
static int run_series(struct work *work, struct notifier *notifier, struct run_result *result_r,
                      struct err *err)
{
    struct run_result result;
    int few = 0;

    for (int runs = 1;; runs++) {
        bool good = attended_run(work, notifier, "fmferry run", &result, err);

        *result_r = result;
        if (!good)
            return -1;
        if (result.was_stopped || ending_is_complete(&result))
            return ending_code(&result);
        work->settings.engine.retry_failed = false; /* the first of them gave all tries */
        few = result.view.counts.successful < SERIES_FEW ? few + 1 : 0;
        if (result.view.to_do == 0)
            print("stopped after %d runs: nothing was found to do\n", runs);
        else if (few >= SERIES_FEW_RUNS)
            print("stopped after %d runs: fewer than %d documents were moved in each of the "
                  "last %d\n",
                  runs, SERIES_FEW, SERIES_FEW_RUNS);
        else if (runs >= SERIES_RUNS)
            print("stopped after %d runs\n", runs);
        else
            continue;
        return ending_code(&result);
    }
}

static void say_count(int64_t count, const char *what)
{
    if (count > 0)
        print("  %8jd  %s\n", (intmax_t)count, what);
}

static void ids_print(const struct dry_run_result *r)
{
    say_count(r->distinct_ids, "different ids");
    say_count(r->empty_id, "records without an id");
    say_count(r->malformed_id, "records whose id is not a UUID");
    say_count(r->shared_id, "records whose id an earlier one already has");
    say_count(r->without_id, "of all these, moved by the number of their record, for good");
}

static bool ids_are_enough(const struct dry_run_result *r, const struct engine_settings *engine,
                           struct err *err)
{
    return !r->is_refused || engine->accept_record_ids
           || err_set(
               err, ERR_USAGE, 0,
               "a run would refuse to start: %jd of %jd records have no id of their own in "
               "'%s' ([source] key_field). Name the field with each document's own UUID; or, "
               "if there is none: fmferry run --accept-record-ids YOUR-NAME",
               (intmax_t)r->records_by_number, (intmax_t)r->records, engine->fields.key);
}

static int run_dry(const struct engine_settings *engine, struct cancel *cancel, struct err *err)
{
    struct dry_run_result r;

    if (!dry_run_all(engine, cancel, &r, err))
        return -1;
    print("nothing was written; a run would find\n");
    print("  %8jd  records%s, %jd documents among them\n", (intmax_t)r.records,
          r.closed ? "" : " (the source could not be read to the end)", (intmax_t)r.documents);
    say_count(r.files, "files to stream");
    say_count(r.references, "files that are only pointed to, and mounted here");
    say_count(r.unmapped, "files that are only pointed to, and not mounted here");
    say_count(r.empty, "empty containers");
    say_count(r.no_access, "containers that the account may not see");
    say_count(r.unknown, "containers with a text that is not a file");
    say_count(r.marked, "already marked, by earlier runs or by another importer");
    ids_print(&r);
    if (!r.has_patients)
        print("  patients cannot be looked up: there is no registry yet\n");
    say_count(r.linked, "whose patient is known");
    say_count(r.unlinked, "whose patient is not known yet");
    say_count(r.review, "whose patient is ambiguous");
    say_count(r.dates_either, "whose date could be day first or month first: set [source] "
                              "date_format");
    say_count(r.dates_unlike, "whose date is not in the form that [source] date_format names");
    if (!ids_are_enough(&r, engine, err))
        return -1;
    return r.closed ? EXIT_DONE : EXIT_LEFT;
}

static bool options_agree(const struct run_options *o, struct err *err)
{
    if (o->dry_run + o->continuous + o->until_done > 1)
        return err_set(err, ERR_USAGE, 0,
                       "--dry-run, --continuous and --until-done exclude each other");
    if (o->accept_record_ids && !*o->accept_record_ids)
        return err_set(err, ERR_USAGE, 0,
                       "--accept-record-ids needs the name of the person who answers for it");
    return true;
}

/* Moves, and tells those who want to know how it ended. */
static int run_told(struct work *work, struct err *err)
{
    const struct run_options *o = work->options;
    struct notifier *notifier =
        notifier_new(&work->settings.notify, work->settings.engine.filemaker.gate);
    struct run_result result = { 0 };
    int code;

    if (o->until_done)
        code = run_series(work, notifier, &result, err);
    else
        code = attended_run(work, notifier, "fmferry run", &result, err) ? ending_code(&result)
                                                                         : -1;
    notifier_end(notifier, &result, code < 0 ? err : NULL);
    return code;
}

static int run_with(struct work *work, struct err *err)
{
    const struct run_options *o = work->options;
    struct engine_settings *engine = &work->settings.engine;

    engine->limit = o->limit;
    engine->accept_rebuilt = o->accept_rebuilt;
    engine->dates_as_set = o->dates_as_set;
    engine->accept_record_ids = o->accept_record_ids;
    engine->accept_store = o->accept_store;
    engine->retry_failed = o->retry_failed;
    if (o->continuous)
        engine->follow_every_us = work->settings.follow_every_us;
    if (o->dry_run)
        return run_dry(engine, work->cancel, err);
    return run_told(work, err);
}

static int run_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct run_options *o = arg;

    if (!options_agree(o, err))
        return -1;
    return work_do(globals,
                   WORK_SIGNALS | WORK_FINISHES | WORK_SOURCE | WORK_STORE | WORK_GATE | WORK_NOTIFY
                       | (o->dry_run ? WORK_SHOWN : 0),
                   o, run_with, err);
}

static const struct opt run_opts[] = {
    OPT_INT(struct run_options, limit, "limit", 0, "N", 1, 1000000000, "begin at most N documents"),
    OPT_FLAG(struct run_options, dry_run, "dry-run", 'n', "read and count only, write nothing"),
    OPT_FLAG(struct run_options, continuous, "continuous", 0,
             "never end: follow new and changed records until stopped"),
    OPT_FLAG(struct run_options, until_done, "until-done", 0,
             "repeat runs until nothing is left, or until they get nowhere"),
    OPT_FLAG(struct run_options, retry_failed, "retry-failed", 0,
             "all tries again for documents that failed before, and not one each where\n"
             "nothing has changed"),
    OPT_FLAG(struct run_options, accept_rebuilt, "accept-rebuilt", 0,
             "the FileMaker file was restored or rebuilt on purpose: know the\n"
             "documents by their ids, whichever records they are in now"),
    OPT_FLAG(struct run_options, dates_as_set, "dates-as-set", 0,
             "read dates in text fields as date_format says, although some cannot have\n"
             "that form"),
    OPT_TEXT(struct run_options, accept_record_ids, "accept-record-ids", 0, "NAME",
             "move records without an id of their own by their numbers, for good;\n"
             "NAME answers for it"),
    OPT_FLAG(struct run_options, accept_store, "accept-store", 0,
             "the store has a new name or place on purpose: everything moved so far is\n"
             "taken to lie in it ('fmferry verify --bytes' finds out)"),
    OPT_END,
};

static const struct run_options run_defaults = { 0 };

const struct cmd cmd_run = {
    "run",
    "Move everything that has not been moved yet",
    "Reads every document from FileMaker, puts it into the store, records it in the\n"
    "application, marks it in FileMaker, and proves each step. It can be interrupted at\n"
    "any time and by anything: the next run goes on where this one stopped. Ctrl-C once\n"
    "finishes the documents in hand, twice leaves at once.\n"
    "\n"
    "Exits with 0 if everything is done or waived, with 3 if something is left (then\n"
    "'fmferry failures' says why). If the run had to stop, the code says who must do\n"
    "something: 4, 5, 6 and others ('fmferry --help').",
    run_opts,
    &run_defaults,
    sizeof run_defaults,
    run_command,
    .heading = "Move",
    .examples = {
        { "fmferry run --limit 10", "moves ten documents, to look at before all the others" },
        { "fmferry run", "moves all that is left" },
        { "fmferry run --dry-run", "counts, and writes nothing anywhere" },
    },
};
