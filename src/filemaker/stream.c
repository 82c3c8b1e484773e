/*
 * Container contents. The URL in a field is valid only for the session that read it, and only for a
 * while; its host is the name that the server believes it has. The first answer is usually a
 * redirect that sets a cookie; with the cookie the same URL gives the bytes. Each download has its
 * own cookies: programs that shared one jar among downloads got random 401s.
 */
#include "filemaker/session.h"

#include "base/mem.h"
#include "base/time.h"

#include <strings.h>

enum { HOPS_MAX = 4, COOKIES_MAX = 64 * 1024, STREAM_IDLE_US = 60 * TIME_SECOND, EXT_SIZE = 16 };

/* The least pace alone would let a large file go on for years. */
static const int64_t STREAM_TOTAL_US = INT64_C(24) * 3600 * TIME_SECOND;

struct filemaker_stream {
    struct http_answer *answer;
    struct gate *gate; /* the stream is inside it until closed         */
    const struct cancel *cancel;
    uint64_t bytes, most; /* read so far; the most allowed, 0: any number */
};

static bool is_blank_access(struct span value)
{
    return span_is(value, "<No Access>");
}

static bool is_reference(struct span value)
{
    static const char *const starts[] = { "file:",  "filewin:",  "filemac:",  "filelinux:",
                                          "image:", "imagewin:", "imagemac:", "imagelinux:",
                                          "movie:", "moviewin:", "moviemac:", "size:" };

    for (size_t i = 0; i < lengthof(starts); i++)
        if (span_starts(value, starts[i]))
            return true;
    return false;
}

enum filemaker_content filemaker_content(struct span value)
{
    if (span_trim(value).size == 0)
        return FILEMAKER_EMPTY;
    if (span_starts(value, "https://") || span_starts(value, "http://"))
        return FILEMAKER_STREAM;
    if (is_blank_access(value))
        return FILEMAKER_NO_ACCESS;
    return is_reference(value) ? FILEMAKER_REFERENCE : FILEMAKER_UNKNOWN;
}

const char *filemaker_storage(struct span value)
{
    if (span_find(value, "RCType=EmbeddedRCFileProcessor") < value.size)
        return "embedded";
    if (span_find(value, "RCType=SecuredRCFileProcessor") < value.size)
        return "secure";
    if (span_find(value, "RCType=RCFileProcessor") < value.size)
        return "open";
    return "other";
}

struct span filemaker_extension(struct span value)
{
    return span_extension(span_cut(&value, '?'));
}

/* --- hops ----------------------------------------------------------------------------------- */

/* The next request: where it goes, and what it carries. */
struct hop {
    char *url;          /* at our own origin */
    char *host;         /* in the container's own URL: a redirect may name it again */
    struct str cookies; /* "name=value; other=value" */
    char *cookie_line;  /* "Cookie: ...", or NULL */
    bool bearer;
    char ext[EXT_SIZE]; /* of the file, by its URL; "" if that has none */
};

static void hop_clear(struct hop *hop)
{
    free(hop->url);
    free(hop->host);
    str_clear(&hop->cookies);
    free(hop->cookie_line);
}

#define auto_hop __attribute__((cleanup(hop_clear))) struct hop

static char *at_our_origin(const struct filemaker *filemaker, const struct url *url)
{
    return mem_printf("%s%s%s%s", filemaker->origin, url->path, url->query ? "?" : "",
                      url->query ? url->query : "");
}

/* Only the streaming service is asked, whatever a field or a redirect says. */
static bool leads_to_streams(const struct url *url)
{
    return span_starts(span_of(url->path), "/Streaming");
}

static bool first_hop(const struct filemaker *filemaker, struct span value, struct hop *hop,
                      struct err *err)
{
    auto_free char *text = span_text(value);
    auto_url url = { 0 };

    if (!url_read(text, &url, err))
        return err_ctx(err, "the container's URL");
    if (!leads_to_streams(&url))
        return err_set(err, ERR_DATA, 0, "the container's URL is none of the streaming service");
    hop->url = at_our_origin(filemaker, &url);
    hop->host = mem_text(url.host);
    hop->bearer = !filemaker_is_otto(filemaker); /* the key is none of the streaming service's */
    (void)snprintf(hop->ext, sizeof hop->ext, SPAN_FORMAT, SPAN_ARGS(filemaker_extension(value)));
    return true;
}

static struct span cookie_name(struct span pair)
{
    return span_cut(&pair, '=');
}

static void pair_add(struct str *cookies, struct span pair)
{
    if (cookies->size)
        str_add_text(cookies, "; ");
    str_add_span(cookies, pair);
}

