/* Logs in and out, and makes calls through the gate, again if they fail and may be repeated. */
#include "filemaker/session.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

/* How long and how often to wait for a place on a crowded server. */
#define CROWDED_US (15 * 60 * TIME_SECOND)
#define CROWDED_WAIT_US (500 * TIME_MS)
#define CROWDED_WAIT_MAX_US (60 * TIME_SECOND)

enum {
    ANSWER_MAX = 16 * 1024 * 1024, /* each byte may take six of memory */
    TRIES = 4,                     /* of a call that reads */
    FIRST_WAIT_US = 250 * TIME_MS,
    LOG_IN_GRACE_US = 5 * TIME_SECOND, /* after a stop: to learn which session to close */
    LOG_OUT_US = 5 * TIME_SECOND,
    CALL_IDLE_US = 120 * TIME_SECOND, /* a big find may think for long before its first byte */
    CALL_TOTAL_US = 600 * TIME_SECOND,
    WAIT_MAX_US = 300 * TIME_SECOND
};

/* --- making and freeing --------------------------------------------------------------------- */

bool filemaker_new(const struct filemaker_settings *settings, const struct cancel *cancel,
                   struct filemaker **filemaker_r, struct err *err)
{
    struct http_settings transport = { .ca_file = settings->ca_file, .route = settings->route };
    auto_filemaker *filemaker = mem_new(struct filemaker);
    auto_str origin = STR_MAX(KIB(2));

    filemaker->settings = *settings;
    if (filemaker->settings.first_wait_us == 0)
        filemaker->settings.first_wait_us = FIRST_WAIT_US;
    filemaker->cancel = cancel;
    if (!url_read(settings->url, &filemaker->base, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "the FileMaker server's url '%.128s'", settings->url);
    }
    if (strcmp(filemaker->base.path, "/") != 0 || filemaker->base.query)
        return err_set(err, ERR_USAGE, 0,
                       "the FileMaker server's url '%.128s' has a path; it ends with the host name "
                       "(https://fms.example.com)",
                       settings->url);
    transport.plain_allowed = strcmp(filemaker->base.scheme, "http") == 0;
    url_add_origin(&origin, &filemaker->base);
    filemaker->origin = str_take(&origin);
    filemaker->http = http_new(&transport, cancel);
    *filemaker_r = take(filemaker);
    return true;
}

void filemaker_free(struct filemaker *filemaker)
{
    if (!filemaker)
        return;
    filemaker_log_out(filemaker);
    http_free(filemaker->http);
    url_clear(&filemaker->base);
    free(filemaker->origin);
    free(filemaker);
}

void auto_filemaker_cleanup(struct filemaker **filemaker)
{
    filemaker_free(*filemaker);
}

struct span filemaker_proxy(const struct filemaker *filemaker)
{
    return http_proxy(filemaker->http);
}

const char *filemaker_front(const struct filemaker *filemaker)
{
    return filemaker_is_otto(filemaker) ? "/otto" : "";
}

void filemaker_path(struct str *to, const struct filemaker *filemaker, const char *const *parts)
{
    str_add_text(to, filemaker_front(filemaker));
    str_add_text(to, "/fmi/data/vLatest/databases/");
    url_add_encoded(to, span_of(filemaker->settings.database), "");
    for (; *parts; parts++) {
        str_add_char(to, '/');
        url_add_encoded(to, span_of(*parts), "");
    }
}

/* --- one exchange --------------------------------------------------------------------------- */

static bool is_trouble(const struct err *err)
{
    return err->kind == ERR_NET || err->kind == ERR_UNSURE
           || (err->kind == ERR_REMOTE && err->reason == 0 && err->code >= 500)
           || (err->kind == ERR_REMOTE && filemaker_advice(err) == FILEMAKER_CROWDED);
}

static bool answer_read(enum filemaker_form form, struct filemaker_answer *answer,
                        const struct http_answer *from, struct err *err)
{
    return form == FILEMAKER_FORM_API
               ? filemaker_answer_read(answer, from, err)
               : filemaker_odata_read(answer, from, form == FILEMAKER_FORM_ODATA, err);
}

static bool call_exchange(struct http *http, const char *url, const struct filemaker_call *call,
                          const char *authorization, int64_t total_us, char **token_r,
                          struct filemaker_answer *answer, struct err *err)
{
    const char *second = call->body.at ? "Content-Type: application/json" : call->accept;
    const char *headers[] = { authorization, second, NULL };
    struct http_request request = { .method = call->method,
                                    .url = url,
                                    .headers = authorization ? headers : headers + 1,
                                    .body = call->body,
                                    .sends_body = call->body.at != NULL,
                                    .repeatable = call->reads,
                                    .idle_us = CALL_IDLE_US,
                                    .total_us = total_us,
                                    .grace_us = token_r ? LOG_IN_GRACE_US : 0 };
    auto_answer *got = NULL;

