/*
 * HTTP over libcurl: one multi and one easy handle per client, driven by whoever waits.
 *
 * libcurl pushes the body, we pull it: what comes while nobody reads goes into a small spill
 * buffer, and when that is full the transfer pauses.
 */
#include "http/http.h"

#include "base/mem.h"
#include "base/time.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdatomic.h>

enum {
    /*
     * libcurl takes both from malloc() for each exchange. From 64 KiB on glibc tidies a whole heap
     * whenever one is freed, from 128 KiB on it is fresh, empty pages every time.
     */
    RECEIVE_SIZE = 48 * 1024,
    SEND_SIZE = 48 * 1024,
    SPILL_SIZE = 256 * 1024,
    HEADERS_MAX = 64 * 1024,
    CONNECT_US = 15 * TIME_SECOND,
    KEEP_US = 4 * TIME_SECOND,
    IDLE_US = 60 * TIME_SECOND,
    LOOK_US = 1 * TIME_SECOND, /* how often a wait looks up without having been woken */
    DRAIN_SIZE = 64 * 1024,
    DRAIN_US = 1 * TIME_SECOND,
};

static atomic_uint_least64_t request_count, connection_count;

struct http_answer {
    struct http *http;
    struct http_request request;
    struct curl_slist *headers;
    size_t header_bytes;
    bool sent, headers_done, ended, given_up, paused, excess;
    CURLcode result; /* once `ended`                      */
    char *room;      /* where http_read() wants its bytes */
    size_t room_left;
    size_t direct;     /* how many went there               */
    struct str spill;  /* came when nobody read             */
    size_t spill_read; /* how much of it was handed on      */
    int64_t quiet_since_us, started_us;
};

struct http {
    struct http_settings settings;
    const struct cancel *cancel;
    CURLM *multi;
    CURL *easy;
    char said[CURL_ERROR_SIZE];
    struct http_answer answer; /* one at a time */
    bool busy;
};

void http_setup(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
}

void http_teardown(void)
{
    curl_global_cleanup();
}

struct http_counts http_counts(void)
{
    return (struct http_counts){ atomic_load(&request_count), atomic_load(&connection_count) };
}

struct http *http_new(const struct http_settings *settings, const struct cancel *cancel)
{
    struct http *http = mem_new(struct http);

    http->settings = *settings;
    http->cancel = cancel;
    http->multi = curl_multi_init();
    http->easy = curl_easy_init();
    if (!http->multi || !http->easy)
        abort();
    return http;
}

void http_listen(struct http *http, const struct cancel *cancel)
{
    http->cancel = cancel;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    if (http->busy)
        http_close(&http->answer);
    curl_easy_cleanup(http->easy);
    curl_multi_cleanup(http->multi);
    free(http);
}

/* --- what libcurl calls --------------------------------------------------------------------- */

static size_t on_header(char *line, size_t one, size_t size, void *arg)
{
    struct http_answer *answer = arg;
    bool is_end = size <= 2 && (line[0] == '\r' || line[0] == '\n');

    (void)one;
    answer->header_bytes += size;
    answer->quiet_since_us = time_mono_us();
    if (is_end && http_status(answer) >= 200)
        answer->headers_done = true;
    return answer->header_bytes <= HEADERS_MAX ? size : 0;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *arg)
{
    struct http_answer *answer = arg;
    size_t direct = size < answer->room_left ? size : answer->room_left;

    (void)one;
    answer->quiet_since_us = time_mono_us();
    if (size - direct > SPILL_SIZE - answer->spill.size) {
        answer->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (direct) { /* `room` is NULL while nobody reads */
        memcpy(answer->room, bytes, direct);
        answer->room += direct;
        answer->room_left -= direct;
        answer->direct += direct;
    }
    str_add(&answer->spill, bytes + direct, size - direct);
    return size;
}

/*
 * A body longer than announced ends quietly in libcurl, as if it were complete: the only trace is
 * a line in its talk. A document cut that way must not pass for whole.
 */
static int on_talk(CURL *easy, curl_infotype kind, char *text, size_t size, void *arg)
{
    struct http_answer *answer = arg;

    (void)easy;
    if (kind == CURLINFO_TEXT && span_starts((struct span){ text, size }, "Excess found"))
        answer->excess = true;
    return 0;
}

/*
 * The request is about to go. libcurl lets it go again by itself when a connection that was used
 * before dies without an answer; right only for a request that may be repeated.
 */
static int on_ready(void *arg, char *their_address, char *our_address, int their_port, int our_port)
{
    struct http_answer *answer = arg;
    bool again = answer->sent;

    (void)their_address;
    (void)our_address;
    (void)their_port;
    (void)our_port;
    answer->sent = true;
    return again && !answer->request.repeatable ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* --- one exchange --------------------------------------------------------------------------- */

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(easy, option, value) != CURLE_OK)                                     \
            abort();                                                                               \
    } while (0)

