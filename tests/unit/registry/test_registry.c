/* The application's tables, as Django makes and reads them. */
#include "registry/rows.h"

#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "folder.h"
#include "tap.h"

/* A registry in a folder of its own. */
struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct sql *sql;
    struct registry *registry;
};

/* Not read if the connection is shared. */
static const struct registry_settings no_settings = { .url = "" };

static struct place place_without_tables(void)
{
    char *folder = folder_new();
    struct place place = { folder, mem_printf("sqlite:%s/nexus.db", folder), cancel_new(), NULL,
                           NULL };
    struct err err = { 0 };

    if (!sql_open(place.url, place.cancel, &place.sql, &err))
        abort();
    return place;
}

static struct place place_new(void)
{
    struct place place = place_without_tables();
    struct err err = { 0 };

    CHECK(registry_open(&no_settings, place.sql, place.cancel, &place.registry, &err));
    CHECK_STR(err.msg, "");
    return place;
}

static void place_end(struct place *place)
{
    registry_free(place->registry);
    sql_close(place->sql);
    cancel_free(place->cancel);
    free(place->url);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

#define STATEMENT(statement_name, words)                                                           \
    static const struct sql_text statement_name = { #statement_name, words, NULL }

/* The first row of a query, its columns as text with '|' between them and NULL as "-". */
static void look(struct place *place, const struct sql_text *text, struct str *to)
{
    auto_rows *rows = NULL;
    struct err err = { 0 };

    str_reset(to);
    CHECK(sql_query(place->sql, text, SQL_NO_ARGS, &rows, &err));
    CHECK_STR(err.msg, "");
    if (rows && sql_next(rows, &err) == STEP_ROW)
        str_add_span(to, sql_get_text(rows, 0));
}

static bool script(struct place *place, const char *words)
{
    struct err err = { 0 };
    bool good = sql_script(place->sql, words, &err);

    CHECK_STR(err.msg, "");
    return good;
}

/* --- tables --------------------------------------------------------------------------------- */

/* An unknown word would leave a check out that somebody wanted. */
TEST(a_second_identifier_is_one_that_there_is)
{
    static const struct {
        const char *words, *unknown; /* NULL: all are known */
    } cases[] = {
        { "dob", NULL },          { "dob, last_name,first_name", NULL },
        { "mother", "'mother'" }, { "dob, mother", "'mother'" },
        { "DOB", "'DOB'" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_without_tables();
        struct registry_settings settings = { .url = "", .second_identifier = cases[i].words };
        struct err err = { 0 };
        bool good = registry_open(&settings, place.sql, place.cancel, &place.registry, &err);

        CHECK_AT(i, good == !cases[i].unknown);
        CHECK_AT(i, good || (err.kind == ERR_USAGE && strstr(err.msg, cases[i].unknown)));
    }
}

TEST(the_applications_tables_are_made_or_found)
{
    static const struct {
        const char *before;
        enum err_kind kind;
    } cases[] = {
        { "select 1", ERR_NONE },
        { "create table patients_patient (id char(32))", ERR_USAGE },
        { "create table documents_document (id char(32))", ERR_USAGE },
        { "create table django_content_type (id integer, app_label text, model text)", ERR_USAGE },
        { "create table django_content_type (id integer, app_label text, model text);"
          "create table documents_document (id char(32));"
          "create table patients_patient (id char(32))",
          ERR_USAGE },
    };
    STATEMENT(documents, "select count(*) from documents_document");

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_without_tables();
        auto_str text = STR_MAX(KIB(1));
        struct err err = { 0 };

        CHECK_AT(i, script(&place, cases[i].before));
        for (size_t again = 0; again < 2; again++) {
            auto_registry *registry = NULL;

            CHECK_AT(i, registry_open(&no_settings, place.sql, place.cancel, &registry, &err)
                            == (cases[i].kind == ERR_NONE));
            CHECK_AT(i, err.kind == cases[i].kind);
        }
        if (cases[i].kind == ERR_NONE) {
            look(&place, &documents, &text);
            CHECK_STR(str_text(&text), "0");
        }
    }
}

TEST(a_reader_makes_nothing)
{
    STATEMENT(tables, "select count(*) from sqlite_master");
    auto_place place = place_without_tables();
    auto_str text = STR_MAX(KIB(1));
    struct registry_settings settings = { .url = place.url };
    auto_registry *registry = NULL;
    struct err err = { 0 };

    CHECK(!registry_open_reader(&settings, place.cancel, &registry, &err));
    CHECK(err.kind == ERR_USAGE);
    look(&place, &tables, &text);
    CHECK_STR(str_text(&text), "0");
}

/* --- documents ------------------------------------------------------------------------------ */

#define ROW                                                                                        \
    "select id || '|' || coalesce(object_id, '-') || '|' || file_name || '|' || original_name"     \
    " || '|' || file_size || '|' || mime_type || '|' || s3_bucket || '|' || s3_key || '|' ||"      \
    " s3_url || '|' || category || '|' || description || '|' || tags || '|' || uploaded_by"        \
    " || '|' || uploaded_at || '|' || updated_at || '|' || coalesce(document_date, '-') || '|' ||" \
    " is_active || '|' || coalesce(filemaker_id, '-') || '|' || filemaker_metadata || '|' ||"      \
    " coalesce((select model from django_content_type c where c.id = content_type_id), '-')"       \
    " from documents_document"
STATEMENT(document_row, ROW);

/* 2026-11-23 08:15:02.000007 UTC */
static const int64_t some_time_us = INT64_C(1795421702000007);

static struct registry_document some_document(void)
{
    return (struct registry_document){ .id = { { 0x0b, 0x6a, 0x2d, 0x53, 0x88, 0xa1, 0x4c, 0x0e,
                                                 0xb8, 0xc7, 0x9a, 0x54, 0xf0, 0xd6, 0xe2, 0xb1 } },
                                       .patient = "AAAAAAAA-5A2E-4B58-9A3E-2C5B3E3F1A10",
                                       .file_name = "a.pdf",
                                       .original_name = "b.pdf",
                                       .file_size = 123,
                                       .mime_type = "application/pdf",
                                       .s3_bucket = "bucket",
                                       .s3_key = "x/a.pdf",
                                       .category = "letter",
                                       .uploaded_by = "Ada",
                                       .now_us = some_time_us,
                                       .document_date = "2026-11-22",
                                       .has_filemaker_id = true,
                                       .filemaker_id = { { 1, 2, 3 } },
                                       .metadata = "{\"a\":1}" };
}

static bool put(struct place *place, const struct registry_document *document, struct err *err)
{
    auto_tx tx = { 0 };
    bool there = false;
    int64_t print;

    return sql_begin(place->sql, &tx, err)
           && registry_put_document(place->registry, document, &there, &print, err)
           && (there || err_set(err, ERR_DATA, 0, "the row was deleted")) && sql_commit(&tx, err);
}

static void check_put(struct place *place, const struct registry_document *document)
{
    struct err err = { 0 };

    CHECK(put(place, document, &err));
    CHECK_STR(err.msg, "");
}

TEST(a_row_is_as_django_writes_it)
{
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(4));
    struct registry_document d = some_document();

    check_put(&place, &d);
    look(&place, &document_row, &text);
    CHECK_STR(str_text(&text),
              "0b6a2d5388a14c0eb8c79a54f0d6e2b1|aaaaaaaa5a2e4b589a3e2c5b3e3f1a10|a.pdf|b.pdf|123|"
              "application/pdf|bucket|x/a.pdf||letter||[]|Ada|2026-11-23 08:15:02.000007|"
              "2026-11-23 08:15:02.000007|2026-11-22|1|01020300000000000000000000000000|"
              "{\"a\":1}|patient");
}

/* Values that people may have changed in the application stay; the rest follows the source. */
TEST(a_row_is_brought_up_to_date)
{
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(4));
    struct registry_document d = some_document();

    check_put(&place, &d);
    CHECK(script(&place, "update documents_document set is_active = 0, description = 'kept',"
                         " tags = '[\"kept\"]'"));
    d.patient = NULL;
    d.file_name = d.original_name = "c.pdf";
    d.file_size = UINT64_C(5000000000);
    d.s3_key = "x/c.pdf";
    d.category = "report";
    d.now_us += TIME_SECOND;
    d.document_date = NULL;
    d.metadata = "{}";
    check_put(&place, &d);
    look(&place, &document_row, &text);
    CHECK_STR(str_text(&text),
              "0b6a2d5388a14c0eb8c79a54f0d6e2b1|-|c.pdf|c.pdf|2147483647|application/pdf|bucket|"
              "x/c.pdf||report|kept|[\"kept\"]|Ada|2026-11-23 08:15:02.000007|"
              "2026-11-23 08:15:03.000007|-|0|01020300000000000000000000000000|{}|-");
    d.patient = "bbbbbbbb5a2e4b589a3e2c5b3e3f1a10";
    check_put(&place, &d);
    look(&place, &document_row, &text);
    CHECK(strstr(str_text(&text), "|bbbbbbbb5a2e4b589a3e2c5b3e3f1a10|") != NULL);
    CHECK(span_ends(str_span(&text), "|patient"));
}

