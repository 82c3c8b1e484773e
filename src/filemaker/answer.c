/*
 * Reads answers. The Data API says what happened in `messages[0].code`; the HTTP status alone means
 * nothing (an empty find is a 500). An answer without such a message came from a server or proxy
 * before the engine, or was changed on the way. The words say what it is, so that it can be mended.
 */
#include "filemaker/session.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "base/utf8.h"
#include "json/shape.h"

enum { TITLE_MAX = 80, LOOK_AT = 4096 };

void filemaker_answer_clear(struct filemaker_answer *answer)
{
    json_free(take(answer->json));
    str_clear(&answer->text);
}

static bool remote_failed(int status, int reason, const char *words, struct err *err)
{
    (void)err_set(err, ERR_REMOTE, status, "%s", words);
    err->reason = reason;
    return false;
}

/* --- answers that are no message of the Data API -------------------------------------------- */

static bool is_redirect(int status)
{
    return status >= 300 && status < 400 && status != 304;
}

/* Says where a redirect leads, without the query, which may hold a secret. */
static void redirect_tell(const struct http_answer *from, struct str *words)
{
    struct span location = span_of(http_header(from, "Location"));
    struct span to = span_first(span_cut(&location, '?'), 160);

    str_printf(words, "the web server redirects (HTTP status %d)", http_status(from));
    if (to.size)
        str_printf(words, " to '" SPAN_FORMAT "'", SPAN_ARGS(to));
    str_add_text(words, ": [source] url must name the server that answers itself");
}

/* The beginning of a page's title. */
static struct span title_of(struct span page)
{
    struct span at = span_first(page, LOOK_AT);

    while (at.size && !span_is_nocase(span_first(at, 6), "<title"))
        at = span_from(at, 1);
    (void)span_cut(&at, '>');
    return span_first(span_trim(span_cut(&at, '<')), TITLE_MAX);
}

static bool is_html(struct span text)
{
    struct span start = span_trim(span_first(text, LOOK_AT));

    return span_is_nocase(span_first(start, 9), "<!doctype")
           || span_is_nocase(span_first(start, 5), "<html")
           || span_is_nocase(span_first(start, 5), "<head") || span_starts(start, "<?xml");
}

/* The likely cause of a status that the web server itself gives. */
static const char *cure_of_status(int status)
{
    switch (status) {
    case 404:
        return ": its Data API may be switched off (Admin Console, Connectors), or this is no "
               "FileMaker Server";
    case 502:
    case 503:
        return ": the Data API's engine is away, or switched off";
    case 408:
    case 504:
    case 524:
        return ": the server was not done in time";
    case 413:
        return ": the request, or its answer, is too large for it";
    case 429:
        return ": it has too much to do";
    case 526:
        return ": a proxy does not trust the server behind it";
    default:
        return status >= 520 && status <= 530 ? ": a proxy does not reach the server behind it"
                                              : "";
    }
}

static void page_tell(int status, struct span text, struct str *words)
{
    struct span title = title_of(text);

    str_printf(words, "the web server answered with HTTP status %d and a web page", status);
    if (title.size)
        str_printf(words, " ('" SPAN_FORMAT "')", SPAN_ARGS(title));
    str_printf(words, " instead of a message of the Data API%s", cure_of_status(status));
}

static bool is_utf16(struct span text)
{
    return span_starts(text, "\xFF\xFE") || span_starts(text, "\xFE\xFF")
           || (text.size > 3 && (text.at[0] == '\0' || text.at[1] == '\0'));
}

/* Names the form of bytes that are neither a page nor JSON. */
static const char *text_form_of(struct span text)
{
    if (span_starts(text, "\x1f\x8b"))
        return "compressed bytes that are not said to be compressed";
    if (is_utf16(text))
        return "text in UTF-16";
    return "no message of the Data API";
}

static void stranger_tell(const struct http_answer *from, struct span text, struct str *words)
{
    int status = http_status(from);
    struct span type = span_of(http_header(from, "Content-Type"));

    if (is_redirect(status)) {
        redirect_tell(from, words);
    } else if (is_html(text)) {
        page_tell(status, text, words);
    } else if (span_trim(text).size == 0) {
        str_printf(words, "the web server answered with HTTP status %d and nothing else%s", status,
                   cure_of_status(status));
    } else {
        str_printf(words, "the web server answered with HTTP status %d and %s", status,
                   text_form_of(text));
        if (type.size)
            str_printf(words, " (" SPAN_FORMAT ")", SPAN_ARGS(span_first(type, 60)));
        str_add_text(words, cure_of_status(status));
    }
}

