/*
 * Writes the place for the signature. All that is open stands above it, each point with a box to
 * tick: nobody is to sign over a difference that stood on another page.
 */
#include "report/parts.h"

#include "document/failure_class.h"
#include "report/checklist.h"
#include "report/forecast.h"
#include "report/html.h"
#include "report/words.h"

#include <assert.h>

/* What is open, gathered before it is written, for its number is told below. */
struct open_points {
    struct {
        char *what, *means;
    } items[16];
    size_t count;
};

static void point_add(struct open_points *points, struct str *what, struct str *means)
{
    assert(points->count < lengthof(points->items));
    points->items[points->count].what = str_take(what);
    points->items[points->count++].means = str_take(means);
}

static void points_clear(struct open_points *points)
{
    for (size_t i = 0; i < points->count; i++) {
        free(points->items[i].what);
        free(points->items[i].means);
    }
}

/* --- the documents -------------------------------------------------------------------------- */

static void census_point(struct open_points *points, const struct status *s)
{
    auto_str what = STR_MAX(KIB(1)), means = STR_MAX(KIB(4));

    if (s->census.at_us > 0)
        return;
    str_add_text(&what, "The documents in FileMaker have not been counted to the end.");
    str_add_text(&means, "So nobody knows whether these are all.");
    point_add(points, &what, &means);
}

static void coming_point(struct open_points *points, const struct status *s)
{
    struct forecast f = forecast_of(s);
    auto_str what = STR_MAX(KIB(1)), means = STR_MAX(KIB(4));

    if (f.coming == 0)
        return;
    words_count(&what, f.coming, "document is", "documents are");
    str_add_text(&what, " still to come.");
    str_add_text(&means, status_run_open(s) ? "A run is under way."
                                            : "No run is under way: “fmferry run” goes on.");
    point_add(points, &what, &means);
}

/* The causes of what failed, the most frequent first. */
static void failed_point(struct open_points *points, const struct status *s)
{
    enum failure_kind causes[FAILURES];
    size_t count = status_causes(s, causes);
    auto_str what = STR_MAX(KIB(1)), means = STR_MAX(KIB(4));

    if (s->states[LEDGER_FAILED] == 0)
        return;
    words_count(&what, s->states[LEDGER_FAILED], "document", "documents");
    str_add_text(&what, " did not arrive, and nobody has given up on them:");
    for (size_t i = 0; i < count; i++) {
        str_add_text(&means, i ? "; " : "");
        words_number_and(&means, status_class_count(s, causes[i]), " × ");
        str_add_text(&means, failure_class_of(causes[i])->meaning);
    }
    str_add_char(&means, '.');
    point_add(points, &what, &means);
}

static void patients_point(struct open_points *points, const struct status *s)
{
    auto_str what = STR_MAX(KIB(1)), means = STR_MAX(KIB(4));

    if (s->unlinked == 0)
        return;
    words_count(&what, s->unlinked, "document has", "documents have");
    str_add_text(&what, " arrived without a patient.");
    if (s->review > 0) {
        str_add_text(&means, "For ");
        words_number_and(&means, s->review, " of them a person has to choose between several.");
    }
    point_add(points, &what, &means);
}

/* --- what contradicts the ledger ------------------------------------------------------------ */

static void rows_point(struct open_points *points, const struct figures *f)
{
    auto_str what = STR_MAX(KIB(1)), means = STR_MAX(KIB(4));

    if (!f->rows_are_known) {
        str_add_text(&what, "The application’s rows were not counted:");
        str_printf(&means, "%s.", f->rows_why);
    } else if (figures_rows_differ(f)) {
        str_add_text(&what, "The application has ");
        words_count(&what, f->rows.rows, "row", "rows");
        str_add_text(&what, " for ");
        words_count(&what, status_stored(f->status), "stored document.", "stored documents.");
        str_add_text(&means, "“fmferry verify” names each.");
    } else {
        return;
    }
    point_add(points, &what, &means);
}

