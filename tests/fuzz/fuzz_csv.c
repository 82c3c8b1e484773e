/* Any bytes as CSV; what is read, written with quotes, reads back as the same cells. */
#include "fuzz.h"

#include "base/csv.h"

static void add_quoted(struct str *to, struct span cell)
{
    str_add_char(to, '"');
    for (size_t i = 0; i < cell.size; i++)
        str_add(to, cell.at[i] == '"' ? "\"\"" : &cell.at[i], cell.at[i] == '"' ? 2 : 1);
    str_add_char(to, '"');
}

static void check_rereading(const struct csv *csv)
{
    auto_str line = STR_MAX(MIB(8));
    auto_csv *again = NULL;
    struct err err = { 0 };

    for (size_t i = 0; i < csv_count(csv); i++) {
        str_add_text(&line, i ? "," : "");
        add_quoted(&line, csv_cell(csv, i));
    }
    again = csv_new(str_span(&line));
    assert(csv_next(again, &err) == STEP_ROW && csv_count(again) == csv_count(csv));
    for (size_t i = 0; i < csv_count(csv); i++)
        assert(span_equal(csv_cell(again, i), csv_cell(csv, i)));
    assert(csv_next(again, &err) == STEP_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_csv *csv = csv_new(fuzz_span(data, size));
    struct err err = { 0 };
    size_t line = 0;
    enum step step;

    while ((step = csv_next(csv, &err)) == STEP_ROW) {
        assert(csv_count(csv) > 0 && csv_line(csv) > line && !csv_cell(csv, csv_count(csv)).at);
        line = csv_line(csv);
        check_rereading(csv);
    }
    assert((step == STEP_ERROR) == (err.kind == ERR_DATA));
    return 0;
}
