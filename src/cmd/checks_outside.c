/* Lists the files of a backup's folder that no record names, if a person asked for it: it reads all records. */
#include "cmd/checks.h"

#include "base/fs.h"
#include "base/mem.h"
#include "verify/verify.h"

#include <unistd.h>

static bool path_write(void *arg, const char *path, struct err *err)
{
    auto_free char *line = mem_printf("%s\n", path);

    return fs_write_all(*(int *)arg, span_of(line), "the list of files", err);
}

static bool list_write(const struct checks *c, int fd, struct verify_outside *outside_r,
                       struct err *err)
{
    const struct engine_settings *e = c->engine;
    const struct verify_settings reader = { .source_name = e->source_name,
                                            .filemaker = e->filemaker,
                                            .file = e->file,
                                            .layout = e->fields.layout,
                                            .key_field = e->fields.key,
                                            .mark_field = e->fields.mark,
                                            .patient_field = e->fields.patient,
                                            .type_field = e->fields.type,
                                            .container_list = e->fields.container_list,
                                            .path_list = e->fields.path_list,
                                            .md5_list = e->fields.md5_list,
                                            .backup = e->backup,
                                            .each_container = e->fields.each_is_document,
                                            .filter = "" };

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
