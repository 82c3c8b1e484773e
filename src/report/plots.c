/*
 * Makes the plots from the figures, each from arrays on the stack; nothing here reads the ledger.
 */
#include "report/parts.h"

#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "document/failure_class.h"
#include "report/html.h"
#include "report/plot.h"
#include "report/words.h"

enum { TYPES_SHOWN = 15, CAUSES_SHOWN = 5, LABEL_SIZE = 160, RUN_LINES = 12, TICKS_MAX = 10 };

/* Labels for the points of one plot. */
struct labels {
    char (*texts)[LABEL_SIZE];
    const char **pointers;
};

static struct labels labels_new(size_t count)
{
    struct labels labels = { mem_zero((count + 1) * LABEL_SIZE),
                             mem_zero((count + 1) * sizeof(char *)) };

    for (size_t i = 0; i < count; i++)
        labels.pointers[i] = labels.texts[i];
    return labels;
}

static void labels_clear(struct labels *labels)
{
    free(labels->texts);
    free(labels->pointers);
}

#define auto_labels __attribute__((cleanup(labels_clear))) struct labels

static void label_set(struct labels *labels, size_t at, const struct str *text)
{
    (void)snprintf(labels->texts[at], LABEL_SIZE, "%s", str_text(text));
}

/* --- by year -------------------------------------------------------------------------------- */

/* Fills in the years between the first and the last that have no documents. */
static size_t years_fill(const struct figures *f, struct labels *labels, double *rows)
{
    size_t count = 0;
    int last = 0;

    for (size_t i = 0; i < f->year_count; i++) {
        const struct year_rows *year = &f->years[i];

        while (last && year->year - last > 1 && year->year - last < 60 && count < YEARS_MAX) {
            (void)snprintf(labels->texts[count], LABEL_SIZE, "%d", ++last);
            rows[count++] = 0;
        }
        if (count == YEARS_MAX)
            break;
        last = year->year;
        (void)snprintf(labels->texts[count], LABEL_SIZE, "%d", year->year);
        rows[count++] = (double)year->rows;
    }
    return count;
}

static void by_year(struct html_page *page, const struct figures *f)
{
    auto_labels labels = labels_new(YEARS_MAX);
    auto_str summary = STR_MAX(KIB(1));
    double rows[YEARS_MAX];
    struct chart_series series = { "documents", "plain", rows };
    size_t count = years_fill(f, &labels, rows);

    if (!f->rows_are_known || count == 0)
        return;
    str_add_text(&summary, "Documents in the application by the year of their date");
    if (f->rows.rows > f->rows.dated) {
        str_add_text(&summary, "; ");
        words_number_and(&summary, f->rows.rows - f->rows.dated,
                         f->rows.rows - f->rows.dated == 1 ? " has" : " have");
        str_add_text(&summary, " no date that could be read");
    }
    str_add_char(&summary, '.');
    plot_write(page, &(struct chart){ .form = CHART_COLUMNS,
                                      .id = "by-year",
                                      .title = "Documents by year",
                                      .summary = str_text(&summary),
                                      .x_name = "Year of the document",
                                      .y_name = "documents",
                                      .unit = chart_unit_count,
                                      .labels = labels.pointers,
                                      .point_count = count,
                                      .series = &series,
                                      .series_count = 1 });
}

/* --- by type -------------------------------------------------------------------------------- */

static void type_label(struct labels *labels, size_t at, const char *type)
{
    auto_str text = STR_MAX(LABEL_SIZE - 1);

    words_clean(&text, utf8_first(span_of(*type ? type : "(no type)"), LABEL_SIZE / 4));
    label_set(labels, at, &text);
}

