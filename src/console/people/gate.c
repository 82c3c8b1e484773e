/* The gate: name of the host, who asks, from which page, which right. */
#include "console/people/gate.h"

#include "base/mem.h"
#include "console/inside.h"
#include "console/people/session.h"
#include "console/people/token.h"
#include "console/server/throttle.h"

#include <openssl/crypto.h>
#include <strings.h>

/* --- the host --------------------------------------------------------------------------------- */

/* "clinic.local:8480" without its port; "[::1]:8480" without brackets. */
static struct span host_name(struct span host)
{
    size_t colon = host.size;

    if (span_starts(host, "["))
        return span_first(span_from(host, 1), span_find(host, "]") - 1);
    while (colon > 0 && host.at[colon - 1] != ':')
        colon--;
    return colon > 0 ? span_first(host, colon - 1) : host;
}

/* The address that we listen on is a name of ours, too; no other page can make a browser use it. */
static bool is_own_name(const struct console *console, struct span name)
{
    struct span rest = span_of(console->settings->names), word;

    if (name.size == 0)
        return false;
    if (span_equal(name, host_name(span_of(console->settings->address))))
        return true;
    while ((word = span_word(&rest)).size)
        if (word.size == name.size && strncasecmp(name.at, word.at, word.size) == 0)
            return true;
    return false;
}

/* A page of somebody else whose name was pointed at us would send its own name (DNS rebinding). */
static bool host_is_ours(struct exchange *x)
{
    struct span host = request_header(x->request, "Host");

    return is_own_name(x->console, host_name(host))
           || refuse(x, PROBLEM_WRONG_HOST, "'" SPAN_FORMAT "' is no name of this server",
                     SPAN_ARGS(span_first(host, 80)));
}

/* --- who asks --------------------------------------------------------------------------------- */

static bool asker_find(struct exchange *x, const struct route *route, struct err *err)
{
    struct span bearer = request_header(x->request, "Authorization");
    const char *key = request_cookie(x->request, SESSION_COOKIE);

    if (span_starts(bearer, "Bearer "))
        return token_find(x->console, span_trim(span_from(bearer, 7)), request_address(x->request),
                          &x->who, err);
    if (!key)
        return true;
    return session_find(x->console, key, !route->is_stream, &x->who, err);
}

/* --- where the request comes from ------------------------------------------------------------- */

static bool changes_something(const struct exchange *x)
{
    enum request_method method = request_method_of(x->request);

    return method != REQUEST_GET && method != REQUEST_HEAD;
}

/* "https://clinic.local:8480" beside "clinic.local:8480". */
static bool is_origin_of(struct span origin, struct span host)
{
    size_t scheme = span_find(origin, "://");

    return scheme < origin.size && span_equal(span_from(origin, scheme + 3), host);
}

/*
 * Fetch Metadata where the browser sends it, the Origin where it does not. Every browser sends one of
 * them with a change; what sends neither is none, and has no business with a session's cookie.
 */
static bool comes_from_us(const struct exchange *x)
{
    struct span site = request_header(x->request, "Sec-Fetch-Site");
    struct span origin = request_header(x->request, "Origin");

    if (site.at)
        return span_is(site, "same-origin");
    return is_origin_of(origin, request_header(x->request, "Host"));
}

/* Compares in a time that does not tell how much of a guess is right. */
static bool same_text(const char *a, const char *b)
{
    size_t size = strlen(a);

    return strlen(b) == size && CRYPTO_memcmp(a, b, size) == 0;
}

static bool has_token(const struct exchange *x)
{
    const char *given = request_form(x->request, "csrf");
    auto_free char *header = span_text(request_header(x->request, "X-Fmferry-Token"));

    given = given ? given : header;
    return given && same_text(x->who.csrf, given);
}

/* What a browser sends by itself is the cookie; who has a bearer's token has no browser. */
static bool is_meant(struct exchange *x, const struct route *route)
{
    if (!changes_something(x) || x->who.token)
        return true;
    if (!comes_from_us(x))
        return refuse(x, PROBLEM_FOREIGN, "it was sent by a page that is not this console's");
    if (route->skips_csrf || !x->who.session || has_token(x))
        return true;
    return refuse(x, PROBLEM_FOREIGN, "the form was made for another session, or by nobody here");
}

/* A page that asks too often, or a program that tries everything. */
static bool is_calm(struct exchange *x)
{
    auto_free char *key = x->who.session ? mem_printf("session %jd", (intmax_t)x->who.session)
                          : x->who.token ? mem_printf("token %jd", (intmax_t)x->who.token)
                                         : mem_printf("address %s", request_address(x->request));
    unsigned wait = throttle_take(x->console->requests, key, clock_mono_us(x->console->clock));

    x->problem.wait_seconds = wait;
    return !wait || refuse(x, PROBLEM_TOO_MANY, "wait %u s", wait);
}

/* Where nobody is known there is no session that another site's page could use. */
static bool is_known(struct exchange *x, const struct route *route)
{
    return x->who.account || x->who.token || route->right == RIGHT_PUBLIC
           || refuse(x, PROBLEM_NO_SESSION, "%s", "");
}

bool gate_pass(struct exchange *x, const struct route *route, struct err *err)
{
    if (!host_is_ours(x) || !asker_find(x, route, err) || !is_calm(x) || !is_known(x, route)
        || !is_meant(x, route))
        return false;
    return may(x, route->right)
           || refuse(x, PROBLEM_NO_RIGHT, "the right '%s' is needed", right_name(route->right));
}

bool gate_lets_send(struct exchange *x, const struct route *route, struct err *err)
{
    return host_is_ours(x) && asker_find(x, route, err) && is_known(x, route)
           && (x->who.token || comes_from_us(x)) && may(x, route->right);
}
