/* Makes names that every file system takes, and spells them for a header. */
#include "console/server/disposition.h"

#include "base/foreign.h"
#include "base/utf8.h"
#include "console/server/request.h"

enum { NAME_BYTES = 4 * ATTACHED_NAME_MAX, EXTENSION_CHARS = 10 };

/* --- a name that can be a file's -------------------------------------------------------------- */

static bool is_allowed(uint32_t code)
{
    return !foreign_is_harmful(code) && code != UTF8_REPLACEMENT
           && (code >= 0x80 || !strchr("/\\:*?\"<>|", (char)code));
}

static void chars_add(struct str *to, struct span text)
{
    while (text.size) {
        uint32_t code;

        (void)utf8_next(&text, &code);
        utf8_add(to, is_allowed(code) ? code : '_');
    }
}

/* The dot and what stands behind it, where that is short enough to be an extension. */
static struct span dotted_extension(struct span name)
{
    struct span ext = span_extension(name);

    if (!ext.at || ext.size == 0 || utf8_count(ext) > EXTENSION_CHARS || ext.size + 1 == name.size)
        return SPAN_NONE;
    return (struct span){ ext.at - 1, ext.size + 1 };
}

static void name_shorten(struct span name, struct str *to)
{
    struct span ext = dotted_extension(name);

    if (utf8_count(name) <= ATTACHED_NAME_MAX) {
        chars_add(to, name);
        return;
    }
    chars_add(to, utf8_first(name, ATTACHED_NAME_MAX - utf8_count(ext)));
    chars_add(to, ext);
}

/* Windows drops dots and blanks at the end, and other systems hide what begins with a dot. */
static void ends_mend(struct str *name)
{
    while (name->size > 0 && (name->at[name->size - 1] == '.' || name->at[name->size - 1] == ' '))
        str_cut(name, name->size - 1);
    if (name->size > 0 && (*name->at == '.' || *name->at == ' '))
        *name->at = '_';
    if (name->size == 0)
        str_add_text(name, "document");
}

/* A file of such a name cannot be opened on Windows, whatever its extension. */
static bool is_device(struct span name)
{
    static const char *const devices[] = { "CON", "PRN", "AUX", "NUL" };
    struct span stem = span_trim(span_cut(&name, '.'));
    char last = stem.size == 4 ? stem.at[3] : '\0';

    for (size_t i = 0; i < lengthof(devices); i++)
        if (span_is_nocase(stem, devices[i]))
            return true;
    return last >= '0' && last <= '9'
           && (span_is_nocase(span_first(stem, 3), "COM")
               || span_is_nocase(span_first(stem, 3), "LPT"));
}

void attachment_name(struct span name, struct str *to)
{
    auto_str shown = STR_MAX(NAME_BYTES);

    name_shorten(span_trim(name), &shown);
    ends_mend(&shown);
    if (is_device(str_span(&shown)))
        str_add_char(to, '_');
    str_add_span(to, str_span(&shown));
}

/* --- the header ------------------------------------------------------------------------------- */

static bool is_plain(uint32_t code)
{
    return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z')
           || (code >= 'a' && code <= 'z') || code == '.' || code == '_' || code == '-'
           || code == ' ';
}

/* Returns whether nothing was lost. */
static bool plain_add(struct str *to, struct span name)
{
    bool is_whole = true;

    while (name.size) {
        uint32_t code;
        bool plain;

        (void)utf8_next(&name, &code);
        plain = is_plain(code);
        is_whole = is_whole && plain;
        str_add_char(to, plain ? (char)code : '_');
    }
    return is_whole;
}

void attachment_write(struct span name, struct str *to)
{
    auto_str made = STR_MAX(NAME_BYTES + 1);

    attachment_name(name, &made);
    str_add_text(to, "attachment; filename=\"");
    if (plain_add(to, str_span(&made))) {
        str_add_char(to, '"');
        return;
    }
    str_add_text(to, "\"; filename*=UTF-8''");
    request_encode(str_span(&made), to);
}
