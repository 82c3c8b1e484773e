/* Gathers the headers that an object is made with, and judges the server's word for it. */
#include "store/s3/object.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "http/url.h"

#include <assert.h>

#define DAY_US (24 * 60 * 60 * TIME_SECOND)

void s3_headers_clear(struct s3_headers *headers)
{
    str_clear(&headers->text);
}

void s3_headers_add(struct s3_headers *headers, const char *name, struct span value)
{
    assert(headers->count < S3_REQUEST_PAIRS_MAX);
    headers->pairs[headers->count++] = (struct sigv4_pair){ span_of(name), value };
}

/* Keeps a copy of `value`. The room is taken at once, so that what was kept does not move. */
static void s3_headers_keep(struct s3_headers *headers, const char *name, const char *value)
{
    size_t before = headers->text.size;

    if (headers->text.room == 0)
        (void)str_reserve(&headers->text, headers->text.max);
    str_add_text(&headers->text, value);
    s3_headers_add(headers, name,
                   (struct span){ headers->text.at + before, headers->text.size - before });
}

static bool is_set(const char *text)
{
    return text && *text;
}

/* --- the settings' headers ------------------------------------------------------------------ */

static const char *encryption_name(enum store_encryption encryption)
{
    switch (encryption) {
    case STORE_AS_BUCKET:
        return NULL;
    case STORE_SSE_S3:
        return "AES256";
    case STORE_SSE_KMS:
        return "aws:kms";
    case STORE_SSE_DSSE:
        return "aws:kms:dsse";
    }
    abort();
}

static void add_encryption(struct s3_headers *headers, const struct store_settings *settings)
{
    const char *name = encryption_name(settings->encryption);

    if (!name)
        return;
    s3_headers_add(headers, "x-amz-server-side-encryption", span_of(name));
    if (settings->encryption != STORE_SSE_S3 && is_set(settings->kms_key))
        s3_headers_add(headers, "x-amz-server-side-encryption-aws-kms-key-id",
                       span_of(settings->kms_key));
}

/* "governance:365", "compliance:2555", "legal-hold". */
static bool add_lock(struct s3_headers *headers, const char *lock, struct err *err)
{
    struct span days = span_of(lock), mode = span_cut(&days, ':');
    char until[TIME_TEXT_SIZE];
    int64_t number;

    if (span_is(mode, "legal-hold") && !days.at) {
        s3_headers_add(headers, "x-amz-object-lock-legal-hold", span_of("ON"));
        return true;
    }
    if (!span_is(mode, "governance") && !span_is(mode, "compliance"))
        return err_set(err, ERR_USAGE, 0,
                       "[store] object_lock is governance:DAYS, compliance:DAYS or legal-hold");
    if (!num_i64(days, 1, 36500, &number, err))
        return err_ctx(err, "[store] object_lock, days");
    (void)time_rfc3339(time_now_us() / DAY_US * DAY_US + (number + 1) * DAY_US, until);
    s3_headers_add(headers, "x-amz-object-lock-mode",
                   span_of(span_is(mode, "governance") ? "GOVERNANCE" : "COMPLIANCE"));
    s3_headers_keep(headers, "x-amz-object-lock-retain-until-date", until);
    return true;
}

/* "a=b, c=d" becomes "a=b&c=d", encoded. */
static void add_tags(struct s3_headers *headers, const char *tags)
{
    auto_str text = STR_MAX(KIB(4));
    struct span rest = span_of(tags);

    while (rest.size) {
        struct span value = span_cut(&rest, ',');
        struct span name = span_trim(span_cut(&value, '='));

        if (text.size)
            str_add_char(&text, '&');
        url_add_encoded(&text, name, "");
        str_add_char(&text, '=');
        url_add_encoded(&text, span_trim(value), "");
    }
    s3_headers_keep(headers, "x-amz-tagging", str_text(&text));
}

/* Adds the origin and the hash: nothing about a person. */
static void add_metadata(struct s3_headers *headers, const struct store_object *object)
{
    auto_str layout = STR_MAX(KIB(1));
    char text[SHA256_HEX_SIZE];

    if (object->has_sha256)
        s3_headers_keep(headers, "x-amz-meta-sha256", sha256_hex(&object->sha256, text));
    if (object->record_id) {
        (void)snprintf(text, sizeof text, "%ju", (uintmax_t)object->record_id);
        s3_headers_keep(headers, "x-amz-meta-filemaker-record", text);
    }
    if (!object->layout)
        return;
    url_add_encoded(&layout, span_of(object->layout), "");
    s3_headers_keep(headers, "x-amz-meta-filemaker-layout", str_text(&layout));
}