static void set_trust(CURL *easy, const struct http_settings *settings)
{
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_PROTOCOLS_STR, settings->plain_allowed ? "http,https" : "https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, settings->proxy ? settings->proxy : "");
    SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (settings->ca_file) {
        SET(CURLOPT_CAINFO, settings->ca_file);
        SET(CURLOPT_CAPATH, NULL); /* or the file is read anew for each connection */
    } else {
        SET(CURLOPT_CAINFO, NULL); /* of the system's folder only what is needed is read */
    }
}

static void set_manners(CURL *easy, struct http *http)
{
    int64_t connect_us = http->settings.connect_us ? http->settings.connect_us : CONNECT_US;
    int64_t keep_us = http->settings.keep_us ? http->settings.keep_us : KEEP_US;

    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_us / TIME_MS));
    SET(CURLOPT_MAXAGE_CONN, (long)(keep_us / TIME_SECOND));
    SET(CURLOPT_ERRORBUFFER, http->said);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, &http->answer);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, &http->answer);
    SET(CURLOPT_PREREQFUNCTION, on_ready);
    SET(CURLOPT_PREREQDATA, &http->answer);
    SET(CURLOPT_DEBUGFUNCTION, on_talk);
    SET(CURLOPT_DEBUGDATA, &http->answer);
    SET(CURLOPT_VERBOSE, 1L);
    /* Refused while a buffer is left of an exchange that found no connection; then that serves. */
    (void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_SIZE);
}

/* What the caller gives, and with a body nothing that libcurl would make up for him. */
static struct curl_slist *headers_of(const struct http_request *request)
{
    struct curl_slist *headers = NULL;
    bool typed = !request->sends_body;

    for (size_t i = 0; request->headers && request->headers[i]; i++) {
        struct span name = span_first(span_of(request->headers[i]), strlen("Content-Type:"));

        typed |= span_is_nocase(name, "Content-Type:");
        headers = curl_slist_append(headers, request->headers[i]);
    }
    if (!typed)
        headers = curl_slist_append(headers, "Content-Type:");
    return request->sends_body ? curl_slist_append(headers, "Expect:") : headers;
}

static void set_request(CURL *easy, struct http_answer *answer)
{
    const struct http_request *request = &answer->request;

    answer->headers = headers_of(request);
    SET(CURLOPT_URL, request->url);
    if (request->sends_body) {
        SET(CURLOPT_POSTFIELDS, request->body.size ? request->body.at : "");
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        SET(CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_SIZE);
    } else if (strcmp(request->method, "HEAD") == 0) {
        SET(CURLOPT_NOBODY, 1L);
    }
    SET(CURLOPT_CUSTOMREQUEST, request->method);
    SET(CURLOPT_HTTPHEADER, answer->headers);
}

static bool exchange_failed(const struct http_answer *answer, enum http_cause cause,
                            const char *said, struct err *err)
{
    bool unsure = !answer->request.repeatable && answer->sent;

    return err_set(err, unsure ? ERR_UNSURE : ERR_NET, (int)cause, "%s", said);
}

static enum http_cause cause_of(CURLcode result, bool sent)
{
    if (result == CURLE_COULDNT_RESOLVE_HOST || result == CURLE_COULDNT_RESOLVE_PROXY
        || result == CURLE_COULDNT_CONNECT || result == CURLE_OPERATION_TIMEDOUT
        || result == CURLE_SSL_CONNECT_ERROR)
        return HTTP_NO_CONNECTION;
    if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_ISSUER_ERROR)
        return HTTP_NO_TRUST;
    if (result == CURLE_PARTIAL_FILE)
        return HTTP_SHORT;
    if (result == CURLE_WEIRD_SERVER_REPLY || result == CURLE_WRITE_ERROR
        || result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_BAD_CONTENT_ENCODING)
        return HTTP_NONSENSE;
    return sent ? HTTP_BROKEN : HTTP_NO_CONNECTION;
}