static char *umlauts(size_t count)
{
    auto_str text = STR_MAX(KIB(8));

    while (count-- > 0)
        str_add_text(&text, "\xc3\xa4");
    return mem_text(str_text(&text));
}

/* Texts are cut by characters, as the columns count; a key never is: it would lead nowhere. */
TEST(texts_are_cut_to_what_the_columns_take)
{
    STATEMENT(lengths, "select length(file_name) || ' ' || length(original_name) || ' ' ||"
                       " length(mime_type) || ' ' || length(category) || ' ' || "
                       "length(uploaded_by) from documents_document");
    STATEMENT(name, "select file_name from documents_document");
    STATEMENT(key_length, "select length(s3_key) from documents_document");
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(4));
    auto_free char *long_text = umlauts(600), *longest_key = mem_zero(513),
                   *long_key = mem_zero(514);
    struct registry_document d = some_document();
    struct err err = { 0 };

    d.file_name = d.original_name = d.mime_type = d.category = d.uploaded_by = long_text;
    memset(longest_key, 'k', 512);
    memset(long_key, 'k', 513);
    d.s3_key = longest_key;
    check_put(&place, &d);
    look(&place, &lengths, &text);
    CHECK_STR(str_text(&text), "255 255 100 100 100");
    look(&place, &name, &text);
    CHECK(text.size == 510 && utf8_is_valid(str_span(&text)));
    look(&place, &key_length, &text);
    CHECK_STR(str_text(&text), "512");
    d.s3_key = long_key;
    CHECK(!put(&place, &d, &err) && err.kind == ERR_DATABASE && err.code == SQL_CONSTRAINT);
}

