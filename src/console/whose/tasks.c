/* A ring of tasks: its thread takes the oldest that waits. */
#include "console/whose/tasks.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/inside.h"
#include "console/views/view_log.h"
#include "run/relink.h"

#include <pthread.h>

enum { TASKS_KEPT = 256, TASKS_WAITING = 64, ADDRESS_SIZE = 64 };

struct task {
    char id[UUID_TEXT_SIZE];
    int64_t account, token, session;
    char who[IDENTITY_NAME_SIZE], address[ADDRESS_SIZE];
    int64_t document;
    char *patient, *reason; /* NULL: none */
    struct task_told told;
};

struct tasks {
    struct console *console;
    struct cancel *end;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct task ring[TASKS_KEPT];
    uint64_t given, done; /* the task of a number lies at number % TASKS_KEPT */
};

const char *task_state_name(enum task_state state)
{
    static const char *const names[] = { "waiting", "working", "done", "failed" };

    return names[state];
}

/* --- doing ------------------------------------------------------------------------------------ */

/* How a task ended; outside the lock. */
struct task_end {
    bool is_good;
    char words[TASK_WORDS_SIZE];
};

static struct task_end end_of_one(const struct task *task, const struct relink_result *result)
{
    struct task_end end = { .is_good = result->linked + result->unlinked + result->completed > 0 };
    const char *words = task->patient ? "The document is with its patient."
                                      : "The document is with no patient any more.";

    if (result->examined == 0)
        words = "Nothing was done: the document is under way in a run, or its mark is not in "
                "FileMaker yet. Try again when the run is over.";
    else if (result->failed > 0)
        words = "The document could not be moved; the console's log says why. It is where it was.";
    else if (!end.is_good)
        words = "Nothing was done: somebody else was faster. Look at the document again.";
    (void)snprintf(end.words, sizeof end.words, "%s", words);
    return end;
}

static struct task_end end_of_all(const struct relink_result *r)
{
    struct task_end end = { .is_good = r->failed == 0 };

    (void)snprintf(end.words, sizeof end.words,
                   "%jd document%s with a patient now; %jd could not be moved; %jd wait for a "
                   "patient, and %jd are in doubt.",
                   (intmax_t)(r->linked + r->completed),
                   r->linked + r->completed == 1 ? " is" : "s are", (intmax_t)r->failed,
                   (intmax_t)r->waiting, (intmax_t)r->review);
    return end;
}

static struct relink_request request_of(const struct task *task)
{
    if (!task->document)
        return (struct relink_request){ .choice.search = LEDGER_LINKS_LATE };
    return (struct relink_request){ .choice = { .search = LEDGER_LINKS_ONE,
                                                .document = task->document },
                                    .by_hand = true,
                                    .patient = task->patient,
                                    .who = task->who,
                                    .reason = task->reason };
}

/* What an error is to the one who asked: what is theirs to mend is said, all else is in the log. */
static struct task_end end_of_err(const struct task *task, const struct err *err)
{
    struct task_end end = { .is_good = false };

    log_error("task %s: %s", task->id, err->msg);
    if (err->kind == ERR_USAGE)
        (void)snprintf(end.words, sizeof end.words, "Nothing was done: %.400s", err->msg);
    else if (err->kind == ERR_CANCELED)
        (void)snprintf(end.words, sizeof end.words,
                       "The console was ended meanwhile; the next link completes what was begun.");
    else
        (void)snprintf(end.words, sizeof end.words,
                       "It could not be done now; the console's log says why. What was begun is "
                       "completed by the next link.");
    return end;
}

static void end_note(struct tasks *tasks, const struct task *task, const struct task_end *end)
{
    struct view_entry entry = { .what = VIEW_LINK,
                                .outcome = end->is_good ? NULL : "failed",
                                .row = task->told.row,
                                .patient = task->patient,
                                .document = task->document,
                                .detail = end->words,
                                .account = task->account,
                                .token = task->token,
                                .session = task->session,
                                .address = task->address };
    struct err err;

    if (!view_note(tasks->console, &entry, 1, &err))
        log_error("task %s: %s", task->id, err.msg);
}

static struct task_end task_do(struct tasks *tasks, const struct task *task)
{
    struct relink_request request = request_of(task);
    struct relink_result result;
    struct err err = { 0 };
    struct task_end end;

    if (!relink_documents(tasks->console->engine, &request, tasks->end, &result, &err))
        end = end_of_err(task, &err);
    else
        end = task->document ? end_of_one(task, &result) : end_of_all(&result);
    end_note(tasks, task, &end);
    return end;
}

/* --- the thread ------------------------------------------------------------------------------- */

/* Waits for a task; NULL: the end. Only this thread changes one that is not over. */
static struct task *task_wait(struct tasks *tasks)
{
    struct task *task = NULL;

    (void)pthread_mutex_lock(&tasks->lock);
    while (tasks->done == tasks->given && !cancel_is_set(tasks->end))
        (void)pthread_cond_wait(&tasks->changed, &tasks->lock);
    if (!cancel_is_set(tasks->end)) {
        task = &tasks->ring[tasks->done % TASKS_KEPT];
        task->told.state = TASK_WORKING;
    }
    (void)pthread_mutex_unlock(&tasks->lock);
    return task;
}

