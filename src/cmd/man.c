/* `fmferry manual`: the pages of man(1), for who packs fmferry; `make install` writes them all. */
#include "cmd/commands.h"
#include "cmd/man_pages.h"

#include "base/foreign.h"

enum { PAGE_MAX = 1024 * 1024, NAME_MAX_BYTES = 128 };

struct man_options {
    const char *page;
    bool list;
};

static void names_list(const struct program *program)
{
    auto_str names = STR_MAX(PAGE_MAX);

    str_printf(&names, "%s.1\n%s.ini.5\n", program->name, program->name);
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++) {
        man_name_add(&names, program, (*cmd)->name);
        str_add_text(&names, ".1\n");
    }
    print_raw(str_span(&names));
}

/* Adds the page of that name, which may be said with its section or without. */
static bool page_add(const struct program *program, struct span page, struct str *to)
{
    auto_str settings = STR_MAX(NAME_MAX_BYTES);

    if (span_ends(page, ".1") || span_ends(page, ".5"))
        page = span_first(page, page.size - 2);
    str_printf(&settings, "%s.ini", program->name);
    if (span_is(page, program->name))
        return man_of_program(program, to), true;
    if (span_is(page, str_text(&settings)))
        return man_of_settings(program, to), true;
    for (const struct cmd *const *cmd = program->cmds; *cmd; cmd++) {
        auto_str name = STR_MAX(NAME_MAX_BYTES);

        man_name_add(&name, program, (*cmd)->name);
        if (span_is(page, str_text(&name)))
            return man_of_command(program, *cmd, to), true;
    }
    return false;
}

static int man_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct man_options *o = arg;
    const struct program *program = globals->program;
    auto_str text = STR_MAX(PAGE_MAX);

    if (o->list) {
        names_list(program);
        return EXIT_DONE;
    }
    if (!page_add(program, span_of(o->page ? o->page : program->name), &text)) {
        (void)err_set(err, ERR_USAGE, 0,
                      "there is no page '%.64s' ('fmferry manual --list' names all)", o->page);
        return -1;
    }
    print_raw(str_span(&text));
    return EXIT_DONE;
}

static const struct opt man_opts[] = {
    OPT_PLACE(struct man_options, page, "PAGE", false,
              "the page, such as fmferry-run or fmferry.ini; without it, fmferry"),
    OPT_FLAG(struct man_options, list, "list", 0, "name all pages, one a line"),
    OPT_END,
};

static const struct man_options man_defaults = { 0 };

const struct cmd cmd_manual = {
    "manual",
    "Print a page of the manual, for man",
    "The pages are made of the same tables as --help and 'fmferry settings'. Whoever installed\n"
    "fmferry has them already ('man fmferry-run'); they are in roff, which man reads.",
    man_opts,
    &man_defaults,
    sizeof man_defaults,
    man_command,
    .examples = {
        { "fmferry manual fmferry-run | man -l -", "reads a page without installing it" },
        { "fmferry manual --list", "which pages there are" },
    },
};