static void by_type(struct html_page *page, const struct status *s)
{
    auto_labels labels = labels_new(TYPES_SHOWN + 1);
    double done[TYPES_SHOWN + 1] = { 0 }, failed[TYPES_SHOWN + 1] = { 0 };
    double rest[TYPES_SHOWN + 1] = { 0 };
    struct chart_series series[] = { { "arrived", "good", done },
                                     { "did not arrive", "bad", failed },
                                     { "to come, or given up", "away", rest } };
    size_t count = s->type_count < TYPES_SHOWN ? s->type_count : TYPES_SHOWN;

    for (size_t i = 0; i < s->type_count; i++) {
        size_t at = i < TYPES_SHOWN ? i : TYPES_SHOWN;
        const struct type_row *row = &s->types[i];

        if (at < TYPES_SHOWN)
            type_label(&labels, at, row->type);
        done[at] += (double)row->done;
        failed[at] += (double)row->failed;
        rest[at] += (double)(row->total - row->done - row->failed);
    }
    if (s->type_count > TYPES_SHOWN)
        (void)snprintf(labels.texts[count++], LABEL_SIZE, "%zu other types",
                       s->type_count - TYPES_SHOWN);
    if (count)
        plot_write(page, &(struct chart){ .form = CHART_ROWS,
                                          .id = "by-type",
                                          .title = "Documents by type",
                                          .summary = "All documents of the source, the most "
                                                     "frequent types first.",
                                          .x_name = "Type",
                                          .y_name = "documents",
                                          .unit = chart_unit_count,
                                          .labels = labels.pointers,
                                          .point_count = count,
                                          .series = series,
                                          .series_count = lengthof(series) });
}

/* --- by size -------------------------------------------------------------------------------- */

static void by_size(struct html_page *page, const struct figures *f)
{
    static const char *const names[LEDGER_SIZES] = { "below 1 kB", "1–3 kB",       "3–10 kB",
                                                     "10–30 kB",   "30–100 kB",    "0.1–0.3 MB",
                                                     "0.3–1 MB",   "1–3 MB",       "3–10 MB",
                                                     "10–30 MB",   "30–100 MB",    "0.1–0.3 GB",
                                                     "0.3–1 GB",   "1 GB and more" };
    auto_str summary = STR_MAX(KIB(1));
    double documents[LEDGER_SIZES];
    int first = 0, last = LEDGER_SIZES - 1;
    struct chart_series series = { "documents", "plain", documents };

    for (int i = 0; i < LEDGER_SIZES; i++)
        documents[i] = (double)f->sizes[i].documents;
    while (first < last && documents[first] <= 0)
        first++;
    while (last > first && documents[last] <= 0)
        last--;
    if (status_stored(f->status) == 0)
        return;
    series.values = documents + first;
    words_number_and(&summary, status_stored(f->status), " documents in the store, ");
    words_bytes(&summary, f->status->bytes_stored);
    str_add_text(&summary, " together, ");
    words_bytes(&summary, f->status->bytes_stored / status_stored(f->status));
    str_add_text(&summary, " on average.");
    plot_write(page, &(struct chart){ .form = CHART_ROWS,
                                      .id = "by-size",
                                      .title = "Documents by size",
                                      .summary = str_text(&summary),
                                      .x_name = "Size",
                                      .y_name = "documents",
                                      .unit = chart_unit_count,
                                      .labels = names + first,
                                      .point_count = (size_t)(last - first + 1),
                                      .series = &series,
                                      .series_count = 1 });
}

/* --- over time ------------------------------------------------------------------------------ */

/* The axis that the plots over time share, and where runs begin on it. */
struct axis {
    struct labels labels, run_labels, tick_labels;
    size_t runs[RUN_LINES];
    size_t run_count;
    struct chart_tick ticks[TICKS_MAX + 1];
    size_t tick_count;
};

static void axis_clear(struct axis *axis)
{
    labels_clear(&axis->labels);
    labels_clear(&axis->run_labels);
    labels_clear(&axis->tick_labels);
}

#define auto_axis __attribute__((cleanup(axis_clear))) struct axis

