/* `fmferry patients ...` */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/text.h"
#include "patients/patients.h"

#include <limits.h>

enum { ROWS_SHOWN = 10, CELL_SHOWN = 36 };

struct import_options {
    const char *csv;
    int date_format, encoding;
    bool dry_run, dates_as_set;
};

/* --- dates ---------------------------------------------------------------------------------- */

static void tally_say(const struct patients_tally *tally, const char *what, const char *advice)
{
    if (tally->count > 0)
        print("%s: %jd (%s)%s\n", what, (intmax_t)tally->count, tally->places, advice);
}

static void contradiction_say(const struct patients_dates *d)
{
    if (!d->is_contradictory)
        return;
    if (!d->form_is_set)
        print("the dates contradict each other: some can only be day first (%s), others only month "
              "first (%s)\n",
              d->day_first.places, d->month_first.places);
    else
        print("the dates contradict date_format: %jd can only be %s first (%s). Correct the dates "
              "or date_format, or keep to it with --dates-as-set\n",
              (intmax_t)(d->day_first.count ? d->day_first.count : d->month_first.count),
              d->day_first.count ? "day" : "month",
              d->day_first.count ? d->day_first.places : d->month_first.places);
}

/* Prints what is wrong with dates of birth. True if anything is. */
static bool import_dates_say(const struct patients_dates *d)
{
    contradiction_say(d);
    tally_say(&d->either, "dates of birth left out because they could be day first or month first",
              ": set their form, [patients] date_format, and import again");
    tally_say(&d->other_form,
              "dates of birth left out because they are not in the form of date_format", "");
    tally_say(&d->short_years,
              "dates of birth left out because the year has fewer than four digits",
              ": the century is unknown; write four digits");
    tally_say(&d->unreadable, "dates of birth left out because they are not dates", "");
    return d->is_contradictory
           || d->either.count + d->other_form.count + d->short_years.count + d->unreadable.count
                  > 0;
}

/* --- import --------------------------------------------------------------------------------- */

struct rows_display {
    int shown;
};

static void cell_print(struct span text, size_t width)
{
    auto_str shown = STR_MAX(KIB(1));

    foreign_add_first(&shown, text, width);
    print("%-*s  ", (int)width, str_text(&shown));
}

/* Prints names, because somebody asked to see them. */
static void patients_row_print(void *arg, const struct patients_row *row)
{
    struct rows_display *sample = arg;

    if (sample->shown == 0)
        print("%-*s  %-20s  %-20s  %-10s  %s\n", CELL_SHOWN, "FileMaker id", "first name",
              "last name", "born", "record number");
    if (sample->shown++ >= ROWS_SHOWN)
        return;
    cell_print(row->filemaker_id, CELL_SHOWN);
    cell_print(row->first_name, 20);
    cell_print(row->last_name, 20);
    cell_print(span_of(*row->dob ? row->dob : "-"), 10);
    cell_print(row->mrn.size ? row->mrn : span_of("-"), 20);
    print("\n");
}

static int dry_say(const struct rows_display *sample, const struct patients_result *result)
{
    if (sample->shown > ROWS_SHOWN)
        print("... and %d more\n", sample->shown - ROWS_SHOWN);
    print("nothing was written; %jd patients read, %jd without a usable id or name\n",
          (intmax_t)result->read, (intmax_t)result->refused.count);
    return import_dates_say(&result->dates) || result->refused.count ? EXIT_LEFT : EXIT_DONE;
}

static int import_say(const struct patients_result *result)
{
    bool left;

    print("%jd patients read: %jd written, %jd already the application's own, %jd without a "
          "usable id, %jd in doubt%s\n",
          (intmax_t)result->read, (intmax_t)result->written, (intmax_t)result->kept,
          (intmax_t)result->refused.count, (intmax_t)result->in_doubt,
          result->in_doubt ? "; next: fmferry patients review" : "");
    if (result->made > 0)
        print("to take it back: fmferry patients undo --import %jd\n", (intmax_t)result->number);
    tally_say(
        &result->refused,
        "patients left out because they have no usable id or hold a character that no name has",
        "");
    left = import_dates_say(&result->dates);
    return left || result->refused.count || result->in_doubt ? EXIT_LEFT : EXIT_DONE;
}

