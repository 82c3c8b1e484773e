/* Only the end of the file is read: it may begin with a line for each of many differences. */
#include "report/verified.h"

#include "base/str.h"
#include "base/time.h"
#include "json/json.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { END_MAX = 64 * 1024 };

static const struct json_member shape[] = {
    JSON_U64(struct verified, records, "records"),
    JSON_U64(struct verified, documents, "documents"),
    JSON_U64(struct verified, rows, "rows"),
    JSON_U64(struct verified, objects, "objects"),
    JSON_U64(struct verified, hashed, "hashed"),
    JSON_U64(struct verified, source_read, "source_read"),
    JSON_U64(struct verified, differences, "differences"),
    JSON_SHAPE_END,
};

static bool end_read(const char *path, char *text, size_t *size_r, int64_t *at_us_r,
                     struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    ssize_t got;

    if (fd < 0 || fstat(fd, &about) < 0)
        return err_os(err, "opening '%s'", path);
    got = pread(fd, text, END_MAX, about.st_size > END_MAX ? about.st_size - END_MAX : 0);
    if (got < 0)
        return err_os(err, "reading '%s'", path);
    *size_r = (size_t)got;
    *at_us_r = about.st_mtim.tv_sec * TIME_SECOND + about.st_mtim.tv_nsec / 1000;
    return true;
}

static struct span last_line(struct span text)
{
    size_t begin = 0;

    text = span_trim(text);
    for (size_t i = 0; i < text.size; i++)
        if (text.at[i] == '\n')
            begin = i + 1;
    return span_from(text, begin);
}

bool verified_read(const char *path, struct verified *verified_r, struct err *err)
{
    char text[END_MAX];
    struct verified verified = { .is_told = true };
    auto_json *json = NULL;
    size_t size;

    if (!end_read(path, text, &size, &verified.at_us, err))
        return false;
    if (!json_read(last_line((struct span){ text, size }), &json, err)
        || !json_fill(json, json_root(json), shape, &verified, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "'%s' does not end as the output of 'fmferry verify --json' does",
                       path);
    }
    *verified_r = verified;
    return true;
}
