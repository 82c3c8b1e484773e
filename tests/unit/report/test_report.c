/* The report over ledgers of every kind: each cause named, each sum checked, nothing trusted. */
#include "report/report.h"

#include "base/csv.h"
#include "base/fs.h"
#include "base/mem.h"
#include "cmd/shown.h"
#include "document/failure_class.h"
#include "folder.h"
#include "ledger/documents.h"
#include "ledger/runs.h"
#include "report/documents.h"
#include "report/page.h"
#include "report/plot.h"
#include "tap.h"
#include "json/json.h"

struct place {
    char *folder;
    struct cancel *cancel;
    struct ledger *ledger;
    struct ledger_change change;
};

static const struct report_settings settings = {
    .status = { .name = "Clinic/<Docs>",
                .layout = "API_Docs",
                .price_per_gb_month = 0.025,
                .currency = "AUD",
                .has_mark = true },
    .version = "0.1",
};

static struct place place_new(void)
{
    static const struct ledger_process process = {
        .machine = "machine", .host = "host", .pid = 1, .version = "0.1", .kind = "run"
    };
    char *folder = folder_new();
    auto_free char *url = mem_printf("sqlite:%s/ledger.db", folder);
    struct place place = { folder, cancel_new(), NULL, { 0 } };
    int64_t run;
    struct err err = { 0 };

    if (!ledger_open(url, "source", place.cancel, &place.ledger, &err)
        || !ledger_begin(place.ledger, &place.change, &err)
        || !ledger_run_begin(place.ledger, &process, &run, &err))
        abort();
    return place;
}

static void place_end(struct place *place)
{
    auto_change_cleanup(&place->change);
    ledger_close(place->ledger);
    cancel_free(place->cancel);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* A document that failed with a class. */
static void fail(struct place *place, uint64_t record_id, const char *class, const char *type)
{
    char identity[24];
    struct ledger_census_entry sighting = { .repetition = 1,
                                            .record_id = record_id,
                                            .mod_id = 1,
                                            .type = span_of(type),
                                            .storage = "embedded" };
    struct err why = { .kind = ERR_REMOTE, .code = 404, .msg = "it said <no> & \"never\"" };
    struct ledger_attempt attempt = { "fetch", class, &why, 7, true };
    struct ledger_trait trait = { span_of("03/03/2015"), span_of("Ada"), span_of("") };
    struct ledger_claim claim = { 0 };
    enum ledger_upsert_result seen;
    uint64_t elsewhere;
    size_t count = 0;
    struct err err = { 0 };

    sighting.identity = (struct span){ identity, (size_t)snprintf(identity, sizeof identity,
                                                                  "id-%ju", (uintmax_t)record_id) };
    CHECK_AT(record_id, ledger_census_upsert(place->ledger, &sighting, &seen, &elsewhere, &err)
                            && ledger_claim(place->ledger, 0, false, 1, &claim, &count, &err)
                            && count == 1
                            && ledger_fail(place->ledger, &claim, &attempt, &trait, &err));
    CHECK_STR(err.msg, "");
    ledger_claim_clear(&claim);
}

/* The report as a text, or the reason why there is none. */
static bool report_of(struct place *place, struct str *to, struct err *err)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&bytes, &size);
    bool good = file && report_write(place->ledger, &settings, file, err);

    CHECK(file && fclose(file) == 0);
    str_add(to, bytes, size);
    free(bytes);
    return good;
}

static bool has(const struct str *text, const char *words)
{
    return strstr(str_text(text), words) != NULL;
}

TEST(every_cause_is_told)
{
    auto_place place = place_new();
    auto_str text = STR_MAX(MIB(4));
    struct err err = { 0 };

    for (size_t i = 0; i < FAILURES; i++)
        fail(&place, i * 100 + 1, failure_class_of((enum failure_kind)i)->name, "Letter");
    CHECK(ledger_commit(&place.change, &err));
    CHECK(report_of(&place, &text, &err));
    CHECK_STR(err.msg, "");
    for (size_t i = 0; i < FAILURES; i++) {
        const struct failure_class *policy = failure_class_of((enum failure_kind)i);
        auto_free char *cell = mem_printf("<strong>%s</strong>", policy->name);
        auto_free char *plot = mem_printf("<th scope=\"row\">%s</th>", policy->name);

        CHECK_AT(i, has(&text, cell) && has(&text, plot));
        CHECK_AT(i, strchr(policy->meaning, '\'') || has(&text, policy->meaning));
    }
    CHECK(has(&text, "other causes") && has(&text, "it said &lt;no&gt; &amp; &quot;never&quot;"));
    CHECK(has(&text, "Clinic/&lt;Docs&gt;") && !has(&text, "<no>") && !has(&text, "<Docs>"));
}

