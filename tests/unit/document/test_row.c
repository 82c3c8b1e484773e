/* The facts of a record, and the application's row made from them. */
#include "document/row.h"

#include "base/mem.h"
#include "base/time.h"
#include "document/key.h"
#include "tap.h"
#include "json/json.h"

#define UUID "7F2D0C7E-5A2E-4B58-9A3E-2C5B3E3F1A10"
#define STREAM "https://fms.example.com/Streaming_SSL/MainDB/AB.pdf?RCType=SecuredRCFileProcessor"

static struct container items[] = {
    { (char[]){ "Doc" }, 1, (char[]){ "Doc" } },
    { (char[]){ "Scan" }, 1, (char[]){ "Scan(1)" } },
    { (char[]){ "Scan" }, 2, (char[]){ "Scan(2)" } },
};
static const struct containers each = { items, lengthof(items), true };
static const struct containers waterfall = { items, lengthof(items), false };

static struct source_fields fields_of(const struct containers *containers)
{
    return (struct source_fields){ .layout = "API_Docs",
                                   .key = "id",
                                   .mark = "Mark",
                                   .name = "Name",
                                   .type = "Type",
                                   .date = "Date",
                                   .patient = "id_Contact",
                                   .author = "Author",
                                   .created = "Created",
                                   .containers = containers,
                                   .text_dates = DATE_US };
}

/* A record made from the JSON of its fields. */
struct held_record {
    struct json *json;
    struct filemaker_record record;
};

static struct held_record record_of(const char *fields_json)
{
    struct held_record held = { 0 };
    struct err err = { 0 };

    CHECK(json_read(span_of(fields_json), &held.json, &err));
    CHECK_STR(err.msg, "");
    held.record = (struct filemaker_record){ 17, 5, json_root(held.json) };
    return held;
}

static void record_end(struct held_record *held)
{
    json_free(held->json);
}

#define auto_record __attribute__((cleanup(record_end))) struct held_record

/* --- facts ---------------------------------------------------------------------------------- */

TEST(a_record_has_an_identity)
{
    static const struct {
        const char *json;
        bool by_record;
        const char *identity, *filemaker_id, *patient;
    } cases[] = {
        { "{\"id\":\"" UUID "\",\"id_Contact\":\" ABC-1 \"}", false,
          "7f2d0c7e-5a2e-4b58-9a3e-2c5b3e3f1a10", UUID, "abc-1" },
        { "{\"id\":\"  " UUID "\\r\"}", false, "7f2d0c7e-5a2e-4b58-9a3e-2c5b3e3f1a10", UUID, "" },
        { "{\"id\":\"" UUID "\"}", true, "rec:17", NULL, "" },
        { "{\"id\":\"7F2D0C7E5A2E4B589A3E2C5B3E3F1A10\"}", false, "rec:17", NULL, "" },
        { "{\"id\":\"\"}", false, "rec:17", NULL, "" },
        { "{\"id\":\"17\"}", false, "rec:17", NULL, "" },
        { "{\"id\":17}", false, "rec:17", NULL, "" },
        { "{\"id\":\"" UUID "\\u0000\"}", false, "rec:17", NULL, "" },
        { "{}", false, "rec:17", NULL, "" },
    };
    struct source_fields fields = fields_of(&each);

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_record held = record_of(cases[i].json);
        auto_facts facts = { 0 };

        facts_read(&fields, &held.record, cases[i].by_record, 0, &facts);
        CHECK_STR(str_text(&facts.identity), cases[i].identity);
        CHECK_STR(str_text(&facts.patient_id), cases[i].patient);
        CHECK_AT(i, span_equal(facts.filemaker_id, span_of(cases[i].filemaker_id)));
        CHECK_AT(i, facts.has_uuid == (cases[i].filemaker_id != NULL));
    }
}

