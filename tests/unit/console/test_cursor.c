/* Cursors come back as they went, and no others do. */
#include "console/server/cursor.h"

#include "tap.h"

static const struct cursor_key key = { { 1, 2, 3 } };
static const struct cursor place = { { 1780000000000000, 7, -1 } };

static bool is_refused(const char *text, const char *filter)
{
    struct cursor cursor = { { 42, 42, 42 } };
    struct err err = { 0 };

    return !cursor_read(&key, span_of(filter), text, &cursor, &err) && err.kind == ERR_DATA
           && cursor.at[0] == 42;
}

TEST(a_cursor_comes_back)
{
    static const struct cursor cases[] = {
        { { 0, 0, 0 } },
        { { 1, 2, 3 } },
        { { INT64_MAX, INT64_MIN, -1 } },
        { { 1780000000000000, 41, 9 } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        char text[CURSOR_TEXT_SIZE];
        struct cursor back;
        struct err err = { 0 };

        CHECK_AT(i, cursor_read(&key, span_of("views"),
                                cursor_text(&key, span_of("views"), &cases[i], text), &back, &err));
        CHECK_AT(i, memcmp(&back, &cases[i], sizeof back) == 0);
        CHECK_AT(i, strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
                        == CURSOR_TEXT_SIZE - 1);
    }
}

TEST(no_cursor_is_the_first_page)
{
    struct cursor cursor = place;
    struct err err = { 0 };

    CHECK(cursor_read(&key, span_of("views"), NULL, &cursor, &err));
    CHECK(cursor.at[0] == 0 && cursor.at[1] == 0 && cursor.at[2] == 0);
    CHECK(cursor_read(&key, span_of("views"), "", &cursor, &err));
}

/* Every character in turn becomes every other one: also those that would decode to the same bytes. */
TEST(an_altered_one_is_refused)
{
    char text[CURSOR_TEXT_SIZE];

    cursor_text(&key, span_of("views"), &place, text);
    for (size_t i = 0; i < CURSOR_TEXT_SIZE - 1; i++)
        for (int c = 1; c < 256; c++) {
            char kept = text[i];

            if (c == (unsigned char)kept)
                continue;
            text[i] = (char)c;
            if (!is_refused(text, "views"))
                CHECK_AT(i, false);
            text[i] = kept;
        }
    CHECK(!is_refused(text, "views"));
    text[CURSOR_TEXT_SIZE - 2] = '\0';
    CHECK(is_refused(text, "views"));
    CHECK(is_refused("x", "views"));
}

TEST(one_of_another_list_or_start_is_refused)
{
    struct cursor_key other = cursor_key_new();
    char text[CURSOR_TEXT_SIZE];

    cursor_text(&key, span_of("views\nwhat=login"), &place, text);
    CHECK(is_refused(text, "views\nwhat=logout"));
    CHECK(is_refused(text, "views"));
    CHECK(!is_refused(text, "views\nwhat=login"));
    cursor_text(&other, span_of("views"), &place, text);
    CHECK(is_refused(text, "views"));
}