    if (!http_open(http, &request, &got, err))
        return false;
    if (token_r)
        *token_r = mem_text(http_header(got, "X-FM-Data-Access-Token"));
    answer->retry_after_us = http_retry_after_us(got);
    return http_read_all(got, &answer->text, err) ? answer_read(call->form, answer, got, err)
                                                  : filemaker_answer_unread(got, err);
}

/* Makes an exchange through the gate. */
static bool call_through_gate(struct filemaker *filemaker, const char *url,
                              const struct filemaker_call *call, const char *authorization,
                              char **token_r, struct filemaker_answer *answer, struct err *err)
{
    struct gate *gate = filemaker->settings.gate;
    int64_t entered_us;
    bool good;

    if (!gate_enter(gate, filemaker->cancel, err))
        return false;
    entered_us = time_mono_us();
    good = call_exchange(filemaker->http, url, call, authorization, CALL_TOTAL_US, token_r, answer,
                         err);
    gate_leave(gate, !good && is_trouble(err) ? GATE_TROUBLE : GATE_GOOD,
               time_mono_us() - entered_us);
    return good;
}

/*
 * Whether a write may have happened. If the web server says 5xx, the engine behind it may have done
 * its work before it died. The same holds if the answer is not valid, or says that the web server
 * has waited long enough.
 */
static bool write_is_unsure(const struct filemaker_call *call, const struct err *err)
{
    bool no_answer = err->kind == ERR_REMOTE && err->reason == 0
                     && (err->code >= 500 || err->code < 400 || err->code == 408);

    return !call->reads && (no_answer || err->kind == ERR_DATA);
}

/* OttoFMS answers itself, before it asks the server: no message of the Data API. */
static bool key_is_refused(const struct filemaker *filemaker, const struct err *err)
{
    return filemaker_is_otto(filemaker) && err->kind == ERR_REMOTE && err->reason == 0
           && (err->code == HTTP_UNAUTHORIZED || err->code == HTTP_FORBIDDEN
               || err->code == HTTP_NOT_FOUND);
}

static bool key_refuse(const struct filemaker *filemaker, struct err *err)
{
    if (err->code == HTTP_NOT_FOUND)
        return err_set(
            err, ERR_REMOTE, err->code,
            "there is no OttoFMS at %s/otto: is it installed and running there ([source] "
            "url, login)?",
            filemaker->origin);
    return err_set(err, ERR_REMOTE, err->code,
                   "OttoFMS refuses the key: it is wrong, switched off, or not for the file "
                   "'%.64s' (OttoFMS, Settings, API Keys)",
                   filemaker->settings.database);
}

/* What goes before a call: a session, which is opened if there is none, or what needs no session. */
static bool authorization_find(struct filemaker *filemaker, const struct filemaker_call *call,
                               struct secret **own_r, const char **line_r, struct err *err)
{
    switch (call->auth) {
    case FILEMAKER_AUTH_NONE:
        return true;
    case FILEMAKER_AUTH_SESSION:
        if (!filemaker_log_in(filemaker, err))
            return false;
        *line_r = secret_reveal(filemaker->bearer).at;
        return true;
    case FILEMAKER_AUTH_OWN:
        if (!filemaker_own_header(filemaker, filemaker->identity_is_old, own_r, err))
            return false;
        filemaker->identity_is_old = false;
        *line_r = secret_reveal(*own_r).at;
        return true;
    }
    abort();
}

static bool call_once(struct filemaker *filemaker, const struct filemaker_call *call,
                      struct filemaker_answer *answer, struct err *err)
{
    auto_free char *url = mem_printf("%s%s", filemaker->origin, call->path);
    auto_secret *own = NULL;
    const char *authorization = NULL;

    *answer = (struct filemaker_answer){ .text = STR_MAX(call->most ? call->most : ANSWER_MAX) };
    if (!authorization_find(filemaker, call, &own, &authorization, err))
        return false;
    if (call_through_gate(filemaker, url, call, authorization, NULL, answer, err))
        return true;
    filemaker_answer_clear(answer);
    if (write_is_unsure(call, err))
        err->kind = ERR_UNSURE;
    if (key_is_refused(filemaker, err))
        return key_refuse(filemaker, err);
    if (call->form != FILEMAKER_FORM_API)
        filemaker_odata_mean(err);
    return false;
}

/* Drops the session and gives its place back; the server is not told. OttoFMS keeps the sessions itself. */
static void session_forget(struct filemaker *filemaker)
{
    secret_free(take(filemaker->bearer));
    if (!filemaker_is_otto(filemaker))
        gate_session_return(filemaker->settings.gate, false);
}