TEST(an_empty_ledger_has_a_report)
{
    auto_place place = place_new();
    auto_str text = STR_MAX(MIB(4));
    struct err err = { 0 };

    CHECK(ledger_commit(&place.change, &err));
    CHECK(report_of(&place, &text, &err));
    CHECK_STR(err.msg, "");
    CHECK(has(&text, "Nobody can say yet.") && !has(&text, "NaN") && !has(&text, "nan"));
}

/* The ledger's tables must agree with its tallies and its chains. */
TEST(sums_that_do_not_balance_are_named)
{
    static const struct {
        const char *statement, *words;
    } cases[] = {
        { "update fmferry_document set state = 'gone' where record_id = 1", "documents by state" },
        { "update fmferry_document set type = 'Other' where record_id = 1", "documents by state" },
        { "update fmferry_tally set documents = documents + 1, bytes = 0 where state = 'failed'",
          "documents by state" },
        { "update fmferry_audit set became = 'done' where after = 'failed'", "documents done" },
        { "delete from fmferry_audit where after = 'failed'", "documents claimed" },
        { "update fmferry_document set class = '' where record_id = 1", "documents by state" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct sql_text statement = { "alter", cases[i].statement, NULL };
        auto_place place = place_new();
        auto_str text = STR_MAX(MIB(4));
        struct err err = { 0 };

        fail(&place, 1, "container-empty", "Letter");
        CHECK_AT(i, ledger_commit(&place.change, &err)
                        && sql_run(ledger_sql(place.ledger), &statement, SQL_NO_ARGS, &err));
        CHECK_AT(i, !report_of(&place, &text, &err) && err.kind == ERR_DATA && text.size == 0);
        CHECK_AT(i, strstr(err.msg, "do not balance") && strstr(err.msg, cases[i].words));
    }
}

TEST(a_report_that_cannot_be_written_says_so)
{
    auto_place place = place_new();
    FILE *full = fopen("/dev/full", "w");
    struct err err = { 0 };

    if (!full)
        SKIP("there is no /dev/full");
    CHECK(ledger_commit(&place.change, &err));
    CHECK(!report_write(place.ledger, &settings, full, &err) && err.kind == ERR_OS);
    err = (struct err){ 0 };
    CHECK(!documents_write(place.ledger, DOCUMENTS_CSV, full, &err) && err.kind == ERR_OS);
    (void)fclose(full);
}

/* --- every document ------------------------------------------------------------------------- */

static void documents_of(struct place *place, enum documents_form form, struct str *to)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&bytes, &size);
    struct err err = { 0 };

    CHECK(file && documents_write(place->ledger, form, file, &err));
    CHECK_STR(err.msg, "");
    CHECK(fclose(file) == 0);
    str_add(to, bytes, size);
    free(bytes);
}

TEST(documents_are_listed)
{
    auto_place place = place_new();
    auto_str as_json = STR_MAX(MIB(1)), as_csv = STR_MAX(MIB(1));
    auto_json *json = NULL;
    auto_csv *csv = NULL;
    struct err err = { 0 };
    size_t rows = 0;

    fail(&place, 1, "container-empty", "=cmd()");
    fail(&place, 2, "integrity", "a \"b\"\nc");
    CHECK(ledger_commit(&place.change, &err));
    documents_of(&place, DOCUMENTS_JSON, &as_json);
    documents_of(&place, DOCUMENTS_CSV, &as_csv);
    CHECK(json_read(str_span(&as_json), &json, &err) && json_root(json)->count == 2);
    CHECK(has(&as_json, "\"recordId\":2,\"id\":null,\"identity\":\"id-2\",\"id_Contact\":null,"
                        "\"Type\":\"a \\\"b\\\"\\nc\""));
    csv = csv_new(str_span(&as_csv));
    while (csv_next(csv, &err) == STEP_ROW) {
        CHECK_AT(rows, csv_count(csv) == 23);
        CHECK_AT(rows, rows != 1 || span_is(csv_cell(csv, 4), " =cmd()"));
        CHECK_AT(rows, rows != 2 || span_is(csv_cell(csv, 4), "a \"b\" c"));
        rows++;
    }
    CHECK(rows == 3);
}

/* --- templates ------------------------------------------------------------------------------ */

/* A page in memory. */
struct written {
    char *bytes;
    size_t size;
    FILE *file;
    struct html_page *page;
};

static void written_begin(struct written *w)
{
    *w = (struct written){ 0 };
    w->file = open_memstream(&w->bytes, &w->size);
    w->page = page_new(w->file);
}

static void written_end(struct written *w, struct str *to)
{
    struct err err = { 0 };

    CHECK(page_end(w->page, &err) && fclose(w->file) == 0);
    page_free(w->page);
    str_add(to, w->bytes, w->size);
    free(w->bytes);
}

