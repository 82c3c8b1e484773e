/*
 * Finds out what a server does by trying, with objects of its own under keys that nobody else uses.
 * It believes what the server did, not what it says.
 */
#include "store/s3/probe.h"

#include "base/mem.h"
#include "store/s3/complete.h"
#include "store/s3/multipart.h"
#include "store/s3/object.h"
#include "store/s3/xml.h"

enum { ANSWER_MAX = 256 * 1024, ID_BYTES = 6 };

#define FIRST_BYTES "fmferry tries this bucket: one\n"
#define OTHER_BYTES "fmferry tries this bucket: two\n" /* of the same length */

struct s3_probing {
    struct s3_store *s3;
    char *key; /* of the first object; further ones add "-2" and so on */
    struct store_traits traits;
};

static enum store_trait trait_of(bool yes)
{
    return yes ? STORE_YES : STORE_NO;
}

/* --- puts ----------------------------------------------------------------------------------- */

struct s3_probe_put {
    const char *suffix;             /* of the key                                   */
    const char *bytes;              /* the body                                     */
    const struct sha256 *body_hash; /* the hash that is signed; NULL: the body's    */
    const struct sha256 *sum;       /* the checksum that is sent; NULL: none        */
    const char *md5_of;             /* the bytes that Content-MD5 is of; NULL: none */
    bool conditional;
};

static bool try_put(struct s3_probing *p, const struct s3_probe_put *try,
                    struct s3_answer *answer_r, struct err *err)
{
    auto_free char *key = mem_printf("%s%s", p->key, try->suffix);
    const struct store_object object = { .key = key, .mime = "text/plain" };
    struct span bytes = span_of(try->bytes);
    auto_s3_headers headers = S3_HEADERS;
    auto_str md5 = STR_MAX(64);
    uint8_t digest[MD5_SIZE];
    struct s3_request request = { .method = "PUT",
                                  .key = key,
                                  .headers = headers.pairs,
                                  .body = bytes,
                                  .sends_body = true,
                                  .body_hash = try->body_hash };

    if (!s3_headers_of_object(&headers, p->s3, &object, err))
        return false;
    if (try->sum)
        s3_headers_sum(&headers, p->s3, try->sum);
    if (try->md5_of) {
        md5_of(span_of(try->md5_of), digest);
        base64_add(&md5, digest, sizeof digest);
        s3_headers_add(&headers, "Content-MD5", str_span(&md5));
    }
    if (try->conditional)
        s3_headers_add(&headers, "If-None-Match", span_of("*"));
    request.header_count = headers.count;
    return s3_request_with_retries(&p->s3->client, &request, answer_r, err);
}

/* Whether the server does not know a header, or does not want it: 400 or 501. */
static bool is_unsupported(const struct s3_answer *answer)
{
    return answer->class == S3_REFUSED || answer->status == 501;
}

/*
 * Puts an object as every document will be put: on condition and with a checksum, or without those
 * that the server refuses. (Swift says 501 of the condition, Backblaze B2 400 of the checksum.)
 */
static bool first_put(struct s3_probing *p, struct err *err)
{
    static const struct {
        bool conditional, sum;
    } ways[] = { { true, true }, { false, true }, { true, false }, { false, false } };
    struct sha256 sum = sha256_of(span_of(FIRST_BYTES));

    for (size_t i = 0; i < lengthof(ways); i++) {
        const struct s3_probe_put try = { .suffix = "",
                                          .bytes = FIRST_BYTES,
                                          .sum = ways[i].sum ? &sum : NULL,
                                          .conditional = ways[i].conditional };
        auto_s3_answer answer = { 0 };

        if (!try_put(p, &try, &answer, err))
            return false;
        if (answer.class == S3_FINE) {
            p->traits.conditional = ways[i].conditional ? STORE_UNKNOWN : STORE_NO;
            p->traits.takes_sum = trait_of(ways[i].sum);
            p->s3->client.settings.traits.takes_sum = p->traits.takes_sum;
            return s3_made_as_asked(p->s3, &answer, &sum, err);
        }
        if (i == 0 || !is_unsupported(&answer)) /* the first refusal says what is wrong */
            (void)s3_answer_error(&answer, err);
        if (!is_unsupported(&answer))
            return false;
    }
    return false;
}

static bool first_put_reads_back(struct s3_probing *p, struct err *err)
{
    struct sha256 sum = sha256_of(span_of(FIRST_BYTES));
    struct store_found found = { 0 };
    struct s3_object_head head;

    if (!s3_object_head(p->s3, p->key, &head, err)
        || !store_hash(&p->s3->store, p->key, &found, err))
        return false;
    p->traits.tells_sum = trait_of(head.has_sum && sha256_equal(&head.sum, &sum));
    if (head.exists && found.exists && sha256_equal(&found.sha256, &sum))
        return true;
    return err_set(err, ERR_DATA, STORE_MISMATCH,
                   "what was put into the bucket does not come back from it");
}

