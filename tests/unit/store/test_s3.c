/* A bucket as a store, against a server that plays a script: requests, and what answers mean. */
#include "store/open.h"

#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"
#include "server.h"
#include "tap.h"

#define EMPTY_SUM "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define X_SUM "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE="
#define X_MD5 "9dd4e461268c8034f5c8564e155c67a6"
#define BODY "x"

/* A store over http on a scripted server. */
struct place {
    struct server *server;
    struct cancel *cancel;
    struct store *store;
    char *url;
};

static struct store_traits trusted(void)
{
    return (struct store_traits){ .conditional = STORE_YES,
                                  .conditional_large = STORE_YES,
                                  .checks_body = STORE_YES };
}

static struct place place_new(const struct server_step *script, struct store_settings settings)
{
    struct place place = { server_new(script, NULL), cancel_new(), NULL, NULL };
    struct err err = { 0 };

    http_setup();
    (void)setenv("S3_UNIT_SECRET", "secret", 1);
    place.url = server_url(place.server, "");
    settings.url = settings.url ? settings.url : "s3://bucket";
    settings.endpoint = place.url;
    settings.region = "eu-west-1";
    settings.access_key = "KEY";
    settings.secret_key.env = "S3_UNIT_SECRET";
    settings.silence_us = 20000000;
    CHECK(store_open(&settings, place.cancel, &place.store, &err));
    CHECK_STR(err.msg, "");
    return place;
}

static void place_end(struct place *place)
{
    store_close(place->store);
    cancel_free(place->cancel);
    server_free(place->server);
    free(place->url);
    http_teardown();
}

#define auto_place __attribute__((cleanup(place_end))) struct place

static struct store_object x_object(void)
{
    return (struct store_object){ .key = "a/b+c~1.pdf",
                                  .mime = "application/pdf",
                                  .size_bytes = 1,
                                  .sha256 = sha256_of(span_of(BODY)),
                                  .record_id = 17,
                                  .layout = "API Docs" };
}

/* Puts "x"; -1 if that failed. */
static int put_x(struct place *place, struct store_found *found_r, struct err *err)
{
    struct store_object object = x_object();
    enum store_outcome outcome;

    return store_put(place->store, &object, span_of(BODY), &outcome, found_r, err) ? (int)outcome
                                                                                   : -1;
}

#define TAKE                                                                                       \
    {                                                                                              \
        .act = SERVER_TAKE                                                                         \
    }
#define END                                                                                        \
    {                                                                                              \
        .act = SERVER_END                                                                          \
    }
#define RESET                                                                                      \
    {                                                                                              \
        .act = SERVER_RESET                                                                        \
    }
#define SEND(answer)                                                                               \
    {                                                                                              \
        .act = SERVER_SEND, .text = answer                                                         \
    }

#define OK(headers) "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" headers "\r\n"
#define HEAD_X "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: \"" X_MD5 "\"\r\n\r\n"
#define HEAD_FORGED                                                                                \
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: \"e\"\r\n"                                      \
    "x-amz-meta-sha256: 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\r\n\r\n"
#define REFUSED(status, code)                                                                      \
    "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n<Error><Code>" code "</Code></Error>"
#define CLOSED                                                                                     \
    {                                                                                              \
        .act = SERVER_CLOSE                                                                        \
    }

/* --- putting -------------------------------------------------------------------------------- */