/* The command line's form of dates and encoding replace the configuration's. */
static void import_options_apply(const struct import_options *o, struct patients_settings *settings)
{
    if (o->date_format)
        settings->csv_dates = settings->text_dates =
            (enum dates_form)settings_date_meanings[o->date_format];
    if (o->encoding)
        settings->encoding = (enum text_coding)o->encoding;
}

static int import_body(struct work *work, struct err *err)
{
    const struct import_options *o = work->options;
    struct patients_settings *patients = &work->settings.patients;
    struct patients_request request = { .csv = o->csv, .dates_as_set = o->dates_as_set };
    struct patients_result result = { 0 };
    struct rows_display sample = { 0 };

    import_options_apply(o, patients);
    if (o->dry_run)
        return patients_dry_run(patients, &request, patients_row_print, &sample, work->cancel,
                                &result, err)
                   ? dry_say(&sample, &result)
                   : -1;
    return patients_import(patients, &request, work->cancel, &result, err) ? import_say(&result)
                                                                           : -1;
}

static int import_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct import_options *o = arg;

    return work_do(globals, WORK_SIGNALS | WORK_SHOWN | (o->csv ? 0 : WORK_SOURCE), o, import_body,
                   err);
}

#define OPT_CHOICE(member, long_name, value, choices, help)                                        \
    {                                                                                              \
        long_name, 0, value, FIELD_OF_CHOICE(struct import_options, member, choices), false,       \
            false, help                                                                            \
    }

static const struct opt import_opts[] = {
    OPT_TEXT(struct import_options, csv, "csv", 0, "FILE",
             "read this file instead of FileMaker; its first line names the\n"
             "columns as [patients] in the configuration does"),
    OPT_FLAG(struct import_options, dry_run, "dry-run", 'n',
             "show the first rows as they would be written, and write nothing"),
    OPT_CHOICE(date_format, "date-format", "FORM", settings_date_formats,
               "the form of dates of birth: month-first, day-first, iso"),
    OPT_CHOICE(encoding, "encoding", "NAME", settings_encodings,
               "the encoding of the CSV: utf-8, utf-16le, utf-16be, windows-1252"),
    OPT_FLAG(struct import_options, dates_as_set, "dates-as-set", 0,
             "read dates as date_format says, although some cannot have that form"),
    OPT_END,
};

static const struct import_options import_defaults = { 0 };

const struct cmd cmd_patients_import = {
    "patients import",
    "Fill the application's table of patients",
    "Use it where the application has not imported the patients itself. A patient whom\n"
    "it already knows, by the FileMaker id in its metadata, is left unchanged. A CSV is\n"
    "written whole or not at all. A date that could be two days is left out and reported.",
    import_opts,
    &import_defaults,
    sizeof import_defaults,
    import_command,
    .examples = {
        { "fmferry patients import --dry-run", "shows the first rows, writes nothing" },
        { "fmferry patients import", "reads the patients from FileMaker" },
        { "fmferry patients import --csv patients.csv --date-format day-first",
          "reads an exported list, with dates such as 31.12.1970" },
    },
};

/* --- undo ----------------------------------------------------------------------------------- */

struct undo_options {
    int import;
    bool dry_run;
};

static int undo_say(const struct registry_undo *undo, bool dry)
{
    print("import %jd: %jd rows %s, %jd kept because people changed them, %jd kept because "
          "something points to them, %jd were gone already\n",
          (intmax_t)undo->import, (intmax_t)undo->removed, dry ? "would be removed" : "removed",
          (intmax_t)undo->changed, (intmax_t)undo->referenced, (intmax_t)undo->gone);
    return undo->changed || undo->referenced ? EXIT_LEFT : EXIT_DONE;
}

static int undo_body(struct work *work, struct err *err)
{
    const struct undo_options *o = work->options;
    struct registry_undo undone;

    meter_begin(work->meter, "looking at the rows of the import", NULL, METER_UNKNOWN);
    return patients_undo(&work->settings.patients, o->import, o->dry_run, work->cancel, &undone,
                         err)
               ? undo_say(&undone, o->dry_run)
               : -1;
}

static int undo_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, WORK_SIGNALS | WORK_SHOWN, arg, undo_body, err);
}

static const struct opt undo_opts[] = {
    OPT_INT(struct undo_options, import, "import", 0, "N", 1, INT_MAX,
            "the import's number, as it was printed; default: the last import"),
    OPT_FLAG(struct undo_options, dry_run, "dry-run", 'n', "count only, remove nothing"),
    OPT_END,
};