/* Keeps the first pair of a Set-Cookie in place of one of its name; attributes are for browsers. */
static void cookie_keep(struct hop *hop, const char *set_cookie)
{
    struct span rest = span_of(set_cookie), before = str_span(&hop->cookies);
    struct span pair = span_trim(span_cut(&rest, ';'));
    struct str cookies = STR_MAX(COOKIES_MAX);

    if (pair.size == 0)
        return;
    while (before.size) {
        struct span old = span_trim(span_cut(&before, ';'));

        if (!span_equal(cookie_name(old), cookie_name(pair)))
            pair_add(&cookies, old);
    }
    pair_add(&cookies, pair);
    str_clear(&hop->cookies);
    hop->cookies = cookies;
}

/* Keeps all cookies: a balancer in front may set one of its own before the server's. */
static void cookies_keep(struct hop *hop, const struct http_answer *answer)
{
    const char *set_cookie;

    for (size_t i = 0; (set_cookie = http_header_at(answer, "Set-Cookie", i)); i++)
        cookie_keep(hop, set_cookie);
    free(hop->cookie_line);
    hop->cookie_line = hop->cookies.size ? mem_printf("Cookie: %s", str_text(&hop->cookies)) : NULL;
}

static bool refuse_redirect(const char *why, struct err *err)
{
    (void)err_set(err, ERR_REMOTE, 302, "the stream redirects %s", why);
    return false;
}

/* Whether a redirect names the same URL: FileMaker Server only wants its cookie back. */
static bool leads_here(const struct filemaker *filemaker, const struct hop *hop,
                       const char *location)
{
    return strcmp(location, hop->url + strlen(filemaker->origin)) == 0;
}

static bool redirect_take(const struct filemaker *filemaker, const char *location, struct hop *hop,
                          struct err *err)
{
    auto_free char *absolute = NULL;
    auto_url url = { 0 };

    absolute = location[0] == '/' && location[1] != '/'
                   ? mem_printf("%s%s", filemaker->origin, location)
                   : mem_text(location);
    if (!url_read(absolute, &url, err) || !leads_to_streams(&url))
        return refuse_redirect("to something that is no stream", err);
    if (!url_same_origin(&url, &filemaker->base) && strcasecmp(url.host, hop->host) != 0)
        return refuse_redirect("to another host", err);
    free(hop->url);
    hop->url = at_our_origin(filemaker, &url);
    return true;
}

static bool next_hop(const struct filemaker *filemaker, const struct http_answer *answer,
                     struct hop *hop, struct err *err)
{
    const char *location = http_header(answer, "Location");

    if (!location)
        return refuse_redirect("without saying where", err);
    cookies_keep(hop, answer);
    if (!hop->cookie_line)
        return refuse_redirect("without a cookie: the URL is stale", err);
    hop->bearer = false;
    return leads_here(filemaker, hop, location) || redirect_take(filemaker, location, hop, err);
}

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool status_refused(const struct http_answer *answer, struct err *err)
{
    if (http_status(answer) == HTTP_NO_CONTENT)
        return err_set(err, ERR_REMOTE, HTTP_NO_CONTENT, "the container is empty");
    return err_set(err, ERR_REMOTE, http_status(answer), "the stream answered with HTTP status %d",
                   http_status(answer));
}

/* Some servers want the session's token on the first hop, and OttoFMS keeps that for itself. */
static bool token_missed(const struct filemaker *filemaker, struct err *err)
{
    if (!filemaker_is_otto(filemaker) || err->code != HTTP_UNAUTHORIZED)
        return false;
    return err_ctx(err, "OttoFMS does not hand on what this server's streams want: name the table "
                        "in [source] odata_table, or log in by an account");
}

static bool hop_open(struct filemaker *filemaker, const struct hop *hop,
                     struct http_answer **answer_r, struct err *err)
{
    const char *headers[3] = { NULL };
    struct http_request request = { .method = "GET",
                                    .url = hop->url,
                                    .headers = headers,
                                    .repeatable = true,
                                    .idle_us = STREAM_IDLE_US,
                                    .total_us = STREAM_TOTAL_US,
                                    .body_is = HTTP_BODY_FILE,
                                    .name_ext = hop->ext };
    size_t count = 0;

    if (hop->bearer)
        headers[count++] = secret_reveal(filemaker->bearer).at;
    if (hop->cookie_line)
        headers[count++] = hop->cookie_line;
    return http_open(filemaker->http, &request, answer_r, err);
}

