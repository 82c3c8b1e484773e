/* The script for zsh: a function for compinit, with a help line beside each word. */
#include "cmd/completion.h"

#include "cmd/completion_words.h"

enum { WORDS_MAX = 16 * 1024 };

static const char head[] =
    "#compdef fmferry\n"
    "# Completion of fmferry's command lines, made by 'fmferry completion zsh'.\n"
    "\n"
    "_fmferry()\n"
    "{\n"
    "    local context state state_descr line\n"
    "    typeset -A opt_args\n"
    "    local -a first second\n"
    "\n"
    "    first=(\n";

/* Within the brackets of _arguments. */
static void bracketed_add(struct str *to, const char *text)
{
    for (; *text && *text != '\n'; text++) {
        if (*text == '[' || *text == ']' || *text == '\\')
            str_add_char(to, '\\');
        str_add_text(to, *text == '\'' ? "'\\''" : (char[]){ *text, '\0' });
    }
}

static void action_add(struct str *to, const struct opt *opt)
{
    auto_str words = STR_MAX(WORDS_MAX);
    enum completion_kind kind = completion_of(opt, &words);

    str_add_char(to, ':');
    for (const char *c = opt->value; *c; c++) /* a colon would end the message */
        str_add_text(to, *c == ':' ? "\\:" : (char[]){ *c, '\0' });
    str_add_char(to, ':');
    if (kind == COMPLETION_FILE)
        str_add_text(to, "_files");
    else if (kind == COMPLETION_WORDS)
        str_printf(to, "(%s)", str_text(&words));
}

static void option_add(struct str *to, const struct opt *opt)
{
    bool is_list = opt->field.type == FIELD_LIST;

    for (int pass = opt->letter ? 0 : 1; pass < 2; pass++) {
        str_printf(to, " \\\n            '%s%s", is_list ? "*" : "", pass ? "--" : "-");
        if (pass)
            str_add_text(to, opt->name);
        else
            str_add_char(to, opt->letter);
        str_printf(to, "%s[", opt->value && pass ? "=" : "");
        bracketed_add(to, opt->help);
        str_add_char(to, ']');
        if (opt->value)
            action_add(to, opt);
        str_add_char(to, '\'');
    }
}

static void options_add(struct str *to, const struct opt *options)
{
    for (; options->name; options++) {
        if (!options->positional) {
            option_add(to, options);
            continue;
        }
        str_printf(to, " \\\n            '%s",
                   options->field.type == FIELD_LIST ? "*"
                   : options->needed                 ? ""
                                                     : ":");
        action_add(to, options);
        str_add_char(to, '\'');
    }
}

static void described_add(struct str *to, const char *word, const char *summary)
{
    auto_str pair = STR_MAX(WORDS_MAX);

    str_printf(&pair, "%s:%s", word, summary);
    str_add_text(to, "        ");
    completion_quote(to, str_text(&pair), "'\\''");
    str_add_char(to, '\n');
}

static void family_first(struct str *to, const struct program *program, struct span family)
{
    auto_free char *word = span_text(family);

    (void)program;
    described_add(to, word, "several commands");
}

static void family_add(struct str *to, const struct program *program, struct span family)
{
    str_printf(to, "    (" SPAN_FORMAT ") second=(\n", SPAN_ARGS(family));
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (completion_is_of(*cmd, family))
            described_add(to, completion_last_word(*cmd), (*cmd)->summary);
    str_add_text(to, "        ) ;;\n");
}

static void command_add(struct str *to, const struct program *program, const struct cmd *cmd)
{
    str_printf(to, "    '%s') _arguments", cmd->name);
    options_add(to, cmd->options);
    options_add(to, cli_global_options(program));
    str_add_text(to, " ;;\n");
}

void completion_zsh(const struct program *program, struct str *to)
{
    str_add_text(to, head);
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (!strchr((*cmd)->name, ' '))
            described_add(to, (*cmd)->name, (*cmd)->summary);
    completion_families(program, family_first, to);
    described_add(to, "help", "explain a command");
    str_add_text(to, "    )\n    _arguments -C");
    options_add(to, cli_global_options(program));
    str_add_text(to, " \\\n            '1: :->first' '*:: :->rest'\n"
                     "    if [[ $state == first ]]; then\n"
                     "        _describe command first\n"
                     "        return\n"
                     "    fi\n"
                     "    local command=$words[1]\n"
                     "    case $command in\n"
                     "    (help) _describe command first; return ;;\n");
    completion_families(program, family_add, to);
    str_add_text(to, "    esac\n"
                     "    if (( $#second )); then\n"
                     "        if (( CURRENT == 2 )); then\n"
                     "            _describe command second\n"
                     "            return\n"
                     "        fi\n"
                     "        command+=\" $words[2]\"\n"
                     "        shift words\n"
                     "        (( CURRENT-- ))\n"
                     "    fi\n"
                     "    case $command in\n");
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        command_add(to, program, *cmd);
    str_add_text(to, "    esac\n"
                     "}\n"
                     "\n"
                     "if [[ $funcstack[1] == _fmferry ]]; then\n"
                     "    _fmferry \"$@\"\n"
                     "else\n"
                     "    compdef _fmferry fmferry\n"
                     "fi\n");
}
