/* The document lies in sealed memory; the words come through a pipe until the program ends. */
#include "console/preview/words_program.h"

#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "preview/wire.h"

#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* By the clock, for the kernel gives idle children what nobody else wants; its work has a limit. */
#define PATIENCE_US (600 * TIME_SECOND)

enum { PIECE = 16 * 1024, ABOVE_ALL = 10 };

/* --- kinds ------------------------------------------------------------------------------------ */

bool words_program_makes_html(struct span bytes)
{
    return span_starts(bytes, "{\\rtf");
}

bool words_program_reads(struct span bytes)
{
    return words_program_makes_html(bytes)
           || span_starts(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
}

char *words_programs_there(void)
{
    static const char *const programs[] = { WORDS_CATDOC, WORDS_XLS2CSV, WORDS_UNRTF,
                                            WORDS_TESSERACT };
    auto_str there = STR_MAX(KIB(1));

    for (size_t i = 0; i < lengthof(programs); i++)
        if (access(programs[i], X_OK) == 0)
            str_printf(&there, "%s ", strrchr(programs[i], '/') + 1);
    return span_text(str_span(&there));
}

/* Where Debian puts what Tesseract knows of a language, by Tesseract's version. */
static bool language_is_there(const char *name)
{
    auto_free char *pattern =
        mem_printf("/usr/share/tesseract-ocr/*/tessdata/%s.traineddata", name);
    glob_t found = { 0 };
    bool is_there = glob(pattern, 0, NULL, &found) == 0;

    globfree(&found);
    return is_there;
}

static bool language_check(const char *name, struct err *err)
{
    if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz_")] != '\0')
        return err_set(err, ERR_USAGE, 0,
                       "[console] scan_languages: '%s' is no language as Tesseract names them: "
                       "deu, eng, or several: deu+eng",
                       name);
    if (access(WORDS_TESSERACT, X_OK) != 0)
        return err_set(err, ERR_USAGE, 0,
                       "[console] scan_languages: Tesseract, which reads scans, is not installed: "
                       "apt install tesseract-ocr");
    return language_is_there(name)
           || err_set(err, ERR_USAGE, 0,
                      "[console] scan_languages: Tesseract does not have '%s': apt install "
                      "tesseract-ocr-%s",
                      name, name);
}

bool words_program_knows(const char *languages, struct err *err)
{
    struct span rest = span_of(languages);

    while (rest.size > 0) {
        auto_free char *name = span_text(span_cut(&rest, '+'));

        if (!language_check(name, err))
            return false;
    }
    return true;
}

/* --- starting --------------------------------------------------------------------------------- */

static int memory_make(struct span bytes)
{
    auto_close int memory = memfd_create("document", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct err ignored;

    if (memory < 0 || !fs_write_all(memory, bytes, "document", &ignored)
        || lseek(memory, 0, SEEK_SET) != 0
        || fcntl(memory, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        return -1;
    return take_fd(memory);
}

static int process_spawn(const char *program, const char *languages, int in, int out, pid_t *pid_r)
{
    char *words[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)languages, NULL };
    char *none_around[] = { NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t manners;
    sigset_t none, usual;
    int code;

    (void)sigemptyset(&none);
    (void)sigfillset(&usual);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawnattr_init(&manners);
    (void)posix_spawnattr_setflags(&manners, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    (void)posix_spawnattr_setsigmask(&manners, &none);
    (void)posix_spawnattr_setsigdefault(&manners, &usual);
    code = posix_spawn(pid_r, program, &files, &manners, words, none_around);
    (void)posix_spawnattr_destroy(&manners);
    (void)posix_spawn_file_actions_destroy(&files);
    return code;
}

/* Its output is read at `out_r`, which the caller closes. */
static bool words_start(const char *program, struct span bytes, const char *languages, pid_t *pid_r,
                        int *out_r, struct err *err)
{
    auto_close int document = memory_make(bytes), low = -1, in = -1, out = -1;
    int ends[2], code;

    if (document < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return err_os(err, "starting fmferry-words");
    in = ends[0];
    low = ends[1];
    out = fcntl(low, F_DUPFD_CLOEXEC, ABOVE_ALL); /* so that the first two do not take its place */
    if (out < 0)
        return err_os(err, "starting fmferry-words");
    code = process_spawn(program, languages, document, out, pid_r);
    if (code != 0)
        return err_set(err, ERR_OS, code, "starting '%s': %s", program, strerrordesc_np(code));
    *out_r = take_fd(in);
    return true;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Waits until there is something at it: 1 there is; 0 it took too long; -1 asked to stop. */
static int wait_at(int fd, const struct cancel *cancel, int64_t until_us)
{
    struct pollfd waited[] = { { .fd = fd, .events = POLLIN },
                               { .fd = cancel_fd(cancel), .events = POLLIN } };

    for (;;) {
        int64_t left_ms = (until_us - time_mono_us()) / 1000;

        if (left_ms <= 0)
            return 0;
        (void)poll(waited, 2, (int)left_ms);
        if (waited[1].revents)
            return -1;
        if (waited[0].revents)
            return 1;
    }
}

/* To its end, or until there is more than fits, which is enough. As wait_at() else. */
static int output_read(int out, const struct cancel *cancel, int64_t until_us, struct str *words)
{
    char piece[PIECE];

    for (;;) {
        int waited = wait_at(out, cancel, until_us);
        ssize_t size;

        if (waited <= 0)
            return waited;
        size = read(out, piece, sizeof piece);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return 1;
        str_add(words, piece, (size_t)size);
        if (words->cut)
            return 1;
    }
}

/* Its end: as wait_at(). One that does not end by itself is killed. */
static int words_reap(pid_t pid, const struct cancel *cancel, int64_t until_us, int *status_r)
{
    auto_close int process = pidfd_open(pid, 0);
    int waited = process < 0 ? 1 : wait_at(process, cancel, until_us);

    if (waited <= 0)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, status_r, 0) < 0 && errno == EINTR)
        ;
    return waited;
}

static enum words_end end_of(int status)
{
    static atomic_bool is_told;

    if (WIFSIGNALED(status))
        return WORDS_DIED;
    switch (WEXITSTATUS(status)) {
    case 0:
        return WORDS_READ;
    case WORDS_NOT_LOCKED:
        if (!atomic_exchange(&is_told, true))
            log_warn("words of DOC, XLS, RTF and scans are not read: this kernel cannot lock the "
                     "programs that read them (it needs Landlock and seccomp)");
        return WORDS_NONE;
    case WORDS_NO_KIND:
    case WORDS_NO_PROGRAM:
        return WORDS_NONE;
    default:
        return WORDS_DAMAGED;
    }
}

bool words_program_read(const char *program, struct span bytes, const char *languages,
                        const struct cancel *cancel, struct str *words_r, enum words_end *end_r,
                        struct err *err)
{
    int64_t until_us = time_mono_us() + PATIENCE_US;
    auto_close int out = -1;
    int waited, status = 0;
    pid_t pid;

    *end_r = WORDS_NONE;
    if (!program)
        return true;
    if (!words_start(program, bytes, languages, &pid, &out, err))
        return false;
    waited = output_read(out, cancel, until_us, words_r);
    (void)close(take_fd(out)); /* one that still writes is ended by that */
    waited = words_reap(pid, cancel, waited == 1 ? until_us : 0, &status);
    if (cancel_is_set(cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    *end_r = words_r->cut ? WORDS_READ : waited == 0 ? WORDS_DIED : end_of(status);
    return true;
}