static bool stranger_spoke(const struct http_answer *from, struct span text, struct err *err)
{
    auto_str words = STR_MAX(480);

    stranger_tell(from, text, &words);
    return remote_failed(http_status(from), 0, str_text(&words), err);
}

bool filemaker_answer_unread(const struct http_answer *from, struct err *err)
{
    if (err->kind == ERR_DATA && http_status(from) >= 400)
        return stranger_spoke(from, SPAN_NONE, err);
    return false;
}

/* --- broken JSON ---------------------------------------------------------------------------- */

/* JSON that was cut may be whole the next time; JSON that is wrong in the middle stays so. */
static bool json_is_bad(const struct http_answer *from, struct span text, const struct err *why,
                        struct err *err)
{
    char words[sizeof err->msg];

    if (http_status(from) >= 300 || !span_starts(span_trim(text), "{"))
        return stranger_spoke(from, text, err);
    (void)snprintf(words, sizeof words, "the answer cannot be read: %.400s", why->msg);
    switch ((enum json_cause)why->code) {
    case JSON_CUT:
        return remote_failed(http_status(from), 0, words, err);
    case JSON_TOO_MUCH:
        return err_set(err, ERR_DATA, HTTP_TOO_LONG, "%s", words);
    case JSON_BROKEN:
        break;
    }
    return err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER, "%s", words);
}

/* --- the text ------------------------------------------------------------------------------- */

static bool is_ascii(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((uint8_t)text.at[i] >= 0x80)
            return false;
    return true;
}

/* The charset that a Content-Type names, without quotes; SPAN_NONE if it names none. */
static struct span charset_of(const struct http_answer *from)
{
    struct span rest = span_of(http_header(from, "Content-Type"));

    (void)span_cut(&rest, ';');
    while (rest.at) {
        struct span value = span_trim(span_cut(&rest, ';'));
        struct span name = span_cut(&value, '=');

        if (!span_is_nocase(span_trim(name), "charset"))
            continue;
        value = span_trim(value);
        if (value.size > 1 && value.at[0] == '"')
            value = span_first(span_from(value, 1), value.size - 2);
        return value;
    }
    return SPAN_NONE;
}

/* Checks the charset: JSON is UTF-8 (RFC 8259, 8.1), and letters of another would be misread. */
static bool charset_is_ours(const struct http_answer *from, struct span text, struct err *err)
{
    struct span charset = charset_of(from);

    if (charset.size == 0 || span_is_nocase(charset, "utf-8") || span_is_nocase(charset, "utf8")
        || span_is_nocase(charset, "us-ascii") || is_ascii(text))
        return true;
    return err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER,
                   "the answer says that its text is in '" SPAN_FORMAT
                   "', and JSON is in UTF-8: what stands before the server changes it",
                   SPAN_ARGS(span_first(charset, 40)));
}

/* --- the message ---------------------------------------------------------------------------- */

struct envelope {
    const struct json_value *response, *messages;
};

/* Decides by the code alone: the text may be overridden, translated, or name people. */
static bool envelope_read(struct filemaker_answer *answer, const struct http_answer *from,
                          struct span text, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_MAYBE_INSIDE(struct envelope, response, "response"),
        JSON_LIST(struct envelope, messages, "messages"),
        JSON_SHAPE_END,
    };
    struct envelope envelope = { 0 };
    struct span code = SPAN_NONE;
    struct err ignored;
    int64_t number;
    char words[128];

    if (!json_fill(answer->json, json_root(answer->json), shape, &envelope, &ignored)
        || envelope.messages->count == 0)
        return stranger_spoke(from, text, err);
    if (json_get(json_first(envelope.messages), "code"))
        code = json_get(json_first(envelope.messages), "code")->text;
    if (!num_i64(code, INT32_MIN, INT32_MAX, &number, &ignored))
        return stranger_spoke(from, text, err);
    answer->response = envelope.response;
    if (number == FILEMAKER_OK)
        return true;
    (void)snprintf(words, sizeof words, "FileMaker error %d (%s)", (int)number,
                   filemaker_meaning((int)number));
    return remote_failed(http_status(from), (int)number, words, err);
}

bool filemaker_answer_read(struct filemaker_answer *answer, const struct http_answer *from,
                           struct err *err)
{
    struct span text = text_without_mark(str_span(&answer->text));
    struct err why;

    if (!json_read(text, &answer->json, &why))
        return json_is_bad(from, text, &why, err);
    return charset_is_ours(from, text, err) && envelope_read(answer, from, text, err);
}
