/*
 * A line with other columns than the first line would put texts under the wrong names, so the whole
 * file is refused rather than one line of it.
 */
#include "patients/roster_csv.h"

#include "base/csv.h"
#include "base/foreign.h"
#include "base/fs.h"
#include "base/mem.h"

enum { FILE_MAX = 512 * 1024 * 1024, SHOWN_MAX = 320, NAME_SHOWN = 40 };

static const char separators[] = ",;\t|";

struct roster_csv {
    const char *path;
    const struct roster_fields *fields;
    struct str bytes, decoded;
    struct span text;
    char separator;
    bool has_separator_line;
    size_t columns[ROSTER_FIELDS_MAX];
    struct str *header; /* one for each column */
    size_t header_count;
};

static void header_clear(struct roster_csv *c)
{
    for (size_t i = 0; i < c->header_count; i++)
        str_clear(&c->header[i]);
    free(take(c->header));
    c->header_count = 0;
}

void roster_csv_free(struct roster_csv *c)
{
    if (!c)
        return;
    header_clear(c);
    str_clear(&c->bytes);
    str_clear(&c->decoded);
    free(c);
}

static void csv_cleanup(struct roster_csv **c)
{
    roster_csv_free(*c);
}

#define auto_roster_csv __attribute__((cleanup(csv_cleanup))) struct roster_csv

/* Makes it ERR_USAGE: a fault of the file is for the person who gave it to mend. */
static bool as_usage(struct err *err)
{
    if (err->kind == ERR_DATA)
        err->kind = ERR_USAGE;
    return false;
}

/* --- the first line ------------------------------------------------------------------------- */

static struct csv *csv_begin(const struct roster_csv *c)
{
    struct csv *csv = csv_new(c->text);

    if (!csv_names_separator(csv))
        csv_separate(csv, c->separator);
    return csv;
}

/* Reads the first line. A file without lines has a header without columns. */
static bool csv_header_read(struct roster_csv *c, struct err *err)
{
    auto_csv *csv = csv_begin(c);
    enum step step = csv_next(csv, err);

    header_clear(c);
    if (step != STEP_ROW)
        return step == STEP_END || as_usage(err);
    c->header = mem_zero(csv_count(csv) * sizeof *c->header);
    for (size_t i = 0; i < csv_count(csv); i++) {
        c->header[i] = (struct str)STR_MAX(MIB(1));
        str_add_span(&c->header[i], text_trim(csv_cell(csv, i)));
        c->header_count++;
    }
    return true;
}

static size_t columns_named(const struct roster_csv *c, const char *name, bool exactly,
                            size_t *column_r)
{
    size_t count = 0;

    for (size_t i = 0; i < c->header_count; i++) {
        struct span cell = str_span(&c->header[i]);

        if (!(exactly ? span_is(cell, name) : span_is_nocase(cell, name)))
            continue;
        *column_r = i;
        count++;
    }
    return count;
}

/* Finds a column by name and counts such columns. The exact case wins; else case does not matter. */
static size_t column_find(const struct roster_csv *c, const char *name, size_t *column_r)
{
    size_t exact = columns_named(c, name, true, column_r);

    return exact ? exact : columns_named(c, name, false, column_r);
}

/* Counts the wanted columns that the file has. */
static size_t columns_count(const struct roster_csv *c)
{
    size_t count = 0, column;

    for (size_t i = 0; i < c->fields->count; i++)
        if (*c->fields->fields[i].name)
            count += column_find(c, c->fields->fields[i].name, &column) > 0;
    return count;
}

/* Finds the separator that gives most of the wanted columns; among equals, most columns. */
static bool separator_find(struct roster_csv *c, struct err *err)
{
    size_t best = 0, best_cells = 0;
    char found = separators[0];

    for (const char *s = separators; *s; s++) {
        size_t count;
        struct err ignored = { 0 };

        c->separator = *s;
        if (!csv_header_read(c, &ignored))
            continue;
        count = columns_count(c);
        if (count < best || (count == best && c->header_count <= best_cells))
            continue;
        best = count;
        best_cells = c->header_count;
        found = *s;
    }
    c->separator = found;
    return csv_header_read(c, err);
}

static const char *separator_name(const struct roster_csv *c)
{
    switch (c->separator) {
    case ',':
        return "commas";
    case ';':
        return "semicolons";
    case '\t':
        return "tabs";
    default:
        return "'|'";
    }
}

static void header_show(const struct roster_csv *c, struct str *to)
{
    for (size_t i = 0; i < c->header_count && to->size < SHOWN_MAX - 2 * NAME_SHOWN; i++) {
        str_add_text(to, i ? ", '" : "'");
        foreign_add_first(to, str_span(&c->header[i]), NAME_SHOWN);
        str_add_char(to, '\'');
    }
}

static bool column_missing(const struct roster_csv *c, const struct roster_field *field,
                           struct err *err)
{
    auto_str shown = STR_MAX(KIB(4));

    header_show(c, &shown);
    if (c->header_count <= 1 && !c->has_separator_line)
        return err_set(err, ERR_USAGE, 0,
                       "its first line is one column, %s, and not the names of several: if another "
                       "sign than , ; | or a tab stands between them, put a line sep=X (X: that "
                       "sign) in front",
                       c->header_count ? str_text(&shown) : "an empty one");
    return err_set(
        err, ERR_USAGE, 0,
        "it has no column '%s' (%s). Its columns, by %s: %s. Name one of these there, or "
        "leave it empty if the file does not have it",
        field->name, field->setting, separator_name(c), str_text(&shown));
}

