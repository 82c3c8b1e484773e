/* Slugs and templates. Pure functions of their arguments. */
#include "document/key.h"

#include "base/utf8.h"
#include "store/store.h"

enum { SLUG_MAX = 100, SLUG_KEPT = 80, HASH_DIGITS = 12, FOLDER_TEXT_MAX = 16 * 1024 };

/* Adds a type in lower case, trimmed, with one hyphen for each run of white space. */
static void slug_normalise(struct str *to, struct span type)
{
    auto_str lower = STR_MAX(FOLDER_TEXT_MAX);
    struct span rest;
    bool gap = false;
    uint32_t code;

    utf8_add_lower(&lower, span_first(type, FOLDER_TEXT_MAX / 4));
    for (rest = str_span(&lower); rest.size;) {
        (void)utf8_next(&rest, &code);
        if (utf8_is_space(code)) {
            gap = to->size > 0;
            continue;
        }
        if (gap)
            str_add_char(to, '-');
        gap = false;
        utf8_add(to, code);
    }
}

static bool slug_char_is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
           || (c != '\0' && strchr("-_+.", c) != NULL);
}

/* A dot at either end would make a hidden folder, or one that some systems cannot have. */
static bool is_edge_dot(struct span text, size_t at)
{
    size_t first = 0, last = text.size;

    while (first < text.size && text.at[first] == '.')
        first++;
    while (last > 0 && text.at[last - 1] == '.')
        last--;
    return text.at[at] == '.' && (at < first || at >= last);
}

static void hash_add(struct str *to, struct span text)
{
    char hex[SHA256_HEX_SIZE];
    struct sha256 hash = sha256_of(text);

    str_add_char(to, '=');
    str_add(to, sha256_hex(&hash, hex), HASH_DIGITS);
}

void key_slug(struct str *to, struct span type)
{
    auto_str normal = STR_MAX(FOLDER_TEXT_MAX);
    auto_str slug = STR_MAX(4 * FOLDER_TEXT_MAX);

    slug_normalise(&normal, type);
    for (size_t i = 0; i < normal.size; i++) {
        char c = normal.at[i];

        if (slug_char_is_plain(c) && !is_edge_dot(str_span(&normal), i))
            str_add_char(&slug, c);
        else
            str_printf(&slug, "=%02x", (uint8_t)c);
    }
    if (slug.size == 0)
        str_add_text(to, "untyped");
    else if (slug.size <= SLUG_MAX)
        str_add_span(to, str_span(&slug));
    else {
        str_add_span(to, span_first(str_span(&slug), SLUG_KEPT));
        hash_add(to, str_span(&slug));
    }
}

/* The folder that the configuration gives to a slug; SPAN_NONE if it gives none. */
static struct span folder_listed(const char *type_folders, struct span slug)
{
    struct span rest = span_of(type_folders);

    while (rest.size) {
        struct span folder = span_cut(&rest, ',');
        struct span name = span_trim(span_cut(&folder, '='));

        if (span_equal(name, slug))
            return folder.at ? span_trim(folder) : name;
    }
    return SPAN_NONE;
}

static void folder_add(struct str *to, const struct key_rules *rules, struct span type)
{
    auto_str slug = STR_MAX(KIB(1));
    struct span listed;

    key_slug(&slug, type);
    listed = folder_listed(rules->type_folders, str_span(&slug));
    if (listed.size)
        str_add_span(to, listed);
    else if (!rules->listed_only)
        str_add_span(to, str_span(&slug));
    else {
        str_add_text(to, "type");
        hash_add(to, str_span(&slug));
    }
}

/* Adds the part that makes the key this document's own: its id, container and version. */
static void stem_add(struct str *to, const struct key_facts *facts)
{
    char hex[SHA256_HEX_SIZE];

    if (facts->filemaker_id.size)
        str_add_span(to, facts->filemaker_id);
    else
        str_printf(to, "rec-%ju", (uintmax_t)facts->record_id);
    if (*facts->container) {
        str_add_char(to, '-');
        key_slug(to, span_of(facts->container));
        str_printf(to, "-%d", facts->repetition);
    }
    if (facts->version)
        str_printf(to, "~%.*s", HASH_DIGITS, sha256_hex(facts->version, hex));
}

