/* Gathers the figures in one pass each over documents, entries, waivers and rows. */
#include "report/figures.h"

#include "base/mem.h"
#include "document/failure_class.h"
#include "report/status.h"

/* --- places --------------------------------------------------------------------------------- */

static void place_count(void *arg, int64_t place, struct span class, int64_t documents)
{
    struct figures *f = arg;
    enum failure_kind failure;

    if (place < 0 || place >= PLACES)
        return; /* the sums will not balance, and say so */
    f->places[place].documents += documents;
    if (failure_class_read(class, &failure))
        f->places[place].failed[failure] += documents;
}

static bool places_read(struct ledger *ledger, struct figures *f, struct err *err)
{
    if (!ledger_record_range(ledger, &f->first_record, &f->last_record, err))
        return false;
    f->records_per_place = (f->last_record - f->first_record) / PLACES + 1;
    return ledger_each_place(ledger, f->first_record, f->records_per_place, place_count, f, err);
}

/* --- notes ---------------------------------------------------------------------------------- */

static void note_keep(void *arg, struct span name, struct span value)
{
    struct figures *f = arg;

    f->notes = mem_grow(f->notes, (f->note_count + 1) * sizeof *f->notes);
    f->notes[f->note_count++] = (struct source_note){ span_text(name), span_text(value) };
}

/* --- the application's rows ----------------------------------------------------------------- */

static void year_keep(void *arg, int year, int64_t rows)
{
    struct figures *f = arg;

    if (f->year_count < YEARS_MAX)
        f->years[f->year_count++] = (struct year_rows){ year, rows };
}

static bool figures_rows_count(struct sql *sql, struct figures *f, struct err *err)
{
    const char *source = f->status->settings.name;

    return registry_count(sql, source, &f->rows, err)
           && registry_each_year(sql, source, year_keep, f, err);
}

static bool rows_count_apart(struct figures *f, struct err *err)
{
    auto_sql *sql = NULL;
    auto_tx tx = { 0 };

    return sql_open_reader(f->status->settings.registry_url, NULL, &sql, err)
           && sql_begin_reading(sql, &tx, err) && figures_rows_count(sql, f, err);
}

/* Rows in the ledger's own database belong to the same state, and must be readable. */
static bool figures_rows_read(struct ledger *ledger, struct figures *f, struct err *err)
{
    const struct status_settings *settings = &f->status->settings;
    struct err why = { 0 };

    if (!settings->registry_url) {
        (void)snprintf(f->rows_why, sizeof f->rows_why, "%s",
                       "its tables are another application's, in which we do not know our rows");
        return true;
    }
    if (sql_same_database(settings->registry_url, settings->ledger_url)) {
        f->rows_are_known = figures_rows_count(ledger_sql(ledger), f, err);
        return f->rows_are_known;
    }
    f->rows_are_known = rows_count_apart(f, &why);
    (void)snprintf(f->rows_why, sizeof f->rows_why, "%.*s", (int)sizeof f->rows_why - 1, why.msg);
    return true;
}

/* Gives the checklist the rows that were counted here. */
static void checklist_rows_set(struct figures *f)
{
    struct status_rows *rows = &f->status->rows;

    rows->are_counted = f->rows_are_known;
    rows->rows = f->rows.rows;
    rows->with_metadata = f->rows.with_fields;
    (void)snprintf(rows->why, sizeof rows->why, "%s", f->rows_why);
}

/* --- all of it ------------------------------------------------------------------------------ */

bool figures_read(struct ledger *ledger, const struct status_settings *settings,
                  struct figures **figures_r, struct err *err)
{
    auto_figures *f = mem_new(struct figures);
    struct status_settings without_rows = *settings;

    without_rows.registry_url = NULL;
    if (!status_read_within(ledger, &without_rows, &f->status, err))
        return false;
    f->status->settings = *settings;
    if (!ledger_tallies_recount(ledger, &f->counts, &f->count_count, err)
        || !ledger_sizes(ledger, f->sizes, err) || !places_read(ledger, f, err)
        || !tempo_read(ledger, f->status->runs, f->status->run_count, f->status->at_us, &f->tempo,
                       err)
        || !certified_read(ledger, f->tempo, &f->certified, err)
        || !waivers_read(ledger, &f->waiver_groups, &f->waiver_group_count, err)
        || !ledger_each_note(ledger, note_keep, f, err)
        || !ledger_database(ledger, &f->database, err) || !figures_rows_read(ledger, f, err))
        return false;
    for (size_t i = 0; i < f->waiver_group_count; i++)
        f->waived += f->waiver_groups[i].count;
    checklist_rows_set(f);
    *figures_r = take(f);
    return true;
}

bool figures_rows_differ(const struct figures *f)
{
    int64_t stored = status_stored(f->status);

    if (!f->rows_are_known || f->rows.rows == stored)
        return false;
    /* Where the databases are two, a run commits its rows a moment before the ledger. */
    return !status_run_open(f->status) || f->rows.rows < stored;
}

static void figures_free(struct figures *f)
{
    if (!f)
        return;
    status_free(f->status);
    ledger_tallies_free(f->counts, f->count_count);
    tempo_free(f->tempo);
    waivers_free(f->waiver_groups, f->waiver_group_count);
    for (size_t i = 0; i < f->note_count; i++) {
        free(f->notes[i].name);
        free(f->notes[i].value);
    }
    free(f->notes);
    free(f->database);
    free(f);
}

void auto_figures_cleanup(struct figures **figures)
{
    figures_free(*figures);
}
