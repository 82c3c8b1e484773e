/* Original names. */
#include "fmp12/fnam.h"

#include "fmp12/scsu.h"
#include "tap.h"

/* A stream: the count, and parts of a length and a text, which is masked here. "3abc" is such a part. */
static struct span stream_of(char *room, char count, const char *parts)
{
    size_t size = 4;

    memset(room, 0, 3);
    room[3] = count;
    while (*parts) {
        size_t length = (size_t)(*parts++ - '0');

        room[size++] = (char)length;
        while (*parts && *parts > '9')
            room[size++] = (char)(*parts++ ^ FMP12_MASK);
    }
    return (struct span){ room, size };
}

TEST(a_name_has_three_parts)
{
    struct fmp12_name name;
    struct err err;
    char room[100];

    CHECK(fmp12_name_read(stream_of(room, 1, "5image06a:b:cd"), &name, &err));
    CHECK_STR(name.kind, "image");
    CHECK_STR(name.folder, "");
    CHECK_STR(name.name, "a:b:cd");
    CHECK(fmp12_name_read(stream_of(room, 1, "4file3abc1d"), &name, &err));
    CHECK_STR(name.folder, "abc");
    CHECK_STR(name.name, "d");
    CHECK(fmp12_name_read(stream_of(room, 1, "000"), &name, &err));
    CHECK_STR(name.name, "");
}

TEST(what_is_no_name_is_refused)
{
    static const struct {
        char count;
        const char *parts;
    } cases[] = {
        { 0, "5image01a" }, { 2, "5image01a" },  { 1, "5imag" }, { 1, "5image0" },
        { 1, "5image02a" }, { 1, "5image01ab" }, { 1, "" },
    };
    struct fmp12_name name = { .name = "as it was" };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        char room[100];

        CHECK_AT(i, !fmp12_name_read(stream_of(room, cases[i].count, cases[i].parts), &name, &err));
        CHECK_AT(i, err.kind == ERR_DATA);
        CHECK_STR(name.name, "as it was");
    }
}