static bool columns_find(struct roster_csv *c, struct err *err)
{
    for (size_t i = 0; i < c->fields->count; i++) {
        const struct roster_field *field = &c->fields->fields[i];
        size_t count = *field->name ? column_find(c, field->name, &c->columns[i]) : 1;

        if (count == 0)
            return column_missing(c, field, err);
        if (count > 1)
            return err_set(err, ERR_USAGE, 0,
                           "it has %zu columns '%s' (%s), and nobody can know which is meant: give "
                           "the others another name in its first line",
                           count, field->name, field->setting);
    }
    return true;
}

static bool csv_file_open(struct roster_csv *c, enum text_coding coding, struct err *err)
{
    auto_csv *csv = NULL;

    if (!fs_read(c->path, &c->bytes, err))
        return as_usage(err);
    if (!text_decode(str_span(&c->bytes), coding, "[patients] encoding", &c->decoded, &c->text,
                     err))
        return as_usage(err);
    if (c->text.size == 0)
        return err_set(err, ERR_USAGE, 0, "it is empty");
    csv = csv_new(c->text);
    c->has_separator_line = csv_names_separator(csv);
    return (c->has_separator_line ? csv_header_read(c, err) : separator_find(c, err))
           && columns_find(c, err);
}

bool roster_csv_open(const char *path, enum text_coding coding, const struct roster_fields *fields,
                     struct roster_csv **csv_r, struct err *err)
{
    auto_roster_csv *c = mem_new(struct roster_csv);

    c->path = path;
    c->fields = fields;
    c->bytes = (struct str)STR_MAX(FILE_MAX);
    c->decoded = (struct str)STR_MAX(3 * (size_t)FILE_MAX / 2);
    if (!csv_file_open(c, coding, err))
        return err_ctx(err, "'%s'", path);
    *csv_r = take(c);
    return true;
}

/* --- the other lines ------------------------------------------------------------------------ */

static bool line_is_empty(const struct csv *csv)
{
    for (size_t i = 0; i < csv_count(csv); i++)
        if (csv_cell(csv, i).size > 0)
            return false;
    return true;
}

static bool line_is_header(const struct roster_csv *c, const struct csv *csv)
{
    for (size_t i = 0; i < c->header_count; i++)
        if (!span_equal(text_trim(csv_cell(csv, i)), str_span(&c->header[i])))
            return false;
    return true;
}

static bool line_fits(const struct roster_csv *c, const struct csv *csv, struct err *err)
{
    if (csv_count(csv) != c->header_count)
        return err_set(
            err, ERR_USAGE, 0,
            "line %zu has %zu cells, and the first line %zu: a separator inside of a cell "
            "(the file's are %s) must stand in quotes, and every line must have all cells",
            csv_line(csv), csv_count(csv), c->header_count, separator_name(c));
    if (line_is_header(c, csv))
        return err_set(err, ERR_USAGE, 0,
                       "line %zu repeats the names of the columns: were two files put together? "
                       "Remove the line, and look at those behind it",
                       csv_line(csv));
    return true;
}

/* Such a name in FileMaker was seen by people and kept; in a file it is a fault of the export. */
static bool names_are_plain(const struct roster_csv *c, const struct csv *csv, struct err *err)
{
    for (size_t i = ROSTER_FIRST; i <= ROSTER_LAST; i++)
        if (*c->fields->fields[i].name && text_is_converted_twice(csv_cell(csv, c->columns[i])))
            return err_set(
                err, ERR_USAGE, 0,
                "line %zu: what stands for %s was UTF-8, and converted once more (as "
                "M\xC3\x83\xC2\xBCller for M\xC3\xBCller): export the file anew, in UTF-8",
                csv_line(csv), c->fields->fields[i].setting);
    return true;
}

static bool line_visit(const struct roster_csv *c, const struct csv *csv,
                       const struct roster_listener *listener, struct err *err)
{
    struct roster_patient patient = { .place = csv_line(csv) };

    if (line_is_empty(csv))
        return true;
    if (!line_fits(c, csv, err))
        return false;
    if (!names_are_plain(c, csv, err))
        return false;
    for (size_t i = 0; i < c->fields->count; i++)
        if (*c->fields->fields[i].name) {
            patient.texts[i] = csv_cell(csv, c->columns[i]);
            if (i < ROSTER_MORE)
                patient.texts[i] = text_trim(patient.texts[i]);
        }
    return listener->on_patient(listener->arg, &patient, err);
}

static bool lines_visit(const struct roster_csv *c, const struct roster_listener *listener,
                        struct err *err)
{
    auto_csv *csv = csv_begin(c);
    enum step step = csv_next(csv, err); /* the names */

    while (step == STEP_ROW && (step = csv_next(csv, err)) == STEP_ROW)
        if (!line_visit(c, csv, listener, err))
            return false;
    return step == STEP_END || as_usage(err);
}

bool roster_csv_each(struct roster_csv *c, const struct roster_listener *listener, struct err *err)
{
    return lines_visit(c, listener, err) || err_ctx(err, "'%s'", c->path);
}
