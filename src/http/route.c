/* Chooses the proxy, as curl and others do, except that this machine itself never needs one. */
#include "http/route.h"

#include <strings.h>

/* In curl's order. HTTP_PROXY is not asked: a web server's client can set it (httpoxy). */
static const char *environment_proxy(void)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };

    for (size_t i = 0; i < lengthof(names); i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return value;
    }
    return "";
}

static bool is_set(const char *text)
{
    return text && *text;
}

static bool is_direct(const char *proxy)
{
    return strcasecmp(proxy, "direct") == 0;
}

struct span route_proxy_name(const char *url)
{
    struct span name = span_of(url);
    const char *scheme = strstr(url, "://"), *host = strrchr(url, '@');

    if (scheme)
        name = span_of(scheme + strlen("://"));
    return host ? span_of(host + 1) : name;
}

static bool proxy_is_good(const char *proxy, struct err *err)
{
    auto_url url = { 0 };
    struct err ignored;

    if (is_direct(proxy))
        return true;
    if (!url_read(proxy, &url, &ignored) || strcmp(url.scheme, "http") != 0
        || strcmp(url.path, "/") != 0 || url.query)
        return err_set(
            err, ERR_USAGE, 0,
            "proxy is not of the form http://HOST:PORT, nor 'direct' for none; a name and "
            "password for it belong to proxy_user and proxy_password_file");
    return true;
}

bool route_is_good(const struct http_route *route, struct err *err)
{
    bool has_proxy = is_set(route->proxy) && !is_direct(route->proxy);

    if (is_set(route->proxy) && !proxy_is_good(route->proxy, err))
        return false;
    if (is_set(route->proxy_user) && !has_proxy)
        return err_set(err, ERR_USAGE, 0, "proxy_user does nothing without proxy");
    if (is_set(route->client_key) && !is_set(route->client_certificate))
        return err_set(err, ERR_USAGE, 0, "client_key does nothing without client_certificate");
    return true;
}

bool route_choose(const struct http_route *route, const struct url *server,
                  struct route_proxy *proxy_r, struct err *err)
{
    bool is_plain = strcmp(server->scheme, "http") == 0, is_named = is_set(route->proxy);
    const char *proxy = is_named                              ? route->proxy
                        : is_plain || url_is_loopback(server) ? ""
                                                              : environment_proxy();
    bool has_scheme = strstr(proxy, "://");

    if (is_named && is_direct(proxy))
        proxy = "";
    if (has_scheme && strncasecmp(proxy, "http://", strlen("http://")) != 0)
        return err_set(err, ERR_USAGE, 0,
                       "the environment's HTTPS_PROXY or ALL_PROXY names a proxy that is not an "
                       "http:// one: name one as proxy, or set proxy = direct");
    if (*proxy && is_plain && is_set(route->proxy_user))
        return err_set(err, ERR_USAGE, 0,
                       "the proxy's password is sent only for servers that are asked by https://");
    *proxy_r = (struct route_proxy){ proxy, !is_named };
    return true;
}
