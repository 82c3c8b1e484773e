/* What is written back into FileMaker's fields beside the mark. */
#include "document/writeback.h"

#include "base/mem.h"
#include "store/store.h"
#include "tap.h"

static const struct sha256 some_hash = { { 0xab, 0xcd } };

static struct writeback_facts some_facts(void)
{
    struct writeback_facts facts = { .key = "p/1/letter/a.pdf",
                                     .sha256 = &some_hash,
                                     .size_bytes = 12345,
                                     .mark = span_of("11/23/2026 08:15:02") };

    CHECK(uuid_read(span_of("8b0e5e5c-3c1f-4d0a-9c5e-0123456789ab"), &facts.row));
    return facts;
}

static void rules_begin(struct writeback *rules, const char *console)
{
    writeback_clear(rules);
    rules->console = mem_text(console);
}

TEST(a_template_is_filled_from_the_version)
{
    static const struct {
        const char *template, *value;
    } cases[] = {
        { "{key}", "p/1/letter/a.pdf" },
        { "{sha256}", "abcd000000000000000000000000000000000000000000000000000000000000" },
        { "{bytes}", "12345" },
        { "{date}", "2026-11-23" },
        { "{console_url}", "https://docs.example/documents/8b0e5e5c-3c1f-4d0a-9c5e-0123456789ab" },
        { "moved", "moved" },
        { "am {date}: {bytes}/{bytes} }", "am 2026-11-23: 12345/12345 }" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_writeback rules = { 0 };
        auto_str value = STR_MAX(WRITEBACK_VALUE_MAX);
        struct writeback_facts facts = some_facts();
        struct err err = { 0 };

        rules_begin(&rules, "https://docs.example");
        CHECK_AT(i, writeback_add(&rules, "Where", cases[i].template, &err));
        writeback_value(&rules, 0, &facts, &value);
        CHECK_STR(str_text(&value), cases[i].value);
        CHECK_AT(i, value.size <= writeback_most(&rules, 0));
    }
}

/* The mark comes back in another form than it was written; the day is the same. */
TEST(the_day_is_the_marks_in_any_form)
{
    auto_writeback rules = { 0 };
    auto_str value = STR_MAX(WRITEBACK_VALUE_MAX);
    struct writeback_facts facts = some_facts();
    struct err err = { 0 };

    facts.mark = span_of("2026-11-23T08:15:02");
    CHECK(writeback_add(&rules, "Day", "{date}", &err));
    writeback_value(&rules, 0, &facts, &value);
    CHECK_STR(str_text(&value), "2026-11-23");
}

TEST(a_rule_that_cannot_be_followed_is_refused)
{
    static const struct {
        const char *console, *field, *template, *words;
    } cases[] = {
        { "", "B", "{console_url}", "[console] public_url" },
        { "https://x", "B", "{name}", "'{name}' is not one of" },
        { "https://x", "B", "{key", "no } after it" },
        { "https://x", "B", "", "nothing to be written" },
        { "https://x", "a", "{key}", "two rules fill 'a'" },
        { "https://x", "B", "{}", "is not one of" },
        { "https://x", "B", "{key}{key}{key}{key}{key}{key}{key}{key}{key}{key}", "longer than" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_writeback rules = { 0 };
        struct err err = { 0 };

        rules_begin(&rules, cases[i].console);
        CHECK_AT(i, writeback_add(&rules, "A", "{sha256}", &err));
        CHECK_AT(i, !writeback_add(&rules, cases[i].field, cases[i].template, &err));
        CHECK_AT(i, err.kind == ERR_USAGE && strstr(err.msg, cases[i].words));
        CHECK_AT(i, rules.count == 1);
    }
}

TEST(no_more_fields_than_there_is_room_for)
{
    auto_writeback rules = { 0 };
    char field[24];
    struct err err = { 0 };

    for (int i = 0; i < WRITEBACK_FIELDS_MAX; i++) {
        (void)snprintf(field, sizeof field, "Field %d", i);
        CHECK(writeback_add(&rules, field, "{key}", &err));
    }
    CHECK(!writeback_add(&rules, "One more", "{key}", &err) && err.kind == ERR_USAGE);
}

TEST(rules_are_remembered_as_text)
{
    auto_writeback rules = { 0 }, read = { 0 };
    struct err err = { 0 };

    rules_begin(&rules, "https://docs.example");
    CHECK(writeback_add(&rules, "Wo es liegt", "in {console_url}", &err));
    CHECK(writeback_add(&rules, "Hash", "{sha256}", &err));
    auto_free char *text = writeback_text(&rules);
    CHECK(writeback_read(text, &read, &err));
    auto_free char *again = writeback_text(&read);
    CHECK_STR(again, text);
    CHECK(read.count == 2 && strcmp(read.rules[0].field, "Wo es liegt") == 0);
}

TEST(no_rules_are_an_empty_text)
{
    auto_writeback rules = { 0 }, read = { 0 };
    struct err err = { 0 };

    rules_begin(&rules, "https://docs.example");
    auto_free char *text = writeback_text(&rules);
    CHECK_STR(text, "");
    CHECK(writeback_read(text, &read, &err) && read.count == 0);
}

TEST(a_note_that_nobody_wrote_is_refused)
{
    static const char *const notes[] = { "https://x\nA", "https://x\nA\t{name}",
                                         "\nA\t{console_url}" };

    for (size_t i = 0; i < lengthof(notes); i++) {
        auto_writeback read = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !writeback_read(notes[i], &read, &err) && err.kind == ERR_DATA);
        CHECK_AT(i, read.count == 0);
    }
}