bool s3_headers_of_object(struct s3_headers *headers, const struct s3_store *s3,
                          const struct store_object *object, struct err *err)
{
    const struct store_settings *settings = &s3->client.settings;

    if (object->mime)
        s3_headers_add(headers, "Content-Type", span_of(object->mime));
    add_metadata(headers, object);
    add_encryption(headers, settings);
    if (is_set(settings->storage_class))
        s3_headers_add(headers, "x-amz-storage-class", span_of(settings->storage_class));
    if (is_set(settings->tags))
        add_tags(headers, settings->tags);
    if (is_set(settings->object_lock) && !add_lock(headers, settings->object_lock, err))
        return false;
    return str_fits(&headers->text, "the object's metadata", err);
}

bool s3_takes_sums(const struct s3_store *s3)
{
    return s3->client.settings.traits.takes_sum != STORE_NO;
}

void s3_headers_sum(struct s3_headers *headers, const struct s3_store *s3,
                    const struct sha256 *sha256)
{
    auto_str text = STR_MAX(64);

    if (!s3_takes_sums(s3))
        return;
    base64_add(&text, sha256->bytes, sizeof sha256->bytes);
    s3_headers_keep(headers, "x-amz-checksum-sha256", str_text(&text));
}

void s3_headers_md5(struct s3_headers *headers, const struct s3_store *s3, struct span body)
{
    const struct store_traits *traits = &s3->client.settings.traits;
    uint8_t digest[MD5_SIZE];
    auto_str text = STR_MAX(64);

    if (traits->checks_md5 != STORE_YES || traits->checks_body == STORE_YES
        || traits->checks_sum == STORE_YES)
        return;
    md5_of(body, digest);
    base64_add(&text, digest, sizeof digest);
    s3_headers_keep(headers, "Content-MD5", str_text(&text));
}

/* --- the outcome ---------------------------------------------------------------------------- */

static bool sum_read(const char *text, struct sha256 *sum_r)
{
    auto_str bytes = STR_MAX(64);
    struct err ignored;

    if (!text || !base64_read(span_of(text), &bytes, &ignored) || bytes.size != SHA256_SIZE)
        return false;
    memcpy(sum_r->bytes, bytes.at, SHA256_SIZE);
    return true;
}

bool s3_sum_agrees(const struct s3_answer *answer, const struct sha256 *sha256, struct err *err)
{
    struct sha256 sum;

    return !sum_read(s3_answer_header(answer, "x-amz-checksum-sha256"), &sum)
           || sha256_equal(&sum, sha256)
           || err_set(err, ERR_DATA, STORE_MISMATCH,
                      "the server's checksum is not that of what was sent");
}

bool s3_made_as_asked(const struct s3_store *s3, const struct s3_answer *answer,
                      const struct sha256 *sha256, struct err *err)
{
    const char *asked = encryption_name(s3->client.settings.encryption);
    const char *got = s3_answer_header(answer, "x-amz-server-side-encryption");

    if (asked && !(got && strcmp(asked, got) == 0))
        return err_set(err, ERR_REMOTE, answer->status,
                       "encryption %s was asked for, and the server answers %s: correct [store] "
                       "encryption, or use another server",
                       asked, got ? got : "without any");
    return s3_sum_agrees(answer, sha256, err);
}

static void text_keep(char *to, size_t room, const char *text)
{
    struct span span = span_of(text);

    if (span.size >= 2 && span_starts(span, "\"") && span_ends(span, "\""))
        span = (struct span){ span.at + 1, span.size - 2 };
    (void)snprintf(to, room, SPAN_FORMAT, SPAN_ARGS(span_first(span, room - 1)));
}

static bool object_head_read(struct s3_answer *answer, struct s3_object_head *head_r,
                             struct err *err)
{
    const char *sum = s3_answer_header(answer, "x-amz-checksum-sha256");
    const char *type = s3_answer_header(answer, "x-amz-checksum-type");
    int64_t length = http_length(answer->http);
    struct s3_object_head head = { .exists = true };

    if (length < 0)
        return err_set(err, ERR_NET, HTTP_MALFORMED, "the answer names no length");
    head.size_bytes = (uint64_t)length;
    text_keep(head.etag, sizeof head.etag, s3_answer_header(answer, "ETag"));
    head.has_sum = sum_read(sum, &head.sum) && !(type && strcmp(type, "COMPOSITE") == 0);
    if (sum && !head.has_sum)
        text_keep(head.composite, sizeof head.composite, sum);
    *head_r = head;
    return true;
}

bool s3_object_head(struct s3_store *s3, const char *key, struct s3_object_head *head_r,
                    struct err *err)
{
    static const struct sigv4_pair mode = { { "x-amz-checksum-mode", 19 }, { "ENABLED", 7 } };
    const struct s3_request request = { .method = "HEAD",
                                        .key = key,
                                        .headers = &mode,
                                        .header_count = s3_takes_sums(s3),
                                        .of_object = true };
    auto_s3_answer answer = { 0 };

