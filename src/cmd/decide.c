/* `fmferry retry`, `fmferry accept` and `fmferry waive`: a person decides. */
#include "cmd/choice.h"
#include "cmd/commands.h"
#include "cmd/id_list.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/utf8.h"
#include "report/decided.h"
#include "report/failures.h"

#include <stdio.h>
#include <unistd.h>

struct decide_options {
    const char *class, *type, *id, *record, *from, *by, *reason;
    bool csv, all, dry_run, yes;
};

/* --- the documents -------------------------------------------------------------------------- */

static bool documents_described(const struct decide_options *o)
{
    return o->class || o->type || o->id || o->record || o->all;
}

/* Naming nothing would mean every document: that takes --all. */
static bool documents_are_given(const struct decide_options *o, struct err *err)
{
    if (o->from && documents_described(o))
        return err_set(err, ERR_USAGE, 0,
                       "--from names the documents, and leaves nothing to --class, --type, --id, "
                       "--record or --all");
    if (o->csv && !o->from)
        return err_set(err, ERR_USAGE, 0, "--csv says what the list is that --from names");
    return o->from || documents_described(o)
           || err_set(err, ERR_USAGE, 0,
                      "name the documents: --class, --type, --id, --record, --from or --all");
}

static bool all_is_meant(const struct decide_options *o, struct err *err)
{
    return !o->all || o->yes || o->dry_run || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
           || err_set(err, ERR_USAGE, 0,
                      "--all changes every document that failed: add --yes, or look first with "
                      "--dry-run");
}

/* `lower` gets the id. */
static bool selection_read(const struct decide_options *o, struct ledger_selection *choice,
                           struct str *lower, struct err *err)
{
    if (!choice_class_check(o->class, err)
        || !choice_records_read(o->record, &choice->record_id, &choice->last_record_id, err))
        return false;
    if (choice->last_record_id == choice->record_id)
        choice->last_record_id = 0;
    choice->class = o->class;
    choice->type = o->type;
    if (!o->id)
        return true;
    utf8_add_lower(lower, span_of(o->id));
    choice->identity = str_text(lower);
    return true;
}

/* --- deciding ------------------------------------------------------------------------------- */

/* A decision on its way. */
struct decide_work {
    const struct decide_options *options;
    struct decision_request request;
    size_t repeated; /* lines of the list that named a document again */
};

static bool carry_out(struct work *work, const struct decision_request *request,
                      struct ledger_decided *decided_r, struct err *err)
{
    const struct engine_settings *engine = &work->settings.engine;

    return decision_carry_out(engine->ledger_url, engine->source_name, request, work->cancel,
                              decided_r, err);
}

static void decided_say(const char *kind, const struct ledger_decided *decided, bool only_looked)
{
    auto_str text = STR_MAX(KIB(1));

    decided_words(kind, decided, only_looked, &text);
    print("%s\n", str_text(&text));
    if (decided->changed > 0 && !only_looked && decided_wants_run(kind))
        print("next: fmferry run\n");
}

/* Shows what would be done, and asks. `agreed_r` false: nothing is to be done. */
static bool person_agrees(struct work *work, const struct decide_work *w, bool *agreed_r,
                          struct err *err)
{
    struct decision_request look = w->request;
    struct ledger_decided decided;
    char answer[16] = "";

    look.only_looks = true;
    if (!carry_out(work, &look, &decided, err))
        return false;
    decided_say(look.kind, &decided, true);
    print("Go on? (yes, or anything else for no) ");
    (void)fflush(stdout);
    *agreed_r = fgets(answer, sizeof answer, stdin) && span_is(span_trim(span_of(answer)), "yes");
    if (!*agreed_r)
        print("nothing was done\n");
    return true;
}

static int decision_body(struct work *work, struct err *err)
{
    const struct decide_work *w = work->options;
    const struct decide_options *o = w->options;
    struct ledger_decided decided;
    bool agreed = true;

    if (o->type && !failures_type_check(work->ledger, o->type, err))
        return -1;
    if (o->all && !o->yes && !o->dry_run && !person_agrees(work, w, &agreed, err))
        return -1;
    if (!agreed)
        return EXIT_LEFT;
    if (!carry_out(work, &w->request, &decided, err))
        return -1;
    if (w->repeated > 0)
        print("%zu line%s named a document again\n", w->repeated, w->repeated == 1 ? "" : "s");
    decided_say(w->request.kind, &decided, o->dry_run);
    return decided.changed > 0 ? EXIT_DONE : EXIT_LEFT;
}

static int decision_run(const struct cli_globals *globals, const struct decide_options *o,
                        const char *kind, struct err *err)
{
    struct decide_work work = {
        .options = o,
        .request = { .kind = kind, .who = o->by, .reason = o->reason, .only_looks = o->dry_run }
    };
    auto_id_list list = { 0 };
    auto_str id = STR_MAX(512);

    if (!documents_are_given(o, err) || !all_is_meant(o, err)
        || !selection_read(o, &work.request.choice, &id, err)
        || (o->from && !id_list_read(o->from, o->csv, &list, err)))
        return -1;
    work.request.names = list.names;
    work.request.name_count = list.count;
    work.repeated = list.repeated;
    return work_do(globals, WORK_LEDGER, &work, decision_body, err);
}