TEST(a_container_is_chosen)
{
    static const struct {
        const char *json;
        const struct containers *containers;
        size_t which;
        const char *name, *storage;
        enum filemaker_content content;
    } cases[] = {
        { "{\"Doc\":\"" STREAM "\",\"Scan(1)\":\"\"}", &each, 0, "Doc", "secure",
          FILEMAKER_STREAM },
        { "{\"Doc\":\"" STREAM "\",\"Scan(1)\":\"\"}", &each, 1, "Scan(1)", "empty",
          FILEMAKER_EMPTY },
        { "{\"Doc\":\"\",\"Scan(2)\":\"file:a\"}", &waterfall, 0, "Scan(2)", "reference",
          FILEMAKER_REFERENCE },
        { "{\"Doc\":\"<No Access>\",\"Scan(1)\":\"" STREAM "\"}", &waterfall, 0, "Doc", "no-access",
          FILEMAKER_NO_ACCESS },
        { "{\"Doc\":\"\",\"Scan(1)\":\"\"}", &waterfall, 0, "Doc", "empty", FILEMAKER_EMPTY },
        { "{\"Doc\":\"odd\"}", &waterfall, 0, "Doc", "unknown", FILEMAKER_UNKNOWN },
        { "{\"Scan(1)\":\"\"}", &each, 0, "Doc", "no-access", FILEMAKER_NO_ACCESS },
        { "{\"Scan\":\"" STREAM "\"}", &each, 1, "Scan(1)", "secure", FILEMAKER_STREAM },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct source_fields fields = fields_of(cases[i].containers);
        auto_record held = record_of(cases[i].json);
        auto_facts facts = { 0 };

        facts_read(&fields, &held.record, false, cases[i].which, &facts);
        CHECK_STR(facts.container->name, cases[i].name);
        CHECK_STR(facts.storage, cases[i].storage);
        CHECK_AT(i, facts.content == cases[i].content);
    }
}

TEST(a_sighting_names_the_container)
{
    struct source_fields fields = fields_of(&each);
    auto_record held = record_of("{\"id\":\"" UUID "\",\"Type\":\"Letter\"}");

    for (size_t which = 0; which < 3; which++) {
        auto_facts facts = { 0 };
        struct ledger_census_entry s;

        facts_read(&fields, &held.record, false, which, &facts);
        s = facts_census_entry(&fields, &held.record, which, &facts);
        CHECK_AT(which, span_is(s.identity, "7f2d0c7e-5a2e-4b58-9a3e-2c5b3e3f1a10"));
        CHECK_AT(which, span_equal(s.container, which ? span_of("Scan") : SPAN_NONE));
        CHECK_AT(which, s.repetition == (which == 2 ? 2 : 1));
        CHECK_AT(which, s.record_id == 17 && s.mod_id == 5 && span_is(s.type, "Letter"));
    }
}

/* --- rows ----------------------------------------------------------------------------------- */

static struct document_row *make(const struct held_record *held, const struct source_fields *fields,
                                 const char *container, int repetition, const char *disposition)
{
    struct sha256 sha256 = sha256_of(span_of("bytes"));
    auto_facts facts = { 0 };
    size_t which = containers_find(fields->containers, container, repetition);

    facts_read(fields, &held->record, false, which, &facts);
    return row_make(&(struct row_parts){ .source_name = "Clinic/Docs",
                                         .identity = str_text(&facts.identity),
                                         .container = container,
                                         .repetition = repetition,
                                         .record = &held->record,
                                         .fields = fields,
                                         .facts = &facts,
                                         .disposition = disposition,
                                         .mime = "application/pdf",
                                         .ext = "pdf",
                                         .size_bytes = 5000000000,
                                         .sha256 = &sha256,
                                         .bucket = "bucket",
                                         .key = "a/b.pdf",
                                         .patient = "patient" });
}

TEST(a_row_has_what_the_record_says)
{
    struct source_fields fields = fields_of(&each);
    auto_record held =
        record_of("{\"id\":\"" UUID "\",\"Type\":\"Progress Note\","
                  "\"Date\":\"11/23/2026\",\"Author\":\" Ada \",\"Name\":\"a.pdf\"}");
    auto_row *row = make(&held, &fields, "", 1, NULL),
             *second = make(&held, &fields, "Scan", 2, NULL);
    struct registry_document d = row_document(row, 1234567), e = row_document(second, 0);
    char text[UUID_TEXT_SIZE];

    CHECK_STR(d.file_name, "a.pdf");
    CHECK_STR(d.original_name, "a.pdf");
    CHECK_STR(d.mime_type, "application/pdf");
    CHECK_STR(d.s3_bucket, "bucket");
    CHECK_STR(d.s3_key, "a/b.pdf");
    CHECK_STR(d.category, "progress-note");
    CHECK_STR(d.uploaded_by, "Ada");
    CHECK_STR(d.document_date, "2026-11-23");
    CHECK_STR(d.patient, "patient");
    CHECK(d.file_size == 5000000000 && d.now_us == 1234567);
    CHECK(d.has_filemaker_id);
    CHECK_STR(uuid_text(&d.filemaker_id, text), "7f2d0c7e-5a2e-4b58-9a3e-2c5b3e3f1a10");
    /* another container has a row of its own, without the id, which is unique */
    CHECK(!e.has_filemaker_id && memcmp(&d.id, &e.id, sizeof d.id) != 0);
}