TEST(a_put_says_everything)
{
    static const struct server_step script[] = { TAKE, SEND(OK("ETag: \"e\"\r\n")), END };
    static const char *const lines[] = {
        "PUT /bucket/a/b%2Bc~1.pdf HTTP/1.1\r\n",
        "\r\nIf-None-Match: *\r\n",
        "\r\nContent-Type: application/pdf\r\n",
        "\r\nContent-Length: 1\r\n",
        "\r\nx-amz-checksum-sha256: " X_SUM "\r\n",
        "\r\nx-amz-content-sha256: "
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\r\n",
        "\r\nx-amz-meta-sha256: 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        "\r\nx-amz-meta-filemaker-record: 17\r\n",
        "\r\nx-amz-meta-filemaker-layout: API%20Docs\r\n",
        "\r\nx-amz-server-side-encryption: AES256\r\n",
        "\r\nx-amz-tagging: a%20b=c%26d&e=\r\n",
        "\r\nx-amz-storage-class: STANDARD_IA\r\n",
        "\r\nx-amz-expected-bucket-owner: 123456789012\r\n",
        "\r\nx-amz-object-lock-legal-hold: ON\r\n",
        "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=KEY/",
        "/eu-west-1/s3/aws4_request, SignedHeaders=content-type;host;if-none-match;"
        "x-amz-checksum-sha256;x-amz-content-sha256;x-amz-date;x-amz-expected-bucket-owner;",
    };
    auto_place place = place_new(script, (struct store_settings){ .encryption = STORE_SSE_S3,
                                                                  .tags = "a b = c&d, e",
                                                                  .storage_class = "STANDARD_IA",
                                                                  .expected_owner = "123456789012",
                                                                  .object_lock = "legal-hold" });
    struct store_found found;
    struct err err = { 0 };

    CHECK(put_x(&place, &found, &err) == -1 && err.kind == ERR_REMOTE); /* it did not encrypt */
    CHECK(strstr(err.msg, "AES256"));
    for (size_t i = 0; i < lengthof(lines); i++)
        CHECK_AT(i, strstr(server_request(place.server, 0), lines[i]));
    CHECK(!strstr(server_request(place.server, 0), "secret"));
}

TEST(what_answers_to_a_put_mean)
{
    static const struct server_step made[] = { TAKE, SEND(OK("ETag: \"e\"\r\n")), END };
    static const struct server_step echoed[] = {
        TAKE, SEND(OK("ETag: \"e\"\r\nx-amz-checksum-sha256: " X_SUM "\r\n")), END
    };
    static const struct server_step belied[] = {
        TAKE, SEND(OK("ETag: \"e\"\r\nx-amz-checksum-sha256: " EMPTY_SUM "\r\n")), END
    };
    static const struct server_step taken[] = {
        TAKE, SEND(REFUSED("412 X", "PreconditionFailed")), CLOSED, TAKE, SEND(HEAD_X), END
    };
    static const struct server_step lost[] = { TAKE, RESET, TAKE, SEND(HEAD_X), END };
    static const struct server_step stranger[] = { TAKE, SEND(OK("")), CLOSED,
                                                   TAKE, SEND(HEAD_X), END };
    static const struct server_step not_there[] = {
        TAKE,
        SEND(REFUSED("500 X", "InternalError")),
        CLOSED,
        TAKE,
        SEND("HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"),
        CLOSED,
        TAKE,
        SEND(OK("ETag: \"e\"\r\n")),
        END
    };
    static const struct server_step conflict[] = {
        TAKE, SEND(REFUSED("409 X", "ConditionalRequestConflict")), CLOSED, TAKE, SEND(HEAD_X), END
    };
    static const struct server_step forbidden[] = { TAKE, SEND(REFUSED("403 X", "AccessDenied")),
                                                    CLOSED, END };
    static const struct server_step refused[] = { TAKE, SEND(REFUSED("400 X", "EntityTooLarge")),
                                                  CLOSED, END };
    static const struct server_step no_bucket[] = { TAKE, SEND(REFUSED("404 X", "NoSuchBucket")),
                                                    CLOSED, END };
    static const struct {
        const struct server_step *script;
        int outcome;
        enum err_kind kind;
        int code;
        const char *says;
    } cases[] = {
        { made, STORE_MADE, ERR_NONE, 0, "" },
        { echoed, STORE_MADE, ERR_NONE, 0, "" },
        { belied, -1, ERR_DATA, STORE_MISMATCH, "checksum" },
        { taken, STORE_SAME, ERR_NONE, 0, "" },
        { lost, STORE_SAME, ERR_NONE, 0, "" },
        { stranger, STORE_SAME, ERR_NONE, 0, "" },
        { not_there, STORE_MADE, ERR_NONE, 0, "" },
        { conflict, STORE_SAME, ERR_NONE, 0, "" },
        { forbidden, -1, ERR_REMOTE, 403, "check --policy run" },
        { refused, -1, ERR_DATA, STORE_REFUSED, "EntityTooLarge" },
        { no_bucket, -1, ERR_REMOTE, 404, "make the bucket" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place =
            place_new(cases[i].script, (struct store_settings){ .traits = trusted() });
        struct store_found found = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, put_x(&place, &found, &err) == cases[i].outcome);
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
        CHECK_AT(i, strstr(err.msg, cases[i].says));
        CHECK_AT(i, server_is_over(place.server) && server_surplus(place.server) == 0);
    }
}

