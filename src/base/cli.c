/* Command lines by table. Errors name the option and what is allowed, never the whole help. */
#include "base/cli.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/str.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static const struct opt global_options[] = {
    OPT_TEXT(struct cli_globals, config, "config", 'c', "FILE", "the configuration"),
    OPT_FLAG(struct cli_globals, verbose, "verbose", 'v', "log every step"),
    OPT_FLAG(struct cli_globals, log_json, "log-json", 0, "log as JSON lines"),
    OPT_FLAG(struct cli_globals, help, "help", 'h', "show this help"),
    OPT_FLAG(struct cli_globals, version, "version", 0, "show the version"),
    OPT_END,
};

const struct opt *cli_global_options(const struct program *program)
{
    return program->default_config ? global_options : global_options + 1; /* without --config */
}

/* The state of parsing one command line. */
struct cli_parsing {
    const struct program *program;
    struct cli_globals globals;
    const struct cmd *cmd;
    const char *family; /* the first of two words, while the second has not come; or NULL */
    void *options;
    bool given[64]; /* which options were given, by their index in the table */
    int argc;
    char **argv;
    int next;
};

static const struct opt *opt_named(const struct opt *table, struct span name)
{
    for (; table->name; table++)
        if (!table->positional && span_is(name, table->name))
            return table;
    return NULL;
}

static const struct opt *opt_lettered(const struct opt *table, char letter)
{
    for (; table->name; table++)
        if (table->letter && table->letter == letter)
            return table;
    return NULL;
}

static bool opt_set(struct cli_parsing *p, void *object, const struct opt *opt, const char *value,
                    struct err *err)
{
    const char *dashes = opt->positional ? "" : "--";

    if (!field_set(object, &opt->field, value, err))
        return err_ctx(err, "%s%s", dashes, opt->name);
    if (object == p->options) {
        assert((size_t)(opt - p->cmd->options) < lengthof(p->given));
        p->given[opt - p->cmd->options] = true;
    }
    return true;
}

static bool opt_take_value(struct cli_parsing *p, void *object, const struct opt *opt,
                           const char *joined, struct err *err)
{
    if (!opt->value && joined)
        return err_set(err, ERR_USAGE, 0, "--%s takes no value", opt->name);
    if (!opt->value)
        return opt_set(p, object, opt, "yes", err);
    if (!joined && p->next >= p->argc)
        return err_set(err, ERR_USAGE, 0, "--%s needs a value: --%s %s", opt->name, opt->name,
                       opt->value);
    return opt_set(p, object, opt, joined ? joined : p->argv[p->next++], err);
}

static bool unknown_option(const struct cli_parsing *p, const char *word, struct err *err)
{
    auto_free char *name = span_text(span_first(span_of(word), strcspn(word, "=")));
    struct nearest near = { .wanted = name };

    for (const struct opt *opt = p->cmd ? p->cmd->options : NULL; opt && opt->name; opt++)
        if (!opt->positional)
            nearest_offer(&near, opt->name);
    return err_set(err, ERR_USAGE, 0, "there is no option '%.64s'%s%s%s (try '%s %s%s--help')",
                   word, near.best ? "; is '--" : "", near.best ? near.best : "",
                   near.best ? "' meant?" : "", p->program->name, p->cmd ? p->cmd->name : "",
                   p->cmd && *p->cmd->name ? " " : "");
}

static bool option_read(struct cli_parsing *p, char *word, struct err *err)
{
    struct span rest = span_of(word + 2);
    bool is_long = word[1] == '-';
    struct span name = is_long ? span_cut(&rest, '=') : SPAN_NONE;
    const struct opt *globals = cli_global_options(p->program);
    const struct opt *table = p->cmd ? p->cmd->options : globals;
    const struct opt *opt = is_long ? opt_named(table, name) : opt_lettered(table, word[1]);
    void *object = p->cmd ? p->options : &p->globals;

    if (!opt) {
        opt = is_long ? opt_named(globals, name) : opt_lettered(globals, word[1]);
        object = &p->globals;
    }
    if (!opt || (!is_long && word[2]))
        return unknown_option(p, word, err);
    return opt_take_value(p, object, opt, is_long ? rest.at : NULL, err);
}

static bool place_read(struct cli_parsing *p, const char *word, struct err *err)
{
    for (const struct opt *opt = p->cmd->options; opt->name; opt++)
        if (opt->positional && !p->given[opt - p->cmd->options])
            return opt_set(p, p->options, opt, word, err);
    return err_set(err, ERR_USAGE, 0, "'%.64s' is one word too many for '%s'", word,
                   *p->cmd->name ? p->cmd->name : p->program->name);
}

static const struct cmd *cmd_named(const struct program *program, const char *name)
{
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (strcmp((*cmd)->name, name) == 0)
            return *cmd;
    return NULL;
}

/* Whether a command has two words, of which this is the first. */
static bool is_of_family(const struct cmd *cmd, const char *word)
{
    size_t length = strlen(word);

    return strncmp(cmd->name, word, length) == 0 && cmd->name[length] == ' ';
}

