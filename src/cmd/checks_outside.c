/* Lists the files of a backup's folder that no record names, if a person asked for it: it reads all records. */
#include "cmd/checks.h"

#include "base/fs.h"
#include "base/mem.h"
#include "cmd/verifying.h"

#include <unistd.h>

static bool path_write(void *arg, const char *path, struct err *err)
{
    auto_free char *line = mem_printf("%s\n", path);

    return fs_write_all(*(int *)arg, span_of(line), "the list of files", err);
}

static bool list_write(const struct checks *c, int fd, struct verify_outside *outside_r,
                       struct err *err)
{
    const struct verify_settings reader = verifying_source(c->engine);

    return verify_unnamed(&reader, c->cancel, path_write, &fd, outside_r, err);
}

bool check_outside(struct checks *c, struct preflight_result *tried, struct err *err)
{
    struct verify_outside outside;
    auto_close int fd = -1;

    if (!c->orphans || !c->engine->backup)
        return true;
    if (!fs_open_unnamed(c->orphans, &fd, err) || !list_write(c, fd, &outside, err)
        || !fs_put_in_place(fd, c->orphans, 0600, err))
        return err_ctx(err, "--orphans");
    str_printf(&tried->ok_text, "; no record names %ju of them, listed in '%s'",
               (uintmax_t)outside.unnamed, c->orphans);
    return true;
}
