/* The script for fish, with a help line beside each word. */
#include "cmd/completion.h"

#include "cmd/completion_words.h"

enum { WORDS_MAX = 16 * 1024 };

static const char head[] =
    "# Completion of fmferry's command lines, made by 'fmferry completion fish'.\n"
    "\n"
    "# Whether the words typed before the cursor that are no options are exactly these, or begin "
    "so.\n"
    "function __fmferry_at\n"
    "    set -l typed\n"
    "    set -l skip 0\n"
    "    for word in (commandline -opc)[2..-1]\n"
    "        if test $skip = 1\n"
    "            set skip 0\n"
    "        else if contains -- $word -c --config\n"
    "            set skip 1\n"
    "        else if not string match -q -- '-*' $word\n"
    "            set -a typed $word\n"
    "        end\n"
    "    end\n"
    "    if test (count $argv) = 0\n"
    "        test (count $typed) = 0\n"
    "        return\n"
    "    end\n"
    "    if test $argv[1] = only\n"
    "        test \"$typed\" = \"$argv[2..-1]\"\n"
    "    else\n"
    "        test \"$typed[1..\"(count $argv)\"]\" = \"$argv\"\n"
    "    end\n"
    "end\n"
    "\n"
    "complete -c fmferry -f\n";

static void told_add(struct str *to, const char *text)
{
    str_add_text(to, " -d ");
    completion_quote(to, text, "\\'");
    str_add_char(to, '\n');
}

static void value_add(struct str *to, const struct opt *opt)
{
    auto_str words = STR_MAX(WORDS_MAX);

    switch (completion_of(opt, &words)) {
    case COMPLETION_NONE:
        str_add_text(to, " -x");
        break;
    case COMPLETION_FILE:
        str_add_text(to, " -r -F");
        break;
    case COMPLETION_WORDS:
        str_printf(to, " -x -a '%s'", str_text(&words));
        break;
    }
}

/* `at`: the command, "" for all of them. */
static void option_add(struct str *to, const char *at, const struct opt *opt)
{
    auto_str words = STR_MAX(WORDS_MAX);

    str_add_text(to, "complete -c fmferry");
    if (*at)
        str_printf(to, " -n '__fmferry_at %s'", at);
    if (!opt->positional) {
        if (opt->letter)
            str_printf(to, " -s %c", opt->letter);
        str_printf(to, " -l %s", opt->name);
        if (opt->value)
            value_add(to, opt);
    } else if (completion_of(opt, &words) == COMPLETION_FILE) {
        str_add_text(to, " -F");
    } else {
        str_printf(to, " -a '%s'", str_text(&words));
    }
    told_add(to, opt->help);
}

static void family_add(struct str *to, const struct program *program, struct span family)
{
    str_printf(to, "complete -c fmferry -n __fmferry_at -a " SPAN_FORMAT, SPAN_ARGS(family));
    told_add(to, "several commands");
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (completion_is_of(*cmd, family)) {
            str_printf(to, "complete -c fmferry -n '__fmferry_at only " SPAN_FORMAT "' -a %s",
                       SPAN_ARGS(family), completion_last_word(*cmd));
            told_add(to, (*cmd)->summary);
        }
}

void completion_fish(const struct program *program, struct str *to)
{
    str_add_text(to, head);
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (!strchr((*cmd)->name, ' ')) {
            str_printf(to, "complete -c fmferry -n __fmferry_at -a %s", (*cmd)->name);
            told_add(to, (*cmd)->summary);
        }
    completion_families(program, family_add, to);
    str_add_text(to, "complete -c fmferry -n __fmferry_at -a help -d 'Explain a command'\n"
                     "complete -c fmferry -n '__fmferry_at only help' -a '");
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        str_printf(to, "%s ", (*cmd)->name);
    str_add_text(to, "'\n");
    for (const struct opt *opt = cli_global_options(program); opt->name; opt++)
        option_add(to, "", opt);
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        for (const struct opt *opt = (*cmd)->options; opt->name; opt++)
            option_add(to, (*cmd)->name, opt);
}
