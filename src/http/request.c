/*
 * The head of a request. Foreign text goes into it (a token, a cookie, a place), so nothing that
 * would end a line gets out.
 */
#include "http/inside.h"

#include <strings.h>

static bool has_header(const struct http_request *request, const char *name_and_colon)
{
    for (size_t i = 0; request->headers && request->headers[i]; i++)
        if (strncasecmp(request->headers[i], name_and_colon, strlen(name_and_colon)) == 0)
            return true;
    return false;
}

/* Adds path and query, as they stand in the URL; for a proxy the whole URL. */
static void target_add(struct str *to, const struct http *http, const char *url)
{
    const char *target = url + connection_origin(url).size;

    if (connection_is_by_proxy(http->connection))
        target = url;
    if (*target == '\0' || *target == '?')
        str_add_char(to, '/');
    str_add_text(to, target);
}

static void header_line_add(struct str *to, const char *name, const char *value)
{
    str_add_text(to, name);
    str_add_text(to, value);
    str_add_text(to, "\r\n");
}

bool http_request_write(struct http_answer *answer, struct err *err)
{
    const struct http_request *request = &answer->request;
    struct http *http = answer->http;
    struct str *to = &http->request;

    str_reset(to);
    str_add_text(to, request->method);
    str_add_char(to, ' ');
    target_add(to, http, request->url);
    str_add_text(to, " HTTP/1.1\r\n");
    if (!has_header(request, "Host:"))
        header_line_add(to, "Host: ", connection_host(http->connection));
    if (!has_header(request, "Accept:"))
        str_add_text(to, "Accept: */*\r\n");
    if (!has_header(request, "Accept-Encoding:"))
        str_add_text(to, "Accept-Encoding: identity\r\n");
    for (size_t i = 0; request->headers && request->headers[i]; i++)
        header_line_add(to, request->headers[i], "");
    if (request->sends_body) {
        str_add_text(to, "Content-Length: ");
        str_add_u64(to, request->body.size);
        str_add_text(to, "\r\n");
    }
    str_add_text(to, "\r\n");
    return str_fits(to, "the request's head", err);
}

/* Refuses characters that would end the line, and a fragment, which is not for the server. */
static bool url_is_clean(const char *url, struct err *err)
{
    for (const char *at = url; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7F || *at == '#')
            return err_set(err, ERR_DATA, HTTP_UNSENT,
                           "the URL has a blank, '#' or control character in it");
    return true;
}

/* Messages show the name, which is ours; the value may be a secret. */
static bool header_is_clean(const char *line, struct err *err)
{
    int name = (int)strcspn(line, ":");

    for (const char *at = line; *at; at++)
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7F)
            return err_set(err, ERR_DATA, HTTP_UNSENT,
                           "the header '%.*s' has a control character in it", name, line);
    return true;
}

bool http_request_is_clean(const struct http_request *request, struct err *err)
{
    for (size_t i = 0; request->headers && request->headers[i]; i++)
        if (!header_is_clean(request->headers[i], err))
            return false;
    return url_is_clean(request->url, err);
}
