/* What was made is remembered, so that it can be taken back. */
#include "cmd/init_files.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/sign.h"

#include <unistd.h>

enum { FILE_MAX = 256 * 1024, MADE_MAX = 8 };

struct made_files {
    char *paths[MADE_MAX];
    size_t count;
};

static void made_note(struct made_files *made, char *path)
{
    made->paths[made->count++] = path;
}

/* `keep`: all is well; else they are removed. */
static void made_clear(struct made_files *made, bool keep)
{
    for (size_t i = 0; i < made->count; i++) {
        if (!keep)
            (void)unlink(made->paths[i]);
        free(made->paths[i]);
    }
}

static bool already_there(const char *path, struct err *err)
{
    return err_set(err, ERR_USAGE, 0,
                   "'%s' already exists: edit it, or choose another name with --config", path);
}

bool init_files_check(const char *config, struct err *err)
{
    return access(config, F_OK) < 0 || already_there(config, err);
}

bool init_signing_key(const char *path, struct err *err)
{
    if (sign_key_make(path, err))
        return true;
    return err->kind == ERR_OS && err->code == EEXIST
               ? err_set(err, ERR_USAGE, 0,
                         "'%s' already exists: certificates may have been signed with it", path)
               : false;
}

/* An existing key is kept: certificates were signed with it. */
static bool signing_key_make(const char *path, struct made_files *made, struct err *err)
{
    if (!sign_key_make(path, err)) {
        bool is_there = err->kind == ERR_OS && err->code == EEXIST;

        if (is_there)
            *err = (struct err){ 0 };
        return is_there;
    }
    made_note(made, mem_text(path));
    made_note(made, mem_printf("%s.pub", path));
    return true;
}

static bool secret_write(const struct init_secret *of, struct made_files *made, struct err *err)
{
    auto_secret *line = NULL;
    char *text = mem_printf(SPAN_FORMAT "\n", SPAN_ARGS(secret_reveal(of->secret)));
    bool good;

    line = secret_new(span_of(text));
    explicit_bzero(text, strlen(text));
    free(text);
    good = fs_create(of->path, secret_reveal(line), 0600, err);
    if (good)
        made_note(made, mem_text(of->path));
    return good;
}

static bool config_write(const char *path, const struct draft *draft, struct err *err)
{
    auto_str text = STR_MAX(FILE_MAX);

    draft_write(draft, &text);
    if (fs_create(path, str_span(&text), 0600, err))
        return true;
    return err->kind == ERR_OS && err->code == EEXIST ? already_there(path, err) : false;
}

static bool all_write(const struct init_files *files, const struct draft *draft,
                      struct made_files *made, struct err *err)
{
    if (!init_files_check(files->config, err))
        return false;
    for (size_t i = 0; i < files->secret_count; i++)
        if (!secret_write(&files->secrets[i], made, err))
            return false;
    return signing_key_make(files->signing_key, made, err)
           && config_write(files->config, draft, err);
}

bool init_files_write(const struct init_files *files, const struct draft *draft, struct err *err)
{
    struct made_files made = { .count = 0 };
    bool good = all_write(files, draft, &made, err);

    made_clear(&made, good);
    return good;
}
