/*
 * Writes a status as OpenMetrics. Every figure is a number or a word of ours; the source's own names stand in
 * one family alone, the one that says which migration it is.
 */
#include "report/metrics.h"

#include "base/foreign.h"
#include "base/time.h"
#include "document/failure_class.h"
#include "report/forecast.h"
#include "report/sums.h"
#include "version.h"

enum { LABEL_MAX = 4096 };

/* --- the form ------------------------------------------------------------------------------- */

/* Begins a family of samples; `unit` is the end of its name, or NULL. */
static void family_begin(struct str *to, const char *name, const char *type, const char *unit,
                         const char *help)
{
    str_printf(to, "# TYPE %s %s\n", name, type);
    if (unit)
        str_printf(to, "# UNIT %s %s\n", name, unit);
    str_printf(to, "# HELP %s %s\n", name, help);
}

/* One figure that has no label. */
static void gauge_write(struct str *to, const char *name, const char *unit, const char *help,
                        int64_t value)
{
    family_begin(to, name, "gauge", unit, help);
    str_printf(to, "%s %jd\n", name, (intmax_t)value);
}

/* One figure among its family's, told apart by a word of ours. */
static void part_write(struct str *to, const char *name, const char *label, const char *word,
                       int64_t value)
{
    str_printf(to, "%s{%s=\"%s\"} %jd\n", name, label, word, (intmax_t)value);
}

static void seconds_write(struct str *to, int64_t us)
{
    str_printf(to, "%jd.%06jd\n", (intmax_t)(us / TIME_SECOND), (intmax_t)(us % TIME_SECOND));
}

/* A moment; without a sample where it has not come. */
static void moment_write(struct str *to, const char *name, const char *help, int64_t at_us)
{
    family_begin(to, name, "gauge", "seconds", help);
    if (at_us <= 0)
        return;
    str_printf(to, "%s ", name);
    seconds_write(to, at_us);
}

/* A text by others, as the value of a label. */
static void label_add(struct str *to, const char *text)
{
    auto_str clean = STR_MAX(LABEL_MAX);

    foreign_add(&clean, span_of(text));
    for (size_t i = 0; i < clean.size; i++) {
        if (clean.at[i] == '\\' || clean.at[i] == '"')
            str_add_char(to, '\\');
        str_add_char(to, clean.at[i]);
    }
}

/* --- what there is -------------------------------------------------------------------------- */

static void migration_write(const struct status *s, struct str *to)
{
    family_begin(to, "fmferry_migration", "info", NULL,
                 "Which source is moved, and by which version.");
    str_add_text(to, "fmferry_migration_info{source=\"");
    label_add(to, s->settings.name);
    str_add_text(to, "\",version=\"" VERSION "\"} 1\n");
}

static void states_write(const struct status *s, struct str *to)
{
    family_begin(to, "fmferry_documents", "gauge", NULL, "Documents by state.");
    for (int i = 0; i < LEDGER_STATES; i++)
        part_write(to, "fmferry_documents", "state", ledger_state_name((enum ledger_state)i),
                   s->states[i]);
}

static void failures_write(const struct status *s, struct str *to)
{
    family_begin(to, "fmferry_failed_documents", "gauge", NULL,
                 "Failed documents by failure class.");
    for (int i = 0; i < FAILURES; i++)
        part_write(to, "fmferry_failed_documents", "class",
                   failure_class_of((enum failure_kind)i)->name,
                   status_class_count(s, (enum failure_kind)i));
}

static int64_t wait_count(const struct status *s, const char *class)
{
    for (size_t i = 0; i < s->wait_count; i++)
        if (strcmp(s->waits[i].class, class) == 0)
            return s->waits[i].documents;
    return 0;
}

static void waits_write(const struct status *s, struct str *to)
{
    family_begin(to, "fmferry_retried_documents", "gauge", NULL,
                 "Documents that wait for another try, by the failure class of the last one.");
    for (int i = 0; i < FAILURES; i++) {
        const char *class = failure_class_of((enum failure_kind)i)->name;

        part_write(to, "fmferry_retried_documents", "class", class, wait_count(s, class));
    }
}

static void outlook_write(const struct status *s, struct str *to)
{
    const char *name = "fmferry_outlook_documents";
    struct forecast f = forecast_of(s);

    family_begin(to, name, "gauge", NULL, "Documents by what will become of them.");
    part_write(to, name, "outlook", "arrived", f.arrived);
    part_write(to, name, "outlook", "coming", f.coming);
    part_write(to, name, "outlook", "tried_again", f.again);
    part_write(to, name, "outlook", "needs_somebody", f.never);
    part_write(to, name, "outlook", "given_up", f.given_up);
}