/* A refusal by a server whose clock is that many seconds ahead. */
static char *skewed_by(int64_t seconds)
{
    struct time_civil then = time_to_utc(time_now_us() + seconds * TIME_SECOND);

    return mem_printf("HTTP/1.1 403 X\r\nConnection: close\r\n\r\n<Error><Code>RequestTimeTooSkewed"
                      "</Code><ServerTime>%04d-%02d-%02dT%02d:%02d:%02dZ</ServerTime></Error>",
                      then.year, then.month, then.day, then.hour, then.minute, then.second);
}

/* In seconds. */
static int64_t signed_at(struct place *place, size_t index)
{
    const char *at = strstr(server_request(place->server, index), "x-amz-date: ");
    struct tm tm = { 0 };

    CHECK_AT(index, at && strptime(at, "x-amz-date: %Y%m%dT%H%M%SZ", &tm));
    return (int64_t)timegm(&tm);
}

TEST(a_wrong_clock_and_region_are_learnt)
{
    auto_free char *skewed = skewed_by(20 * 3600);
    const struct server_step script[] = {
        TAKE,
        { SERVER_SEND, skewed, 0 },
        CLOSED,
        TAKE,
        SEND("HTTP/1.1 400 X\r\nConnection: close\r\n\r\n<Error>"
             "<Code>AuthorizationHeaderMalformed</Code><Region>ap-southeast-2</Region></Error>"),
        CLOSED,
        TAKE,
        SEND(OK("ETag: \"e\"\r\n")),
        END,
    };
    auto_place place = place_new(script, (struct store_settings){ .traits = trusted() });
    struct store_found found;
    struct err err = { 0 };

    CHECK(put_x(&place, &found, &err) == STORE_MADE);
    CHECK_STR(err.msg, "");
    CHECK(strstr(server_request(place.server, 0), "/eu-west-1/s3/"));
    CHECK(strstr(server_request(place.server, 2), "/ap-southeast-2/s3/"));
    for (int i = 1; i <= 2; i++)
        CHECK(signed_at(&place, (size_t)i) - signed_at(&place, 0) > 19 * 3600);
}

/* A request that is signed for another year could be kept, and used then. */
TEST(a_clock_is_learnt_within_a_day)
{
    static const int64_t off_s[] = { 25 * 3600, -25 * 3600, INT64_C(7000) * 365 * 86400 };

    for (size_t i = 0; i < lengthof(off_s); i++) {
        auto_free char *skewed = skewed_by(off_s[i]);
        const struct server_step script[] = { TAKE, { SERVER_SEND, skewed, 0 }, CLOSED, END };
        auto_place place = place_new(script, (struct store_settings){ .traits = trusted() });
        struct store_found found;
        struct err err = { 0 };

        CHECK_AT(i, put_x(&place, &found, &err) == -1 && err.kind == ERR_REMOTE);
        CHECK_AT(i,
                 strstr(err.msg, "its clock says ") && strstr(err.msg, "set this machine's clock"));
        CHECK_AT(i, server_is_over(place.server) && server_surplus(place.server) == 0);
    }
}

/* --- looking and listing -------------------------------------------------------------------- */

#define HEAD(headers) "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" headers "\r\n"
#define GET_X "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: \"e\"\r\n\r\nx"

/* Traits of a server that checks the sums it reports, and of one that repeats what it was sent. */
#define TRAITS_PROOF                                                                               \
    {                                                                                              \
        .tells_sum = STORE_YES, .checks_sum = STORE_YES                                            \
    }
