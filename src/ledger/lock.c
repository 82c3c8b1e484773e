/* One lock file per ledger. */
#include "ledger/lock.h"

#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

bool ledger_lock(const char *url, int *fd_r, struct err *err)
{
    static const char kind[] = "sqlite:";
    auto_free char *path = NULL;
    auto_close int fd = -1;

    *fd_r = -1;
    if (!span_starts(span_of(url), kind))
        return true;
    path = mem_printf("%s.lock", url + strlen(kind));
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_os(err, "opening the ledger's lock '%s'", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return err_set(err, ERR_USAGE, 0,
                       "another fmferry is at work on the ledger '%s': wait until it has ended, or "
                       "look at it with 'fmferry status'",
                       url + strlen(kind));
    *fd_r = take_fd(fd);
    return true;
}