/* The separate reader's findings, or that it has not read all of this. */
static void verified_point(struct open_points *points, const struct verified *v)
{
    auto_str what = STR_MAX(KIB(1)), means = STR_MAX(KIB(4));

    switch (verified_word(v)) {
    case VERIFIED_GOOD:
        return;
    case VERIFIED_NEVER:
        str_add_text(&what, "No separate reader has compared the files.");
        break;
    case VERIFIED_OUTDATED:
        str_add_text(&what, "A run moved documents after they were compared.");
        break;
    case VERIFIED_PARTLY:
        str_add_text(&what, "A separate reader compared only a part.");
        break;
    case VERIFIED_DIFFERS:
        words_count(&what, v->open > 0 ? v->open : (int64_t)v->differences, "difference is",
                    "differences are");
        str_add_text(&what, " not mended.");
        break;
    }
    str_add_text(&means, "“fmferry verify”: ");
    verified_figure(v, &means);
    str_add_char(&means, '.');
    point_add(points, &what, &means);
}

/* A criterion that no sentence above speaks of. */
static void criterion_point(struct open_points *points, const struct checklist_item *criterion)
{
    auto_str what = STR_MAX(KIB(1)), means = STR_MAX(KIB(4));

    if (criterion->met)
        return;
    str_printf(&what, "Not met: %s.", criterion->what);
    str_printf(&means, "%s.", criterion->figure);
    point_add(points, &what, &means);
}

static void criteria_points(struct open_points *points, const struct status *s)
{
    struct checklist_item criteria[CRITERIA];

    checklist_of(s, criteria);
    if (status_stored(s) == 0)
        return; /* what is not there cannot lack anything */
    for (int i = CRITERION_LINKED; i <= CRITERION_MARKED; i++)
        criterion_point(points, &criteria[i]);
}

/* --- the signature -------------------------------------------------------------------------- */

static void open_write(struct html_page *page, const struct open_points *points)
{
    const char *rest = page_fill(page, html_signature_something, PAGE_ROWS("point"));

    for (size_t i = 0; i < points->count; i++)
        page_fill(page, html_signature_point, PAGE_TEXT("what", points->items[i].what),
                  PAGE_TEXT("means", points->items[i].means));
    page_add(page, rest);
}

void signing_write(struct html_page *page, const struct figures *f)
{
    const struct certified *c = &f->certified;
    bool covers = c->run > 0 && c->covers_all
                  && verified_word(&f->status->verified) != VERIFIED_DIFFERS;
    struct open_points points = { 0 };
    const char *rest;

    verified_point(&points, &f->status->verified);
    rows_point(&points, f);
    census_point(&points, f->status);
    coming_point(&points, f->status);
    failed_point(&points, f->status);
    patients_point(&points, f->status);
    criteria_points(&points, f->status);
    rest = page_fill(page, html_signature,
                     PAGE_WHEN("nothing", points.count == 0, html_signature_nothing),
                     PAGE_ROWS("something"));
    if (points.count > 0)
        open_write(page, &points);
    page_fill(page, rest, PAGE_WHEN("certified", covers, html_signature_certified),
              PAGE_WHEN("outdated", c->run > 0 && !covers, html_signature_outdated),
              PAGE_WHEN("uncertified", c->run == 0, html_signature_uncertified),
              PAGE_MOMENT("certified_at", c->at_us), PAGE_TEXT("sha256", c->sha256),
              PAGE_TEXT("sha256_end", c->run > 0 ? c->sha256 + SHA256_HEX_SIZE - 9 : ""),
              PAGE_WHEN("some", points.count > 0, html_signature_some),
              PAGE_WHEN("none", points.count == 0, html_signature_none),
              PAGE_COUNT("points", (int64_t)points.count, "point", "points"));
    points_clear(&points);
}
