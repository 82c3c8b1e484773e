/* Secrets: read once, kept apart, wiped. */
#include "base/secret.h"

#include "base/child.h"
#include "base/mem.h"
#include "base/text.h"

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

/* A setting that was left empty is "", not NULL. */
static bool source_is_named(const char *text)
{
    return text && *text;
}

bool secret_source_is_set(const struct secret_source *source)
{
    return source->given || source_is_named(source->env) || source_is_named(source->file)
           || source_is_named(source->command);
}

/* Invisible characters would look like a wrong password. */
static bool is_visible(struct span text, const char *what, const char *where, struct err *err)
{
    const char *strange = text_strange(text);

    if (strange)
        return err_set(err, ERR_USAGE, 0, "%s: what %s gives %s", what, where, strange);
    for (size_t i = 0; i < text.size; i++)
        if ((uint8_t)text.at[i] < 0x20 || text.at[i] == 0x7F)
            return err_set(
                err, ERR_USAGE, 0,
                "%s: what %s gives holds a control character (0x%02X, place %zu): a line "
                "end or a tab that nobody sees? Write it anew without",
                what, where, (unsigned)(uint8_t)text.at[i], i + 1);
    return true;
}

static bool from_person(const struct secret *typed, const char *what, struct secret **secret_r,
                        struct err *err)
{
    if (!is_visible(secret_reveal(typed), what, "the answer", err))
        return false;
    *secret_r = secret_new(secret_reveal(typed));
    return true;
}

static bool from_env(const char *name, const char *what, struct secret **secret_r, struct err *err)
{
    auto_free char *where = mem_printf("the environment variable %s", name);
    char *value = getenv(name);

    if (!value || !*value)
        return err_set(err, ERR_USAGE, 0, "%s: the environment variable %s is %s", what, name,
                       value ? "empty" : "not set");
    if (!is_visible(span_of(value), what, where, err))
        return false;
    *secret_r = secret_new(span_of(value));
    explicit_bzero(value, strlen(value));
    (void)unsetenv(name);
    return true;
}

/* Reads from `fd`, up to one byte more than is allowed. */
static bool read_up_to(int fd, char *text, size_t room, size_t *used_r)
{
    size_t used = 0;
    ssize_t got = 1;

    while (used < room && (got = read(fd, text + used, room - used)) != 0) {
        if (got < 0 && errno != EINTR)
            return false;
        used += got > 0 ? (size_t)got : 0;
    }
    *used_r = used;
    return true;
}

static bool first_line(int fd, const char *what, const char *where, struct secret **secret_r,
                       struct err *err)
{
    char text[SECRET_MAX + 1];
    size_t used = 0;
    bool good = read_up_to(fd, text, sizeof text, &used)
                || err_os(err, "%s: reading %s", what, where);
    struct span rest = { text, used }, line = span_cut(&rest, '\n');

    if (span_ends(line, "\r"))
        line.size--;
    if (good && used > SECRET_MAX)
        good = err_set(err, ERR_USAGE, 0, "%s: what %s gives is longer than %d bytes", what, where,
                       SECRET_MAX);
    else if (good && line.size == 0)
        good = err_set(err, ERR_USAGE, 0,
                       rest.size ? "%s: %s gives nothing: its first line is empty"
                                 : "%s: %s gives nothing",
                       what, where);
    else if (good)
        good = is_visible(line, what, where, err);
    if (good)
        *secret_r = secret_new(line);
    explicit_bzero(text, sizeof text);
    return good;
}

/* O_NONBLOCK: a named pipe without a writer would keep us waiting for ever. */
static bool from_file(const char *path, const char *what, struct secret **secret_r, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) < 0) {
        bool is_link = errno == ELOOP;

        (void)err_os(err, "%s: opening '%s'%s", what, path, is_link ? ", a symbolic link" : "");
        err->kind = ERR_USAGE;
        return false;
    }
    if (!S_ISREG(about.st_mode))
        return err_set(err, ERR_USAGE, 0, "%s: '%s' is not a plain file", what, path);
    if (about.st_uid != geteuid() || (about.st_mode & 077) != 0)
        return err_set(err, ERR_USAGE, 0,
                       "%s: others may read '%s': it must belong to you and have mode 0600 "
                       "(chmod 600 '%s')",
                       what, path, path);
    return first_line(fd, what, path, secret_r, err);
}

/* The way a command ended is reported before its output, unless we closed that early. */
static bool ended_well(int status, bool gave, const char *what, struct err *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return err_set(err, ERR_USAGE, 0, "%s: its command ended with status %d", what,
                       WEXITSTATUS(status));
    if (gave && WIFSIGNALED(status))
        return err_set(err, ERR_USAGE, 0, "%s: its command was ended by signal %d", what,
                       WTERMSIG(status));
    return gave;
}

static bool from_command(const char *command, const char *what, struct secret **secret_r,
                         struct err *err)
{
    auto_secret *secret = NULL;
    struct child child;
    bool gave;

    if (!child_start(command, what, &child, err))
        return false;
    gave = first_line(child.out, what, "its command", &secret, err);
    if (!ended_well(child_end(&child), gave, what, err))
        return false;
    *secret_r = take(secret);
    return true;
}

bool secret_read(const struct secret_source *source, const char *what, struct secret **secret_r,
                 struct err *err)
{
    int named = source_is_named(source->env) + source_is_named(source->file)
                + source_is_named(source->command);

    if (source->given)
        return from_person(source->given, what, secret_r, err);
    if (named > 1)
        return err_set(err, ERR_USAGE, 0,
                       "%s is named more than once (a variable, a file, a command: one of them)",
                       what);
    if (source_is_named(source->env))
        return from_env(source->env, what, secret_r, err);
    if (source_is_named(source->file))
        return from_file(source->file, what, secret_r, err);
    if (source_is_named(source->command))
        return from_command(source->command, what, secret_r, err);
    return err_set(err, ERR_USAGE, 0, "%s is not named anywhere", what);
}
