/* The parts of a bucket that need no server: endpoints, XML, errors, shared files, traits. */
#include "store/aws/profile.h"
#include "store/s3/access.h"
#include "store/s3/endpoint.h"
#include "store/s3/errors.h"
#include "store/s3/request.h"
#include "store/s3/xml.h"

#include "base/mem.h"
#include "store/open.h"
#include "tap.h"

/* --- places --------------------------------------------------------------------------------- */

TEST(a_bucket_has_a_host_and_a_path)
{
    static const struct {
        const char *url, *endpoint;
        enum store_addressing addressing;
        const char *host, *path;
    } cases[] = {
        { "s3://bucket", NULL, STORE_ADDRESSING_AUTO, "bucket.s3.eu-west-1.amazonaws.com",
          "/a/b%2Bc~d%3D2e.pdf" },
        { "s3://bucket", "", STORE_ADDRESSING_PATH, "s3.eu-west-1.amazonaws.com",
          "/bucket/a/b%2Bc~d%3D2e.pdf" },
        { "s3://buck.et/x", NULL, STORE_ADDRESSING_AUTO, "s3.eu-west-1.amazonaws.com",
          "/buck.et/a/b%2Bc~d%3D2e.pdf" },
        { "s3://bucket", "https://s3.example.com", STORE_ADDRESSING_AUTO, "s3.example.com",
          "/bucket/a/b%2Bc~d%3D2e.pdf" },
        { "s3://bucket", "http://127.0.0.1:8500/", STORE_ADDRESSING_AUTO, "127.0.0.1:8500",
          "/bucket/a/b%2Bc~d%3D2e.pdf" },
        { "s3://bucket", "https://[::1]:443", STORE_ADDRESSING_VIRTUAL, "bucket.[::1]",
          "/a/b%2Bc~d%3D2e.pdf" },
        { "s3://bucket", "https://s3.us-east-1.amazonaws.com", STORE_ADDRESSING_AUTO,
          "bucket.s3.eu-west-1.amazonaws.com", "/a/b%2Bc~d%3D2e.pdf" },
        { "s3://bucket", "https://s3-fips.dualstack.us-east-2.amazonaws.com", STORE_ADDRESSING_PATH,
          "s3-fips.dualstack.eu-west-1.amazonaws.com", "/bucket/a/b%2Bc~d%3D2e.pdf" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str host = STR_MAX(KIB(1)), path = STR_MAX(KIB(1)), top = STR_MAX(KIB(1));
        auto_free char *wanted = NULL;
        struct s3_endpoint place = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, s3_endpoint_read(cases[i].url, cases[i].endpoint, cases[i].addressing, &place,
                                     &err));
        s3_endpoint_host(&place, "eu-west-1", &host);
        s3_endpoint_path(&place, "a/b+c~d=2e.pdf", &path);
        s3_endpoint_path(&place, NULL, &top);
        CHECK_STR(str_text(&host), cases[i].host);
        CHECK_STR(str_text(&path), cases[i].path);
        wanted = mem_printf("/%s", place.in_host ? "" : place.bucket);
        CHECK_STR(str_text(&top), wanted);
        s3_endpoint_clear(&place);
    }
}

TEST(china_has_a_domain_of_its_own)
{
    auto_str host = STR_MAX(KIB(1));
    struct s3_endpoint place = { 0 };
    struct err err = { 0 };

    CHECK(s3_endpoint_read("s3://bucket", NULL, STORE_ADDRESSING_AUTO, &place, &err));
    s3_endpoint_host(&place, "cn-north-1", &host);
    CHECK_STR(str_text(&host), "bucket.s3.cn-north-1.amazonaws.com.cn");
    s3_endpoint_clear(&place);
}