TEST(what_the_application_refuses_is_a_constraint)
{
    auto_place place = place_new();
    struct registry_document d = some_document(), other = d, bad = d;
    struct err err = { 0 };

    check_put(&place, &d);
    other.id.bytes[0]++; /* another document with the same FileMaker id */
    CHECK(!put(&place, &other, &err) && err.kind == ERR_DATABASE && err.code == SQL_CONSTRAINT);
    other.has_filemaker_id = false;
    check_put(&place, &other);
    other.id.bytes[0]++; /* many may have none */
    check_put(&place, &other);
    bad.metadata = "no JSON";
    CHECK(!put(&place, &bad, &err) && err.kind == ERR_DATABASE && err.code == SQL_CONSTRAINT);
    bad.metadata = "{}";
    bad.patient = "17";
    CHECK(!put(&place, &bad, &err) && err.kind == ERR_DATA);
}

/* --- who writes ----------------------------------------------------------------------------- */

TEST(a_late_writer_is_refused)
{
    static const struct {
        int64_t lineage, epoch;
        bool good;
    } cases[] = {
        { 5, 3, true },  { 5, 3, true },  { 5, 2, false },        { 5, 4, true },
        { 4, 9, false }, /* an older ledger */
        { 6, 1, true },  { 5, 9, false }, { 6, INT64_MAX, true }, { INT64_MAX, 1, true },
    };
    auto_place place = place_new();
    struct registry_document d = some_document();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        d.writer = (struct registry_writer){ cases[i].lineage, cases[i].epoch };
        CHECK_AT(i, put(&place, &d, &err) == cases[i].good);
        if (!cases[i].good)
            CHECK_AT(i, err.kind == ERR_DATABASE && err.code == SQL_CONSTRAINT);
    }
}

