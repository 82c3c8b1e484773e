/* Any words, ended by zeros, as a command line over a table with every kind of option. */
#include "fuzz.h"

#include "base/cli.h"
#include "base/mem.h"

#include <fcntl.h>
#include <unistd.h>

enum { WORDS_MAX = 16 };

struct options {
    const char *name, *place, *more;
    int jobs;
    bool json;
};

static const struct opt options[] = {
    OPT_NEED(struct options, name, "name", 'n', "NAME", "a name"),
    OPT_INT(struct options, jobs, "jobs", 'j', "N", 1, 64, "how many\nat once"),
    OPT_FLAG(struct options, json, "json", 0, "as JSON"),
    OPT_PLACE(struct options, place, "PLACE", true, "where"),
    OPT_PLACE(struct options, more, "MORE", false, "more"),
    OPT_END,
};

static int run(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct options *given = arg;

    (void)err;
    assert(globals->config && !globals->help && !globals->version);
    assert(given->name && given->place && given->jobs >= 1 && given->jobs <= 64);
    return EXIT_LEFT;
}

static const struct options defaults = { .jobs = 4 };
static const struct cmd cmd_import = { "patients import", "One",           "Long help.", options,
                                       &defaults,         sizeof defaults, run };
static const struct cmd cmd_patients = { "patients", "Two",           NULL, options,
                                         &defaults,  sizeof defaults, run };
static const struct cmd *const cmds[] = { &cmd_patients, &cmd_import, NULL };
static const struct program program = { "fuzz", "0", "A program.", cmds, "The end.", "fuzz.ini" };

static int words_of(char *bytes, size_t size, char **words)
{
    int count = 1;

    for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(bytes + at) + 1)
        words[count++] = bytes + at;
    words[count] = NULL;
    return count;
}

/* The help goes to standard output, which belongs to whoever runs this. */
static int quietly(int count, char **words)
{
    auto_close int before = dup(STDOUT_FILENO);
    auto_close int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int code;

    (void)fflush(stdout);
    (void)dup2(nowhere, STDOUT_FILENO);
    code = cli_main(&program, count, words);
    (void)fflush(stdout);
    (void)dup2(before, STDOUT_FILENO);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_free char *bytes = mem_copy(data, size);
    char name[] = "fuzz", *words[WORDS_MAX + 1] = { name };
    int count = words_of(bytes, size, words);
    int code = quietly(count, words);

    assert(code == EXIT_DONE || code == EXIT_LEFT || code == EXIT_USAGE);
    return 0;
}
