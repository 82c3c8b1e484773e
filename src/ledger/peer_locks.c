/* Byte-range locks of the open file: byte 0 is the start lock, byte 1 + n the lock of run n. */
#include "ledger/peer_locks.h"

#include "base/mem.h"
#include "base/str.h"
#include "version.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static const char sqlite_url[] = "sqlite:";

struct peer_locks {
    int fd; /* -1: this kind of ledger needs no file */
    char *path;
};

bool peer_locks_open(const char *url, struct peer_locks **presence_r, struct err *err)
{
    struct peer_locks *presence = mem_new(struct peer_locks);

    presence->fd = -1;
    if (span_starts(span_of(url), sqlite_url)) {
        presence->path = mem_printf("%s.lock", url + strlen(sqlite_url));
        presence->fd = open(presence->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (presence->fd < 0) {
            (void)err_os(err, "opening the ledger's lock '%s'", presence->path);
            peer_locks_free(presence);
            return false;
        }
    }
    *presence_r = presence;
    return true;
}

void peer_locks_free(struct peer_locks *presence)
{
    if (!presence)
        return;
    if (presence->fd >= 0)
        (void)close(presence->fd);
    free(presence->path);
    free(presence);
}

bool peer_locks_are_used(const struct peer_locks *presence)
{
    return presence->fd >= 0;
}

static struct flock lock_byte(short type, int64_t byte)
{
    return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
}

bool peer_locks_start_lock(struct peer_locks *presence, struct err *err)
{
    struct flock door = lock_byte(F_WRLCK, 0);

    if (presence->fd < 0)
        return true;
    while (fcntl(presence->fd, F_OFD_SETLKW, &door) < 0)
        if (errno != EINTR)
            return err_os(err, "locking '%s'", presence->path);
    return true;
}

void peer_locks_start_unlock(struct peer_locks *presence)
{
    struct flock door = lock_byte(F_UNLCK, 0);

    if (presence->fd >= 0)
        (void)fcntl(presence->fd, F_OFD_SETLK, &door);
}

bool peer_locks_hold(struct peer_locks *presence, int64_t run, struct err *err)
{
    struct flock seat = lock_byte(F_WRLCK, 1 + run);

    return presence->fd < 0 || fcntl(presence->fd, F_OFD_SETLK, &seat) == 0
           || err_os(err, "locking '%s'", presence->path);
}

bool peer_locks_is_held(struct peer_locks *presence, int64_t run, bool *held_r, struct err *err)
{
    struct flock seat = lock_byte(F_WRLCK, 1 + run);

    if (presence->fd >= 0 && fcntl(presence->fd, F_OFD_GETLK, &seat) < 0)
        return err_os(err, "asking '%s' for locks", presence->path);
    *held_r = presence->fd < 0 || seat.l_type != F_UNLCK;
    return true;
}

/* --- for readers ------------------------------------------------------------------------------ */

/* Asks for the lock, and never takes it. False without the file: nothing is known. */
static bool is_unlocked(const char *path, int64_t run)
{
    struct flock seat = lock_byte(F_WRLCK, 1 + run);
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 && fcntl(fd, F_OFD_GETLK, &seat) == 0 && seat.l_type == F_UNLCK;
}

static bool is_dead(const struct ledger_open_run *run, const char *url,
                    const struct peer_locks_names *here)
{
    auto_free char *path = NULL;
    bool is_here = strcmp(run->machine, here->machine) == 0;

    if (!span_starts(span_of(url), sqlite_url))
        return run->is_late
               || (is_here && strcmp(run->host, here->host) == 0 && kill((pid_t)run->pid, 0) < 0
                   && errno == ESRCH);
    path = mem_printf("%s.lock", url + strlen(sqlite_url));
    return is_here && is_unlocked(path, run->run);
}

bool peer_locks_find_dead(struct ledger *ledger, const char *url, int64_t lease_us,
                          struct ledger_run *runs, size_t count, struct err *err)
{
    auto_free struct ledger_open_run *open_runs = NULL;
    struct peer_locks_names here;
    size_t open_count;

    (void)peer_locks_process("", &here);
    if (!ledger_open_runs(ledger, lease_us, &open_runs, &open_count, err))
        return false;
    for (size_t i = 0; i < open_count; i++) {
        for (size_t r = 0; r < count; r++) {
            if (runs[r].run != open_runs[i].run || !is_dead(&open_runs[i], url, &here))
                continue;
            runs[r].is_dead = true;
            (void)snprintf(runs[r].status, sizeof runs[r].status, "died");
        }
    }
    return true;
}

void peer_locks_machine(char *name_r, size_t room)
{
    int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, name_r, room - 1) : 0;

    name_r[got > 0 ? got : 0] = '\0';
    name_r[strcspn(name_r, "\n")] = '\0';
    if (!*name_r)
        (void)gethostname(name_r, room - 1);
    if (fd >= 0)
        (void)close(fd);
}

struct ledger_process peer_locks_process(const char *kind, struct peer_locks_names *names_r)
{
    *names_r = (struct peer_locks_names){ 0 };
    peer_locks_machine(names_r->machine, sizeof names_r->machine);
    (void)gethostname(names_r->host, sizeof names_r->host - 1);
    return (struct ledger_process){ names_r->machine, names_r->host, getpid(), VERSION, kind };
}