static int retry_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return decision_run(globals, arg, "retry", err);
}

/* A decision for good needs a name and a reason. */
static bool decision_is_signed(const struct decide_options *o, const char *what, struct err *err)
{
    return (span_trim(span_of(o->by)).size > 0 && span_trim(span_of(o->reason)).size > 0)
           || err_set(err, ERR_USAGE, 0, "%s needs a name and a reason that say something", what);
}

static int waive_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return decision_is_signed(arg, "a waiver", err) ? decision_run(globals, arg, "waive", err) : -1;
}

static int accept_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    int code = decision_is_signed(arg, "an acceptance", err)
                   ? decision_run(globals, arg, "accept", err)
                   : -1;

    if (code == EXIT_LEFT)
        print("there is nothing to accept: 'accept' is for documents that failed as "
              "container-not-a-file, container-zero, container-differs, container-unproven or "
              "store-conflict\n");
    return code;
}

/* --- options -------------------------------------------------------------------------------- */

#define SELECTION_OPTS                                                                             \
    OPT_TEXT(struct decide_options, class, "class", 0, "CLASS",                                    \
             "all that failed with this class"),                                                   \
        OPT_TEXT(struct decide_options, type, "type", 0, "TYPE",                                   \
                 "all that failed and are of this type"),                                          \
        OPT_TEXT(struct decide_options, id, "id", 0, "ID", "the document with this FileMaker id"), \
        OPT_TEXT(struct decide_options, record, "record", 0, "N",                                  \
                 "the documents of this record; N-M: of the records from N to M"),                 \
        OPT_TEXT(struct decide_options, from, "from", 0, "FILE",                                   \
                 "the documents that FILE names, a FileMaker id on each line;\n"                   \
                 "- is standard input"),                                                           \
        OPT_FLAG(struct decide_options, csv, "csv", 0,                                             \
                 "with --from: FILE is what 'fmferry failures --csv' wrote"),                      \
        OPT_FLAG(struct decide_options, dry_run, "dry-run", 0, "only say what would be done")

#define ALL_OPTS                                                                                   \
    OPT_FLAG(struct decide_options, all, "all", 0, "all that failed; wants --yes, or an answer"),  \
        OPT_FLAG(struct decide_options, yes, "yes", 'y', "with --all: do not ask")

static const struct opt retry_opts[] = { SELECTION_OPTS, ALL_OPTS, OPT_END };

static const struct opt waive_opts[] = {
    SELECTION_OPTS,
    ALL_OPTS,
    OPT_NEED(struct decide_options, by, "by", 0, "NAME", "the name of the person who decides"),
    OPT_NEED(struct decide_options, reason, "reason", 0, "TEXT",
             "the reason: why the loss is acceptable"),
    OPT_END,
};

static const struct opt accept_opts[] = {
    SELECTION_OPTS,
    OPT_NEED(struct decide_options, by, "by", 0, "NAME", "the name of the person who decides"),
    OPT_NEED(struct decide_options, reason, "reason", 0, "TEXT", "the reason: how it is known"),
    OPT_END,
};

static const struct decide_options decide_defaults = { 0 };

const struct cmd cmd_retry = {
    "retry",
    "Put failed or waived documents back to waiting",
    "The next run tries them again, with all their tries. Documents that failed for a\n"
    "reason that may pass by itself need no retry: every run tries them again. A list is\n"
    "taken whole or not at all: a line that names no document is an error.",
    retry_opts,
    &decide_defaults,
    sizeof decide_defaults,
    retry_command,
    .heading = "Settle",
    .examples = {
        { "fmferry retry --class container-unavailable",
          "tries all again that FileMaker did not hand out" },
        { "fmferry retry --id 8D0C44F1", "tries one document again" },
        { "fmferry failures --csv --type Letter | fmferry retry --from - --csv",
          "tries those of a list again" },
    },
};

const struct cmd cmd_accept = {
    "accept",
    "Accept the bytes that came as the document, with a name and a reason",
    "Use it for documents that look like an error page but are not one, for empty files,\n"
    "for bytes that have not the MD5 that FileMaker says, and for keys that hold somebody\n"
    "else's object: the next run stores exactly the bytes that came last (beside the other\n"
    "object, which stays). If other bytes come then, the document fails again. The name and\n"
    "the reason are kept in the ledger, its audit chain and the report.",
    accept_opts,
    &decide_defaults,
    sizeof decide_defaults,
    accept_command,
    .examples = {
        { "fmferry accept --id 8D0C44F1 --by 'A. Green' --reason 'empty in FileMaker, too'",
          "moves one document as it came" },
    },
};

const struct cmd cmd_waive = {
    "waive",
    "Accept that documents will not arrive, with a name and a reason",
    "A waived document counts as settled. The name and the reason are kept in the ledger,\n"
    "its audit chain and the report. 'fmferry retry' takes the waiver back.",
    waive_opts,
    &decide_defaults,
    sizeof decide_defaults,
    waive_command,
    .examples = {
        { "fmferry waive --class container-empty --by 'A. Green' --reason 'never scanned'",
          "settles every record without a file" },
        { "fmferry waive --id 8D0C44F1 --by 'A. Green' --reason 'on paper in folder 12'",
          "settles one document" },
    },
};
