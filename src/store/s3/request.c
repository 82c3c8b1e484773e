/* Builds a request and signs it, sends it, and reads the answer and its class. */
#include "store/s3/request.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "http/url.h"
#include "store/s3/xml.h"
#include "store/store.h"

#include <assert.h>

enum { HEADERS_MAX = 8 * 1024, URL_MAX_SIZE = 16 * 1024, ERROR_BODY_MAX = 64 * 1024 };
enum { TRIES = 6 };

/* Waits are drawn between nothing and these, doubled with each try up to the cap. */
#define WAIT_US (100 * TIME_MS)
#define SLOWER_WAIT_US (1 * TIME_SECOND)
#define WAIT_MOST_US (20 * TIME_SECOND)

/* --- building ------------------------------------------------------------------------------- */

enum { PAIRS_MAX = S3_REQUEST_PAIRS_MAX + 8 };

/* A request in all its forms: signed from pairs, sent as lines. */
struct s3_wire {
    struct sigv4_pair pairs[PAIRS_MAX];
    size_t count;
    const char *lines[PAIRS_MAX + 1];
    char text[HEADERS_MAX]; /* of the lines */
    size_t used;
};

static void wire_pair(struct s3_wire *wire, const char *name, struct span value)
{
    assert(wire->count < PAIRS_MAX - 1);
    wire->pairs[wire->count++] = (struct sigv4_pair){ span_of(name), value };
}

static char *line_put(char *to, struct span text)
{
    return text.size ? mempcpy(to, text.at, text.size) : to;
}

/* Makes a pair a line, once signing is over. False if the lines are too long. */
static bool wire_line(struct s3_wire *wire, size_t index, struct span name, struct span value)
{
    size_t need = name.size + value.size + strlen(": ") + 1;
    char *at = wire->text + wire->used;

    if (need > HEADERS_MAX - wire->used)
        return false;
    wire->lines[index] = at;
    wire->used += need;
    *line_put(line_put(line_put(at, name), span_of(": ")), value) = '\0';
    return true;
}

static bool wire_lines(struct s3_wire *wire, const struct str *authorization, struct err *err)
{
    size_t i;

    for (i = 0; i < wire->count; i++)
        if (!wire_line(wire, i, wire->pairs[i].name, wire->pairs[i].value))
            return err_set(err, ERR_DATA, STORE_REFUSED, "the request's headers exceed 8 KiB");
    wire->lines[i + 1] = NULL;
    return wire_line(wire, i, span_of("Authorization"), str_span(authorization))
           || err_set(err, ERR_DATA, STORE_REFUSED, "the request's headers exceed 8 KiB");
}

/* The hash of the body, which the caller may have: making it twice costs as much as TLS. */
static const char *payload_hex(const struct s3_request *request, char hex[SHA256_HEX_SIZE])
{
    struct sha256 hash;

    if (request->body_hash)
        return sha256_hex(request->body_hash, hex);
    if (request->body.size == 0)
        return "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    hash = sha256_of(request->body);
    return sha256_hex(&hash, hex);
}

static bool wire_make(struct s3_wire *wire, struct s3_client *client,
                      const struct s3_request *request, int64_t at_us, struct str *url,
                      struct err *err)
{
    const struct s3_endpoint *place = s3_access_endpoint(client->access);
    const char *owner = client->settings.expected_owner;
    auto_str host = STR_MAX(KIB(1)), path = STR_MAX(URL_MAX_SIZE), authorization = STR_MAX(KIB(4));
    char time[SIGV4_TIME_SIZE], hex[SHA256_HEX_SIZE];
    struct sigv4_scope scope = { .access_key = client->signer.access_key,
                                 .region = client->signer.region,
                                 .service = "s3",
                                 .at_us = at_us };
    struct sigv4_request signing;

    s3_endpoint_host(place, scope.region, &host);
    s3_endpoint_path(place, request->key, &path);
    wire->count = wire->used = 0;
    wire_pair(wire, "Host", str_span(&host));
    wire_pair(wire, "x-amz-date", span_of(sigv4_time(at_us, time)));
    wire_pair(wire, "x-amz-content-sha256", span_of(payload_hex(request, hex)));
    if (client->signer.token)
        wire_pair(wire, "x-amz-security-token", secret_reveal(client->signer.token));
    if (owner && *owner)
        wire_pair(wire, "x-amz-expected-bucket-owner", span_of(owner));
    for (size_t i = 0; i < request->header_count; i++) {
        assert(wire->count < PAIRS_MAX - 1);
        wire->pairs[wire->count++] = request->headers[i];
    }
    signing = (struct sigv4_request){ .method = request->method,
                                      .path = str_span(&path),
                                      .query = request->query,
                                      .query_count = request->query_count,
                                      .headers = wire->pairs,
                                      .header_count = wire->count,
                                      .payload = wire->pairs[2].value };
    sigv4_header(&authorization, &signing, &scope, &client->signer.key);
    str_printf(url, "%s://%s%s", place->scheme, str_text(&host), str_text(&path));
    if (request->query_count) {
        str_add_char(url, '?');
        sigv4_query(url, request->query, request->query_count);
    }
    return str_fits(url, "the URL", err) && wire_lines(wire, &authorization, err);
}

