/* Reads a Content-Disposition: `name=token`, `name="quoted"`, `name*=charset'language'%41`. */
#include "document/disposition.h"

#include "base/digest.h"
#include "base/utf8.h"

enum { NAME_MAX_BYTES = 4096 };

/* Takes one parameter's value off the front: a quoted string without its quotes, or a token. */
static struct span value_take(struct span *rest, struct str *room)
{
    *rest = span_trim(*rest);
    if (!span_starts(*rest, "\""))
        return span_trim(span_cut(rest, ';'));
    *rest = span_from(*rest, 1);
    while (rest->size && *rest->at != '"') {
        if (*rest->at == '\\' && rest->size > 1)
            *rest = span_from(*rest, 1);
        str_add_span(room, span_first(*rest, 1));
        *rest = span_from(*rest, 1);
    }
    (void)span_cut(rest, ';');
    return str_span(room);
}

/* Adds the decoded text. False if a % is not followed by two hex digits. */
static bool percent_decode(struct span text, struct str *to)
{
    for (; text.size; text = span_from(text, 1)) {
        char byte = *text.at;

        if (byte == '%') {
            if (!hex_read(span_first(span_from(text, 1), 2), &byte, 1))
                return false;
            text = span_from(text, 2);
        }
        str_add_span(to, (struct span){ &byte, 1 });
    }
    return true;
}

/* Adds the name in "UTF-8''na%C3%AFve.pdf"; false if it cannot be read. */
static bool extended_read(struct span value, struct str *to)
{
    struct span charset = span_cut(&value, '\'');
    auto_str bytes = STR_MAX(NAME_MAX_BYTES);

    (void)span_cut(&value, '\'');
    if (!percent_decode(value, &bytes) || bytes.size == 0)
        return false;
    if (span_is_nocase(charset, "utf-8")) {
        if (!utf8_is_valid(str_span(&bytes)))
            return false;
        str_add_span(to, str_span(&bytes));
        return true;
    }
    if (!span_is_nocase(charset, "iso-8859-1"))
        return false;
    for (size_t i = 0; i < bytes.size; i++)
        utf8_add(to, (uint8_t)bytes.at[i]);
    return true;
}

bool disposition_has(const char *disposition, const char *parameter, struct str *to)
{
    struct span rest = span_of(disposition);
    auto_str room = STR_MAX(NAME_MAX_BYTES);

    (void)span_cut(&rest, ';'); /* "form-data" */
    while (rest.size) {
        struct span name = span_trim(span_cut(&rest, '='));
        struct span value = value_take(&rest, &room);

        if (span_is_nocase(name, parameter)) {
            str_add_span(to, value);
            return true;
        }
        str_reset(&room);
    }
    return false;
}

void disposition_name(const char *disposition, struct str *to)
{
    struct span rest = span_of(disposition ? disposition : "");
    auto_str plain = STR_MAX(NAME_MAX_BYTES), room = STR_MAX(NAME_MAX_BYTES);

    (void)span_cut(&rest, ';'); /* "attachment" */
    while (rest.size) {
        struct span name = span_trim(span_cut(&rest, '='));
        struct span value = value_take(&rest, &room);

        if (span_is_nocase(name, "filename*") && extended_read(value, to))
            return;
        if (span_is_nocase(name, "filename") && plain.size == 0)
            str_add_span(&plain, value);
        str_reset(&room);
    }
    str_add_span(to, str_span(&plain));
}
