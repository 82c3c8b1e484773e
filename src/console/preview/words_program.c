/* The document lies in sealed memory; the words come through a pipe until the program ends. */
#include "console/preview/words_program.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/preview/preview_process.h"
#include "preview/wire.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* By the clock, for the kernel gives idle children what nobody else wants; its work has a limit. */
#define PATIENCE_US (600 * TIME_SECOND)

enum { PIECE = 16 * 1024 };

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

    if (rest.size == 0)
        return true;
    while (rest.at) {
        auto_free char *name = span_text(span_cut(&rest, '+'));

        if (!language_check(name, err))
            return false;
    }
    return true;
}

/* --- starting --------------------------------------------------------------------------------- */

/* Its output is read at `out_r`, which the caller closes. */
static bool words_start(const char *program, struct span bytes, const char *languages, pid_t *pid_r,
                        int *out_r, struct err *err)
{
    auto_close int document = process_memory("document", bytes, (off_t)bytes.size, F_SEAL_WRITE);
    auto_close int low = -1, in = -1, out = -1;
    char *none_around[] = { NULL };
    int ends[2];

    if (document < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return err_os(err, "starting fmferry-words");
    in = ends[0];
    low = ends[1];
    out = fcntl(low, F_DUPFD_CLOEXEC, PROCESS_FD_LOWEST);
    if (out < 0)
        return err_os(err, "starting fmferry-words");
    if (!process_spawn(program, languages, none_around, (const int[]){ document, out, -1, -1 },
                       pid_r, err))
        return false;
    *out_r = take_fd(in);
    return true;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* To its end, or until there is more than fits, which is enough. As process_wait() else. */
static int output_read(int out, const struct cancel *cancel, int64_t until_us, struct str *words)
{
    char piece[PIECE];

    for (;;) {
        int waited = process_wait(out, cancel, until_us);
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

/* Its end: as process_wait(). One that does not end by itself is killed. */
static int words_reap(pid_t pid, const struct cancel *cancel, int64_t until_us, int *status_r)
{
    auto_close int process = pidfd_open(pid, 0);
    int waited = process < 0 ? 1 : process_wait(process, cancel, until_us);

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