/* --- reading -------------------------------------------------------------------------------- */

/* The hints in an answer: the server's region and time. */
struct s3_hints {
    char region[S3_TOKEN_SIZE];
    int64_t server_us; /* 0: not told */
};

struct s3_error_reading {
    struct s3_answer *answer;
    struct s3_hints *hints;
};

static int64_t time_of(const char *text, const char *form)
{
    struct tm tm = { 0 };

    return text && strptime(text, form, &tm) ? (int64_t)timegm(&tm) * TIME_SECOND : 0;
}

static void words_keep(char *to, size_t room, struct span text)
{
    (void)snprintf(to, room, SPAN_FORMAT, SPAN_ARGS(span_first(text, room - 1)));
}

static bool on_error_element(void *arg, const char *path, struct span text, struct err *err)
{
    struct s3_error_reading *r = arg;
    const char *name = strncmp(path, "Error/", strlen("Error/")) == 0 ? path + strlen("Error/")
                                                                      : path;

    (void)err;
    if (strcmp(name, "Code") == 0)
        words_keep(r->answer->code, S3_CODE_SIZE, text);
    else if (strcmp(name, "Message") == 0)
        words_keep(r->answer->said, S3_SAID_SIZE, text);
    else if (strcmp(name, "RequestId") == 0)
        words_keep(r->answer->request_id, S3_TOKEN_SIZE, text);
    else if (strcmp(name, "Region") == 0)
        words_keep(r->hints->region, S3_TOKEN_SIZE, text);
    else if (strcmp(name, "ServerTime") == 0) {
        char stamp[S3_TOKEN_SIZE];

        words_keep(stamp, sizeof stamp, text);
        r->hints->server_us = time_of(stamp, "%Y-%m-%dT%H:%M:%S");
    }
    return true;
}

/* Reads the body of a refusal, if it is one of S3's; a proxy's page is ignored. */
static void refusal_read(struct s3_answer *answer, struct s3_hints *lesson)
{
    struct s3_error_reading reading = { answer, lesson };
    auto_str body = STR_MAX(ERROR_BODY_MAX);
    char root[S3_XML_NAME_SIZE];
    struct err ignored = { 0 };

    if (!http_read_all(answer->http, &body, &ignored)
        || !s3_xml_walk(str_span(&body), root, on_error_element, &reading, &ignored))
        answer->code[0] = answer->said[0] = '\0';
}

static void headers_read(struct s3_answer *answer, struct s3_hints *lesson)
{
    const char *region = http_header(answer->http, "x-amz-bucket-region");
    const char *id = http_header(answer->http, "x-amz-request-id");

    if (region)
        words_keep(lesson->region, S3_TOKEN_SIZE, span_of(region));
    if (id)
        words_keep(answer->request_id, S3_TOKEN_SIZE, span_of(id));
    lesson->server_us = time_of(http_header(answer->http, "Date"), "%a, %d %b %Y %H:%M:%S GMT");
}

/* Whether a "200 OK" is from S3, by headers that its answers have; one about an object has ETag. */
static bool is_of_s3(const struct s3_answer *answer, bool of_object)
{
    if (of_object)
        return s3_answer_header(answer, "ETag");
    return s3_answer_header(answer, "x-amz-request-id") || s3_answer_header(answer, "x-amz-id-2")
           || s3_answer_header(answer, "ETag") || s3_answer_header(answer, "x-trans-id");
}

/*
 * Whether something compressed the answer on the way. An object's Content-Encoding alone is its
 * owner's word, and its bytes are handed out as they are. A proxy that compresses sets the same
 * header, but does not know the length, or weakens the ETag.
 */
static bool was_changed_on_the_way(const struct s3_answer *answer)
{
    const char *etag = s3_answer_header(answer, "ETag");

    return s3_answer_header(answer, "Content-Encoding")
           && (http_length(answer->http) < 0 || (etag && strncmp(etag, "W/", 2) == 0));
}

static bool is_conditional(const struct s3_request *request)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (span_is_nocase(request->headers[i].name, "If-None-Match"))
            return true;
    return false;
}