/* The first command of a family; NULL if there is none. */
static const struct cmd *family_first(const struct program *program, const char *word)
{
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (is_of_family(*cmd, word))
            return *cmd;
    return NULL;
}

static bool second_word_missing(const struct cli_parsing *p, struct err *err)
{
    return err_set(err, ERR_USAGE, 0, "'%s' needs a second word: '%s %s' (try '%s help %s')",
                   p->family, p->program->name, family_first(p->program, p->family)->name,
                   p->program->name, p->family);
}

static bool cmd_unknown(const struct program *program, const char *word, struct err *err)
{
    struct nearest near = { .wanted = word };

    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        nearest_offer(&near, (*cmd)->name);
    return err_set(err, ERR_USAGE, 0, "there is no command '%.64s'%s%s%s (try '%s --help')", word,
                   near.best ? "; is '" : "", near.best ? near.best : "",
                   near.best ? "' meant?" : "", program->name);
}

/*
 * A command may have two words; the longer match wins, wherever it stands in the table. `help` before
 * a command is as good as --help.
 */
static bool cmd_find(struct cli_parsing *p, struct err *err)
{
    const char *first = p->argv[p->next];
    const char *second = p->next + 1 < p->argc ? p->argv[p->next + 1] : "";
    auto_free char *both = mem_printf("%s %s", first, second);

    p->cmd = cmd_named(p->program, both);
    p->next += p->cmd ? 2 : 1;
    if (!p->cmd)
        p->cmd = cmd_named(p->program, first);
    if (!p->cmd && strcmp(first, "help") == 0 && !p->globals.help) {
        p->globals.help = true;
        return true;
    }
    if (!p->cmd && family_first(p->program, first)) {
        p->family = first;
        return true;
    }
    if (!p->cmd)
        return cmd_unknown(p->program, first, err);
    p->options = mem_copy(p->cmd->defaults, p->cmd->options_size);
    return true;
}

static bool words_read(struct cli_parsing *p, struct err *err)
{
    bool only_places = false;

    while (p->next < p->argc) {
        char *word = p->argv[p->next];

        if (!only_places && strcmp(word, "--") == 0) {
            only_places = true;
            p->next++;
        } else if (!only_places && word[0] == '-' && word[1]) {
            p->next++;
            if (!option_read(p, word, err))
                return false;
        } else if (p->family) {
            return second_word_missing(p, err);
        } else if (!p->cmd) {
            if (!cmd_find(p, err))
                return false;
        } else {
            p->next++;
            if (!place_read(p, word, err))
                return false;
        }
    }
    return true;
}

static bool needs_met(const struct cli_parsing *p, struct err *err)
{
    for (const struct opt *opt = p->cmd->options; opt->name; opt++)
        if (opt->needed && !p->given[opt - p->cmd->options])
            return err_set(err, ERR_USAGE, 0, "%s%s is needed: %s", opt->positional ? "" : "--",
                           opt->name, opt->help);
    return true;
}

/* --- help ----------------------------------------------------------------------------------- */

enum { HELP_COLUMN = 28 };

static void help_row(struct str *to, const char *left, const char *right)
{
    size_t width = strlen(left);

    str_printf(to, "  %s", left);
    if (width + 2 > HELP_COLUMN - 2) {
        str_add_char(to, '\n');
        width = 0;
        str_add_text(to, "  ");
    }
    for (; width + 2 < HELP_COLUMN; width++)
        str_add_char(to, ' ');
    for (; *right; right++) {
        str_add_char(to, *right);
        if (*right == '\n')
            str_printf(to, "%*s", HELP_COLUMN, "");
    }
    str_add_char(to, '\n');
}

static void help_options(struct str *to, const struct opt *table)
{
    for (; table->name; table++) {
        auto_str left = STR_MAX(KIB(1));

        if (table->positional)
            str_add_text(&left, table->name);
        else if (table->letter)
            str_printf(&left, "-%c, --%s", table->letter, table->name);
        else
            str_printf(&left, "    --%s", table->name);
        if (table->value && !table->positional)
            str_printf(&left, " %s", table->value);
        help_row(to, str_text(&left), table->help);
    }
}

static void help_examples(struct str *to, const struct cli_example *examples)
{
    if (examples[0].line)
        str_add_text(to, "\nExamples:\n");
    for (size_t i = 0; i < CLI_EXAMPLES_MAX && examples[i].line; i++)
        str_printf(to, "  %s\n      %s\n", examples[i].line, examples[i].use);
}

static void help_cmd(const struct program *program, const struct cmd *cmd, struct str *to)
{
    str_printf(to, "%s\n\nUsage: %s%s%s%s", cmd->summary, program->name, *cmd->name ? " " : "",
               cmd->name, cmd->options[0].name ? " [options]" : "");
    for (const struct opt *opt = cmd->options; opt->name; opt++)
        if (opt->positional)
            str_printf(to, opt->needed ? " %s" : " [%s]", opt->name);
    str_add_text(to, "\n");
    if (cmd->help)
        str_printf(to, "\n%s\n", cmd->help);
    if (cmd->options[0].name) {
        str_add_text(to, "\nOptions:\n");
        help_options(to, cmd->options);
    }
    help_examples(to, cmd->examples);
}

