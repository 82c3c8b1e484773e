/* A worker that has worked for long makes way for a fresh one, as with those that draw for people. */
#include "console/preview/preview_words.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/preview/preview_worker.h"
#include "console/preview/words_program.h"
#include "preview/wire.h"

/* The kernel gives this thread's children what nobody else wants: a page may take long by the clock. */
enum { PATIENCE_MS = 600 * 1000 };

#define WORKED_MOST_US (8 * TIME_SECOND)

struct words_reading {
    struct console *console;
    const struct preview_job *job;
    struct words_wish *wish;
    const struct cancel *cancel;
    struct preview_worker *worker;
    void (*page)(void *arg, int number, struct span text);
    void *arg;
    int pages;
    size_t bytes;
    bool scans_died;
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

static enum preview_shape page_ask(struct words_reading *r, int number, int width,
                                   struct preview_page *page_r)
{
    struct preview_job job = *r->job;
    struct err why;

    job.page = number;
    job.width = width;
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

static void page_give(struct words_reading *r, int number, struct span text)
{
    r->bytes += text.size;
    if (text.size > 0 && r->bytes <= WORDS_BYTES_MOST)
        r->page(r->arg, number, text);
}

/* --- by programs of others -------------------------------------------------------------------- */

/* What a program wrote may be anything: it is read as a document is, by a locked process. */
static enum preview_shape output_read(struct words_reading *r, struct span output, const char *mime,
                                      int number)
{
    const struct preview_job job = { .bytes = output, .sha256 = r->job->sha256, .mime = mime };
    struct words_reading inner = *r;
    auto_preview_page read = { 0 };
    enum preview_shape shape;

    if (output.size == 0)
        return PREVIEW_OK;
    inner.job = &job;
    inner.worker = NULL;
    shape = page_ask(&inner, 1, 0, &read);
    preview_worker_end(inner.worker);
    if (shape != PREVIEW_OK && shape != PREVIEW_NO_PICTURE)
        return shape;
    page_give(r, number, str_span(&read.text));
    return PREVIEW_OK;
}

static enum preview_shape program_read(struct words_reading *r, struct span bytes,
                                       const char *languages, int number)
{
    const char *mime = words_program_makes_html(bytes) ? "text/html" : "text/plain";
    auto_str output = STR_MAX(WORDS_BYTES_MOST);
    enum words_end end;
    struct err why;

    if (!words_program_read(preview_words_program(r->console), bytes, languages, r->cancel, &output,
                            &end, &why)) {
        if (!cancel_is_set(r->cancel))
            log_warn("words are not read: %s", why.msg);
        return PREVIEW_AWAY;
    }
    switch (end) {
    case WORDS_READ:
        return output_read(r, str_span(&output), mime, number);
    case WORDS_NONE:
        return PREVIEW_NO_PICTURE;
    case WORDS_DAMAGED:
        return PREVIEW_DAMAGED;
    case WORDS_DIED:
        return PREVIEW_DIED;
    }
    abort();
}

static enum preview_shape picture_read(struct words_reading *r, int number)
{
    auto_preview_page drawn = { 0 };
    enum preview_shape shape = page_ask(r, number, WIRE_WIDTH_MAX, &drawn);

    if (shape != PREVIEW_OK || drawn.jpeg.size == 0)
        return shape;
    return program_read(r, str_span(&drawn.jpeg), r->wish->languages, number);
}

/*
 * A page without words, of which there is a picture. One whose picture has none that can be read takes
 * nothing from the other pages; once one broke its process, no other of the document is tried.
 */
static enum preview_shape scan_read(struct words_reading *r, int number)
{
    enum preview_shape shape = PREVIEW_OK;

    r->wish->has_scans_r = true;
    if (r->wish->languages && !r->scans_died)
        shape = picture_read(r, number);
    r->scans_died = r->scans_died || shape == PREVIEW_DIED;
    return shape == PREVIEW_AWAY ? PREVIEW_AWAY : PREVIEW_OK;
}

/* --- pages ------------------------------------------------------------------------------------ */

/* Plain text and office documents have words, and no picture. */
static enum preview_shape page_words(struct words_reading *r, int number,
                                     const struct preview_page *page)
{
    r->pages = page->pages < WORDS_PAGES_MOST ? page->pages : WORDS_PAGES_MOST;
    if (page->shape == PREVIEW_OK && page->text.size == 0)
        return scan_read(r, number);
    page_give(r, number, str_span(&page->text));
    return page->text.size > 0 ? PREVIEW_OK : page->shape;
}

static enum preview_shape page_read(struct words_reading *r, int number)
{
    auto_preview_page page = { 0 };
    enum preview_shape shape = page_ask(r, number, 0, &page);

    if (shape == PREVIEW_OK || (shape == PREVIEW_NO_PICTURE && page.text.size > 0))
        shape = page_words(r, number, &page);
    return is_of_page_alone(shape, number) ? PREVIEW_OK : shape;
}

bool preview_words_read(struct console *console, const struct preview_job *job,
                        struct words_wish *wish, const struct cancel *cancel,
                        void (*page)(void *arg, int number, struct span text), void *arg,
                        enum preview_shape *shape_r, struct err *err)
{
    struct words_reading r = { .console = console,
                               .job = job,
                               .wish = wish,
                               .cancel = cancel,
                               .page = page,
                               .arg = arg,
                               .pages = 1 };

    *shape_r = preview_is_deadly(console, &job->sha256) ? PREVIEW_DIED : PREVIEW_OK;
    if (*shape_r == PREVIEW_OK && words_program_reads(job->bytes))
        *shape_r = program_read(&r, job->bytes, NULL, 1);
    else
        for (int number = 1; *shape_r == PREVIEW_OK && number <= r.pages
                             && r.bytes <= WORDS_BYTES_MOST && !cancel_is_set(cancel);
             number++)
            *shape_r = page_read(&r, number);
    preview_worker_end(r.worker);
    return !cancel_is_set(cancel) || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

char *preview_words_kinds(const struct console *console)
{
    auto_free char *programs = words_programs_there();

    return mem_printf("%s%s", preview_words_program(console) ? programs : "",
                      console->settings->scan_languages);
}
