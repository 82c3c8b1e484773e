/*
 * Completes a large object, on the condition that nothing lies under its key. If the answer says
 * nothing certain, the key is looked at before anything else is done.
 */
#include "store/s3/complete.h"

#include "store/s3/multipart.h"
#include "store/s3/object.h"
#include "store/s3/xml.h"

enum { ANSWER_MAX = 64 * 1024 };

enum complete_state {
    COMPLETE_DONE,
    COMPLETE_LOOK, /* the object may be there                              */
    COMPLETE_GONE, /* the object may be there, and the upload is of no use */
    COMPLETE_FAILED,
};

struct completed {
    char code[S3_CODE_SIZE];
    char sum[128], etag[128];
};

static bool on_completed(void *arg, const char *path, struct span text, struct err *err)
{
    struct completed *c = arg;

    (void)err;
    if (strcmp(path, "Code") == 0)
        (void)snprintf(c->code, sizeof c->code, SPAN_FORMAT,
                       SPAN_ARGS(span_first(text, sizeof c->code - 1)));
    else if (strcmp(path, "ChecksumSHA256") == 0)
        (void)snprintf(c->sum, sizeof c->sum, SPAN_FORMAT,
                       SPAN_ARGS(span_first(text, sizeof c->sum - 1)));
    else if (strcmp(path, "ETag") == 0)
        (void)snprintf(c->etag, sizeof c->etag, SPAN_FORMAT,
                       SPAN_ARGS(span_first(text, sizeof c->etag - 1)));
    return true;
}

static enum complete_state state_of_class(enum s3_class class)
{
    switch (class) {
    case S3_EXISTS:
    case S3_ABSENT: /* the upload: it was completed or aborted */
        return COMPLETE_GONE;
    case S3_FINE:
    case S3_AGAIN:
    case S3_SLOWER:
    case S3_DAMAGED:
    case S3_REGION:
        return COMPLETE_LOOK;
    case S3_CLOCK:
    case S3_CREDENTIALS:
    case S3_STOP:
    case S3_REFUSED:
        return COMPLETE_FAILED;
    }
    abort();
}

/* The checksum of the parts' checksums, as S3 writes it. */
static void composite_of(const struct s3_multipart *large, struct str *to)
{
    struct sha256 whole = sha256_of(str_span(&large->sums));

    base64_add(to, whole.bytes, sizeof whole.bytes);
    str_printf(to, "-%u", large->parts);
}

/* The ETag of the parts, if ETags are MD5s. */
static void multipart_etag_of(const struct s3_multipart *large, struct str *to)
{
    uint8_t md5[MD5_SIZE];

    if (large->md5s.size != (size_t)large->parts * MD5_SIZE)
        return;
    md5_of(str_span(&large->md5s), md5);
    hex_add(to, md5, sizeof md5);
    str_printf(to, "-%u", large->parts);
}

/* Keeps the imprint if the server's word now is the one that we computed. */
static void completed_imprint_keep(const struct s3_multipart *large,
                                   const struct completed *completed, struct store_found *found_r)
{
    auto_str imprint = STR_MAX(STORE_IMPRINT_SIZE);

    *found_r = (struct store_found){ 0 };
    str_add_text(&imprint, "parts ");
    composite_of(large, &imprint);
    if (s3_sums_are_proof(s3_store_of(large->large.store))
        && strcmp(completed->sum, str_text(&imprint) + strlen("parts ")) == 0) {
        (void)snprintf(found_r->imprint, sizeof found_r->imprint, "%s", str_text(&imprint));
        return;
    }
    str_reset(&imprint);
    str_add_text(&imprint, "etag ");
    multipart_etag_of(large, &imprint);
    s3_imprint_keep(str_text(&imprint), completed->etag, found_r);
}

/*
 * Reads the body of a 200. It is sent before the work is done, and the outcome stands at the end of
 * the body: only a whole result counts.
 */
static enum complete_state completed_read(const struct s3_multipart *large,
                                          struct s3_answer *answer, struct store_found *found_r,
                                          struct err *why)
{
    struct completed completed = { 0 };
    auto_str body = STR_MAX(ANSWER_MAX), composite = STR_MAX(128);
    char root[S3_XML_NAME_SIZE];
    struct err ignored = { 0 };

    if (!s3_answer_body(answer, &body, why)
        || !s3_xml_walk(str_span(&body), root, on_completed, &completed, &ignored)) {
        (void)err_set(why, ERR_NET, HTTP_SHORT, "the answer to the end of the upload broke off");
        return COMPLETE_LOOK;
    }
    if (strcmp(root, "CompleteMultipartUploadResult") != 0) {
        (void)err_set(why, ERR_NET, HTTP_BROKEN, "the end of the upload was answered by %s",
                      *completed.code ? completed.code : "something that is no answer of S3");
        return state_of_class(s3_class_of(500, completed.code));
    }
    composite_of(large, &composite);
    if (strchr(completed.sum, '-') && strcmp(completed.sum, str_text(&composite)) != 0) {
        (void)err_set(why, ERR_DATA, STORE_MISMATCH,
                      "the server's checksum of the parts is not that of what was sent");
        return COMPLETE_FAILED;
    }
    completed_imprint_keep(large, &completed, found_r);
    return COMPLETE_DONE;
}

static enum complete_state complete_once(struct s3_multipart *large,
                                         const struct s3_request *request, enum s3_class *class_r,
                                         struct store_found *found_r, struct err *why)
{
    auto_s3_answer answer = { 0 };

