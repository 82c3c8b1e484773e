/* Command lines, and the help that is made from their tables. */
#include "base/cli.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "tap.h"

#include <fcntl.h>
#include <stdio_ext.h>
#include <sys/mman.h>
#include <unistd.h>

struct options {
    const char *ledger, *place, *more;
    int jobs;
    bool json;
    struct field_list sets;
};

static const struct options defaults = { .jobs = 4 };
static const struct opt options[] = {
    OPT_NEED(struct options, ledger, "ledger", 'l', "URL", "where progress is kept"),
    OPT_INT(struct options, jobs, "jobs", 'j', "N", 1, 64, "worker threads\n(default: 4)"),
    OPT_FLAG(struct options, json, "json", 0, "report as JSON"),
    OPT_TEXT(struct options, more, "a-rather-long-name-for-it", 0, "WORDS", "whatever it is"),
    OPT_LIST(struct options, sets, "set", 0, "NAME=VALUE", "any number of them"),
    OPT_PLACE(struct options, place, "PLACE", false, "where to"),
    OPT_END,
};
static const struct opt two_places[] = {
    OPT_PLACE(struct options, place, "FROM", true, "where from"),
    OPT_PLACE(struct options, more, "TO", true, "where to"),
    OPT_END,
};
static const struct opt no_options[] = { OPT_END };

/* The call of the last command: its name, then every option that is not as by default. */
static char seen[512];

static void see(const char *name, const char *value)
{
    size_t used = strlen(seen);

    if (value)
        (void)snprintf(seen + used, sizeof seen - used, " %s=%s", name, value);
}

static int ran(const char *cmd, const struct cli_globals *globals, const struct options *given)
{
    auto_free char *jobs = given->jobs == 4 ? NULL : mem_printf("%d", given->jobs);

    (void)snprintf(seen, sizeof seen, "%s", cmd);
    see("ledger", given->ledger);
    see("place", given->place);
    see("more", given->more);
    see("jobs", jobs);
    see("json", given->json ? "yes" : NULL);
    for (size_t i = 0; i < given->sets.count; i++)
        see("set", given->sets.texts[i]);
    see("config", globals->config);
    see("verbose", globals->verbose ? "yes" : NULL);
    see("log-json", globals->log_json ? "yes" : NULL);
    return EXIT_DONE;
}

static int run_run(const struct cli_globals *globals, const void *given, struct err *err)
{
    (void)err;
    return ran("run", globals, given);
}

static int run_patients(const struct cli_globals *globals, const void *given, struct err *err)
{
    (void)err;
    return ran("patients", globals, given);
}

static int run_import(const struct cli_globals *globals, const void *given, struct err *err)
{
    (void)err;
    return ran("patients import", globals, given);
}

static int run_say(const struct cli_globals *globals, const void *given, struct err *err)
{
    (void)globals;
    (void)given;
    (void)err;
    (void)printf("an answer\n");
    return EXIT_LEFT;
}

/* Writes more than a pipe holds, as a long list does, and says what came of it. */
static int run_pour(const struct cli_globals *globals, const void *given, struct err *err)
{
    (void)globals;
    (void)given;
    for (int i = 0; i < 100000; i++)
        (void)printf("line %d\n", i);
    (void)err_os(err, "writing the list");
    return -1;
}

static int run_fail(const struct cli_globals *globals, const void *given, struct err *err)
{
    (void)globals;
    (void)given;
    log_debug("about to");
    (void)err_set(err, ERR_NET, 0, "copying '%s': timed out", "inv\x1b-7");
    return -1;
}

#define CMD(name, help, table, run)                                                                \
    {                                                                                              \
        name, "Does " name, help, table, &defaults, sizeof defaults, run, NULL                     \
    }

static const struct cmd cmd_patients = CMD("patients", NULL, two_places, run_patients);
static const struct cmd cmd_run = CMD("run", "A paragraph\nthat teaches.", options, run_run);
static const struct cmd cmd_import = CMD("patients import", NULL, options, run_import);
static const struct cmd cmd_hidden = CMD("store check", NULL, no_options, run_say);
static const struct cmd cmd_say = {
    "say",
    "Does say",
    NULL,
    no_options,
    &defaults,
    sizeof defaults,
    run_say,
    .heading = "Say",
    .examples = { { "prog say", "says it" }, { "prog say -v", "says how" } },
};
static const struct cmd cmd_fail = CMD("fail", NULL, no_options, run_fail);
static const struct cmd *const cmds[] = { &cmd_patients, &cmd_run,  &cmd_import, &cmd_hidden,
                                          &cmd_say,      &cmd_fail, NULL };