static const struct undo_options undo_defaults = { 0 };

const struct cmd cmd_patients_undo = {
    "patients undo",
    "Undo an import of patients",
    "Removes the rows that the import made, if nobody has changed them and nothing\n"
    "points to them: neither a document nor any row with a foreign key. Rows that it\n"
    "renewed stay. It cannot be used while a run is at work.",
    undo_opts,
    &undo_defaults,
    sizeof undo_defaults,
    undo_command,
    .examples = {
        { "fmferry patients undo --dry-run", "counts what would be removed of the last import" },
        { "fmferry patients undo --import 2", "takes the second import back" },
    },
};

/* --- review --------------------------------------------------------------------------------- */

struct review_options {
    char nothing;
};

static bool doubt_print(void *arg, const struct registry_doubt *doubt, struct err *err)
{
    int64_t *count = arg;

    (void)err;
    if ((*count)++ == 0)
        print("%-36s  %-36s  %-36s  %s\n", "patient in FileMaker", "in the application",
              "document (row)", "why");
    print("%-36.*s  %-36.*s  %-36.*s  " SPAN_FORMAT "\n", SPAN_ARGS(doubt->filemaker_id),
          SPAN_ARGS(doubt->patient), SPAN_ARGS(doubt->document), SPAN_ARGS(doubt->why));
    return true;
}

static int review_body(struct work *work, struct err *err)
{
    int64_t count = 0;

    if (!patients_review(&work->settings.patients, doubt_print, &count, work->cancel, err))
        return -1;
    print(count ? "%jd to look at\n" : "nobody is in doubt\n", (intmax_t)count);
    return count ? EXIT_LEFT : EXIT_DONE;
}

static int review_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, WORK_SIGNALS, arg, review_body, err);
}

static const struct opt review_opts[] = { OPT_END };

static const struct review_options review_defaults = { 0 };

const struct cmd cmd_patients_review = {
    "patients review",
    "List the patients whose identity is in doubt",
    "Their documents stay unlinked until FileMaker and the application agree, or\n"
    "somebody links them by hand. Shows ids and reasons, but neither names nor dates.",
    review_opts,
    &review_defaults,
    sizeof review_defaults,
    review_command,
    .examples = {
        { "fmferry patients review", "who is in doubt, and why" },
    },
};

/* --- accept --------------------------------------------------------------------------------- */

struct accept_options {
    const char *patient, *by, *reason;
};

static bool says_something(const char *text)
{
    return text && span_trim(span_of(text)).size > 0;
}

static int accept_body(struct work *work, struct err *err)
{
    const struct accept_options *o = work->options;

    if (!patients_accept(&work->settings.patients, o->patient, o->by, o->reason, work->cancel, err))
        return -1;
    print("accepted; next: fmferry link\n");
    return EXIT_DONE;
}

static int accept_patient_command(const struct cli_globals *globals, const void *arg,
                                  struct err *err)
{
    const struct accept_options *o = arg;

    if (says_something(o->by) && says_something(o->reason))
        return work_do(globals, WORK_SIGNALS, o, accept_body, err);
    (void)err_set(err, ERR_USAGE, 0, "accepting needs a name and a reason: --by and --reason");
    return -1;
}

static const struct opt accept_opts[] = {
    OPT_NEED(struct accept_options, patient, "patient", 'p', "ID", "the patient's id in FileMaker"),
    OPT_NEED(struct accept_options, by, "by", 0, "NAME", "the name of the person who decides"),
    OPT_NEED(struct accept_options, reason, "reason", 0, "TEXT",
             "the reason: why they are the same"),
    OPT_END,
};

static const struct accept_options accept_defaults = { 0 };

const struct cmd cmd_patients_accept = {
    "patients accept",
    "Settle a doubt: FileMaker and the application mean the same patient",
    "Use it for a patient whom the application has exactly once under this id, although\n"
    "some data contradicts. It holds as long as both sides keep the data they have now.",
    accept_opts,
    &accept_defaults,
    sizeof accept_defaults,
    accept_patient_command,
    .examples = {
        { "fmferry patients accept --patient 4711 --by 'A. Green' --reason 'same address'",
          "settles the doubt about FileMaker's patient 4711" },
    },
};
