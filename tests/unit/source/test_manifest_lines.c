/* The text of a manifest: what is read, and what is refused, with its line. */
#include "source/manifest_lines.h"

#include "tap.h"

#define COLUMNS                                                                                    \
    "table,record_id,mod_id,field,repetition,original_name,size,md5,storage_type,relative_path,id"
#define MD5 "d41d8cd98f00b204e9800998ecf8427E"
#define LINE "Letters,7,3,Doc,1,a.pdf,10," MD5 ",Embedded,7_1.bin,x\n"
#define WITH(cells) COLUMNS "\n" LINE cells "\n#end,2\n"

/* Reads all; "" or why not. */
static const char *read_all(struct span text, size_t *count_r, struct err *err)
{
    auto_manifest_lines *lines = NULL;
    struct manifest_line line;
    enum step step;

    *err = (struct err){ 0 };
    *count_r = 0;
    if (!manifest_lines_open(text, &lines, err))
        return err->msg;
    while ((step = manifest_lines_next(lines, &line, err)) == STEP_ROW)
        ++*count_r;
    return err->msg;
}

TEST(documents_are_read)
{
    static const struct {
        const char *text;
        size_t count;
    } cases[] = {
        { COLUMNS "\n#end,0\n", 0 },
        { COLUMNS "\n" LINE "#end,1", 1 },
        { "\xef\xbb\xbf" COLUMNS "\r\n"
          "Letters,7,3,Doc,1,a.pdf,10," MD5 ",,a/b.bin,\r\n#end,1\r\n",
          1 },
        { WITH("Letters,8,3,Doc,1,\"a, \"\"b\"\"\r\n.pdf\",10," MD5 ",,\"8,1.bin\",\"x\ry\""), 2 },
    };
    struct err err;
    size_t count;

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_STR(read_all(span_of(cases[i].text), &count, &err), "");
        CHECK_AT(i, count == cases[i].count);
    }
}

TEST(cells_are_as_they_were_written)
{
    const char *text = "\xef\xbb\xbf" COLUMNS "\n"
                       "Letters,8,3,Doc,2,\"a, \"\"b\"\"\n.pdf\",10," MD5 ",,8_2.bin,of \xc3\xa4\n"
                       "#end,1\n";
    auto_manifest_lines *lines = NULL;
    struct manifest_line line = { 0 };
    struct err err;

    CHECK(manifest_lines_open(span_of(text), &lines, &err) && manifest_lines_has_mark(lines));
    CHECK(manifest_lines_next(lines, &line, &err) == STEP_ROW);
    CHECK(line.number == 2 && line.record_id == 8 && line.mod_id == 3 && line.repetition == 2);
    CHECK(line.size_bytes == 10 && line.md5[0] == 0xd4 && line.md5[15] == 0x7e);
    CHECK(span_is(line.name, "a, \"b\"\n.pdf") && span_is(line.path, "8_2.bin"));
    CHECK(manifest_lines_is_field(lines, 10) && !manifest_lines_is_field(lines, 9));
    CHECK(span_is(manifest_lines_cell(lines, 10), "of \xc3\xa4"));
    CHECK(manifest_lines_again(lines, 2, line.offset, line.length, &line, &err));
    CHECK(span_is(line.table, "Letters") && span_is(line.field, "Doc"));
}

TEST(what_departs_is_refused_with_its_line)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        { "", "does not begin with the names" },
        { "sep=,\n" COLUMNS "\n#end,0\n", "does not begin with the names" },
        { COLUMNS "\n" LINE, "cut short" },
        { COLUMNS "\n" LINE "#end,2\n", "line 3: #end says 2 documents, and 1 stand before it" },
        { COLUMNS "\n#end,1\n", "line 2: #end says 1" },
        { COLUMNS "\n#end,0,\n", "line 2: the last line is #end,COUNT" },
        { COLUMNS "\n#end,0\n" LINE, "line 2: something stands behind #end" },
        { COLUMNS "\n#end,0\n\n", "line 2: something stands behind #end" },
        { COLUMNS ",id\n#end,0\n", "column 'id' stands there twice" },
        { COLUMNS ",\n#end,0\n", "column 12 has no name" },
        { "table,record_id\n#end,0\n", "no column 'mod_id'" },
        { COLUMNS "\rLetters", "line 1 ends with a carriage return alone" },
        { WITH(""), "line 3: it has 1 cells" },
        { WITH("Letters,8,3,Doc,1,M\xfcller,10," MD5 ",,8_1.bin,x"), "line 3: byte " },
        { WITH("Letters,8,3,Doc,1,a\"b,10," MD5 ",,8_1.bin,x"),
          "line 3: a quote stands in a cell" },
        { WITH("Letters,8,3,Doc,1,\"a\"b,10," MD5 ",,8_1.bin,x"),
          "line 3: something stands behind" },
        { WITH("Letters,8,3,Doc,1,\"ab,10," MD5 ",,8_1.bin,x"), "line 3: a quote does not close" },
        { WITH("Letters,0,3,Doc,1,a,10," MD5 ",,8_1.bin,x"), "line 3: column 'record_id'" },
        { WITH("Letters,8,-3,Doc,1,a,10," MD5 ",,8_1.bin,x"), "line 3: column 'mod_id'" },
        { WITH("Letters,8,3,Doc,0,a,10," MD5 ",,8_1.bin,x"), "line 3: column 'repetition'" },
        { WITH("Letters,8,3,Doc,1,a,1e3," MD5 ",,8_1.bin,x"), "line 3: column 'size'" },
        { WITH("Letters,8,3,Doc,1,a,10,?,,8_1.bin,x"), "line 3: column 'md5' has no MD5" },
        { WITH(",8,3,Doc,1,a,10," MD5 ",,8_1.bin,x"), "line 3: column 'table' has nothing" },
        { WITH("Letters,8,3,,1,a,10," MD5 ",,8_1.bin,x"), "line 3: column 'field' has nothing" },
        { WITH("Letters,8,3,Doc,1,a,10," MD5 ",,../8_1.bin,x"), "line 3: column 'relative_path'" },
        { WITH("Letters,8,3,Doc,1,a,10," MD5 ",,/8_1.bin,x"), "line 3: column 'relative_path'" },
        { WITH("Letters,8,3,Doc,1,a,10," MD5 ",,backup:,x"), "line 3: column 'relative_path'" },
        { WITH("Letters,8,3,Doc,1,a,10," MD5 ",,backup:../a,x"), "line 3: column 'relative_path'" },
        { WITH("Letters,8,3,Doc,1,a,10," MD5 ",,backup:/a,x"), "line 3: column 'relative_path'" },
        { WITH("Letters,8,3,Doc,1,a,10," MD5 ",,a\\8_1.bin,x"), "line 3: column 'relative_path'" },
        { WITH("Letters,8,3,Doc,1,a,10," MD5 ",,,x"), "line 3: column 'relative_path'" },
    };
    struct err err;
    size_t count;

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, strstr(read_all(span_of(cases[i].text), &count, &err), cases[i].words));
        CHECK_AT(i, err.kind == ERR_DATA);
    }
}