static const struct program program = { "prog", "1.2", "A program.", cmds, "The end.", "prog.ini" };

static const struct cmd cmd_plain = { "",        "Does it all",   NULL,    options,
                                      &defaults, sizeof defaults, run_run, NULL };
static const struct cmd *const plain_cmds[] = { &cmd_plain, NULL };
static const struct program plain = { "plain", "1.2", "Plain.", plain_cmds, NULL, NULL };

static void read_back(int file, struct str *said)
{
    char path[64];
    struct err err;

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (!fs_read(path, said, &err))
        abort();
}

/* Runs words separated by single blanks; keeps standard output and standard error. */
static int call(const struct program *called, const char *line, struct str *out, struct str *errors)
{
    auto_free char *words = mem_text(line);
    auto_close int real_out = dup(STDOUT_FILENO), real_err = dup(STDERR_FILENO);
    auto_close int new_out = memfd_create("out", MFD_CLOEXEC),
                   new_err = memfd_create("err", MFD_CLOEXEC);
    char *argv[16] = { words };
    int argc = 1, code;

    for (char *at = words; (at = strchr(at, ' ')); argc++) {
        *at++ = '\0';
        argv[argc] = at;
    }
    seen[0] = '\0';
    (void)fflush(stdout);
    if (dup2(new_out, STDOUT_FILENO) < 0 || dup2(new_err, STDERR_FILENO) < 0)
        abort();
    code = cli_main(called, argc, argv);
    (void)dup2(real_out, STDOUT_FILENO);
    (void)dup2(real_err, STDERR_FILENO);
    read_back(new_out, out);
    read_back(new_err, errors);
    log_setup(LOG_INFO, false);
    return code;
}

TEST(words_become_options)
{
    static const struct {
        const char *line, *seen;
    } cases[] = {
        { "prog run --ledger a", "run ledger=a config=prog.ini" },
        { "prog run --ledger=a --jobs=8", "run ledger=a jobs=8 config=prog.ini" },
        { "prog run -l a -j 8 --json", "run ledger=a jobs=8 json=yes config=prog.ini" },
        { "prog run --ledger=", "run ledger= config=prog.ini" },
        { "prog run --ledger=a=b", "run ledger=a=b config=prog.ini" },
        { "prog run --ledger --jobs", "run ledger=--jobs config=prog.ini" },
        { "prog run --ledger a --ledger b", "run ledger=b config=prog.ini" },
        { "prog run -l a --set b=1 --set=a=2 --set b=1",
          "run ledger=a set=b=1 set=a=2 set=b=1 config=prog.ini" },
        { "prog run here --ledger a", "run ledger=a place=here config=prog.ini" },
        { "prog run --ledger a -- --json", "run ledger=a place=--json config=prog.ini" },
        { "prog run --ledger a -", "run ledger=a place=- config=prog.ini" },
        { "prog run --ledger - --", "run ledger=- config=prog.ini" },
        /* global options stand anywhere */
        { "prog -c f run --ledger a", "run ledger=a config=f" },
        { "prog run --config=f --ledger a -v", "run ledger=a config=f verbose=yes" },
        { "prog --verbose --log-json run -l a",
          "run ledger=a config=prog.ini verbose=yes log-json=yes" },
        /* commands of two words */
        { "prog patients import -l a", "patients import ledger=a config=prog.ini" },
        { "prog -v patients import -l a", "patients import ledger=a config=prog.ini verbose=yes" },
        { "prog patients from to", "patients place=from more=to config=prog.ini" },
        { "prog patients -- import to", "patients place=import more=to config=prog.ini" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str out = STR_MAX(KIB(64)), errors = STR_MAX(KIB(64));

        CHECK_AT(i, call(&program, cases[i].line, &out, &errors) == EXIT_DONE);
        CHECK_STR(seen, cases[i].seen);
        CHECK_STR(str_text(&errors), "");
    }
}

TEST(what_is_wrong_is_named_in_one_sentence)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        { "prog", "a command is needed (try 'prog --help')" },
        { "prog -v", "a command is needed (try 'prog --help')" },
        { "prog bogus", "there is no command 'bogus' (try 'prog --help')" },
        { "prog ", "there is no command '' (try 'prog --help')" },
        { "prog runs", "there is no command 'runs'; is 'run' meant? (try 'prog --help')" },
        { "prog store", "'store' needs a second word: 'prog store check' (try 'prog help store')" },
        { "prog store bogus",
          "'store' needs a second word: 'prog store check' (try 'prog help store')" },
        { "prog help bogus", "there is no command 'bogus' (try 'prog --help')" },
        { "prog help help", "there is no command 'help' (try 'prog --help')" },
        { "prog --bogus", "there is no option '--bogus' (try 'prog --help')" },
        { "prog run --bogus", "there is no option '--bogus' (try 'prog run --help')" },
        { "prog run --ledgers=a",
          "there is no option '--ledgers=a'; is '--ledger' meant? (try 'prog run --help')" },
        { "prog run --=a", "there is no option '--=a' (try 'prog run --help')" },
        { "prog run -x", "there is no option '-x' (try 'prog run --help')" },
        { "prog run -j8", "there is no option '-j8' (try 'prog run --help')" },
        { "prog run --PLACE=a", "there is no option '--PLACE=a' (try 'prog run --help')" },
        { "prog --ledger=a run", "there is no option '--ledger=a' (try 'prog --help')" },
        { "prog run --ledger", "--ledger needs a value: --ledger URL" },
        { "prog run -l", "--ledger needs a value: --ledger URL" },
        { "prog run --json=yes -l a", "--json takes no value" },
        { "prog run --json= -l a", "--json takes no value" },
        { "prog run -l a --jobs=65", "--jobs: '65' is not a whole number from 1 to 64" },
        { "prog run -l a -j x", "--jobs: 'x' is not a whole number from 1 to 64" },
        { "prog run", "--ledger is needed: where progress is kept" },
        { "prog run -l a here there", "'there' is one word too many for 'run'" },
        { "prog patients", "FROM is needed: where from" },
        { "prog patients a", "TO is needed: where to" },
        { "prog patients a b c", "'c' is one word too many for 'patients'" },
        { "prog say --config", "--config needs a value: --config FILE" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str out = STR_MAX(KIB(64)), errors = STR_MAX(KIB(64));
        auto_free char *want = mem_printf("prog: %s\n", cases[i].message);

        CHECK_AT(i, call(&program, cases[i].line, &out, &errors) == EXIT_USAGE);
        CHECK_STR(str_text(&errors), want);
        CHECK_STR(str_text(&out), "");
        CHECK_STR(seen, "");
    }
}

