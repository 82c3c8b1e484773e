/* $metadata: what is read of it, by version of the server, and what is refused. */
#include "filemaker/metadata.h"

#include "base/mem.h"
#include "tap.h"

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><edmx:Edmx Version=\"4.01\" "                       \
    "xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>"                  \
    "<Schema Namespace=\"com.filemaker.odata.My.File.fmp12\">"
#define TAIL "</Schema></edmx:DataServices></edmx:Edmx>"
#define OWN "com.filemaker.odata."
#define TYPE(name, inside) "<EntityType Name=\"" name "\">" inside "</EntityType>"
#define FIELD(name, type, inside)                                                                  \
    "<Property Name=\"" name "\" Type=\"" type "\">" inside "</Property>"
#define NOTE(term, value) "<Annotation Term=\"" OWN term "\" " value "/>"
#define SET(name, type)                                                                            \
    "<EntitySet Name=\"" name "\" EntityType=\"com.filemaker.odata.My.File.fmp12." type "\"/>"

static void metadata_of(const char *text, struct metadata *metadata_r)
{
    struct err err = { 0 };

    CHECK(metadata_read(span_of(text), metadata_r, &err));
    CHECK_STR(err.msg, "");
}

TEST(fields_are_read_with_their_annotations)
{
    auto_metadata metadata = { 0 };
    const struct metadata_table *table;
    const struct metadata_field *field;

    metadata_of(
        HEAD TYPE("DOCS_",
                  NOTE("TableID", "String=\"FMTID:129\"") FIELD("id", "Edm.String", "")
                      FIELD("Scan &amp; more", "Edm.Stream", NOTE("MaxRepetitions", "Int=\"3\""))
                          FIELD("Old", "Edm.Binary",
                                NOTE("MaxRepetitions", "String=\"2\"")
                                    NOTE("ExternalSecurePath", "String=\"Secure/\""))
                              FIELD("g", "Edm.String", NOTE("Global", "Bool=\"true\""))
                                  FIELD("n", "Edm.Decimal", NOTE("Summary", "Bool=\"true\"")) FIELD(
                                      "c", "Edm.String", NOTE("Calculation", "Bool=\"true\"")))
            SET("DOCS", "DOCS_") TAIL,
        &metadata);
    table = metadata_find(&metadata, "DOCS");
    CHECK(table && table->count == 6);
    CHECK_STR(table->id, "FMTID:129");
    field = metadata_field(table, "Scan & more");
    CHECK(field && field->is_container && field->repetitions == 3 && !field->is_external);
    field = metadata_field(table, "Old");
    CHECK(field && field->is_container && field->repetitions == 2 && field->is_external);
    CHECK(metadata_field(table, "g")->is_global && metadata_field(table, "n")->is_summary);
    CHECK(metadata_field(table, "c")->is_calculation);
    CHECK(!metadata_field(table, "id")->is_container && !metadata_field(table, "nope"));
}

TEST(occurrences_have_their_own_names)
{
    auto_metadata told = { 0 }, untold = { 0 };

    metadata_of(HEAD TYPE("DOCS_", FIELD("id", "Edm.String", ""))
                    TYPE("S_", FIELD("x", "Edm.String", "")) SET("Letters", "DOCS_")
                        SET("Scans", "DOCS_") SET("None", "Other_") TAIL,
                &told);
    CHECK(metadata_find(&told, "Letters") && metadata_find(&told, "Scans"));
    CHECK(metadata_field(metadata_find(&told, "Scans"), "id"));
    CHECK(!metadata_find(&told, "None") && !metadata_find(&told, "S") && !metadata_find(&told, ""));
    metadata_of(HEAD TYPE("DOCS_", "") TYPE("Plain", "") TAIL, &untold);
    CHECK(metadata_find(&untold, "DOCS") && metadata_find(&untold, "Plain"));
}

TEST(a_table_tells_what_names_its_rows)
{
    auto_metadata metadata = { 0 };

    metadata_of(HEAD TYPE("A_", "<Key><PropertyRef Name=\"id\"/></Key>")
                    TYPE("B_", "<Key><PropertyRef Name=\"ROWID\"/></Key>") TYPE("C_", "") TAIL,
                &metadata);
    CHECK(metadata_find(&metadata, "A")->is_keyed && !metadata_find(&metadata, "B")->is_keyed);
    CHECK(!metadata_find(&metadata, "C")->is_keyed);
}

TEST(the_version_is_where_it_is)
{
    static const struct {
        const char *note, *version;
        unsigned generation;
    } cases[] = {
        { "<Annotation Term=\"Org.OData.Core.V1.ProductVersion\" String=\"21.1.2.500\"/>",
          "21.1.2.500", 21 },
        { "<Annotation String=\"20.3.2\" Term=\"Org.OData.Core.V1.ProductVersion\"/>", "20.3.2",
          20 },
        { "<Annotation Term=\"ServerVersion\" String=\"OData Engine 26.0.1\"/>", "26.0.1", 26 },
        { "<Annotation Term=\"ServerVersion\" String=\"OData Engine 31.0\"/>", "31.0", 31 },
        { "<Annotation Term=\"ServerVersion\" String=\"4.01\"/>", "4.01", 0 },
        { "", "", 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *text = mem_printf("%s%s%s", HEAD, cases[i].note, TAIL);
        auto_metadata metadata = { 0 };

        metadata_of(text, &metadata);
        CHECK_STR(metadata.version, cases[i].version);
        CHECK(metadata_generation(&metadata) == cases[i].generation);
    }
}

TEST(what_is_no_metadata_is_refused)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        { "", "not well-formed" },
        { "{\"value\":[]}", "not well-formed" },
        { HEAD TYPE("DOCS_", FIELD("id", "Edm.String", "")), "not well-formed" },
        { "<html><body>Sign in</body></html>", "another kind" },
        { "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>", "document type" },
    };
    struct metadata none;

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        CHECK(!metadata_read(span_of(cases[i].text), &none, &err));
        CHECK(err.kind == ERR_DATA && strstr(err.msg, cases[i].words));
    }
}

TEST(depth_and_counts_are_capped)
{
    auto_str deep = STR_MAX(MIB(1)), wide = STR_MAX(MIB(64));
    struct metadata none;
    struct err err = { 0 };

    for (int i = 0; i < 40; i++)
        str_add_text(&deep, "<a>");
    CHECK(!metadata_read(str_span(&deep), &none, &err) && strstr(err.msg, "deeper"));
    str_add_text(&wide, HEAD);
    for (int i = 0; i < 20001; i++)
        str_add_text(&wide, TYPE("T_", ""));
    str_add_text(&wide, TAIL);
    err = (struct err){ 0 };
    CHECK(!metadata_read(str_span(&wide), &none, &err) && strstr(err.msg, "more tables"));
}
