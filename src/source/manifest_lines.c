/*
 * base/csv reads what spreadsheets and people write, with some patience. A manifest is written by a
 * script, and says of thousands of documents what they are: what is not exactly as RFC 4180 has it
 * is looked for first (form_check), and then refused, before the same reader takes it apart.
 */
#include "source/manifest_lines.h"

#include "base/beneath.h"
#include "base/csv.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "base/utf8.h"

/* What stands before the path of a file that lies in the folder of a backup, and not in the manifest's. */
#define OUTSIDE "backup:"

#define CURE "export it again with the script of docs/filemaker-kit.md"

/* Their names in the first line. */
static const char *const manifest_columns[MANIFEST_COLUMNS] = {
    [MANIFEST_TABLE] = "table",
    [MANIFEST_RECORD_ID] = "record_id",
    [MANIFEST_MOD_ID] = "mod_id",
    [MANIFEST_FIELD] = "field",
    [MANIFEST_REPETITION] = "repetition",
    [MANIFEST_NAME] = "original_name",
    [MANIFEST_SIZE] = "size",
    [MANIFEST_MD5] = "md5",
    [MANIFEST_STORAGE] = "storage_type",
    [MANIFEST_PATH] = "relative_path",
};

static const char mark[] = "\xef\xbb\xbf";

struct manifest_lines {
    struct span text; /* without its byte order mark */
    bool has_mark;
    struct csv *csv;
    char **names; /* of all columns */
    size_t column_count;
    size_t at[MANIFEST_COLUMNS]; /* which column each of them is */
    uint64_t count;              /* documents that were read */
};

void manifest_lines_free(struct manifest_lines *lines)
{
    if (!lines)
        return;
    for (size_t i = 0; i < lines->column_count; i++)
        free(lines->names[i]);
    free(lines->names);
    csv_free(lines->csv);
    free(lines);
}

void auto_manifest_lines_cleanup(struct manifest_lines **lines)
{
    manifest_lines_free(*lines);
}

bool manifest_lines_has_mark(const struct manifest_lines *lines)
{
    return lines->has_mark;
}

/* --- its form ------------------------------------------------------------------------------- */

/* The line in which a byte lies, counted as base/csv counts. */
static size_t line_at(struct span text, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < offset; i++)
        line += text.at[i] == '\n'
                || (text.at[i] == '\r' && (i + 1 == text.size || text.at[i + 1] != '\n'));
    return line;
}

static bool coding_check(struct span text, struct err *err)
{
    struct span rest = text;
    uint32_t code;

    while (rest.size) {
        size_t at = text.size - rest.size;

        if (rest.at[0] == '\0')
            return err_set(err, ERR_DATA, 0,
                           "line %zu: a byte is zero, as in UTF-16: a manifest is UTF-8; " CURE,
                           line_at(text, at));
        if (!utf8_next(&rest, &code))
            return err_set(
                err, ERR_DATA, 0,
                "line %zu: byte %zu of the file is not UTF-8 (Windows or Mac coding?); " CURE,
                line_at(text, at), at + 1);
    }
    return true;
}

/* What base/csv would let pass: a line end of CR alone, and a quote inside of a cell without quotes. */
static bool form_check(struct span text, struct err *err)
{
    bool is_quoted = false;

    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (c == '"') {
            if (!is_quoted && i > 0 && !strchr(",\n\"", text.at[i - 1]))
                return err_set(err, ERR_DATA, 0,
                               "line %zu: a quote stands in a cell that does not begin with one: "
                               "such a cell begins and ends with a quote, and each inside is "
                               "written twice",
                               line_at(text, i));
            is_quoted = !is_quoted;
        } else if (c == '\r' && !is_quoted && (i + 1 == text.size || text.at[i + 1] != '\n')) {
            return err_set(err, ERR_DATA, 0,
                           "line %zu ends with a carriage return alone: lines end with LF or CR LF",
                           line_at(text, i));
        }
    }
    return true;
}

/* --- the first line ------------------------------------------------------------------------- */