TEST(the_answer_and_the_error_have_an_end_each)
{
    static const struct {
        const char *line, *out, *errors;
        int code;
    } cases[] = {
        { "prog say", "an answer\n", "", EXIT_LEFT },
        { "prog store check", "an answer\n", "", EXIT_LEFT },
        { "prog fail", "", "prog: copying 'inv -7': timed out\n", EXIT_FAILED },
        { "prog --version", "prog 1.2\n", "", EXIT_DONE },
        { "prog run --version --jobs 9", "prog 1.2\n", "", EXIT_DONE },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str out = STR_MAX(KIB(64)), errors = STR_MAX(KIB(64));

        CHECK_AT(i, call(&program, cases[i].line, &out, &errors) == cases[i].code);
        CHECK_STR(str_text(&out), cases[i].out);
        CHECK_STR(str_text(&errors), cases[i].errors);
    }
}

TEST(the_log_is_set_up_before_a_command_runs)
{
    static const struct {
        const char *line, *begin;
        size_t from;
    } cases[] = {
        { "prog -v fail", "debug about to\nprog: ", 21 },
        { "prog -v --log-json fail", "{\"time\":\"", 0 },
        { "prog --log-json fail", "prog: ", 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str out = STR_MAX(KIB(64)), errors = STR_MAX(KIB(64));

        CHECK_AT(i, call(&program, cases[i].line, &out, &errors) == EXIT_FAILED);
        CHECK_AT(i, span_starts(span_from(str_span(&errors), cases[i].from), cases[i].begin));
    }
}

/* An answer that could not be written is not an answer. */
TEST(a_full_disk_is_an_error)
{
    static const char *const lines[] = { "prog say", "prog --help", "prog --version" };

    for (size_t i = 0; i < lengthof(lines); i++) {
        auto_str errors = STR_MAX(KIB(64));
        auto_close int out = dup(STDOUT_FILENO), real = dup(STDERR_FILENO);
        auto_close int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
        auto_close int file = memfd_create("err", MFD_CLOEXEC);
        auto_free char *words = mem_text(lines[i]);
        char *second = strchr(words, ' ') + 1, *argv[] = { words, second, NULL };
        int code;

        second[-1] = '\0';
        (void)fflush(stdout);
        CHECK_AT(i, dup2(full, STDOUT_FILENO) >= 0 && dup2(file, STDERR_FILENO) >= 0);
        code = cli_main(&program, 2, argv);
        __fpurge(stdout);
        clearerr(stdout);
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(real, STDERR_FILENO);
        read_back(file, &errors);
        CHECK_AT(i, code == EXIT_FAILED);
        CHECK_STR(str_text(&errors), "prog: writing standard output: No space left on device\n");
    }
}

/* Whoever reads our output may go when they have seen enough. */
TEST(a_reader_who_leaves_is_no_error)
{
    static const struct {
        const char *line;
        int code;
    } cases[] = {
        { "prog say", EXIT_LEFT },
        { "prog --help", EXIT_DONE },
        { "prog --version", EXIT_DONE },
        { "prog pour", EXIT_DONE },
    };
    static const struct cmd pour = CMD("pour", NULL, no_options, run_pour);
    static const struct cmd *const pouring_cmds[] = { &cmd_say, &pour, NULL };
    static const struct program pouring = { "prog", "1.2", "Pours.", pouring_cmds, NULL, NULL };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str errors = STR_MAX(KIB(64));
        auto_close int out = dup(STDOUT_FILENO), real = dup(STDERR_FILENO);
        auto_close int file = memfd_create("err", MFD_CLOEXEC);
        auto_free char *words = mem_text(cases[i].line);
        char *second = strchr(words, ' ') + 1, *argv[] = { words, second, NULL };
        int ends[2], code;

        second[-1] = '\0';
        (void)fflush(stdout);
        CHECK_AT(i, pipe2(ends, O_CLOEXEC) == 0 && close(ends[0]) == 0);
        CHECK_AT(i, dup2(ends[1], STDOUT_FILENO) >= 0 && dup2(file, STDERR_FILENO) >= 0);
        code = cli_main(&pouring, 2, argv);
        __fpurge(stdout);
        clearerr(stdout);
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(real, STDERR_FILENO);
        (void)close(ends[1]);
        read_back(file, &errors);
        CHECK_AT(i, code == cases[i].code);
        CHECK_STR(str_text(&errors), "");
    }
}