static bool curl_failed(struct http_answer *answer, struct err *err)
{
    struct http *http = answer->http;
    CURLcode result = answer->result;
    const char *said = http->said[0] ? http->said : curl_easy_strerror(result);

    if (result == CURLE_SSL_CACERT_BADFILE)
        return err_set(err, ERR_USAGE, 0, "the CA file '%s' cannot be used: %s",
                       http->settings.ca_file ? http->settings.ca_file : "of the system", said);
    if (result == CURLE_UNSUPPORTED_PROTOCOL && !answer->sent)
        return err_set(err, ERR_USAGE, 0, "only https:// %sis allowed here",
                       http->settings.plain_allowed ? "or http:// " : "");
    if (result == CURLE_ABORTED_BY_CALLBACK)
        said = "the connection ended without an answer";
    if (answer->header_bytes > HEADERS_MAX)
        said = "the headers of the answer are longer than 64 KiB";
    return exchange_failed(answer, cause_of(result, answer->sent), said, err);
}

/* Lets libcurl work, then notes whether the exchange has ended. */
static void perform(struct http_answer *answer)
{
    struct http *http = answer->http;
    CURLMsg *message;
    int running, left;

    if (curl_multi_perform(http->multi, &running) != CURLM_OK)
        abort();
    while ((message = curl_multi_info_read(http->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        answer->ended = true;
        answer->result = message->data.result;
    }
}

static bool is_out_of_time(const struct http_answer *answer, struct err *err)
{
    int64_t now_us = time_mono_us();
    char text[TIME_TEXT_SIZE], said[128];

    if (answer->request.total_us && now_us - answer->started_us >= answer->request.total_us) {
        (void)snprintf(said, sizeof said, "timed out after %s",
                       time_for_people(answer->request.total_us, text));
        return !exchange_failed(answer, HTTP_TIMED_OUT, said, err);
    }
    if (now_us - answer->quiet_since_us < answer->request.idle_us)
        return false;
    (void)snprintf(said, sizeof said, "nothing came for %s",
                   time_for_people(answer->request.idle_us, text));
    return !exchange_failed(answer, HTTP_STALLED, said, err);
}

/* How long to wait before looking up: no longer than until the exchange is out of time. */
static int look_ms(const struct http_answer *answer)
{
    int64_t now_us = time_mono_us();
    int64_t idle_us = answer->request.idle_us - (now_us - answer->quiet_since_us);
    int64_t total_us = answer->request.total_us - (now_us - answer->started_us);
    int64_t left_us = idle_us < LOOK_US ? idle_us : LOOK_US;

    if (answer->request.total_us && total_us < left_us)
        left_us = total_us;
    return left_us > 0 ? (int)(left_us / TIME_MS + 1) : 0;
}

static bool has_headers(const struct http_answer *answer)
{
    return answer->headers_done;
}

static bool has_bytes(const struct http_answer *answer)
{
    return answer->direct > 0;
}

/* Works until there is what the caller waits for, or the exchange has ended one way or another. */
static bool wait_until(struct http_answer *answer, bool (*has)(const struct http_answer *),
                       struct err *err)
{
    struct http *http = answer->http;
    struct curl_waitfd cancel = { cancel_fd(http->cancel), CURL_WAIT_POLLIN, 0 };
    curl_off_t sent_before = 0, sent = 0;

    for (;;) {
        perform(answer);
        if (has(answer) || answer->ended)
            return true;
        answer->given_up = true;
        if (cancel_is_set(http->cancel))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        (void)curl_easy_getinfo(http->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
        if (sent != sent_before) /* a long upload is not silence */
            answer->quiet_since_us = time_mono_us();
        sent_before = sent;
        if (is_out_of_time(answer, err))
            return false;
        answer->given_up = false;
        if (curl_multi_poll(http->multi, &cancel, 1, look_ms(answer), NULL) != CURLM_OK)
            abort();
    }
}

static void exchange_end(struct http_answer *answer)
{
    struct http *http = answer->http;
    long connections = 0;

    if (!http->busy)
        return;
    (void)curl_easy_getinfo(http->easy, CURLINFO_NUM_CONNECTS, &connections);
    atomic_fetch_add(&connection_count, (uint64_t)connections);
    (void)curl_multi_remove_handle(http->multi, http->easy);
    curl_slist_free_all(answer->headers);
    answer->headers = NULL;
    str_clear(&answer->spill);
    http->busy = false;
}

static bool headers_wait(struct http_answer *answer, struct err *err)
{
    return wait_until(answer, has_headers, err)
           && (answer->headers_done || curl_failed(answer, err));
}

bool http_open(struct http *http, const struct http_request *request, struct http_answer **answer_r,
               struct err *err)
{
    struct http_answer *answer = &http->answer;
    CURL *easy = http->easy;
    int64_t now_us = time_mono_us();

    assert(!http->busy);
    if (cancel_is_set(http->cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    *answer = (struct http_answer){ .http = http,
                                    .request = *request,
                                    .spill = STR_MAX(SPILL_SIZE),
                                    .quiet_since_us = now_us,
                                    .started_us = now_us };
    if (answer->request.idle_us == 0)
        answer->request.idle_us = IDLE_US;
    http->said[0] = '\0';
    http->busy = true;
    atomic_fetch_add(&request_count, 1);
    curl_easy_reset(easy);
    set_trust(easy, &http->settings);
    set_manners(easy, http);
    set_request(easy, answer);
    if (curl_multi_add_handle(http->multi, easy) != CURLM_OK)
        abort();
    if (!headers_wait(answer, err)) {
        exchange_end(answer);
        return false;
    }
    *answer_r = answer;
    return true;
}

/* A short rest is read so that the connection can serve again; a new one costs far more. */
static void drain(struct http_answer *answer)
{
    char rest[4096];
    size_t size = 1;
    struct err ignored;

    answer->request.total_us = time_mono_us() - answer->started_us + DRAIN_US;
    while (size > 0 && http_read(answer, rest, sizeof rest, &size, &ignored))
        continue;
}

void http_close(struct http_answer *answer)
{
    if (!answer)
        return;
    if (!answer->ended && !answer->given_up && http_length(answer) >= 0
        && http_length(answer) <= DRAIN_SIZE)
        drain(answer);
    exchange_end(answer);
}

void auto_answer_cleanup(struct http_answer **answer)
{
    http_close(*answer);
}

int http_status(const struct http_answer *answer)
{
    long status = 0;

    (void)curl_easy_getinfo(answer->http->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

const char *http_header(const struct http_answer *answer, const char *name)
{
    return http_header_at(answer, name, 0);
}

const char *http_header_at(const struct http_answer *answer, const char *name, size_t index)
{
    struct curl_header *header;

    if (curl_easy_header(answer->http->easy, name, index, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value[0] == '\r' ? "" : header->value; /* libcurl leaves this of an empty one */
}

int64_t http_length(const struct http_answer *answer)
{
    curl_off_t length = -1;

    (void)curl_easy_getinfo(answer->http->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length;
}

/* --- reading -------------------------------------------------------------------------------- */

static size_t spill_take(struct http_answer *answer, void *bytes, size_t room)
{
    size_t left = answer->spill.size - answer->spill_read;
    size_t size = left < room ? left : room;

    if (size)
        memcpy(bytes, answer->spill.at + answer->spill_read, size);
    answer->spill_read += size;
    if (answer->spill_read == answer->spill.size) {
        str_reset(&answer->spill);
        answer->spill_read = 0;
    }
    return size;
}

static bool body_end(struct http_answer *answer, struct err *err)
{
    if (answer->result != CURLE_OK)
        return curl_failed(answer, err);
    if (answer->excess)
        return err_set(err, ERR_DATA, HTTP_NONSENSE, "more bytes came than the answer announced");
    return true;
}

static bool body_wait(struct http_answer *answer, char *bytes, size_t room, size_t *size_r,
                      struct err *err)
{
    bool good;

    answer->room = bytes;
    answer->room_left = room;
    answer->direct = 0;
    answer->quiet_since_us = time_mono_us();
    if (answer->paused) {
        answer->paused = false;
        (void)curl_easy_pause(answer->http->easy, CURLPAUSE_CONT);
    }
    good = wait_until(answer, has_bytes, err);
    answer->room_left = 0;
    *size_r = answer->direct;
    return good;
}

bool http_read(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
               struct err *err)
{
    size_t size = spill_take(answer, bytes, room);

    if (size == 0 && !answer->ended && !body_wait(answer, bytes, room, &size, err))
        return false;
    if (size == 0 && !body_end(answer, err))
        return false;
    *size_r = size;
    return true;
}

bool http_read_all(struct http_answer *answer, struct str *to, struct err *err)
{
    char part[4096];
    size_t size;

    do {
        if (!http_read(answer, part, sizeof part, &size, err))
            return false;
        str_add(to, part, size);
    } while (size > 0 && !to->cut);
    return str_fits(to, "the answer", err);
}