/* Marks the runs; only the last ones if there are too many to be told apart. */
static void axis_runs(struct axis *axis, const struct tempo *t)
{
    size_t moving = 0, passed = 0;

    for (size_t i = 0; i < t->run_count; i++)
        moving += t->runs[i].length_us > 0;
    for (size_t i = 0; i < t->run_count; i++) {
        const struct tempo_run *run = &t->runs[i];

        if (run->length_us == 0 || ++passed + RUN_LINES <= moving)
            continue;
        (void)snprintf(axis->run_labels.texts[axis->run_count], LABEL_SIZE, "run %jd",
                       (intmax_t)run->run);
        axis->runs[axis->run_count++] =
            (size_t)((double)run->at_us * (double)t->bin_count / (double)t->total_us);
    }
}

/* Ticks at whole seconds, minutes or hours, wherever the points between are. */
static void axis_ticks(struct axis *axis, const struct tempo *t)
{
    int64_t step_us = chart_time_step(t->total_us, TICKS_MAX);

    for (int64_t at_us = 0; at_us <= t->total_us; at_us += step_us) {
        double at = (double)at_us * (double)t->bin_count / (double)t->total_us;
        auto_str text = STR_MAX(LABEL_SIZE - 1);

        if (at > (double)(t->bin_count - 1))
            return; /* right of the last point */
        chart_unit_duration(&text, (double)at_us);
        label_set(&axis->tick_labels, axis->tick_count, &text);
        axis->ticks[axis->tick_count] =
            (struct chart_tick){ at, axis->tick_labels.pointers[axis->tick_count] };
        axis->tick_count++;
    }
}

static struct axis axis_new(const struct tempo *t)
{
    struct axis axis = { .labels = labels_new(TEMPO_BINS),
                         .run_labels = labels_new(RUN_LINES),
                         .tick_labels = labels_new(TICKS_MAX + 1) };

    for (size_t i = 0; i < t->bin_count; i++)
        (void)time_for_people(t->total_us / (int64_t)t->bin_count * (int64_t)i,
                              axis.labels.texts[i]);
    (void)snprintf(axis.labels.texts[0], LABEL_SIZE, "0");
    axis_runs(&axis, t);
    axis_ticks(&axis, t);
    return axis;
}

static struct chart over_time(const struct axis *axis, const struct tempo *t)
{
    return (struct chart){ .x_name = "Working time, all runs one after another",
                           .labels = axis->labels.pointers,
                           .point_count = t->bin_count,
                           .ticks = axis->ticks,
                           .tick_count = axis->tick_count,
                           .lines = axis->runs,
                           .line_labels = axis->run_labels.pointers,
                           .line_count = axis->run_count };
}

static void progress_plot(struct html_page *page, const struct figures *f, const struct axis *axis)
{
    double done[TEMPO_BINS], failed[TEMPO_BINS], done_now = 0, failed_now = 0;
    struct chart_series series[] = { { "arrived", "good", done },
                                     { "did not arrive", "bad", failed } };
    struct chart chart = over_time(axis, f->tempo);
    auto_str summary = STR_MAX(KIB(1));
    char took[TIME_TEXT_SIZE];

    for (size_t i = 0; i < f->tempo->bin_count; i++) {
        done_now += (double)f->tempo->bins[i].done;
        failed_now += (double)f->tempo->bins[i].failed;
        done[i] = done_now > 0 ? done_now : 0;
        failed[i] = failed_now > 0 ? failed_now : 0;
    }
    words_number(&summary, f->status->states[LEDGER_DONE]);
    str_printf(&summary, " documents arrived in %s of work.",
               time_for_people(f->tempo->total_us, took));
    chart.form = CHART_AREAS;
    chart.id = "progress";
    chart.title = "Progress over time";
    chart.summary = str_text(&summary);
    chart.unit = chart_unit_count;
    chart.series = series;
    chart.series_count = lengthof(series);
    plot_write(page, &chart);
}

