/*
 * The simulator's own pages: its state for people (/) and for programs (/fmsim/status), and the
 * place that takes scenario lines (/fmsim/scenario).
 */
#include "sim/api/handlers.h"

#include "sim/faults/scenario.h"

#include "base/time.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color:#123}h1{font-size:1.4rem}h2{font-size:1rem;margin-top:1.6rem}"
    "table{border-collapse:collapse}td{padding:.15rem 1.2rem .15rem 0}"
    "td+td{text-align:right;font-variant-numeric:tabular-nums}"
    "pre{background:#f3f6f6;padding:.8rem;overflow:auto;font-size:12px}small{color:#567}";

static void html_add(struct span text, struct str *to)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (c == '<')
            str_add_text(to, "&lt;");
        else if (c == '>')
            str_add_text(to, "&gt;");
        else if (c == '&')
            str_add_text(to, "&amp;");
        else
            str_add_char(to, c);
    }
}

static void row_add_count(struct str *to, const char *name, uint64_t n)
{
    str_printf(to, "<tr><td>%s</td><td>%ju</td></tr>\n", name, (uintmax_t)n);
}

static void tables_page(struct sim *sim, struct str *to)
{
    str_add_text(to, "<h2>Records</h2>\n<table>\n");
    solution_read_lock(sim->solution);
    for (size_t i = 0; i < sim->solution->table_count; i++)
        row_add_count(to, table_plan(sim->solution->tables[i])->name,
                      table_count(sim->solution->tables[i]));
    solution_unlock(sim->solution);
    str_add_text(to, "</table>\n");
}

static void requests_page(struct sim *sim, struct str *to)
{
    str_add_text(to, "<h2>Requests</h2>\n<table>\n");
    for (enum request_kind kind = REQUEST_OTHER; kind < REQUEST_KINDS; kind++)
        if (sim_counted(&sim->counts[kind]) && kind != REQUEST_STATUS)
            row_add_count(to, request_kind_name(kind), sim_counted(&sim->counts[kind]));
    row_add_count(to, "open sessions", sessions_count(sim->sessions));
    row_add_count(to, "mishaps and events", sim_counted(&sim->faults));
    row_add_count(to, "bytes of answers", sim_counted(&sim->bytes_out));
    str_add_text(to, "</table>\n");
}

static void status_page(struct sim *sim, struct answer *answer)
{
    struct str *to = &answer->body;
    auto_str lines = STR_MAX(KIB(512));
    char since[TIME_TEXT_SIZE];

    answer->style = ANSWER_OWN;
    str_printf(to,
               "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
               "<meta http-equiv=\"refresh\" content=\"2\"><title>fmsim</title>"
               "<style>%s</style></head><body>\n"
               "<h1>fmsim: a simulated FileMaker Server</h1>\n"
               "<p>Database <b>%s</b>, up for %s. Base of the Data API: "
               "<code>/fmi/data/vLatest/databases/%s</code>.</p>\n",
               style, sim->solution->database,
               time_for_people(time_mono_us() - sim->started_us, since), sim->solution->database);
    tables_page(sim, to);
    requests_page(sim, to);
    journal_recent(sim->journal, &lines);
    str_add_text(to, "<h2>Latest effects</h2>\n<pre>");
    html_add(str_span(&lines), to);
    str_add_text(to,
                 "</pre>\n<p><small>This page renews itself every two seconds. Mishaps while it "
                 "runs: <code>curl --data-binary 'do insert 5' …/fmsim/scenario</code>. "
                 "As JSON: <code>/fmsim/status</code>.</small></p>\n</body></html>\n");
}

static void sim_status_json(struct sim *sim, struct answer *answer)
{
    struct json_writer w = JSON_WRITER(&answer->body);

    answer->style = ANSWER_OWN;
    answer->media = "application/json";
    json_open_object(&w);
    json_member_text(&w, "database", sim->solution->database);
    json_member_i64(&w, "up_us", time_mono_us() - sim->started_us);
    json_name(&w, "records");
    json_open_object(&w);
    solution_read_lock(sim->solution);
    for (size_t i = 0; i < sim->solution->table_count; i++)
        json_member_u64(&w, table_plan(sim->solution->tables[i])->name,
                        table_count(sim->solution->tables[i]));
    solution_unlock(sim->solution);
    json_close_object(&w);
    json_name(&w, "requests");
    json_open_object(&w);
    for (enum request_kind kind = REQUEST_OTHER; kind < REQUEST_KINDS; kind++)
        json_member_u64(&w, request_kind_name(kind), sim_counted(&sim->counts[kind]));
    json_close_object(&w);
    json_member_u64(&w, "sessions", sessions_count(sim->sessions));
    json_member_u64(&w, "faults", sim_counted(&sim->faults));
    json_member_u64(&w, "bytes_out", sim_counted(&sim->bytes_out));
    json_close_object(&w);
}

static void scenario_post(struct sim *sim, struct request *request, struct answer *answer)
{
    struct err err;

    answer->style = ANSWER_OWN;
    answer->media = "text/plain; charset=utf-8";
    if (scenario_add(sim, str_span(&request->body), "the request", &err)) {
        str_add_text(&answer->body, "done\n");
        return;
    }
    answer->status = 400;
    str_printf(&answer->body, "%s\n", err.msg);
}

void handle_status(struct sim *sim, struct request *request, struct answer *answer)
{
    bool get = span_is(request->head.method, "GET");

    if (get && !request->route.rest.at)
        status_page(sim, answer);
    else if (get && span_is(request->route.rest, "status"))
        sim_status_json(sim, answer);
    else if (span_is(request->head.method, "POST") && span_is(request->route.rest, "scenario"))
        scenario_post(sim, request, answer);
    else
        answer_web(answer, 404);
}