static bool column_add(struct manifest_lines *lines, struct span name, struct err *err)
{
    if (name.size == 0 || text_name_fault(name))
        return err_set(err, ERR_DATA, 0, "line 1: column %zu has %s", lines->column_count + 1,
                       name.size ? "a name with characters that no field has" : "no name");
    for (size_t i = 0; i < lines->column_count; i++)
        if (span_is(name, lines->names[i]))
            return err_set(err, ERR_DATA, 0, "line 1: column '%s' stands there twice",
                           lines->names[i]);
    lines->names[lines->column_count++] = span_text(name);
    return true;
}

static bool columns_find(struct manifest_lines *lines, struct err *err)
{
    for (size_t want = 0; want < MANIFEST_COLUMNS; want++) {
        size_t i = 0;

        while (i < lines->column_count && strcmp(lines->names[i], manifest_columns[want]) != 0)
            i++;
        if (i == lines->column_count)
            return err_set(err, ERR_DATA, 0, "line 1 has no column '%s'; " CURE,
                           manifest_columns[want]);
        lines->at[want] = i;
    }
    return true;
}

static bool header_read(struct manifest_lines *lines, struct err *err)
{
    enum step step = csv_next(lines->csv, err);
    size_t count = csv_count(lines->csv);

    if (step == STEP_ERROR)
        return false;
    if (step == STEP_END || csv_names_separator(lines->csv))
        return err_set(err, ERR_DATA, 0, "it does not begin with the names of its columns; " CURE);
    lines->names = mem_zero(count * sizeof *lines->names);
    for (size_t i = 0; i < count; i++)
        if (!column_add(lines, csv_cell(lines->csv, i), err))
            return false;
    return columns_find(lines, err);
}

bool manifest_lines_open(struct span text, struct manifest_lines **lines_r, struct err *err)
{
    auto_manifest_lines *lines = mem_new(struct manifest_lines);

    lines->has_mark = span_starts(text, mark);
    lines->text = lines->has_mark ? span_from(text, strlen(mark)) : text;
    if (!coding_check(lines->text, err) || !form_check(lines->text, err))
        return false;
    lines->csv = csv_new(lines->text);
    if (!header_read(lines, err))
        return false;
    *lines_r = take(lines);
    return true;
}

/* --- a line --------------------------------------------------------------------------------- */

static struct span cell_of(const struct manifest_lines *lines, enum manifest_column column)
{
    return csv_cell(lines->csv, lines->at[column]);
}

static bool number_read(const struct manifest_lines *lines, enum manifest_column column,
                        uint64_t min, uint64_t max, uint64_t *n_r, struct err *err)
{
    return num_u64(cell_of(lines, column), min, max, n_r, err)
           || err_ctx(err, "column '%s'", manifest_columns[column]);
}

static bool name_read(const struct manifest_lines *lines, enum manifest_column column,
                      struct span *name_r, struct err *err)
{
    *name_r = cell_of(lines, column);
    return (name_r->size && !text_name_fault(*name_r))
           || err_set(err, ERR_DATA, 0, "column '%s' has %s", manifest_columns[column],
                      name_r->size ? "characters that no name has" : "nothing in it");
}

static bool path_read(const struct manifest_lines *lines, struct manifest_line *line,
                      struct err *err)
{
    struct span cell = cell_of(lines, MANIFEST_PATH);
    auto_free char *path = NULL;

    line->is_outside = span_starts(cell, OUTSIDE);
    line->path = line->is_outside ? span_from(cell, strlen(OUTSIDE)) : cell;
    path = span_text(line->path);
    if (strchr(path, '\\'))
        return err_set(err, ERR_DATA, 0,
                       "column 'relative_path' has a backslash: folders are divided by /");
    return beneath_is_good(path)
           || err_set(err, ERR_DATA, 0,
                      "column 'relative_path' names no file beneath its folder: it has "
                      "no / in front and no '..'");
}

static bool line_read(const struct manifest_lines *lines, struct manifest_line *line,
                      struct err *err)
{
    uint64_t repetition = 0;

