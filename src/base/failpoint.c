/* Counts the places that are reached, from any thread, and dies at one of them. */
#include "base/failpoint.h"

#ifdef FMFERRY_FAILPOINTS

#include "base/num.h"
#include "base/str.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The plan that the environment gives; read once. */
static struct {
    pthread_mutex_t lock;
    bool is_read;
    char name[64]; /* "": any place counts */
    uint64_t at;   /* 0: never             */
    uint64_t reached;
    int log;
} plan = { .lock = PTHREAD_MUTEX_INITIALIZER, .log = -1 };

static void process_die(void)
{
    (void)kill(getpid(), SIGKILL);
    abort();
}

/* A plan that is not understood must not pass for one that was carried out. */
static void plan_refuse(const char *told)
{
    (void)fprintf(stderr, "FMFERRY_FAIL=%s is not understood: [PLACE:]die@N\n", told);
    abort();
}

static void plan_read(void)
{
    const char *told = getenv("FMFERRY_FAIL"), *log = getenv("FMFERRY_FAIL_LOG");
    struct span rest = span_of(told), name = SPAN_NONE;
    struct err err;

    plan.is_read = true;
    if (log)
        plan.log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (!told)
        return;
    if (span_find(rest, ":") < rest.size)
        name = span_cut(&rest, ':');
    if (!span_starts(rest, "die@")
        || !num_u64(span_from(rest, strlen("die@")), 1, UINT64_MAX, &plan.at, &err))
        plan_refuse(told);
    (void)snprintf(plan.name, sizeof plan.name, SPAN_FORMAT, SPAN_ARGS(name));
}

static void reach_note(const char *name)
{
    char line[80];
    int size = snprintf(line, sizeof line, "%s\n", name);

    if (plan.log >= 0 && write(plan.log, line, (size_t)size) != size)
        process_die();
}

void failpoint_reach(const char *name)
{
    (void)pthread_mutex_lock(&plan.lock);
    if (!plan.is_read)
        plan_read();
    reach_note(name);
    if (plan.at > 0 && (!*plan.name || strcmp(plan.name, name) == 0) && ++plan.reached == plan.at)
        process_die();
    (void)pthread_mutex_unlock(&plan.lock);
}

#else

/* A file may not be empty. */
typedef int failpoint_none;

#endif
