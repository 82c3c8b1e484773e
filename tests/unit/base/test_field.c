/* Settings read from text. */
#include "base/field.h"

#include "tap.h"

struct settings {
    const char *text;
    int workers, order;
    uint64_t memory;
    bool careful;
    double price;
    const char *name;
    int64_t wait_us;
    uint64_t limit_bytes;
    enum form { FORM_ASK, FORM_US, FORM_ISO } form;
    bool each;
    struct field_list list;
};

static const char *const orders[] = { "oldest", "newest", NULL };

static const struct field text_field = FIELD_OF_TEXT(struct settings, text);
static const struct field int_field = FIELD_OF_INT(struct settings, workers, -1, 64);
static const struct field bytes_field = FIELD_OF_BYTES(struct settings, memory, 1024, 1 << 30);
static const struct field flag_field = FIELD_OF_FLAG(struct settings, careful);
static const struct field choice_field = FIELD_OF_CHOICE(struct settings, order, orders);
static const struct field decimal_field = FIELD_OF_DECIMAL(struct settings, price, -1, 10);

TEST(a_text_is_kept_as_it_is)
{
    const char *text = " any \n text ";
    struct settings settings = { 0 };
    struct err err = { 0 };

    CHECK(field_set(&settings, &text_field, text, &err) && settings.text == text);
}

TEST(an_empty_name_is_none)
{
    static const struct field field = FIELD_OF_NAME(struct settings, name);
    struct settings settings = { .name = "x" };
    struct err err = { 0 };

    CHECK(field_set(&settings, &field, "", &err) && settings.name == NULL);
    CHECK(field_set(&settings, &field, "ca.pem", &err));
    CHECK_STR(settings.name, "ca.pem");
}

TEST(a_list_keeps_all_in_their_order)
{
    static const struct field field = FIELD_OF_LIST(struct settings, list);
    struct settings settings = { 0 };
    struct err err = { 0 };

    CHECK(field_set(&settings, &field, "b", &err) && field_set(&settings, &field, "a", &err));
    CHECK(settings.list.count == 2);
    CHECK_STR(settings.list.texts[0], "b");
    CHECK_STR(settings.list.texts[1], "a");
    while (settings.list.count < FIELD_LIST_MAX)
        CHECK(field_set(&settings, &field, "x", &err));
    CHECK(!field_set(&settings, &field, "y", &err) && err.kind == ERR_USAGE);
    CHECK(settings.list.count == FIELD_LIST_MAX);
}

TEST(a_scaled_number_is_kept_in_its_unit)
{
    static const struct field wait = FIELD_OF_SCALED(struct settings, wait_us, 1, 60, 1000000);
    static const struct field limit = FIELD_OF_SCALED(struct settings, limit_bytes, 1, 9, 1 << 20);
    struct settings settings = { .wait_us = 7 };
    struct err err = { 0 };

    CHECK(!field_set(&settings, &wait, "61", &err) && settings.wait_us == 7);
    CHECK_STR(err.msg, "'61' is not a whole number from 1 to 60");
    CHECK(field_set(&settings, &wait, "60", &err) && settings.wait_us == 60000000);
    CHECK(field_set(&settings, &limit, "9", &err) && settings.limit_bytes == 9437184);
}

/* Two words may have one meaning, and a choice of two may be kept as a flag. */
TEST(a_choice_has_its_meaning)
{
    static const char *const forms[] = { "", "us", "month-first", "iso", NULL };
    static const char *const ways[] = { "waterfall", "each", NULL };
    static const int meanings[] = { FORM_ASK, FORM_US, FORM_US, FORM_ISO };
    static const struct field form = FIELD_OF_CHOICE_AS(struct settings, form, forms, meanings);
    static const struct field each = FIELD_OF_CHOICE(struct settings, each, ways);
    struct settings settings = { 0 };
    struct err err = { 0 };

    CHECK(field_set(&settings, &form, "month-first", &err) && settings.form == FORM_US);
    CHECK(field_set(&settings, &form, "iso", &err) && settings.form == FORM_ISO);
    CHECK(field_set(&settings, &each, "each", &err) && settings.each);
    CHECK(field_set(&settings, &each, "waterfall", &err) && !settings.each);
}

