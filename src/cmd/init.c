/* `fmferry init`: a commented configuration, asked for on a terminal. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/sign.h"

#include <unistd.h>

enum { FILE_MAX = 256 * 1024, ANSWER_SIZE = 512 };

struct init_options {
    bool defaults, key;
};

/* The keys that a clinic sets, in the table's order. A key without a question has its default. */
static const struct {
    const char *section, *name, *question;
} init_keys[] = {
    { "source", "url", "Address of FileMaker Server" },
    { "source", "database", "Name of the file (without .fmp12)" },
    { "source", "account", "Account with the privilege fmrest" },
    { "source", "password_file", "File that holds its password (mode 0600)" },
    { "source", "layout", "Layout of the documents" },
    { "source", "key_field", NULL },
    { "source", "container_field", "Container field" },
    { "source", "mark_field", "Field for the export date (empty: write nothing to FileMaker)" },
    { "source", "type_field", NULL },
    { "source", "date_field", NULL },
    { "source", "patient_field", NULL },
    { "source", "time_zone", "Time zone of FileMaker's stamps (empty: this machine's)" },
    { "store", "url", "Where the documents go (dir:FOLDER, or s3://BUCKET/PREFIX)" },
    { "registry", "url", "The application's database" },
    { "ledger", "url", "The migration's own book" },
};

static const struct conf_key *key_of(const char *section, const char *name)
{
    for (const struct conf_key *key = settings_keys; key->section; key++)
        if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
            return key;
    abort();
}

/* Asks. An empty answer keeps the default; the end of the input ends the questions. */
static bool question_ask(const char *question, const char *fallback, char **answer_r)
{
    char line[ANSWER_SIZE];
    struct span answer;

    print("%s [%s]: ", question, fallback);
    (void)fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return false;
    answer = span_trim(span_of(line));
    *answer_r = answer.size ? span_text(answer) : mem_text(fallback);
    return true;
}

static void help_write(struct str *to, const char *help)
{
    struct span rest = span_of(help);

    while (rest.size) {
        struct span line = span_cut(&rest, '\n');

        str_printf(to, "# " SPAN_FORMAT "\n", SPAN_ARGS(line));
    }
}

static void file_write(struct str *to, char *const *answers)
{
    const char *section = "";

    str_add_text(
        to,
        "# The settings of fmferry: what it moves, and where to. These are the ones that a clinic\n"
        "# sets; 'fmferry settings' explains all of them, with their defaults.\n");
    for (size_t i = 0; i < lengthof(init_keys); i++) {
        const struct conf_key *key = key_of(init_keys[i].section, init_keys[i].name);
        const char *value = answers[i] ? answers[i] : key->fallback;

        if (strcmp(section, key->section) != 0)
            str_printf(to, "\n[%s]\n", key->section);
        section = key->section;
        help_write(to, key->help);
        str_printf(to, "%s =%s%s\n", key->name, *value ? " " : "", value);
    }
}

static bool answers_ask(char **answers, struct err *err)
{
    for (size_t i = 0; i < lengthof(init_keys); i++)
        if (init_keys[i].question
            && !question_ask(init_keys[i].question,
                             key_of(init_keys[i].section, init_keys[i].name)->fallback,
                             &answers[i]))
            return err_set(err, ERR_CANCELED, 0, "nothing was written");
    return true;
}

/* Makes the signing key. An existing one is kept: certificates were signed with it. */
static bool signing_key_make(const char *path, bool must_be_new, struct err *err)
{
    if (sign_key_make(path, err))
        return true;
    if (err->kind != ERR_OS || err->code != EEXIST)
        return false;
    return !must_be_new
           || err_set(err, ERR_USAGE, 0,
                      "'%s' already exists: certificates may have been signed with it", path);
}

/* Makes the key for a configuration that is older than certificates. */
static int key_body(struct work *work, struct err *err)
{
    const char *path = work->settings.signing_key;

    if (!signing_key_make(path, true, err))
        return -1;
    print("%s signs certificates, %s.pub is for those who check them\n", path, path);
    return EXIT_DONE;
}

static int init_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct init_options *o = arg;
    char *answers[lengthof(init_keys)] = { NULL };
    auto_str text = STR_MAX(FILE_MAX);
    bool good;

    if (o->key)
        return work_do(globals, 0, NULL, key_body, err);
    good = o->defaults || !isatty(STDIN_FILENO) || answers_ask(answers, err);
    if (good) {
        file_write(&text, answers);
        good = fs_create(globals->config, str_span(&text), 0600, err);
        if (!good && err->kind == ERR_OS && err->code == EEXIST)
            (void)err_set(err, ERR_USAGE, 0,
                          "'%s' already exists: edit it, or choose another name with --config",
                          globals->config);
    }
    good = good && signing_key_make(key_of("report", "signing_key")->fallback, false, err);
    for (size_t i = 0; i < lengthof(init_keys); i++)
        free(answers[i]);
    if (!good)
        return -1;
    print("%s is written; next: fmferry check\n", globals->config);
    return EXIT_DONE;
}

static const struct opt init_opts[] = {
    OPT_FLAG(struct init_options, defaults, "defaults", 0, "ask nothing, write the defaults"),
    OPT_FLAG(struct init_options, key, "key", 0, "only make the key that signs certificates"),
    OPT_END,
};

static const struct init_options init_defaults = { 0 };

const struct cmd cmd_init = {
    "init",
    "Write a commented configuration",
    "Asks for the settings that only you can know, and writes fmferry.ini with the keys that a\n"
    "clinic sets and their meanings; 'fmferry settings' explains all the others. Makes the key\n"
    "that signs certificates. Never overwrites a file.",
    init_opts,
    &init_defaults,
    sizeof init_defaults,
    init_command,
    .heading = "Set up",
    .examples = {
        { "fmferry init", "asks for what only you can know, and writes fmferry.ini" },
        { "fmferry init --defaults", "asks nothing; the file is filled in with an editor" },
    },
};
