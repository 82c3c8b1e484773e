/*
 * A large object on its way: creates an upload and puts its parts one by one; complete.c ends it.
 * No upload stays open if it can be helped: a new one for a key begins by aborting those that are
 * open.
 */
#include "store/s3/multipart.h"

#include "base/mem.h"
#include "base/time.h"
#include "store/s3/object.h"
#include "store/s3/uploads.h"
#include "store/s3/xml.h"

enum { PARTS_MOST = 10000, ANSWER_MAX = 64 * 1024 };

#define LAST_ABORT_US (3 * TIME_SECOND)

/* --- beginning ------------------------------------------------------------------------------ */

struct created {
    char *upload_id;
};

static bool on_created(void *arg, const char *path, struct span text, struct err *err)
{
    struct created *created = arg;

    (void)err;
    if (strcmp(path, "UploadId") == 0) {
        free(created->upload_id);
        created->upload_id = span_text(text);
    }
    return true;
}

static bool created_read(struct s3_answer *answer, char **upload_id_r, struct err *err)
{
    struct created created = { NULL };
    auto_str body = STR_MAX(ANSWER_MAX);
    char root[S3_XML_NAME_SIZE];

    if (s3_answer_body(answer, &body, err)
        && s3_xml_walk(str_span(&body), root, on_created, &created, err)) {
        if (strcmp(root, "InitiateMultipartUploadResult") == 0 && created.upload_id
            && *created.upload_id) {
            *upload_id_r = created.upload_id;
            return true;
        }
        (void)err_set(err, ERR_NET, HTTP_MALFORMED, "the answer names no upload");
    }
    free(created.upload_id);
    return false;
}

/*
 * Creates an upload. If its answer was lost, the upload is aborted before another is created:
 * nobody would ever learn its name.
 */
static bool upload_create(struct s3_client *client, const struct s3_request *request,
                          char **upload_id_r, struct err *err)
{
    struct s3_backoff patience = { 0 };

    for (;;) {
        auto_s3_answer answer = { 0 };
        struct err why = { 0 };

        if (!s3_uploads_abort(client, request->key, err))
            return false;
        if (s3_request_send(client, request, &answer, &why)) {
            if (answer.class != S3_FINE && !s3_class_is_transient(answer.class))
                return s3_answer_error(&answer, err);
            if (answer.class == S3_FINE && created_read(&answer, upload_id_r, &why))
                return true;
            if (why.kind == ERR_NONE)
                (void)s3_answer_error(&answer, &why);
        }
        if (why.kind == ERR_CANCELED || why.kind == ERR_USAGE || why.code == HTTP_NO_TRUST) {
            *err = why;
            return false;
        }
        if (!s3_backoff_wait(client, &patience, answer.class, &why, err))
            return false;
    }
}

bool s3_multipart_begin(struct store *store, const struct store_object *object,
                        struct store_large **large_r, struct err *err)
{
    static const struct sigv4_pair uploads = { { "uploads", 7 }, { NULL, 0 } };
    struct s3_store *s3 = s3_store_of(store);
    auto_s3_headers headers = S3_HEADERS;
    struct s3_request request = { .method = "POST",
                                  .key = object->key,
                                  .query = &uploads,
                                  .query_count = 1,
                                  .headers = headers.pairs,
                                  .sends_body = true,
                                  .once = true };
    struct s3_multipart *large;
    char *upload_id = NULL;

    if (!s3_headers_of_object(&headers, s3, object, err))
        return false;
    if (s3_takes_sums(s3))
        s3_headers_add(&headers, "x-amz-checksum-algorithm", span_of("SHA256"));
    request.header_count = headers.count;
    if (!upload_create(&s3->client, &request, &upload_id, err))
        return false;
    large = mem_new(struct s3_multipart);
    large->large.store = store;
    large->key = mem_text(object->key);
    large->upload_id = upload_id;
    large->xml = (struct str)STR_MAX(S3_PARTS_XML_MAX);
    large->sums = (struct str)STR_MAX(PARTS_MOST * SHA256_SIZE);
    large->md5s = (struct str)STR_MAX(PARTS_MOST * MD5_SIZE);
    *large_r = &large->large;
    return true;
}

const char *s3_multipart_id(const struct store_large *large)
{
    return ((const struct s3_multipart *)large)->upload_id;
}

/* --- ending early --------------------------------------------------------------------------- */

/* Aborts the upload even when asked to stop: by one request, and not for long. */
static void abort_when_canceled(const struct s3_multipart *large)
{
    const struct s3_client *ours = s3_multipart_client(large);
    struct http_settings http = ours->http_settings;
    const struct sigv4_pair id = { span_of("uploadId"), span_of(large->upload_id) };
    const struct s3_request request = {
        .method = "DELETE", .key = large->key, .query = &id, .query_count = 1
    };
    struct cancel *cancel = cancel_new();
    struct s3_client client = { .settings = ours->settings,
                                .cancel = cancel,
                                .access = ours->access };
    auto_s3_answer answer = { 0 };
    struct err ignored;

    client.settings.silence_us = http.connect_us = LAST_ABORT_US;
    client.http = http_new(&http, cancel);
    (void)!s3_request_send(&client, &request, &answer,
                           &ignored); /* the next run aborts it otherwise */
    s3_answer_close(&answer);
    http_free(client.http);
    s3_signer_clear(&client.signer);
    cancel_free(cancel);
}

