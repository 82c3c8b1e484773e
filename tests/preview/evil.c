/*
 * Does what a document might do that has found a hole in Poppler or libvips.
 *     evil_preview locked|becoming|free DEED
 * "locked": as fmferry-preview is before it gets a document. "becoming": as the programs are that
 * fmferry-words becomes; its full path must be given. Exit code: 0 it was done, 2 it was refused, 3
 * the lock itself failed, 4 no such deed; or it was killed.
 */
#include "base/base.h"
#include "start.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static bool reads_passwords(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool reads_itself(void)
{
    return open("/proc/self/environ", O_RDONLY) >= 0;
}

static bool lists_the_root(void)
{
    return open("/", O_RDONLY | O_DIRECTORY) >= 0;
}

static bool writes_a_file(void)
{
    return open("evil-preview", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0
           && unlink("evil-preview") == 0;
}

/* Descriptor 1 was opened before the lock: what is left is the limit of what may be written. */
static bool writes_to_what_is_open(void)
{
    return ftruncate(STDOUT_FILENO, 4096) == 0;
}

static bool opens_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool opens_a_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool starts_a_program(void)
{
    char *words[] = { (char[]){ "/bin/true" }, NULL };

    (void)execv(words[0], words); /* the program's exit code is 0, too */
    return false;
}

static bool makes_a_process(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return child > 0 && waitpid(child, NULL, 0) == child;
}

static bool signals_another(void)
{
    return kill(getppid(), 0) == 0;
}

static bool looks_into_another(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(pause());
    return ptrace(PTRACE_ATTACH, child > 0 ? child : getppid(), NULL, NULL) == 0
           && kill(child, SIGKILL) == 0;
}

static bool makes_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
           != MAP_FAILED;
}

static bool takes_memory(void)
{
    return mmap(NULL, (size_t)2 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                0)
           != MAP_FAILED;
}

static bool lifts_a_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return false;
    limit.rlim_cur = limit.rlim_cur > 8 ? 8 : 16;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* --- what must go on working ------------------------------------------------------------------ */

static void *thread_run(void *arg)
{
    return arg;
}

static bool makes_a_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, thread_run, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static bool reads_fonts(void)
{
    return open("/usr/share/fonts", O_RDONLY | O_DIRECTORY) >= 0;
}

static const struct {
    const char *name;
    bool (*done)(void);
} deeds[] = {
    { "reads_passwords", reads_passwords },
    { "reads_itself", reads_itself },
    { "lists_the_root", lists_the_root },
    { "writes_a_file", writes_a_file },
    { "writes_to_what_is_open", writes_to_what_is_open },
    { "opens_a_socket", opens_a_socket },
    { "opens_a_local_socket", opens_a_local_socket },
    { "starts_a_program", starts_a_program },
    { "makes_a_process", makes_a_process },
    { "signals_another", signals_another },
    { "looks_into_another", looks_into_another },
    { "makes_code", makes_code },
    { "takes_memory", takes_memory },
    { "lifts_a_limit", lifts_a_limit },
    { "makes_a_thread", makes_a_thread },
    { "reads_fonts", reads_fonts },
};

/* Locks itself as fmferry-words does, and becomes what it is allowed to become: itself. */
static int become(char *itself, char *deed)
{
    static const char *const readable[] = { "/usr/lib", NULL };
    const char *const programs[] = { itself, "/lib64/ld-linux-x86-64.so.2",
                                     "/lib/ld-linux-aarch64.so.1", NULL };
    const struct lock_plan plan = { .readable = readable, .programs = programs, .seconds = 20 };
    char *words[] = { itself, (char[]){ "free" }, deed, NULL };
    struct lock_state state;

    if (lock_down(&plan, &state) && state.landlock > 0 && state.seccomp)
        (void)execv(itself, words);
    return 3;
}

int main(int argc, char **argv)
{
    struct lock_state state;

    if (argc == 3 && strcmp(argv[1], "becoming") == 0)
        return become(argv[0], argv[2]);
    if (argc == 3 && strcmp(argv[1], "locked") == 0 && !preview_start(&state))
        return 3;
    for (size_t i = 0; argc == 3 && i < lengthof(deeds); i++)
        if (strcmp(deeds[i].name, argv[2]) == 0)
            _exit(deeds[i].done() ? 0 : 2);
    return 4;
}