    if (csv_count(lines->csv) != lines->column_count)
        return err_set(err, ERR_DATA, 0, "it has %zu cells, and the first line %zu; " CURE,
                       csv_count(lines->csv), lines->column_count);
    line->name = cell_of(lines, MANIFEST_NAME);
    if (!name_read(lines, MANIFEST_TABLE, &line->table, err)
        || !number_read(lines, MANIFEST_RECORD_ID, 1, INT64_MAX, &line->record_id, err)
        || !number_read(lines, MANIFEST_MOD_ID, 0, INT64_MAX, &line->mod_id, err)
        || !name_read(lines, MANIFEST_FIELD, &line->field, err)
        || !number_read(lines, MANIFEST_REPETITION, 1, MANIFEST_REPETITIONS_MAX, &repetition, err)
        || !number_read(lines, MANIFEST_SIZE, 0, INT64_MAX, &line->size_bytes, err)
        || !path_read(lines, line, err))
        return false;
    line->repetition = (unsigned)repetition;
    return hex_read(cell_of(lines, MANIFEST_MD5), line->md5, MD5_SIZE)
           || err_set(err, ERR_DATA, 0,
                      "column 'md5' has no MD5 (32 hexadecimal digits), as "
                      "GetContainerAttribute ( field ; \"MD5\" ) gives it");
}

/* --- the last line -------------------------------------------------------------------------- */

static bool is_end(const struct manifest_lines *lines)
{
    return span_is(csv_cell(lines->csv, 0), "#end");
}

static bool end_check(struct manifest_lines *lines, struct err *err)
{
    uint64_t said;

    if (csv_count(lines->csv) != 2)
        return err_set(err, ERR_DATA, 0, "the last line is #end,COUNT and has no other cells");
    if (!num_u64(csv_cell(lines->csv, 1), 0, INT64_MAX, &said, err))
        return err_ctx(err, "#end");
    if (said != lines->count)
        return err_set(
            err, ERR_DATA, 0,
            "#end says %ju documents, and %ju stand before it: lines were lost or added; " CURE,
            (uintmax_t)said, (uintmax_t)lines->count);
    return csv_next(lines->csv, err) == STEP_END
           || err_set(err, ERR_DATA, 0, "something stands behind #end; " CURE);
}

/* What csv_next() has not taken yet begins here. */
static size_t offset_of(const struct manifest_lines *lines)
{
    return lines->text.size - csv_left(lines->csv);
}

enum step manifest_lines_next(struct manifest_lines *lines, struct manifest_line *line_r,
                              struct err *err)
{
    struct manifest_line line = { .offset = offset_of(lines) };
    enum step step = csv_next(lines->csv, err);

    if (step == STEP_END)
        (void)err_set(err, ERR_DATA, 0, "its last line is not #end,COUNT: it was cut short; " CURE);
    if (step != STEP_ROW)
        return STEP_ERROR;
    line.number = csv_line(lines->csv);
    line.length = offset_of(lines) - line.offset;
    if (is_end(lines) ? end_check(lines, err) : line_read(lines, &line, err)) {
        if (is_end(lines))
            return STEP_END;
        lines->count++;
        *line_r = line;
        return STEP_ROW;
    }
    (void)err_ctx(err, "line %zu", line.number);
    return STEP_ERROR;
}

bool manifest_lines_again(struct manifest_lines *lines, size_t number, size_t offset, size_t length,
                          struct manifest_line *line_r, struct err *err)
{
    struct span text = span_first(span_from(lines->text, offset), length);
    struct manifest_line line = { .number = number, .offset = offset, .length = length };

    csv_free(lines->csv);
    lines->csv = csv_new(text);
    if (csv_next(lines->csv, err) != STEP_ROW || !line_read(lines, &line, err))
        return err_ctx(err, "line %zu", number);
    *line_r = line;
    return true;
}

size_t manifest_lines_columns(const struct manifest_lines *lines)
{
    return lines->column_count;
}

const char *manifest_lines_column(const struct manifest_lines *lines, size_t column)
{
    return lines->names[column];
}

struct span manifest_lines_cell(const struct manifest_lines *lines, size_t column)
{
    return csv_cell(lines->csv, column);
}

bool manifest_lines_is_field(const struct manifest_lines *lines, size_t column)
{
    for (size_t i = 0; i < MANIFEST_COLUMNS; i++)
        if (lines->at[i] == column)
            return false;
    return true;
}
