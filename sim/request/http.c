/* Reading HTTP from bytes. It is strict where a lax reading could make two requests of one. */
#include "sim/request/http.h"

#include "base/num.h"

/* The next line without its CRLF; false if there is no whole one. A bare LF ends a line too. */
static bool line_take(struct span *rest, struct span *line_r)
{
    const char *end = rest->size ? memchr(rest->at, '\n', rest->size) : NULL;

    if (!end)
        return false;
    *line_r = span_first(*rest, (size_t)(end - rest->at));
    *rest = span_from(*rest, line_r->size + 1);
    if (line_r->size && line_r->at[line_r->size - 1] == '\r')
        line_r->size--;
    return true;
}

static bool is_token(struct span text)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!letter && (!c || !strchr(marks, c)))
            return false;
    }
    return text.size > 0;
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (((uint8_t)text.at[i] < 0x20 && text.at[i] != '\t') || text.at[i] == 0x7F)
            return true;
    return false;
}

/* The standard allows "http://host/path"; the host in it is ignored. */
static struct span target_path(struct span target)
{
    size_t scheme = span_find(target, "://");
    struct span rest = span_from(target, scheme + 3);

    if (scheme == target.size || (target.size && target.at[0] == '/'))
        return target;
    return span_from(rest, span_find(rest, "/"));
}

static bool request_line_read(struct span line, struct http_head *head)
{
    struct span rest = line, version;

    head->method = span_cut(&rest, ' ');
    head->target = span_cut(&rest, ' ');
    version = rest;
    if (!is_token(head->method) || !head->target.size || has_control(line)
        || (!span_is(version, "HTTP/1.1") && !span_is(version, "HTTP/1.0")))
        return false;
    head->is_old = span_is(version, "HTTP/1.0");
    head->keep_alive = !head->is_old;
    head->query = target_path(head->target);
    head->path = span_cut(&head->query, '?');
    return head->path.size > 0;
}

static bool header_read(struct span line, struct http_head *head)
{
    struct span value = line;
    struct span name = span_cut(&value, ':');

    if (head->header_count == HTTP_HEADERS_MAX || !value.at || !is_token(name)
        || has_control(value))
        return false;
    head->headers[head->header_count++] = (struct http_header){ name, span_trim(value) };
    return true;
}

struct span http_header_value(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (span_is_nocase(head->headers[i].name, name))
            return head->headers[i].value;
    return SPAN_NONE;
}

bool http_header_lists(const struct http_head *head, const char *name, const char *word)
{
    struct span rest = http_header_value(head, name);

    while (rest.at) {
        struct span item = span_cut(&rest, ',');

        if (span_is_nocase(span_trim(span_cut(&item, ';')), word))
            return true;
    }
    return false;
}

static bool length_read(struct http_head *head)
{
    struct err err;
    size_t lengths = 0;

    for (size_t i = 0; i < head->header_count; i++) {
        if (!span_is_nocase(head->headers[i].name, "Content-Length"))
            continue;
        if (lengths++
            || !num_u64(head->headers[i].value, 0, UINT64_C(1) << 50, &head->content_length, &err))
            return false;
        head->has_length = true;
    }
    return true;
}

/* How the body is framed and whether the connection stays. False if that is ambiguous. */
static bool framing_read(struct http_head *head)
{
    struct span coding = http_header_value(head, "Transfer-Encoding");

    if (!length_read(head))
        return false;
    head->chunked = span_is_nocase(coding, "chunked");
    if (coding.at && (!head->chunked || head->has_length))
        return false;
    if (http_header_lists(head, "Connection", "close"))
        head->keep_alive = false;
    else if (http_header_lists(head, "Connection", "keep-alive"))
        head->keep_alive = true;
    head->expects_continue = span_is_nocase(http_header_value(head, "Expect"), "100-continue");
    return true;
}

enum http_parse http_head_read(struct span bytes, struct http_head *head_r, size_t *size_r)
{
    struct span rest = bytes, line;