/* These ids never change: another id would make every document a second time. */
TEST(a_row_has_the_same_id_for_ever)
{
    static const struct {
        const char *source, *identity, *container;
        int repetition;
        const char *id;
    } cases[] = {
        { "Clinic/Docs", "rec:17", "", 1, "e72f8369-42c9-54be-a722-a206e2d89c93" },
        { "Clinic/Docs", "rec:18", "", 1, "d94bc0f5-e8db-5b34-9321-efa902268067" },
        { "Clinic/Docs", "rec:17", "Scan", 1, "6c054dce-29ec-5b5f-969c-dd37b4d92aa8" },
        { "Clinic/Docs", "rec:17", "Scan", 2, "c17a2f0d-382b-5f20-8d32-8f5b64cf943c" },
        { "Clinic/Other", "rec:17", "", 1, "d23a892d-1b33-58f4-a649-c92d6ed3e095" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct uuid id =
            row_id(cases[i].source, cases[i].identity, cases[i].container, cases[i].repetition);
        char text[UUID_TEXT_SIZE];

        CHECK_STR(uuid_text(&id, text), cases[i].id);
    }
}

TEST(a_file_has_a_name)
{
    static const struct {
        const char *json, *disposition, *name;
        bool made;
    } cases[] = {
        { "{\"Name\":\"scan 1.pdf\"}", "attachment; filename=\"other.pdf\"", "scan 1.pdf", false },
        { "{\"Name\":\"C:\\\\Users\\\\ada\\\\a.pdf\"}", NULL, "a.pdf", false },
        { "{\"Name\":\"/Volumes/x/b.pdf \"}", NULL, "b.pdf", false },
        { "{\"Name\":\"a\\r\\nb\\u0000\\u007f.pdf\"}", NULL, "ab.pdf", false },
        { "{\"Name\":\"\xc3\xa4.pdf\"}", NULL, "\xc3\xa4.pdf", false },
        { "{\"Name\":\"\"}", "attachment; filename=\"c.pdf\"", "c.pdf", false },
        { "{\"Name\":\"folder/\"}", "attachment; filename=d.pdf; size=1", "d.pdf", false },
        { "{}", "attachment; filename=\"../../e.pdf\"", "e.pdf", false },
        { "{}", "attachment; filename*=UTF-8''na%C3%AFve%20f.pdf", "na\xc3\xafve f.pdf", false },
        { "{}", "attachment; filename=\"plain.pdf\"; filename*=utf-8'de'sch%C3%B6n.pdf",
          "sch\xc3\xb6n.pdf", false },
        { "{}", "attachment; filename*=ISO-8859-1''sch%F6n.pdf; filename=x.pdf", "sch\xc3\xb6n.pdf",
          false },
        { "{}", "attachment; filename*=UTF-8''%FF.pdf; filename=g.pdf", "g.pdf", false },
        { "{}", "attachment; filename*=KOI8-R''%C1.pdf; filename=h.pdf", "h.pdf", false },
        { "{}", "attachment; filename*=UTF-8''%4.pdf; filename=i.pdf", "i.pdf", false },
        { "{}", "attachment; filename=\"a\\\"b; c.pdf\"; size=3", "a\"b; c.pdf", false },
        { "{\"Type\":\"Letter\",\"Date\":\"11/23/2026\"}", "inline", "Letter 2026-11-23.pdf",
          true },
        { "{\"Type\":\" A/B\\\\C \",\"Date\":\"soon\"}", NULL, "A-B-C.pdf", true },
        { "{\"Type\":\"\\u0001\"}", NULL, "Document.pdf", true },
        { "{\"Type\":\"\"}", "attachment; filename=\"\"", "Document.pdf", true },
        { "{}", NULL, "Document.pdf", true },
    };
    struct source_fields fields = fields_of(&each);

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_record held = record_of(cases[i].json);
        auto_row *row = make(&held, &fields, "", 1, cases[i].disposition);
        struct registry_document d = row_document(row, 0);

        CHECK_STR(d.file_name, cases[i].name);
        CHECK_AT(i, (strstr(d.metadata, "\"file name made\"") != NULL) == cases[i].made);
    }
}