static bool part_add(struct str *to, const struct key_rules *rules, const struct key_facts *facts,
                     struct span name, struct err *err)
{
    if (span_is(name, "patient_id") && facts->patient_id)
        str_add_text(to, facts->patient_id);
    else if (span_is(name, "type-slug"))
        folder_add(to, rules, facts->type);
    else if (span_is(name, "filemaker_id"))
        stem_add(to, facts);
    else if (span_is(name, "ext"))
        str_add_text(to, facts->ext);
    else
        return err_set(err, ERR_USAGE, 0,
                       "the key template has {" SPAN_FORMAT "}, which is not one of {patient_id}, "
                       "{type-slug}, {filemaker_id}, {ext}%s",
                       SPAN_ARGS(span_first(name, 64)),
                       span_is(name, "patient_id") ? " that an unlinked document has" : "");
    return true;
}

bool key_template_check(const char *template, bool is_linked, struct err *err)
{
    static const char *const names[] = { "{filemaker_id}", "{type-slug}", "{ext}", "{patient_id}" };
    struct span rest = span_of(template);
    bool has_id = false;

    for (;;) {
        size_t open = span_find(rest, "{"), close = span_find(span_from(rest, open), "}");
        struct span name = span_first(span_from(rest, open), close + 1);
        size_t known = 0, count = lengthof(names) - !is_linked;

        if (open == rest.size)
            break;
        while (known < count && !span_is(name, names[known]))
            known++;
        if (known == count)
            return err_set(err, ERR_USAGE, 0,
                           "'" SPAN_FORMAT "' is not one of {filemaker_id}, {type-slug}, {ext}%s",
                           SPAN_ARGS(span_first(name, 64)),
                           is_linked ? ", {patient_id}"
                                     : ", which is all that an unlinked "
                                       "document has");
        has_id |= known == 0;
        rest = span_from(rest, open + name.size);
    }
    return has_id
           || err_set(err, ERR_USAGE, 0,
                      "there is no {filemaker_id} in it, so that two documents could have one key");
}

static bool folder_check(struct span name, struct span folder, struct err *err)
{
    auto_str slug = STR_MAX(KIB(1));
    auto_free char *text = span_text(folder);

    key_slug(&slug, name);
    if (name.size == 0 || folder.size == 0)
        return err_set(err, ERR_USAGE, 0,
                       "'" SPAN_FORMAT "=" SPAN_FORMAT "' is not of the form type=folder",
                       SPAN_ARGS(span_first(name, 64)), SPAN_ARGS(span_first(folder, 64)));
    if (!span_equal(name, str_span(&slug)))
        return err_set(err, ERR_USAGE, 0,
                       "'" SPAN_FORMAT "' is no folder name of a type, and would never be met: the "
                       "type's is '%s' (docs/keys.md)",
                       SPAN_ARGS(span_first(name, 64)), str_text(&slug));
    return store_key_is_good(text)
           || err_set(err, ERR_USAGE, 0,
                      "the folder '%.64s' breaks the rules for keys: A-Z a-z 0-9 . _ = / + ~ - "
                      "alone, and no part may begin with a dot",
                      text);
}

bool key_folders_check(const char *type_folders, struct err *err)
{
    struct span rest = span_of(type_folders);

    while (rest.size) {
        struct span folder = span_cut(&rest, ',');
        struct span name = span_trim(span_cut(&folder, '='));

        if (!folder_check(name, folder.at ? span_trim(folder) : name, err))
            return false;
    }
    return true;
}

bool key_make(const struct key_rules *rules, const struct key_facts *facts, struct str *key_r,
              struct err *err)
{
    struct span rest = span_of(facts->patient_id ? rules->linked : rules->unlinked);

    str_add_text(key_r, rules->prefix);
    while (rest.at) {
        struct span name;

        str_add_span(key_r, span_cut(&rest, '{'));
        if (!rest.at)
            break;
        name = span_cut(&rest, '}');
        if (!part_add(key_r, rules, facts, name, err))
            return false;
    }
    return str_fits(key_r, "the key", err);
}
