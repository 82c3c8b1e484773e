/* Command, webhook, mail. The text is in no argument: it goes by standard input, or in a body. */
#include "cmd/notify_ways.h"

#include "base/child.h"
#include "base/foreign.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"
#include "json/writer.h"

enum { BODY_MAX = 16 * 1024, ANSWER_MAX = 64 * 1024 };

#define LIMIT_US (15 * TIME_SECOND)

/* --- what is sent --------------------------------------------------------------------------- */

/* "fmferry, Clinic/API_Docs: the run ended; ..." */
static void line_add(struct str *to, const char *source, const struct notice *notice)
{
    str_add_text(to, "fmferry, ");
    foreign_add(to, span_of(source));
    str_printf(to, ": %s", notice->text);
}

static void json_shape(struct json_writer *w, const char *source, const struct notice *notice,
                       const char *line)
{
    json_open_object(w);
    json_member_text(w, "event", notice_word(notice->kind));
    json_member_text(w, "source", source);
    json_member_text(w, "text", line);
    json_member_i64(w, "to_do", notice->to_do);
    json_member_i64(w, "done", notice->done);
    json_member_i64(w, "failed", notice->failed);
    json_close_object(w);
}

/* A card, as the workflows of Teams want it. */
static void teams_shape(struct json_writer *w, const char *line)
{
    json_open_object(w);
    json_member_text(w, "type", "message");
    json_name(w, "attachments");
    json_open_array(w);
    json_open_object(w);
    json_member_text(w, "contentType", "application/vnd.microsoft.card.adaptive");
    json_name(w, "content");
    json_open_object(w);
    json_member_text(w, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    json_member_text(w, "type", "AdaptiveCard");
    json_member_text(w, "version", "1.4");
    json_name(w, "body");
    json_open_array(w);
    json_open_object(w);
    json_member_text(w, "type", "TextBlock");
    json_member_text(w, "text", line);
    json_member_flag(w, "wrap", true);
    json_close_object(w);
    json_close_array(w);
    json_close_object(w);
    json_close_object(w);
    json_close_array(w);
    json_close_object(w);
}

/* What a webhook of this shape is sent. */
static void body_write(enum notify_shape shape, const char *source, const struct notice *notice,
                       struct str *to)
{
    struct json_writer w = JSON_WRITER_SHOWN(to);
    auto_str line = STR_MAX(KIB(2));

    line_add(&line, source, notice);
    switch (shape) {
    case NOTIFY_JSON:
        json_shape(&w, source, notice, str_text(&line));
        return;
    case NOTIFY_SLACK:
        json_open_object(&w);
        json_member_text(&w, "text", str_text(&line));
        json_close_object(&w);
        return;
    case NOTIFY_TEAMS:
        teams_shape(&w, str_text(&line));
        return;
    case NOTIFY_NTFY:
        str_add_span(to, str_span(&line));
        return;
    }
}

/* --- ways ----------------------------------------------------------------------------------- */

static bool command_send(const struct notify_settings *s, const struct notice *notice,
                         struct err *err)
{
    auto_str line = STR_MAX(KIB(2));

    line_add(&line, s->source_name, notice);
    str_add_char(&line, '\n');
    return child_feed(s->command, "[notify] command", str_span(&line), LIMIT_US, err);
}

static bool mail_send(const struct notify_settings *s, const struct notice *notice, struct err *err)
{
    auto_free char *command = mem_printf("%s -t -oi", s->sendmail);
    auto_str mail = STR_MAX(KIB(4));

    str_printf(&mail,
               "To: %s\nSubject: fmferry: %s\nMIME-Version: 1.0\n"
               "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
               "Auto-Submitted: auto-generated\n\n",
               s->mail, notice_word(notice->kind));
    line_add(&mail, s->source_name, notice);
    str_add_text(&mail, ".\n");
    return child_feed(command, "[notify] sendmail", str_span(&mail), LIMIT_US, err);
}

/* The words of http/ quote the address, which is a secret: only what follows from it is said. */
static bool webhook_failed(const struct err *why, struct err *err)
{
    bool is_trust = why->kind == ERR_NET && why->code == HTTP_NO_TRUST;

    return err_set(err, ERR_NET, why->code, "the webhook: %s",
                   is_trust ? "its certificate is not trusted"
                   : why->kind == ERR_USAGE || why->kind == ERR_DATA
                       ? "its address cannot be used as it is"
                   : why->code == HTTP_TIMED_OUT || why->code == HTTP_STALLED
                       ? "it did not answer in time"
                       : "there is no connection to it");
}

static bool answer_take(struct http *http, const struct http_request *request, struct err *err)
{
    auto_answer *answer = NULL;
    struct err why = { 0 };

    if (!http_open(http, request, &answer, &why))
        return webhook_failed(&why, err);
    return (http_status(answer) >= 200 && http_status(answer) < 300)
           || err_set(err, ERR_REMOTE, http_status(answer), "the webhook: HTTP %d",
                      http_status(answer));
}

static bool webhook_send(const struct notify_settings *s, const struct notice *notice,
                         struct err *err)
{
    static const char *const json[] = { "Content-Type: application/json", NULL };
    static const char *const text[] = { "Content-Type: text/plain; charset=utf-8", "Title: fmferry",
                                        NULL };
    struct http_settings settings = { .plain_allowed = true, .connect_us = LIMIT_US };
    struct cancel *cancel = cancel_new(); /* ours: the last notice goes out after a Ctrl-C, too */
    struct http *http = http_new(&settings, cancel);
    auto_free char *address = span_text(secret_reveal(s->address));
    auto_str body = STR_MAX(BODY_MAX);
    bool good;

    body_write((enum notify_shape)s->shape, s->source_name, notice, &body);
    good = answer_take(http,
                       &(struct http_request){ .method = "POST",
                                               .url = address,
                                               .headers = s->shape == NOTIFY_NTFY ? text : json,
                                               .body = str_span(&body),
                                               .sends_body = true,
                                               .idle_us = LIMIT_US,
                                               .total_us = LIMIT_US },
                       err);
    explicit_bzero(address, strlen(address));
    http_free(http);
    cancel_free(cancel);
    return good;
}

/* --- all ------------------------------------------------------------------------------------ */

bool notify_is_set(const struct notify_settings *s)
{
    return s->command || s->address || s->mail;
}

bool notify_send(const struct notify_settings *s, const struct notice *notice, struct err *err)
{
    const struct {
        bool is_set;
        bool (*send)(const struct notify_settings *s, const struct notice *notice, struct err *err);
    } ways[] = { { s->command, command_send },
                 { s->address, webhook_send },
                 { s->mail, mail_send } };
    bool good = true;

    for (size_t i = 0; i < lengthof(ways); i++) {
        struct err why = { 0 };

        if (!ways[i].is_set || ways[i].send(s, notice, &why))
            continue;
        if (!good)
            log_warn("%s", err->msg);
        *err = why;
        good = false;
    }
    return good;
}