    if (!s3_request_with_retries(&s3->client, &request, &answer, err))
        return false;
    if (answer.class == S3_FINE)
        return object_head_read(&answer, head_r, err);
    if (answer.class != S3_ABSENT || strcmp(answer.code, "NoSuchBucket") == 0)
        return s3_answer_error(&answer, err);
    *head_r = (struct s3_object_head){ .exists = false };
    return true;
}

/* --- whose word counts ---------------------------------------------------------------------- */

/* A server that keeps any checksum it is sent only repeats a client's word. */
bool s3_sums_are_proof(const struct s3_store *s3)
{
    const struct store_traits *traits = &s3->client.settings.traits;

    return traits->tells_sum == STORE_YES && traits->checks_sum == STORE_YES;
}

void s3_imprint_of(const struct store *store, struct span bytes, char imprint_r[STORE_IMPRINT_SIZE])
{
    uint8_t digest[MD5_SIZE];
    auto_str hex = STR_MAX(64);

    *imprint_r = '\0';
    if (s3_sums_are_proof((const struct s3_store *)store))
        return;
    md5_of(bytes, digest);
    hex_add(&hex, digest, sizeof digest);
    (void)snprintf(imprint_r, STORE_IMPRINT_SIZE, "etag %s", str_text(&hex));
}

static bool imprint_is(const char *imprint, const char *kind, const char *word)
{
    struct span rest = span_of(imprint);

    return *word && span_is(span_cut(&rest, ' '), kind) && span_is(rest, word);
}

void s3_imprint_keep(const char *imprint, const char *etag, struct store_found *found_r)
{
    char word[STORE_IMPRINT_SIZE] = "";

    if (etag)
        text_keep(word, sizeof word, etag);
    if (imprint_is(imprint, "etag", word))
        (void)snprintf(found_r->imprint, sizeof found_r->imprint, "%s", imprint);
}

/* Notes that the expected object lies there. */
static void found_expected(const struct store_object *expected, enum store_how how,
                           struct store_found *found)
{
    found->has_sha256 = true;
    found->sha256 = expected->sha256;
    found->how = how;
    (void)snprintf(found->imprint, sizeof found->imprint, "%s", expected->imprint);
}

/* If the server must have a word for the object, its silence speaks against it, too. */
static bool head_contradicts(const struct s3_store *s3, const struct store_object *expected,
                             const struct s3_object_head *head)
{
    return head->size_bytes != expected->size_bytes || is_set(expected->imprint)
           || s3_sums_are_proof(s3);
}

static void head_judge(const struct s3_store *s3, const struct store_object *expected,
                       const struct s3_object_head *head, struct store_found *found)
{
    bool is_long = is_set(expected->imprint) && head->size_bytes == expected->size_bytes;

    if (head->has_sum && s3_sums_are_proof(s3)) {
        found->has_sha256 = true;
        found->sha256 = head->sum;
        found->how = STORE_BY_SUM;
    } else if (is_long && s3_sums_are_proof(s3)
               && imprint_is(expected->imprint, "parts", head->composite)) {
        found_expected(expected, STORE_BY_SUM, found);
    } else if (is_long && imprint_is(expected->imprint, "etag", head->etag)) {
        found_expected(expected, STORE_BY_ETAG, found);
    } else {
        found->contradicts = head_contradicts(s3, expected, head);
    }
}

bool s3_object_compare_unread(struct store *store, const struct store_object *expected,
                              struct store_found *found_r, struct err *err)
{
    struct s3_store *s3 = s3_store_of(store);
    struct s3_object_head head;

    if (!s3_object_head(s3, expected->key, &head, err))
        return false;
    *found_r = (struct store_found){ .exists = head.exists, .size_bytes = head.size_bytes };
    if (head.exists)
        head_judge(s3, expected, &head, found_r);
    return true;
}

/*
 * If everything is read back, the server's word is not enough here either: an object that an
 * earlier try put, and that came back with other bytes, still has the ETag of the bytes sent.
 */
bool s3_object_compare(struct s3_store *s3, const struct store_object *expected,
                       struct store_found *found_r, struct err *err)
{
    bool reads = store_needs_reading_back(&s3->client.settings.traits);

    return s3_object_compare_unread(&s3->store, expected, found_r, err)
           && (!found_r->exists || (found_r->has_sha256 && !reads)
               || store_hash(&s3->store, expected->key, found_r, err));
}

bool s3_object_read_back(struct store *store, const struct store_object *object, struct err *err)
{
    struct store_found found = { 0 };

    return store_hash(store, object->key, &found, err)
           && (store_is_same(object, &found)
               || err_set(err, ERR_DATA, STORE_MISMATCH,
                          "the store gives back other bytes than it was sent"));
}
