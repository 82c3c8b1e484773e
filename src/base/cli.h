/*
 * Command lines: each command is a table of options bound to its own struct, from which the help,
 * the manual and the completion are made.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/field.h"

struct opt {
    const char *name;  /* long name without dashes; NULL ends the table        */
    char letter;       /* short name, or 0                                     */
    const char *value; /* the value's name in the help, "FILE"; NULL for flags */
    struct field field;
    bool positional; /* given by its place, not by its name                           */
    bool needed;
    const char *help;
};

#define OPT_TEXT(object, member, long_name, letter, value, help)                                   \
    {                                                                                              \
        long_name, letter, value, FIELD_OF_TEXT(object, member), false, false, help                \
    }
#define OPT_NEED(object, member, long_name, letter, value, help)                                   \
    {                                                                                              \
        long_name, letter, value, FIELD_OF_TEXT(object, member), false, true, help                 \
    }
#define OPT_INT(object, member, long_name, letter, value, min, max, help)                          \
    {                                                                                              \
        long_name, letter, value, FIELD_OF_INT(object, member, min, max), false, false, help       \
    }
#define OPT_FLAG(object, member, long_name, letter, help)                                          \
    {                                                                                              \
        long_name, letter, NULL, FIELD_OF_FLAG(object, member), false, false, help                 \
    }
/* May be given several times. */
#define OPT_LIST(object, member, long_name, letter, value, help)                                   \
    {                                                                                              \
        long_name, letter, value, FIELD_OF_LIST(object, member), false, false, help                \
    }
#define OPT_PLACE(object, member, value, is_needed, help)                                          \
    {                                                                                              \
        value, 0, value, FIELD_OF_TEXT(object, member), true, is_needed, help                      \
    }
#define OPT_END                                                                                    \
    {                                                                                              \
        .name = NULL                                                                               \
    }

struct program;

struct cli_globals {
    const struct program *program; /* for the commands that tell of all of them */
    const char *config;
    bool verbose;
    bool log_json;
    bool help;
    bool version;
};

/* The command as a person would type it, and what it is for. */
struct cli_example {
    const char *line, *use;
};

enum { CLI_EXAMPLES_MAX = 3 };

struct cmd {
    const char *name;    /* one or two words: "patients import" */
    const char *summary; /* one line */
    const char *help;    /* paragraphs that explain; may be NULL */
    const struct opt *options;
    const void *defaults; /* copied into a fresh options struct */
    size_t options_size;
    /* Runs the command. Returns the exit code, or -1 with `err` set if it could not work. */
    int (*run)(const struct cli_globals *globals, const void *options, struct err *err);
    const char
        *heading; /* of the program's help, for this command and those that follow; or NULL */
    struct cli_example examples[CLI_EXAMPLES_MAX]; /* fewer end with one without a line */
};

struct program {
    const char *name, *version, *summary;
    const struct cmd *const *cmds; /* ended by NULL; one without a name: a plain program */
    const char *closing;           /* last paragraph of the help                         */
    const char *default_config;    /* for --config; NULL: the program has no such option */
    /*
     * The exit code of an error, and what a person does next, a sentence or NULL. NULL: the code is
     * cli_exit_of(), and nothing is said.
     */
    int (*judge)(const struct err *err, const char **next_r);
};

/* Exit codes that every command shares. */
enum cli_exit {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_LEFT = 3,
    EXIT_REFUSED = 4,
    EXIT_AWAY = 5,
    EXIT_FULL = 6,
    EXIT_SIGNAL = 128,   /* and the signal's number */
    EXIT_CANCELED = 130, /* by Ctrl-C               */
};

/*
 * Parses and runs; prints an error as one sentence on standard error, and what to do next as
 * another. A reader of standard output that has seen enough ("| head") is no error. Returns the exit
 * code.
 */
int cli_main(const struct program *program, int argc, char **argv);

/* The options that every command has, ended as a command's. */
const struct opt *cli_global_options(const struct program *program);

/* The exit code that stands for an error, by its kind alone. */
int cli_exit_of(const struct err *err);