static const char run_help[] = "Does run\n"
                               "\n"
                               "Usage: prog run [options] [PLACE]\n"
                               "\n"
                               "A paragraph\n"
                               "that teaches.\n"
                               "\n"
                               "Options:\n"
                               "  -l, --ledger URL          where progress is kept\n"
                               "  -j, --jobs N              worker threads\n"
                               "                            (default: 4)\n"
                               "      --json                report as JSON\n"
                               "      --a-rather-long-name-for-it WORDS\n"
                               "                            whatever it is\n"
                               "      --set NAME=VALUE      any number of them\n"
                               "  PLACE                     where to\n";

static const char global_help[] = "\n"
                                  "Global options:\n"
                                  "  -c, --config FILE         the configuration\n"
                                  "  -v, --verbose             log every step\n"
                                  "      --log-json            log as JSON lines\n"
                                  "  -h, --help                show this help\n"
                                  "      --version             show the version\n"
                                  "\n"
                                  "The end.\n";

#define PROGRAM_HELP                                                                               \
    "A program.\n"                                                                                 \
    "\n"                                                                                           \
    "Usage: prog [global options] COMMAND [options]\n"                                             \
    "\n"                                                                                           \
    "Commands:\n"                                                                                  \
    "  patients                  Does patients\n"                                                  \
    "  run                       Does run\n"                                                       \
    "  patients import           Does patients import\n"                                           \
    "  store check               Does store check\n"                                               \
    "\n"                                                                                           \
    "Say:\n"                                                                                       \
    "  say                       Does say\n"                                                       \
    "  fail                      Does fail\n"                                                      \
    "\n"                                                                                           \
    "'prog help COMMAND' explains a command.\n"

#define STORE_HELP                                                                                 \
    "Usage: prog store COMMAND [options]\n"                                                        \
    "\n"                                                                                           \
    "Commands:\n"                                                                                  \
    "  store check               Does store check\n"

