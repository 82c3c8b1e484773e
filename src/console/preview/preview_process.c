/* A document lies in memory that both sides have; nothing is handed over by name. */
#include "console/preview/preview_process.h"

#include "base/fs.h"
#include "base/time.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

int process_memory(const char *name, struct span bytes, off_t size, int more)
{
    auto_close int memory = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct err ignored;

    if (memory < 0 || ftruncate(memory, size) < 0
        || (bytes.size > 0 && !fs_write_all(memory, bytes, name, &ignored))
        || lseek(memory, 0, SEEK_SET) != 0
        || fcntl(memory, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | more) < 0)
        return -1;
    return take_fd(memory);
}

static void files_arrange(posix_spawn_file_actions_t *files, const int fds[PROCESS_FDS])
{
    (void)posix_spawn_file_actions_init(files);
    for (int i = 0; i < PROCESS_FDS; i++)
        if (fds[i] >= 0)
            (void)posix_spawn_file_actions_adddup2(files, fds[i], i);
        else if (i <= STDERR_FILENO)
            (void)posix_spawn_file_actions_addopen(files, i, "/dev/null",
                                                   i == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
}

static void manners_arrange(posix_spawnattr_t *manners)
{
    sigset_t none, usual;

    (void)sigemptyset(&none);
    (void)sigfillset(&usual);
    (void)posix_spawnattr_init(manners);
    (void)posix_spawnattr_setflags(manners, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    (void)posix_spawnattr_setsigmask(manners, &none);
    (void)posix_spawnattr_setsigdefault(manners, &usual);
}

bool process_spawn(const char *program, const char *argument, char *const surroundings[],
                   const int fds[PROCESS_FDS], pid_t *pid_r, struct err *err)
{
    char *words[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)argument, NULL };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t manners;
    int code;

    files_arrange(&files, fds);
    manners_arrange(&manners);
    code = posix_spawn(pid_r, program, &files, &manners, words, surroundings);
    (void)posix_spawnattr_destroy(&manners);
    (void)posix_spawn_file_actions_destroy(&files);
    return code == 0
           || err_set(err, ERR_OS, code, "starting '%s': %s", program, strerrordesc_np(code));
}

int process_wait(int fd, const struct cancel *cancel, int64_t until_us)
{
    struct pollfd waited[] = { { .fd = fd, .events = POLLIN },
                               { .fd = cancel_fd(cancel), .events = POLLIN } };

    for (;;) {
        int64_t left_ms = (until_us - time_mono_us()) / 1000;

        (void)poll(waited, 2, left_ms > 0 ? (int)left_ms : 0);
        if (waited[1].revents)
            return -1;
        if (waited[0].revents)
            return 1;
        if (left_ms <= 0)
            return 0;
    }
}
