/* `fmferry completion` */
#include "cmd/completion.h"

#include "cmd/commands.h"

#include "base/foreign.h"

enum { SCRIPT_MAX = 256 * 1024 };

enum shell { SHELL_BASH, SHELL_ZSH, SHELL_FISH };
static const char *const shells[] = { "bash", "zsh", "fish", NULL };

struct completion_options {
    int shell;
};

static int completion_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct completion_options *o = arg;
    auto_str script = STR_MAX(SCRIPT_MAX);

    switch ((enum shell)o->shell) {
    case SHELL_BASH:
        completion_bash(globals->program, &script);
        break;
    case SHELL_ZSH:
        completion_zsh(globals->program, &script);
        break;
    case SHELL_FISH:
        completion_fish(globals->program, &script);
        break;
    }
    if (!str_fits(&script, "the completion", err))
        return -1;
    print_raw(str_span(&script));
    return EXIT_DONE;
}

static const struct opt completion_opts[] = {
    { "SHELL", 0, "SHELL", FIELD_OF_CHOICE(struct completion_options, shell, shells), true, true,
      "bash, zsh or fish" },
    OPT_END,
};

static const struct completion_options completion_defaults = { 0 };

const struct cmd cmd_completion = {
    "completion",
    "Print what completes command lines in a shell",
    "Whoever installed fmferry has it already; for a program that was only built, the examples\n"
    "show how a shell gets it.",
    completion_opts,
    &completion_defaults,
    sizeof completion_defaults,
    completion_command,
    .examples = {
        { "fmferry completion bash > fmferry.bash", "for 'source fmferry.bash'" },
        { "fmferry completion zsh > _fmferry", "for a folder in $fpath" },
        { "fmferry completion fish > fmferry.fish", "for ~/.config/fish/completions" },
    },
};
