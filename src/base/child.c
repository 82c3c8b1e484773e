/* Programs of the configuration: their words, their environment, and who may name them. */
#include "base/child.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 64, COMMAND_MAX = 8192, ENVIRONMENT_MAX = 64, WAIT_US = 20000 };

/* --- words ---------------------------------------------------------------------------------- */

struct child_words {
    char room[COMMAND_MAX]; /* the words, each followed by a zero */
    char *list[WORDS_MAX + 1];
    size_t count;
};

/* Copies quoted text, or the character after a backslash; moves `at` on. NULL: it never ends. */
static char *quoted_copy(const char **at, char *to)
{
    char quote = *(*at)++;

    if (quote == '\\') {
        if (!**at)
            return NULL;
        *to++ = *(*at)++;
        return to;
    }
    while (**at && **at != quote) {
        if (quote == '"' && **at == '\\' && ((*at)[1] == '"' || (*at)[1] == '\\'))
            (*at)++;
        *to++ = *(*at)++;
    }
    if (!**at)
        return NULL;
    (*at)++;
    return to;
}

static bool words_split(const char *command, struct child_words *words, const char *what,
                        struct err *err)
{
    char *to = words->room;
    const char *at = command;

    if (strlen(command) >= COMMAND_MAX)
        return err_set(err, ERR_USAGE, 0, "%s: its command is too long", what);
    while (at += strspn(at, " \t"), *at) {
        if (words->count == WORDS_MAX)
            return err_set(err, ERR_USAGE, 0, "%s: its command has too many words", what);
        words->list[words->count++] = to;
        while (to && *at && !strchr(" \t", *at)) {
            if (strchr("|&;<>()$`*?~#", *at))
                return err_set(err, ERR_USAGE, 0,
                               "%s: its command has a '%c', but no shell is started: put it in "
                               "quotes, or the whole into a script, or write sh -c '...'",
                               what, *at);
            if (strchr("'\"\\", *at))
                to = quoted_copy(&at, to);
            else
                *to++ = *at++;
        }
        if (!to)
            return err_set(err, ERR_USAGE, 0, "%s: a quote in its command does not end", what);
        *to++ = '\0';
    }
    return words->count > 0 || err_set(err, ERR_USAGE, 0, "%s: its command is empty", what);
}

/* --- environment ---------------------------------------------------------------------------- */

/* The variables that tell a program its paths, user, language, agents and own settings. */
static const char *const passed[] = {
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TERM",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "GNUPGHOME",
    "GPG_TTY",
    "SSH_AUTH_SOCK",
    "PASSWORD_STORE_DIR",
    "VAULT_ADDR",
    "VAULT_CACERT",
    "VAULT_NAMESPACE",
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
};

static bool is_passed(const char *entry)
{
    size_t size = strcspn(entry, "=");

    if (strncmp(entry, "LC_", 3) == 0)
        return true;
    for (size_t i = 0; i < lengthof(passed); i++)
        if (strlen(passed[i]) == size && strncmp(entry, passed[i], size) == 0)
            return true;
    return false;
}

static void environment_make(char *environment[ENVIRONMENT_MAX + 1])
{
    size_t count = 0;

    for (char **entry = environ; *entry && count < ENVIRONMENT_MAX; entry++)
        if (is_passed(*entry))
            environment[count++] = *entry;
    environment[count] = NULL;
}

/* --- starting ------------------------------------------------------------------------------- */

/* Our threads block the signals that one of them waits for; the child unblocks them again. */
static bool child_spawn(const struct child_words *words, const char *what, int in, int out,
                        pid_t *pid_r, struct err *err)
{
    char *environment[ENVIRONMENT_MAX + 1];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t manners;
    sigset_t none, usual;
    int code;

    environment_make(environment);
    (void)sigemptyset(&none);
    (void)sigfillset(&usual);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    (void)posix_spawnattr_init(&manners);
    if (in >= 0) { /* one that is fed has a group of its own, which can be killed as a whole */
        (void)posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
        (void)posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
    }
    (void)posix_spawnattr_setflags(&manners, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
                                                     | (in >= 0 ? POSIX_SPAWN_SETPGROUP : 0)));
    (void)posix_spawnattr_setsigmask(&manners, &none);
    (void)posix_spawnattr_setsigdefault(&manners, &usual);
    code = posix_spawnp(pid_r, words->list[0], &files, &manners, words->list, environment);
    (void)posix_spawnattr_destroy(&manners);
    (void)posix_spawn_file_actions_destroy(&files);
    return code == 0
           || err_set(err, ERR_USAGE, 0, "%s: its command '%.64s' cannot be run: %s", what,
                      words->list[0], strerrordesc_np(code));
}

