/* `fmferry init`: a configuration, asked for on a terminal, or made of what the command line says. */
#include "cmd/commands.h"
#include "cmd/guide.h"
#include "cmd/init_files.h"
#include "cmd/signals.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/http.h"

#include <unistd.h>

enum { FILE_MAX = 256 * 1024, OPEN_KEYS_MAX = 1024 };

struct init_options {
    bool defaults, key;
    struct field_list sets;
};

/* Makes the key for a configuration that is older than certificates. */
static int key_body(struct work *work, struct err *err)
{
    const char *path = work->settings.signing_key;

    if (!init_signing_key(path, err))
        return -1;
    print("%s signs certificates, %s.pub is for those who check them\n", path, path);
    return EXIT_DONE;
}

/* --- from the command line ------------------------------------------------------------------ */

static bool words_set(struct draft *draft, const struct field_list *words, struct err *err)
{
    for (size_t i = 0; i < words->count; i++)
        if (!draft_set_word(draft, words->texts[i], err))
            return false;
    return true;
}

static void open_keys_print(const struct draft *draft, const char *config)
{
    auto_str open = STR_MAX(OPEN_KEYS_MAX);

    draft_open_keys(draft, &open);
    if (open.size)
        print("%s is written; still to fill in: %s; then: fmferry check\n", config,
              str_text(&open));
    else
        print("%s is written; next: fmferry check\n", config);
}

/* Makes the files of what the command line says; the rest stands there to be filled in. */
static bool init_silently(const char *config, const struct field_list *words, struct err *err)
{
    auto_draft *draft = draft_new();
    auto_settings settings = { 0 };
    struct init_files files = { .config = config };

    if (!words_set(draft, words, err))
        return false;
    draft_fill(draft);
    if (!draft_read(draft, &settings, err))
        return false;
    files.signing_key = settings.signing_key;
    if (!init_files_write(&files, draft, err))
        return false;
    open_keys_print(draft, config);
    return true;
}

/* --- by questions --------------------------------------------------------------------------- */

/* Adds the secrets that were typed, with the files that the draft names for them. */
static void secrets_add(const struct guide *guide, struct init_files *files)
{
    static const char *const keys[GUIDE_SECRETS][2] = { { "source", "password_file" },
                                                        { "store", "secret_key_file" } };

    for (size_t i = 0; i < GUIDE_SECRETS; i++)
        if (guide->secrets[i])
            files->secrets[files->secret_count++] =
                (struct init_secret){ draft_value(guide->draft, keys[i][0], keys[i][1]),
                                      guide->secrets[i] };
}

/* Everything that will be written: the configuration without its explanations, and the files. */
static void files_print(const struct init_files *files, const struct draft *draft)
{
    auto_str text = STR_MAX(FILE_MAX);
    struct span rest;

    guide_head(files->config);
    draft_write(draft, &text);
    for (rest = str_span(&text); rest.size;) {
        auto_free char *line = span_text(span_cut(&rest, '\n'));

        if (*line && *line != '#')
            print(*line == '[' ? "  %s\n" : "    %s\n", line);
    }
    for (size_t i = 0; i < files->secret_count; i++)
        print("  %s: the secret, readable by you alone\n", files->secrets[i].path);
    print("  %s signs certificates; %s.pub is for those who check them\n\n", files->signing_key,
          files->signing_key);
}

static bool answers_write(struct guide *guide, const char *config, struct err *err)
{
    auto_settings settings = { 0 };
    struct init_files files = { .config = config };
    bool yes;

    if (!draft_read(guide->draft, &settings, err))
        return false;
    files.signing_key = settings.signing_key;
    secrets_add(guide, &files);
    files_print(&files, guide->draft);
    if (!ask_yes(guide->cancel, "Write these files?", true, &yes, err))
        return false;
    if (!yes)
        return err_set(err, ERR_CANCELED, 0, "nothing was written");
    if (!init_files_write(&files, guide->draft, err))
        return false;
    print("%s is written; next: fmferry check\n", config);
    return true;
}

static bool init_guided(const struct cli_globals *globals, struct err *err)
{
    auto_draft *draft = draft_new();
    struct cancel *cancel = cancel_new();
    struct guide guide = { .cancel = cancel, .draft = draft };
    struct signals *signals = NULL;
    bool good;

    if (!globals->verbose)
        log_setup(LOG_ERROR, globals->log_json); /* every answer is told on the terminal */
    signals = signals_listen(NULL, cancel);
    http_setup();
    good = init_files_check(globals->config, err) && guide_file_fits(globals->config, err)
           && guide_ask(&guide, err) && answers_write(&guide, globals->config, err);
    guide_clear(&guide);
    http_teardown();
    signals_free(signals);
    cancel_free(cancel);
    return good;
}

/* --- the command ---------------------------------------------------------------------------- */

static bool may_ask(const struct init_options *o)
{
    return !o->defaults && o->sets.count == 0 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int init_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct init_options *o = arg;

    if (o->key)
        return work_do(globals, 0, NULL, key_body, err);
    if (may_ask(o))
        return init_guided(globals, err) ? EXIT_DONE : -1;
    return init_silently(globals->config, &o->sets, err) ? EXIT_DONE : -1;
}

static const struct opt init_opts[] = {
    OPT_LIST(struct init_options, sets, "set", 0, "SECTION.KEY=VALUE",
             "ask nothing, and write this setting; may be given any number of times.\n"
             "No passwords: name the file that holds one"),
    OPT_FLAG(struct init_options, defaults, "defaults", 0,
             "ask nothing; what is not known stands there to be filled in"),
    OPT_FLAG(struct init_options, key, "key", 0, "only make the key that signs certificates"),
    OPT_END,
};

static const struct init_options init_defaults = { 0 };

const struct cmd cmd_init = {
    "init",
    "Ask for what must be known, try it, and write the configuration",
    "On a terminal: asks for FileMaker Server (or a file, or a list of files), the account, the\n"
    "layout and its fields, the store and the database, in this order. Each answer is tried at\n"
    "once; one that does not work can be given again, or kept for what is not up yet. Three\n"
    "records are shown as they would arrive. At the end everything is shown, and written or not:\n"
    "fmferry.ini, the files of the passwords, the key that signs certificates. Nothing is ever\n"
    "written over.\n"
    "\n"
    "From a pipe, with --set or with --defaults nothing is asked and nothing tried: what is not\n"
    "known stands in the file to be filled in. 'fmferry settings' explains all keys.",
    init_opts,
    &init_defaults,
    sizeof init_defaults,
    init_command,
    .heading = "Set up",
    .examples = {
        { "fmferry init", "asks for what only you can know, and writes fmferry.ini" },
        { "fmferry init --set source.url=https://fms.example.com --set source.layout=Documents",
          "asks nothing; what else is needed is filled in with an editor" },
    },
};
