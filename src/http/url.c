/* URLs over libcurl's own parser, so that libcurl uses exactly the URL that we check. */
#include "http/url.h"

#include "base/mem.h"

#include <curl/curl.h>

static char *part_copy(CURLU *parsed, CURLUPart which, unsigned flags)
{
    char *text = NULL, *copy;

    if (curl_url_get(parsed, which, &text, flags) != CURLUE_OK)
        return NULL;
    copy = mem_text(text);
    curl_free(text);
    return copy;
}

static bool has_part(CURLU *parsed, CURLUPart which)
{
    char *text = part_copy(parsed, which, 0);

    free(text);
    return text != NULL;
}

static bool parsed_read(CURLU *parsed, const char *text, struct url *url_r, struct err *err)
{
    if (curl_url_set(parsed, CURLUPART_URL, text, CURLU_PATH_AS_IS) != CURLUE_OK)
        return err_set(err, ERR_DATA, 0, "not an absolute URL");
    if (has_part(parsed, CURLUPART_USER) || has_part(parsed, CURLUPART_PASSWORD)
        || has_part(parsed, CURLUPART_FRAGMENT))
        return err_set(err, ERR_DATA, 0, "a URL with a user name, password or fragment");
    *url_r = (struct url){
        .scheme = part_copy(parsed, CURLUPART_SCHEME, 0),
        .host = part_copy(parsed, CURLUPART_HOST, 0),
        .port = part_copy(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT),
        .path = part_copy(parsed, CURLUPART_PATH, 0),
        .query = part_copy(parsed, CURLUPART_QUERY, 0),
    };
    if (url_r->scheme && url_r->host && url_r->port && url_r->path
        && (strcmp(url_r->scheme, "https") == 0 || strcmp(url_r->scheme, "http") == 0))
        return true;
    url_clear(url_r);
    return err_set(err, ERR_DATA, 0, "neither an http nor an https URL");
}

bool url_read(const char *text, struct url *url_r, struct err *err)
{
    CURLU *parsed = curl_url();
    bool good;

    if (!parsed)
        abort();
    good = parsed_read(parsed, text, url_r, err);
    curl_url_cleanup(parsed);
    return good;
}

void url_clear(struct url *url)
{
    free(url->scheme);
    free(url->host);
    free(url->port);
    free(url->path);
    free(url->query);
    *url = (struct url){ 0 };
}

static bool port_is_default(const struct url *url)
{
    return strcmp(url->port, strcmp(url->scheme, "https") == 0 ? "443" : "80") == 0;
}

void url_add_origin(struct str *to, const struct url *url)
{
    str_printf(to, "%s://%s", url->scheme, url->host);
    if (!port_is_default(url))
        str_printf(to, ":%s", url->port);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return strcmp(a->scheme, b->scheme) == 0 && span_is_nocase(span_of(a->host), b->host)
           && strcmp(a->port, b->port) == 0;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
           || (c != '\0' && strchr("-._~", c));
}

void url_add_encoded(struct str *to, struct span text, const char *keep)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        if (is_unreserved(c) || (c != '\0' && strchr(keep, c)))
            str_add_char(to, c);
        else
            str_printf(to, "%%%02X", (uint8_t)c);
    }
}

/* A name such as 127.evil.example is a name, not a number. */
bool url_is_loopback(const struct url *url)
{
    size_t number = strspn(url->host, "0123456789.");

    return strcasecmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0
           || (strncmp(url->host, "127.", 4) == 0 && url->host[number] == '\0');
}
