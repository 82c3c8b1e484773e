/* The containers and records that are chosen, and the files that references lead to. */
#include "document/containers.h"

#include "base/mem.h"
#include "document/filter.h"
#include "document/reference.h"
#include "preflight/pinned.h"
#include "tap.h"
#include "json/json.h"

/* --- containers ----------------------------------------------------------------------------- */

static struct filemaker_field fields[] = {
    { .name = (char[]){ "id" },
      .result = (char[]){ "text" },
      .repetitions = 1,
      .repetitions_shown = 1 },
    { .name = (char[]){ "Doc" },
      .result = (char[]){ "container" },
      .repetitions = 1,
      .repetitions_shown = 1 },
    { .name = (char[]){ "Scan" },
      .result = (char[]){ "container" },
      .repetitions = 5,
      .repetitions_shown = 3 },
    { .name = (char[]){ "Odd (2)" },
      .result = (char[]){ "container" },
      .repetitions = 1,
      .repetitions_shown = 1 },
    { .name = (char[]){ "Odd(2)" },
      .result = (char[]){ "container" },
      .repetitions = 1,
      .repetitions_shown = 1 },
    { .name = (char[]){ "DocMD5" },
      .result = (char[]){ "text" },
      .repetitions = 1,
      .repetitions_shown = 1 },
    { .name = (char[]){ "ScanMD5" },
      .result = (char[]){ "text" },
      .repetitions = 5,
      .repetitions_shown = 3 },
    { .name = (char[]){ "gDoc" },
      .result = (char[]){ "container" },
      .global = true,
      .repetitions = 1,
      .repetitions_shown = 1 },
    { .name = (char[]){ "TO::Doc" },
      .result = (char[]){ "container" },
      .repetitions = 1,
      .repetitions_shown = 1 },
};
static const struct filemaker_layout layout = { fields, lengthof(fields), 0 };

/* The names of the values with the MD5 of each container: "DocMD5 - ScanMD5(2)"; NULL: refused. */
TEST(each_container_gets_the_field_of_its_md5)
{
    static const struct {
        const char *list, *md5s, *text;
    } cases[] = {
        { "Doc", "", "-" },
        { "Doc", "DocMD5", "DocMD5" },
        { "Doc", " - ", "-" },
        { "Doc, Scan", "DocMD5, ScanMD5", "DocMD5 ScanMD5(1) ScanMD5(2) ScanMD5(3)" },
        { "Doc, Scan(2)", "DocMD5, ScanMD5", "DocMD5 ScanMD5(2)" },
        { "Doc, Scan(2)", "-, ScanMD5", "- ScanMD5(2)" },
        { "Scan(1)", "DocMD5", "DocMD5" },
        { "Scan(2)", "DocMD5", NULL },   /* it says the first repetition's alone */
        { "Doc, Scan", "DocMD5", NULL }, /* and which is Scan's? */
        { "Doc", "DocMD5, ScanMD5", NULL },
        { "Doc", "DocMd5", NULL },
        { "Doc", "Scan", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_containers containers = { 0 };
        auto_str text = STR_MAX(KIB(1));
        struct err err = { 0 };

        CHECK_AT(i, containers_read(cases[i].list, true, &layout, &containers, &err));
        CHECK_AT(i, containers_read_md5(cases[i].md5s, &layout, &containers, &err)
                        == (cases[i].text != NULL));
        CHECK_AT(i, containers_read_path(cases[i].md5s, &layout, &containers, &err)
                        == (cases[i].text != NULL)); /* by the same rules */
        for (size_t k = 0; k < containers.count; k++)
            str_printf(&text, "%s%s", k ? " " : "",
                       containers.items[k].md5 ? containers.items[k].md5 : "-");
        for (size_t k = 0; cases[i].text && k < containers.count; k++)
            CHECK_AT(i, containers.items[k].md5
                            ? containers.items[k].path
                                  && strcmp(containers.items[k].md5, containers.items[k].path) == 0
                            : !containers.items[k].path);
        CHECK_AT(i, !cases[i].text || strcmp(str_text(&text), cases[i].text) == 0);
    }
}

TEST(a_list_of_containers_is_read_against_the_layout)
{
    static const struct {
        const char *list, *text; /* NULL: refused */
    } cases[] = {
        { "Doc", "each: Doc" },
        { " Doc , ", "each: Doc" },
        { "Scan", "each: Scan(1), Scan(2), Scan(3)" },
        { "Doc,Scan(2)", "each: Doc, Scan(2)" },
        { "Scan(3), Doc", "each: Scan(3), Doc" },
        { "Odd (2)", "each: Odd (2)" },
        { "Odd(2)", "each: Odd(2)" },
        { "Doc(1)", "each: Doc" },
        { "", NULL },
        { " , ", NULL },
        { "Nothing", NULL },
        { "doc", NULL },
        { "id", NULL },
        { "gDoc", NULL },
        { "TO::Doc", NULL },
        { "Scan(4)", NULL },
        { "Scan(0)", NULL },
        { "Scan(x)", NULL },
        { "Scan(2", NULL },
        { "Doc, Doc", NULL },
        { "Scan, Scan(2)", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_containers containers = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, containers_read(cases[i].list, true, &layout, &containers, &err)
                        == (cases[i].text != NULL));
        CHECK_AT(i, cases[i].text || (err.kind == ERR_USAGE && containers.count == 0));
        if (cases[i].text && containers.count) {
            auto_free char *text = containers_text(&containers);

            CHECK_STR(text, cases[i].text);
        }
    }
}

TEST(a_document_finds_its_container)
{
    static const struct {
        const char *field;
        int repetition;
        size_t place;
    } cases[] = {
        { "", 1, 0 },     { "", 7, 0 },     { "Scan", 1, 1 },
        { "Scan", 3, 3 }, { "Scan", 4, 4 }, { "Doc", 1, 4 },
    };
    auto_containers containers = { 0 };
    struct err err = { 0 };

    CHECK(containers_read("Doc, Scan", false, &layout, &containers, &err));
    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, containers_find(&containers, cases[i].field, cases[i].repetition)
                        == cases[i].place);
}