TEST(a_deleted_row_is_not_made_again)
{
    STATEMENT(rows, "select count(*) from documents_document");
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(4));
    struct registry_document d = some_document();
    struct registry_move move = { .id = d.id, .bucket = "", .key = "k" };
    struct err err = { 0 };
    auto_tx tx = { 0 };
    bool there = true;
    int64_t print;

    check_put(&place, &d);
    check_put(&place, &d);
    CHECK(script(&place, "delete from documents_document"));
    CHECK(sql_begin(place.sql, &tx, &err));
    CHECK(registry_put_document(place.registry, &d, &there, &print, &err) && !there);
    there = true;
    CHECK(registry_move_document(place.registry, &move, &there, &print, &err) && !there);
    CHECK(sql_commit(&tx, &err));
    look(&place, &rows, &text);
    CHECK_STR(str_text(&text), "0");
}

TEST(a_row_is_pointed_to_another_patient)
{
    STATEMENT(place_of,
              "select coalesce(object_id, '-') || '|' || coalesce(content_type_id > 0, '-')"
              " || '|' || s3_bucket || '|' || s3_key || '|' || updated_at || '|' ||"
              " file_name from documents_document");
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(4));
    struct registry_document d = some_document();
    struct registry_move move = {
        .id = d.id, .bucket = "b", .key = "unlinked/a.pdf", .now_us = some_time_us + TIME_SECOND
    };
    struct err err = { 0 };
    bool there = false;
    int64_t print;

    check_put(&place, &d);
    CHECK(registry_move_document(place.registry, &move, &there, &print, &err) && there);
    look(&place, &place_of, &text);
    CHECK_STR(str_text(&text), "-|-|b|unlinked/a.pdf|2026-11-23 08:15:03.000007|a.pdf");
    move.patient = "bbbbbbbb-5a2e-4b58-9a3e-2c5b3e3f1a10";
    move.key = "linked/a.pdf";
    CHECK(registry_move_document(place.registry, &move, &there, &print, &err) && there);
    look(&place, &place_of, &text);
    CHECK_STR(str_text(&text), "bbbbbbbb5a2e4b589a3e2c5b3e3f1a10|1|b|linked/a.pdf|"
                               "2026-11-23 08:15:03.000007|a.pdf");
}

/* --- documents as they are shown ------------------------------------------------------------- */

static void seen_add(void *arg, const struct registry_seen *row)
{
    str_printf(arg,
               "%d|" SPAN_FORMAT "|" SPAN_FORMAT "|" SPAN_FORMAT "|" SPAN_FORMAT "|" SPAN_FORMAT
               "|" SPAN_FORMAT "|%jd ",
               row->is_active, SPAN_ARGS(row->patient), SPAN_ARGS(row->key), SPAN_ARGS(row->type),
               SPAN_ARGS(row->name), SPAN_ARGS(row->mime), SPAN_ARGS(row->day),
               (intmax_t)row->size);
}

