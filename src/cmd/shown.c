/*
 * The configuration names secrets and does not hold them. But people write passwords into URLs, or
 * give one to a command. A part that might hide one is not shown.
 */
#include "cmd/shown.h"

#include "base/mem.h"

static void hide_in_url(struct str *to, struct span url)
{
    size_t scheme = span_find(url, "://") + 3;
    struct span rest = span_from(url, scheme);
    size_t path = span_find(rest, "/"), query = span_find(url, "?"), at = 0;
    struct span host = span_first(rest, path);

    for (size_t i = 0; i < host.size; i++)
        if (host.at[i] == '@')
            at = i + 1;
    str_add_span(to, span_first(url, scheme));
    if (at > 0) {
        struct span user = span_first(host, at - 1);
        size_t colon = span_find(user, ":");

        str_add_span(to, span_first(user, colon));
        str_add_text(to, colon < user.size ? ":***@" : "@");
    }
    str_add_span(to, span_from(span_first(url, query), scheme + at));
    if (query < url.size)
        str_add_text(to, "?***");
}

void shown_text(struct str *to, const char *text)
{
    struct span span = span_of(text);

    if (span_find(span, "://") < span.size)
        hide_in_url(to, span);
    else
        str_add_span(to, span);
}

static bool is_command(const struct conf_key *key)
{
    return span_ends(span_of(key->name), "_command");
}

/* The value that the file has, or the default. */
static char *value_of(const struct settings *settings, const struct conf_key *key)
{
    const char *written = conf_value(settings->conf, key->section, key->name);
    const char *value = written ? written : key->fallback;
    auto_str text = STR_MAX(KIB(64));

    if (*value && is_command(key))
        str_add_text(&text, "(a command, not shown)");
    else
        shown_text(&text, value);
    return str_take(&text);
}

/* Whether a key has a value: `*` stands for any name, and a refused key has none. */
static bool has_value(const struct conf_key *key)
{
    return !key->refusal && strcmp(key->name, "*") != 0;
}

void shown_settings(const struct settings *settings, struct report_setting **shown_r,
                    size_t *count_r)
{
    struct report_setting *shown = NULL;
    size_t count = 0;

    for (const struct conf_key *key = settings_keys; key->section; key++) {
        if (!has_value(key))
            continue;
        shown = mem_grow(shown, (count + 1) * sizeof *shown);
        shown[count++] =
            (struct report_setting){ key->section, key->name, value_of(settings, key) };
    }
    *shown_r = shown;
    *count_r = count;
}

void shown_free(struct report_setting *shown, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(shown[i].value);
    free(shown);
}
