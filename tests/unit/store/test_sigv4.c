/*
 * The signer beside signatures computed by others: the worked examples of the S3 API reference,
 * keys that are hard to encode, and (from FMFERRY_SHARED) the suite of aws-c-auth.
 */
#include "store/s3/sigv4.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"
#include "tap.h"
#include "json/json.h"

#include <dirent.h>
#include <unistd.h>

#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HELLO_HASH "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
#define CHUNKED "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
#define TRAILED CHUNKED "-TRAILER"

enum { HEADERS = 12 };

/* 2013-05-24T00:00:00Z, when all examples of the reference are signed. */
#define EXAMPLES_AT (INT64_C(1369353600) * TIME_SECOND)

static const char examples_secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
static const struct sigv4_scope examples = { .access_key = "AKIAIOSFODNN7EXAMPLE",
                                             .region = "us-east-1",
                                             .service = "s3",
                                             .at_us = EXAMPLES_AT };

/* "name: value" or "name=value" in pairs. */
static size_t pairs_of(const char *const *texts, char separator, struct sigv4_pair *pairs)
{
    size_t count = 0;

    for (; texts[count]; count++) {
        struct span rest = span_of(texts[count]);

        pairs[count].name = span_cut(&rest, separator);
        pairs[count].value = rest.at ? rest : (struct span){ "", 0 };
    }
    return count;
}

static struct span signature_of(struct span authorization)
{
    return span_from(authorization, span_find(authorization, "Signature=") + strlen("Signature="));
}

/* --- the reference's examples --------------------------------------------------------------- */

