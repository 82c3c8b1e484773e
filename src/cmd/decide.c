/* `fmferry retry`, `fmferry accept` and `fmferry waive`: a person decides. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "document/failure_class.h"
#include "run/decisions.h"

struct decide_options {
    const char *class, *id, *record, *by, *reason;
    bool all;
};

static bool selection_read(const struct decide_options *o, struct ledger_selection *choice,
                           char **id, struct err *err)
{
    auto_str lower = STR_MAX(512);
    enum failure_kind known;
    uint64_t record = 0;

    if (o->class && !failure_class_read(span_of(o->class), &known))
        return err_set(err, ERR_USAGE, 0, "there is no class '%.64s' (docs/errors.md lists them)",
                       o->class);
    if (o->record && !num_u64(span_of(o->record), 1, INT64_MAX, &record, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "--record");
    }
    if (o->id) {
        utf8_add_lower(&lower, span_of(o->id));
        *id = str_take(&lower);
    }
    *choice = (struct ledger_selection){ o->class, *id, (int64_t)record };
    return true;
}

/* Naming nothing would mean every document: that takes --all. */
static bool selection_is_given(const struct decide_options *o, struct err *err)
{
    if (o->class || o->id || o->record || o->all)
        return true;
    return err_set(err, ERR_USAGE, 0, "name the documents: --class, --id, --record or --all");
}

static int decision_body(struct work *work, struct err *err)
{
    const struct engine_settings *engine = &work->settings.engine;
    int64_t count = 0;

    if (!decision_carry_out(engine->ledger_url, engine->source_name, work->options, work->cancel,
                            &count, err))
        return -1;
    print("%jd document%s\n", (intmax_t)count, count == 1 ? "" : "s");
    return count > 0 ? EXIT_DONE : EXIT_LEFT;
}

static int decision_run(const struct cli_globals *globals, const struct decide_options *o,
                        const char *kind, struct err *err)
{
    struct decision_request decision = { .kind = kind, .who = o->by, .reason = o->reason };
    auto_free char *id = NULL;

    return selection_is_given(o, err) && selection_read(o, &decision.choice, &id, err)
               ? work_do(globals, 0, &decision, decision_body, err)
               : -1;
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
              "container-not-a-file, container-zero or store-conflict\n");
    else if (code == EXIT_DONE)
        print("next: fmferry run\n");
    return code;
}

#define SELECTION_OPTS                                                                             \
    OPT_TEXT(struct decide_options, class, "class", 0, "CLASS",                                    \
             "all that failed with this class"),                                                   \
        OPT_TEXT(struct decide_options, id, "id", 0, "ID", "the document with this FileMaker id"), \
        OPT_TEXT(struct decide_options, record, "record", 0, "N", "the documents of this record"), \
        OPT_FLAG(struct decide_options, all, "all", 0, "all that failed")

static const struct opt retry_opts[] = { SELECTION_OPTS, OPT_END };

static const struct opt waive_opts[] = {
    SELECTION_OPTS,
    OPT_NEED(struct decide_options, by, "by", 0, "NAME", "the name of the person who decides"),
    OPT_NEED(struct decide_options, reason, "reason", 0, "TEXT",
             "the reason: why the loss is acceptable"),
    OPT_END,
};

static const struct opt accept_opts[] = {
    OPT_TEXT(struct decide_options, class, "class", 0, "CLASS", "all that failed with this class"),
    OPT_TEXT(struct decide_options, id, "id", 0, "ID", "the document with this FileMaker id"),
    OPT_TEXT(struct decide_options, record, "record", 0, "N", "the documents of this record"),
    OPT_NEED(struct decide_options, by, "by", 0, "NAME", "the name of the person who decides"),
    OPT_NEED(struct decide_options, reason, "reason", 0, "TEXT", "the reason: how it is known"),
    OPT_END,
};

static const struct decide_options decide_defaults = { 0 };

const struct cmd cmd_retry = {
    "retry",
    "Put failed or waived documents back to waiting",
    "The next run tries them again, with all their tries. Documents that failed for a\n"
    "reason that may pass by itself need no retry: every run tries them again.",
    retry_opts,
    &decide_defaults,
    sizeof decide_defaults,
    retry_command,
    .heading = "Settle",
    .examples = {
        { "fmferry retry --class container-unavailable",
          "tries all again that FileMaker did not hand out" },
        { "fmferry retry --id 8D0C44F1", "tries one document again" },
    },
};

const struct cmd cmd_accept = {
    "accept",
    "Accept the bytes that came as the document, with a name and a reason",
    "Use it for documents that look like an error page but are not one, for empty files,\n"
    "and for keys that hold somebody else's object: the next run stores exactly the\n"
    "bytes that came last (beside the other object, which stays). If other bytes come\n"
    "then, the document fails again. The name and the reason are kept in the ledger,\n"
    "its audit chain and the report.",
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