TEST(places_are_filled)
{
    auto_str text = STR_MAX(KIB(4));
    struct written w;
    const char *rest;

    written_begin(&w);
    rest = page_fill(w.page, "<p>{{who}} has {{files}}{{late}}{{not}}</p>{{rows}}<b>{{who}}</b>",
                     PAGE_TEXT("who", "<i>&\"'"), PAGE_COUNT("files", 1234, "file", "files"),
                     PAGE_WHEN("late", true, ", {{share}}"), PAGE_WHEN("not", false, "never"),
                     PAGE_SHARE("share", 1, 2), PAGE_ROWS("rows"));
    page_add(w.page, "<hr>");
    CHECK_STR(rest, "<b>{{who}}</b>");
    CHECK_STR(page_fill(w.page, rest, PAGE_ID("who", 1234)), "");
    written_end(&w, &text);
    CHECK_STR(str_text(&text), "<p>&lt;i&gt;&amp;&quot;&#39; has 1,234 files, 50.0%</p><hr>"
                               "<b>1234</b>");
}

/* --- plots ---------------------------------------------------------------------------------- */

static void chart_of(const struct chart *chart, struct str *to)
{
    struct written w;

    written_begin(&w);
    plot_write(w.page, chart);
    written_end(&w, to);
}

/* Every form of plot takes nothing, one point, and gaps. */
TEST(plots_of_little)
{
    static const char *const labels[] = { "a", "<b>", "c" };
    static const double nothing[] = { 0, 0, 0 }, gaps[] = { 5, -1, 1e9 };
    static const double *const values[] = { nothing, gaps };
    static const enum chart_form forms[] = { CHART_COLUMNS, CHART_ROWS, CHART_LINES, CHART_AREAS };

    for (size_t f = 0; f < lengthof(forms); f++) {
        for (size_t v = 0; v < lengthof(values); v++) {
            for (size_t points = 1; points <= 3; points++) {
                struct chart_series series = { "s", "good", values[v] };
                auto_str text = STR_MAX(KIB(64));

                chart_of(&(struct chart){ .form = forms[f],
                                          .id = "x",
                                          .title = "T",
                                          .summary = "S",
                                          .x_name = "X",
                                          .y_name = "Y",
                                          .unit = chart_unit_count,
                                          .labels = labels,
                                          .point_count = points,
                                          .series = &series,
                                          .series_count = 1 },
                         &text);
                CHECK_AT(points, has(&text, "</svg>") && !has(&text, "nan") && !has(&text, "inf"));
                CHECK_AT(points, !has(&text, "<b>") && !has(&text, "height=\"-"));
            }
        }
    }
}

/* --- settings ------------------------------------------------------------------------------- */

TEST(no_secret_is_shown)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "https://fms.example.com", "https://fms.example.com" },
        { "postgresql://nexus@db/nexus", "postgresql://nexus@db/nexus" },
        { "postgresql://nexus:hunter2@db:5432/nexus", "postgresql://nexus:***@db:5432/nexus" },
        { "postgresql://nexus:hun@ter2@db/nexus", "postgresql://nexus:***@db/nexus" },
        { "postgresql://db/nexus?password=hunter2", "postgresql://db/nexus?***" },
        { "postgresql://u:hunter2@db?sslmode=x", "postgresql://u:***@db?***" },
        { "https://u:hunter2@proxy", "https://u:***@proxy" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str shown = STR_MAX(KIB(1));

        shown_text(&shown, cases[i].text);
        CHECK_STR(str_text(&shown), cases[i].shown);
    }
}

TEST(every_setting_is_shown)
{
    auto_folder *folder = folder_new();
    auto_free char *path = folder_path(folder, "fmferry.ini");
    auto_settings configured = { 0 };
    struct report_setting *shown;
    struct err err = { 0 };
    size_t count, found = 0;

    CHECK(fs_write(path,
                   span_of("[source]\npassword_command = pass show hunter2\n"
                           "[run]\nworkers = 7\n"),
                   0600, &err));
    CHECK(settings_read(path, &configured, &err));
    shown_settings(&configured, &shown, &count);
    for (size_t i = 0; i < count; i++) {
        CHECK_AT(i, strstr(shown[i].value, "hunter2") == NULL);
        found += strcmp(shown[i].name, "layout") == 0 && strstr(shown[i].value, "API_") != NULL;
        found += strcmp(shown[i].name, "workers") == 0 && strcmp(shown[i].value, "7") == 0;
        found += strcmp(shown[i].value, "(a command, not shown)") == 0;
    }
    CHECK(count > 40 && found == 4);
    shown_free(shown, count);
}
