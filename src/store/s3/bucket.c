/*
 * A bucket as a store. A put never replaces; if its answer says nothing certain, the key is looked
 * at before anything else is done.
 */
#include "store/s3/bucket.h"

#include "base/mem.h"
#include "store/s3/complete.h"
#include "store/s3/inside.h"
#include "store/s3/list.h"
#include "store/s3/multipart.h"
#include "store/s3/object.h"
#include "store/s3/probe.h"

struct s3_reader {
    struct store_reader reader;
    struct s3_answer answer;
    char *key;
};

static void s3_store_close(struct store *store)
{
    struct s3_store *s3 = s3_store_of(store);

    http_free(s3->client.http);
    s3_signer_clear(&s3->client.signer);
    s3_access_free(s3->own_access);
    free(s3->name);
    free(s3);
}

/* --- putting -------------------------------------------------------------------------------- */

enum put_state {
    PUT_DONE,   /* the object was made, with these bytes          */
    PUT_LOOK,   /* the object may be there                        */
    PUT_AGAIN,  /* the put surely did not happen; it may work yet */
    PUT_FAILED, /* the put failed, and is not repeated            */
};

static enum put_state state_of_silence(const struct err *why)
{
    if (why->kind != ERR_NET || why->code == HTTP_NO_TRUST)
        return PUT_FAILED;
    return why->code == HTTP_NO_CONNECTION ? PUT_AGAIN : PUT_LOOK;
}

static enum put_state state_of_answer(const struct s3_answer *answer)
{
    switch (answer->class) {
    case S3_FINE:
        return PUT_DONE;
    case S3_EXISTS:
    case S3_AGAIN:
    case S3_SLOWER:
    case S3_REGION:
    case S3_ABSENT: /* no answer to a put: to another's request */
        return PUT_LOOK;
    case S3_DAMAGED:
        return PUT_AGAIN;
    case S3_CLOCK:
    case S3_CREDENTIALS:
    case S3_STOP:
    case S3_REFUSED:
        return PUT_FAILED;
    }
    abort();
}

/* Puts once. `found_r` gets the imprint if the server's answer agrees. */
static enum put_state put_once(struct s3_store *s3, const struct s3_request *request,
                               const char *imprint, enum s3_class *class_r,
                               struct store_found *found_r, struct err *why)
{
    auto_s3_answer answer = { 0 };
    enum put_state state;

    *class_r = S3_AGAIN;
    if (!s3_request_send(&s3->client, request, &answer, why))
        return state_of_silence(why);
    *class_r = answer.class;
    state = state_of_answer(&answer);
    if (state != PUT_DONE)
        (void)s3_answer_error(&answer, why);
    else if (!s3_made_as_asked(s3, &answer, request->body_hash, why))
        return PUT_FAILED;
    else
        s3_imprint_keep(imprint, s3_answer_header(&answer, "ETag"), found_r);
    return state;
}

/*
 * Looks at the key. `*exists_r`: an object is there, and `outcome_r` says which. Another object
 * there fails a document for good, so it is asked twice: an answer may belong to another's request.
 */
static bool put_outcome_look(struct s3_store *s3, const struct store_object *object, bool *exists_r,
                             enum store_outcome *outcome_r, struct store_found *found_r,
                             struct err *err)
{
    for (int i = 0; i < 2; i++) {
        if (!s3_object_compare(s3, object, found_r, err))
            return false;
        if (!found_r->exists || store_is_same(object, found_r))
            break;
    }
    *exists_r = found_r->exists;
    if (found_r->exists)
        *outcome_r = store_is_same(object, found_r) ? STORE_SAME : STORE_OTHER;
    return true;
}

static bool put_until_sure(struct s3_store *s3, const struct store_object *object,
                           const struct s3_request *request, enum store_outcome *outcome_r,
                           struct store_found *found_r, struct err *err)
{
    struct s3_backoff patience = { 0 };

    for (;;) {
        struct err why = { 0 };
        enum s3_class class;
        enum put_state state = put_once(s3, request, object->imprint, &class, found_r, &why);
        bool exists = false;

        if (state == PUT_DONE) {
            *outcome_r = STORE_MADE;
            return !store_needs_reading_back(&s3->client.settings.traits)
                   || s3_object_read_back(&s3->store, object, err);
        }
        if (state == PUT_FAILED) {
            *err = why;
            return false;
        }
        if (state == PUT_LOOK && !put_outcome_look(s3, object, &exists, outcome_r, found_r, err))
            return false;
        if (exists)
            return true;
        if (class == S3_EXISTS) /* but it is gone again, or not visible yet */
            (void)err_set(&why, ERR_NET, HTTP_BROKEN,
                          "the server says that the key is taken, and that nothing is there");
        if (!s3_backoff_wait(&s3->client, &patience, class, &why, err))
            return false;
    }
}

static bool s3_store_put(struct store *store, const struct store_object *object, struct span bytes,
                         enum store_outcome *outcome_r, struct store_found *found_r,
                         struct err *err)
{
    struct s3_store *s3 = s3_store_of(store);
    bool conditional = s3->client.settings.traits.conditional != STORE_NO;
    struct store_object known = *object;
    char imprint[STORE_IMPRINT_SIZE];
    auto_s3_headers headers = S3_HEADERS;
    struct s3_request request = { .method = "PUT",
                                  .key = object->key,
                                  .headers = headers.pairs,
                                  .body = bytes,
                                  .sends_body = true,
                                  .of_object = true,
                                  .body_hash = &object->sha256 };
    bool exists = false;

