/* Starts a worker, gives it a document in sealed memory, and asks for pages. */
#include "console/preview/preview_worker.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/preview/preview_answer.h"
#include "console/preview/preview_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The worker's own limit is 20 s of work; a machine that is busy takes longer for that. */
enum { GREET_MS = 20 * 1000, DRAW_MS = 30 * 1000 };

/* --- starting --------------------------------------------------------------------------------- */

/* Machine code made at run time is one thing that a lock cannot allow: libraries are told. */
static char *const surroundings[] = { (char[]){ "VIPS_NOVECTOR=1" }, (char[]){ "ORC_CODE=backup" },
                                      (char[]){ "LC_ALL=C.UTF-8" }, NULL };

bool preview_worker_start(const char *program, struct preview_worker **worker_r, struct err *err)
{
    auto_close int ours = -1, theirs = -1, high = -1;
    struct preview_worker *worker;
    int ends[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_os(err, "starting fmferry-preview");
    ours = ends[0];
    theirs = ends[1];
    high = fcntl(theirs, F_DUPFD_CLOEXEC, PROCESS_FD_LOWEST);
    if (high < 0)
        return err_os(err, "starting fmferry-preview");
    if (!process_spawn(program, NULL, surroundings, (const int[]){ -1, -1, -1, high }, &pid, err))
        return false;
    worker = mem_new(struct preview_worker);
    worker->pid = pid;
    worker->socket = take_fd(ours);
    worker->room = -1;
    *worker_r = worker;
    return true;
}

/* How it ended, as waitpid() gives it. One that does not end by itself is killed. */
static int worker_reap(struct preview_worker *worker)
{
    int status = 0;

    if (worker->pid <= 0)
        return 0;
    (void)kill(worker->pid, SIGKILL); /* whoever is gone already keeps its own status */
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    worker->pid = 0;
    return status;
}

void preview_worker_end(struct preview_worker *worker)
{
    if (!worker)
        return;
    (void)close(worker->socket);
    (void)worker_reap(worker);
    if (worker->room >= 0)
        (void)close(worker->room);
    free(worker);
}

/* --- talking ---------------------------------------------------------------------------------- */

/* As process_wait(). */
static int message_wait(const struct preview_worker *worker, const struct cancel *cancel, int ms)
{
    return process_wait(worker->socket, cancel, time_mono_us() + ms * (int64_t)1000);
}

bool preview_worker_greet(struct preview_worker *worker, const struct cancel *cancel,
                          struct err *err)
{
    struct wire_hello hello = { 0 };

    if (worker->has_greeted)
        return true;
    if (message_wait(worker, cancel, GREET_MS) <= 0)
        return err_set(err, ERR_OS, 0, "fmferry-preview does not start");
    if (recv(worker->socket, &hello, sizeof hello, MSG_DONTWAIT) != sizeof hello
        || hello.magic != WIRE_MAGIC)
        return err_set(err, ERR_OS, 0,
                       "fmferry-preview does not say hello as this program expects it");
    worker->has_greeted = true;
    worker->landlock = hello.landlock;
    worker->seccomp = hello.seccomp;
    return true;
}

static bool message_send(const struct preview_worker *worker, const struct wire_request *request,
                         const int *fds)
{
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr aligned;
    } beside = { 0 };
    struct iovec body = { (void *)(uintptr_t)request, sizeof *request };
    struct msghdr message = { .msg_iov = &body, .msg_iovlen = 1 };

    if (fds) {
        message.msg_control = beside.bytes;
        message.msg_controllen = sizeof beside.bytes;
        *CMSG_FIRSTHDR(&message) = (struct cmsghdr){ .cmsg_len = CMSG_LEN(2 * sizeof(int)),
                                                     .cmsg_level = SOL_SOCKET,
                                                     .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), fds, 2 * sizeof(int));
    }
    return sendmsg(worker->socket, &message, MSG_NOSIGNAL) == sizeof *request;
}

static bool job_send(struct preview_worker *worker, const struct preview_job *job)
{
    struct wire_request request = { .magic = WIRE_MAGIC, .page = job->page, .width = job->width };
    auto_close int document = -1;
    bool is_first = worker->room < 0, sent;

    (void)snprintf(request.mime, sizeof request.mime, "%s", job->mime ? job->mime : "");
    (void)snprintf(request.password, sizeof request.password, "%s",
                   job->password ? job->password : "");
    if (is_first) {
        document = process_memory("document", job->bytes, (off_t)job->bytes.size, F_SEAL_WRITE);
        worker->room = process_memory("room", SPAN_NONE, WIRE_ROOM, 0);
        worker->sha256 = job->sha256;
        worker->session = job->session;
    }
    sent = (!is_first || (document >= 0 && worker->room >= 0))
           && message_send(worker, &request,
                           is_first ? (const int[]){ document, worker->room } : NULL);
    explicit_bzero(request.password, sizeof request.password);
    return sent;
}

/* --- answers ---------------------------------------------------------------------------------- */

static bool room_read(const struct preview_worker *worker, off_t place, size_t size, struct str *to)
{
    size_t done = 0;

    if (!str_reserve(to, size))
        return false;
    while (done < size) {
        ssize_t n = pread(worker->room, to->at + done, size - done, place + (off_t)done);

        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    to->size = size;
    return true;
}

static bool page_take(const struct preview_worker *worker, struct span message, int width,
                      struct preview_page *page_r, struct err *err)
{
    auto_str jpeg = STR_MAX(WIRE_JPEG_MAX), text = STR_MAX(WIRE_TEXT_MAX);
    struct wire_answer answer;

    if (!preview_answer_read(message, width, &answer, err))
        return false;
    if (!room_read(worker, 0, answer.jpeg_size, &jpeg)
        || !room_read(worker, WIRE_JPEG_MAX, answer.text_size, &text))
        return err_os(err, "reading its picture");
    return preview_answer_page(&answer, str_span(&jpeg), str_span(&text), page_r, err);
}

/* It is gone. One that had answered before, and ended by itself, had waited long enough. */
static enum preview_said farewell_judge(struct preview_worker *worker, bool had_answered,
                                        struct err *err)
{
    int status = worker_reap(worker);

    if (had_answered && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return SAID_GOODBYE;
    (void)err_set(err, ERR_DATA, 0, "it ended by %s %d", WIFSIGNALED(status) ? "signal" : "code",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return SAID_NOTHING;
}

enum preview_said preview_worker_ask(struct preview_worker *worker, const struct preview_job *job,
                                     const struct cancel *cancel, struct preview_page *page_r,
                                     struct err *err)
{
    bool had_answered = worker->room >= 0;
    int patience_ms = job->patience_ms > 0 ? job->patience_ms : DRAW_MS;
    int64_t begun_us = time_mono_us();
    char message[sizeof(struct wire_answer) + 1];
    ssize_t size;
    int waited;

    if (!job_send(worker, job))
        return farewell_judge(worker, had_answered, err);
    waited = message_wait(worker, cancel, patience_ms);
    if (waited < 0)
        return SAID_CANCELED;
    if (waited == 0) {
        (void)err_set(err, ERR_DATA, 0, "it did not answer in %d s", patience_ms / 1000);
        return SAID_NOTHING;
    }
    size = recv(worker->socket, message, sizeof message, MSG_DONTWAIT);
    if (size <= 0)
        return farewell_judge(worker, had_answered, err);
    worker->last_us = time_mono_us();
    worker->drawn_us += worker->last_us - begun_us;
    return page_take(worker, (struct span){ message, (size_t)size }, job->width, page_r, err)
               ? SAID_PAGE
               : SAID_NOTHING;
}
