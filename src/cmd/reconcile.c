/* `fmferry reconcile`: compares the books; with --adopt, takes over an earlier importer's work. */
#include "cmd/commands.h"
#include "cmd/ending.h"
#include "cmd/progress.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "ledger/read.h"
#include "run/reconcile.h"
#include "run/run.h"
#include "transfer/adopt.h"

struct reconcile_options {
    bool adopt;
};

/* --- comparing ------------------------------------------------------------------------------ */

static void difference_print(void *arg, const struct difference *d)
{
    (void)arg;
    if (d->record_id)
        print("record %ju  ", (uintmax_t)d->record_id);
    print("%s: %s%s%s\n", d->name, d->words, d->remedy ? "; " : "", d->remedy ? d->remedy : "");
}

static int compare_and_say(struct work *work, struct err *err)
{
    struct reconcile_listener listener = { difference_print, NULL };
    struct reconcile_result r;

    if (!reconcile_all(&work->settings.engine, work->cancel, &listener, &r, err))
        return -1;
    print("compared: %jd records, %jd documents; %jd differences\n", (intmax_t)r.records,
          (intmax_t)r.documents, (intmax_t)r.differences);
    if (r.held)
        print("left alone, because a run has them: %jd\n", (intmax_t)r.held);
    if (r.settled)
        print("settled, because their marks were there: %jd\n", (intmax_t)r.settled);
    if (r.put_back)
        print("put back to waiting: %jd; 'fmferry run' does them again\n", (intmax_t)r.put_back);
    if (!r.is_complete)
        print("the source could not be read to its end\n");
    return r.differences == 0 && r.is_complete ? EXIT_DONE : EXIT_LEFT;
}

/* --- taking over ---------------------------------------------------------------------------- */

/* Counts of each kind. */
struct adopted {
    int64_t taken, moved, false_marks, unproven, left;
};

static bool remark_show(void *arg, const struct ledger_remark *remark)
{
    struct adopted *a = arg;

    a->taken += span_is(remark->class, ADOPT_TAKEN);
    a->moved += span_is(remark->class, ADOPT_MOVED);
    a->false_marks += span_is(remark->class, ADOPT_FALSE);
    a->unproven += span_is(remark->class, ADOPT_UNPROVEN);
    print("record %jd  " SPAN_FORMAT ": " SPAN_FORMAT "\n", (intmax_t)remark->record_id,
          SPAN_ARGS(remark->class), SPAN_ARGS(remark->message));
    return true;
}

static bool remarks_show(struct work *work, struct adopted *adopted, struct err *err)
{
    const struct engine_settings *engine = &work->settings.engine;
    auto_ledger *ledger = NULL;

    return ledger_open_reader(engine->ledger_url, engine->source_name, work->cancel, &ledger, err)
           && ledger_each_remark(ledger, ADOPT_STEP, remark_show, adopted, err);
}

static void adopted_say(const struct adopted *a)
{
    print("taken over unchanged, nothing put again: %jd, each under the earlier importer's key\n",
          (intmax_t)a->taken);
    print("moved anew, because they were not right: %jd\n", (intmax_t)a->moved);
    print("falsely marked, with no file to move: %jd\n", (intmax_t)a->false_marks);
    print("neither proven nor disproven: %jd\n", (intmax_t)a->unproven);
    print("nothing was deleted\n");
}

static int adopt_and_say(struct work *work, struct err *err)
{
    struct progress *progress = progress_new();
    struct run_watcher watcher = progress_watcher(progress);
    struct adopted adopted = { 0 };
    struct run_result result;
    bool good;

    work->settings.engine.adopt = true;
    good = run_all(&work->settings.engine, work->cancel, &watcher, &result, err);
    progress_free(progress);
    if (!good)
        ending_say_broken(&result, "fmferry reconcile --adopt");
    if (!good || !remarks_show(work, &adopted, err))
        return -1;
    adopted_say(&adopted);
    ending_say(&result, "fmferry reconcile --adopt");
    return ending_code(&result);
}

/* --- the command ---------------------------------------------------------------------------- */

static int reconcile_body(struct work *work, struct err *err)
{
    const struct reconcile_options *o = work->options;

    return o->adopt ? adopt_and_say(work, err) : compare_and_say(work, err);
}

static int reconcile_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct reconcile_options *o = arg;

    return work_do(globals,
                   WORK_SIGNALS | WORK_SOURCE | WORK_STORE | WORK_GATE
                       | (o->adopt ? WORK_FINISHES : WORK_SHOWN),
                   arg, reconcile_body, err);
}

static const struct opt reconcile_opts[] = {
    OPT_FLAG(struct reconcile_options, adopt, "adopt", 0,
             "take over the marks, rows and objects of an earlier importer that prove\n"
             "right, and move everything else"),
    OPT_END,
};

static const struct reconcile_options reconcile_defaults = { 0 };

const struct cmd cmd_reconcile = {
    "reconcile",
    "Compare marks, ledger, store and application; name every difference",
    "Reads the source and looks at every object and row. A document that moving again\n"
    "would put right goes back to waiting; a mark whose answer was lost is looked at and\n"
    "settled. Writes to the ledger only.\n"
    "\n"
    "With --adopt, the work of another importer is compared with the source byte by\n"
    "byte. Documents that are right are taken over without being put again, with their\n"
    "mark kept and their row brought up to date; missing or wrong ones are moved; false\n"
    "marks and misplaced keys are named. Nothing is deleted. It can be interrupted like a\n"
    "run.\n"
    "\n"
    "Exits with 0 if nothing differs (with --adopt: if everything is done), else 3.",
    reconcile_opts,
    &reconcile_defaults,
    sizeof reconcile_defaults,
    reconcile_command,
    .examples = {
        { "fmferry reconcile", "names what does not agree, and puts back what a run can mend" },
        { "fmferry reconcile --adopt", "takes over what an earlier importer moved" },
    },
};