#define TRAITS_ECHO                                                                                \
    {                                                                                              \
        .tells_sum = STORE_YES, .checks_sum = STORE_NO                                             \
    }

/* A client's note beside an object, or a checksum that the server keeps unread, proves nothing. */
TEST(only_the_servers_own_word_counts)
{
    static const struct {
        const char *head, *imprint;
        struct store_traits traits;
        enum store_how how; /* without reading the object */
        bool contradicts;
    } cases[] = {
        { HEAD_FORGED, NULL, { .checks_body = STORE_YES }, STORE_NOT_COMPARED, false },
        { HEAD_FORGED, "etag " X_MD5, { 0 }, STORE_NOT_COMPARED, true },
        { HEAD_X, "etag " X_MD5, { 0 }, STORE_BY_ETAG, false },
        { HEAD_X, NULL, { 0 }, STORE_NOT_COMPARED, false }, /* not known to be an MD5 */
        { HEAD("ETag: \"" X_MD5 "-1\"\r\n"), "etag " X_MD5, { 0 }, STORE_NOT_COMPARED, true },
        { HEAD("ETag: \"e\"\r\nx-amz-checksum-sha256: " X_SUM "\r\n"), NULL, TRAITS_PROOF,
          STORE_BY_SUM, false },
        { HEAD("ETag: \"e\"\r\nx-amz-checksum-sha256: " X_SUM "\r\n"), NULL, TRAITS_ECHO,
          STORE_NOT_COMPARED, false },
        { HEAD("ETag: \"e\"\r\nx-amz-checksum-sha256: " X_SUM "\r\n"
               "x-amz-checksum-type: COMPOSITE\r\n"),
          NULL, TRAITS_PROOF, STORE_NOT_COMPARED, true },
        { HEAD("ETag: \"e\"\r\nx-amz-checksum-sha256: " X_SUM "-2\r\n"), "parts " X_SUM "-2",
          TRAITS_PROOF, STORE_BY_SUM, false },
        { HEAD("ETag: \"e\"\r\nx-amz-checksum-sha256: " X_SUM "-2\r\n"), "parts " X_SUM "-2",
          TRAITS_ECHO, STORE_NOT_COMPARED, true },
        { HEAD("ETag: \"e\"\r\nx-amz-checksum-sha256: " X_SUM "-3\r\n"), "parts " X_SUM "-2",
          TRAITS_PROOF, STORE_NOT_COMPARED, true },
        { HEAD("ETag: \"e\"\r\nx-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\n"), NULL, TRAITS_PROOF,
          STORE_NOT_COMPARED, true },
        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"" X_MD5 "\"\r\n\r\n",
          "etag " X_MD5,
          { 0 },
          STORE_NOT_COMPARED,
          true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct server_step script[] = { TAKE, SEND(cases[i].head), TAKE, SEND(cases[i].head),
                                              TAKE, SEND(GET_X),         END };
        auto_place place = place_new(script, (struct store_settings){ .traits = cases[i].traits });
        struct store_object object = x_object();
        struct store_found found = { 0 };
        struct err err = { 0 };

        object.imprint = cases[i].imprint;
        CHECK_AT(i, store_compare_unread(place.store, &object, &found, &err));
        CHECK_AT(i, found.how == cases[i].how && found.contradicts == cases[i].contradicts);
        CHECK_AT(i, found.has_sha256 == (found.how != STORE_NOT_COMPARED));
        CHECK_AT(i, store_compare(place.store, &object, &found, &err));
        CHECK_AT(i, store_is_same(&object, &found));
        CHECK_AT(i, (found.how == STORE_BY_BYTES) == (cases[i].how == STORE_NOT_COMPARED));
        CHECK_AT(i, server_count(place.server) == (found.how == STORE_BY_BYTES ? 3U : 2U));
    }
}

/*
 * Proxies and servers under load mix answers up: an answer about an object has an ETag, and "there
 * is something already" does not answer a request without that condition.
 */