void s3_multipart_free(struct store_large *base)
{
    struct s3_multipart *large = s3_multipart_of(base);
    struct err ignored = { 0 };

    if (!large->is_finished && cancel_is_set(s3_multipart_client(large)->cancel))
        abort_when_canceled(large);
    else if (!large->is_finished)
        (void)!s3_upload_abort(s3_multipart_client(large), large->key, large->upload_id, &ignored);
    free(large->key);
    free(large->upload_id);
    str_clear(&large->xml);
    str_clear(&large->sums);
    str_clear(&large->md5s);
    free(large);
}

bool s3_multipart_abort(struct store *store, const char *key, const char *upload_id,
                        struct err *err)
{
    return s3_upload_abort(&s3_store_of(store)->client, key, upload_id, err);
}

/* --- parts ---------------------------------------------------------------------------------- */

/* Notes a part for Complete; with its checksum only if the server told one. */
static bool part_note(struct s3_multipart *large, const char *etag, const struct sha256 *sum,
                      bool sum_is_known, struct err *err)
{
    str_printf(&large->xml, "<Part><PartNumber>%u</PartNumber><ETag>", large->parts);
    s3_xml_add(&large->xml, etag);
    str_add_text(&large->xml, "</ETag>");
    if (sum_is_known) {
        str_add_text(&large->xml, "<ChecksumSHA256>");
        base64_add(&large->xml, sum->bytes, sizeof sum->bytes);
        str_add_text(&large->xml, "</ChecksumSHA256>");
    }
    str_add_text(&large->xml, "</Part>");
    str_add(&large->sums, sum->bytes, sizeof sum->bytes);
    return str_fits(&large->xml, "the list of parts", err);
}

static bool part_answered(struct s3_multipart *large, struct s3_answer *answer,
                          const struct sha256 *sum, struct err *err)
{
    const char *etag = answer->http ? s3_answer_header(answer, "ETag") : NULL;

    if (answer->class == S3_ABSENT)
        return err_set(err, ERR_NET, HTTP_BROKEN, "the upload was ended by somebody else");
    if (answer->class != S3_FINE)
        return s3_answer_error(answer, err);
    if (!etag || !*etag)
        return err_set(err, ERR_NET, HTTP_MALFORMED, "the answer to part %u has no ETag",
                       large->parts);
    return s3_sum_agrees(answer, sum, err)
           && part_note(large, etag, sum, s3_answer_header(answer, "x-amz-checksum-sha256"), err);
}

/* Notes our own MD5 of a part: its ETag is the server's word alone. */
static void md5_note(struct s3_multipart *large, struct span bytes)
{
    uint8_t md5[MD5_SIZE];

    if (s3_sums_are_proof(s3_store_of(large->large.store)))
        return;
    md5_of(bytes, md5);
    str_add(&large->md5s, md5, sizeof md5);
}

static bool part_put(struct s3_multipart *large, struct span bytes, const struct sha256 *sum,
                     struct err *err)
{
    auto_s3_headers headers = S3_HEADERS;
    auto_s3_answer answer = { 0 };
    auto_free char *number = mem_printf("%u", large->parts);
    const struct sigv4_pair query[] = {
        { span_of("partNumber"), span_of(number) },
        { span_of("uploadId"), span_of(large->upload_id) },
    };
    struct s3_request request = { .method = "PUT",
                                  .key = large->key,
                                  .query = query,
                                  .query_count = lengthof(query),
                                  .headers = headers.pairs,
                                  .body = bytes,
                                  .sends_body = true,
                                  .body_hash = sum };

    s3_headers_sum(&headers, s3_store_of(large->large.store), sum);
    s3_headers_md5(&headers, s3_store_of(large->large.store), bytes);
    request.header_count = headers.count;
    return s3_request_with_retries(s3_multipart_client(large), &request, &answer, err)
           && part_answered(large, &answer, sum, err);
}

bool s3_multipart_write(struct store_large *base, struct span bytes, const struct sha256 *sum,
                        struct err *err)
{
    struct s3_multipart *large = s3_multipart_of(base);
    struct sha256 own;

    if (bytes.size == 0) /* the end of a body whose last part was full */
        return true;
    if (large->parts == PARTS_MOST)
        return err_set(err, ERR_DATA, STORE_REFUSED, "it is larger than %u parts of %d MiB",
                       PARTS_MOST, STORE_SMALL_MAX / 1024 / 1024);
    large->parts++;
    if (!sum)
        own = sha256_of(bytes);
    if (!part_put(large, bytes, sum ? sum : &own, err))
        return err_ctx(err, "part %u", large->parts);
    md5_note(large, bytes);
    large->size_bytes += bytes.size;
    return true;
}
