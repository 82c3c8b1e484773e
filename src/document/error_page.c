/* Recognises error pages by their beginning, their name and their words. */
#include "document/error_page.h"

#include "base/text.h"
#include "json/json.h"

enum {
    ERROR_PAGE_MAX = 1024 * 1024, /* nobody's error page is longer */
    WORDS_WITHIN = 4096,          /* where a page says what it is  */
};

static bool ext_is_one_of(struct span ext, const char *const *words)
{
    for (; *words; words++)
        if (span_is_nocase(ext, *words))
            return true;
    return false;
}

/* Whether an extension belongs to files that never begin like a text. */
static bool is_binary_name(struct span ext)
{
    static const char *const names[] = { "pdf", "jpg",  "jpeg", "png",  "gif",  "tif",  "tiff",
                                         "bmp", "heic", "heif", "webp", "docx", "xlsx", "pptx",
                                         "odt", "ods",  "odp",  "zip",  "gz",   "7z",   "rar",
                                         "mp3", "mp4",  "m4a",  "mov",  "avi",  "wav",  "dcm",
                                         "msg", "psd",  NULL };

    return ext_is_one_of(ext, names);
}

static bool is_html(struct span bytes)
{
    struct span start = span_trim(text_without_mark(span_trim(span_first(bytes, 512))));

    if (span_starts(start, "<?xml")) /* Apache's own pages begin as XHTML */
        start = span_trim(span_from(start, span_find(start, "?>") + strlen("?>")));
    return span_is_nocase(span_first(start, 9), "<!doctype")
           || span_is_nocase(span_first(start, 5), "<html")
           || span_is_nocase(span_first(start, 5), "<head");
}

/* --- what a page says ----------------------------------------------------------------------- */

/* The text of the first element of this name; SPAN_NONE if there is none. */
static struct span element_text(struct span bytes, const char *opening)
{
    struct span rest = span_first(bytes, WORDS_WITHIN);
    size_t length = strlen(opening);

    for (; rest.size > length; rest = span_from(rest, 1)) {
        if (*rest.at != '<' || !span_is_nocase(span_first(rest, length), opening))
            continue;
        (void)span_cut(&rest, '>');
        return span_trim(span_cut(&rest, '<'));
    }
    return SPAN_NONE;
}

static bool has_words(struct span text, const char *words)
{
    size_t length = strlen(words);

    for (; text.size >= length; text = span_from(text, 1))
        if (span_is_nocase(span_first(text, length), words))
            return true;
    return false;
}

/* "404 Not Found", "Error 502": an HTTP status that says what went wrong. */
static bool begins_with_status(struct span text)
{
    static const char *const before[] = { "http status", "http error", "error", "http", NULL };

    for (const char *const *word = before; *word; word++)
        if (span_is_nocase(span_first(text, strlen(*word)), *word))
            text = span_trim(span_from(text, strlen(*word)));
    return text.size >= 3 && (text.at[0] == '4' || text.at[0] == '5') && text.at[1] >= '0'
           && text.at[1] <= '9' && text.at[2] >= '0' && text.at[2] <= '9'
           && (text.size == 3 || text.at[3] < '0' || text.at[3] > '9');
}

static bool is_error_text(struct span text)
{
    static const char *const words[] = { "not found",
                                         "bad gateway",
                                         "bad request",
                                         "gateway time",
                                         "service unavailable",
                                         "temporarily unavailable",
                                         "internal server error",
                                         "access denied",
                                         "access forbidden",
                                         "403 forbidden",
                                         "unauthorized",
                                         "request rejected",
                                         "proxy error",
                                         "attention required!",
                                         "just a moment",
                                         "filemaker server",
                                         "filemaker web",
                                         "server error",
                                         NULL };

    for (const char *const *one = words; *one; one++)
        if (has_words(text, *one))
            return true;
    return begins_with_status(text);
}

static bool html_says_error(struct span bytes)
{
    return is_error_text(element_text(bytes, "<title"))
           || is_error_text(element_text(bytes, "<h1"));
}

static bool is_digits(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.size > 0;
}

/*
 * The Data API's own form: {"messages":[{"code":"952","message":"..."}],"response":{}}
 * (FileMaker Data API guide, "Error responses"). A code of "0" is a good answer: also no file.
 */
static bool is_api_message(const struct json_value *root)
{
    const struct json_value *messages = json_get(root, "messages");
    size_t count = 0;

    if (!messages || messages->kind != JSON_ARRAY)
        return false;
    json_each (one, messages) {
        const struct json_value *code = json_get(one, "code");
        const struct json_value *text = json_get(one, "message");

        if (!code || code->kind != JSON_TEXT || !is_digits(code->text) || !text
            || text->kind != JSON_TEXT)
            return false;
        count++;
    }
    return count > 0;
}

/* --- judging -------------------------------------------------------------------------------- */

static enum error_page_sign html_judge(struct span bytes, struct span ext)
{
    static const char *const html[] = { "html", "htm", "xhtml", "mht", "mhtml", NULL };
    bool is_error = html_says_error(bytes);

    if (ext_is_one_of(ext, html))
        return is_error ? ERROR_PAGE_LIKELY : ERROR_PAGE_NONE;
    return is_error || is_binary_name(ext) ? ERROR_PAGE_SURE : ERROR_PAGE_LIKELY;
}

static enum error_page_sign json_judge(struct span bytes, struct span ext)
{
    static const char *const data[] = { "json", "txt", NULL };
    auto_json *json = NULL;
    struct err ignored;
    bool is_message;

    if (!json_read(bytes, &json, &ignored) || !json_get(json_root(json), "messages"))
        return ERROR_PAGE_NONE;
    is_message = is_api_message(json_root(json));
    if (ext_is_one_of(ext, data))
        return is_message ? ERROR_PAGE_LIKELY : ERROR_PAGE_NONE;
    return is_message || is_binary_name(ext) ? ERROR_PAGE_SURE : ERROR_PAGE_LIKELY;
}

enum error_page_sign error_page_judge(struct span bytes, struct span ext)
{
    if (bytes.size > ERROR_PAGE_MAX)
        return ERROR_PAGE_NONE;
    if (is_html(bytes))
        return html_judge(bytes, ext);
    if (span_starts(span_trim(span_first(bytes, 64)), "{"))
        return json_judge(bytes, ext);
    return ERROR_PAGE_NONE;
}
