/*
 * Preloaded: counts the statements that a program runs with SQLite, but for the beginnings and ends of
 * transactions, and for its thread that keeps the index, which works when it likes.
 *
 *   STATEMENTS=PATH   a file of 8 bytes, the number in the machine's order, as it stands
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long nowhere, *count = &nowhere;

__attribute__((constructor)) static void file_map(void)
{
    const char *path = getenv("STATEMENTS");
    int fd = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
    void *at;

    if (fd < 0 || ftruncate(fd, sizeof *count) != 0)
        return;
    at = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (at != MAP_FAILED)
        count = at;
}

static _Thread_local int
    depth; /* a search by words runs statements of its own within one of ours */

static bool is_index_thread(void)
{
    char name[16] = ""; /* as long as the kernel has them */

    return prctl(PR_GET_NAME, name) == 0 && strcmp(name, "index") == 0;
}

static bool is_counted(sqlite3_stmt *statement)
{
    static const char *const others[] = { "begin", "commit", "rollback", "pragma" };
    const char *words = sqlite3_sql(statement);

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!words || strncmp(words, others[i], strlen(others[i])) == 0)
            return false;
    return !sqlite3_stmt_busy(statement) && !is_index_thread();
}

/* A statement begins with the first step; the others bring its further rows. */
int sqlite3_step(sqlite3_stmt *statement)
{
    int code;

    if (depth == 0 && is_counted(statement))
        (void)atomic_fetch_add(count, 1);
    depth++;
    code = REAL(sqlite3_step)(statement);
    depth--;
    return code;
}