TEST(answers_that_are_meant_for_others_are_asked_for_again)
{
    static const char *const strange[] = {
        "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-amz-request-id: R\r\nContent-Length: 7\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n",
    };

    for (size_t i = 0; i < lengthof(strange); i++) {
        const struct server_step script[] = { TAKE, SEND(strange[i]), TAKE, SEND(HEAD_X), END };
        auto_place place = place_new(script, (struct store_settings){ .traits = trusted() });
        struct store_object object = x_object();
        struct store_found found = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, store_compare_unread(place.store, &object, &found, &err));
        CHECK_STR(err.msg, "");
        CHECK_AT(i, found.exists && found.size_bytes == 1);
        CHECK_AT(i, server_count(place.server) == 2);
    }
}

/* The imprint kept at a put is the sum that we computed, and only if the server said the same. */
TEST(an_imprint_is_ours_and_the_servers)
{
    static const struct {
        const char *answer, *imprint;
        struct store_traits traits;
    } cases[] = {
        { OK("ETag: \"" X_MD5 "\"\r\n"), "etag " X_MD5, { 0 } },
        { OK("ETag: " X_MD5 "\r\n"), "etag " X_MD5, { 0 } },
        { OK("ETag: \"0123456789abcdef0123456789abcdef\"\r\n"), "", { 0 } }, /* SSE-KMS */
        { OK("ETag: \"" X_MD5 "-1\"\r\n"), "", { 0 } },
        { OK("ETag: \"" X_MD5 "\"\r\nx-amz-checksum-sha256: " X_SUM "\r\n"),
          "",
          { .tells_sum = STORE_YES, .checks_sum = STORE_YES } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct server_step script[] = { TAKE, SEND(cases[i].answer), END };
        auto_place place = place_new(script, (struct store_settings){ .traits = cases[i].traits });
        struct store_found found = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, put_x(&place, &found, &err) == STORE_MADE);
        CHECK_STR(found.imprint, cases[i].imprint);
    }
}

#define PAGE(inside)                                                                               \
    "HTTP/1.1 200 OK\r\nx-amz-request-id: R\r\nConnection: close\r\n\r\n"                          \
    "<ListBucketResult>" inside "</ListBucketResult>"
#define ENTRY(key) "<Contents><Key>" key "</Key><Size>3</Size></Contents>"

TEST(pages_are_listed_as_servers_give_them)
{
    static const struct server_step v2[] = {
        TAKE,
        SEND(PAGE(ENTRY("a%2Bb+c") "<KeyCount>1</KeyCount><EncodingType>url</EncodingType>"
                                   "<IsTruncated>true</IsTruncated>"
                                   "<NextContinuationToken>t+/=</NextContinuationToken>")),
        CLOSED,
        TAKE,
        SEND(PAGE("<KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>"
                  "<NextContinuationToken>u</NextContinuationToken>")),
        CLOSED,
        TAKE,
        SEND(PAGE(ENTRY("b") "<KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>")),
        CLOSED,
        END,
    };
    static const struct server_step v1[] = {
        TAKE, SEND(PAGE(ENTRY("a+b c") "<IsTruncated>true</IsTruncated>")), CLOSED,
        TAKE, SEND(PAGE(ENTRY("b") "<IsTruncated>false</IsTruncated>")),    CLOSED,
        END,
    };
    static const struct server_step round[] = {
        TAKE, SEND(PAGE(ENTRY("a+b c") ENTRY("b") "<IsTruncated>true</IsTruncated>")), CLOSED,
        TAKE, SEND(PAGE(ENTRY("a+b c") ENTRY("b") "<IsTruncated>true</IsTruncated>")), CLOSED,
        END,
    };
    /* "More", for ever: with a token that stays the same, or without one. */
    static const struct server_step same[] = {
        TAKE,
        SEND(PAGE(ENTRY("a+b c") ENTRY("b") "<KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>"
                                            "<NextContinuationToken>t</NextContinuationToken>")),
        CLOSED,
        TAKE,
        SEND(PAGE("<KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>"
                  "<NextContinuationToken>t</NextContinuationToken>")),
        CLOSED,
        END,
    };
    static const struct server_step untold[] = {
        TAKE,
        SEND(PAGE(ENTRY("a+b c") ENTRY("b") "<KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>"
                                            "<NextContinuationToken>t</NextContinuationToken>")),
        CLOSED,
        TAKE,
        SEND(PAGE("<KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>")),
        CLOSED,
        END,
    };
    static const struct {
        const struct server_step *script;
        const char *asks;
        enum step last;
    } cases[] = {
        { v2, "continuation-token=t%2B%2F%3D&", STEP_END },
        { v1, "&marker=a%2Bb%20c&", STEP_END },
        { round, "&marker=b&", STEP_ERROR },
        { same, "continuation-token=t&", STEP_ERROR },
        { untold, "continuation-token=t&", STEP_ERROR },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new(cases[i].script, (struct store_settings){ .url = NULL });
        auto_list *list = NULL;
        auto_str keys = STR_MAX(KIB(1));
        struct store_entry entry;
        struct err err = { 0 };
        enum step step = STEP_ERROR;

        CHECK_AT(i, store_list(place.store, "", &list, &err));
        while (list && (step = store_list_next(list, &entry, &err)) == STEP_ROW)
            str_printf(&keys, "%s %ju;", entry.key, (uintmax_t)entry.size_bytes);
        CHECK_AT(i, step == cases[i].last);
        CHECK_STR(str_text(&keys), "a+b c 3;b 3;");
        CHECK_AT(i, strstr(server_request(place.server, 1), cases[i].asks));
    }
}

