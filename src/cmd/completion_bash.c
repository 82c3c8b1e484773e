/* The script for bash; it needs no package beside bash itself. */
#include "cmd/completion.h"

#include "cmd/completion_words.h"

enum { WORDS_MAX = 16 * 1024 };

static const char head[] =
    "# Completion of fmferry's command lines, made by 'fmferry completion bash'.\n"
    "\n"
    "# Whether the word is an option that takes a value.\n"
    "_fmferry_takes_value()\n"
    "{\n"
    "    case $1 in\n";

static const char finding[] =
    "    *) return 1 ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "# Sets `command` to the words of the command that were typed before the cursor.\n"
    "_fmferry_command()\n"
    "{\n"
    "    local i word\n"
    "    command=\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ $word == '=' ]] || _fmferry_takes_value \"$word\"; then\n"
    "            ((i++))\n"
    "            [[ ${COMP_WORDS[i]} == '=' ]] && ((i++))\n"
    "        elif [[ $word != -* ]]; then\n"
    "            case $command in\n"
    "            '') command=$word ;;\n";

static const char tail[] =
    "    esac\n"
    "    if [[ $files ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
    "        [[ $files == only ]] && return\n"
    "    fi\n"
    "    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
    "}\n"
    "complete -F _fmferry fmferry\n";

static void option_names_add(struct str *to, const struct opt *opt, const char *between)
{
    if (opt->letter)
        str_printf(to, "-%c%s", opt->letter, between);
    str_printf(to, "--%s", opt->name);
}

/* Each name of an option that takes a value, once for each command that has it: bash takes the first. */
static void valued_add(struct str *to, const struct opt *options)
{
    for (; options->name; options++)
        if (options->value && !options->positional) {
            str_add_text(to, "    ");
            option_names_add(to, options, " | ");
            str_add_text(to, ") return 0 ;;\n");
        }
}

static void family_case(struct str *to, const struct program *program, struct span family)
{
    (void)program;
    str_printf(to, "            " SPAN_FORMAT ") command+=\" $word\" ;;\n", SPAN_ARGS(family));
}

static void family_words(struct str *to, const struct program *program, struct span family)
{
    str_printf(to, "    '" SPAN_FORMAT "') words='", SPAN_ARGS(family));
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (completion_is_of(*cmd, family))
            str_printf(to, "%s ", completion_last_word(*cmd));
    str_add_text(to, "' ;;\n");
}

/* What follows an option with a value. */
static void value_case(struct str *to, const char *command, const struct opt *opt)
{
    auto_str words = STR_MAX(WORDS_MAX);
    enum completion_kind kind = completion_of(opt, &words);

    for (int pass = opt->letter ? 0 : 1; pass < 2; pass++) {
        str_printf(to, "    '%s:%s", command, pass ? "--" : "-");
        if (pass)
            str_add_text(to, opt->name);
        else
            str_add_char(to, opt->letter);
        str_add_text(to, "') ");
        if (kind == COMPLETION_FILE)
            str_add_text(to, "files=only");
        else if (kind == COMPLETION_WORDS)
            str_printf(to, "words='%s'", str_text(&words));
        else
            str_add_text(to, "return");
        str_add_text(to, " ;;\n");
    }
}

static void values_add(struct str *to, const struct cmd *cmd)
{
    for (const struct opt *opt = cmd->options; opt->name; opt++)
        if (opt->value && !opt->positional)
            value_case(to, cmd->name, opt);
}

static void options_add(struct str *to, const struct opt *options)
{
    for (; options->name; options++)
        if (!options->positional) {
            option_names_add(to, options, " ");
            str_add_char(to, ' ');
        }
}

/* The options of a command, and what its words without a name may be. */
static void command_case(struct str *to, const struct cmd *cmd, const struct opt *globals)
{
    bool has_files = false;

    str_printf(to, "    '%s:'*) words='", cmd->name);
    options_add(to, cmd->options);
    options_add(to, globals);
    for (const struct opt *opt = cmd->options; opt->name; opt++) {
        auto_str words = STR_MAX(WORDS_MAX);
        enum completion_kind kind = opt->positional ? completion_of(opt, &words) : COMPLETION_NONE;

        str_add_span(to, str_span(&words));
        has_files |= kind == COMPLETION_FILE;
    }
    str_printf(to, "'%s ;;\n", has_files ? " files=also" : "");
}

/* The first words that there are: commands of one word, and families. */
static void first_words(struct str *to, const struct program *program)
{
    struct span before = SPAN_NONE;

    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++) {
        struct span rest = span_of((*cmd)->name), first = span_cut(&rest, ' ');

        if (!before.size || !span_equal(before, first))
            str_printf(to, SPAN_FORMAT " ", SPAN_ARGS(first));
        before = first;
    }
}

static void choosing_add(struct str *to, const struct program *program)
{
    const struct opt *globals = cli_global_options(program);

    str_add_text(to, "    case $command:$previous in\n    *:-c | *:--config) files=only ;;\n");
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        values_add(to, *cmd);
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        command_case(to, *cmd, globals);
    str_add_text(to, "    *) case $command in\n");
    completion_families(program, family_words, to);
    str_add_text(to, "    '' | help) words='help ");
    first_words(to, program);
    options_add(to, globals);
    str_add_text(to, "' ;;\n    esac ;;\n");
}

void completion_bash(const struct program *program, struct str *to)
{
    str_add_text(to, head);
    valued_add(to, cli_global_options(program));
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        valued_add(to, (*cmd)->options);
    str_add_text(to, finding);
    completion_families(program, family_case, to);
    str_add_text(
        to, "            help) command=$word ;;\n"
            "            esac\n"
            "        fi\n"
            "    done\n"
            "}\n"
            "\n"
            "_fmferry()\n"
            "{\n"
            "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
            "    local command words= files=\n"
            "    COMPREPLY=()\n"
            "    _fmferry_command\n"
            "    [[ $previous == '=' ]] && previous=${COMP_WORDS[COMP_CWORD-2]}\n"
            "    [[ $current == '=' ]] && current=\n");
    choosing_add(to, program);
    str_add_text(to, tail);
}