static void links_write(const struct status *s, struct str *to)
{
    const char *name = "fmferry_stored_documents";

    family_begin(to, name, "gauge", NULL, "Stored documents by whether their patient is known.");
    part_write(to, name, "link", "linked", s->linked);
    part_write(to, name, "link", "unlinked", s->unlinked);
    part_write(to, name, "link", "review", s->review);
}

static void uploads_write(const struct status *s, struct str *to)
{
    const char *name = "fmferry_uploaded_documents";

    family_begin(to, name, "gauge", NULL, "Documents that people or programs uploaded.");
    part_write(to, name, "state", "arrived", s->uploads.arrived);
    part_write(to, name, "state", "failed", s->uploads.failed);
    part_write(to, name, "state", "under_way", s->uploads.under_way);
}

static void documents_write(const struct status *s, struct str *to)
{
    states_write(s, to);
    failures_write(s, to);
    waits_write(s, to);
    outlook_write(s, to);
    links_write(s, to);
    uploads_write(s, to);
    gauge_write(to, "fmferry_stored_bytes", "bytes", "Bytes of documents in the store.",
                s->bytes_stored);
    gauge_write(to, "fmferry_witnessed_documents", NULL,
                "Stored documents that FileMaker's own MD5 proves.", s->witnessed);
    gauge_write(to, "fmferry_kept_marks", NULL,
                "Documents that are done although the source answers their mark with an edit.",
                s->kept_marks);
    gauge_write(to, "fmferry_complete", NULL,
                "1 if every document is done or waived, and the source is counted.",
                status_is_complete(s));
}

/* --- how it goes on ------------------------------------------------------------------------- */

static void census_write(const struct status *s, struct str *to)
{
    gauge_write(to, "fmferry_census_closed", NULL,
                "1 if the newest count of the source was confirmed.", s->census.closed);
    gauge_write(to, "fmferry_census_records", NULL,
                "Records that the last confirmed count of the source found.", s->census.records);
    moment_write(to, "fmferry_census_timestamp_seconds",
                 "When the source was last counted and confirmed.", s->census.at_us);
}

/* The last run of all that moved documents, whether it goes on or not; NULL: there was none. */
static const struct ledger_run *run_last(const struct status *s)
{
    for (size_t i = s->run_count; i-- > 0;)
        if (status_run_moved(&s->runs[i]))
            return &s->runs[i];
    return NULL;
}

static void run_documents_write(const struct ledger_run *run, struct str *to)
{
    const char *name = "fmferry_run_documents";
    struct ledger_progress p = run ? run->progress : (struct ledger_progress){ 0 };

    family_begin(to, name, "gauge", NULL, "Documents of the newest run, by what became of them.");
    part_write(to, name, "outcome", "successful", p.successful);
    part_write(to, name, "outcome", "failed", p.failed);
    part_write(to, name, "outcome", "waiting", p.waiting);
    part_write(to, name, "outcome", "untried", p.found - p.processed);
}

static void runs_write(const struct status *s, struct str *to)
{
    const struct ledger_run *last = run_last(s);
    int64_t under_way = 0, sessions = 0, died = 0;

    for (size_t i = 0; i < s->run_count; i++) {
        under_way += status_run_moves(&s->runs[i]);
        sessions += status_run_moves(&s->runs[i]) ? s->runs[i].sessions : 0;
        died += s->runs[i].is_dead;
    }
    gauge_write(to, "fmferry_runs_under_way", NULL, "Runs that move documents now.", under_way);
    gauge_write(to, "fmferry_run_sessions", NULL,
                "Sessions of the source that the runs under way may have.", sessions);
    gauge_write(to, "fmferry_runs_dead", NULL,
                "Runs that died, and whose documents no run has taken over yet.", died);
    gauge_write(to, "fmferry_run_number", NULL, "The newest run's number; 0: there was none.",
                last ? last->run : 0);
    moment_write(to, "fmferry_run_start_timestamp_seconds", "When the newest run began.",
                 last ? last->started_us : 0);
    moment_write(to, "fmferry_run_end_timestamp_seconds",
                 "When the newest run ended; no sample while it goes on.",
                 last ? last->ended_us : 0);
    run_documents_write(last, to);
}