/* --- filters -------------------------------------------------------------------------------- */

TEST(containers_may_only_be_added_where_nothing_known_is_altered)
{
    static const struct {
        const char *before, *now;
        bool good;
    } cases[] = {
        { "waterfall: Doc", "waterfall: Doc, Scan", true },
        { "waterfall: Doc, Scan", "waterfall: Doc", false },
        { "waterfall: Doc, Scan", "waterfall: Scan, Doc", false },
        { "waterfall: Doc, Scan", "waterfall: Doc, Photo, Scan", false },
        { "waterfall: Doc, Scan", "each: Doc, Scan", false },
        { "waterfall: Doc", "waterfall: Scan", false },
        { "waterfall: Doc", "waterfall: Docs", false },
        { "waterfall: Doc", "each: Doc, Scan", true },
        { "waterfall: Doc", "each: Scan, Doc", false },
        { "waterfall: Doc", "waterfall: Doc(1), Doc(2)", true },
        { "each: Doc(1)", "each: Doc", true },
        { "each: Doc", "each: Doc, Scan", true },
        { "each: Doc, Scan", "each: Doc, Photo, Scan", true },
        { "each: Doc, Scan, Photo", "each: Doc, Photo, Scan", true },
        { "each: Doc, Scan", "each: Scan, Doc", false },
        { "each: Doc, Scan", "each: Doc, Photo", false },
        { "each: Doc, Scan", "each: Doc", false },
        { "each: Doc, Scan", "waterfall: Doc, Scan", false },
        { "each: Doc", "waterfall: Doc, Scan", true },
        { "each: Scan(1), Scan(2)", "each: Scan(1), Scan(2), Scan(3)", true },
        { "each: Scan(1), Scan(2)", "each: Scan(2)", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, pinned_containers_fit(span_of(cases[i].before), span_of(cases[i].now))
                        == cases[i].good);
}

TEST(a_filter_passes_what_it_means)
{
    static const char json_text[] =
        "{\"Type\":\" Letter \",\"Archived\":\"\",\"n\":7,\"Umlaut\":\"\xc3\x84rzte\","
        "\"Scan(1)\":\"x\",\"bar\":\"a|b\"}";
    static const struct {
        const char *filter;
        bool passes;
    } cases[] = {
        { "", true },
        { "  ", true },
        { "Type = Letter", true },
        { "Type=LETTER", true },
        { "Type = Report | letter", true },
        { "Type = Report", false },
        { "Type != Report", true },
        { "Type != letter | report", false },
        { "Type =", false },
        { "Type !=", true },
        { "Archived =", true },
        { "Archived !=", false },
        { "Nothing =", true },
        { "Nothing = x", false },
        { "n = 7", true },
        { "n = 07", false },
        { "Umlaut = \xc3\xa4RZTE", true },
        { "Scan = x", true },
        { "Type = Letter, n = 7", true },
        { "Type = Letter, n = 8", false },
        { "n = 8, Type = Letter", false },
    };
    auto_json *json = NULL;
    struct filemaker_record record;
    struct err err = { 0 };

    CHECK(json_read(span_of(json_text), &json, &err));
    record = (struct filemaker_record){ 1, 1, json_root(json) };
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct filter *filter = NULL;

        CHECK_AT(i, filter_read(cases[i].filter, "Mark", &filter, &err));
        CHECK_AT(i, filter && filter_passes(filter, &record) == cases[i].passes);
        filter_free(filter);
    }
    filter_free(NULL);
}

