/* Takes a request apart. Decoded texts stand one after another in `texts`, each ended by a zero. */
#include "console/server/request.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>

struct pair {
    const char *name, *value;
};

struct pairs {
    struct pair at[REQUEST_FIELDS];
    size_t count;
};

struct request {
    struct request_raw raw;
    enum request_method method;
    struct span path;
    struct pairs query, form, cookies, params;
    struct err files_fault;
    char *texts;
    size_t used, room;
};

static enum request_method method_of(const char *name)
{
    static const char *const names[] = { "GET", "HEAD", "POST", "PATCH", "DELETE" };

    for (size_t i = 0; i < lengthof(names); i++)
        if (strcmp(name, names[i]) == 0)
            return (enum request_method)i;
    return REQUEST_OTHER;
}

/* One byte of encoded text; -1: the encoding is not whole. `*at` moves behind it. */
static int byte_decode(struct span text, size_t *at, bool plus_is_blank)
{
    char c = text.at[(*at)++];
    int high, low;

    if (c == '+' && plus_is_blank)
        return ' ';
    if (c != '%')
        return (unsigned char)c;
    if (*at + 2 > text.size)
        return -1;
    high = hex_digit(text.at[*at]);
    low = hex_digit(text.at[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Line ends and tabs may stand in what people type into a box. */
static bool is_control(int byte)
{
    return (byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7f;
}

/* The texts are never longer than what came, with a zero behind each, so there is always room. */
static const char *text_decode(struct request *request, struct span text, bool plus_is_blank)
{
    char *start = request->texts + request->used;
    size_t size = 0;

    assert(request->used + text.size + 1 <= request->room);
    for (size_t at = 0; at < text.size;) {
        int byte = byte_decode(text, &at, plus_is_blank);

        if (byte < 0 || is_control(byte))
            return NULL;
        start[size++] = (char)byte;
    }
    start[size] = '\0';
    request->used += size + 1;
    return utf8_is_valid((struct span){ start, size }) ? start : NULL;
}

static const char *pair_find(const struct pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->at[i].name, name) == 0)
            return pairs->at[i].value;
    return NULL;
}

static bool pair_add(struct pairs *pairs, const char *name, const char *value, const char *what,
                     struct err *err)
{
    if (!name || !value)
        return err_set(err, ERR_DATA, 0,
                       "%s are not well encoded: UTF-8 without control characters, and two "
                       "hexadecimal digits after each %%",
                       what);
    if (pair_find(pairs, name))
        return err_set(err, ERR_DATA, 0, "%s have '%.40s' twice", what, name);
    if (pairs->count == REQUEST_FIELDS)
        return err_set(err, ERR_DATA, 0, "%s are more than %d", what, REQUEST_FIELDS);
    pairs->at[pairs->count++] = (struct pair){ name, value };
    return true;
}

static bool urlencoded_read(struct request *request, struct span text, struct pairs *to,
                            const char *what, struct err *err)
{
    while (text.size) {
        struct span value = span_cut(&text, '&');
        struct span name = span_cut(&value, '=');

        if (name.size == 0 && value.size == 0)
            continue;
        if (!pair_add(to, text_decode(request, name, true), text_decode(request, value, true), what,
                      err))
            return false;
    }
    return true;
}

/*
 * RFC 6265, 4.2.1, is strict about blanks and quotes; our own cookie has neither. Cookies of others
 * on the same host may come twice or hold anything: they are passed over.
 */
static void cookies_read(struct request *request, struct span text)
{
    struct err ignored;

    while (text.size) {
        struct span value = span_trim(span_cut(&text, ';'));
        struct span name = span_cut(&value, '=');

        if (value.at && request->cookies.count < REQUEST_FIELDS)
            (void)pair_add(&request->cookies, text_decode(request, name, false),
                           text_decode(request, value, false), "the cookies", &ignored);
    }
}

static bool is_form(const struct request *request)
{
    struct span type = request_header(request, "Content-Type");

    return span_is_nocase(span_trim(span_cut(&type, ';')), "application/x-www-form-urlencoded");
}

/* What is wrong with the form is told to whoever may send it: see request_files_fault(). */
static bool files_read(struct request *request, struct err *err)
{
    const struct spool *files = request->raw.files;

    (void)!spool_end(request->raw.files, &request->files_fault);
    for (size_t i = 0; i < spool_field_count(files); i++)
        if (!pair_add(&request->form, spool_field(files, i)->name,
                      str_text(&spool_field(files, i)->value), "the fields of the form", err))
            return false;
    return true;
}

static bool take_apart(struct request *request, struct err *err)
{
    struct span query = request->raw.target;
    struct span cookie = request_header(request, "Cookie");

    request->path = span_cut(&query, '?');
    request->method = method_of(request->raw.method);
    if (!span_starts(request->path, "/"))
        return err_set(err, ERR_DATA, 0, "the address does not begin with /");
    if (!urlencoded_read(request, query, &request->query, "the parameters of the address", err)
        || (is_form(request)
            && !urlencoded_read(request, request->raw.body, &request->form,
                                "the fields of the form", err))
        || (request->raw.files && !files_read(request, err)))
        return false;
    cookies_read(request, cookie);
    return true;
}

bool request_read(const struct request_raw *raw, struct request **request_r, struct err *err)
{
    struct request *request;

    if (raw->target.size > REQUEST_TARGET_MAX || raw->body_is_cut)
        return err_set(err, ERR_DATA, REQUEST_TOO_LARGE,
                       "the address may have %d bytes, and what is sent with it %d",
                       REQUEST_TARGET_MAX, REQUEST_BODY_MAX);
    request = mem_new(struct request);
    request->raw = *raw;
    /* The path is decoded part by part, all else once; each text takes one byte more at most. */
    request->room = 2 * raw->target.size + raw->body.size + request_header(request, "Cookie").size
                    + 8 * REQUEST_FIELDS + 256;
    request->texts = mem_zero(request->room);
    if (!take_apart(request, err)) {
        request_free(request);
        return false;
    }
    *request_r = request;
    return true;
}

void request_free(struct request *request)
{
    if (!request)
        return;
    /* Passwords stand among the texts. */
    explicit_bzero(request->texts, request->room);
    free(request->texts);
    free(request);
}

enum request_method request_method_of(const struct request *request)
{
    return request->method;
}

const char *request_address(const struct request *request)
{
    return request->raw.address;
}

struct span request_path(const struct request *request)
{
    return request->path;
}

struct span request_target(const struct request *request)
{
    return request->raw.target;
}

const char *request_query(const struct request *request, const char *name)
{
    return pair_find(&request->query, name);
}

static bool is_listed(struct span names, const char *name)
{
    while (names.size)
        if (span_is(span_cut(&names, ' '), name))
            return true;
    return false;
}

const char *request_query_stranger(const struct request *request, const char *names)
{
    for (size_t i = 0; i < request->query.count; i++)
        if (!is_listed(span_of(names), request->query.at[i].name))
            return request->query.at[i].name;
    return NULL;
}

const char *request_form(const struct request *request, const char *name)
{
    return pair_find(&request->form, name);
}

const char *request_form_text(const struct request *request, const char *name)
{
    const char *text = request_form(request, name);

    return text ? text : "";
}

size_t request_form_list(const struct request *request, const char *prefix,
                         const char *values_r[REQUEST_FIELDS])
{
    size_t count = 0, length = strlen(prefix);

    for (size_t i = 0; i < request->form.count; i++)
        if (strncmp(request->form.at[i].name, prefix, length) == 0
            && request->form.at[i].name[length] == '.')
            values_r[count++] = request->form.at[i].value;
    return count;
}

const char *request_cookie(const struct request *request, const char *name)
{
    return pair_find(&request->cookies, name);
}

struct span request_header(const struct request *request, const char *name)
{
    return request->raw.header(request->raw.arg, name);
}

struct span request_body(const struct request *request)
{
    return request->raw.body;
}

const struct spool *request_files(const struct request *request)
{
    return request->raw.files;
}

const struct err *request_files_fault(const struct request *request)
{
    return &request->files_fault;
}

bool request_is_json(const struct request *request)
{
    struct span type = request_header(request, "Content-Type");

    return span_is_nocase(span_trim(span_cut(&type, ';')), "application/json");
}

const char *request_param(const struct request *request, const char *name)
{
    const char *value = pair_find(&request->params, name);

    return value ? value : "";
}

bool request_param_set(struct request *request, struct span name, struct span encoded,
                       struct err *err)
{
    return pair_add(&request->params, text_decode(request, name, false),
                    text_decode(request, encoded, false), "the parts of the address", err);
}

void request_encode(struct span text, struct str *to)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-'
            || c == '.' || c == '_' || c == '~') {
            str_add_char(to, (char)c);
        } else {
            str_add_char(to, '%');
            str_add_char(to, digits[c >> 4]);
            str_add_char(to, digits[c & 15]);
        }
    }
}
