/* Names under which the streams of a container are moved. */
#include "source/file_streams.h"

#include "base/mem.h"
#include "tap.h"

TEST(as_many_as_are_named_without_a_gap)
{
    static const struct {
        const char *containers, *field;
        unsigned count;
    } cases[] = {
        { "Doc", "Doc", 1 },         { "Doc, Doc:2", "Doc", 2 },
        { "Doc:2,Doc", "Doc", 2 },   { "Doc, Doc:2, Doc:3, Doc:4, Doc:5", "Doc", 4 },
        { "Doc, Doc:3", "Doc", 1 },  { "Doc:2", "Doc", 1 },
        { "Doc, Scan:2", "Doc", 1 }, { "Scan(2), Scan:2(2)", "Scan", 2 },
        { "Doc, Doc:22", "Doc", 1 }, { "", "Doc", 1 },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, file_streams_of(cases[i].containers, cases[i].field) == cases[i].count);
}

TEST(a_second_stream_is_known_by_its_name)
{
    static const struct {
        const char *containers;
        bool named;
    } cases[] = {
        { "Doc", false },         { "Doc, Doc:2", true }, { "Scan(2), Scan:2(2)", true },
        { "Doc, Doc:1", false },  { "Doc, Doc:", false }, { "Doc, Letters::Doc", false },
        { "Doc, Doc:2x", false }, { "Doc: 3 ", true },    { "", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, file_streams_are_named(cases[i].containers) == cases[i].named);
}

TEST(the_first_has_the_name_of_the_field)
{
    auto_free char *first = file_stream_name("Doc", 1), *second = file_stream_name("Doc", 2);

    CHECK_STR(first, "Doc");
    CHECK_STR(second, "Doc:2");
}