static void rate_plot(struct html_page *page, const struct figures *f, const struct axis *axis)
{
    double rates[TEMPO_BINS],
        bin_s = (double)f->tempo->total_us / (double)f->tempo->bin_count / 1e6;
    struct chart_series series = { "documents a second", "plain", rates };
    struct chart chart = over_time(axis, f->tempo);
    auto_str summary = STR_MAX(KIB(1));

    for (size_t i = 0; i < f->tempo->bin_count; i++)
        rates[i] = bin_s > 0 ? (double)f->tempo->bins[i].settled / bin_s : 0;
    str_printf(&summary,
               "Documents that were settled, whether they arrived or not: %.1f a second "
               "on average.",
               (double)f->tempo->settled * 1e6 / (double)f->tempo->total_us);
    chart.form = CHART_LINES;
    chart.id = "rate";
    chart.title = "Rate";
    chart.summary = str_text(&summary);
    chart.unit = chart_unit_rate;
    chart.series = &series;
    chart.series_count = 1;
    plot_write(page, &chart);
}

static void latency_plot(struct html_page *page, const struct figures *f, const struct axis *axis)
{
    double medians[TEMPO_BINS], p95s[TEMPO_BINS];
    struct chart_series series[] = { { "half took less than", "plain", medians },
                                     { "95 of 100 took less than", "wait", p95s } };
    struct chart chart = over_time(axis, f->tempo);
    auto_str summary = STR_MAX(KIB(1));
    char median[TIME_TEXT_SIZE], p95[TIME_TEXT_SIZE];

    for (size_t i = 0; i < f->tempo->bin_count; i++) {
        bool any = f->tempo->bins[i].median_us > 0;

        medians[i] = any ? (double)f->tempo->bins[i].median_us : -1;
        p95s[i] = any ? (double)f->tempo->bins[i].p95_us : -1;
    }
    str_printf(&summary,
               "From a document’s claim to its proof, with the wait for a free worker: "
               "half took less than %s, 95 of 100 less than %s.",
               time_for_people(f->tempo->median_us, median),
               time_for_people(f->tempo->p95_us, p95));
    chart.form = CHART_LINES;
    chart.id = "latency";
    chart.title = "Time per document";
    chart.summary = str_text(&summary);
    chart.unit = chart_unit_duration;
    chart.series = series;
    chart.series_count = lengthof(series);
    plot_write(page, &chart);
}

/* --- failures ------------------------------------------------------------------------------- */

static void by_cause(struct html_page *page, const struct status *s,
                     const enum failure_kind *causes, size_t count)
{
    const char *labels[FAILURES];
    double documents[FAILURES];
    struct chart_series series = { "documents", "bad", documents };

    for (size_t i = 0; i < count; i++) {
        labels[i] = failure_class_of(causes[i])->name;
        documents[i] = (double)status_class_count(s, causes[i]);
    }
    plot_write(page, &(struct chart){ .form = CHART_ROWS,
                                      .id = "by-cause",
                                      .title = "Failures by cause",
                                      .summary = "Documents, not attempts.",
                                      .x_name = "Cause",
                                      .y_name = "documents",
                                      .unit = chart_unit_count,
                                      .labels = labels,
                                      .point_count = count,
                                      .series = &series,
                                      .series_count = 1 });
}

static void place_labels(struct labels *labels, const struct figures *f)
{
    for (size_t p = 0; p < PLACES; p++) {
        auto_str text = STR_MAX(LABEL_SIZE - 1);

        words_number(&text, f->first_record + (int64_t)p * f->records_per_place);
        label_set(labels, p, &text);
    }
}

/* Ticks at round numbers of records. A column holds several, and its middle is a point. */
static size_t place_ticks(struct labels *labels, const struct figures *f,
                          struct chart_tick ticks_r[TICKS_MAX + 1])
{
    int64_t step = 1, record;
    size_t count = 0;