bool child_start(const char *command, const char *what, struct child *child_r, struct err *err)
{
    auto_free struct child_words *words = mem_new(struct child_words);
    auto_close int out = -1, in = -1;
    struct child child;
    int ends[2];

    if (!words_split(command, words, what, err))
        return false;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_os(err, "%s: running its command", what);
    in = ends[0];
    out = ends[1];
    if (!child_spawn(words, what, -1, out, &child.pid, err))
        return false;
    child.out = in;
    in = -1;
    *child_r = child;
    return true;
}

int child_end(struct child *child)
{
    int status = 0;

    (void)close(child->out);
    child->out = -1;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* --- feeding -------------------------------------------------------------------------------- */

/* A file in memory, so that a program that does not read keeps nobody waiting. */
static int input_make(struct span input, const char *what, struct err *err)
{
    auto_close int in = memfd_create("input", MFD_CLOEXEC);
    int made;

    if (in < 0 || write(in, input.at, input.size) != (ssize_t)input.size
        || lseek(in, 0, SEEK_SET) != 0) {
        (void)err_os(err, "%s: handing its input over", what);
        return -1;
    }
    made = in;
    in = -1;
    return made;
}

/* False: it did not end in time, and was killed. */
static bool child_wait(pid_t pid, int64_t limit_us, int *status_r)
{
    int64_t until_us = time_mono_us() + limit_us;
    pid_t ended;

    while ((ended = waitpid(pid, status_r, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (time_mono_us() >= until_us) {
            (void)kill(-pid, SIGKILL);
            while (waitpid(pid, status_r, 0) < 0 && errno == EINTR)
                ;
            return false;
        }
        (void)usleep(WAIT_US);
    }
    return true;
}

bool child_feed(const char *command, const char *what, struct span input, int64_t limit_us,
                struct err *err)
{
    auto_free struct child_words *words = mem_new(struct child_words);
    auto_close int out = open("/dev/null", O_WRONLY | O_CLOEXEC), in = -1;
    int status = 0;
    pid_t pid;

    if (!words_split(command, words, what, err) || (in = input_make(input, what, err)) < 0)
        return false;
    if (!child_spawn(words, what, in, out, &pid, err))
        return false;
    if (!child_wait(pid, limit_us, &status))
        return err_set(err, ERR_OS, ETIMEDOUT, "%s: its command did not end within %jd s", what,
                       (intmax_t)(limit_us / TIME_SECOND));
    return status == 0
           || err_set(err, ERR_OS, EIO, "%s: its command ended with status %d", what,
                      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* --- who may name a program ----------------------------------------------------------------- */

static bool program_refuse(const char *path, const char *what, const char *why, const char *cure,
                           struct err *err)
{
    return err_set(err, ERR_USAGE, 0, "%s names a program to be run, but %s '%.200s': %s '%.200s'",
                   what, why, path, cure, path);
}

/* In a folder like /tmp others may make names, but not replace ours. */
static bool place_check(const char *path, bool owned, const char *what, struct err *err)
{
    struct stat about;

    if (stat(path, &about) < 0)
        return err_os(err, "asking about '%s'", path);
    if (about.st_mode & 022 && !(S_ISDIR(about.st_mode) && about.st_mode & S_ISVTX))
        return program_refuse(path, what, "others may write", "chmod go-w", err);
    return !owned || about.st_uid == geteuid() || about.st_uid == 0
           || program_refuse(path, what, "somebody else owns", "chown it to yourself:", err);
}

bool child_may_be_named_by(const char *path, const char *what, struct err *err)
{
    auto_free char *real = realpath(path, NULL);
    bool owned = true;

    if (!real)
        return err_os(err, "asking about '%s'", path);
    if (!place_check(real, true, what, err))
        return false;
    do {
        (void)dirname(real);
        if (!place_check(real, owned, what, err))
            return false;
        owned = false;
    } while (strcmp(real, "/") != 0);
    return true;
}