static bool hops_follow(struct filemaker *filemaker, struct hop *hop, struct http_answer **answer_r,
                        struct err *err)
{
    for (int hops = 0; hops < HOPS_MAX; hops++) {
        auto_answer *answer = NULL;

        if (!hop_open(filemaker, hop, &answer, err))
            return false;
        if (http_status(answer) == 200) {
            *answer_r = take(answer);
            return true;
        }
        if (!is_redirect(http_status(answer)))
            return status_refused(answer, err) || token_missed(filemaker, err);
        if (!next_hop(filemaker, answer, hop, err))
            return false;
    }
    return refuse_redirect("in circles", err);
}

/* A download passes the gate as one request with all its hops. */
static struct filemaker_stream *stream_new(struct filemaker *filemaker, struct http_answer *answer)
{
    struct filemaker_stream *stream = mem_new(struct filemaker_stream);

    stream->answer = answer;
    stream->gate = filemaker->settings.gate;
    stream->cancel = filemaker->cancel;
    stream->most = filemaker->settings.largest_bytes;
    return stream;
}

bool filemaker_stream_open(struct filemaker *filemaker, struct span value,
                           struct filemaker_stream **stream_r, struct err *err)
{
    auto_hop hop = { 0 };
    struct http_answer *answer = NULL;

    if (!filemaker->bearer)
        return err_set(err, ERR_REMOTE, HTTP_UNAUTHORIZED,
                       "the session that gave the container's URL is gone");
    if (!first_hop(filemaker, value, &hop, err)
        || !gate_enter(filemaker->settings.gate, filemaker->cancel, err))
        return false;
    if (!hops_follow(filemaker, &hop, &answer, err)) {
        gate_leave(filemaker->settings.gate, GATE_STREAM, 0);
        return false;
    }
    *stream_r = stream_new(filemaker, answer);
    return true;
}

static bool url_open(struct filemaker *filemaker, const char *url, const char *accept, bool refused,
                     struct http_answer **answer_r, struct err *err)
{
    auto_secret *header = NULL;
    const char *headers[] = { NULL, accept, NULL };
    struct http_request request = { .method = "GET",
                                    .url = url,
                                    .headers = headers,
                                    .repeatable = true,
                                    .idle_us = STREAM_IDLE_US,
                                    .total_us = STREAM_TOTAL_US,
                                    .body_is = HTTP_BODY_FILE };
    auto_answer *answer = NULL;

    if (!filemaker_own_header(filemaker, refused, &header, err))
        return false;
    headers[0] = secret_reveal(header).at;
    if (!http_open(filemaker->http, &request, &answer, err)
        || (http_status(answer) != 200 && !status_refused(answer, err)))
        return false;
    *answer_r = take(answer);
    return true;
}

bool filemaker_stream_of_url(struct filemaker *filemaker, const char *url, const char *accept,
                             struct filemaker_stream **stream_r, struct err *err)
{
    struct http_answer *answer = NULL;

    if (!gate_enter(filemaker->settings.gate, filemaker->cancel, err))
        return false;
    if (url_open(filemaker, url, accept, false, &answer, err)
        || (filemaker_identity_refused(filemaker, err)
            && url_open(filemaker, url, accept, true, &answer, err))) {
        *stream_r = stream_new(filemaker, answer);
        return true;
    }
    gate_leave(filemaker->settings.gate, GATE_STREAM, 0);
    return false;
}

void filemaker_stream_close(struct filemaker_stream *stream)
{
    if (!stream)
        return;
    http_close(stream->answer);
    gate_leave(stream->gate, GATE_STREAM, 0);
    free(stream);
}

void auto_stream_cleanup(struct filemaker_stream **stream)
{
    filemaker_stream_close(*stream);
}

int64_t filemaker_stream_length(const struct filemaker_stream *stream)
{
    return http_length(stream->answer);
}

const char *filemaker_stream_media(const struct filemaker_stream *stream)
{
    return http_header(stream->answer, "Content-Type");
}

const char *filemaker_stream_disposition(const struct filemaker_stream *stream)
{
    return http_header(stream->answer, "Content-Disposition");
}

bool filemaker_stream_read(struct filemaker_stream *stream, void *bytes, size_t room,
                           size_t *size_r, struct err *err)
{
    if (!http_read(stream->answer, bytes, room, size_r, err))
        return false;
    stream->bytes += *size_r;
    if (!gate_bytes(stream->gate, *size_r, stream->cancel, err))
        return false;
    return stream->most == 0 || stream->bytes <= stream->most
           || err_set(err, ERR_DATA, HTTP_TOO_LONG,
                      "the file goes on beyond %ju MiB, which no file of this source should "
                      "([source] largest_mib)",
                      (uintmax_t)(stream->most >> 20));
}
