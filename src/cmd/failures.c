/* `fmferry failures`: reads the ledger, also while a run is under way. */
#include "cmd/choice.h"
#include "cmd/commands.h"
#include "cmd/watch.h"
#include "cmd/work.h"

#include "report/failures.h"

struct failures_options {
    const char *class, *type, *record;
    int limit;
    bool all, json, csv;
};

static enum failures_form form_of(const struct failures_options *o)
{
    if (o->json)
        return FAILURES_JSON;
    if (o->csv)
        return FAILURES_CSV;
    return o->all ? FAILURES_TEXT : FAILURES_CAUSES;
}

static int failures_body(struct work *work, struct err *err)
{
    return failures_write(work->ledger, work->options, stdout, err) ? EXIT_DONE : -1;
}

static int failures_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct failures_options *o = arg;
    struct failures_request request = { .form = form_of(o),
                                        .choice = { .class = o->class, .type = o->type },
                                        .limit = o->limit,
                                        .screen = watch_form() };

    if (!choice_class_check(o->class, err)
        || !choice_records_read(o->record, &request.choice.first, &request.choice.last, err))
        return -1;
    if (!o->json || !o->csv)
        return work_do(globals, WORK_LEDGER, &request, failures_body, err);
    (void)err_set(err, ERR_USAGE, 0, "--json and --csv exclude each other");
    return -1;
}

static const struct opt failures_opts[] = {
    OPT_TEXT(struct failures_options, class, "class", 0, "CLASS", "only failures of this class"),
    OPT_TEXT(struct failures_options, type, "type", 0, "TYPE",
             "only documents of this type, spelled as in FileMaker"),
    OPT_TEXT(struct failures_options, record, "record", 0, "N",
             "only this record; N-M: only the records from N to M"),
    OPT_INT(struct failures_options, limit, "limit", 0, "N", 1, 1000000000,
            "at most so many causes, or documents"),
    OPT_FLAG(struct failures_options, all, "all", 0, "each document by itself"),
    OPT_FLAG(struct failures_options, json, "json", 0, "each document, as a JSON array"),
    OPT_FLAG(struct failures_options, csv, "csv", 0, "each document, as CSV for a spreadsheet"),
    OPT_END,
};

static const struct failures_options failures_defaults = { 0 };

const struct cmd cmd_failures = {
    "failures",
    "Say why documents did not arrive, with evidence",
    "Neighbouring records that failed alike have one cause: it is shown once, with the\n"
    "number and the types of its documents, the first and the last record, the evidence\n"
    "of the first, the way to mend it, and the commands to go on with. With --all, each\n"
    "document is shown by itself.",
    failures_opts,
    &failures_defaults,
    sizeof failures_defaults,
    failures_command,
    .examples = {
        { "fmferry failures", "what did not arrive, why, and how to mend it" },
        { "fmferry failures --all --class container-empty", "each document without a file" },
        { "fmferry failures --csv > failures.csv", "each document, for a spreadsheet" },
    },
};
