/* Writes what a check needs years later: findings, settings, versions, sums. */
#include "report/parts.h"

#include "report/html.h"
#include "json/json.h"

/* --- notes ---------------------------------------------------------------------------------- */

/* A member's value as people read it. */
static struct span member_words(const struct json_value *value)
{
    switch (value->kind) {
    case JSON_TEXT:
        return value->text;
    case JSON_BOOL:
        return span_of(span_is(value->text, "true") ? "yes" : "no");
    case JSON_NULL:
        return span_of("–");
    case JSON_NUMBER:
    case JSON_ARRAY:
    case JSON_OBJECT:
        return value->raw;
    }
    abort();
}

static void note_row(struct html_page *page, const char *note, struct span member,
                     struct span value)
{
    page_fill(page, html_notes_row, PAGE_TEXT("note", note),
              PAGE_WHEN("of", member.size > 0, html_notes_of), PAGE_SPAN("member", member),
              PAGE_SPAN("value", value));
}

/* A note that is a JSON object is a row for each member, any other is one row. */
static void note_rows(struct html_page *page, const struct source_note *note)
{
    auto_json *json = NULL;
    struct err not_json;

    if (!json_read(span_of(note->value), &json, &not_json)
        || json_root(json)->kind != JSON_OBJECT) {
        note_row(page, note->name, SPAN_NONE, span_of(note->value));
        return;
    }
    json_each (member, json_root(json))
        note_row(page, note->name, member->name, member_words(member));
}

static void notes_write(struct html_page *page, const struct figures *f)
{
    bool none = f->note_count == 0;
    const char *rest = page_fill(page, html_notes, PAGE_WHEN("nothing", none, html_notes_nothing),
                                 PAGE_ROWS("something"));

    if (!none) {
        const char *table = page_fill(page, html_notes_something, PAGE_ROWS("row"));

        for (size_t i = 0; i < f->note_count; i++)
            note_rows(page, &f->notes[i]);
        page_add(page, table);
    }
    page_add(page, rest);
}

/* --- settings and versions ------------------------------------------------------------------ */

static void settings_table(struct html_page *page, const struct report_settings *settings)
{
    const char *rest = page_fill(page, html_settings, PAGE_ROWS("row"));

    for (size_t i = 0; i < settings->setting_count; i++) {
        const struct report_setting *one = &settings->settings[i];

        if (*one->value)
            page_fill(page, html_settings_row, PAGE_TEXT("section", one->section),
                      PAGE_TEXT("name", one->name), PAGE_TEXT("value", one->value));
    }
    page_add(page, rest);
}

/*
 * Whether no earlier run had this version. Verifications do not count: they have a row of their
 * own.
 */
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

static void versions_write(struct html_page *page, const struct figures *f,
                           const struct report_settings *settings)
{
    const struct status *s = f->status;
    const struct verified *v = &s->verified;
    auto_str movers = STR_MAX(KIB(64));

    for (size_t i = 0; i < s->run_count; i++)
        if (version_is_new(s, i))
            str_printf(&movers, "%s%s", movers.size ? ", " : "", s->runs[i].version);
    page_fill(page, html_versions, PAGE_TEXT("version", settings->version),
              PAGE_SPAN("movers", str_span(&movers)),
              PAGE_WHEN("verified", v->run > 0, html_versions_verified),
              PAGE_TEXT("verifier", v->version),
              PAGE_WHEN("certified", *v->certificate, html_versions_certified),
              PAGE_TEXT("certificate", v->certificate), PAGE_TEXT("database", f->database));
}

/* --- sums ----------------------------------------------------------------------------------- */

static void sums_write(struct html_page *page, const struct balance *b)
{
    const char *rest = page_fill(page, html_sums, PAGE_ROWS("row"));

    for (size_t i = 0; i < b->count; i++)
        page_fill(page, html_sums_row, PAGE_TEXT("what", b->sums[i].what),
                  PAGE_NUMBER("here", b->sums[i].here), PAGE_NUMBER("there", b->sums[i].there),
                  PAGE_TEXT("ways", b->sums[i].how));
    page_add(page, rest);
}

void appendix_write(struct html_page *page, const struct figures *f, const struct balance *b,
                    const struct report_settings *settings)
{
    notes_write(page, f);
    settings_table(page, settings);
    versions_write(page, f, settings);
    sums_write(page, b);
}
