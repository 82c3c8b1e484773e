/* Writes the status for programs; the shape is in docs/json.md. */
#include "report/status.h"

#include "base/time.h"
#include "document/failure_class.h"
#include "report/checklist.h"
#include "report/forecast.h"
#include "json/writer.h"

static void write_time(struct json_writer *w, const char *name, int64_t at_us)
{
    char text[TIME_TEXT_SIZE];

    json_name(w, name);
    json_write_text(w, at_us ? time_rfc3339(at_us, text) : NULL);
}

static void write_source(struct json_writer *w, const struct status *s)
{
    json_name(w, "source");
    json_open_object(w);
    json_member_text(w, "name", s->settings.name);
    json_member_text(w, "layout", s->settings.layout);
    json_member_i64(w, "total", status_total(s));
    json_member_i64(w, "gone", s->states[LEDGER_GONE]);
    json_member_flag(w, "census_complete", s->census.closed);
    write_time(w, "census_at", s->census.at_us);
    json_name(w, "witnesses");
    json_open_array(w);
    json_write_i64(w, s->census.records);
    json_write_i64(w, s->census.independent_count);
    json_close_array(w);
    json_close_object(w);
}

static void write_states(struct json_writer *w, const struct status *s)
{
    json_name(w, "states");
    json_open_object(w);
    for (int i = 0; i < LEDGER_STATES; i++)
        if (i != LEDGER_GONE)
            json_member_i64(w, ledger_state_name((enum ledger_state)i), s->states[i]);
    json_close_object(w);
}