/* Those that succeeded cannot be counted so: a document that is edited later has its try still, and is not done. */
static void tries_write(const struct status *s, struct str *to)
{
    family_begin(to, "fmferry_failed_tries", "counter", NULL,
                 "Tries of documents that did not end well, over all runs.");
    str_printf(to, "fmferry_failed_tries_total %jd\n", (intmax_t)s->tries_failed);
}

static void pace_write(const struct status *s, struct str *to)
{
    family_begin(to, "fmferry_settled_documents_per_second", "gauge", NULL,
                 "Documents that became done or failed per second, over the last minute.");
    str_printf(to, "fmferry_settled_documents_per_second %.3f\n", s->rate);
}

/* A figure of the gate: no sample where nobody asks FileMaker. */
static void gate_figure(const struct status *s, const char *name, const char *help, int64_t value,
                        struct str *to)
{
    family_begin(to, name, "gauge", NULL, help);
    if (s->gates > 0)
        str_printf(to, "%s %jd\n", name, (intmax_t)value);
}

static void gate_write(const struct status *s, struct str *to)
{
    gate_figure(
        s, "fmferry_gate_requests_at_once",
        "Requests to FileMaker that the runs under way may have on their way at once: fewer "
        "when it is slow.",
        s->gate.width, to);
    gate_figure(s, "fmferry_gate_sessions",
                "Sessions of FileMaker that the runs under way have open.", s->gate.sessions, to);
    gate_figure(s, "fmferry_gate_quiet", "1 in quiet hours, while nothing is asked.", s->gate.rests,
                to);
    family_begin(to, "fmferry_gate_average_seconds", "gauge", "seconds",
                 "How long a call to FileMaker takes on average, the newest weigh most; of several "
                 "runs the slowest.");
    if (s->gates == 0)
        return;
    str_add_text(to, "fmferry_gate_average_seconds ");
    seconds_write(to, s->gate.average_us);
}

/* The mean: a median would need a series for each bound. */
static void took_write(const struct status *s, struct str *to)
{
    family_begin(to, "fmferry_document_seconds", "gauge", "seconds",
                 "From claim to done, the mean of documents that became done in the last minute; "
                 "no sample if there was none.");
    if (s->took.documents == 0)
        return;
    str_add_text(to, "fmferry_document_seconds ");
    seconds_write(to, s->took.total_us / s->took.documents);
}

/* --- what was proved ------------------------------------------------------------------------ */

static void verified_write(const struct verified *v, struct str *to)
{
    moment_write(to, "fmferry_verify_timestamp_seconds",
                 "When the newest verification ended; no sample before the first one.", v->at_us);
    gauge_write(to, "fmferry_verify_differences", NULL,
                "Differences that the newest verification found.", (int64_t)v->differences);
    gauge_write(to, "fmferry_verify_open_differences", NULL,
                "Differences that were found and that no verification has found mended.", v->open);
    gauge_write(to, "fmferry_verify_not_compared", NULL,
                "Objects that the newest verification could not compare.",
                (int64_t)v->not_compared);
    gauge_write(to, "fmferry_verify_outdated", NULL,
                "1 if documents were moved since the newest verification.", v->is_outdated);
}

static void rotation_write(const struct rereading *r, struct str *to)
{
    gauge_write(to, "fmferry_rotation_parts", NULL,
                "In how many parts all bytes are read again; 0: they are not.", r->parts);
    gauge_write(to, "fmferry_rotation_read_parts", NULL, "How many of them were read so far.",
                r->read);
    moment_write(to, "fmferry_rotation_timestamp_seconds",
                 "When the last part was read to its end; no sample before the first one.",
                 r->last_us);
    moment_write(to, "fmferry_rotation_all_since_timestamp_seconds",
                 "Since when every byte was read again; no sample before all parts were.",
                 r->since_us);
}

static void signed_write(const struct signed_off *s, struct str *to)
{
    moment_write(to, "fmferry_sign_timestamp_seconds",
                 "When somebody signed last that all is there; no sample before that.", s->at_us);
    gauge_write(to, "fmferry_sign_outdated", NULL,
                "1 if documents were moved since somebody signed.", s->is_outdated);
}

/* --- the whole ------------------------------------------------------------------------------ */

void status_metrics(const struct status *s, struct str *to)
{
    migration_write(s, to);
    documents_write(s, to);
    census_write(s, to);
    runs_write(s, to);
    tries_write(s, to);
    pace_write(s, to);
    took_write(s, to);
    gate_write(s, to);
    verified_write(&s->verified, to);
    rotation_write(&s->rereading, to);
    signed_write(&s->signed_off, to);
    str_add_text(to, "# EOF\n");
}
