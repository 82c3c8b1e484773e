/* Hashes, hex and Base64 against published vectors. */
#include "base/digest.h"

#include "base/mem.h"
#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define SPAN(text) ((struct span)BYTES(text))

static struct span repeated(char *room, size_t size, char c)
{
    memset(room, c, size);
    return (struct span){ room, size };
}

/* FIPS 180-2, appendix B, and the empty text. */
TEST(sha256_gives_the_published_values)
{
    static const struct {
        struct span text;
        const char *hex;
    } cases[] = {
        { { NULL, 0 }, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { BYTES(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { BYTES("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { BYTES("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct sha256 sha256 = sha256_of(cases[i].text), read;
        char hex[SHA256_HEX_SIZE];

        CHECK_STR(sha256_hex(&sha256, hex), cases[i].hex);
        CHECK_AT(i, sha256_from_hex(span_of(cases[i].hex), &read));
        CHECK_AT(i, sha256_equal(&sha256, &read));
    }
}

/* Hashes that differ in any one byte. */
TEST(hashes_that_differ_are_not_equal)
{
    struct sha256 one = sha256_of(span_of("abc"));

    for (size_t i = 0; i < SHA256_SIZE; i++) {
        struct sha256 other = one;

        CHECK_AT(i, sha256_equal(&one, &other));
        other.bytes[i] ^= 1;
        CHECK_AT(i, !sha256_equal(&one, &other));
    }
}

TEST(a_stream_is_hashed_in_any_pieces)
{
    static const size_t pieces[] = { 1, 7, 63, 64, 65, 1000, 100000 };
    auto_free char *text = mem_zero(100000);
    struct span whole = repeated(text, 100000, 'a');
    struct sha256 want = sha256_of(whole);
    auto_sha256_stream *stream = sha256_stream_new();

    for (size_t i = 0; i < lengthof(pieces); i++) {
        struct sha256 is;

        for (struct span rest = whole; rest.size; rest = span_from(rest, pieces[i]))
            sha256_stream_add(stream, span_first(rest, pieces[i]));
        sha256_stream_add(stream, SPAN_NONE);
        is = sha256_stream_end(stream);
        CHECK_AT(i, sha256_equal(&is, &want));
    }
}

TEST(a_stream_of_nothing_has_the_hash_of_nothing)
{
    auto_sha256_stream *stream = sha256_stream_new();
    struct sha256 is = sha256_stream_end(stream), want = sha256_of(SPAN_NONE);

    CHECK(sha256_equal(&is, &want));
    sha256_stream_free(NULL);
}

/* RFC 4231, cases 1 to 3, 6 and 7. */
TEST(hmac_gives_the_published_values)
{
    char room[3][131];
    const struct {
        struct span key, text;
        const char *hex;
    } cases[] = {
        { repeated(room[0], 20, '\x0b'), SPAN("Hi There"),
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { SPAN("Jefe"), SPAN("what do ya want for nothing?"),
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { repeated(room[1], 20, '\xaa'), repeated(room[2], 50, '\xdd'),
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
        { repeated(room[1], 131, '\xaa'),
          SPAN("Test Using Larger Than Block-Size Key - Hash Key First"),
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
        { repeated(room[1], 131, '\xaa'),
          SPAN("This is a test using a larger than block-size key and a larger than block-size "
               "data. The key needs to be hashed before being used by the HMAC algorithm."),
          "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
        { SPAN_NONE, SPAN_NONE,
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct sha256 mac = hmac_sha256(cases[i].key, cases[i].text);
        char hex[SHA256_HEX_SIZE];

        CHECK_STR(sha256_hex(&mac, hex), cases[i].hex);
    }
}

TEST(sha1_and_md5_give_the_published_values)
{
    static const struct {
        struct span text;
        const char *sha1, *md5;
    } cases[] = {
        { BYTES(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709",
          "d41d8cd98f00b204e9800998ecf8427e" },
        { BYTES("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d",
          "900150983cd24fb0d6963f7d28e17f72" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        uint8_t sha1[SHA1_SIZE], md5[MD5_SIZE];
        auto_str hex = STR_MAX(64);

        sha1_of(cases[i].text, sha1);
        hex_add(&hex, sha1, sizeof sha1);
        CHECK_STR(str_text(&hex), cases[i].sha1);
        str_reset(&hex);
        md5_of(cases[i].text, md5);
        hex_add(&hex, md5, sizeof md5);
        CHECK_STR(str_text(&hex), cases[i].md5);
    }
}

TEST(hex_is_read_whole_or_not_at_all)
{
    static const struct {
        struct span text;
        bool good;
    } cases[] = {
        { BYTES("00ff7F"), true },   { BYTES("00FF7f"), true },    { BYTES("00ff7"), false },
        { BYTES("00ff7f0"), false }, { BYTES("00ff7g"), false },   { BYTES("00ff7 "), false },
        { BYTES(""), false },        { BYTES("00ff7f00"), false }, { BYTES("00ff\0f"), false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        uint8_t bytes[3] = { 1, 2, 3 };

        CHECK_AT(i, hex_read(cases[i].text, bytes, sizeof bytes) == cases[i].good);
        CHECK_AT(i, memcmp(bytes, cases[i].good ? "\x00\xff\x7f" : "\1\2\3", 3) == 0);
    }
}

/* RFC 4648, section 10. */
TEST(base64_gives_the_published_values)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
        { "\xfb\xff\xfe", "+//+" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(64), bytes = STR_MAX(64);
        struct err err = { 0 };

        base64_add(&text, cases[i].bytes, strlen(cases[i].bytes));
        CHECK_STR(str_text(&text), cases[i].text);
        CHECK_AT(i, base64_read(span_of(cases[i].text), &bytes, &err));
        CHECK_STR(str_text(&bytes), cases[i].bytes);
    }
}

TEST(base64_is_read_with_blanks_and_without_padding)
{
    static const struct {
        struct span text;
        const char *bytes, *message;
    } cases[] = {
        { BYTES("Zm9v\r\nYmFy\n"), "foobar", NULL },
        { BYTES(" Z g\t= = "), "f", NULL },
        { BYTES("Zg"), "f", NULL },
        { BYTES("Zm8"), "fo", NULL },
        { { NULL, 0 }, "", NULL },
        { BYTES("Z"), NULL, "the Base64 ends in the middle of a byte" },
        { BYTES("Zm9vZ"), NULL, "the Base64 ends in the middle of a byte" },
        { BYTES("Zg="), NULL, "the Base64 ends in the middle of a byte" },
        { BYTES("="), NULL, "byte 0 is not Base64" },
        { BYTES("Zm9v="), NULL, "byte 4 is not Base64" },
        { BYTES("Zg==="), NULL, "byte 4 is not Base64" },
        { BYTES("Zm8=="), NULL, "byte 4 is not Base64" },
        { BYTES("Zg==Zg=="), NULL, "byte 4 is not Base64" },
        { BYTES("Zm9v-_"), NULL, "byte 4 is not Base64" },
        { BYTES("Zm9v\0"), NULL, "byte 4 is not Base64" },
        { BYTES("Zm\xC3\xA9"), NULL, "byte 2 is not Base64" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str bytes = STR_MAX(64);
        struct err err = { 0 };

        str_add_text(&bytes, "<");
        CHECK_AT(i, base64_read(cases[i].text, &bytes, &err) == (cases[i].bytes != NULL));
        CHECK_STR(str_text(&bytes) + 1, cases[i].bytes ? cases[i].bytes : "");
        CHECK_STR(err.msg, cases[i].message ? cases[i].message : "");
        CHECK_AT(i, err.kind == (cases[i].bytes ? ERR_NONE : ERR_DATA));
    }
}

TEST(base64_keeps_to_the_cap)
{
    auto_str text = STR_MAX(7), bytes = STR_MAX(5);
    struct err err = { 0 };

    base64_add(&text, "foobar", 6);
    CHECK(text.cut && text.size == 0);
    CHECK_STR(str_text(&text), "");
    CHECK(!base64_read(SPAN("Zm9vYmFy"), &bytes, &err) && err.kind == ERR_DATA);
    CHECK_STR(err.msg, "the decoded Base64 is longer than 5 bytes");
    CHECK(bytes.size == 0);
}

TEST(random_bytes_differ)
{
    uint8_t a[32] = { 0 }, b[32] = { 0 };

    random_bytes(a, sizeof a);
    random_bytes(b, sizeof b);
    random_bytes(b, 0);
    CHECK(memcmp(a, b, sizeof a) != 0);
}