TEST(rows_are_seen_as_the_application_has_them)
{
    static const struct {
        const char *before, *seen;
        int64_t of_patient;
    } cases[] = {
        { "select 1",
          "1|aaaaaaaa5a2e4b589a3e2c5b3e3f1a10|x/a.pdf|letter|b.pdf|application/pdf|2026-11-22|123 ",
          1 },
        { "update documents_document set is_active = 0",
          "0|aaaaaaaa5a2e4b589a3e2c5b3e3f1a10|x/a.pdf|letter|b.pdf|application/pdf|2026-11-22|123 ",
          0 },
        { "update documents_document set content_type_id = 2",
          "1||x/a.pdf|letter|b.pdf|application/pdf|2026-11-22|123 ", 1 },
        { "delete from documents_document", "", 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new();
        auto_str text = STR_MAX(KIB(4));
        struct registry_document d = some_document();
        struct uuid ids[] = { uuid_v4(), d.id };
        struct err err = { 0 };
        int64_t count = -1;

        check_put(&place, &d);
        CHECK_AT(i, script(&place, cases[i].before));
        CHECK_AT(i, registry_each_seen(place.registry, ids, lengthof(ids), seen_add, &text, &err));
        CHECK_STR(err.msg, "");
        CHECK_STR(str_text(&text), cases[i].seen);
        CHECK_AT(i, registry_count_of_patient(place.registry, d.patient, &count, &err)
                        && count == cases[i].of_patient);
    }
}

TEST(a_patient_is_the_same_with_and_without_hyphens)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        { "aaaaaaaa5a2e4b589a3e2c5b3e3f1a10", "AAAAAAAA-5A2E-4B58-9A3E-2C5B3E3F1A10", true },
        { "aaaaaaaa5a2e4b589a3e2c5b3e3f1a10", "aaaaaaaa5a2e4b589a3e2c5b3e3f1a11", false },
        { "12", "12", true },
        { "1-2", "12", false },
        { NULL, NULL, true },
        { NULL, "12", false },
        { "12", NULL, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, registry_same_patient(cases[i].a ? span_of(cases[i].a) : SPAN_NONE,
                                          cases[i].b ? span_of(cases[i].b) : SPAN_NONE)
                        == cases[i].same);
}

/* A registry of its own begins with the first change, and commits or rolls back by itself. */
TEST(a_registry_apart_has_changes_of_its_own)
{
    STATEMENT(rows, "select count(*) from documents_document");
    auto_place place = place_without_tables();
    struct registry_settings settings = { .url = place.url };
    auto_registry *registry = NULL;
    auto_str text = STR_MAX(KIB(4));
    struct registry_document d = some_document();
    struct err err = { 0 };
    bool there;
    int64_t print;

    CHECK(registry_open(&settings, NULL, place.cancel, &registry, &err));
    CHECK(registry_commit(registry, &err)); /* nothing to commit */
    CHECK(registry_put_document(registry, &d, &there, &print, &err) && there);
    look(&place, &rows, &text);
    CHECK_STR(str_text(&text), "0");
    registry_take_back(registry);
    registry_take_back(registry);
    CHECK(registry_commit(registry, &err));
    look(&place, &rows, &text);
    CHECK_STR(str_text(&text), "0");
    CHECK(registry_put_document(registry, &d, &there, &print, &err) && there);
    CHECK(registry_commit(registry, &err));
    look(&place, &rows, &text);
    CHECK_STR(str_text(&text), "1");
    CHECK(registry_reconnect(registry, &err));
    CHECK(registry_put_document(registry, &d, &there, &print, &err)
          && registry_commit(registry, &err));
    CHECK_STR(err.msg, "");
    CHECK(registry_commit(NULL, &err) && registry_reconnect(NULL, &err));
    registry_take_back(NULL);
}

/* In one database, the ledger's commit is the registry's, too. */
TEST(a_shared_registry_leaves_the_commit_to_the_ledger)
{
    STATEMENT(rows, "select count(*) from documents_document");
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(4));
    struct registry_document d = some_document();
    struct err err = { 0 };
    bool there;
    int64_t print;

    {
        auto_tx tx = { 0 };

        CHECK(sql_begin(place.sql, &tx, &err));
        CHECK(registry_put_document(place.registry, &d, &there, &print, &err) && there);
        CHECK(registry_commit(place.registry, &err));
    }
    look(&place, &rows, &text);
    CHECK_STR(str_text(&text), "0");
}

