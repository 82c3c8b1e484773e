/* Where the pool is asked, and how often. */
#include "claris/call.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"
#include "http/url.h"

enum { CALL_TRIES = 4, REGION_MOST = 32 };

#define CALL_IDLE_US (20 * TIME_SECOND)
#define CALL_TOTAL_US (45 * TIME_SECOND)
#define CALL_WAIT_US (500 * TIME_MS)
#define CALL_WAIT_MOST_US (20 * TIME_SECOND)

/* The pool's region stands before the "_" of its id. */
static bool url_make(const struct claris_settings *settings, char **url_r, struct err *err)
{
    struct span pool = span_of(settings->pool), region = span_cut(&pool, '_');
    bool good = region.size > 0 && region.size <= REGION_MOST && pool.size > 0;

    for (size_t i = 0; i < region.size; i++)
        good = good && strchr("abcdefghijklmnopqrstuvwxyz0123456789-", region.at[i]);
    if (!good)
        return err_set(err, ERR_USAGE, 0,
                       "[source] claris_pool '%.64s' is not like us-west-2_NqkuZcXQY",
                       settings->pool);
    *url_r =
        settings->url && *settings->url
            ? mem_text(settings->url)
            : mem_printf("https://cognito-idp." SPAN_FORMAT ".amazonaws.com/", SPAN_ARGS(region));
    return true;
}

/* Plain HTTP goes to this machine alone, for tests. */
static bool transport_make(const struct claris_settings *settings, const char *url,
                           struct http_settings *transport_r, struct err *err)
{
    auto_url parts = { 0 };

    if (!url_read(url, &parts, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "[source] claris_url");
    }
    *transport_r = (struct http_settings){ .ca_file = settings->ca_file, .route = settings->route };
    transport_r->plain_allowed = strcmp(parts.scheme, "http") == 0;
    return !transport_r->plain_allowed || url_is_loopback(&parts)
           || err_set(err, ERR_USAGE, 0, "[source] claris_url must begin with https://");
}

bool claris_settings_good(const struct claris_settings *settings, struct err *err)
{
    auto_free char *url = NULL;
    struct http_settings transport;

    if (!*settings->client)
        return err_set(err, ERR_USAGE, 0, "[source] claris_client is empty");
    if (!*settings->token_file)
        return err_set(err, ERR_USAGE, 0, "[source] claris_token_file is empty");
    return url_make(settings, &url, err) && transport_make(settings, url, &transport, err);
}

struct call_try {
    struct http *http;
    const char *url, *action;
    struct span body;
    int64_t wait_us; /* that the service asks for */
};

static bool call_once(struct call_try *t, struct claris_reply *reply, struct err *err)
{
    auto_free char *target =
        mem_printf("X-Amz-Target: AWSCognitoIdentityProviderService.%s", t->action);
    const char *headers[] = { target, "Content-Type: application/x-amz-json-1.1", NULL };
    struct http_request request = { .method = "POST",
                                    .url = t->url,
                                    .headers = headers,
                                    .body = t->body,
                                    .sends_body = true,
                                    .repeatable = strcmp(t->action, CLARIS_INITIATE) == 0,
                                    .idle_us = CALL_IDLE_US,
                                    .total_us = CALL_TOTAL_US };
    auto_answer *answer = NULL;

    claris_reply_clear(reply);
    if (!http_open(t->http, &request, &answer, err) || !http_read_all(answer, &reply->text, err))
        return err_ctx(err, "Claris's sign-in");
    t->wait_us = http_retry_after_us(answer);
    reply->server_us = claris_date(http_header(answer, "Date"));
    if (http_status(answer) != 200)
        return claris_refused(http_status(answer), str_span(&reply->text), err);
    return claris_reply_read(reply, err);
}

static bool passes_by_itself(const struct err *err)
{
    if (err->kind == ERR_NET)
        return err->code != HTTP_NO_TRUST;
    return err->kind == ERR_REMOTE && (err->code == 429 || err->code >= 500);
}

static bool call_patiently(struct call_try *t, const struct cancel *cancel,
                           struct claris_reply *reply, struct err *err)
{
    int64_t wait_us = CALL_WAIT_US;

    for (int tries = CALL_TRIES; !call_once(t, reply, err); wait_us *= 2) {
        if (strcmp(t->action, CLARIS_INITIATE) != 0 || !passes_by_itself(err) || --tries <= 0)
            return false;
        if (t->wait_us > wait_us)
            wait_us = t->wait_us < CALL_WAIT_MOST_US ? t->wait_us : CALL_WAIT_MOST_US;
        log_debug("%s, trying again in %jd ms", err->msg, (intmax_t)(wait_us / TIME_MS));
        if (!cancel_sleep(cancel, wait_us, err))
            return false;
    }
    return true;
}

bool claris_call(const struct claris_settings *settings, const struct cancel *cancel,
                 const char *action, struct span body, struct claris_reply *reply, struct err *err)
{
    auto_free char *url = NULL;
    struct http_settings transport;
    struct call_try t = { .action = action, .body = body };
    bool good;

    if (!url_make(settings, &url, err) || !transport_make(settings, url, &transport, err))
        return false;
    t.url = url;
    t.http = http_new(&transport, cancel);
    good = call_patiently(&t, cancel, reply, err);
    http_free(t.http);
    return good;
}
