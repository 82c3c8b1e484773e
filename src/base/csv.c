/* One line at a time; its cells share one buffer. */
#include "base/csv.h"

#include "base/mem.h"

enum { LINE_MAX_BYTES = 1024 * 1024, CELLS_MAX = 1024 };

struct csv {
    struct span rest;
    size_t line, next_line;
    struct str text;
    size_t ends[CELLS_MAX]; /* where each cell ends in `text` */
    size_t count;
};

struct csv *csv_new(struct span text)
{
    struct csv *csv = mem_new(struct csv);

    csv->rest = span_starts(text, "\xEF\xBB\xBF") ? span_from(text, 3) : text;
    csv->next_line = 1;
    csv->text = (struct str)STR_MAX(LINE_MAX_BYTES);
    return csv;
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

/* What stands between quotes, up to the closing one; two quotes are one. False at the end of all.
 */
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

/* A cell and the separator behind it. `more_r`: another cell follows in this line. */
static bool cell_take(struct csv *csv, bool *more_r)
{
    *more_r = false;
    if (span_starts(csv->rest, "\"")) {
        (void)byte_take(csv);
        if (!quoted_take(csv))
            return false;
    }
    while (csv->rest.size) {
        char c = byte_take(csv);

        if (c == '\r' && span_starts(csv->rest, "\n"))
            c = byte_take(csv);
        *more_r = c == ',';
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
        if (!cell_take(csv, &more))
            return err_set(err, ERR_DATA, 0, "a quote does not close");
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
