/* A worker that has worked for long makes way for a fresh one, as with those that draw for people. */
#include "console/preview/preview_words.h"

#include "base/log.h"
#include "base/time.h"
#include "console/preview/preview_worker.h"
#include "preview/wire.h"

/* The kernel gives this thread's children what nobody else wants: a page may take long by the clock. */
enum { PATIENCE_MS = 600 * 1000 };

#define WORKED_MOST_US (8 * TIME_SECOND)

struct words_reading {
    struct console *console;
    const struct preview_job *job;
    const struct cancel *cancel;
    struct preview_worker *worker;
    int pages;
    size_t bytes;
};

static bool worker_start(struct words_reading *r)
{
    const char *program = preview_program(r->console);
    struct err why;

    if (!program)
        return false;
    if (preview_worker_start(program, &r->worker, &why)
        && preview_worker_greet(r->worker, r->cancel, &why))
        return true;
    if (!cancel_is_set(r->cancel))
        log_warn("words are not read: %s", why.msg);
    preview_worker_end(take(r->worker));
    return false;
}

static enum preview_shape page_ask(struct words_reading *r, int number, struct preview_page *page_r)
{
    struct preview_job job = *r->job;
    struct err why;

    job.page = number;
    job.width = 0;
    job.patience_ms = PATIENCE_MS;
    if (!r->worker && !worker_start(r))
        return PREVIEW_AWAY;
    switch (preview_worker_ask(r->worker, &job, r->cancel, page_r, &why)) {
    case SAID_PAGE:
        break;
    case SAID_NOTHING:
        log_warn("a document broke the process that reads its words: %s", why.msg);
        preview_worker_end(take(r->worker));
        return PREVIEW_DIED;
    case SAID_GOODBYE:
    case SAID_CANCELED:
        preview_worker_end(take(r->worker));
        return PREVIEW_AWAY;
    }
    if (r->worker->drawn_us > WORKED_MOST_US)
        preview_worker_end(take(r->worker));
    return page_r->shape;
}

/* A page behind the first that cannot be read has no words; the others have theirs all the same. */
static bool is_of_page_alone(enum preview_shape shape, int number)
{
    return number > 1
           && (shape == PREVIEW_DAMAGED || shape == PREVIEW_TOO_LARGE
               || shape == PREVIEW_NO_PICTURE);
}

/* One page. Plain text has words, and no picture. */
static enum preview_shape page_read(struct words_reading *r, int number,
                                    void (*page)(void *arg, int number, struct span text),
                                    void *arg)
{
    auto_preview_page drawn = { 0 };
    enum preview_shape shape = page_ask(r, number, &drawn);

    if (drawn.text.size > 0 && shape == PREVIEW_NO_PICTURE)
        shape = PREVIEW_OK;
    if (is_of_page_alone(shape, number))
        return PREVIEW_OK;
    if (shape != PREVIEW_OK)
        return shape;
    r->pages = drawn.pages < WORDS_PAGES_MOST ? drawn.pages : WORDS_PAGES_MOST;
    r->bytes += drawn.text.size;
    if (drawn.text.size > 0 && r->bytes <= WORDS_BYTES_MOST)
        page(arg, number, str_span(&drawn.text));
    return shape;
}

bool preview_words_read(struct console *console, const struct preview_job *job,
                        const struct cancel *cancel,
                        void (*page)(void *arg, int number, struct span text), void *arg,
                        enum preview_shape *shape_r, struct err *err)
{
    struct words_reading r = { .console = console, .job = job, .cancel = cancel, .pages = 1 };

    *shape_r = preview_is_deadly(console, &job->sha256) ? PREVIEW_DIED : PREVIEW_OK;
    for (int number = 1; *shape_r == PREVIEW_OK && number <= r.pages && r.bytes <= WORDS_BYTES_MOST
                         && !cancel_is_set(cancel);
         number++)
        *shape_r = page_read(&r, number, page, arg);
    preview_worker_end(r.worker);
    return !cancel_is_set(cancel) || err_set(err, ERR_CANCELED, 0, "asked to stop");
}
