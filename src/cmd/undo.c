/* `fmferry undo` */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/time.h"
#include "ledger/signoffs.h"
#include "run/undo.h"

struct back_options {
    bool dry_run, keep_objects;
    const char *by, *reason;
};

/* --- telling ---------------------------------------------------------------------------------- */

static void stay_print(void *arg, const struct undo_stay *stay)
{
    (void)arg;
    print("record %ju  %s stays: %s\n", (uintmax_t)stay->record_id, stay->what, stay->why);
}

static void signoff_print(void *arg, const struct ledger_signoff *signoff)
{
    char at[TIME_TEXT_SIZE];

    (void)arg;
    print("note: " SPAN_FORMAT " signed this migration off on %.10s; what was signed does not hold "
          "once it is taken back\n",
          SPAN_ARGS(signoff->who), time_rfc3339(signoff->at_us, at));
}

/* The reader is closed before the ledger is written to: it could not tidy up behind it. */
static bool signoff_tell(struct work *work, struct err *err)
{
    const struct engine_settings *s = &work->settings.engine;
    auto_ledger *ledger = NULL;

    return ledger_open_reader(s->ledger_url, s->source_name, work->cancel, &ledger, err)
           && signoffs_each(ledger, 0, 1, signoff_print, NULL, err);
}

static void kind_print(const char *what, int64_t goes, int64_t stays, bool only_looked,
                       const char *verb)
{
    print("  %8jd  %s %s%s", (intmax_t)goes, what, only_looked ? "would be " : "", verb);
    if (stays > 0)
        print("; %jd stay%s", (intmax_t)stays, stays == 1 ? "s" : "");
    print("\n");
}

static void result_print(const struct undo_result *r, bool only_looked)
{
    print("%jd document%s %s\n", (intmax_t)r->undone, r->undone == 1 ? "" : "s",
          only_looked ? "would be taken back; nothing was written" : "taken back");
    kind_print("marks", r->marks_emptied, r->marks_left, only_looked, "emptied");
    kind_print("rows", r->rows_removed, r->rows_left, only_looked, "removed");
    kind_print("objects", r->objects_removed, r->objects_left, only_looked, "removed");
    if (r->objects_kept > 0)
        print("  %8jd  objects kept, as you asked\n", (intmax_t)r->objects_kept);
    if (r->before > 0)
        print("  %8jd  documents were taken back before\n", (intmax_t)r->before);
    if (r->failed > 0)
        print("  %8jd  documents could not be taken back now: the log says why; call it again\n",
              (intmax_t)r->failed);
}

static int result_code(const struct undo_result *r)
{
    return r->marks_left + r->rows_left + r->objects_left + r->failed > 0 ? EXIT_LEFT : EXIT_DONE;
}

/* --- the command ------------------------------------------------------------------------------ */

static int undo_body(struct work *work, struct err *err)
{
    const struct back_options *o = work->options;
    struct undo_request request = { .only_looks = o->dry_run,
                                    .keeps_objects = o->keep_objects,
                                    .who = o->by,
                                    .reason = o->reason,
                                    .on_stay = stay_print };
    struct undo_result result;
    bool good;

    if (!signoff_tell(work, err))
        return -1;
    good = undo_all(&work->settings.engine, &request, work->cancel, &result, err);
    if (!good && result.documents == 0)
        return -1;
    result_print(&result, o->dry_run);
    if (!good)
        return -1;
    if (result.undone > 0)
        print(o->dry_run ? "next: fmferry undo --by NAME --reason TEXT\n"
                         : "next: fmferry verify\n");
    return result_code(&result);
}

static bool says_something(const char *text)
{
    return text && span_trim(span_of(text)).size > 0;
}

static bool options_agree(const struct back_options *o, struct err *err)
{
    return o->dry_run || (says_something(o->by) && says_something(o->reason))
           || err_set(
               err, ERR_USAGE, 0,
               "taking a migration back is a person's decision and needs a name and a reason: "
               "--by and --reason; or --dry-run, which only looks");
}

static int undo_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    if (!options_agree(arg, err))
        return -1;
    return work_do(globals,
                   WORK_SIGNALS | WORK_SOURCE | WORK_STORE | WORK_TRAITS | WORK_GATE | WORK_SHOWN,
                   arg, undo_body, err);
}

static const struct opt undo_opts[] = {
    OPT_FLAG(struct back_options, dry_run, "dry-run", 'n',
             "only look: count what would go, and name what would stay"),
    OPT_TEXT(struct back_options, by, "by", 0, "NAME", "the name of the person who decides"),
    OPT_TEXT(struct back_options, reason, "reason", 0, "TEXT", "the reason"),
    OPT_FLAG(struct back_options, keep_objects, "keep-objects", 0,
             "leave all objects where they are; marks and rows go"),
    OPT_END,
};

static const struct back_options undo_defaults = { 0 };

const struct cmd cmd_undo = {
    "undo",
    "Take a migration back, as far as nobody has changed it since",
    "Empties the marks that we wrote, removes the rows that are as we wrote them, and then\n"
    "the objects, but only those whose bytes FileMaker still has. Whatever people have changed\n"
    "since stays and is named by its record. Uploads stay, too. The documents count as\n"
    "waived, in the name of whoever decides; no run moves them again by itself: 'fmferry\n"
    "retry --class undone' says that the next one may. It can be interrupted and called\n"
    "again at any time, but not beside a run.\n"
    "\n"
    "Exits with 0 if nothing stays, with 3 if something does.",
    undo_opts,
    &undo_defaults,
    sizeof undo_defaults,
    undo_command,
    .examples = {
        { "fmferry undo --dry-run", "counts what would go, and names what would stay" },
        { "fmferry undo --by 'A. Green' --reason 'the application is not used after all'",
          "takes the migration back" },
    },
};
