/* A hidden file's name says which process made it, so that those of dead ones can be removed. */
#include "store/folder/partial.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "base/uuid.h"
#include "store/folder/errors.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MACHINE_SIZE = 13 };
#define PARTIAL_MAX_AGE_US (24 * 3600 * TIME_SECOND)

/* Identifies this boot and container: only within them a process's number means something. */
static const char *machine_digits(char digits[MACHINE_SIZE])
{
    auto_str text = STR_MAX(KIB(1));
    char space[64] = "", hex[SHA256_HEX_SIZE];
    struct sha256 hash;
    struct err ignored;

    (void)!readlink("/proc/self/ns/pid", space, sizeof space - 1);
    (void)!fs_read("/proc/sys/kernel/random/boot_id", &text, &ignored);
    str_add_text(&text, space);
    hash = sha256_of(str_span(&text));
    (void)snprintf(digits, MACHINE_SIZE, "%.12s", sha256_hex(&hash, hex));
    return digits;
}

char *folder_partial_name(void)
{
    char machine[MACHINE_SIZE], digits[UUID_TEXT_SIZE];
    struct uuid uuid = uuid_v4();

    return mem_printf("%s-%d-%s", machine_digits(machine), (int)getpid(),
                      uuid_digits(&uuid, digits));
}

/* Whether its process is gone; or, if it was made elsewhere, whether it is older than a day. */
static bool partial_is_abandoned(const char *name, const struct stat *about)
{
    struct span rest = span_of(name), machine = span_cut(&rest, '-'), pid = span_cut(&rest, '-');
    char digits[MACHINE_SIZE];
    int64_t number;
    struct err ignored;

    if (span_is(machine, machine_digits(digits)) && num_i64(pid, 1, INT32_MAX, &number, &ignored))
        return kill((pid_t)number, 0) < 0 && errno == ESRCH;
    return time_now_us() - (int64_t)about->st_mtime * TIME_SECOND > PARTIAL_MAX_AGE_US;
}

bool folder_partial_clear(const struct folder_store *dir, struct err *err)
{
    int fd = beneath_open(dir->fd, FOLDER_OWN, O_RDONLY | O_DIRECTORY, 0);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    struct stat about;

    if (fd < 0)
        return errno == ENOENT || folder_failed(err, "opening '" FOLDER_OWN "'");
    if (!folder)
        abort();
    while ((entry = readdir(folder)) != NULL)
        if (fstatat(fd, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode)
            && partial_is_abandoned(entry->d_name, &about))
            (void)unlinkat(fd, entry->d_name, 0);
    (void)closedir(folder);
    return true;
}