static bool second_put(struct s3_probing *p, struct err *err)
{
    struct sha256 sum = sha256_of(span_of(OTHER_BYTES));
    const struct s3_probe_put try = {
        .suffix = "", .bytes = OTHER_BYTES, .sum = &sum, .conditional = true
    };
    auto_s3_answer answer = { 0 };

    if (p->traits.conditional == STORE_NO)
        return true;
    if (!try_put(p, &try, &answer, err))
        return false;
    if (answer.class != S3_EXISTS && answer.class != S3_FINE)
        return s3_answer_error(&answer, err);
    p->traits.conditional = trait_of(answer.class == S3_EXISTS);
    return true;
}

static void probe_object_remove(struct s3_probing *p, const char *suffix, struct err *err);

/* Whether a put that contradicts itself is refused. If it is stored, it is removed at once. */
static bool put_mismatched(struct s3_probing *p, const struct s3_probe_put *try,
                           enum store_trait *checks_r, struct err *err)
{
    auto_s3_answer answer = { 0 };
    struct err why = { 0 };

    /* A server that finds damage says so at each try: s3_request_with_retries() fails with it. */
    if (!try_put(p, try, &answer, &why)) {
        *checks_r = STORE_YES;
        if (why.kind == ERR_DATA)
            return true;
        *err = why;
        return false;
    }
    *checks_r = trait_of(answer.class != S3_FINE);
    if (answer.class != S3_FINE)
        return answer.class != S3_STOP || answer.status == 403 || s3_answer_error(&answer, err);
    s3_answer_close(&answer);
    probe_object_remove(p, try->suffix, &why);
    return true;
}

static bool put_mismatched_body(struct s3_probing *p, struct err *err)
{
    struct sha256 other = sha256_of(span_of(OTHER_BYTES));
    const struct s3_probe_put body = { .suffix = "-2", .bytes = FIRST_BYTES, .body_hash = &other };

    return put_mismatched(p, &body, &p->traits.checks_body, err);
}

/*
 * Sends wrong checksums. If nothing can be removed here, an object that the server stores of them
 * would stay: then only those are sent that decide whether the server's checksum is believed.
 */
static bool put_further_mismatches(struct s3_probing *p, struct err *err)
{
    struct sha256 other = sha256_of(span_of(OTHER_BYTES));
    const struct s3_probe_put sum = { .suffix = "-3", .bytes = FIRST_BYTES, .sum = &other };
    const struct s3_probe_put md5 = { .suffix = "-4", .bytes = FIRST_BYTES, .md5_of = OTHER_BYTES };

    bool all = p->traits.deletes != STORE_NO || p->traits.checks_body != STORE_YES;

    if (p->traits.takes_sum == STORE_NO)
        p->traits.checks_sum = STORE_NO;
    else if ((all || p->traits.tells_sum == STORE_YES)
             && !put_mismatched(p, &sum, &p->traits.checks_sum, err))
        return false;
    return !all || put_mismatched(p, &md5, &p->traits.checks_md5, err);
}

/* --- large ones ----------------------------------------------------------------------------- */

/* Ends a large object under a key that is taken, which must be refused. */
static bool large_put(struct s3_probing *p, struct err *err)
{
    struct span bytes = span_of(OTHER_BYTES);
    const struct store_object object = {
        .key = p->key, .mime = "text/plain", .size_bytes = bytes.size, .sha256 = sha256_of(bytes)
    };
    struct store_traits *told = &p->s3->client.settings.traits, before = *told;
    auto_large *large = NULL;
    enum store_outcome outcome = STORE_OTHER;
    struct store_found found;
    struct err why = { 0 };
    bool good;

    if (!s3_multipart_begin(&p->s3->store, &object, &large, err)
        || !s3_multipart_write(large, bytes, &object.sha256, err))
        return err_ctx(err, "an upload in parts");
    *told = (struct store_traits){ .checks_body = STORE_YES, /* ask, whatever was known */
                                   .takes_sum = p->traits.takes_sum };
    good = s3_multipart_end(large, &object, &outcome, &found, &why);
    *told = before;
    p->traits.conditional_large = trait_of(good && outcome == STORE_OTHER);
    if (good || why.code == 501)
        return true;
    *err = why;
    return err_ctx(err, "an upload in parts");
}

/* --- the bucket ----------------------------------------------------------------------------- */

struct s3_probe_question {
    const char *path; /* of the element looked for */
    char text[64];    /* the element's text        */
    bool has_key_count, is_encoded;
};

static bool on_probe_element(void *arg, const char *path, struct span text, struct err *err)
{
    struct s3_probe_question *asked = arg;

    (void)err;
    if (asked->path && strcmp(path, asked->path) == 0)
        (void)snprintf(asked->text, sizeof asked->text, SPAN_FORMAT,
                       SPAN_ARGS(span_first(span_trim(text), sizeof asked->text - 1)));
    asked->has_key_count |= strcmp(path, "KeyCount") == 0;
    asked->is_encoded |= strcmp(path, "EncodingType") == 0 && span_is(text, "url");
    return true;
}

