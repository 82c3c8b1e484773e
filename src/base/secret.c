/* Secrets: read once, kept apart, wiped. */
#include "base/secret.h"

#include "base/mem.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECRET_MAX = 4096 };

struct secret {
    size_t size;
    char text[];
};

/* Whole pages of its own, so that locking and wiping touch nobody else's memory. */
static size_t mapped_size(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return (sizeof(struct secret) + size + page) / page * page;
}

struct secret *secret_new(struct span text)
{
    size_t mapped = mapped_size(text.size);
    struct secret *secret =
        mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (secret == MAP_FAILED)
        abort();
    (void)mlock(secret, mapped);
    (void)madvise(secret, mapped, MADV_DONTDUMP);
    secret->size = text.size;
    if (text.size)
        memcpy(secret->text, text.at, text.size);
    return secret;
}

void secret_free(struct secret *secret)
{
    size_t mapped;

    if (!secret)
        return;
    mapped = mapped_size(secret->size);
    explicit_bzero(secret, mapped);
    (void)munmap(secret, mapped);
}

void auto_secret_cleanup(struct secret **secret)
{
    secret_free(*secret);
}

struct span secret_reveal(const struct secret *secret)
{
    return (struct span){ secret->text, secret->size };
}

bool secret_source_is_set(const struct secret_source *source)
{
    return source->env || source->file || source->command;
}

static bool from_env(const char *name, const char *what, struct secret **secret_r, struct err *err)
{
    char *value = getenv(name);

    if (!value || !*value)
        return err_set(err, ERR_USAGE, 0, "%s: the environment variable %s is %s", what, name,
                       value ? "empty" : "not set");
    *secret_r = secret_new(span_of(value));
    explicit_bzero(value, strlen(value));
    (void)unsetenv(name);
    return true;
}

static bool first_line(int fd, const char *what, const char *where, struct secret **secret_r,
                       struct err *err)
{
    char text[SECRET_MAX + 1];
    size_t used = 0;
    ssize_t got = 1;
    struct span rest, line;

    while (used < sizeof text && (got = read(fd, text + used, sizeof text - used)) != 0) {
        if (got < 0 && errno != EINTR)
            return err_os(err, "reading %s from %s", what, where);
        used += got > 0 ? (size_t)got : 0;
    }
    rest = (struct span){ text, used };
    line = span_cut(&rest, '\n');
    if (span_ends(line, "\r"))
        line.size--;
    if (line.size > 0 && used <= SECRET_MAX)
        *secret_r = secret_new(line);
    explicit_bzero(text, sizeof text);
    if (used > SECRET_MAX)
        return err_set(err, ERR_USAGE, 0, "%s: what %s gives is longer than %d bytes", what, where,
                       SECRET_MAX);
    return line.size > 0 || err_set(err, ERR_USAGE, 0, "%s: %s gives nothing", what, where);
}

static bool from_file(const char *path, const char *what, struct secret **secret_r, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) < 0) {
        (void)err_os(err, "%s: opening '%s'", what, path);
        err->kind = ERR_USAGE;
        return false;
    }
    if (about.st_uid != geteuid() || (about.st_mode & 077) != 0)
        return err_set(err, ERR_USAGE, 0,
                       "%s: others may read '%s': it must belong to you and have mode 0600 "
                       "(chmod 600 '%s')",
                       what, path, path);
    return first_line(fd, what, path, secret_r, err);
}

static bool from_command(const char *command, const char *what, struct secret **secret_r,
                         struct err *err)
{
    FILE *pipe = popen(command, "re");
    bool good;
    int status;

    if (!pipe)
        return err_os(err, "%s: running the command that gives it", what);
    good = first_line(fileno(pipe), what, "the command that gives it", secret_r, err);
    status = pclose(pipe);
    if (good && status != 0) {
        secret_free(take(*secret_r));
        return err_set(err, ERR_USAGE, 0, "%s: the command that gives it ended with status %d",
                       what, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
    return good;
}

bool secret_read(const struct secret_source *source, const char *what, struct secret **secret_r,
                 struct err *err)
{
    if (source->env)
        return from_env(source->env, what, secret_r, err);
    if (source->file)
        return from_file(source->file, what, secret_r, err);
    if (source->command)
        return from_command(source->command, what, secret_r, err);
    return err_set(err, ERR_USAGE, 0, "%s is not named anywhere", what);
}