    *head_r = (struct http_head){ 0 };
    do { /* empty lines before a request are allowed */
        if (!line_take(&rest, &line))
            return bytes.size < HTTP_HEAD_MAX ? HTTP_MORE : HTTP_BAD;
    } while (line.size == 0);
    if (!request_line_read(line, head_r))
        return HTTP_BAD;
    for (;;) {
        if (!line_take(&rest, &line))
            return bytes.size < HTTP_HEAD_MAX ? HTTP_MORE : HTTP_BAD;
        if (line.size == 0)
            break;
        if (!header_read(line, head_r))
            return HTTP_BAD;
    }
    *size_r = (size_t)(rest.at - bytes.at);
    return framing_read(head_r) ? HTTP_DONE : HTTP_BAD;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum http_parse http_chunk_read(struct span bytes, uint64_t *chunk_r, size_t *size_r)
{
    struct span rest = bytes, line, digits;
    uint64_t size = 0;

    if (!line_take(&rest, &line))
        return bytes.size < 1024 ? HTTP_MORE : HTTP_BAD;
    digits = span_trim(span_cut(&line, ';'));
    if (digits.size == 0 || digits.size > 12)
        return HTTP_BAD;
    for (size_t i = 0; i < digits.size; i++) {
        if (hex_value(digits.at[i]) < 0)
            return HTTP_BAD;
        size = size << 4 | (unsigned)hex_value(digits.at[i]);
    }
    *chunk_r = size;
    *size_r = (size_t)(rest.at - bytes.at);
    return HTTP_DONE;
}

bool http_decode(struct span text, struct str *to)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] != '%') {
            str_add_char(to, text.at[i]);
            continue;
        }
        if (i + 2 >= text.size || hex_value(text.at[i + 1]) < 0 || hex_value(text.at[i + 2]) < 0)
            return false;
        str_add_char(to, (char)(hex_value(text.at[i + 1]) << 4 | hex_value(text.at[i + 2])));
        i += 2;
    }
    return true;
}

void http_encode(struct span text, struct str *to)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                     || (c && strchr("-._~", c));

        if (plain)
            str_add_char(to, c);
        else
            str_printf(to, "%%%02X", (uint8_t)c);
    }
}

static struct span param_decode(struct span text, struct str *to, bool *good)
{
    size_t before = to->size;

    *good = http_decode(text, to) && *good;
    return span_from(str_span(to), before);
}

bool http_params_read(struct span query, struct http_params *params_r)
{
    struct http_params *p = params_r;
    bool good = true;

    *p = (struct http_params){ .text = STR_MAX(query.size + 1) };
    (void)str_reserve(&p->text, query.size); /* decoded is never longer: nothing moves */
    while (query.at) {
        struct span value = span_cut(&query, '&');
        struct span name = span_cut(&value, '=');

        if (!name.size && !value.at)
            continue;
        if (p->count == HTTP_PARAMS_MAX)
            return false;
        name = param_decode(name, &p->text, &good);
        value = param_decode(value, &p->text, &good);
        p->items[p->count++] = (struct http_param){ name, value };
    }
    return good;
}

void http_params_clear(struct http_params *params)
{
    str_clear(&params->text);
    params->count = 0;
}

const struct http_param *http_param(const struct http_params *params, const char *name)
{
    for (size_t i = 0; i < params->count; i++)
        if (span_is(params->items[i].name, name))
            return &params->items[i];
    return NULL;
}

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 204, "No Content" },
        { 206, "Partial Content" },
        { 301, "Moved Permanently" },
        { 302, "Found" },
        { 304, "Not Modified" },
        { 307, "Temporary Redirect" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 411, "Length Required" },
        { 413, "Request Entity Too Large" },
        { 415, "Unsupported Media Type" },
        { 416, "Range Not Satisfiable" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
    };

    for (size_t i = 0; i < lengthof(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Status";
}