static const struct {
    const char *method, *path, *query[4], *headers[HEADERS], *payload, *signature;
} published[] = {
    { "GET",
      "/test.txt",
      { NULL },
      { "Host:examplebucket.s3.amazonaws.com", "Range:bytes=0-9",
        "x-amz-content-sha256:" EMPTY_HASH, "x-amz-date:20130524T000000Z", NULL },
      EMPTY_HASH,
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
    { "PUT",
      "/test$file.text",
      { NULL },
      { "Host:examplebucket.s3.amazonaws.com", "Date:Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class:REDUCED_REDUNDANCY", "x-amz-content-sha256:" HELLO_HASH,
        "x-amz-date:20130524T000000Z", "Expect:100-continue", "User-Agent:any", NULL },
      HELLO_HASH,
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
    { "GET",
      "/",
      { "lifecycle", NULL },
      { "Host:examplebucket.s3.amazonaws.com", "x-amz-content-sha256:" EMPTY_HASH,
        "x-amz-date:20130524T000000Z", NULL },
      EMPTY_HASH,
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
    { "GET",
      "/",
      { "prefix=J", "max-keys=2", NULL },
      { "Host:examplebucket.s3.amazonaws.com", "x-amz-content-sha256:" EMPTY_HASH,
        "x-amz-date:20130524T000000Z", NULL },
      EMPTY_HASH,
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
    { "PUT",
      "/examplebucket/chunkObject.txt",
      { NULL },
      { "Host:s3.amazonaws.com", "x-amz-storage-class:REDUCED_REDUNDANCY",
        "Content-Encoding:aws-chunked", "x-amz-decoded-content-length:66560",
        "Content-Length:66824", "x-amz-content-sha256:" CHUNKED, "x-amz-date:20130524T000000Z",
        NULL },
      CHUNKED,
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9" },
    { "PUT",
      "/examplebucket/chunkObject.txt",
      { NULL },
      { "Host:s3.amazonaws.com", "x-amz-storage-class:REDUCED_REDUNDANCY",
        "Content-Encoding:aws-chunked", "x-amz-decoded-content-length:66560",
        "x-amz-trailer:x-amz-checksum-crc32c", "x-amz-content-sha256:" TRAILED,
        "x-amz-date:20130524T000000Z", NULL },
      TRAILED,
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e" },
};

TEST(the_published_examples_have_their_signatures)
{
    struct sigv4_key key = sigv4_key_of(span_of(examples_secret), &examples);

    for (size_t i = 0; i < lengthof(published); i++) {
        struct sigv4_pair query[4], headers[HEADERS];
        auto_str path = STR_MAX(KIB(1)), authorization = STR_MAX(KIB(4));
        struct sigv4_request request = { .method = published[i].method,
                                         .query = query,
                                         .headers = headers,
                                         .payload = span_of(published[i].payload) };

        sigv4_path(&path, span_of(published[i].path));
        request.path = str_span(&path);
        request.query_count = pairs_of(published[i].query, '=', query);
        request.header_count = pairs_of(published[i].headers, ':', headers);
        sigv4_header(&authorization, &request, &examples, &key);
        CHECK_AT(i, span_is(signature_of(str_span(&authorization)), published[i].signature));
    }
}

TEST(a_header_names_who_signs_what)
{
    struct sigv4_key key = sigv4_key_of(span_of(examples_secret), &examples);
    struct sigv4_pair headers[HEADERS];
    auto_str authorization = STR_MAX(KIB(4));
    struct sigv4_request request = { .method = "GET",
                                     .path = span_of("/test.txt"),
                                     .headers = headers,
                                     .payload = span_of(EMPTY_HASH) };

    request.header_count = pairs_of(published[0].headers, ':', headers);
    sigv4_header(&authorization, &request, &examples, &key);
    CHECK_STR(str_text(&authorization),
              "AWS4-HMAC-SHA256 "
              "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(a_url_is_signed_as_published)
{
    static const char *const host[] = { "Host:examplebucket.s3.amazonaws.com", NULL };
    struct sigv4_key key = sigv4_key_of(span_of(examples_secret), &examples);
    struct sigv4_pair headers[1];
    auto_str query = STR_MAX(KIB(4));
    struct sigv4_request request = { .method = "GET",
                                     .path = span_of("/test.txt"),
                                     .headers = headers,
                                     .header_count = 1,
                                     .payload = span_of(SIGV4_UNSIGNED) };

    (void)pairs_of(host, ':', headers);
    sigv4_presigned(&query, &request, &examples, &key, 86400);
    CHECK_STR(str_text(&query),
              "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524"
              "%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
              "&X-Amz-SignedHeaders=host&X-Amz-Signature="
              "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

/* --- keys ----------------------------------------------------------------------------------- */

TEST(awkward_keys_are_encoded_once_and_never_normalised)
{
    static const struct {
        const char *key, *wire, *signature;
    } cases[] = {
        { "a b", "/a%20b", "8b3961b1fdc1c9b15a323a0aa5b6a4a99c0620b2a4a545ab3b13b8a19d365ab4" },
        { "a+b", "/a%2Bb", "c90a37b34d3b4dd59b3fc7cccb15a5baa5abd95544cf585929a8aad5fc93e39d" },
        { "a/../b", "/a/../b", "837dff81e8317923f5428d03214f61ae72d6d032315db01d327b4e8067ba633c" },
        { "a//b", "/a//b", "700134f7b5bbe4f4e2028abb6aee4ca54b95b03b8e9c25d3df52651097893513" },
        { "./a", "/./a", "df3ad1074559f6f8b130d69f43ebf092374c3934f723de8a1bf39ac0036769d8" },
        { "\xc3\xa4 \xc3\xb6/\xc3\xbc", "/%C3%A4%20%C3%B6/%C3%BC",
          "5c172e5cb3ac6594e868ba12df0ee359a654c72d224db194e5380f83b11ce8b5" },
        { "100%", "/100%25", "364c4cf98ff7fb4495ce01d3eb66614598d4fba15347af171a6a308d22155c55" },
        { "%41", "/%2541", "c9fa074f049874499dacc902f9263397da543aadc826fc7889a89077dfb856d8" },
        { "~!*'();:@&=+$,[]", "/~%21%2A%27%28%29%3B%3A%40%26%3D%2B%24%2C%5B%5D",
          "3642b7973d2cc9efd3e2537ced42df419b9c76b0b7170361aa9a89a5d20fb88a" },
        { "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.pdf", "/%E6%97%A5%E6%9C%AC%E8%AA%9E.pdf",
          "3e3eaad8ab39e8ed2c2b71493dfb7794f0fb2497e8f712fbef67f56ce18aa19b" },
        { "trailing/", "/trailing/",
          "b14934b8286bd9e7057a83a2162abbba5db905e7c22e3d05faa17d67f7cd282b" },
    };
    static const char *const texts[] = { "x-amz-date:20130524T000000Z",
                                         "Host:examplebucket.s3.amazonaws.com",
                                         "x-amz-content-sha256:" SIGV4_UNSIGNED, NULL };
    struct sigv4_key key = sigv4_key_of(span_of(examples_secret), &examples);
    struct sigv4_pair headers[HEADERS];

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str path = STR_MAX(KIB(1)), authorization = STR_MAX(KIB(4));
        struct sigv4_request request = { .method = "PUT",
                                         .headers = headers,
                                         .header_count = pairs_of(texts, ':', headers),
                                         .payload = span_of(SIGV4_UNSIGNED) };

        str_add_char(&path, '/');
        sigv4_path(&path, span_of(cases[i].key));
        CHECK_AT(i, strcmp(str_text(&path), cases[i].wire) == 0);
        request.path = str_span(&path);
        sigv4_header(&authorization, &request, &examples, &key);
        CHECK_AT(i, span_is(signature_of(str_span(&authorization)), cases[i].signature));
    }
}

TEST(runs_of_blanks_in_headers_are_one)
{
    static const struct sigv4_pair header = { { "X-Amz-Meta-A", 12 }, { "  a   b \t c ", 12 } };
    const struct sigv4_request request = { .method = "GET",
                                           .path = { "/", 1 },
                                           .headers = &header,
                                           .header_count = 1,
                                           .payload = { "p", 1 } };
    auto_str text = STR_MAX(KIB(1));

    sigv4_canonical(&text, &request);
    CHECK_STR(str_text(&text), "GET\n/\n\nx-amz-meta-a:a b c\n\nx-amz-meta-a\np");
}

TEST(arguments_are_encoded_then_sorted)
{
    static const struct {
        const char *texts[5], *want;
    } cases[] = {
        { { NULL }, "" },
        { { "uploads", NULL }, "uploads=" },
        { { "b=2", "a=2", "a=1", "B=3", NULL }, "B=3&a=1&a=2&b=2" },
        { { "prefix=a/b c+d~e", NULL }, "prefix=a%2Fb%20c%2Bd~e" },
        { { "a-=1", "a=1", "a/=1", NULL }, "a=1&a%2F=1&a-=1" },
        { { "uploadId=2~x=", "partNumber=10", NULL }, "partNumber=10&uploadId=2~x%3D" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct sigv4_pair query[5];
        auto_str text = STR_MAX(KIB(1));

        sigv4_query(&text, query, pairs_of(cases[i].texts, '=', query));
        CHECK_AT(i, strcmp(str_text(&text), cases[i].want) == 0);
    }
}

/* --- the suite ------------------------------------------------------------------------------ */

enum { SUITE_CASES = 38 };

static char *suite_folder(void)
{
    static const char inside[] = "fixtures/sigv4/aws-c-auth/tests/aws-signing-test-suite/v4";
    const char *shared = getenv("FMFERRY_SHARED");
    const char *root = getenv("FMFERRY_ROOT");
    char *path = shared ? mem_printf("%s/%s", shared, inside)
                        : mem_printf("%s/../shared/%s", root ? root : ".", inside);

    if (access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

/* A file of a case, without line ends at its end and without carriage returns. */
static char *suite_text(const char *folder, const char *name, const char *file)
{
    auto_free char *path = mem_printf("%s/%s/%s", folder, name, file);
    auto_str text = STR_MAX(KIB(64)), plain = STR_MAX(KIB(64));
    struct err err = { 0 };

    if (!fs_read(path, &text, &err))
        return mem_text("");
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] != '\r')
            str_add_char(&plain, text.at[i]);
    return str_take(&plain);
}

static bool suite_same(const char *folder, const char *name, const char *file, struct span is)
{
    auto_free char *want = suite_text(folder, name, file);
    struct span rest = span_of(want);

    while (span_ends(rest, "\n"))
        rest.size--;
    return rest.size > 0 && span_equal(is, rest);
}

/* The normalising of paths in other services, which S3 does not do. */
static void path_normalise(struct str *to, struct span path)
{
    struct span rest = path;
    size_t starts[64], depth = 0;

    while (rest.at) {
        struct span segment = span_cut(&rest, '/');

        if (segment.size == 0 || span_is(segment, "."))
            continue;
        if (span_is(segment, "..")) {
            if (depth)
                str_cut(to, starts[--depth]);
            continue;
        }
        starts[depth++] = to->size;
        str_add_char(to, '/');
        str_add_span(to, segment);
    }
    if (to->size == 0 || span_ends(path, "/"))
        str_add_char(to, '/');
}

static int digit_of(char c)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, c | 0x20);

    return c && at ? (int)(at - digits) : -1;
}

/* The suite's arguments are encoded already, or half so. */
static struct span decoded(struct str *scratch, struct span text)
{
    size_t before = scratch->size;

    for (size_t i = 0; i < text.size; i++) {
        bool escape = text.at[i] == '%' && i + 2 < text.size && digit_of(text.at[i + 1]) >= 0
                      && digit_of(text.at[i + 2]) >= 0;

        str_add_char(scratch, escape
                                  ? (char)(16 * digit_of(text.at[i + 1]) + digit_of(text.at[i + 2]))
                                  : text.at[i]);
        i += escape ? 2 : 0;
    }
    return (struct span){ scratch->at + before, scratch->size - before };
}

/* A case of the suite, taken apart. */
struct suite_case {
    char *context, *request;
    struct json *json;
    struct str scratch, path;
    struct sigv4_pair headers[HEADERS], query[HEADERS];
    char payload[SHA256_HEX_SIZE];
    struct sigv4_request r;
    struct sigv4_scope scope;
    struct span secret, token;
    char *region, *service, *access_key;
    bool omits_token, signs_body, normalises;
    uint64_t expires_s;
};

static void case_clear(struct suite_case *c)
{
    free(c->context);
    free(c->request);
    json_free(c->json);
    str_clear(&c->scratch);
    str_clear(&c->path);
    free(c->region);
    free(c->service);
    free(c->access_key);
}

static void case_context(struct suite_case *c)
{
    const struct json_value *root, *keys;
    struct err err = { 0 };

    if (!json_read(span_of(c->context), &c->json, &err))
        return;
    root = json_root(c->json);
    keys = json_get(root, "credentials");
    c->secret = json_get(keys, "secret_access_key")->text;
    c->token = json_get(keys, "token") ? json_get(keys, "token")->text : SPAN_NONE;
    c->region = span_text(json_get(root, "region")->text);
    c->service = span_text(json_get(root, "service")->text);
    c->access_key = span_text(json_get(keys, "access_key_id")->text);
    c->omits_token = json_get(root, "omit_session_token")
                     && span_is(json_get(root, "omit_session_token")->text, "true");
    c->signs_body = span_is(json_get(root, "sign_body")->text, "true");
    c->normalises = span_is(json_get(root, "normalize")->text, "true");
    c->expires_s = 3600;
    c->scope = (struct sigv4_scope){ .access_key = c->access_key,
                                     .region = c->region,
                                     .service = c->service,
                                     .at_us = INT64_C(1440938160) * TIME_SECOND };
}

static void case_target(struct suite_case *c, struct span target)
{
    struct span rest = target, path = span_cut(&rest, '?');

    if (c->normalises) {
        auto_str plain = STR_MAX(KIB(4));

        path_normalise(&plain, path);
        sigv4_path(&c->path, str_span(&plain));
    } else {
        sigv4_path(&c->path, path);
    }
    c->r.path = str_span(&c->path);
    while (rest.size) {
        struct span argument = span_cut(&rest, '&'), name = span_cut(&argument, '=');

        c->query[c->r.query_count++] =
            (struct sigv4_pair){ decoded(&c->scratch, name),
                                 decoded(&c->scratch, argument.at ? argument : span_of("")) };
    }
}

/* Lines that begin with a blank belong to the header before them. */
static void case_headers(struct suite_case *c, struct span head)
{
    struct span rest = head;

    while (rest.size) {
        struct span value = rest, name;

        do
            (void)span_cut(&rest, '\n');
        while (rest.size && (rest.at[0] == ' ' || rest.at[0] == '\t'));
        if (rest.at)
            value.size = (size_t)(rest.at - 1 - value.at);
        name = span_cut(&value, ':');
        c->headers[c->r.header_count++] = (struct sigv4_pair){ name, value };
    }
}

static void case_read(struct suite_case *c, const char *folder, const char *name)
{
    struct span rest, line, head;
    struct sha256 hash;

    *c = (struct suite_case){ .scratch = STR_MAX(KIB(16)), .path = STR_MAX(KIB(16)) };
    (void)str_reserve(&c->scratch, KIB(8));
    c->context = suite_text(folder, name, "context.json");
    c->request = suite_text(folder, name, "request.txt");
    case_context(c);
    rest = span_of(c->request);
    head = span_first(rest, span_find(rest, "\n\n"));
    hash = sha256_of(span_trim(span_from(rest, head.size)));
    c->request[head.size] = '\0';
    c->r = (struct sigv4_request){ .query = c->query, .headers = c->headers };
    c->r.payload = span_of(sha256_hex(&hash, c->payload));
    line = span_cut(&head, '\n');
    c->r.method = span_is(span_cut(&line, ' '), "GET") ? "GET" : "POST";
    line.size -= strlen(" HTTP/1.1");
    case_target(c, line);
    case_headers(c, head);
}

static void header_add(struct suite_case *c, const char *name, struct span value)
{
    c->headers[c->r.header_count++] = (struct sigv4_pair){ span_of(name), value };
}

static void check_header_form(size_t i, struct suite_case *c, const char *folder, const char *name)
{
    struct sigv4_key key = sigv4_key_of(c->secret, &c->scope);
    auto_str canonical = STR_MAX(KIB(16)), text = STR_MAX(KIB(4)), value = STR_MAX(KIB(4));
    size_t headers = c->r.header_count;

    header_add(c, "X-Amz-Date", span_of("20150830T123600Z"));
    if (c->token.size && !c->omits_token)
        header_add(c, "X-Amz-Security-Token", c->token);
    if (c->signs_body)
        header_add(c, "x-amz-content-sha256", c->r.payload);
    sigv4_canonical(&canonical, &c->r);
    sigv4_text(&text, &c->scope, str_span(&canonical));
    sigv4_header(&value, &c->r, &c->scope, &key);
    CHECK_AT(i, suite_same(folder, name, "header-canonical-request.txt", str_span(&canonical)));
    CHECK_AT(i, suite_same(folder, name, "header-string-to-sign.txt", str_span(&text)));
    CHECK_AT(i, suite_same(folder, name, "header-signature.txt", signature_of(str_span(&value))));
    c->r.header_count = headers;
}

static void check_query_form(size_t i, struct suite_case *c, const char *folder, const char *name)
{
    struct sigv4_key key = sigv4_key_of(c->secret, &c->scope);
    auto_str query = STR_MAX(KIB(8));
    struct sigv4_scope scope = c->scope;

    scope.token = c->omits_token ? SPAN_NONE : c->token;
    sigv4_presigned(&query, &c->r, &scope, &key, (unsigned)c->expires_s);
    CHECK_AT(i, suite_same(folder, name, "query-signature.txt", signature_of(str_span(&query))));
}

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

TEST(the_suite_of_aws_c_auth_agrees)
{
    auto_free char *folder = suite_folder();
    struct dirent **entries = NULL;
    int found;

    if (!folder)
        SKIP("there is no suite here (set FMFERRY_SHARED)");
    found = scandir(folder, &entries, is_case, alphasort);
    CHECK(found == SUITE_CASES);
    for (int i = 0; i < found; i++) {
        auto_free struct dirent *entry = entries[i];
        struct suite_case c;

        (void)printf("# [%d] %s\n", i, entry->d_name);
        case_read(&c, folder, entry->d_name);
        check_header_form((size_t)i, &c, folder, entry->d_name);
        check_query_form((size_t)i, &c, folder, entry->d_name);
        case_clear(&c);
    }
    free(entries);
}
