/*
 * `fmferry settings`: the manual of fmferry.ini, from the table of settings. It reads as plain text
 * on a terminal and is Markdown: docs/settings.md is this output, and a test holds it to that.
 */
#include "cmd/commands.h"
#include "cmd/settings.h"
#include "cmd/settings_words.h"

#include "base/mem.h"

enum { MANUAL_MAX = 256 * 1024 };

struct manual_options {
    const char *section;
};

static const char introduction[] =
    "# The settings of fmferry.ini\n"
    "\n"
    "`fmferry init` writes the ones that a clinic sets. Any other may be added in its section; a "
    "setting\n"
    "that is left out has its default. `fmferry check` tries them as a run will use them.\n"
    "\n"
    "A value may go on in the next line if that line begins with a blank. A line that begins with "
    "`#`\n"
    "or `;` is a comment.\n";

static void key_add(struct str *to, const struct conf_key *key)
{
    bool takes_any = settings_takes_any(key);

    str_printf(to, "\n### %s\n", takes_any ? "COLUMN" : key->name);
    if (key->help)
        str_printf(to, "\n%s%s\n", key->help, span_ends(span_of(key->help), ".") ? "" : ".");
    if (takes_any)
        return;
    str_add_char(to, '\n');
    settings_values_add(to, &key->field);
    str_printf(to, *key->fallback ? "Default: %s\n" : "Default: empty\n", key->fallback);
}

/* `only`: a section; NULL: all. False: there is no such section. */
static bool manual_add(struct str *to, const char *only)
{
    const char *section = "";

    for (const struct conf_key *key = settings_keys; key->section; key++) {
        if (key->refusal || (only && strcmp(only, key->section) != 0))
            continue;
        if (strcmp(section, key->section) != 0)
            str_printf(to, "%s## [%s]\n", to->size ? "\n" : "", key->section);
        section = key->section;
        key_add(to, key);
    }
    return *section;
}

static int manual_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct manual_options *o = arg;
    auto_str text = STR_MAX(MANUAL_MAX);

    (void)globals;
    if (!o->section)
        str_add_text(&text, introduction);
    if (!manual_add(&text, o->section)) {
        (void)err_set(err, ERR_USAGE, 0,
                      "there is no section [%.40s] ('fmferry settings' prints all)", o->section);
        return -1;
    }
    (void)fputs(str_text(&text), stdout);
    return EXIT_DONE;
}

static const struct opt manual_opts[] = {
    OPT_PLACE(struct manual_options, section, "SECTION", false,
              "only this section, such as: store"),
    OPT_END,
};

static const struct manual_options manual_defaults = { 0 };

const struct cmd cmd_settings = {
    "settings",
    "Explain every setting of fmferry.ini",
    "Prints the manual of the configuration: each key with its meaning, its values and its\n"
    "default. Reads no configuration. 'fmferry init' writes only the\n"
    "keys that a clinic sets; the others can be added from here.",
    manual_opts,
    &manual_defaults,
    sizeof manual_defaults,
    manual_command,
    .examples = {
        { "fmferry settings | less", "the whole manual, page by page" },
        { "fmferry settings store", "only what [store] can say" },
    },
};