/* --- patients ------------------------------------------------------------------------------- */

static const char *const patient_rows =
    "insert into patients_patient (id, mrn, first_name, last_name, filemaker_metadata) values"
    " ('aaaaaaaa5a2e4b589a3e2c5b3e3f1a10', '1', 'A', 'A', '{\"filemaker_id\":\"ONE\"}'),"
    " ('bbbbbbbb5a2e4b589a3e2c5b3e3f1a10', '2', 'B', 'B', '{\"filemaker_id\":\" two \"}'),"
    " ('cccccccc5a2e4b589a3e2c5b3e3f1a10', '3', 'C', 'C', '{\"filemaker_id\":\"Twice\"}'),"
    " ('dddddddd-5a2e-4b58-9a3e-2c5b3e3f1a10', '4', 'D', 'D', '{\"filemaker_id\":\"twice\"}'),"
    " ('eeeeeeee5a2e4b589a3e2c5b3e3f1a10', '5', 'E', 'E', '{\"filemaker_id\":\"TWICE\"}'),"
    " ('11111111-5A2E-4B58-9A3E-2C5B3E3F1A10', '6', 'F', 'F', '{\"filemaker_id\":\"\xc3\x84\"}'),"
    " ('22222222-5A2E-4B58-9A3E-2C5B3E3F1A10', '7', 'G', 'G', '{\"filemaker_id\":17}'),"
    " ('33333333-5A2E-4B58-9A3E-2C5B3E3F1A10', '8', 'H', 'H', '{\"other\":\"x\"}'),"
    " ('44444444-5A2E-4B58-9A3E-2C5B3E3F1A10', '9', 'I', 'I', '[]'),"
    " ('55555555-5A2E-4B58-9A3E-2C5B3E3F1A10', '10', 'J', 'J', '{\"filemaker_id\":\"\"}'),"
    " ('66666666-5A2E-4B58-9A3E-2C5B3E3F1A10', '11', 'K', 'K', null)";

static bool map(struct place *place, int64_t *count_r)
{
    auto_tx tx = { 0 };
    struct err err = { 0 };
    bool good = sql_begin(place->sql, &tx, &err)
                && registry_map_patients(place->registry, count_r, &err) && sql_commit(&tx, &err);

    CHECK_STR(err.msg, "");
    return good;
}

TEST(a_patient_is_matched_without_regard_to_case)
{
    static const struct {
        const char *id;
        enum registry_match match;
        const char *patient;
    } cases[] = {
        { "one", REGISTRY_ONE_PATIENT, "aaaaaaaa-5a2e-4b58-9a3e-2c5b3e3f1a10" },
        { " ONE\r\n", REGISTRY_ONE_PATIENT, "aaaaaaaa-5a2e-4b58-9a3e-2c5b3e3f1a10" },
        { "Two", REGISTRY_ONE_PATIENT, "bbbbbbbb-5a2e-4b58-9a3e-2c5b3e3f1a10" },
        { "\xc3\xa4", REGISTRY_ONE_PATIENT, "11111111-5a2e-4b58-9a3e-2c5b3e3f1a10" },
        { "twice", REGISTRY_REVIEW, NULL },
        { "three", REGISTRY_NO_PATIENT, NULL },
        { "17", REGISTRY_NO_PATIENT, NULL },
        { "", REGISTRY_NO_PATIENT, NULL },
        { " ", REGISTRY_NO_PATIENT, NULL },
        { NULL, REGISTRY_NO_PATIENT, NULL },
        { "one' or '1'='1", REGISTRY_NO_PATIENT, NULL },
    };
    auto_place place = place_new();
    auto_free char *long_id = umlauts(3000);
    char patient[REGISTRY_PATIENT_SIZE];
    enum registry_match match;
    int64_t count = 0;
    struct err err = { 0 };

    CHECK(script(&place, patient_rows) && map(&place, &count) && count == 6);
    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, registry_match(place.registry, span_of(cases[i].id), &match, patient, &err));
        CHECK_AT(i, match == cases[i].match);
        if (cases[i].patient)
            CHECK_STR(patient, cases[i].patient);
    }
    CHECK(registry_match(place.registry, span_of(long_id), &match, patient, &err));
    CHECK(match == REGISTRY_NO_PATIENT);
    CHECK(registry_count_patients(place.registry, &count, &err) && count == 11);
}