    s3_imprint_of(store, bytes, imprint);
    known.has_sha256 = true;
    known.imprint = imprint;
    /* A server that would replace an object must not be asked to. */
    if (!conditional && !put_outcome_look(s3, &known, &exists, outcome_r, found_r, err))
        return false;
    if (exists)
        return true;
    if (!s3_headers_of_object(&headers, s3, &known, err))
        return false;
    s3_headers_sum(&headers, s3, &object->sha256);
    s3_headers_md5(&headers, s3, bytes);
    if (conditional)
        s3_headers_add(&headers, "If-None-Match", span_of("*"));
    request.header_count = headers.count;
    return put_until_sure(s3, &known, &request, outcome_r, found_r, err);
}

/* --- reading and removing ------------------------------------------------------------------- */

static bool s3_store_get(struct store *store, const char *key, struct store_reader **reader_r,
                         struct err *err)
{
    const struct s3_request request = { .method = "GET", .key = key, .of_object = true };
    auto_s3_answer answer = { 0 };
    struct s3_reader *reader;

    if (!s3_request_with_retries(&s3_store_of(store)->client, &request, &answer, err))
        return false;
    *reader_r = NULL;
    if (answer.class == S3_ABSENT && strcmp(answer.code, "NoSuchBucket") != 0)
        return true;
    if (answer.class != S3_FINE)
        return s3_answer_error(&answer, err);
    if (http_length(answer.http) < 0)
        return err_set(err, ERR_NET, HTTP_MALFORMED, "the answer names no length");
    reader = mem_new(struct s3_reader);
    reader->key = mem_text(key);
    reader->reader =
        (struct store_reader){ store, reader->key, (uint64_t)http_length(answer.http) };
    reader->answer = answer;
    answer.http = NULL;
    *reader_r = &reader->reader;
    return true;
}

static bool s3_reader_read(struct store_reader *reader, void *bytes, size_t room, size_t *got_r,
                           struct err *err)
{
    return http_read(((struct s3_reader *)reader)->answer.http, bytes, room, got_r, err);
}

static void s3_reader_close(struct store_reader *base)
{
    struct s3_reader *reader = (struct s3_reader *)base;

    s3_answer_close(&reader->answer);
    free(reader->key);
    free(reader);
}

static bool s3_store_remove(struct store *store, const char *key, struct err *err)
{
    const struct s3_request request = { .method = "DELETE", .key = key };
    auto_s3_answer answer = { 0 };

    if (!s3_request_with_retries(&s3_store_of(store)->client, &request, &answer, err))
        return false;
    return answer.class == S3_FINE || answer.class == S3_ABSENT || s3_answer_error(&answer, err);
}

/* --- opening -------------------------------------------------------------------------------- */

static const struct store_kind s3_kind = {
    .close = s3_store_close,
    .put = s3_store_put,
    .large_begin = s3_multipart_begin,
    .large_free = s3_multipart_free,
    .large_id = s3_multipart_id,
    .large_write = s3_multipart_write,
    .large_end = s3_multipart_end,
    .large_abort = s3_multipart_abort,
    .compare_unread = s3_object_compare_unread,
    .imprint_of = s3_imprint_of,
    .remove = s3_store_remove,
    .get = s3_store_get,
    .read = s3_reader_read,
    .reader_close = s3_reader_close,
    .list = s3_list,
    .list_next = s3_list_next,
    .list_free = s3_list_free,
    .probe = s3_probe,
    .probe_check = s3_probe_check,
};

static char *bucket_name_of(const struct s3_endpoint *place)
{
    auto_str prefix = STR_MAX(KIB(2));

    str_add_text(&prefix, place->prefix);
    if (prefix.size)
        str_cut(&prefix, prefix.size - 1);
    return mem_printf("s3://%s%s%s%s%s", place->bucket, prefix.size ? "/" : "", str_text(&prefix),
                      place->authority ? " at " : "", place->authority ? place->authority : "");
}

bool s3_store_open(const struct store_settings *settings, const struct cancel *cancel,
                   struct store **store_r, struct err *err)
{
    struct store_access *own = NULL, *access = settings->access;
    const struct s3_endpoint *place;
    struct http_settings http = { .ca_file = settings->ca_file, .route = settings->route };
    struct s3_store *s3;

    if (!access && !s3_access_new(settings, cancel, &own, err))
        return false;
    access = access ? access : own;
    place = s3_access_endpoint(access);
    if (!http.ca_file || !*http.ca_file)
        http.ca_file = getenv("AWS_CA_BUNDLE");
    if (http.ca_file && !*http.ca_file)
        http.ca_file = NULL;
    http.plain_allowed = strcmp(place->scheme, "http") == 0;
    s3 = mem_new(struct s3_store);
    s3->own_access = own;
    s3->name = bucket_name_of(place);
    s3->store = (struct store){ &s3_kind, cancel, place->bucket, s3->name };
    s3->client = (struct s3_client){ .settings = *settings,
                                     .cancel = cancel,
                                     .access = access,
                                     .http_settings = http,
                                     .http = http_new(&http, cancel) };
    *store_r = &s3->store;
    return true;
}

bool s3_store_name(const struct store_settings *settings, char **name_r, struct err *err)
{
    struct s3_endpoint place;

    if (!s3_access_locate(settings, &place, err))
        return false;
    *name_r = bucket_name_of(&place);
    s3_endpoint_clear(&place);
    return true;
}

bool s3_store_prefix(const struct store_settings *settings, char **prefix_r, struct err *err)
{
    struct s3_endpoint place;

    if (!s3_endpoint_read(settings->url, settings->endpoint, settings->addressing, &place, err))
        return false;
    *prefix_r = take(place.prefix);
    s3_endpoint_clear(&place);
    return true;
}