TEST(a_filter_that_is_none_is_refused)
{
    static const char *const filters[] = { "Type",     "= Letter",   "!= x", "Type = a, ",
                                           "Mark = x", " Mark  != ", ",",    "a = b,, c = d" };

    for (size_t i = 0; i < lengthof(filters); i++) {
        struct filter *filter = NULL;
        struct err err = { 0 };
        bool good = filter_read(filters[i], "Mark", &filter, &err);

        CHECK_AT(i, good ? i == 3 : err.kind == ERR_USAGE && !filter);
        filter_free(filter);
    }
}

TEST(a_filter_names_its_fields)
{
    struct filter *filter = NULL;
    struct err err = { 0 };

    CHECK(filter_read("Type = Letter, Archived !=", "", &filter, &err));
    if (!filter)
        return;
    CHECK_STR(filter_field(filter, 0), "Type");
    CHECK_STR(filter_field(filter, 1), "Archived");
    CHECK(!filter_field(filter, 2));
    filter_free(filter);
}

/* --- references ----------------------------------------------------------------------------- */

TEST(a_path_is_found_where_its_folder_is_mounted)
{
    static const char map[] = "C:/Scans = /mnt/scans, /Volumes/Old/ = /mnt/old,"
                              " //server/share = /mnt/share, bad, = /x";
    static const struct {
        const char *value, *path; /* NULL: nowhere */
    } cases[] = {
        { "file:a.pdf\rfilewin:/C:/Scans/2015/a.pdf", "/mnt/scans/2015/a.pdf" },
        { "filewin:/c:/SCANS/a.pdf", "/mnt/scans/a.pdf" },
        { "filewin:C:\\Scans\\a b.pdf", "/mnt/scans/a b.pdf" },
        { "size:640,480\rimage:a.jpg\rimagemac:/Volumes/Old/a.jpg\rimagewin:/C:/Scans/a.jpg",
          "/mnt/old/a.jpg" },
        { "moviewin://server/share/x/a.mov", "/mnt/share/x/a.mov" },
        { "filelinux:/Volumes/Old/\xc3\xa4.pdf", "/mnt/old/\xc3\xa4.pdf" },
        { "filewin:/C:/Scans2/a.pdf", NULL },
        { "filewin:/C:/Scans", NULL },
        { "filewin:/D:/Scans/a.pdf", NULL },
        { "filewin:/C:/Scans/../Windows/a.pdf", NULL },
        { "filewin:/C:/Scans/x/..", NULL },
        { "filewin:/C:/Scans/x\\..\\..\\a.pdf", NULL },
        { "filewin:/C:/Scans/..a/b..pdf", "/mnt/scans/..a/b..pdf" },
        { "filewin:/C:/Scans//x/.//a.pdf", "/mnt/scans/x/a.pdf" },
        { "filewin:/C:/Scans/..", NULL },
        { "filewin:/C:/Scans/.", NULL },
        { "bad/a.pdf", NULL },
        { "file:bad/a.pdf", NULL },
        { "file:/x/a.pdf", NULL },
        { "", NULL },
        { "file:", NULL },
        { "\r\r\r", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *path = reference_path(map, span_of(cases[i].value), NULL);

        CHECK_AT(i, (path != NULL) == (cases[i].path != NULL));
        if (path && cases[i].path)
            CHECK_STR(path, cases[i].path);
    }
    CHECK(!reference_path("", span_of("filewin:/C:/Scans/a.pdf"), NULL));
    CHECK(!reference_path("C:/Scans", span_of("filewin:/C:/Scans/a.pdf"), NULL));
}

TEST(a_reference_has_a_name)
{
    static const struct {
        const char *value, *name;
    } cases[] = {
        { "file:a.pdf\rfilewin:/C:/Scans/b.pdf", "a.pdf" },
        { "filewin:/C:/Scans/b c.pdf", "b c.pdf" },
        { "filewin:C:\\Scans\\b.pdf", "b.pdf" },
        { "size:1,1\rimagemac:/Vol/x/y.jpg", "y.jpg" },
        { "filewin:/C:/Scans/\rfile:z", "z" },
        { "size:1,1", NULL },
        { "", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, span_equal(reference_name(span_of(cases[i].value)), span_of(cases[i].name)));
}