TEST(prefixes_end_in_a_slash)
{
    static const struct {
        const char *url, *prefix;
    } cases[] = {
        { "s3://bucket", "" },      { "s3://bucket/", "" },        { "s3://bucket/a", "a/" },
        { "s3://bucket/a/", "a/" }, { "s3://bucket/a/b", "a/b/" }, { "dir:/srv/x", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct store_settings settings = { .url = cases[i].url };
        auto_free char *prefix = NULL;
        struct err err = { 0 };

        CHECK_AT(i, store_prefix(&settings, &prefix, &err));
        CHECK_STR(prefix, cases[i].prefix);
    }
}

TEST(what_is_no_place_is_told)
{
    static const struct {
        const char *url, *endpoint;
    } cases[] = {
        { "s3://", NULL },
        { "s3:///a", NULL },
        { "s3://ab", NULL },
        { "s3://a b c/x", NULL },
        { "s3://bucket/a//b", NULL },
        { "s3://bucket/../x", NULL },
        { "s3://bucket/a b", NULL },
        { "s3://bucket", "s3.example.com" },
        { "s3://bucket", "https://s3.example.com/path" },
        { "s3://bucket", "ftp://s3.example.com" },
        { "s3://bucket", "https://user:word@s3.example.com" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct s3_endpoint place = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !s3_endpoint_read(cases[i].url, cases[i].endpoint, STORE_ADDRESSING_AUTO,
                                      &place, &err));
        CHECK_AT(i, err.kind == ERR_USAGE && !place.bucket);
    }
}

/* --- XML ------------------------------------------------------------------------------------ */

static bool note_element(void *arg, const char *path, struct span text, struct err *err)
{
    str_printf(arg, "%s=" SPAN_FORMAT ";", path, SPAN_ARGS(text));
    return strcmp(path, "Stop") != 0 || err_set(err, ERR_DATA, 7, "stopped");
}

TEST(answers_are_walked_over)
{
    static const struct {
        const char *text, *root, *said; /* `root` NULL: refused */
    } cases[] = {
        { "<Error><Code>NoSuchKey</Code><Key>a&amp;b &#43;</Key></Error>", "Error",
          "Code=NoSuchKey;Key=a&b +;=;" },
        { " \n<?xml version=\"1.0\"?>\n<L xmlns=\"x\"><C><K>1</K></C>t<C><K/></C></L>\n", "L",
          "C/K=1;C=;C/K=;C=;=t;" },
        { "<A><![CDATA[<x>]]></A>", "A", "=<x>;" },
        { "", NULL, "" },
        { "<A><B>", NULL, "" },
        { "<A></A><B/>", NULL, "=;" },
        { "<html><br></html>", NULL, "" },
        { "no xml", NULL, "" },
        { "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", NULL, "" },
        { "<a>&unknown;</a>", NULL, "" },
        { "<a><Stop/><B/></a>", NULL, "Stop=;" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str said = STR_MAX(KIB(4));
        char root[S3_XML_NAME_SIZE];
        struct err err = { 0 };
        bool good = s3_xml_walk(span_of(cases[i].text), root, note_element, &said, &err);

        CHECK_AT(i, good == (cases[i].root != NULL));
        CHECK_AT(i, good || err.kind == ERR_DATA);
        if (good)
            CHECK_STR(root, cases[i].root);
        CHECK_STR(str_text(&said), cases[i].said);
    }
}

TEST(what_is_written_into_xml_stays_text)
{
    auto_str text = STR_MAX(KIB(1));

    s3_xml_add(&text, "\"e\" & <Part>");
    CHECK_STR(str_text(&text), "&quot;e&quot; &amp; &lt;Part&gt;");
}

TEST(deep_and_long_ones_are_refused)
{
    auto_str deep = STR_MAX(KIB(1)), lengthy = STR_MAX(MIB(1)), named = STR_MAX(KIB(1));
    char root[S3_XML_NAME_SIZE];
    struct err err = { 0 };

    for (int i = 0; i <= S3_XML_DEPTH_MAX; i++)
        str_add_text(&deep, "<a>");
    str_add_text(&lengthy, "<a>");
    for (int i = 0; i <= S3_XML_TEXT_MAX; i++)
        str_add_char(&lengthy, 'x');
    str_add_text(&lengthy, "</a>");
    str_printf(&named, "<%0*d/>", S3_XML_NAME_SIZE, 0);
    named.at[1] = 'n';
    CHECK(!s3_xml_walk(str_span(&deep), root, NULL, NULL, &err) && err.kind == ERR_DATA);
    CHECK(!s3_xml_walk(str_span(&lengthy), root, NULL, NULL, &err) && err.kind == ERR_DATA);
    CHECK(!s3_xml_walk(str_span(&named), root, NULL, NULL, &err) && err.kind == ERR_DATA);
}

/* --- errors --------------------------------------------------------------------------------- */

TEST(each_error_has_its_class)
{
    static const struct {
        int status;
        const char *code;
        enum s3_class class;
    } cases[] = {
        { 200, "", S3_FINE },
        { 204, "", S3_FINE },
        { 301, "PermanentRedirect", S3_REGION },
        { 307, "", S3_REGION },
        { 400, "AuthorizationHeaderMalformed", S3_REGION },
        { 400, "BadDigest", S3_DAMAGED },
        { 400, "ExpiredToken", S3_CREDENTIALS },
        { 400, "IncompleteBody", S3_AGAIN },
        { 400, "InvalidRequest", S3_REFUSED },
        { 400, "RequestTimeout", S3_AGAIN },
        { 400, "XAmzContentSHA256Mismatch", S3_DAMAGED },
        { 400, "SomethingNew", S3_REFUSED },
        { 400, "", S3_REFUSED },
        { 403, "AccessDenied", S3_STOP },
        { 403, "InvalidAccessKeyId", S3_CREDENTIALS },
        { 403, "RequestTimeTooSkewed", S3_CLOCK },
        { 403, "SignatureDoesNotMatch", S3_STOP },
        { 403, "", S3_STOP },
        { 404, "NoSuchBucket", S3_STOP },
        { 404, "NoSuchKey", S3_ABSENT },
        { 404, "", S3_ABSENT },
        { 409, "ConditionalRequestConflict", S3_AGAIN },
        { 409, "OperationAborted", S3_AGAIN },
        { 412, "PreconditionFailed", S3_EXISTS },
        { 400, "InvalidPart", S3_DAMAGED },
        { 412, "InvalidRequest", S3_EXISTS }, /* Swift, at the end of an upload */
        { 413, "", S3_REFUSED },
        { 429, "", S3_SLOWER },
        { 500, "InternalError", S3_AGAIN },
        { 501, "NotImplemented", S3_STOP },
        { 502, "", S3_AGAIN },
        { 503, "SlowDown", S3_SLOWER },
        { 503, "", S3_AGAIN },
        { 507, "", S3_STOP },
        { 403, "QuotaExceeded", S3_STOP },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, s3_class_of(cases[i].status, cases[i].code) == cases[i].class);
    CHECK(s3_advice(403, "AccessDenied") && s3_advice(403, "") && !s3_advice(500, "InternalError"));
}

TEST(one_status_for_one_cause)
{
    static const struct {
        struct s3_answer answer;
        int status;
    } cases[] = {
        { { .status = 507, .class = S3_STOP }, 507 },
        { { .status = 403, .class = S3_STOP, .code = "QuotaExceeded" }, 507 },
        { { .status = 400, .class = S3_STOP, .code = "XMinioStorageFull" }, 507 },
        { { .status = 400, .class = S3_CREDENTIALS, .code = "ExpiredToken" }, 403 },
        { { .status = 403, .class = S3_STOP, .code = "AccessDenied" }, 403 },
        { { .status = 404, .class = S3_STOP, .code = "NoSuchBucket" }, 404 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err;

        CHECK_AT(i, !s3_answer_error(&cases[i].answer, &err));
        CHECK_AT(i, err.kind == ERR_REMOTE && err.code == cases[i].status);
        CHECK_AT(i, s3_advice(cases[i].answer.status, cases[i].answer.code));
    }
}

/* --- the shared files ----------------------------------------------------------------------- */

TEST(profiles_are_found_in_shared_files)
{
    static const char file[] = "# ours\n[default]\nregion = eu-west-1\naws_access_key_id=DEFAULT\n"
                               "s3 =\n  region = not-this\n[ profile  work ]\r\n"
                               "Region= ap-southeast-2 \r\n; region = x\n[profile work2]\n"
                               "region=two\n[other]\nregion\n";
    static const struct {
        const char *section, *key, *value;
    } cases[] = {
        { "default", "region", "eu-west-1" },
        { "default", "aws_access_key_id", "DEFAULT" },
        { "default", "aws_secret_access_key", NULL },
        { "profile work", "region", "ap-southeast-2" },
        { "profile work2", "region", "two" },
        { "profile wor", "region", NULL },
        { "other", "region", NULL },
        { "none", "region", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *value = aws_profile_find(span_of(file), cases[i].section, cases[i].key);

        CHECK_AT(i, (value != NULL) == (cases[i].value != NULL));
        if (value && cases[i].value)
            CHECK_STR(value, cases[i].value);
    }
}

/* --- hints from servers ------------------------------------------------------------------- */

/* A region goes into a host's name and into signatures: text that is no region is not learnt. */
TEST(a_region_has_a_form)
{
    static const struct {
        const char *region;
        bool learnt;
    } cases[] = {
        { "ap-southeast-2", true },
        { "default", true },
        { "us-gov-west-1", true },
        { "eu-west-1", false }, /* the one that we know */
        { "", false },
        { "evil.example.com/", false },
        { "evil.com", false },
        { "a/b", false },
        { "EU-WEST-2", false },
        { "eu west", false },
        { "eu\nX-Evil: 1", false },
        { "eu-\xc3\xa9", false },
        { "a@b", false },
        { "a:b", false },
        { "a?b", false },
        { "a%2Fb", false },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    };
    const struct store_settings settings = { .url = "s3://bucket",
                                             .region = "eu-west-1",
                                             .access_key = "KEY",
                                             .secret_key.env = "S3_PARTS" };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct cancel *cancel = cancel_new();
        struct store_access *access = NULL;
        struct err err = { 0 };

        (void)setenv("S3_PARTS", "secret", 1);
        CHECK_AT(i, store_access_new(&settings, cancel, &access, &err));
        CHECK_AT(i, s3_access_learn_region(access, span_of(cases[i].region)) == cases[i].learnt);
        store_access_free(access);
        cancel_free(cancel);
    }
}

/* --- traits --------------------------------------------------------------------------------- */

TEST(traits_are_kept_as_text)
{
    const struct store_traits traits = { .conditional = STORE_YES,
                                         .conditional_large = STORE_NO,
                                         .checks_body = STORE_YES,
                                         .deletes = STORE_NO };
    auto_str text = STR_MAX(KIB(1));
    struct store_traits again = { 0 };

    store_traits_write(&traits, &text);
    CHECK(store_traits_read(str_span(&text), &again) && memcmp(&traits, &again, sizeof again) == 0);
    CHECK(store_traits_read(span_of("conditional=no newer=yes"), &again));
    CHECK(again.conditional == STORE_NO && again.checks_body == STORE_UNKNOWN);
    CHECK(!store_traits_read(span_of(""), &again));
    CHECK(!store_traits_read(span_of("conditional=perhaps"), &again));
    CHECK(!store_traits_read(span_of("conditional"), &again));
}

TEST(traits_decide_on_keys_and_reading_back)
{
    static const struct {
        struct store_traits traits;
        bool small, large, back;
    } cases[] = {
        { { 0 }, false, false, false },
        { { .conditional = STORE_YES, .conditional_large = STORE_YES }, false, false, false },
        { { .conditional = STORE_YES, .conditional_large = STORE_NO }, false, true, false },
        { { .conditional = STORE_NO, .conditional_large = STORE_YES }, true, true, false },
        { { .checks_body = STORE_NO, .checks_sum = STORE_NO, .checks_md5 = STORE_NO },
          false,
          false,
          true },
        { { .checks_body = STORE_NO, .checks_sum = STORE_NO, .checks_md5 = STORE_YES },
          false,
          false,
          false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, store_needs_hash_keys(&cases[i].traits, false) == cases[i].small);
        CHECK_AT(i, store_needs_hash_keys(&cases[i].traits, true) == cases[i].large);
        CHECK_AT(i, store_needs_reading_back(&cases[i].traits) == cases[i].back);
    }
}