    for (int digit = 0; (f->last_record - f->first_record) / step >= TICKS_MAX; digit++)
        step = digit % 3 == 1 ? step / 2 * 5 : step * 2; /* 1, 2, 5, 10 */
    record = (f->first_record + step - 1) / step * step;
    for (; record <= f->last_record && count <= TICKS_MAX; record += step) {
        auto_str text = STR_MAX(LABEL_SIZE - 1);

        words_number(&text, record);
        label_set(labels, count, &text);
        ticks_r[count] = (struct chart_tick){
            ((double)(record - f->first_record) + 0.5) / (double)f->records_per_place - 0.5,
            labels->pointers[count]
        };
        count++;
    }
    return count;
}

/* The causes after the first few are one series. */
static void by_place(struct html_page *page, const struct figures *f,
                     const enum failure_kind *causes, size_t count)
{
    static const char *const tones[] = {
        "tone-1", "tone-2", "tone-3", "tone-4", "tone-5", "tone-6"
    };
    auto_labels labels = labels_new(PLACES), tick_labels = labels_new(TICKS_MAX + 1);
    struct chart_tick ticks[TICKS_MAX + 1];
    size_t tick_count = place_ticks(&tick_labels, f, ticks);
    double values[CAUSES_SHOWN + 1][PLACES] = { 0 };
    struct chart_series series[CAUSES_SHOWN + 1];
    size_t shown = count < CAUSES_SHOWN + 1 ? count : CAUSES_SHOWN + 1;
    auto_str summary = STR_MAX(KIB(1));

    place_labels(&labels, f);
    for (size_t c = 0; c < count; c++) {
        size_t at = c < CAUSES_SHOWN ? c : CAUSES_SHOWN;

        series[at] = (struct chart_series){ c < CAUSES_SHOWN || count == shown
                                                ? failure_class_of(causes[c])->name
                                                : "other causes",
                                            tones[at], values[at] };
        for (size_t p = 0; p < PLACES; p++)
            values[at][p] += (double)f->places[p].failed[causes[c]];
    }
    str_add_text(&summary, "Records ");
    words_number_and(&summary, f->first_record, " to ");
    words_number_and(&summary, f->last_record, ", ");
    words_number_and(&summary, f->records_per_place,
                     f->records_per_place == 1
                         ? " a column. Neighbours that fail together have one cause."
                         : " to a column. Neighbours that fail together have one cause.");
    plot_write(page, &(struct chart){ .form = CHART_COLUMNS,
                                      .id = "by-place",
                                      .title = "Failures by position in the source",
                                      .summary = str_text(&summary),
                                      .x_name = "Record",
                                      .y_name = "documents that failed",
                                      .unit = chart_unit_count,
                                      .labels = labels.pointers,
                                      .point_count = PLACES,
                                      .ticks = ticks,
                                      .tick_count = tick_count,
                                      .series = series,
                                      .series_count = shown });
}

/* --- all plots ------------------------------------------------------------------------------ */

void plots_write(struct html_page *page, const struct figures *f)
{
    enum failure_kind causes[FAILURES];
    size_t count = status_causes(f->status, causes);
    bool any_work = f->tempo->total_us > 0;
    const char *rest = page_fill(page, html_plots, PAGE_ROWS("documents"));

    by_year(page, f);
    by_type(page, f->status);
    by_size(page, f);
    rest =
        page_fill(page, rest, PAGE_WHEN("work", any_work, html_plots_work), PAGE_ROWS("working"));
    if (any_work) {
        auto_axis axis = axis_new(f->tempo);

        progress_plot(page, f, &axis);
        rate_plot(page, f, &axis);
        latency_plot(page, f, &axis);
    }
    rest = page_fill(page, rest, PAGE_WHEN("failed", count > 0, html_plots_failed),
                     PAGE_ROWS("failing"));
    if (count > 0) {
        by_cause(page, f->status, causes, count);
        by_place(page, f, causes, count);
    }
    page_add(page, rest);
}