/* Or the answer was malformed: longer than was announced, say. */
static bool passes_by_itself(const struct err *err)
{
    return (err->kind == ERR_DATA && err->code == HTTP_MALFORMED)
           || filemaker_advice(err) == FILEMAKER_REPEAT;
}

/* Whether to give up: the answer would hardly be quicker or shorter, and each try takes minutes. */
static bool costs_long(const struct filemaker_call *call, const struct err *err)
{
    if (!filemaker_is_too_much(err) || err->reason)
        return false;
    return err->kind == ERR_REMOTE ? call->is_page && err->code >= 400
                                   : err->kind != ERR_NET || err->code != HTTP_SHORT;
}

/*
 * Whether another login may help. FileMaker Cloud says 212 where a server says 952: the id token behind the session, or
 * the one that was sent, has ended.
 */
static bool login_renew(struct filemaker *filemaker, const struct filemaker_call *call,
                        const struct err *err)
{
    bool refused = filemaker_identity_refused(filemaker, err);

    if (call->auth == FILEMAKER_AUTH_OWN)
        return filemaker->identity_is_old = refused;
    if (!filemaker->bearer || (!refused && filemaker_advice(err) != FILEMAKER_LOG_IN))
        return false;
    session_forget(filemaker);
    return true;
}

bool filemaker_call(struct filemaker *filemaker, const struct filemaker_call *call,
                    struct filemaker_answer *answer_r, struct err *err)
{
    struct filemaker_answer answer;
    int64_t wait_us = filemaker->settings.first_wait_us;
    bool logged_in_again = false;
    int tries = call->reads ? TRIES : 1;

    while (!call_once(filemaker, call, &answer, err)) {
        if (!logged_in_again && login_renew(filemaker, call, err)) {
            logged_in_again = true;
            continue;
        }
        if (logged_in_again && call->auth == FILEMAKER_AUTH_OWN
            && filemaker_identity_refused(filemaker, err))
            return filemaker_identity_refuse(filemaker, err);
        if (!passes_by_itself(err) || costs_long(call, err) || --tries <= 0)
            return false;
        if (answer.retry_after_us > wait_us) /* the server knows better */
            wait_us = answer.retry_after_us;
        log_debug("%s, trying again in %jd ms", err->msg, (intmax_t)(wait_us / TIME_MS));
        if (!cancel_sleep(filemaker->cancel, wait_us, err))
            return false;
        wait_us = wait_us * 2 < WAIT_MAX_US ? wait_us * 2 : WAIT_MAX_US;
    }
    *answer_r = answer;
    return true;
}

/* --- logging in and out --------------------------------------------------------------------- */

/* A token goes into a header and a path: nothing in it may end either. */
static bool is_sendable(struct span token)
{
    for (size_t i = 0; i < token.size; i++)
        if ((unsigned char)token.at[i] <= ' ' || (unsigned char)token.at[i] >= 0x7F)
            return false;
    return true;
}

/* Keeps the token from the header; older servers have it in the body, too, Claris ID only there. */
static bool token_keep(struct filemaker *filemaker, const char *from_header,
                       const struct filemaker_answer *answer, struct err *err)
{
    const struct json_value *in_body = from_header ? NULL : json_get(answer->response, "token");
    struct span token = from_header ? span_of(from_header) : in_body ? in_body->text : SPAN_NONE;
    auto_str header = STR_MAX(KIB(8));

    if (token.size == 0)
        return err_set(err, ERR_DATA, 0, "the server logged us in but gave no token");
    if (!is_sendable(token))
        return err_set(err, ERR_DATA, 0,
                       "the server gave a session token with blanks or control characters in it, "
                       "which cannot be sent back");
    str_printf(&header, "Authorization: Bearer " SPAN_FORMAT, SPAN_ARGS(token));
    if (!str_fits(&header, "the session token", err))
        return false;
    filemaker->bearer = secret_new((struct span){ header.at, header.size + 1 });
    filemaker->logins++;
    explicit_bzero(header.at, header.size);
    return true;
}

/* Logs in. A token that came is a session to close, whatever became of the answer's rest. */
static bool log_in_once(struct filemaker *filemaker, const struct secret *header,
                        int64_t *retry_after_us_r, struct err *err)
{
    auto_str path = STR_MAX(KIB(4));
    auto_filemaker_answer answer = { .text = STR_MAX(KIB(64)) };
    auto_free char *token = NULL;
    auto_free char *url = NULL;
    struct filemaker_call call = { .method = "POST", .body = { "{}", 2 }, .reads = true };
    bool good;

    filemaker_path(&path, filemaker, (const char *const[]){ "sessions", NULL });
    url = mem_printf("%s%s", filemaker->origin, str_text(&path));
    good = call_through_gate(filemaker, url, &call, secret_reveal(header).at, &token, &answer, err)
           || (token && (err->kind != ERR_REMOTE || err->reason == 0));
    *retry_after_us_r = answer.retry_after_us;
    return good && token_keep(filemaker, token, &answer, err);
}

