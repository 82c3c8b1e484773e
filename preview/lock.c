/*
 * The lock has four parts, each for itself enough against most of what a document might do with a
 * hole in a library: limits on memory, time and files; no new rights; Landlock, which takes away
 * the files; and an allow-list of system calls.
 */
#include "lock.h"

#include "base/base.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true /* their shadow of the memory is larger than any limit */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* --- limits ----------------------------------------------------------------------------------- */

static bool limits_set(const struct lock_plan *plan)
{
    const struct {
        __rlimit_resource_t what;
        rlim_t most;
    } limits[] = {
        { RLIMIT_AS, (rlim_t)1 << 30 },
        { RLIMIT_CPU, (rlim_t)plan->seconds },
        { RLIMIT_FSIZE, 0 },
        { RLIMIT_NOFILE, 32 },
        { RLIMIT_CORE, 0 },
        { RLIMIT_MEMLOCK, 0 },
    };

    for (size_t i = 0; i < lengthof(limits); i++) {
        struct rlimit limit = { limits[i].most, limits[i].most };

        if (!(SANITIZED && limits[i].what == RLIMIT_AS) && setrlimit(limits[i].what, &limit) < 0)
            return false;
    }
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* --- files ------------------------------------------------------------------------------------ */

/*
 * The interface as the newest kernel has it; older headers lack its end, and an older kernel is
 * given as much of the struct as it knows.
 */
struct ruleset {
    uint64_t files, network, scoped;
};
struct rule {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed));

enum { RULE_BENEATH = 1, RUN = 1 << 0, READ_FILE = 1 << 2, READ_FOLDER = 1 << 3 };

static bool ruleset_make(int version, int *fd_r)
{
    static const int rights[] = { 13, 13, 14, 15, 15, 16 }; /* how many each version knows */
    size_t known = (size_t)(version < 5 ? version : 5);
    struct ruleset set = { .files = ((uint64_t)1 << rights[known]) - 1 };
    size_t size = version < 4 ? 8 : version < 6 ? 16 : sizeof set;

    set.network = version < 4 ? 0 : 3; /* bind, connect */
    set.scoped = version < 6 ? 0 : 3;  /* abstract sockets, signals */
    *fd_r = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
    return *fd_r >= 0;
}

/* What is not there needs no rule. */
static bool path_allow(int set, const char *path, int kind, uint64_t allowed)
{
    auto_close int place = open(path, O_PATH | kind | O_CLOEXEC);
    struct rule rule = { allowed, place };

    return place < 0 || syscall(SYS_landlock_add_rule, set, RULE_BENEATH, &rule, 0) == 0;
}

static bool paths_allow(int set, const struct lock_plan *plan)
{
    for (const char *const *at = plan->readable; *at; at++)
        if (!path_allow(set, *at, O_DIRECTORY, READ_FILE | READ_FOLDER))
            return false;
    for (const char *const *at = plan->programs; at && *at; at++)
        if (!path_allow(set, *at, 0, READ_FILE | RUN))
            return false;
    return true;
}

/* What the kernel's interface allows: 0, or its version. -1: it is there, and refused. */
static int files_lock(const struct lock_plan *plan)
{
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    auto_close int set = -1;

    if (version < 1)
        return 0;
    if (!ruleset_make(version, &set))
        return -1;
    return paths_allow(set, plan) && syscall(SYS_landlock_restrict_self, set, 0) == 0 ? version
                                                                                      : -1;
}

/* --- system calls ----------------------------------------------------------------------------- */

/* What reading and drawing need with any arguments. Whatever stands nowhere here is answered by EPERM. */
static const int plain[] = {
    SCMP_SYS(access),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(brk),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(futex),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getuid),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(nanosleep),
    SCMP_SYS(newfstatat),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pread64),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(recvmsg),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(stat),
    SCMP_SYS(statfs),
    SCMP_SYS(statx),
    SCMP_SYS(sysinfo),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(uname),
    SCMP_SYS(write),
    SCMP_SYS(writev),
};

/* No document needs these; who calls them is no longer our program. */
static const int deadly[] = {
    SCMP_SYS(execveat),          SCMP_SYS(ptrace),
    SCMP_SYS(io_uring_setup),    SCMP_SYS(bpf),
    SCMP_SYS(userfaultfd),       SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev), SCMP_SYS(unshare),
};

/* A system call that this machine's kind does not have is left out. */
static bool rule_add(scmp_filter_ctx filter, uint32_t action, int number)
{
    return number < 0 || seccomp_rule_add(filter, action, number, 0) == 0;
}

static bool rule_masked(scmp_filter_ctx filter, int number, unsigned place, uint64_t mask,
                        uint64_t wanted)
{
    return number < 0
           || seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
                               SCMP_CMP(place, SCMP_CMP_MASKED_EQ, mask, wanted))
                  == 0;
}

/* Those that are harmless with some arguments alone. */
static bool rules_with_conditions(scmp_filter_ctx filter)
{
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;

    return rule_masked(filter, SCMP_SYS(open), 1, writing, O_RDONLY)
           && rule_masked(filter, SCMP_SYS(openat), 2, writing, O_RDONLY)
           && rule_masked(filter, SCMP_SYS(mmap), 2, PROT_EXEC, 0)
           && rule_masked(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0)
           && rule_masked(filter, SCMP_SYS(clone), 0, CLONE_THREAD | CLONE_VM,
                          CLONE_THREAD | CLONE_VM)
           && rule_masked(filter, SCMP_SYS(prctl), 0, ~(uint64_t)0, PR_SET_NAME)
           && rule_masked(filter, SCMP_SYS(tgkill), 0, ~(uint64_t)0, (uint64_t)getpid())
           && rule_masked(filter, SCMP_SYS(prlimit64), 2, ~(uint64_t)0, 0)
           && rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3)); /* then clone is used */
}

/*
 * Whoever becomes another program needs that call, and a loader that maps code from files. Which
 * programs, Landlock says; memory that can be written never becomes code.
 */
static bool rules_of_becoming(scmp_filter_ctx filter, bool may_become)
{
    if (!may_become)
        return rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(execve));
    return rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(execve))
           && rule_masked(filter, SCMP_SYS(mmap), 2, PROT_EXEC | PROT_WRITE, PROT_EXEC);
}

static bool calls_lock(const struct lock_plan *plan)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool good = filter && rules_with_conditions(filter)
                && rules_of_becoming(filter, plan->programs != NULL);

    for (size_t i = 0; good && i < lengthof(plain); i++)
        good = rule_add(filter, SCMP_ACT_ALLOW, plain[i]);
    for (size_t i = 0; good && i < lengthof(deadly); i++)
        good = rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i]);
    good = good && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return good;
}

/* Landlock holds for this thread and those it makes; one made before would be free. */
static bool is_alone(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;

    if (!tasks)
        return false;
    for (const struct dirent *task; (task = readdir(tasks));)
        count += task->d_name[0] != '.';
    (void)closedir(tasks);
    return count == 1 || SANITIZED;
}

bool lock_down(const struct lock_plan *plan, struct lock_state *state_r)
{
    struct lock_state state = { 0 };

    if (!is_alone() || !limits_set(plan))
        return false;
    state.landlock = files_lock(plan);
    state.seccomp = calls_lock(plan);
    *state_r = state;
    return state.landlock >= 0;
}
