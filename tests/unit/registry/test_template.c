/* Templates, and the form of values in columns of every type. */
#include "registry/column.h"

#include "base/mem.h"
#include "tap.h"

/* A name becomes itself in capitals; {row_id}, {size}, {now} and {date} have their own types. */
static struct value say(const void *arg, const struct template_piece *piece)
{
    const char *words = arg;

    if (piece->name == NAME_ROW_ID)
        return (struct value){ .type = VALUE_UUID, .uuid = { { 0xab, 1 } } };
    if (piece->name == NAME_SIZE)
        return (struct value){ .type = VALUE_NUMBER, .number = 5000000000 };
    if (piece->name == NAME_NOW)
        return (struct value){ .type = VALUE_STAMP, .number = INT64_C(1795421702000007) };
    if (piece->name == NAME_DATE)
        return (struct value){ .type = VALUE_NOTHING };
    if (piece->name == NAME_FIELD)
        return (struct value){ .type = VALUE_FIELD,
                               .text = span_of(piece->text),
                               .is_moment = strcmp(piece->text, "when") == 0,
                               .moment = { 2026, 11, 23, 8, 15, 2 } };
    return (struct value){ .type = VALUE_TEXT, .text = span_of(words) };
}

TEST(templates_are_read)
{
    static const struct {
        const char *text;
        enum template_table table;
        const char *becomes; /* NULL: refused */
        bool once, follows, needs_no_record, whole;
    } cases[] = {
        { "{type}", TEMPLATE_DOCUMENTS, "word", false, false, false, false },
        { " {type} ", TEMPLATE_DOCUMENTS, "word", false, false, false, false },
        { "a {type} b", TEMPLATE_DOCUMENTS, "a word b", false, false, false, false },
        { "s3://{bucket}/{key}", TEMPLATE_DOCUMENTS, "s3://word/word", false, true, true, true },
        { "{type} of {date}!", TEMPLATE_DOCUMENTS, "word of !", false, false, false, false },
        { "no. {size}", TEMPLATE_DOCUMENTS, "no. 5000000000", false, false, false, false },
        { "id {row_id}", TEMPLATE_DOCUMENTS, "id ab010000-0000-0000-0000-000000000000", false,
          false, true, true },
        { "on {now}", TEMPLATE_DOCUMENTS, "on 2026-11-23T08:15:02.000007Z", false, true, true,
          false },
        { "once []", TEMPLATE_DOCUMENTS, "[]", true, false, true, false },
        { "once {now}", TEMPLATE_DOCUMENTS, NULL, true, false, true, false },
        { "once", TEMPLATE_DOCUMENTS, "once", false, false, true, false },
        { "''", TEMPLATE_DOCUMENTS, "", false, false, true, false },
        { "once ''", TEMPLATE_PATIENTS, "", true, false, true, false },
        { "a } b", TEMPLATE_DOCUMENTS, "a } b", false, false, true, false },
        { "{field: When it was }", TEMPLATE_DOCUMENTS, "When it was", false, false, false, false },
        { "{first_name} {last_name}", TEMPLATE_PATIENTS, "word word", false, false, false, true },
        { "\xc3\xa4{mime}\xc3\xb6", TEMPLATE_DOCUMENTS, "\xc3\xa4word\xc3\xb6", false, false, false,
          false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct template_values values = { say, "word" };
        struct template template = { 0 };
        auto_str text = STR_MAX(KIB(1));
        struct err err = { 0 };
        struct value value;

        CHECK_AT(i, template_read(cases[i].text, cases[i].table, &template, &err));
        value = template_value(&template, &values, &text);
        if (cases[i].becomes)
            CHECK_AT(i, span_is(value.text, cases[i].becomes));
        CHECK_AT(i, template.once == cases[i].once);
        CHECK_AT(i, template_follows_patient(&template) == cases[i].follows);
        CHECK_AT(i, template_needs_no_record(&template) == cases[i].needs_no_record);
        CHECK_AT(i, template_is_whole(&template) == cases[i].whole);
        template_clear(&template);
    }
}

TEST(what_is_no_template_is_told)
{
    static const struct {
        const char *text;
        enum template_table table;
        const char *says;
    } cases[] = {
        { "{", TEMPLATE_DOCUMENTS, "a '{' without its '}'" },
        { "a {type", TEMPLATE_DOCUMENTS, "a '{' without its '}'" },
        { "{}", TEMPLATE_DOCUMENTS, "there is no {}" },
        { "{Type}", TEMPLATE_DOCUMENTS, "there is no {Type}" },
        { "{field}", TEMPLATE_DOCUMENTS, "there is no {field}" },
        { "{dob}", TEMPLATE_DOCUMENTS, "there is no {dob}" },
        { "{key}", TEMPLATE_PATIENTS, "there is no {key}" },
        { "{type} {nonsense}", TEMPLATE_DOCUMENTS, "there is no {nonsense}" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct template template = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !template_read(cases[i].text, cases[i].table, &template, &err));
        CHECK_AT(i, err.kind == ERR_USAGE && strstr(err.msg, cases[i].says) == err.msg);
        CHECK_AT(i, template.pieces == NULL);
    }
}

/* A value as text; a number with '#' before it, "null" for null. */
static void become(const char *words, const char *type, bool no_null, struct str *to)
{
    struct registry_column column = { .not_null = no_null };
    struct template_values values = { say, "some text" };
    auto_str mixed = STR_MAX(KIB(1));
    char text[COLUMN_TEXT_SIZE];
    struct sql_value bound;
    struct value value;
    struct err err = { 0 };

    str_reset(to);
    column_type_read(&column, span_of(type));
    if (!template_read(words, TEMPLATE_DOCUMENTS, &column.template, &err))
        CHECK_STR(err.msg, "");
    value = template_value(&column.template, &values, &mixed);
    bound = column_value(&column, &value, text);
    if (bound.type == SQL_TYPE_NULL)
        str_add_text(to, "null");
    else if (bound.type == SQL_TYPE_I64)
        str_printf(to, "#%jd", (intmax_t)bound.i64);
    else
        str_add_span(to, bound.bytes);
    column_clear(&column);
}

TEST(a_value_takes_the_form_of_its_column)
{
    static const struct {
        const char *words, *type;
        bool no_null;
        const char *becomes;
    } cases[] = {
        { "{type}", "character varying(4)", false, "some" },
        { "{type}", "varchar(400)", false, "some text" },
        { "{type}", "", false, "some text" },
        { "{row_id}", "uuid", false, "ab010000-0000-0000-0000-000000000000" },
        { "{row_id}", "char(32)", false, "ab010000000000000000000000000000" },
        { "{row_id}", "char(36)", false, "ab010000-0000-0000-0000-000000000000" },
        { "{row_id}", "text", false, "ab010000-0000-0000-0000-000000000000" },
        { "{size}", "smallint", false, "#32767" },
        { "{size}", "integer", false, "#2147483647" },
        { "{size}", "integer unsigned", false, "#2147483647" },
        { "{size}", "bigint", false, "#5000000000" },
        { "{size}", "numeric(20,2)", false, "#5000000000" },
        { "{size}", "text", false, "5000000000" },
        { "{now}", "timestamp with time zone", false, "2026-11-23T08:15:02.000007Z" },
        { "{now}", "timestamp without time zone", false, "2026-11-23 08:15:02.000007" },
        { "{now}", "datetime", false, "2026-11-23 08:15:02.000007" },
        { "{now}", "date", false, "2026-11-23" },
        { "{now}", "text", false, "2026-11-23T08:15:02.000007Z" },
        { "{date}", "date", false, "null" },
        { "{date}", "text", false, "null" },
        { "{date}", "text", true, "" },
        { "{date}", "date", true, "null" },
        { "once true", "boolean", true, "#1" },
        { "once false", "bool", true, "#0" },
        { "{field:true}", "bool", false, "#1" },
        { "once []", "jsonb", true, "[]" },
        { "''", "text", true, "" },
        { "''", "text", false, "" },
        { "''", "integer", false, "null" },
        { "{field:12.30}", "numeric", false, "12.30" },
        { "{field:12.30}", "text", false, "12.30" },
        { "{field:about 12}", "numeric", false, "null" },
        { "{field:12,30}", "numeric", false, "null" },
        { "{field:1.234}", "numeric", false, "null" }, /* a thousand in half of the world */
        { "{field:1234.567}", "numeric", false, "1234.567" },
        { "{field:1-2}", "numeric", false, "null" },
        { "{field:12.5}", "integer", false, "null" },
        { "{field:-12}", "integer", false, "-12" },
        { "{field:3000000000}", "integer", false, "null" },
        { "{field:3000000000}", "bigint", false, "3000000000" },
        { "{field:YES}", "bool", false, "#1" },
        { "{field:0}", "boolean", false, "#0" },
        { "{field:maybe}", "bool", false, "null" },
        { "{field:}", "bool", false, "null" },
        { "{field:when}", "date", false, "2026-11-23" },
        { "{field:whenever}", "date", false, "null" },
        { "{field:whenever}", "timestamp with time zone", false, "null" },
        { "{field:x}", "uuid", false, "null" },
        { "{field:AB010000-0000-0000-0000-000000000000}", "uuid", false,
          "AB010000-0000-0000-0000-000000000000" },
        { "{field:x}", "jsonb", false, "null" },
        { "{field:x}", "mood", false, "x" },
    };
    auto_str text = STR_MAX(KIB(1));

    for (size_t i = 0; i < lengthof(cases); i++) {
        become(cases[i].words, cases[i].type, cases[i].no_null, &text);
        CHECK_AT(i, span_is(str_span(&text), cases[i].becomes));
        if (!span_is(str_span(&text), cases[i].becomes))
            CHECK_STR(str_text(&text), cases[i].becomes);
    }
}

TEST(a_field_s_stamp_is_of_the_source_s_zone)
{
    auto_str text = STR_MAX(KIB(1));
    struct err err = { 0 };

    CHECK(time_zone_set("Australia/Sydney", &err));
    become("{field:when}", "timestamp with time zone", false, &text);
    CHECK_STR(str_text(&text), "2026-11-22T21:15:02.000000Z");
    become("{field:when}", "datetime", false, &text);
    CHECK_STR(str_text(&text), "2026-11-22 21:15:02.000000");
}

TEST(what_a_column_cannot_hold_is_told)
{
    static const struct {
        const char *words, *type;
        bool good;
    } cases[] = {
        { "{row_id}", "uuid", true },
        { "{row_id}", "char(32)", true },
        { "{row_id}", "char(31)", false },
        { "{row_id}", "integer", false },
        { "{metadata}", "jsonb", true },
        { "{metadata}", "text", true },
        { "{metadata}", "varchar(9)", false },
        { "{metadata}", "date", false },
        { "{size}", "bigint", true },
        { "{size}", "text", true },
        { "{size}", "uuid", false },
        { "{type}", "varchar(5)", true },
        { "{type}", "integer", false },
        { "{type}", "mood", true },
        { "{now}", "datetime", true },
        { "{now}", "integer", false },
        { "{date}", "date", true },
        { "{date}", "boolean", false },
        { "{patient}", "integer", true },
        { "{patient}", "timestamp", false },
        { "{field:x}", "boolean", true },
        { "once []", "jsonb", true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct registry_column column = { 0 };
        struct err err = { 0 };

        column_type_read(&column, span_of(cases[i].type));
        CHECK_AT(i, template_read(cases[i].words, TEMPLATE_DOCUMENTS, &column.template, &err));
        CHECK_AT(i, (column_wants(&column) == NULL) == cases[i].good);
        column_clear(&column);
    }
}