TEST(the_help_is_made_of_the_tables)
{
    static const struct {
        const char *line, *help;
    } cases[] = {
        { "prog --help", PROGRAM_HELP },
        { "prog help", PROGRAM_HELP },
        { "prog help run", run_help },
        { "prog run help --help", run_help },
        { "prog help store", STORE_HELP },
        { "prog store --help", STORE_HELP },
        { "prog run --help", run_help },
        { "prog -h run", run_help },
        { "prog patients -h", "Does patients\n"
                              "\n"
                              "Usage: prog patients [options] FROM TO\n"
                              "\n"
                              "Options:\n"
                              "  FROM                      where from\n"
                              "  TO                        where to\n" },
        { "prog store check --help", "Does store check\n"
                                     "\n"
                                     "Usage: prog store check\n" },
        { "prog help say", "Does say\n"
                           "\n"
                           "Usage: prog say\n"
                           "\n"
                           "Examples:\n"
                           "  prog say\n"
                           "      says it\n"
                           "  prog say -v\n"
                           "      says how\n" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str out = STR_MAX(KIB(64)), errors = STR_MAX(KIB(64));
        auto_free char *want = mem_printf("%s%s", cases[i].help, global_help);

        CHECK_AT(i, call(&program, cases[i].line, &out, &errors) == EXIT_DONE);
        CHECK_STR(str_text(&out), want);
        CHECK_STR(str_text(&errors), "");
        CHECK_STR(seen, "");
    }
}

/* A program of one nameless command, without a configuration. */
TEST(a_plain_program_has_no_commands)
{
    static const struct {
        const char *line, *seen, *errors;
        int code;
    } cases[] = {
        { "plain --ledger a here", "run ledger=a place=here", "", EXIT_DONE },
        { "plain -l a -v", "run ledger=a verbose=yes", "", EXIT_DONE },
        { "plain", "", "plain: --ledger is needed: where progress is kept\n", EXIT_USAGE },
        { "plain --config=a -l a", "",
          "plain: there is no option '--config=a' (try 'plain --help')\n", EXIT_USAGE },
        { "plain -c a -l a", "", "plain: there is no option '-c' (try 'plain --help')\n",
          EXIT_USAGE },
        { "plain -l a b c", "", "plain: 'c' is one word too many for 'plain'\n", EXIT_USAGE },
    };
    auto_str out = STR_MAX(KIB(64)), none = STR_MAX(KIB(64));

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str nothing = STR_MAX(KIB(64)), errors = STR_MAX(KIB(64));

        CHECK_AT(i, call(&plain, cases[i].line, &nothing, &errors) == cases[i].code);
        CHECK_STR(seen, cases[i].seen);
        CHECK_STR(str_text(&errors), cases[i].errors);
    }
    CHECK(call(&plain, "plain --help", &out, &none) == EXIT_DONE);
    CHECK(
        span_starts(str_span(&out), "Does it all\n\nUsage: plain [options] [PLACE]\n\nOptions:\n"));
    CHECK(!strstr(str_text(&out), "--config") && strstr(str_text(&out), "  -v, --verbose "));
}

TEST(every_kind_of_error_has_an_exit_code)
{
    static const int codes[] = {
        [ERR_NONE] = 0,   [ERR_USAGE] = 2,    [ERR_DATA] = 1, [ERR_REMOTE] = 1,     [ERR_NET] = 1,
        [ERR_UNSURE] = 1, [ERR_DATABASE] = 1, [ERR_OS] = 1,   [ERR_CANCELED] = 130,
    };

    for (size_t i = 0; i < lengthof(codes); i++) {
        struct err err = { .kind = (enum err_kind)i };

        CHECK_AT(i, cli_exit_of(&err) == codes[i]);
    }
}

static int refuse(const struct err *err, const char **next_r)
{
    *next_r = "ask the one who made it";
    return err->kind == ERR_NET ? 71 : 0;
}

TEST(a_program_judges_its_errors_itself)
{
    struct program judging = program;
    auto_str out = STR_MAX(KIB(64)), errors = STR_MAX(KIB(64));

    judging.judge = refuse;
    CHECK(call(&judging, "prog fail", &out, &errors) == 71);
    CHECK_STR(str_text(&errors), "prog: copying 'inv -7': timed out\n"
                                 "next: ask the one who made it\n");
}

TEST(the_exit_code_names_the_signal)
{
    struct err err = { .kind = ERR_CANCELED, .code = 15 };

    CHECK(cli_exit_of(&err) == 143);
}
