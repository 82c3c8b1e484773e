/* Repeats an abort until no part is left: one on its way may arrive after the first abort. */
#include "store/s3/uploads.h"

#include "base/mem.h"
#include "store/s3/xml.h"

enum { LISTING_MAX = 4 * 1024 * 1024, ROUNDS = 20 };

static bool upload_ask(struct s3_client *client, const char *method, const char *key,
                       const char *upload_id, struct s3_answer *answer, struct err *err)
{
    const struct sigv4_pair id = { span_of("uploadId"), span_of(upload_id) };
    const struct s3_request request = {
        .method = method, .key = key, .query = &id, .query_count = 1
    };

    return s3_request_with_retries(client, &request, answer, err);
}

bool s3_upload_abort(struct s3_client *client, const char *key, const char *upload_id,
                     struct err *err)
{
    for (int i = 0; i < ROUNDS; i++) {
        auto_s3_answer aborted = { 0 }, asked = { 0 };

        if (!upload_ask(client, "DELETE", key, upload_id, &aborted, err))
            return false;
        if (aborted.class != S3_FINE && aborted.class != S3_ABSENT)
            return s3_answer_error(&aborted, err);
        s3_answer_close(&aborted);
        if (!upload_ask(client, "GET", key, upload_id, &asked, err))
            return false;
        if (asked.class == S3_ABSENT)
            return true;
        if (asked.class != S3_FINE)
            return s3_answer_error(&asked, err);
    }
    return err_set(err, ERR_NET, HTTP_BROKEN, "an upload does not end however often it is aborted");
}

/* --- uploads of a key ----------------------------------------------------------------------- */

struct s3_upload_search {
    const char *key;
    char *key_at, *id_at; /* of the upload at hand */
    char *found;          /* an upload of our key  */
};

static bool on_upload_element(void *arg, const char *path, struct span text, struct err *err)
{
    struct s3_upload_search *f = arg;

    (void)err;
    if (strcmp(path, "Upload/Key") == 0) {
        free(f->key_at);
        f->key_at = span_text(text);
    } else if (strcmp(path, "Upload/UploadId") == 0) {
        free(f->id_at);
        f->id_at = span_text(text);
    } else if (strcmp(path, "Upload") == 0 && !f->found && f->key_at && f->id_at
               && strcmp(f->key_at, f->key) == 0) {
        f->found = take(f->id_at);
    }
    return true;
}

/* Finds an upload of a key. `*id_r` NULL: there is none, or the server does not tell. */
static bool upload_find(struct s3_client *client, const char *key, char **id_r, struct err *err)
{
    const struct sigv4_pair query[] = {
        { span_of("prefix"), span_of(key) },
        { span_of("uploads"), SPAN_NONE },
    };
    const struct s3_request request = { .method = "GET",
                                        .query = query,
                                        .query_count = lengthof(query) };
    struct s3_upload_search finding = { .key = key };
    auto_str body = STR_MAX(LISTING_MAX);
    auto_s3_answer answer = { 0 };
    char root[S3_XML_NAME_SIZE];
    bool good;

    *id_r = NULL;
    if (!s3_request_with_retries(client, &request, &answer, err))
        return false;
    if (answer.status == 501 || answer.status == 405)
        return true;
    if (answer.class != S3_FINE)
        return s3_answer_error(&answer, err);
    good = s3_answer_body(&answer, &body, err)
           && s3_xml_walk(str_span(&body), root, on_upload_element, &finding, err);
    free(finding.key_at);
    free(finding.id_at);
    if (!good)
        return err_ctx(err, "listing unfinished uploads");
    *id_r = finding.found;
    return true;
}

bool s3_uploads_abort(struct s3_client *client, const char *key, struct err *err)
{
    for (int i = 0; i < ROUNDS; i++) {
        auto_free char *id = NULL;

        if (!upload_find(client, key, &id, err))
            return false;
        if (!id)
            return true;
        if (!s3_upload_abort(client, key, id, err))
            return false;
    }
    return err_set(err, ERR_NET, HTTP_BROKEN, "uploads of this key keep appearing");
}
