/* `fmferry metrics`: the status for a monitoring system, to be written to a file that it collects. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "report/metrics.h"

enum { TEXT_MAX = 1024 * 1024 };

static int metrics_body(struct work *work, struct err *err)
{
    auto_str text = STR_MAX(TEXT_MAX);
    auto_status *status = NULL;

    if (!status_read(work->ledger, &work->settings.status, &status, err))
        return -1;
    status_metrics(status, &text);
    (void)fputs(str_text(&text), stdout);
    return EXIT_DONE;
}

static int metrics_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    (void)arg;
    return work_do(globals, WORK_LEDGER, NULL, metrics_body, err);
}

static const struct opt metrics_opts[] = {
    OPT_END,
};

const struct cmd cmd_metrics = {
    "metrics",
    "Print the state of the migration for Prometheus",
    "Every figure of the status in OpenMetrics' text form: documents by state and by failure,\n"
    "the newest run, its pace, the last verification. The console has the same at /metrics,\n"
    "for a token with the right run. Names, texts and ids of documents are not in it.",
    metrics_opts,
    NULL,
    0,
    metrics_command,
    .heading = "Keep it running",
    .examples = {
        { "fmferry metrics", "what a monitoring system would see" },
        { "fmferry metrics > fmferry.prom.new && mv fmferry.prom.new fmferry.prom",
          "for the text files that node_exporter collects" },
    },
};
