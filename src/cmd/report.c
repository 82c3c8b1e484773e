/* `fmferry report` */
#include "cmd/commands.h"
#include "cmd/reported.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/fs.h"
#include "report/documents.h"

#include <unistd.h>

static const char default_output[] = "fmferry-report.html";

struct report_options {
    bool json, csv;
    const char *output;
};

/* A report to be written. */
struct report_job {
    const struct report_options *options;
    const struct settings *settings;
    struct ledger *ledger;
};

static bool write_to(const struct report_job *job, FILE *to, struct err *err)
{
    if (job->options->json)
        return documents_write(job->ledger, DOCUMENTS_JSON, to, err);
    if (job->options->csv)
        return documents_write(job->ledger, DOCUMENTS_CSV, to, err);
    return reported_html(job->settings, job->ledger, to, err);
}

/* Writes to a stream with its own descriptor: closing it tells whether all was written. */
static bool write_whole(const struct report_job *job, int fd, const char *path, struct err *err)
{
    auto_close int own = dup(fd);
    FILE *to = own < 0 ? NULL : fdopen(own, "w");
    bool good;

    if (!to)
        return err_os(err, "writing '%s'", path);
    (void)take_fd(own);
    good = write_to(job, to, err);
    if (fclose(to) != 0 && good)
        return err_os(err, "writing '%s'", path);
    return good;
}

static bool write_file(const struct report_job *job, const char *path, struct err *err)
{
    auto_close int fd = -1;

    if (!fs_open_unnamed(path, &fd, err) || !write_whole(job, fd, path, err)
        || !fs_put_in_place(fd, path, 0600, err))
        return false;
    print("written: %s\n", path);
    return true;
}

static bool report_do(const struct report_job *job, struct err *err)
{
    const struct report_options *o = job->options;

    if (o->output && strcmp(o->output, "-") == 0)
        return write_to(job, stdout, err);
    if (o->output)
        return write_file(job, o->output, err);
    return o->json || o->csv ? write_to(job, stdout, err) : write_file(job, default_output, err);
}

/* Not to standard output, which may be the terminal on which progress is shown. */
static bool to_file(const struct report_options *o)
{
    return o->output ? strcmp(o->output, "-") != 0 : !o->json && !o->csv;
}

static int report_body(struct work *work, struct err *err)
{
    struct report_job job = { work->options, &work->settings, work->ledger };

    meter_begin(work->meter, "computing what the report says", NULL, METER_UNKNOWN);
    return report_do(&job, err) ? EXIT_DONE : -1;
}

static int report_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct report_options *o = arg;

    if (!o->json || !o->csv)
        return work_do(globals, WORK_SIGNALS | WORK_LEDGER | (to_file(o) ? WORK_SHOWN : 0), o,
                       report_body, err);
    (void)err_set(err, ERR_USAGE, 0, "--json and --csv exclude each other");
    return -1;
}

static const struct opt report_opts[] = {
    OPT_TEXT(struct report_options, output, "output", 'o', "FILE",
             "the file to write; - is standard output.\n"
             "Default: fmferry-report.html, or standard output for the lists"),
    OPT_FLAG(struct report_options, csv, "csv", 0,
             "every document as a row of a spreadsheet (docs/json.md)"),
    OPT_FLAG(struct report_options, json, "json", 0, "every document as JSON (docs/json.md)"),
    OPT_END,
};

static const struct report_options report_defaults = { 0 };

const struct cmd cmd_report = {
    "report",
    "Write the report that the owner reads and signs",
    "The report is one HTML file that needs no other: two pages in plain language, then\n"
    "plots, the run history, what failed by its causes with evidence, who gave up what,\n"
    "the settings without secrets and the versions. Every sum in it is computed in two\n"
    "ways before the first line is written; if they disagree, there is no report.\n"
    "\n"
    "It can be written at any time, even during a run, and holds nobody up. The file is\n"
    "there whole or not at all, and only you can read it (mode 0600).\n"
    "Exits with 0 if it was written.",
    report_opts,
    &report_defaults,
    sizeof report_defaults,
    report_command,
    .examples = {
        { "fmferry report", "writes fmferry-report.html" },
        { "fmferry report --csv --output documents.csv",
          "every document as a row, for a spreadsheet" },
    },
};