static void write_findings(struct json_writer *w, const char *name, const struct finding_list *list)
{
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < list->count; i++) {
        json_open_object(w);
        json_member_text(w, "text", list->items[i].text);
        json_member_i64(w, "count", list->items[i].count);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_failures(struct json_writer *w, const struct status *s)
{
    json_name(w, "failures");
    json_open_array(w);
    for (int i = 0; i < FAILURES; i++) {
        const struct failure_class *class = failure_class_of((enum failure_kind)i);
        int64_t count = status_class_count(s, (enum failure_kind)i);

        if (count == 0)
            continue;
        json_open_object(w);
        json_member_text(w, "class", class->name);
        json_member_i64(w, "count", count);
        write_findings(w, "clusters", &s->findings.by_class[i]);
        json_close_object(w);
    }
    json_close_array(w);
    write_findings(w, "findings", &s->findings.all);
}

void status_runs_json(const struct status *s, struct json_writer *w)
{
    json_open_array(w);
    for (size_t i = 0; i < s->run_count; i++) {
        const struct ledger_run *run = &s->runs[i];

        if (!status_run_moved(run))
            continue;
        json_open_object(w);
        json_member_i64(w, "run", run->run);
        write_time(w, "started", run->started_us);
        write_time(w, "ended", run->ended_us);
        json_member_i64(w, "found", run->progress.found);
        json_member_i64(w, "processed", run->progress.processed);
        json_member_i64(w, "successful", run->progress.successful);
        json_member_i64(w, "failed", run->progress.failed);
        json_member_i64(w, "waiting", run->progress.waiting);
        json_member_text(w, "status", run->status);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_types(struct json_writer *w, const struct status *s)
{
    json_name(w, "types");
    json_open_array(w);
    for (size_t i = 0; i < s->type_count; i++) {
        json_open_object(w);
        json_member_text(w, "type", s->types[i].type);
        json_member_i64(w, "total", s->types[i].total);
        json_member_i64(w, "done", s->types[i].done);
        json_member_i64(w, "failed", s->types[i].failed);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_decimal(struct json_writer *w, const char *name, int digits, double n)
{
    auto_str text = STR_MAX(64);

    str_printf(&text, "%.*f", digits, n);
    json_name(w, name);
    json_write_raw(w, str_span(&text));
}

static void write_money(struct json_writer *w, const struct status *s)
{
    json_name(w, "cost_per_month");
    json_open_object(w);
    write_decimal(w, "amount", 4, status_cost(s));
    json_member_text(w, "currency", s->settings.currency);
    json_close_object(w);
}

static void write_forecast(struct json_writer *w, const struct status *s)
{
    struct forecast f = forecast_of(s);

    json_name(w, "forecast");
    json_open_object(w);
    json_member_i64(w, "will_be_done", f.arrived + f.coming);
    json_member_i64(w, "never", f.again + f.never + f.given_up);
    write_time(w, "eta", f.eta_us);
    json_close_object(w);
}

static void write_outlook(struct json_writer *w, const struct status *s)
{
    struct forecast f = forecast_of(s);

    json_name(w, "outlook");
    json_open_object(w);
    json_member_i64(w, "arrived", f.arrived);
    json_member_i64(w, "coming", f.coming);
    json_member_i64(w, "in_doubt", s->in_doubt);
    json_member_i64(w, "tried_again", f.again);
    json_member_i64(w, "needs_somebody", f.never);
    json_member_i64(w, "given_up", f.given_up);
    json_close_object(w);
}

/* The meaning of each class that occurs, and what to do about it. */
static void write_advice(struct json_writer *w, const struct status *s)
{
    json_name(w, "advice");
    json_open_array(w);
    for (int i = 0; i < FAILURES; i++) {
        const struct failure_class *class = failure_class_of((enum failure_kind)i);

        if (status_class_count(s, (enum failure_kind)i) == 0)
            continue;
        json_open_object(w);
        json_member_text(w, "class", class->name);
        json_member_text(w, "meaning", class->meaning);
        json_member_text(w, "mend", class->advice);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_work(struct json_writer *w, const struct status *s)
{
    json_name(w, "documents");
    json_open_object(w);
    json_member_i64(w, "total", status_total(s));
    json_member_i64(w, "successful", s->states[LEDGER_DONE]);
    json_close_object(w);
    json_name(w, "tries");
    json_open_object(w);
    json_member_i64(w, "total", status_tries_good(s) + s->tries_failed);
    json_member_i64(w, "successful", status_tries_good(s));
    json_close_object(w);
    json_name(w, "throughput");
    json_open_object(w);
    json_member_flag(w, "running", status_run_open(s) != NULL);
    write_decimal(w, "documents_per_second", 2, s->rate);
    json_close_object(w);
}

/* How the runs under way are let through to FileMaker; null: none told it. */
static void write_gate(struct json_writer *w, const struct status *s)
{
    json_name(w, "gate");
    if (s->gates == 0) {
        json_write_null(w);
        return;
    }
    json_open_object(w);
    json_member_i64(w, "requests_at_once", s->gate.width);
    json_member_i64(w, "sessions", s->gate.sessions);
    write_decimal(w, "average_ms", 1, (double)s->gate.average_us / 1000.0);
    json_member_flag(w, "quiet", s->gate.rests);
    json_close_object(w);
}

static void write_checklist(struct json_writer *w, const struct status *s)
{
    struct checklist_item criteria[CRITERIA];

    checklist_of(s, criteria);
    json_name(w, "checklist");
    json_open_array(w);
    for (int i = 0; i < CRITERIA; i++) {
        json_open_object(w);
        json_member_text(w, "criterion", criteria[i].what);
        json_member_flag(w, "met", criteria[i].met);
        json_member_text(w, "figure", criteria[i].figure);
        json_close_object(w);
    }
    json_close_array(w);
}

/* The newest verification; null: there was none. */
static void write_verified(struct json_writer *w, const struct verified *v)
{
    json_name(w, "verified");
    if (v->run == 0 && v->open == 0) {
        json_write_null(w);
        return;
    }
    json_open_object(w);
    json_member_i64(w, "open", v->open);
    write_time(w, "open_since", v->open_since_us);
    json_name(w, "compared");
    json_open_object(w);
    json_member_u64(w, "bytes", v->by_bytes);
    json_member_u64(w, "checksum", v->by_checksum);
    json_member_u64(w, "etag", v->by_etag);
    json_member_u64(w, "not_compared", v->not_compared);
    json_close_object(w);
    json_member_i64(w, "run", v->run);
    write_time(w, "at", v->at_us);
    json_member_text(w, "version", v->version);
    json_member_flag(w, "deep", v->deep);
    json_member_flag(w, "without_source", v->without_source);
    json_member_text(w, "sample", *v->sample ? v->sample : NULL);
    json_member_u64(w, "records", v->records);
    json_member_u64(w, "rows", v->rows);
    json_member_u64(w, "objects", v->objects);
    json_member_u64(w, "hashed", v->hashed);
    json_member_u64(w, "source_read", v->source_read);
    json_member_u64(w, "differences", v->differences);
    json_member_text(w, "certificate_sha256", *v->certificate ? v->certificate : NULL);
    json_member_flag(w, "outdated", v->is_outdated);
    json_close_object(w);
}

/* Re-reading in turn; null: none. */
static void write_rotation(struct json_writer *w, const struct rereading *r)
{
    json_name(w, "rotation");
    if (r->parts == 0) {
        json_write_null(w);
        return;
    }
    json_open_object(w);
    json_member_i64(w, "parts", r->parts);
    json_member_i64(w, "read", r->read);
    json_member_i64(w, "last", r->last);
    write_time(w, "at", r->last_us);
    write_time(w, "all_since", r->since_us);
    json_close_object(w);
}

/* The newest sign-off; null: nobody signed. */
static void write_signed(struct json_writer *w, const struct signed_off *s)
{
    json_name(w, "signed");
    if (s->number == 0) {
        json_write_null(w);
        return;
    }
    json_open_object(w);
    json_member_i64(w, "number", s->number);
    write_time(w, "at", s->at_us);
    json_member_text(w, "by", s->who);
    json_member_i64(w, "exceptions", s->exceptions);
    json_member_flag(w, "outdated", s->is_outdated);
    json_close_object(w);
}

static void write_waits(struct json_writer *w, const struct status *s)
{
    json_member_i64(w, "witnessed", s->witnessed);
    json_member_i64(w, "kept_marks", s->kept_marks);
    json_name(w, "waits");
    json_open_array(w);
    for (size_t i = 0; i < s->wait_count; i++) {
        json_open_object(w);
        json_member_text(w, "class", s->waits[i].class);
        json_member_i64(w, "count", s->waits[i].documents);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_taken(struct json_writer *w, const struct status *s)
{
    char at[TIME_TEXT_SIZE];

    json_name(w, "taken");
    json_open_array(w);
    for (size_t i = 0; i < s->taken_count; i++) {
        json_open_object(w);
        json_member_text(w, "by", s->taken[i].who);
        json_member_i64(w, "count", s->taken[i].documents);
        json_member_text(w, "last", time_rfc3339(s->taken[i].at_us, at));
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_uploads(struct json_writer *w, const struct ledger_upload_counts *uploads)
{
    json_name(w, "uploads");
    json_open_object(w);
    json_member_i64(w, "arrived", uploads->arrived);
    json_member_i64(w, "failed", uploads->failed);
    json_member_i64(w, "under_way", uploads->under_way);
    json_member_i64(w, "bytes", uploads->bytes);
    json_close_object(w);
}

void status_json(const struct status *s, struct str *to)
{
    struct json_writer w = JSON_WRITER_SHOWN(to);

    json_open_object(&w);
    write_source(&w, s);
    write_states(&w, s);
    write_failures(&w, s);
    json_name(&w, "runs");
    status_runs_json(s, &w);
    write_types(&w, s);
    json_name(&w, "links");
    json_open_object(&w);
    json_member_i64(&w, "linked", s->linked);
    json_member_i64(&w, "unlinked", s->unlinked);
    json_member_i64(&w, "review", s->review);
    json_close_object(&w);
    write_uploads(&w, &s->uploads);
    json_name(&w, "bytes");
    json_open_object(&w);
    json_name(&w, "source");
    json_write_null(&w);
    json_member_i64(&w, "known", s->bytes_stored);
    json_member_i64(&w, "stored", s->bytes_stored);
    json_close_object(&w);
    write_money(&w, s);
    write_forecast(&w, s);
    write_checklist(&w, s);
    write_outlook(&w, s);
    write_advice(&w, s);
    write_work(&w, s);
    write_gate(&w, s);
    write_verified(&w, &s->verified);
    write_rotation(&w, &s->rereading);
    write_signed(&w, &s->signed_off);
    write_waits(&w, s);
    write_taken(&w, s);
    json_close_object(&w);
    str_add_char(to, '\n');
}
