/* Making answers and errors. */
#include "sim/api/answer.h"

#include "sim/api/codes.h"
#include "sim/request/http.h"

#include "base/digest.h"

enum { ANSWER_MAX = 256 << 20, ANSWER_HEADERS_MAX = 8192 };

void answer_init(struct answer *answer)
{
    *answer = (struct answer){ .status = 200,
                               .headers = STR_MAX(ANSWER_HEADERS_MAX),
                               .body = STR_MAX(ANSWER_MAX) };
}

void answer_clear(struct answer *answer)
{
    str_clear(&answer->headers);
    str_clear(&answer->body);
    content_close(answer->stream);
    answer->stream = NULL;
}

static void answer_restart(struct answer *answer, enum answer_style style, int status, int code)
{
    answer->style = style;
    answer->status = status;
    answer->code = code;
    answer->media = NULL;
    answer->etag[0] = '\0';
    str_reset(&answer->body);
    content_close(answer->stream);
    answer->stream = NULL;
}

void answer_begin(struct answer *answer, struct json_writer *w)
{
    *w = (struct json_writer)JSON_WRITER(&answer->body);
    json_open_object(w);
    json_name(w, "response");
    json_open_object(w);
}

static void message_write(struct json_writer *w, int code, const char *text, bool text_first)
{
    char digits[16];

    (void)snprintf(digits, sizeof digits, "%d", code);
    json_name(w, "messages");
    json_open_array(w);
    json_open_object(w);
    if (text_first)
        json_member_text(w, "message", text);
    json_member_text(w, "code", digits);
    if (!text_first)
        json_member_text(w, "message", text);
    json_close_object(w);
    json_close_array(w);
}

void answer_end(struct answer *answer, struct json_writer *w)
{
    json_close_object(w);
    message_write(w, 0, code_text(0), false);
    json_close_object(w);
    answer_check_size(answer);
}

void answer_empty(struct answer *answer)
{
    struct json_writer w;

    answer_restart(answer, ANSWER_API, 200, 0);
    answer_begin(answer, &w);
    answer_end(answer, &w);
}

/* An error has its message before the response; a text of its own stands even before the code. */
static void error_write(struct answer *answer, int code, int status, const char *text, bool own)
{
    struct json_writer w = JSON_WRITER(&answer->body);

    answer_restart(answer, ANSWER_API, status, code);
    json_open_object(&w);
    message_write(&w, code, text, own);
    json_name(&w, "response");
    json_open_object(&w);
    json_close_object(&w);
    json_close_object(&w);
}

void answer_code(struct answer *answer, int code)
{
    error_write(answer, code, code_status(code), code_text(code), false);
}

void answer_code_text(struct answer *answer, int code, int status, const char *text)
{
    bool own = strcmp(text, code_text(code)) != 0 || code == CODE_NO_AUTHORIZATION;

    error_write(answer, code, status ? status : code_status(code), text, own);
}

void answer_web(struct answer *answer, int status)
{
    answer_restart(answer, ANSWER_WEB, status, 0);
    str_printf(&answer->body,
               "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n"
               "<title>%d %s</title>\n</head><body>\n<h1>%s</h1>\n"
               "<p>The server could not complete the request.</p>\n</body></html>\n",
               status, http_reason(status), http_reason(status));
}

void answer_redirect(struct answer *answer, const char *location)
{
    answer_restart(answer, ANSWER_STREAM, 302, 0);
    answer_header(answer, "Location", location);
}

/* The default weak tag of a Node server: length in hex, and 27 characters of a SHA-1. */
const char *answer_etag(struct answer *answer)
{
    auto_str text = STR_MAX(64);
    uint8_t digest[SHA1_SIZE];

    if (answer->etag[0])
        return answer->etag;
    sha1_of(str_span(&answer->body), digest);
    base64_add(&text, digest, sizeof digest);
    str_cut(&text, 27);
    (void)snprintf(answer->etag, sizeof answer->etag, "W/\"%zx-%s\"", answer->body.size,
                   str_text(&text));
    return answer->etag;
}

void answer_not_modified(struct answer *answer)
{
    (void)answer_etag(answer);
    answer->status = 304;
    answer->head_only = true;
    str_reset(&answer->body);
}

void answer_header(struct answer *answer, const char *name, const char *value)
{
    str_printf(&answer->headers, "%s: %s\r\n", name, value);
}

void answer_check_size(struct answer *answer)
{
    if (answer->body.cut)
        answer_code(answer, 7);
}
