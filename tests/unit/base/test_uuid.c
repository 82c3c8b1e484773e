/* UUIDs: reading and making them. */
#include "base/uuid.h"

#include "tap.h"

TEST(uuids_are_read_in_either_case)
{
    static const struct {
        const char *text, *read, *digits;
        bool strict, loose;
    } cases[] = {
        { "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
          "6ba7b8109dad11d180b400c04fd430c8", true, true },
        { "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
          "6ba7b8109dad11d180b400c04fd430c8", true, true },
        { "6BA7B8109dad11d180b400c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
          "6ba7b8109dad11d180b400c04fd430c8", false, true },
        { .text = "" },
        { .text = "6ba7b810-9dad-11d1-80b4-00c04fd430c" },
        { .text = "6ba7b810-9dad-11d1-80b4-00c04fd430c8 " },
        { .text = " 6ba7b810-9dad-11d1-80b4-00c04fd430c8" },
        { .text = "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}" },
        { .text = "6ba7b8109-dad-11d1-80b4-00c04fd430c8" },
        { .text = "6ba7b810-9dad-11d1-80b400c04fd430c8-" },
        { .text = "6ba7b810-9dad-11d1-80b4-00c04fd430cg" },
        { .text = "6ba7b810-9dad-11d1-80b4-00c04fd430-8" },
        { .text = "6ba7b810_9dad_11d1_80b4_00c04fd430c8" },
        { .text = "6ba7b8109dad11d180b400c04fd430c" },
        { .text = "6ba7b8109dad11d180b400c04fd430cg" },
        { .text = "6ba7b810-dad11d180b400c04fd430c8" },
        { .text = "------------------------------------" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct uuid strict = { { 1 } }, loose = { { 1 } };
        char text[UUID_TEXT_SIZE];

        CHECK_AT(i, uuid_read(span_of(cases[i].text), &strict) == cases[i].strict);
        CHECK_AT(i, uuid_read_loose(span_of(cases[i].text), &loose) == cases[i].loose);
        CHECK_AT(i, cases[i].strict || strict.bytes[0] == 1);
        CHECK_AT(i, cases[i].loose || loose.bytes[0] == 1);
        if (!cases[i].loose)
            continue;
        CHECK_STR(uuid_text(&loose, text), cases[i].read);
        CHECK_STR(uuid_digits(&loose, text), cases[i].digits);
    }
}

/* The namespaces of RFC 4122, appendix C; the values are those of Python's uuid.uuid5(). */
TEST(a_name_in_a_namespace_always_gives_the_same_uuid)
{
    static const struct {
        const char *space, *name, *uuid;
    } cases[] = {
        { "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com",
          "2ed6657d-e927-568b-95e1-2665a8aea6a2" },
        { "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "python.org",
          "886313e1-3b8a-5372-9b90-0c9aee199e5d" },
        { "6ba7b811-9dad-11d1-80b4-00c04fd430c8", "http://www.example.com/",
          "fcde3c85-2270-590f-9e7c-ee003d65e0e2" },
        { "6ba7b812-9dad-11d1-80b4-00c04fd430c8", "1.3.6.1",
          "1447fa61-5277-5fef-a9b3-fbc6e44f4af3" },
        { "6ba7b814-9dad-11d1-80b4-00c04fd430c8", "", "b4bdf874-8c03-5bd8-8fd7-5e409dfd82c0" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct uuid space, uuid;
        char text[UUID_TEXT_SIZE];

        CHECK_AT(i, uuid_read(span_of(cases[i].space), &space));
        uuid = uuid_v5(&space, span_of(cases[i].name));
        CHECK_STR(uuid_text(&uuid, text), cases[i].uuid);
    }
}

TEST(random_uuids_say_what_they_are)
{
    struct uuid a = uuid_v4(), b = uuid_v4();

    CHECK((a.bytes[6] & 0xF0) == 0x40 && (b.bytes[6] & 0xF0) == 0x40);
    CHECK((a.bytes[8] & 0xC0) == 0x80 && (b.bytes[8] & 0xC0) == 0x80);
    CHECK(memcmp(&a, &b, sizeof a) != 0);
}
