/* The reader: one line at a time, whose cells share one buffer. */
#include "base/csv.h"

#include "base/mem.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 1024 * 1024, CELLS_MAX = 1024 };

struct csv {
    struct span rest;
    char separator;
    bool names_separator; /* the file itself names it */
    size_t line, next_line;
    struct str text;
    size_t ends[CELLS_MAX]; /* where each cell ends in `text` */
    size_t count;
};

/* "sep=;" in a line of its own, as spreadsheets write and read it. */
static size_t separator_line_size(struct span text)
{
    struct span line = span_first(text, strlen("sep=") + 1), end;

    if (line.size < 5 || !span_is_nocase(span_first(line, 4), "sep="))
        return 0;
    end = span_from(text, line.size);
    if (span_starts(end, "\r\n"))
        return line.size + 2;
    return span_starts(end, "\n") || span_starts(end, "\r") ? line.size + 1 : 0;
}

struct csv *csv_new(struct span text)
{
    struct csv *csv = mem_new(struct csv);
    size_t told;

    csv->rest = text_without_mark(text);
    told = separator_line_size(csv->rest);
    csv->separator = told ? csv->rest.at[4] : ',';
    csv->names_separator = told > 0;
    csv->rest = span_from(csv->rest, told);
    csv->next_line = told ? 2 : 1;
    csv->text = (struct str)STR_MAX(LINE_MAX_BYTES);
    return csv;
}

bool csv_names_separator(const struct csv *csv)
{
    return csv->names_separator;
}

void csv_separate(struct csv *csv, char separator)
{
    csv->separator = separator;
}

void csv_free(struct csv *csv)
{
    if (!csv)
        return;
    str_clear(&csv->text);
    free(csv);
}

void auto_csv_cleanup(struct csv **csv)
{
    csv_free(*csv);
}

/* The next byte, counting lines, which end in LF, CR LF or (FileMaker's) CR alone. */
static char byte_take(struct csv *csv)
{
    char c = csv->rest.at[0];

    csv->rest = span_from(csv->rest, 1);
    csv->next_line += c == '\n' || (c == '\r' && !span_starts(csv->rest, "\n"));
    return c;
}

/* Takes quoted text, up to the closing quote; two quotes are one. False: the text ends first. */
static bool quoted_take(struct csv *csv)
{
    while (csv->rest.size) {
        char c = byte_take(csv);

        if (c == '"' && !span_starts(csv->rest, "\""))
            return true;
        if (c == '"')
            (void)byte_take(csv);
        str_add_char(&csv->text, c);
    }
    return false;
}

/* Whether a cell ends here. */
static bool is_end(const struct csv *csv)
{
    return csv->rest.size == 0 || csv->rest.at[0] == csv->separator || csv->rest.at[0] == '\n'
           || csv->rest.at[0] == '\r';
}

/* Takes a cell and the separator after it. `more_r`: another cell follows in this line. */
static bool cell_take(struct csv *csv, bool *more_r, struct err *err)
{
    *more_r = false;
    if (span_starts(csv->rest, "\"")) {
        (void)byte_take(csv);
        if (!quoted_take(csv))
            return err_set(err, ERR_DATA, 0, "a quote does not close");
        if (!is_end(csv))
            return err_set(err, ERR_DATA, 0,
                           "something stands behind a closing quote (a quote inside of a cell in "
                           "quotes is written twice)");
    }
    while (csv->rest.size) {
        char c = byte_take(csv);

        if (c == '\r' && span_starts(csv->rest, "\n"))
            c = byte_take(csv);
        *more_r = c == csv->separator;
        if (c == '\n' || c == '\r' || *more_r)
            break;
        str_add_char(&csv->text, c);
    }
    return true;
}

static bool line_take(struct csv *csv, struct err *err)
{
    bool more = true;

    while (more) {
        if (csv->count == CELLS_MAX)
            return err_set(err, ERR_DATA, 0, "more than %d cells", CELLS_MAX);
        if (!cell_take(csv, &more, err))
            return false;
        if (csv->text.cut)
            return err_set(err, ERR_DATA, 0, "longer than %d bytes", LINE_MAX_BYTES);
        csv->ends[csv->count++] = csv->text.size;
    }
    return true;
}

enum step csv_next(struct csv *csv, struct err *err)
{
    if (csv->rest.size == 0)
        return STEP_END;
    csv->line = csv->next_line;
    csv->count = 0;
    str_reset(&csv->text);
    if (line_take(csv, err))
        return STEP_ROW;
    (void)err_ctx(err, "line %zu", csv->line);
    return STEP_ERROR;
}

size_t csv_left(const struct csv *csv)
{
    return csv->rest.size;
}

size_t csv_line(const struct csv *csv)
{
    return csv->line;
}

size_t csv_count(const struct csv *csv)
{
    return csv->count;
}

struct span csv_cell(const struct csv *csv, size_t index)
{
    size_t begin;

    if (index >= csv->count)
        return SPAN_NONE;
    begin = index ? csv->ends[index - 1] : 0;
    return (struct span){ str_text(&csv->text) + begin, csv->ends[index] - begin };
}
