/* Reading CSV. */
#include "base/csv.h"

#include "base/mem.h"
#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* The cells of all lines, each in brackets, each line after its number: "1[a][b] 2[c]". */
static char *read_all(struct span text, struct err *err)
{
    auto_csv *csv = csv_new(text);
    auto_str all = STR_MAX(MIB(4));
    enum step step;

    while ((step = csv_next(csv, err)) == STEP_ROW) {
        str_printf(&all, "%s%zu", all.size ? " " : "", csv_line(csv));
        for (size_t i = 0; i < csv_count(csv); i++) {
            str_add_char(&all, '[');
            str_add_span(&all, csv_cell(csv, i));
            str_add_char(&all, ']');
        }
        CHECK(!csv_cell(csv, csv_count(csv)).at);
    }
    CHECK((step == STEP_ERROR) == (err->kind != ERR_NONE));
    return str_take(&all);
}

TEST(lines_are_cut_into_cells)
{
    static const struct {
        struct span text;
        const char *cells;
    } cases[] = {
        { BYTES(""), "" },
        { { NULL, 0 }, "" },
        { BYTES("a,b,c\n"), "1[a][b][c]" },
        { BYTES("a,b,c"), "1[a][b][c]" },
        { BYTES("a\nb\n"), "1[a] 2[b]" },
        { BYTES("a\r\nb\r\n"), "1[a] 2[b]" },
        { BYTES("a,,\n,"), "1[a][][] 2[][]" },
        { BYTES("\n\na\n"), "1[] 2[] 3[a]" },
        { BYTES("\xEF\xBB\xBF"
                "a,b\n"),
          "1[a][b]" },
        { BYTES("\xEF\xBB\xBF\"a\",b\n"), "1[a][b]" },
        { BYTES(" a , b \n"), "1[ a ][ b ]" },
        /* quotes */
        { BYTES("\"a\",\"b,c\"\n"), "1[a][b,c]" },
        { BYTES("\"say \"\"yes\"\"\"\n"), "1[say \"yes\"]" },
        { BYTES("\"\",\"\"\n"), "1[][]" },
        { BYTES("\"\"\"\"\n"), "1[\"]" },
        { BYTES("\"two\nlines\",x\ny\n"), "1[two\nlines][x] 3[y]" },
        { BYTES("\"two\r\nlines\"\r\ny"), "1[two\r\nlines] 3[y]" },
        { BYTES("a\"b\",c\"\n"), "1[a\"b\"][c\"]" },
        /* the file names its separator */
        { BYTES("sep=;\na,b;c\n"), "2[a,b][c]" },
        { BYTES("\xEF\xBB\xBFSEP=|\r\na|b\r\n"), "2[a][b]" },
        { BYTES("sep=\t\ra\tb"), "2[a][b]" },
        { BYTES("sep=,x\na"), "1[sep=][x] 2[a]" },
        { BYTES("sep=;"), "1[sep=;]" },
        /* FileMaker ends its lines with a carriage return alone */
        { BYTES("a,b\rc,d\r"), "1[a][b] 2[c][d]" },
        { BYTES("\"a\rb\",c\rd"), "1[a\rb][c] 3[d]" },
        { BYTES("a\r\rb"), "1[a] 2[] 3[b]" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        auto_free char *cells = read_all(cases[i].text, &err);

        CHECK_STR(cells, cases[i].cells);
        CHECK_STR(err.msg, "");
    }
}

TEST(a_quote_that_does_not_close_is_said_with_its_line)
{
    static const struct {
        const char *text, *cells, *message;
    } cases[] = {
        { "\"a", "", "line 1: a quote does not close" },
        { "\"", "", "line 1: a quote does not close" },
        { "a\nb,\"c\nd\n", "1[a]", "line 2: a quote does not close" },
        { "a\n\"b\"\"", "1[a]", "line 2: a quote does not close" },
        { "\"a\"b,c\n", "",
          "line 1: something stands behind a closing quote (a quote inside of a cell in quotes is "
          "written twice)" },
        { "a\n\"b\\\"c\",d\n", "1[a]",
          "line 2: something stands behind a closing quote (a quote inside of a cell in quotes is "
          "written twice)" },
        { "a\n\"b\" ,c\n", "1[a]",
          "line 2: something stands behind a closing quote (a quote inside of a cell in quotes is "
          "written twice)" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        auto_free char *cells = read_all(span_of(cases[i].text), &err);

        CHECK_STR(cells, cases[i].cells);
        CHECK_AT(i, err.kind == ERR_DATA);
        CHECK_STR(err.msg, cases[i].message);
    }
}

/* Too long a line is refused, never cut, wherever it becomes too long. */
TEST(a_line_is_capped)
{
    static const struct {
        size_t before, bytes; /* empty cells, then a cell of that many bytes */
        const char *after, *message;
    } cases[] = {
        { 0, MIB(1), "", NULL },
        { 0, MIB(1) + 1, "", "line 1: longer than 1048576 bytes" },
        { 0, MIB(1) + 1, "\n", "line 1: longer than 1048576 bytes" },
        { 0, MIB(1) + 1, ",b\n", "line 1: longer than 1048576 bytes" },
        { 1023, 1, "\n", NULL },
        { 1024, 1, "\n", "line 1: more than 1024 cells" },
        { 5000, 1, "\n", "line 1: more than 1024 cells" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(MIB(2));
        auto_csv *csv = NULL;
        struct err err = { 0 };

        for (size_t n = 0; n < cases[i].before; n++)
            str_add_char(&text, ',');
        for (size_t n = 0; n < cases[i].bytes; n++)
            str_add_char(&text, 'x');
        str_add_text(&text, cases[i].after);
        csv = csv_new(str_span(&text));
        CHECK_AT(i, csv_next(csv, &err) == (cases[i].message ? STEP_ERROR : STEP_ROW));
        CHECK_STR(err.msg, cases[i].message ? cases[i].message : "");
        CHECK_AT(i, cases[i].message || csv_cell(csv, csv_count(csv) - 1).size == cases[i].bytes);
    }
    csv_free(NULL);
}
