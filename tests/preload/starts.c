/*
 * Preloaded into fmferry-audit: tries to start a program while main() runs, as a library might if a
 * hostile file made it, and says whether that worked.
 */
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int sqlite3_open_v2(const char *name, sqlite3 **handle_r, int flags, const char *vfs)
{
    int (*real)(const char *, sqlite3 **, int, const char *) =
        (int (*)(const char *, sqlite3 **, int, const char *))dlsym(RTLD_NEXT, "sqlite3_open_v2");
    char *const words[] = { "true", NULL };
    char *const none[] = { NULL };
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        (void)execve("/bin/true", words, none);
        _exit(77);
    }
    (void)waitpid(pid, &status, 0);
    (void)printf("started: %d\n", WIFEXITED(status) && WEXITSTATUS(status) == 77 ? -1 : 0);
    return real(name, handle_r, flags, vfs);
}