static void task_over(struct tasks *tasks, struct task *task, const struct task_end *end)
{
    (void)pthread_mutex_lock(&tasks->lock);
    task->told.state = end->is_good ? TASK_DONE : TASK_FAILED;
    memcpy(task->told.words, end->words, sizeof task->told.words);
    tasks->done++;
    (void)pthread_cond_broadcast(&tasks->changed);
    (void)pthread_mutex_unlock(&tasks->lock);
}

static void *tasks_run(void *arg)
{
    struct tasks *tasks = arg;
    struct task *task;

    while ((task = task_wait(tasks)) != NULL) {
        struct task_end end = task_do(tasks, task);

        task_over(tasks, task, &end);
    }
    return NULL;
}

bool tasks_start(struct console *console, struct tasks **tasks_r, struct err *err)
{
    struct tasks *tasks = mem_new(struct tasks);

    *tasks = (struct tasks){ .console = console, .end = cancel_new() };
    (void)pthread_mutex_init(&tasks->lock, NULL);
    (void)pthread_cond_init(&tasks->changed, NULL);
    errno = pthread_create(&tasks->thread, NULL, tasks_run, tasks);
    if (errno != 0) {
        cancel_free(tasks->end);
        free(tasks);
        return err_os(err, "a thread for links");
    }
    *tasks_r = tasks;
    return true;
}

void tasks_end(struct tasks *tasks)
{
    if (!tasks)
        return;
    cancel_set(tasks->end);
    (void)pthread_mutex_lock(&tasks->lock);
    (void)pthread_cond_broadcast(&tasks->changed);
    (void)pthread_mutex_unlock(&tasks->lock);
    (void)pthread_join(tasks->thread, NULL);
    for (size_t i = 0; i < TASKS_KEPT; i++) {
        free(tasks->ring[i].patient);
        free(tasks->ring[i].reason);
    }
    (void)pthread_cond_destroy(&tasks->changed);
    (void)pthread_mutex_destroy(&tasks->lock);
    cancel_free(tasks->end);
    free(tasks);
}

/* --- giving and looking ----------------------------------------------------------------------- */

static void task_fill(struct task *task, const struct exchange *x, const struct task_order *order)
{
    struct uuid id = uuid_v4();

    free(task->patient);
    free(task->reason);
    *task = (struct task){ .account = x->who.account,
                           .token = x->who.token,
                           .session = x->who.session,
                           .document = order->document,
                           .patient = mem_text(order->patient),
                           .reason = mem_text(order->reason) };
    (void)uuid_text(&id, task->id);
    (void)snprintf(task->who, sizeof task->who, "%s", x->who.name);
    (void)snprintf(task->address, sizeof task->address, "%s", request_address(x->request));
    (void)snprintf(task->told.row, sizeof task->told.row, "%s", order->row ? order->row : "");
}

bool tasks_give(struct exchange *x, const struct task_order *order, char id_r[UUID_TEXT_SIZE])
{
    struct tasks *tasks = x->console->tasks;
    bool has_room;

    (void)pthread_mutex_lock(&tasks->lock);
    has_room = tasks->given - tasks->done < TASKS_WAITING;
    if (has_room) {
        struct task *task = &tasks->ring[tasks->given % TASKS_KEPT];

        task_fill(task, x, order);
        memcpy(id_r, task->id, sizeof task->id);
        tasks->given++;
        (void)pthread_cond_broadcast(&tasks->changed);
    }
    (void)pthread_mutex_unlock(&tasks->lock);
    return has_room
           || refuse(x, PROBLEM_BUSY, "%d documents wait to be given to a patient", TASKS_WAITING);
}

/* Under the lock. */
static struct task *task_find(struct tasks *tasks, const struct exchange *x, const char *id)
{
    for (size_t i = 0; *id && i < TASKS_KEPT; i++)
        if (strcmp(tasks->ring[i].id, id) == 0 && tasks->ring[i].account == x->who.account
            && tasks->ring[i].token == x->who.token)
            return &tasks->ring[i];
    return NULL;
}

bool tasks_look(struct exchange *x, const char *id, int64_t patience_us, struct task_told *told_r)
{
    const struct clock *clock = x->console->clock;
    struct tasks *tasks = x->console->tasks;
    int64_t until_us = clock_mono_us(clock) + patience_us, left_us = patience_us;
    struct task *task;

    (void)pthread_mutex_lock(&tasks->lock);
    while ((task = task_find(tasks, x, id)) != NULL && task->told.state < TASK_DONE && left_us > 0
           && !cancel_is_set(tasks->end)) {
        clock_wait(clock, &tasks->changed, &tasks->lock, left_us);
        left_us = until_us - clock_mono_us(clock);
    }
    if (task)
        *told_r = task->told;
    (void)pthread_mutex_unlock(&tasks->lock);
    return task
           || refuse(x, PROBLEM_NOT_THERE,
                     "there is no such task, or the console was started anew");
}