static void answer_read(struct s3_answer *answer, const struct s3_request *request,
                        struct s3_hints *lesson)
{
    answer->status = http_status(answer->http);
    if (answer->status >= 200 && answer->status < 300) {
        answer->class = is_of_s3(answer, request->of_object) ? S3_FINE : S3_AGAIN;
        if (request->of_object && strcmp(request->method, "GET") == 0
            && was_changed_on_the_way(answer)) {
            answer->class = S3_AGAIN;
            words_keep(
                answer->said, S3_SAID_SIZE,
                span_of("the object was compressed on the way, which nobody asked for: turn that "
                        "off in the proxy before the store"));
        }
    } else {
        headers_read(answer, lesson);
        refusal_read(answer, lesson);
        answer->class = s3_class_of(answer->status, answer->code);
        if (answer->class == S3_EXISTS && !is_conditional(request))
            answer->class = S3_AGAIN; /* an answer to another's request */
    }
    if (answer->class == S3_FINE)
        return;
    http_close(answer->http);
    answer->http = NULL;
}

/* --- one request ---------------------------------------------------------------------------- */

static bool request_attempt(struct s3_client *client, const struct s3_request *request,
                            struct s3_answer *answer, struct s3_hints *lesson, struct err *err)
{
    int64_t at_us = s3_access_now_us(client->access);
    auto_str url = STR_MAX(URL_MAX_SIZE);
    struct s3_wire wire;
    struct http_request http = { .method = request->method,
                                 .headers = wire.lines,
                                 .body = request->body,
                                 .sends_body = request->sends_body,
                                 .repeatable = !request->once,
                                 .idle_us = client->settings.silence_us,
                                 .body_is = request->of_object ? HTTP_BODY_AS_IT_CAME
                                                               : HTTP_BODY_TEXT };
    bool good;

    *answer = (struct s3_answer){ 0 };
    *lesson = (struct s3_hints){ 0 };
    if (!s3_access_sign(client->access, at_us, &client->signer, err)
        || !wire_make(&wire, client, request, at_us, &url, err))
        return false;
    http.url = str_text(&url);
    if (!s3_access_enter(client->access, client->cancel, err))
        return false;
    good = http_open(client->http, &http, &answer->http, err);
    if (good)
        answer_read(answer, request, lesson);
    s3_access_leave(client->access, good && answer->class == S3_SLOWER);
    return good;
}

/* Asks again by a GET for one byte after a HEAD was refused: its answer has no words. */
static bool head_explain(struct s3_client *client, const struct s3_request *request,
                         struct s3_answer *answer, struct s3_hints *lesson, struct err *err)
{
    const struct sigv4_pair range = { span_of("Range"), span_of("bytes=0-0") };
    struct s3_request aloud = *request;

    if (strcmp(request->method, "HEAD") != 0 || answer->class == S3_FINE
        || answer->class == S3_ABSENT || answer->class == S3_EXISTS
        || s3_class_is_transient(answer->class))
        return true;
    aloud.method = "GET";
    aloud.headers = &range;
    aloud.header_count = 1;
    if (!request_attempt(client, &aloud, answer, lesson, err))
        return false;
    if (answer->class == S3_FINE) { /* so the refusal did not last */
        s3_answer_close(answer);
        answer->class = S3_AGAIN;
    }
    return true;
}

enum s3_hint { S3_HINT_REGION, S3_HINT_CLOCK, S3_HINT_CREDENTIALS, S3_HINTS };

/* Says that the two clocks are too far apart for one to be set by the other. */
static void clocks_tell(int64_t server_us, struct s3_answer *answer)
{
    char there[TIME_TEXT_SIZE], here[TIME_TEXT_SIZE];
    auto_str words = STR_MAX(S3_SAID_SIZE - 1);

    str_printf(&words, "its clock says %s, this machine's %s", time_rfc3339(server_us, there),
               time_rfc3339(time_now_us(), here));
    words_keep(answer->said, S3_SAID_SIZE, str_span(&words));
}

/* Uses the hints of an answer. `again_r`: the request is worth signing and sending anew. */
static bool hints_apply(struct s3_client *client, struct s3_answer *answer,
                        const struct s3_hints *lesson, bool tried[S3_HINTS], bool *again_r,
                        struct err *err)
{
    *again_r = false;
    if (answer->class == S3_REGION && !tried[S3_HINT_REGION]) {
        tried[S3_HINT_REGION] = true;
        *again_r = s3_access_learn_region(client->access, span_of(lesson->region));
    } else if (answer->class == S3_CLOCK && !tried[S3_HINT_CLOCK]) {
        tried[S3_HINT_CLOCK] = true;
        *again_r = lesson->server_us && s3_access_learn_time(client->access, lesson->server_us);
        if (lesson->server_us && !*again_r)
            clocks_tell(lesson->server_us, answer);
    } else if (answer->class == S3_CREDENTIALS && !tried[S3_HINT_CREDENTIALS]) {
        tried[S3_HINT_CREDENTIALS] = true;
        return s3_access_renew(client->access, &client->signer, again_r, err);
    }
    return true;
}