    *class_r = S3_AGAIN;
    if (!s3_request_send(s3_multipart_client(large), request, &answer, why))
        return why->kind == ERR_NET && why->code != HTTP_NO_TRUST ? COMPLETE_LOOK : COMPLETE_FAILED;
    *class_r = answer.class;
    if (answer.class == S3_FINE)
        return completed_read(large, &answer, found_r, why);
    (void)s3_answer_error(&answer, why);
    return state_of_class(answer.class);
}

/* The imprint of the object that the parts make. */
static void imprint_of_parts(const struct s3_multipart *large, struct str *to)
{
    bool by_sum = s3_sums_are_proof(s3_store_of(large->large.store));

    str_add_text(to, by_sum ? "parts " : "etag ");
    (by_sum ? composite_of : multipart_etag_of)(large, to);
}

/* Looks at the key. `may_read`: the bytes may be read if the server's word is not enough. */
static bool upload_outcome_look(struct s3_multipart *large, const struct store_object *object,
                                bool may_read, bool *exists_r, enum store_outcome *outcome_r,
                                struct store_found *found_r, struct err *err)
{
    auto_str imprint = STR_MAX(STORE_IMPRINT_SIZE);
    struct store_object expected = *object;

    imprint_of_parts(large, &imprint);
    expected.imprint = str_text(&imprint);
    if (!(may_read ? s3_object_compare(s3_store_of(large->large.store), &expected, found_r, err)
                   : s3_object_compare_unread(large->large.store, &expected, found_r, err)))
        return false;
    *exists_r = found_r->exists;
    if (found_r->exists)
        *outcome_r = store_is_same(&expected, found_r) ? STORE_SAME : STORE_OTHER;
    return true;
}

/* Asks for a missing imprint, without which bytes are read: Ceph's answer here names no ETag. */
static void imprint_ask(struct s3_multipart *large, const struct store_object *object,
                        struct store_found *made)
{
    struct store_found found = { 0 };
    enum store_outcome outcome;
    struct err ignored = { 0 };
    bool exists;

    if (!*made->imprint
        && upload_outcome_look(large, object, false, &exists, &outcome, &found, &ignored))
        *made = found;
}

static bool complete_until_sure(struct s3_multipart *large, const struct store_object *object,
                                const struct s3_request *request, enum store_outcome *outcome_r,
                                struct store_found *found_r, struct err *err)
{
    struct s3_backoff patience = { 0 };

    for (;;) {
        struct err why = { 0 };
        enum s3_class class;
        enum complete_state state = complete_once(large, request, &class, found_r, &why);
        bool exists = false;

        if (state == COMPLETE_DONE) {
            *outcome_r = STORE_MADE;
            imprint_ask(large, object, found_r);
            return true;
        }
        if (state != COMPLETE_FAILED
            && !upload_outcome_look(large, object, true, &exists, outcome_r, found_r, err))
            return false;
        if (exists)
            return true;
        if (state == COMPLETE_GONE)
            return err_set(err, ERR_NET, HTTP_BROKEN, "the upload is gone, and nothing came of it");
        if (state == COMPLETE_FAILED) {
            *err = why;
            return false;
        }
        if (!s3_backoff_wait(s3_multipart_client(large), &patience, class, &why, err))
            return false;
    }
}

static bool complete_request(struct s3_multipart *large, const struct store_object *object,
                             bool conditional, enum store_outcome *outcome_r,
                             struct store_found *found_r, struct err *err)
{
    const struct sigv4_pair id = { span_of("uploadId"), span_of(large->upload_id) };
    auto_str body = STR_MAX(S3_PARTS_XML_MAX + KIB(1));
    auto_s3_headers headers = S3_HEADERS;
    struct s3_request request = { .method = "POST",
                                  .key = large->key,
                                  .query = &id,
                                  .query_count = 1,
                                  .headers = headers.pairs,
                                  .sends_body = true };
    char size[24];

    (void)snprintf(size, sizeof size, "%ju", (uintmax_t)large->size_bytes);
    s3_headers_add(&headers, "Content-Type", span_of("application/xml"));
    s3_headers_add(&headers, "x-amz-mp-object-size", span_of(size));
    if (conditional)
        s3_headers_add(&headers, "If-None-Match", span_of("*"));
    request.header_count = headers.count;
    str_add_text(&body,
                 "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    str_add_span(&body, str_span(&large->xml));
    str_add_text(&body, "</CompleteMultipartUpload>");
    request.body = str_span(&body);
    return complete_until_sure(large, object, &request, outcome_r, found_r, err);
}

bool s3_multipart_end(struct store_large *base, const struct store_object *object,
                      enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    const struct store_traits *traits = &s3_store_of(base->store)->client.settings.traits;
    struct s3_multipart *large = s3_multipart_of(base);
    bool conditional = traits->conditional_large != STORE_NO, exists = false;

    if (large->size_bytes != object->size_bytes)
        return err_set(err, ERR_DATA, STORE_MISMATCH, "%ju of %ju bytes were sent",
                       (uintmax_t)large->size_bytes, (uintmax_t)object->size_bytes);
    /* A server that would replace an object must not be asked to. */
    if (!conditional && !upload_outcome_look(large, object, true, &exists, outcome_r, found_r, err))
        return false;
    if (!exists && !complete_request(large, object, conditional, outcome_r, found_r, err))
        return false;
    large->is_finished = *outcome_r == STORE_MADE;
    return *outcome_r != STORE_MADE || !store_needs_reading_back(traits)
           || s3_object_read_back(large->large.store, object, err);
}