/* --- large ones ----------------------------------------------------------------------------- */

#define NO_UPLOADS                                                                                 \
    "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nx-amz-request-id: R\r\nContent-Length: 31\r\n\r\n"          \
    "<ListMultipartUploadsResult />\n"
#define CREATED                                                                                    \
    "HTTP/1.1 200 OK\r\nx-amz-request-id: R\r\nConnection: close\r\n\r\n"                          \
    "<InitiateMultipartUploadResult><UploadId>up/1</UploadId></InitiateMultipartUploadResult>"
#define BODY_OF(text) "HTTP/1.1 200 OK\r\nx-amz-request-id: R\r\nConnection: close\r\n\r\n" text

TEST(the_end_of_a_large_one_is_read_to_its_end)
{
    static const struct {
        const char *answer;
        bool needs_look;
    } cases[] = {
        { BODY_OF("  <CompleteMultipartUploadResult><ETag>e</ETag>"
                  "</CompleteMultipartUploadResult>"),
          false },
        { BODY_OF("  <Error><Code>InternalError</Code></Error>"), true },
        { BODY_OF("<CompleteMultipartUploadResult><ETag>"), true },
        { BODY_OF(""), true },
        { BODY_OF("<html><body>OK</body></html>"), true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct server_step script[] = {
            TAKE,
            SEND(NO_UPLOADS),
            TAKE,
            SEND(CREATED),
            CLOSED,
            TAKE,
            SEND(OK("ETag: \"9dd4e461268c8034f5c8564e155c67a6\"\r\n")),
            TAKE,
            SEND(cases[i].answer),
            CLOSED,
            { .act = cases[i].needs_look ? SERVER_TAKE : SERVER_END },
            SEND("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
                 "ETag: \"9affad555af89da9b0bfcd5e45bc93da-1\"\r\n\r\n"),
            TAKE,
            SEND(REFUSED("404 X", "NoSuchUpload")),
            CLOSED,
            TAKE,
            SEND(REFUSED("404 X", "NoSuchUpload")),
            CLOSED,
            END,
        };
        auto_place place = place_new(script, (struct store_settings){ .traits = trusted() });
        struct store_object object = x_object();
        auto_large *large = NULL;
        struct store_found found = { 0 };
        enum store_outcome outcome = STORE_OTHER;
        struct err err = { 0 };

        CHECK_AT(i, store_large_begin(place.store, &object, &large, &err));
        CHECK_STR(err.msg, "");
        if (!large)
            continue;
        CHECK_STR(store_large_id(large), "up/1");
        CHECK_AT(i, store_large_write(large, span_of(BODY), NULL, &err));
        CHECK_AT(i, store_large_end(large, &object, &outcome, &found, &err));
        CHECK_STR(err.msg, "");
        CHECK_AT(i, outcome == (cases[i].needs_look ? STORE_SAME : STORE_MADE));
        CHECK_AT(i, strstr(server_request(place.server, 3), "x-amz-mp-object-size: 1\r\n"));
        CHECK_AT(i, strstr(server_request(place.server, 3), "If-None-Match: *\r\n"));
    }
}

#define COMPLETED(sum)                                                                             \
    BODY_OF("<CompleteMultipartUploadResult><ETag>e</ETag><ChecksumSHA256>" sum                    \
            "</ChecksumSHA256></CompleteMultipartUploadResult>")
#define X_COMPOSITE "CjJcowPrMBTEOuAElw80NjTbF2+haXvMjJ76yUYmSI0=-1"

/* At the end a server reports the sum of the parts: bytes that differ from ours show here. */
TEST(the_sum_of_the_parts_is_compared)
{
    static const struct {
        const char *answer;
        bool good;
    } cases[] = {
        { COMPLETED(X_COMPOSITE), true },
        { COMPLETED("AjJcowPrMBTEOuAElw80NjTbF2+haXvMjJ76yUYmSI0=-1"), false },
        { COMPLETED("CjJcowPrMBTEOuAElw80NjTbF2+haXvMjJ76yUYmSI0=-2"), false },
        { COMPLETED(EMPTY_SUM "-1"), false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct server_step script[] = {
            TAKE,
            SEND(NO_UPLOADS),
            TAKE,
            SEND(CREATED),
            CLOSED,
            TAKE,
            SEND(OK("ETag: \"9dd4e461268c8034f5c8564e155c67a6\"\r\n")),
            TAKE,
            SEND(cases[i].answer),
            CLOSED,
            { .act = cases[i].good ? SERVER_END : SERVER_TAKE },
            SEND(REFUSED("404 X", "NoSuchUpload")),
            CLOSED,
            TAKE,
            SEND(REFUSED("404 X", "NoSuchUpload")),
            CLOSED,
            END,
        };
        auto_place place = place_new(script, (struct store_settings){ .traits = trusted() });
        struct store_object object = x_object();
        auto_large *large = NULL;
        struct store_found found = { 0 };
        enum store_outcome outcome = STORE_OTHER;
        struct err err = { 0 };

        CHECK_AT(i, store_large_begin(place.store, &object, &large, &err)
                        && store_large_write(large, span_of(BODY), NULL, &err));
        CHECK_AT(i, store_large_end(large, &object, &outcome, &found, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_DATA && err.code == STORE_MISMATCH));
        store_large_free(take(large));
        CHECK_AT(i, server_is_over(place.server));
    }
}

#define UPLOADS(inside)                                                                            \
    BODY_OF("<ListMultipartUploadsResult>" inside "</ListMultipartUploadsResult>")
#define UPLOAD(key, id) "<Upload><Key>" key "</Key><UploadId>" id "</UploadId></Upload>"
#define GONE REFUSED("404 X", "NoSuchUpload")

/*
 * An upload of this key that somebody began and left could end at any time: it is removed, as often
 * as it takes, before another is begun. Uploads of other keys are other people's.
 */
TEST(uploads_of_before_are_taken_away)
{
    static const struct server_step script[] = {
        TAKE,
        SEND(UPLOADS(UPLOAD("a/b+c~1.pdf2", "other") UPLOAD("a/b+c~1.pdf", "old"))),
        CLOSED,
        TAKE,
        SEND(OK("x-amz-request-id: R\r\n")), /* DELETE */
        TAKE,
        SEND(BODY_OF("<ListPartsResult/>")),
        CLOSED, /* a part was under way */
        TAKE,
        SEND(OK("x-amz-request-id: R\r\n")), /* DELETE again */
        TAKE,
        SEND(GONE),
        CLOSED,
        TAKE,
        SEND(UPLOADS(UPLOAD("a/b+c~1.pdf2", "other"))),
        CLOSED,
        TAKE,
        SEND(CREATED),
        CLOSED,
        TAKE,
        SEND(GONE),
        CLOSED,
        TAKE,
        SEND(GONE),
        CLOSED,
        END,
    };
    auto_place place = place_new(script, (struct store_settings){ .traits = trusted() });
    struct store_object object = x_object();
    struct store_large *large = NULL;
    struct err err = { 0 };

    CHECK(store_large_begin(place.store, &object, &large, &err));
    CHECK_STR(err.msg, "");
    for (size_t i = 1; i <= 4; i++) {
        CHECK_AT(i, strncmp(server_request(place.server, i), i % 2 ? "DELETE " : "GET ", 4) == 0);
        CHECK_AT(i, strstr(server_request(place.server, i), "uploadId=old"));
    }
    CHECK(strncmp(server_request(place.server, 6), "POST ", 5) == 0);
    store_large_free(large);
    CHECK(server_is_over(place.server));
}

/* Faults of a large object that show before its end is requested. */
TEST(a_large_one_that_is_not_as_announced_does_not_end)
{
    static const struct {
        const char *part;
        uint64_t size_bytes;
        bool written;
    } cases[] = {
        { OK("ETag: \"e\"\r\nx-amz-checksum-sha256: " EMPTY_SUM "\r\n"), 1, false },
        { OK("ETag: \"e\"\r\n"), 0, true },
        { OK("ETag: \"e\"\r\n"), 2, true },
        { OK("x-amz-request-id: R\r\n"), 1, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct server_step script[] = {
            TAKE, SEND(NO_UPLOADS), TAKE,   SEND(CREATED), CLOSED,     TAKE,   SEND(cases[i].part),
            TAKE, SEND(GONE),       CLOSED, TAKE,          SEND(GONE), CLOSED, END,
        };
        auto_place place = place_new(script, (struct store_settings){ .traits = trusted() });
        struct store_object object = x_object();
        auto_large *large = NULL;
        struct store_found found = { 0 };
        enum store_outcome outcome;
        struct err err = { 0 };

        object.size_bytes = cases[i].size_bytes;
        CHECK_AT(i, store_large_begin(place.store, &object, &large, &err));
        CHECK_AT(i, store_large_write(large, span_of(BODY), NULL, &err) == cases[i].written);
        if (cases[i].written)
            CHECK_AT(i, !store_large_end(large, &object, &outcome, &found, &err)
                            && err.kind == ERR_DATA && err.code == STORE_MISMATCH);
        store_large_free(take(large));
        CHECK_AT(i, server_is_over(place.server));
    }
}

TEST(encryption_that_was_asked_for_is_demanded)
{
    static const struct {
        const char *answer;
        bool good;
    } cases[] = {
        { OK("ETag: \"e\"\r\nx-amz-server-side-encryption: AES256\r\n"), true },
        { OK("ETag: \"e\"\r\nx-amz-server-side-encryption: aws:kms\r\n"), false },
        { OK("ETag: \"e\"\r\n"), false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct server_step script[] = { TAKE, SEND(cases[i].answer), END };
        auto_place place = place_new(
            script, (struct store_settings){ .traits = trusted(), .encryption = STORE_SSE_S3 });
        struct store_found found;
        struct err err = { 0 };

        CHECK_AT(i, (put_x(&place, &found, &err) == STORE_MADE) == cases[i].good);
        CHECK_AT(i, cases[i].good || err.kind == ERR_REMOTE);
    }
}

TEST(settings_that_do_not_go_together_are_told)
{
    static const struct store_settings cases[] = {
        { .url = "s3://bucket", .object_lock = "for-ever:3" },
        { .url = "s3://bucket", .object_lock = "governance" },
        { .url = "s3://bucket", .object_lock = "compliance:0" },
    };
    static const struct server_step script[] = { END };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new(script, cases[i]);
        struct store_found found;
        struct err err = { 0 };

        CHECK_AT(i, put_x(&place, &found, &err) == -1);
        CHECK_AT(i, err.kind == ERR_USAGE || err.kind == ERR_DATA);
        CHECK_AT(i, strstr(err.msg, "object_lock") && server_count(place.server) == 0);
    }
}