TEST(a_date_that_is_not_told_is_not_guessed)
{
    static const struct {
        const char *json;
        enum dates_form told;
        bool is_typed; /* the field is FileMaker's own date */
        const char *date, *found;
    } cases[] = {
        { "{\"Date\":\"03/04/2026\"}", DATE_US, false, "2026-03-04", NULL },
        { "{\"Date\":\"03/04/2026\"}", DATE_DAY_FIRST, false, "2026-04-03", NULL },
        { "{\"Date\":\"03/04/2026\"}", DATE_DAY_FIRST, true, "2026-03-04", NULL },
        { "{\"Date\":\"03/12/0001\"}", DATE_ASK, true, "0001-03-12", NULL },
        { "{\"Date\":\"03/04/2026 08:15:02\"}", DATE_ASK, true, "2026-03-04", NULL },
        { "{\"Date\":\"03/04/2026\"}", DATE_ASK, false, NULL, "day first or month first" },
        { "{\"Date\":\"25/04/2026\"}", DATE_ASK, false, "2026-04-25", NULL },
        { "{\"Date\":\"25/04/2026\"}", DATE_US, false, NULL, "not in the form" },
        { "{\"Date\":\"04/25/2026\"}", DATE_DAY_FIRST, false, NULL, "not in the form" },
        { "{\"Date\":\"3/4/26\"}", DATE_US, false, NULL, "date not understood" },
        { "{\"Date\":\"soon\"}", DATE_US, false, NULL, "date not understood" },
        { "{\"Date\":\"\"}", DATE_US, false, NULL, NULL },
        { "{}", DATE_US, false, NULL, NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct containers typed = each;
        struct source_fields fields = fields_of(&typed);
        auto_record held = record_of(cases[i].json);
        auto_row *row = NULL;
        struct registry_document d;

        fields.text_dates = cases[i].told;
        typed.date_fields = cases[i].is_typed ? (char[]){ "Created\nDate\n" } : NULL;
        row = make(&held, &fields, "", 1, NULL);
        d = row_document(row, 0);
        CHECK_AT(i, (d.document_date == NULL) == (cases[i].date == NULL));
        if (d.document_date && cases[i].date)
            CHECK_STR(d.document_date, cases[i].date);
        CHECK_AT(i, strstr(d.metadata, cases[i].found ? cases[i].found : "\"findings\":[\"file"));
        CHECK_AT(i, (row_date_doubt(&fields, &held.record) == DATE_DOUBT_NONE) == !cases[i].found);
        CHECK_STR(d.uploaded_by, "FileMaker Import");
    }
}

/* Any field may fill a column of dates: FileMaker's own, or a text in the configured form. */
TEST(a_text_field_is_a_moment_only_as_it_was_told)
{
    static const struct {
        const char *json;
        enum dates_form told;
        bool is_typed, is_moment;
        int month;
    } cases[] = {
        { "{\"Seen\":\"03/04/2026 10:00:00\"}", DATE_ASK, true, true, 3 },
        { "{\"Seen\":\"03/04/2026 10:00:00\"}", DATE_DAY_FIRST, true, true, 3 },
        { "{\"Seen\":\"03/04/2026 10:00:00\"}", DATE_DAY_FIRST, false, true, 4 },
        { "{\"Seen\":\"03/04/2026 10:00:00\"}", DATE_US, false, true, 3 },
        { "{\"Seen\":\"03/04/2026 10:00:00\"}", DATE_ASK, false, false, 0 },
        { "{\"Seen\":\"2026-03-04\"}", DATE_ASK, false, true, 3 },
        { "{\"Seen\":20260304}", DATE_US, false, false, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct containers typed = each;
        struct source_fields fields = fields_of(&typed);
        auto_record held = record_of(cases[i].json);
        auto_row *row = NULL;
        struct registry_document d;
        struct registry_field field;

        fields.text_dates = cases[i].told;
        typed.date_fields = cases[i].is_typed ? (char[]){ "Seen\n" } : NULL;
        row = make(&held, &fields, "", 1, NULL);
        d = row_document(row, 0);
        field = d.field(d.field_arg, "Seen");
        CHECK_AT(i, field.is_moment == cases[i].is_moment);
        CHECK_AT(i, !field.is_moment || field.moment.month == cases[i].month);
        CHECK_AT(i, field.is_number == (cases[i].json[8] == '2'));
    }
}

/* Every field of the layout is kept: numbers as the tokens that came, texts as their bytes. */
TEST(the_metadata_keeps_everything)
{
    static const struct {
        const char *json, *kept; /* inside "fields" */
        bool repaired;
    } cases[] = {
        { "{\"n\":12345678901234567890.120}", "{\"n\":12345678901234567890.120}", false },
        { "{\"n\":1e400,\"m\":-0}", "{\"n\":1e400,\"m\":-0}", false },
        { "{\"t\":\"a\\u00e4\\/\\n\"}", "{\"t\":\"a\\u00e4\\/\\n\"}", false },
        { "{\"null\":null,\"flag\":true}", "{\"null\":null,\"flag\":true}", false },
        { "{\"twice\":1,\"twice\":\"2\",\"\":\"x\"}", "{\"twice\":1,\"twice\":\"2\",\"\":\"x\"}",
          false },
        { "{\"twice\":1,\"b\":2,\"twice\":1}", "{\"twice\":1,\"b\":2}", false },
        { "{\"Doc\":\"" STREAM "\",\"Doc\":\"" STREAM "&x\"}", "{\"Doc\":\"secure\"}", false },
        { "{\"t\":\"a\\u0000b\"}",
          "{\"t\":\"a\xef\xbf\xbd"
          "b\"}",
          true },
        { "{\"t\":\"\\ud800x\"}", "{\"t\":\"\xef\xbf\xbdx\"}", true },
        { "{\"t\":\"\\ud83c\\udfe5\"}", "{\"t\":\"\\ud83c\\udfe5\"}", false },
        { "{\"t\":\"\xff\"}", "{\"t\":\"\xef\xbf\xbd\"}", true },
        { "{\"t\":\"a\tb\"}", "{\"t\":\"a\\tb\"}", true },
        { "{\"Doc\":\"" STREAM "\",\"Scan(1)\":\"file:a\"}",
          "{\"Doc\":\"secure\",\"Scan(1)\":\"file:a\"}", false },
        { "{\"t\":\"https://example.com/x\"}", "{\"t\":\"https://example.com/x\"}", false },
        { "{\"a\":[1,{\"b\":[]}]}", "{\"a\":[1,{\"b\":[]}]}", false },
    };
    struct source_fields fields = fields_of(&each);

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_record held = record_of(cases[i].json);
        auto_row *row = make(&held, &fields, "", 1, NULL);
        struct registry_document d = row_document(row, 0);
        auto_json *json = NULL;
        struct err err = { 0 };
        const struct json_value *root;

        CHECK_AT(i, json_read(span_of(d.metadata), &json, &err));
        if (!json)
            continue;
        root = json_root(json);
        CHECK_AT(i, span_equal(json_get(root, "fields")->raw, span_of(cases[i].kept)));
        CHECK_AT(i, (strstr(d.metadata, "\"text repaired\"") != NULL) == cases[i].repaired);
    }
}

TEST(the_metadata_says_where_it_comes_from)
{
    static const char want[] =
        "{\"source\":\"Clinic/Docs\",\"identity\":\"rec:17\",\"container\":\"Scan\","
        "\"repetition\":2,\"recordId\":17,\"modId\":5,\"storage\":\"secure\",\"sha256\":"
        "\"277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9\","
        "\"size\":5000000000,\"fields\":{\"Scan(2)\":\"secure\"},"
        "\"findings\":[\"file name made\",\"id of no use\"]}";
    struct source_fields fields = fields_of(&each);
    auto_record held = record_of("{\"Scan(2)\":\"" STREAM "\"}");
    auto_row *row = make(&held, &fields, "Scan", 2, NULL);

    CHECK_STR(row_document(row, 0).metadata, want);
}