/* Asks about the bucket. If the server does not know or may not tell, the text is "". */
static bool ask_bucket(struct s3_store *s3, const struct sigv4_pair *query, size_t count,
                       struct s3_probe_question *asked, struct err *err)
{
    const struct s3_request request = { .method = "GET", .query = query, .query_count = count };
    auto_s3_answer answer = { 0 };
    auto_str body = STR_MAX(ANSWER_MAX);
    char root[S3_XML_NAME_SIZE];
    struct err ignored = { 0 };

    if (!s3_request_with_retries(&s3->client, &request, &answer, err))
        return false;
    if (answer.class != S3_FINE) {
        bool of_all = strcmp(answer.code, "NoSuchBucket") == 0 || answer.class == S3_CREDENTIALS
                      || answer.class == S3_CLOCK
                      || strcmp(answer.code, "SignatureDoesNotMatch") == 0;

        return !of_all || s3_answer_error(&answer, err);
    }
    /* A server that does not know the question lists the bucket instead, and that may be long. */
    if (!s3_answer_body(&answer, &body, err))
        return err->kind == ERR_DATA;
    (void)!s3_xml_walk(str_span(&body), root, on_probe_element, asked, &ignored);
    return true;
}

static bool ask_versioning(struct s3_store *s3, enum store_trait *versioned_r, struct err *err)
{
    static const struct sigv4_pair query = { { "versioning", 10 }, { NULL, 0 } };
    struct s3_probe_question asked = { .path = "Status" };

    if (!ask_bucket(s3, &query, 1, &asked, err))
        return false;
    *versioned_r = trait_of(strcmp(asked.text, "Enabled") == 0);
    return true;
}

static bool ask_lock(struct s3_store *s3, enum store_trait *locked_r, struct err *err)
{
    static const struct sigv4_pair query = { { "object-lock", 11 }, { NULL, 0 } };
    struct s3_probe_question asked = { .path = "ObjectLockEnabled" };

    if (!ask_bucket(s3, &query, 1, &asked, err))
        return false;
    *locked_r = trait_of(strcmp(asked.text, "Enabled") == 0);
    return true;
}

static bool ask_listing(struct s3_probing *p, struct err *err)
{
    const struct sigv4_pair query[] = {
        { span_of("encoding-type"), span_of("url") },
        { span_of("list-type"), span_of("2") },
        { span_of("max-keys"), span_of("1") },
        { span_of("prefix"), span_of(p->key) },
    };
    struct s3_probe_question asked = { 0 };

    if (!ask_bucket(p->s3, query, lengthof(query), &asked, err))
        return false;
    p->traits.lists_v2 = trait_of(asked.has_key_count);
    p->traits.lists_encoded = trait_of(asked.is_encoded);
    return true;
}

/* --- the probe ------------------------------------------------------------------------------ */

/* Removes an object if it may: the mover need not have that right. */
static void probe_object_remove(struct s3_probing *p, const char *suffix, struct err *err)
{
    auto_free char *key = mem_printf("%s%s", p->key, suffix);

    if (p->s3->store.kind->remove(&p->s3->store, key, err))
        return;
    p->traits.deletes = STORE_NO;
}

static bool probe_all(struct s3_probing *p, struct err *err)
{
    return ask_versioning(p->s3, &p->traits.versioned, err)
           && ask_lock(p->s3, &p->traits.locked, err) && first_put(p, err)
           && first_put_reads_back(p, err) && second_put(p, err) && put_mismatched_body(p, err)
           && large_put(p, err) && ask_listing(p, err);
}

bool s3_probe(struct store *store, struct store_traits *traits_r, struct err *err)
{
    struct s3_store *s3 = s3_store_of(store);
    struct s3_probing probe = { .s3 = s3, .traits = { .deletes = STORE_YES } };
    auto_str id = STR_MAX(64);
    uint8_t bytes[ID_BYTES];
    struct err ignored = { 0 };
    bool good;

    s3->client.settings.traits.takes_sum = STORE_UNKNOWN;
    random_bytes(bytes, sizeof bytes);
    hex_add(&id, bytes, sizeof bytes);
    probe.key = mem_printf("%s" STORE_PROBE "%s", s3_access_endpoint(s3->client.access)->prefix,
                           str_text(&id));
    good = probe_all(&probe, err);
    probe_object_remove(&probe, "", &ignored);
    good = good && put_further_mismatches(&probe, err);
    free(probe.key);
    if (good)
        *traits_r = probe.traits;
    return good;
}

bool s3_probe_check(struct store *store, bool *same_r, struct err *err)
{
    struct s3_store *s3 = s3_store_of(store);
    const struct store_traits *traits = &s3->client.settings.traits;
    enum store_trait versioned, locked;

    if (!ask_versioning(s3, &versioned, err) || !ask_lock(s3, &locked, err))
        return false;
    *same_r = traits->conditional != STORE_UNKNOWN && traits->versioned == versioned
              && traits->locked == locked
              && !(traits->tells_sum == STORE_YES && traits->checks_sum == STORE_UNKNOWN);
    return true;
}
