/* Probe, settings, versions, sums: for whoever checks this years later. */
#include "report/parts.h"

#include "json/json.h"

/* --- what was remembered -------------------------------------------------------------------- */

static void setting_value_write(struct html_page *page, const struct json_value *value)
{
    switch (value->kind) {
    case JSON_TEXT:
        page_span(page, value->text);
        return;
    case JSON_BOOL:
        page_add(page, span_is(value->text, "true") ? "yes" : "no");
        return;
    case JSON_NULL:
        page_add(page, "–");
        return;
    case JSON_NUMBER:
    case JSON_ARRAY:
    case JSON_OBJECT:
        page_span(page, value->raw);
        return;
    }
    abort();
}

static void row_open(struct html_page *page, const char *name)
{
    page_add(page, "<tr><th scope=\"row\">");
    page_text(page, name);
    page_add(page, "</th><td>");
}

/* A note that is a JSON object is a row for each member, any other is one row. */
static void note_rows(struct html_page *page, const struct source_note *note)
{
    auto_json *json = NULL;
    struct err not_json;

    if (!json_read(span_of(note->value), &json, &not_json)
        || json_root(json)->kind != JSON_OBJECT) {
        row_open(page, note->name);
        page_text(page, note->value);
        page_add(page, "</td></tr>\n");
        return;
    }
    json_each (member, json_root(json)) {
        page_add(page, "<tr><th scope=\"row\">");
        page_text(page, note->name);
        page_add(page, ": ");
        page_span(page, member->name);
        page_add(page, "</th><td>");
        setting_value_write(page, member);
        page_add(page, "</td></tr>\n");
    }
}

static void notes_write(struct html_page *page, const struct figures *f)
{
    page_add(page, "<section id=\"probe\">\n<h2>What was found out about the store and the "
                   "source</h2>\n");
    if (f->note_count == 0) {
        page_add(page, "<p>Nothing was noted.</p>\n</section>\n");
        return;
    }
    page_add(page, "<table class=\"list\"><thead><tr><th scope=\"col\">What</th><th scope=\"col\">"
                   "Found</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < f->note_count; i++)
        note_rows(page, &f->notes[i]);
    page_add(page, "</tbody></table>\n</section>\n");
}

/* --- settings and versions ------------------------------------------------------------------ */

static void settings_table(struct html_page *page, const struct report_settings *settings)
{
    page_add(page, "<section id=\"settings\">\n<h2>Settings</h2>\n<p>As they were when this was "
                   "written. Secrets are named in the configuration, never written in it, and "
                   "are not here. What is empty is left out.</p>\n<table "
                   "class=\"list\"><thead><tr><th scope=\"col\">Setting"
                   "</th><th scope=\"col\">Value</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < settings->setting_count; i++) {
        const struct report_setting *one = &settings->settings[i];

        if (!*one->value)
            continue;
        page_add(page, "<tr><th scope=\"row\">[");
        page_text(page, one->section);
        page_add(page, "] ");
        page_text(page, one->name);
        page_add(page, "</th><td>");
        page_text(page, one->value);
        page_add(page, "</td></tr>\n");
    }
    page_add(page, "</tbody></table>\n</section>\n");
}

/* Of a program that moved something or decided; who verified has a row of his own. */
static bool version_is_new(const struct status *s, size_t run)
{
    if (strcmp(s->runs[run].kind, "verify") == 0)
        return false;
    for (size_t i = 0; i < run; i++)
        if (strcmp(s->runs[i].kind, "verify") != 0
            && strcmp(s->runs[i].version, s->runs[run].version) == 0)
            return false;
    return true;
}

/* With what is needed to tell the certificate's file from any other. */
static void verifier_row(struct html_page *page, const struct verified *v)
{
    if (v->run == 0)
        return;
    row_open(page, "the last verification was made by");
    page_add(page, "fmferry ");
    page_text(page, v->version);
    if (*v->certificate) {
        page_add(page, "; its certificate is the file with the SHA-256 ");
        page_text(page, v->certificate);
    }
    page_add(page, "</td></tr>\n");
}

static void versions_write(struct html_page *page, const struct figures *f,
                           const struct report_settings *settings)
{
    const struct status *s = f->status;
    const char *between = "";

    page_add(page,
             "<section id=\"versions\">\n<h2>Versions</h2>\n<table class=\"list\"><thead><tr>"
             "<th scope=\"col\">What</th><th scope=\"col\">Version</th></tr></thead><tbody>\n");
    row_open(page, "this report was written by");
    page_add(page, "fmferry ");
    page_text(page, settings->version);
    page_add(page, "</td></tr>\n");
    row_open(page, "the documents were moved by");
    page_add(page, "fmferry ");
    for (size_t i = 0; i < s->run_count; i++) {
        if (!version_is_new(s, i))
            continue;
        page_add(page, between);
        page_text(page, s->runs[i].version);
        between = ", ";
    }
    page_add(page, "</td></tr>\n");
    verifier_row(page, &s->verified);
    row_open(page, "the ledger stands in");
    page_text(page, f->database);
    page_add(page, "</td></tr>\n</tbody></table>\n</section>\n");
}

/* --- sums ----------------------------------------------------------------------------------- */

static void sums_write(struct html_page *page, const struct balance *b)
{
    page_add(page, "<section id=\"sums\">\n<h2>Sums that balance</h2>\n<p>Each figure was reached "
                   "on two ways before the first line of this report was written.</p>\n"
                   "<table class=\"list\"><thead><tr><th scope=\"col\">Figure</th><th "
                   "scope=\"col\" class=\"n\">One way</th><th scope=\"col\" class=\"n\">The other"
                   "</th><th scope=\"col\">The two ways</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < b->count; i++) {
        page_add(page, "<tr><th scope=\"row\">");
        page_text(page, b->sums[i].what);
        page_add(page, "</th><td class=\"n\">");
        page_number(page, b->sums[i].here);
        page_add(page, "</td><td class=\"n\">");
        page_number(page, b->sums[i].there);
        page_add(page, "</td><td>");
        page_text(page, b->sums[i].how);
        page_add(page, "</td></tr>\n");
    }
    page_add(page, "</tbody></table>\n</section>\n");
}

void appendix_write(struct html_page *page, const struct figures *f, const struct balance *b,
                    const struct report_settings *settings)
{
    notes_write(page, f);
    settings_table(page, settings);
    versions_write(page, f, settings);
    sums_write(page, b);
}
