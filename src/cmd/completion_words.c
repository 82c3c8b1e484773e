/* What the scripts of the shells share. */
#include "cmd/completion_words.h"

#include "cmd/settings.h"

#include "document/failure_class.h"

static void word_add(struct str *to, const char *word)
{
    if (*word)
        str_printf(to, "%s%s", to->size ? " " : "", word);
}

static void classes_add(struct str *to)
{
    for (int i = 0; i < FAILURES; i++)
        word_add(to, failure_class_of((enum failure_kind)i)->name);
}

static void sections_add(struct str *to)
{
    const char *section = "";

    for (const struct conf_key *key = settings_keys; key->section; key++) {
        if (strcmp(section, key->section) != 0)
            word_add(to, key->section);
        section = key->section;
    }
}

enum completion_kind completion_of(const struct opt *opt, struct str *words)
{
    const char *value = opt->value ? opt->value : "";

    if (strcmp(value, "FILE") == 0 || strcmp(value, "DIR") == 0)
        return COMPLETION_FILE;
    if (opt->field.type == FIELD_CHOICE)
        for (size_t i = 0; opt->field.choices[i]; i++)
            word_add(words, opt->field.choices[i]);
    else if (strcmp(value, "CLASS") == 0)
        classes_add(words);
    else if (strcmp(value, "SECTION") == 0)
        sections_add(words);
    return words->size ? COMPLETION_WORDS : COMPLETION_NONE;
}

bool completion_is_of(const struct cmd *cmd, struct span family)
{
    return strncmp(cmd->name, family.at, family.size) == 0 && cmd->name[family.size] == ' ';
}

const char *completion_last_word(const struct cmd *cmd)
{
    const char *blank = strrchr(cmd->name, ' ');

    return blank ? blank + 1 : cmd->name;
}

void completion_families(const struct program *program,
                         void (*tell)(struct str *to, const struct program *program,
                                      struct span family),
                         struct str *to)
{
    struct span before = SPAN_NONE;

    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++) {
        const char *blank = strchr((*cmd)->name, ' ');

        if (!blank || (before.size && completion_is_of(*cmd, before)))
            continue;
        before = span_first(span_of((*cmd)->name), (size_t)(blank - (*cmd)->name));
        tell(to, program, before);
    }
}

void completion_quote(struct str *to, const char *text, const char *quote)
{
    str_add_char(to, '\'');
    for (; *text && *text != '\n'; text++)
        if (*text == '\'')
            str_add_text(to, quote);
        else
            str_add_char(to, *text);
    str_add_char(to, '\'');
}
