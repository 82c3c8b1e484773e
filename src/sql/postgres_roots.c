/*
 * The authorities that this system trusts. libpq takes them from one file: the bundle that most
 * systems keep, or else the certificates in their folder, gathered into a file without a name.
 */
#include "sql/postgres_inside.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CERTIFICATE_MAX_BYTES = 1024 * 1024 };

/* Debian and Arch; Red Hat and its kin, twice; SUSE; Alpine. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};
static const char *const folders[] = { "/etc/ssl/certs", "/etc/pki/tls/certs" };

static pthread_once_t roots_gathered_once = PTHREAD_ONCE_INIT;
static char gathered[64]; /* "" until certificates were gathered */

/* Whether a name is like those that OpenSSL gives in a folder: "5443e9e3.0". */
static bool is_hashed(const char *name)
{
    size_t size = strlen(name);

    return size > 9 && name[8] == '.' && strspn(name, "0123456789abcdef") == 8
           && strspn(name + 9, "0123456789") == size - 9;
}

static bool certificate_copy(int folder, const char *name, int to)
{
    auto_close int from = openat(folder, name, O_RDONLY | O_CLOEXEC);
    char bytes[8192];
    ssize_t size = 0;
    size_t all = 0;

    if (from < 0)
        return false;
    while (all < CERTIFICATE_MAX_BYTES && (size = read(from, bytes, sizeof bytes)) > 0) {
        if (write(to, bytes, (size_t)size) != size)
            return false;
        all += (size_t)size;
    }
    return size == 0 && write(to, "\n", 1) == 1;
}

/* Copies the certificates of a folder; returns how many there were. */
static size_t folder_gather(const char *path, int to)
{
    DIR *folder = opendir(path);
    size_t count = 0;

    if (!folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += is_hashed(entry->d_name) && certificate_copy(dirfd(folder), entry->d_name, to);
    (void)closedir(folder);
    return count;
}

/* Gathers the certificates in a file that lives as long as the process. */
static void roots_gather_once(void)
{
    int to = memfd_create("authorities", MFD_CLOEXEC);
    size_t count = 0;

    for (size_t i = 0; to >= 0 && i < lengthof(folders); i++)
        count += folder_gather(folders[i], to);
    if (count > 0)
        (void)snprintf(gathered, sizeof gathered, "/proc/self/fd/%d", to);
    else if (to >= 0)
        (void)close(to);
}

bool postgres_roots(const char **file_r, struct err *err)
{
    for (size_t i = 0; i < lengthof(bundles); i++) {
        struct stat about;

        if (stat(bundles[i], &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
            *file_r = bundles[i];
            return true;
        }
    }
    (void)pthread_once(&roots_gathered_once, roots_gather_once);
    if (!*gathered)
        return err_set(err, ERR_USAGE, 0,
                       "this system keeps no authorities for certificates where we know to look: "
                       "install its package ca-certificates, or name the file of the database's CA "
                       "in the URL: ?sslrootcert=FILE");
    *file_r = gathered;
    return true;
}
