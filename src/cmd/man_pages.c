/* Pages in man(7), checked by `mandoc -T lint` and groff without a warning. */
#include "cmd/man_pages.h"

#include "cmd/roff.h"
#include "cmd/settings.h"
#include "cmd/settings_words.h"
#include "version.h"

enum { WORDS_MAX = 4096 };

void man_name_add(struct str *to, const struct program *program, const char *command)
{
    str_printf(to, "%s%s", program->name, *command ? "-" : "");
    for (; *command; command++)
        str_add_char(to, *command == ' ' ? '-' : *command);
}

/* The first lines: the title, and what whatis(1) finds. */
static void head_add(struct str *to, const char *page, int section, const struct program *program,
                     const char *summary)
{
    str_add_text(to, ".TH ");
    for (const char *c = page; *c; c++)
        str_add_char(to, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    str_printf(to, " %d %s \"%s %s\"\n.SH NAME\n", section, RELEASED, program->name,
               program->version);
    roff_words(to, page);
    str_add_text(to, " \\- ");
    roff_words(to, summary);
    str_add_text(to, "\n");
}

/* The tag of an option, as it is typed. */
static void tag_add(struct str *to, const struct opt *opt)
{
    auto_str name = STR_MAX(WORDS_MAX);

    str_add_text(to, ".TP\n");
    if (opt->positional) {
        roff_italic(to, opt->name);
        str_add_char(to, '\n');
        return;
    }
    if (opt->letter) {
        str_printf(&name, "-%c", opt->letter);
        roff_bold(to, str_text(&name));
        str_add_text(to, ", ");
        str_reset(&name);
    }
    str_printf(&name, "--%s", opt->name);
    roff_bold(to, str_text(&name));
    if (opt->value) {
        str_add_char(to, ' ');
        roff_italic(to, opt->value);
    }
    str_add_char(to, '\n');
}

static void options_add(struct str *to, const char *heading, const struct opt *options)
{
    if (options->name)
        str_printf(to, ".SH %s\n", heading);
    for (; options->name; options++) {
        tag_add(to, options);
        roff_flow(to, options->help);
    }
}

static void synopsis_add(struct str *to, const struct program *program, const struct cmd *cmd)
{
    auto_str line = STR_MAX(WORDS_MAX);

    str_printf(&line, "%s %s", program->name, cmd->name);
    str_add_text(to, ".SH SYNOPSIS\n");
    roff_bold(to, str_text(&line));
    if (cmd->options->name)
        str_add_text(to, " [\\fIoptions\\fR]");
    for (const struct opt *opt = cmd->options; opt->name; opt++)
        if (opt->positional) {
            str_add_text(to, opt->needed ? " " : " [");
            roff_italic(to, opt->name);
            str_add_text(to, opt->needed ? "" : "]");
        }
    str_add_char(to, '\n');
}

static void examples_add(struct str *to, const struct cmd *cmd)
{
    if (cmd->examples[0].line)
        str_add_text(to, ".SH EXAMPLES\n");
    for (size_t i = 0; i < CLI_EXAMPLES_MAX && cmd->examples[i].line; i++) {
        str_add_text(to, ".TP\n");
        roff_bold(to, cmd->examples[i].line);
        str_add_char(to, '\n');
        roff_flow(to, cmd->examples[i].use);
        str_add_char(to, '\n');
    }
}

void man_of_command(const struct program *program, const struct cmd *cmd, struct str *to)
{
    auto_str page = STR_MAX(WORDS_MAX);

    man_name_add(&page, program, cmd->name);
    head_add(to, str_text(&page), 1, program, cmd->summary);
    synopsis_add(to, program, cmd);
    str_add_text(to, ".SH DESCRIPTION\n");
    roff_flow(to, cmd->help ? cmd->help : cmd->summary);
    if (!cmd->help)
        str_add_text(to, "\\&.\n");
    options_add(to, "OPTIONS", cmd->options);
    options_add(to, "GLOBAL OPTIONS", cli_global_options(program));
    examples_add(to, cmd);
    str_printf(to, ".SH SEE ALSO\n.BR %s (1),\n.BR %s.ini (5)\n", program->name, program->name);
}

/* Under the headings of the help. */
static void commands_add(struct str *to, const struct program *program)
{
    str_add_text(to, ".SH COMMANDS\n");
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++) {
        auto_str page = STR_MAX(WORDS_MAX);

        if ((*cmd)->heading)
            str_printf(to, ".SS %s\n", (*cmd)->heading);
        man_name_add(&page, program, (*cmd)->name);
        str_add_text(to, ".TP\n");
        roff_bold(to, str_text(&page));
        str_add_text(to, "(1)\n");
        roff_flow(to, (*cmd)->summary);
        str_add_char(to, '\n');
    }
}

/* The summary in the program's table begins with its name, which the page says already. */
static const char *summary_bare(const struct program *program)
{
    const char *colon = strstr(program->summary, ": ");

    return colon ? colon + 2 : program->summary;
}

void man_of_program(const struct program *program, struct str *to)
{
    head_add(to, program->name, 1, program, summary_bare(program));
    str_add_text(to, ".SH SYNOPSIS\n");
    roff_bold(to, program->name);
    str_add_text(to, " [\\fIglobal options\\fR] \\fICOMMAND\\fR [\\fIoptions\\fR]\n"
                     ".SH DESCRIPTION\n"
                     "Each command has a page of its own, and explains itself with\n"
                     "\\fB\\-\\-help\\fR.\n.PP\n");
    roff_flow(to, program->closing);
    commands_add(to, program);
    options_add(to, "GLOBAL OPTIONS", cli_global_options(program));
    str_printf(to, ".SH SEE ALSO\n.BR %s.ini (5)\n", program->name);
}

static void key_add(struct str *to, const struct conf_key *key)
{
    auto_str text = STR_MAX(WORDS_MAX);

    str_add_text(to, ".TP\n");
    if (settings_takes_any(key))
        roff_italic(to, "COLUMN");
    else
        roff_bold(to, key->name);
    str_add_char(to, '\n');
    if (key->help)
        str_printf(&text, "%s%s\n", key->help, span_ends(span_of(key->help), ".") ? "" : ".");
    roff_flow(to, str_text(&text));
    if (settings_takes_any(key))
        return;
    str_reset(&text);
    settings_values_add(&text, &key->field);
    str_printf(&text, *key->fallback ? "Default: %s" : "Default: empty", key->fallback);
    str_add_text(to, ".br\n");
    roff_flow(to, str_text(&text));
}

void man_of_settings(const struct program *program, struct str *to)
{
    auto_str page = STR_MAX(WORDS_MAX);
    const char *section = "";

    str_printf(&page, "%s.ini", program->name);
    head_add(to, str_text(&page), 5, program, "the configuration of fmferry");
    str_add_text(to, ".SH DESCRIPTION\n");
    roff_flow(to,
              "'fmferry init' writes the settings that a clinic sets. Any other may be added in "
              "its section; one that is left out has its default. 'fmferry check' tries them as a "
              "run will use them.\n"
              "\n"
              "A value may go on in the next line if that line begins with a blank. A line that "
              "begins with # or ; is a comment.\n");
    for (const struct conf_key *key = settings_keys; key->section; key++) {
        if (key->refusal)
            continue;
        if (strcmp(section, key->section) != 0)
            str_printf(to, ".SH [%s]\n", key->section);
        section = key->section;
        key_add(to, key);
    }
    str_printf(to, ".SH SEE ALSO\n.BR %s (1),\n.BR %s\\-check (1)\n", program->name, program->name);
}