/*
 * Logs in, again if need be. Some servers refuse the very first login with 212 and take the same
 * one a moment later; a file that is just being opened says 802. An answer lost on the way costs no
 * more than a session's place for a while.
 */
static bool log_in_by(struct filemaker *filemaker, const struct secret *header, struct err *err)
{
    int64_t wait_us = filemaker->settings.first_wait_us, asked_us = 0;

    for (int tries = TRIES; !log_in_once(filemaker, header, &asked_us, err); wait_us *= 2) {
        bool bad_login = err->kind == ERR_REMOTE && err->reason == FILEMAKER_BAD_LOGIN;

        if (bad_login && tries > 2)
            tries = 2;
        if (filemaker_identity_refused(filemaker, err))
            return false;
        if ((!bad_login && !passes_by_itself(err)) || --tries <= 0)
            return err_ctx(err, "logging in to '%s'", filemaker->settings.database);
        if (!cancel_sleep(filemaker->cancel, asked_us > wait_us ? asked_us : wait_us, err))
            return false;
    }
    return true;
}

/* An id token may end, or be revoked, before its time: another one is tried, once. */
static bool log_in_patiently(struct filemaker *filemaker, struct err *err)
{
    auto_secret *header = NULL, *newer = NULL;

    if (!filemaker_own_header(filemaker, false, &header, err))
        return false;
    if (log_in_by(filemaker, header, err))
        return true;
    if (!filemaker_identity_refused(filemaker, err))
        return false;
    if (!filemaker_own_header(filemaker, true, &newer, err))
        return false;
    return log_in_by(filemaker, newer, err)
           || (filemaker_identity_refused(filemaker, err)
               && filemaker_identity_refuse(filemaker, err));
}

/*
 * Waits if the server has no place for another session (812). It may have one when a session of
 * ours ends, or an idle one of others, which takes a quarter of an hour at most.
 */
bool filemaker_log_in(struct filemaker *filemaker, struct err *err)
{
    struct gate *gate = filemaker->settings.gate;
    int64_t begun_us = time_mono_us(), wait_us = CROWDED_WAIT_US;

    if (filemaker_is_otto(filemaker)) /* the key is good for every call: nothing to open or close */
        return filemaker->bearer || filemaker_own_header(filemaker, false, &filemaker->bearer, err);
    while (!filemaker->bearer) {
        bool crowded;

        if (!gate_session_take(gate, filemaker->cancel, err))
            return false;
        if (log_in_patiently(filemaker, err))
            return true;
        crowded = err->kind == ERR_REMOTE && filemaker_advice(err) == FILEMAKER_CROWDED;
        gate_session_return(gate, crowded);
        if (!crowded || filemaker->settings.fails_when_full
            || time_mono_us() - begun_us > CROWDED_US
            || !cancel_sleep(filemaker->cancel, wait_us, err))
            return false;
        wait_us = wait_us * 2 < CROWDED_WAIT_MAX_US ? wait_us * 2 : CROWDED_WAIT_MAX_US;
    }
    return true;
}

uint64_t filemaker_logins(const struct filemaker *filemaker)
{
    return filemaker->logins;
}

void filemaker_log_out(struct filemaker *filemaker)
{
    static const size_t prefix = sizeof "Authorization: Bearer " - 1;
    struct filemaker_call call = { .method = "DELETE" };
    auto_filemaker_answer answer = { .text = STR_MAX(KIB(64)) };
    auto_str url = STR_MAX(KIB(8));
    struct err err = { 0 };
    struct cancel *never;

    if (!filemaker->bearer)
        return;
    if (filemaker_is_otto(filemaker)) {
        session_forget(filemaker);
        return;
    }
    never = cancel_new();
    http_set_cancel(filemaker->http, never);
    str_add_text(&url, filemaker->origin);
    filemaker_path(
        &url, filemaker,
        (const char *const[]){ "sessions", secret_reveal(filemaker->bearer).at + prefix, NULL });
    if (!call_exchange(filemaker->http, str_text(&url), &call, NULL, LOG_OUT_US, NULL, &answer,
                       &err))
        log_debug("logging out: %s; the server ends the session by itself when it was idle long "
                  "enough",
                  err.msg);
    if (url.at)
        explicit_bzero(url.at, url.size);
    session_forget(filemaker);
    http_set_cancel(filemaker->http, filemaker->cancel);
    cancel_free(never);
}