TEST(numbers_keep_to_their_range)
{
    static const struct {
        const char *text;
        bool good;
        int want;
    } cases[] = {
        { "-1", true, -1 }, { "64", true, 64 },         { "65", false, 7 },  { "-2", false, 7 },
        { "", false, 7 },   { "4294967297", false, 7 }, { "0x1", false, 7 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct settings settings = { .workers = 7 };
        struct err err = { 0 };

        CHECK_AT(i, field_set(&settings, &int_field, cases[i].text, &err) == cases[i].good);
        CHECK_AT(i, settings.workers == cases[i].want);
        CHECK_AT(i, err.kind == (cases[i].good ? ERR_NONE : ERR_USAGE));
    }
}

TEST(sizes_keep_to_their_range)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t want;
    } cases[] = {
        { "1K", true, 1024 }, { "1G", true, 1 << 30 }, { "1023", false, 7 },
        { "2G", false, 7 },   { "x", false, 7 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct settings settings = { .memory = 7 };
        struct err err = { 0 };

        CHECK_AT(i, field_set(&settings, &bytes_field, cases[i].text, &err) == cases[i].good);
        CHECK_AT(i, settings.memory == cases[i].want);
        CHECK_AT(i, err.kind == (cases[i].good ? ERR_NONE : ERR_USAGE));
    }
}

TEST(a_flag_has_eight_words)
{
    static const struct {
        const char *text;
        bool good, want;
    } cases[] = {
        { "yes", true, true },   { "TRUE", true, true }, { "On", true, true },
        { "1", true, true },     { "no", true, false },  { "False", true, false },
        { "off", true, false },  { "0", true, false },   { "", false, true },
        { "yess", false, true }, { "2", false, true },   { "y", false, true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct settings settings = { .careful = true };
        struct err err = { 0 };

        CHECK_AT(i, field_set(&settings, &flag_field, cases[i].text, &err) == cases[i].good);
        CHECK_AT(i, settings.careful == cases[i].want);
        CHECK_AT(i, cases[i].good || err.kind == ERR_USAGE);
    }
}

TEST(a_choice_is_its_index)
{
    struct settings settings = { .order = 7 };
    struct err err = { 0 };

    CHECK(field_set(&settings, &choice_field, "newest", &err) && settings.order == 1);
    CHECK(field_set(&settings, &choice_field, "oldest", &err) && settings.order == 0);
    CHECK(!field_set(&settings, &choice_field, "Newest", &err) && settings.order == 0);
    CHECK(err.kind == ERR_USAGE);
    CHECK_STR(err.msg, "'Newest' is not one of: oldest, newest");
}

TEST(a_decimal_is_digits_and_a_point)
{
    static const struct {
        const char *text;
        bool good;
        double want;
    } cases[] = {
        { "0.023", true, 0.023 }, { "10", true, 10 },    { "10.0", true, 10 },  { "-1", true, -1 },
        { "-0.5", true, -0.5 },   { "10.01", false, 7 }, { "-1.01", false, 7 }, { "", false, 7 },
        { "x", false, 7 },        { "1x", false, 7 },    { " 1", false, 7 },    { "1 ", false, 7 },
        { "1,5", false, 7 },      { "0x1", false, 7 },   { "1e0", false, 7 },   { "nan", false, 7 },
        { "inf", false, 7 },      { "+1", false, 7 },    { "1.", false, 7 },    { ".5", false, 7 },
        { "1.2.3", false, 7 },    { "-", false, 7 },     { "--1", false, 7 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct settings settings = { .price = 7 };
        struct err err = { 0 };
        double difference;

        CHECK_AT(i, field_set(&settings, &decimal_field, cases[i].text, &err) == cases[i].good);
        difference = settings.price - cases[i].want;
        CHECK_AT(i, difference > -1e-12 && difference < 1e-12);
        CHECK_AT(i, err.kind == (cases[i].good ? ERR_NONE : ERR_USAGE));
    }
}

TEST(a_decimal_comma_is_said)
{
    struct settings settings = { 0 };
    struct err err = { 0 };

    CHECK(!field_set(&settings, &decimal_field, "0,025", &err));
    CHECK_STR(err.msg,
              "'0,025' is not a number from -1 to 10 (with a point, such as 0.025, not a comma)");
}

TEST(the_message_says_what_is_allowed)
{
    static const struct {
        const struct field *field;
        const char *message;
    } cases[] = {
        { &int_field, "'x' is not a whole number from -1 to 64" },
        { &bytes_field, "'x' is not a size from 1024 to 1073741824 bytes (such as 48M)" },
        { &flag_field, "'x' is neither yes nor no" },
        { &choice_field, "'x' is not one of: oldest, newest" },
        { &decimal_field, "'x' is not a number from -1 to 10" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct settings settings = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !field_set(&settings, cases[i].field, "x", &err));
        CHECK_STR(err.msg, cases[i].message);
    }
}
