/* Heads of answers and chunked bodies, read from bytes alone. */
#include "http/chunks.h"
#include "http/head.h"

#include "tap.h"

#include <string.h>

TEST(the_end_of_a_head_is_found)
{
    static const struct {
        const char *bytes;
        enum head_step step;
        size_t size;
    } cases[] = {
        { "", HEAD_MORE, 0 },
        { "HT", HEAD_MORE, 0 },
        { "HTTP/1.1 200 OK\r\n", HEAD_MORE, 0 },
        { "HTTP/1.1 200 OK\r\n\r", HEAD_MORE, 0 },
        { "HTTP/1.1 200 OK\r\n\r\n", HEAD_COMPLETE, 19 },
        { "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\n", HEAD_COMPLETE, 25 },
        { "HTTP/1.1 200 OK\nA: b\n\nbody", HEAD_COMPLETE, 22 },
        { "http/1.1 200 OK\r\n\r\n", HEAD_MALFORMED, 0 },
        { "220 mail.example ESMTP\r\n", HEAD_MALFORMED, 0 },
        { "\r\nHTTP/1.1 200 OK\r\n\r\n", HEAD_MALFORMED, 0 },
        { "X", HEAD_MALFORMED, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        size_t size = 0;

        CHECK_AT(i, head_find(span_of(cases[i].bytes), &size) == cases[i].step);
        CHECK_AT(i, size == cases[i].size);
    }
}

/* A head may have HEAD_MAX bytes; one that has not ended by then is malformed. */
TEST(a_head_has_a_most)
{
    static char bytes[HEAD_MAX];
    static const char start[] = "HTTP/1.1 200 OK\r\nX: ", end[] = "\r\n\r\n";
    struct span all = { bytes, sizeof bytes };
    size_t size;

    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, start, sizeof start - 1);
    CHECK(head_find(span_first(all, sizeof bytes - 1), &size) == HEAD_MORE);
    CHECK(head_find(all, &size) == HEAD_MALFORMED);
    memcpy(bytes + sizeof bytes - (sizeof end - 1), end, sizeof end - 1);
    CHECK(head_find(all, &size) == HEAD_COMPLETE && size == sizeof bytes);
}

TEST(a_head_says_how_its_body_ends)
{
    static const struct {
        const char *text;
        bool good;
        int status;
        int64_t length;
        bool is_chunked, closes;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\n\r\n", true, 200, -1, false, false },
        { "HTTP/1.1 404\r\n\r\n", true, 404, -1, false, false },
        { "HTTP/1.0 200 OK\r\n\r\n", true, 200, -1, false, true },
        { "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true, 200, -1, false, false },
        { "HTTP/1.1 200 OK\r\nconnection: x, CLOSE\r\n\r\n", true, 200, -1, false, true },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, 200, 0, false, false },
        { "HTTP/1.1 200 OK\r\nContent-Length:9223372036854775807\r\n\r\n", true, 200, INT64_MAX,
          false, false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n", true, 200, 5, false,
          false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 3\r\n\r\n", false, 0, 0, false,
          false },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 3\r\n\r\n", true, 200,
          3, true, true },
        { "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 3\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\nX: a\r\r\n\r\n", true, 200, -1, false, false },
        { "HTTP/1.1 200 OK\r\nX: a\r\n b\rY: c\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", true, 200, -1, false, false },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", false, 0, 0, false,
          false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", false, 0, 0, false,
          false },
        { "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\n: no name\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 200 OK\r\nName : x\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 20\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 2000 OK\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1 099 OK\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/1.1  200 OK\r\n\r\n", false, 0, 0, false, false },
        { "HTTP/2 200\r\n\r\n", false, 0, 0, false, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *bytes = span_text(span_of(cases[i].text));
        struct head head;
        bool good = head_read(bytes, strlen(cases[i].text), &head);

        CHECK_AT(i, good == cases[i].good);
        if (!good || !cases[i].good)
            continue;
        CHECK_AT(i, head.status == cases[i].status && head.length == cases[i].length);
        CHECK_AT(i, head.is_chunked == cases[i].is_chunked && head.closes == cases[i].closes);
    }
}

TEST(a_zero_byte_is_nonsense)
{
    char bytes[] = "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n";
    struct head head;

    CHECK(!head_read(bytes, sizeof bytes - 1, &head));
}