TEST(the_map_follows_the_application)
{
    auto_place place = place_new();
    char patient[REGISTRY_PATIENT_SIZE];
    enum registry_match match;
    int64_t count = 0;
    struct err err = { 0 };

    CHECK(script(&place, patient_rows) && map(&place, &count));
    CHECK(script(&place, "delete from patients_patient where mrn in ('1', '4', '5')"));
    CHECK(registry_match(place.registry, span_of("one"), &match, patient, &err)
          && match == REGISTRY_ONE_PATIENT);
    CHECK(map(&place, &count) && count == 3);
    CHECK(registry_match(place.registry, span_of("one"), &match, patient, &err)
          && match == REGISTRY_NO_PATIENT);
    CHECK(registry_match(place.registry, span_of("twice"), &match, patient, &err)
          && match == REGISTRY_ONE_PATIENT);
    CHECK_STR(patient, "cccccccc-5a2e-4b58-9a3e-2c5b3e3f1a10");
}

TEST(a_patient_whose_id_is_none_is_told)
{
    auto_place place = place_new();
    auto_tx tx = { 0 };
    int64_t count = 0;
    struct err err = { 0 };

    CHECK(script(&place, "insert into patients_patient (id, mrn, first_name, last_name,"
                         " filemaker_metadata) values ('17', '1', 'A', 'A',"
                         " '{\"filemaker_id\":\"x\"}')"));
    CHECK(sql_begin(place.sql, &tx, &err));
    CHECK(!registry_map_patients(place.registry, &count, &err) && err.kind == ERR_DATA);
}

TEST(a_patient_is_made_or_renewed)
{
    static const struct {
        const char *first_name, *last_name, *dob;
        bool changed;
        const char *row;
    } cases[] = {
        { "Ada", "Lovelace", "1815-12-10", true, "Ada|Lovelace|1815-12-10" },
        { "Ada", "Lovelace", "1815-12-10", false, "Ada|Lovelace|1815-12-10" },
        { "Ada", "King", "1815-12-10", true, "Ada|King|1815-12-10" },
        { "A.", "King", "1815-12-10", true, "A.|King|1815-12-10" },
        { "A.", "King", "", true, "A.|King|-" },
        { "A.", "King", "", false, "A.|King|-" },
        { "A.", "King", "1815-12-11", true, "A.|King|1815-12-11" },
        { "", "", "1815-12-11", true, "||1815-12-11" },
    };
    STATEMENT(row, "select first_name || '|' || last_name || '|' || coalesce(dob, '-')"
                   " from patients_patient");
    STATEMENT(rows, "select count(*) || ' ' || min(length(id)) || ' ' || min(mrn = '') || ' ' || "
                    "min(filemaker_metadata) from patients_patient");
    auto_place place = place_new();
    auto_str text = STR_MAX(KIB(4));

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct registry_person person = { .filemaker_id = span_of("x"),
                                          .first_name = span_of(cases[i].first_name),
                                          .last_name = span_of(cases[i].last_name),
                                          .dob = cases[i].dob };
        auto_tx tx = { 0 };
        bool changed = !cases[i].changed;
        struct err err = { 0 };

        CHECK_AT(i, sql_begin(place.sql, &tx, &err)
                        && registry_put_patient(place.registry, &person, &changed, &err)
                        && sql_commit(&tx, &err));
        CHECK_AT(i, changed == cases[i].changed);
        look(&place, &row, &text);
        CHECK_STR(str_text(&text), cases[i].row);
    }
    look(&place, &rows, &text);
    CHECK_STR(str_text(&text), "1 32 1 {\"filemaker_id\":\"x\"}");
}
