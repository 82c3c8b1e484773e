/*
 * fmferry-words: prints the words of a document that only programs read, one for each kind: catdoc,
 * xls2csv, unrtf, and tesseract for scans. Nobody has tended some of them for years, and documents
 * came from anywhere. So this process locks itself (lock.c) and only then looks at the document and
 * becomes the program, which is inside the lock with all that it loads: it can read its own tables
 * and libraries, print, and nothing else. It is started by `fmferry serve` and by nobody else.
 */
#include "lock.h"
#include "old_office.h"
#include "wire.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS = 120, DOCUMENT = STDIN_FILENO, PAST_STANDARD = 3 };

static const char *const readable[] = {
    "/usr/lib", "/usr/lib64", "/usr/share/catdoc", "/usr/share/unrtf", "/usr/share/tesseract-ocr",
    NULL,
};

/* The loaders are those of the machines that Debian's programs are built for. */
static const char *const programs[] = {
    WORDS_CATDOC,
    WORDS_XLS2CSV,
    WORDS_UNRTF,
    WORDS_TESSERACT,
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    NULL,
};

static const struct lock_plan plan = { .readable = readable,
                                       .programs = programs,
                                       .seconds = SECONDS };

/*
 * Characters of one byte are Windows' Western ones where a file does not say otherwise; both
 * programs would take them for Cyrillic. xls2csv takes no standard input, but a name of it. unrtf's
 * plain text loses what is not ASCII, its HTML does not.
 */
static const char *const catdoc[] = { WORDS_CATDOC, "-dutf-8", "-scp1252", "-w", NULL };
static const char *const xls2csv[] = { WORDS_XLS2CSV, "-dutf-8",         "-scp1252", "-q0",
                                       "-c\t",        "/proc/self/fd/0", NULL };
static const char *const unrtf[] = { WORDS_UNRTF, "--html", "--quiet", "--nopict", NULL };

/* All arenas of malloc() together are to fit below the limit, and nobody needs a second thread. */
static const char *const surroundings[] = { "LC_ALL=C.UTF-8", "OMP_THREAD_LIMIT=1",
                                            "MALLOC_ARENA_MAX=1", NULL };

static bool document_map(struct span *bytes_r)
{
    struct stat about;
    void *bytes;

    if (fstat(DOCUMENT, &about) < 0 || about.st_size < 1)
        return false;
    bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, DOCUMENT, 0);
    *bytes_r = (struct span){ bytes, (size_t)about.st_size };
    return bytes != MAP_FAILED;
}

static int program_become(const char *const *words)
{
    (void)execve(words[0], (char *const *)(uintptr_t)words, (char *const *)(uintptr_t)surroundings);
    return WORDS_NO_PROGRAM;
}

static int office_read(struct span bytes)
{
    switch (old_office_of(bytes)) {
    case OLD_WORD:
        return program_become(catdoc);
    case OLD_SHEET:
        return program_become(xls2csv);
    case OLD_RICH:
        return program_become(unrtf);
    case OLD_NONE:
        break;
    }
    return WORDS_NO_KIND;
}

/* Pictures are those that fmferry-preview drew. */
static int document_read(struct span bytes, const char *languages)
{
    const char *const tesseract[] = { WORDS_TESSERACT, "stdin", "stdout", "-l", languages, NULL };

    if (languages && span_starts(bytes, "\xFF\xD8\xFF"))
        return program_become(tesseract);
    return office_read(bytes);
}

/* A page of a scan takes seconds of work, and nobody waits for it. */
static void yield_to_all(void)
{
    struct sched_param none = { 0 };

    (void)sched_setscheduler(0, SCHED_IDLE, &none);
}

int main(int argc, char **argv)
{
    struct lock_state state;
    struct span bytes;

    (void)close_range(PAST_STANDARD, ~0U, 0);
    if (argc > 1)
        yield_to_all();
    if (!lock_down(&plan, &state) || state.landlock == 0 || !state.seccomp)
        return WORDS_NOT_LOCKED;
    return document_map(&bytes) ? document_read(bytes, argc > 1 ? argv[1] : NULL) : WORDS_NO_KIND;
}