TEST(headers_are_found_by_name_and_place)
{
    char bytes[] = "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nEmpty:\r\nset-cookie:\t b=2 \r\n"
                   "Folded: one\r\n  two\r\n\r\n";
    static const struct {
        const char *name;
        size_t index;
        const char *value;
    } cases[] = {
        { "Set-Cookie", 0, "a=1" }, { "SET-COOKIE", 1, "b=2" }, { "set-cookie", 2, NULL },
        { "empty", 0, "" },         { "Empty", 1, NULL },       { "Cookie", 0, NULL },
        { "folded", 0, "one two" },
    };
    struct head head;

    CHECK(head_read(bytes, sizeof bytes - 1, &head));
    for (size_t i = 0; i < lengthof(cases); i++) {
        const char *value = head_field(&head, cases[i].name, cases[i].index);

        CHECK_AT(i, (value == NULL) == (cases[i].value == NULL));
        if (value && cases[i].value)
            CHECK_STR(value, cases[i].value);
    }
}

/* The body inside chunks; it is whole only if their end came. */
static enum chunks_step unchunk(struct span bytes, size_t piece, struct str *body)
{
    struct chunks chunks = { 0 };
    enum chunks_step step = CHUNKS_MORE;

    while (bytes.size && step != CHUNKS_MALFORMED && step != CHUNKS_END) {
        struct span part = span_first(bytes, piece);

        bytes = span_from(bytes, part.size);
        while ((step = chunks_eat(&chunks, &part)) == CHUNKS_DATA && part.size) {
            struct span data = span_first(part, (size_t)chunks.remaining);

            str_add_span(body, data);
            chunks.remaining -= data.size;
            part = span_from(part, data.size);
        }
    }
    return step;
}

/* Chunks in pieces of every size. */
TEST(chunks_become_a_body)
{
    static const struct {
        const char *bytes;
        enum chunks_step step;
        const char *body;
    } cases[] = {
        { "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Late: 1\r\n\r\n", CHUNKS_END, "abcde" },
        { "0\r\n\r\n", CHUNKS_END, "" },
        { "003\nabc\n0\n\n", CHUNKS_END, "abc" },
        { "a \r\n0123456789\r\n0\r\n\r\n", CHUNKS_END, "0123456789" },
        { "3\r\nabc\r\n", CHUNKS_MORE, "abc" },
        { "9\r\nabc", CHUNKS_DATA, "abc" },
        { "0\r\n", CHUNKS_MORE, "" },
        { "0\r\nX: 1\r\n", CHUNKS_MORE, "" },
        { "3\r\nabcd\r\n", CHUNKS_MALFORMED, "abc" },
        { "\r\n", CHUNKS_MALFORMED, "" },
        { "nonsense\r\n", CHUNKS_MALFORMED, "" },
        { "-1\r\n", CHUNKS_MALFORMED, "" },
        { "10000000000000000\r\n", CHUNKS_MALFORMED, "" },
        { "00000000000000000000000000000003\r\nabc\r\n0\r\n\r\n", CHUNKS_END, "abc" },
        { "000000000000000000000000000000003\r\nabc\r\n", CHUNKS_MALFORMED, "" },
        { "3\r\nabc\r\r\r\r\n0\r\n\r\n", CHUNKS_MALFORMED, "abc" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        for (size_t piece = 1; piece <= 40; piece++) {
            auto_str body = STR_MAX(64);
            enum chunks_step step = unchunk(span_of(cases[i].bytes), piece, &body);

            CHECK_AT(i, step == cases[i].step
                            || (step == CHUNKS_MORE && cases[i].step == CHUNKS_DATA));
            CHECK_STR(str_text(&body), cases[i].body);
        }
    }
}

/* Each line is short, but there are many: all that is not body has one limit together. */
TEST(extensions_of_chunks_have_a_most)
{
    static const char one[] = "1;x=0123456789012345678901234567890123456789\r\na\r\n";
    auto_str bytes = STR_MAX(KIB(512)), body = STR_MAX(KIB(64));

    for (int i = 0; i < 1000; i++)
        str_add_text(&bytes, one);
    str_add_text(&bytes, "0\r\n\r\n");
    CHECK(unchunk(str_span(&bytes), SIZE_MAX, &body) == CHUNKS_END && body.size == 1000);
    str_cut(&bytes, bytes.size - strlen("0\r\n\r\n"));
    for (int i = 0; i < 1000; i++)
        str_add_text(&bytes, one);
    str_add_text(&bytes, "0\r\n\r\n");
    CHECK(unchunk(str_span(&bytes), SIZE_MAX, &body) == CHUNKS_MALFORMED);
}
