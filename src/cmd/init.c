/* `fmferry init`: a configuration, asked for on a terminal, or made of what the command line says. */
#include "cmd/commands.h"
#include "cmd/draft.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/sign.h"

#include <unistd.h>

enum { FILE_MAX = 256 * 1024, OPEN_KEYS_MAX = 1024 };

struct init_options {
    bool defaults, key;
    struct field_list sets;
};

/* Makes the signing key. An existing one is kept: certificates were signed with it. */
static bool signing_key_make(const char *path, bool must_be_new, bool *made_r, struct err *err)
{
    *made_r = sign_key_make(path, err);
    if (*made_r)
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
    bool made;

    if (!signing_key_make(path, true, &made, err))
        return -1;
    print("%s signs certificates, %s.pub is for those who check them\n", path, path);
    return EXIT_DONE;
}

/* --- writing -------------------------------------------------------------------------------- */

static bool config_is_new(const char *path, struct err *err)
{
    return access(path, F_OK) < 0
           || err_set(err, ERR_USAGE, 0,
                      "'%s' already exists: edit it, or choose another name with --config", path);
}

static bool config_create(const char *path, const struct draft *draft, struct err *err)
{
    auto_str text = STR_MAX(FILE_MAX);

    draft_write(draft, &text);
    if (fs_create(path, str_span(&text), 0600, err))
        return true;
    return err->kind == ERR_OS && err->code == EEXIST ? config_is_new(path, err) : false;
}

static void signing_key_remove(const char *path)
{
    auto_free char *public = mem_printf("%s.pub", path);

    (void)unlink(path);
    (void)unlink(public);
}

/* Writes all files or none; the configuration comes last, since it names the others. */
static bool files_write(const char *config, const struct draft *draft, const char *signing_key,
                        struct err *err)
{
    bool made;

    if (!config_is_new(config, err) || !signing_key_make(signing_key, false, &made, err))
        return false;
    if (config_create(config, draft, err))
        return true;
    if (made)
        signing_key_remove(signing_key);
    return false;
}

/* --- the command ---------------------------------------------------------------------------- */

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

    if (!words_set(draft, words, err))
        return false;
    draft_fill(draft);
    if (!draft_read(draft, &settings, err)
        || !files_write(config, draft, settings.signing_key, err))
        return false;
    open_keys_print(draft, config);
    return true;
}

static int init_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct init_options *o = arg;

    if (o->key)
        return work_do(globals, 0, NULL, key_body, err);
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
    "Write a commented configuration",
    "Writes fmferry.ini with the keys that a clinic sets and their meanings; 'fmferry settings'\n"
    "explains all the others. Makes the key that signs certificates. All is written or nothing,\n"
    "and never over a file.\n"
    "\n"
    "  fmferry init --set source.url=https://fms.example.com --set source.layout=Documents",
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