bool s3_request_send(struct s3_client *client, const struct s3_request *request,
                     struct s3_answer *answer_r, struct err *err)
{
    bool tried[S3_HINTS] = { false }, again;
    struct s3_hints lesson;

    do {
        if (!request_attempt(client, request, answer_r, &lesson, err)
            || !head_explain(client, request, answer_r, &lesson, err)
            || !hints_apply(client, answer_r, &lesson, tried, &again, err))
            return false;
    } while (again);
    return true;
}

void s3_answer_close(struct s3_answer *answer)
{
    http_close(answer->http);
    answer->http = NULL;
}

/* --- retries -------------------------------------------------------------------------------- */

bool s3_class_is_transient(enum s3_class class)
{
    /* A redirect that names no region is a proxy's, or a mistake that check reports. */
    return class == S3_AGAIN || class == S3_SLOWER || class == S3_DAMAGED || class == S3_REGION;
}

static int64_t wait_draw(int64_t most_us)
{
    uint64_t chance;

    random_bytes(&chance, sizeof chance);
    return (int64_t)(chance % (uint64_t)most_us);
}

bool s3_backoff_wait(struct s3_client *client, struct s3_backoff *patience, enum s3_class class,
                     const struct err *why, struct err *err)
{
    int64_t most_us = class == S3_SLOWER ? SLOWER_WAIT_US : WAIT_US;
    bool is_over = ++patience->tries >= (class == S3_DAMAGED ? 2 : TRIES);

    if (is_over) {
        struct err copy = *why;

        *err = copy;
        return false;
    }
    for (int i = 1; i < patience->tries && most_us < WAIT_MOST_US; i++)
        most_us *= 2;
    return cancel_sleep(client->cancel, wait_draw(most_us < WAIT_MOST_US ? most_us : WAIT_MOST_US),
                        err);
}

/* Whether to send a request again if no answer came. */
static bool may_repeat(const struct err *why)
{
    return why->kind == ERR_NET && why->code != HTTP_NO_TRUST;
}

bool s3_request_with_retries(struct s3_client *client, const struct s3_request *request,
                             struct s3_answer *answer_r, struct err *err)
{
    struct s3_backoff patience = { 0 };

    for (;;) {
        struct err why = { 0 };

        if (s3_request_send(client, request, answer_r, &why)) {
            if (!s3_class_is_transient(answer_r->class))
                return true;
            (void)s3_answer_error(answer_r, &why);
        } else if (!may_repeat(&why)) {
            *err = why;
            return false;
        } else {
            answer_r->class = S3_AGAIN;
        }
        if (!s3_backoff_wait(client, &patience, answer_r->class, &why, err))
            return false;
    }
}

/* --- the answer's meaning ------------------------------------------------------------------- */

static enum err_kind err_kind_of_class(enum s3_class class)
{
    switch (class) {
    case S3_AGAIN:
    case S3_SLOWER:
    case S3_REGION:
        return ERR_NET;
    case S3_REFUSED:
    case S3_DAMAGED:
    case S3_EXISTS:
        return ERR_DATA;
    case S3_ABSENT: /* of something that had to be there */
    case S3_CLOCK:
    case S3_CREDENTIALS:
    case S3_STOP:
        return ERR_REMOTE;
    case S3_FINE:
        break;
    }
    abort();
}

/* Servers say with different numbers that they are full, or no longer know us: these are ours. */
static int status_of_refusal(const struct s3_answer *answer)
{
    if (answer->class == S3_CREDENTIALS)
        return 403;
    return s3_is_full(answer->code) ? 507 : answer->status;
}

bool s3_answer_error(const struct s3_answer *answer, struct err *err)
{
    enum err_kind kind = err_kind_of_class(answer->class);
    const char *advice = s3_advice(answer->status, answer->code);
    int code = kind == ERR_REMOTE            ? status_of_refusal(answer)
               : answer->class == S3_DAMAGED ? STORE_MISMATCH
               : kind == ERR_DATA            ? STORE_REFUSED
                                             : HTTP_BROKEN;

    return err_set(err, kind, code, "the server says %d %s%s%s%s%s%s%s%s", answer->status,
                   *answer->code ? answer->code : "without a word of S3", *answer->said ? " (" : "",
                   answer->said, *answer->said ? ")" : "", *answer->request_id ? ", request " : "",
                   answer->request_id, advice ? ": " : "", advice ? advice : "");
}

const char *s3_answer_header(const struct s3_answer *answer, const char *name)
{
    return http_header(answer->http, name);
}

bool s3_answer_body(struct s3_answer *answer, struct str *to, struct err *err)
{
    bool good = http_read_all(answer->http, to, err);

    s3_answer_close(answer);
    return good;
}