/* In the order in which they are needed, under the headings that some of them begin. */
static void help_program(const struct program *program, struct str *to)
{
    str_printf(to, "%s\n\nUsage: %s [global options] COMMAND [options]\n", program->summary,
               program->name);
    if (!(*program->cmds)->heading)
        str_add_text(to, "\nCommands:\n");
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++) {
        if ((*cmd)->heading)
            str_printf(to, "\n%s:\n", (*cmd)->heading);
        help_row(to, (*cmd)->name, (*cmd)->summary);
    }
    str_printf(to, "\n'%s help COMMAND' explains a command.\n", program->name);
}

/* The commands that begin with a word: "patients import", "patients undo", ... */
static void help_family(const struct program *program, const char *family, struct str *to)
{
    str_printf(to, "Usage: %s %s COMMAND [options]\n\nCommands:\n", program->name, family);
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++)
        if (is_of_family(*cmd, family))
            help_row(to, (*cmd)->name, (*cmd)->summary);
}

/* Adds the help of a command, of those that begin with a word, or of the whole program. */
static void cli_help(const struct cli_parsing *p, struct str *to)
{
    const struct program *program = p->program;

    if (p->cmd)
        help_cmd(program, p->cmd, to);
    else if (p->family)
        help_family(program, p->family, to);
    else
        help_program(program, to);
    str_add_text(to, "\nGlobal options:\n");
    help_options(to, cli_global_options(program));
    if (program->closing)
        str_printf(to, "\n%s\n", program->closing);
}

static int print_help(const struct cli_parsing *p)
{
    auto_str text = STR_MAX(MIB(1));

    cli_help(p, &text);
    (void)fputs(str_text(&text), stdout);
    return EXIT_DONE;
}

/* --- running -------------------------------------------------------------------------------- */

int cli_exit_of(const struct err *err)
{
    switch (err->kind) {
    case ERR_NONE:
        return EXIT_DONE;
    case ERR_USAGE:
        return EXIT_USAGE;
    case ERR_CANCELED:
        return err->code ? EXIT_SIGNAL + err->code : EXIT_CANCELED;
    case ERR_DATA:
    case ERR_REMOTE:
    case ERR_NET:
    case ERR_UNSURE:
    case ERR_DATABASE:
    case ERR_OS:
        return EXIT_FAILED;
    }
    abort();
}

/* Whether whoever read our standard output has seen enough, and went: "| head". */
static bool reader_has_left(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

static int cli_complain(const struct program *program, const struct err *err)
{
    const char *next = NULL;
    int code = program->judge ? program->judge(err, &next) : cli_exit_of(err);

    assert(err->kind != ERR_NONE);
    (void)fflush(stdout);
    if (err->kind == ERR_OS && reader_has_left())
        return EXIT_DONE;
    (void)fprintf(stderr, "%s: %s\n", program->name, err->msg);
    if (next)
        (void)fprintf(stderr, "next: %s\n", next);
    return code;
}

/* Sees to it that the answer is out. Returns the exit code; -1: it could not be written. */
static int output_end(int code, struct err *err)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || code > EXIT_SIGNAL || reader_has_left())
        return code;
    (void)err_os(err, "writing standard output");
    return -1;
}

static int parsed_run(struct cli_parsing *p, struct err *err)
{
    if (p->globals.version) {
        (void)printf("%s %s\n", p->program->name, p->program->version);
        return EXIT_DONE;
    }
    if (p->globals.help)
        return print_help(p);
    if (p->family) {
        (void)second_word_missing(p, err);
        return -1;
    }
    if (!p->cmd) {
        (void)err_set(err, ERR_USAGE, 0, "a command is needed (try '%s --help')", p->program->name);
        return -1;
    }
    if (!needs_met(p, err))
        return -1;
    log_setup(p->globals.verbose ? LOG_DEBUG : LOG_INFO, p->globals.log_json);
    return p->cmd->run(&p->globals, p->options, err);
}

int cli_main(const struct program *program, int argc, char **argv)
{
    struct cli_parsing p = { .program = program, .argc = argc, .argv = argv, .next = 1 };
    struct err err = { 0 };
    int code = -1;

    (void)signal(SIGPIPE, SIG_IGN); /* whoever writes is told */
    p.globals.program = program;
    p.globals.config = program->default_config;
    if (!*program->cmds[0]->name) {
        p.cmd = program->cmds[0];
        p.options = mem_copy(p.cmd->defaults, p.cmd->options_size);
    }
    if (words_read(&p, &err))
        code = parsed_run(&p, &err);
    if (code >= 0)
        code = output_end(code, &err);
    free(p.options);
    return code >= 0 ? code : cli_complain(program, &err);
}
