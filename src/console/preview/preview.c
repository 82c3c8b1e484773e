/*
 * The processes that draw. A job takes the one that has its document already, or one that waits,
 * and gives it back or ends it; nothing waits under the lock.
 */
#include "console/preview/preview.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/preview/cache.h"
#include "console/preview/preview_answer.h"
#include "console/preview/preview_worker.h"
#include "console/preview/words_program.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <unistd.h>

enum { DRAWING_MOST = 2, SPARES = 2, KEPT = 2, DEATHS = 256, TRIES = 3 };
#define PLACE_WAIT_US (30 * TIME_SECOND)
#define KEPT_US (WIRE_IDLE_S * TIME_SECOND)
#define DEATH_US (24 * 3600 * TIME_SECOND)
/* The kernel ends a worker after 20 s of work in all: before that it makes way for a new one. */
#define DRAWN_MOST_US (8 * TIME_SECOND)

struct preview_death {
    struct sha256 sha256;
    int64_t until_us;
};

struct preview {
    const struct clock *clock;
    const struct cancel *cancel;
    char *program, *words_program; /* NULL: there is none */
    struct cache *cache;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int drawing, starting;
    bool has_told; /* how far workers are locked */
    struct preview_worker *spares[SPARES], *kept[KEPT];
    struct preview_death deaths[DEATHS]; /* a ring */
    size_t death_next;
};

static bool page_without(struct preview_page *page_r, enum preview_shape shape)
{
    *page_r = (struct preview_page){ .shape = shape, .jpeg = STR_MAX(0), .text = STR_MAX(0) };
    return true;
}

/* --- start and end ---------------------------------------------------------------------------- */

/* Beside this program, where it is installed, and where it is built. NULL: nowhere. */
static char *program_find(const char *name)
{
    static const char *const places[] = { "", "../libexec/", "../preview/" };
    char own[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own - 1);
    const char *slash = size > 0 ? memrchr(own, '/', (size_t)size) : NULL;

    for (size_t i = 0; slash && i < lengthof(places); i++) {
        char *path = mem_printf("%.*s/%s%s", (int)(slash - own), own, places[i], name);

        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

/* Starts one if fewer wait than should. One that cannot be started is missed when it is needed. */
static void spare_add(struct preview *preview)
{
    struct preview_worker *worker = NULL;
    struct err err;
    size_t place = SPARES;

    (void)pthread_mutex_lock(&preview->lock);
    for (size_t i = 0; i < SPARES; i++)
        if (!preview->spares[i])
            place = i;
    if (place < SPARES && preview->starting == 0)
        preview->starting = 1;
    else
        place = SPARES;
    (void)pthread_mutex_unlock(&preview->lock);
    if (place == SPARES)
        return;
    if (!preview_worker_start(preview->program, &worker, &err))
        log_warn("%s", err.msg);
    (void)pthread_mutex_lock(&preview->lock);
    preview->spares[place] = worker;
    preview->starting = 0;
    (void)pthread_mutex_unlock(&preview->lock);
}

bool preview_begin(struct console *console, const char *program, struct preview **preview_r,
                   struct err *err)
{
    struct preview *preview;
    struct cache *cache = NULL;

    if (!words_program_knows(console->settings->scan_languages, err)
        || !cache_open(console->settings->state, console->settings->cache_bytes, &cache, err))
        return false;
    preview = mem_new(struct preview);
    preview->clock = console->clock;
    preview->cancel = console->cancel;
    preview->cache = cache;
    preview->program = program ? mem_text(program) : program_find("fmferry-preview");
    preview->words_program = program_find("fmferry-words");
    (void)pthread_mutex_init(&preview->lock, NULL);
    (void)pthread_cond_init(&preview->freed, NULL);
    if (!preview->program)
        log_warn("fmferry-preview is not installed beside fmferry: the console shows no pictures");
    for (size_t i = 0; preview->program && i < SPARES; i++)
        spare_add(preview);
    *preview_r = preview;
    return true;
}

void preview_end(struct preview *preview)
{
    if (!preview)
        return;
    for (size_t i = 0; i < SPARES; i++)
        preview_worker_end(preview->spares[i]);
    for (size_t i = 0; i < KEPT; i++)
        preview_worker_end(preview->kept[i]);
    cache_close(preview->cache);
    (void)pthread_cond_destroy(&preview->freed);
    (void)pthread_mutex_destroy(&preview->lock);
    free(preview->program);
    free(preview->words_program);
    free(preview);
}

void preview_tend(struct preview *preview)
{
    int64_t before_us = clock_mono_us(preview->clock) - KEPT_US;

    for (size_t i = 0; i < KEPT; i++) {
        struct preview_worker *old = NULL;

        (void)pthread_mutex_lock(&preview->lock);
        if (preview->kept[i] && preview->kept[i]->last_us < before_us)
            old = take(preview->kept[i]);
        (void)pthread_mutex_unlock(&preview->lock);
        preview_worker_end(old);
    }
    for (size_t i = 0; preview->program && i < SPARES; i++)
        spare_add(preview);
}

/* --- documents that killed a worker ----------------------------------------------------------- */

static bool is_deadly(struct preview *preview, const struct sha256 *sha256)
{
    int64_t now_us = clock_now_us(preview->clock);
    bool found = false;

    (void)pthread_mutex_lock(&preview->lock);
    for (size_t i = 0; i < DEATHS; i++)
        found |= preview->deaths[i].until_us > now_us
                 && sha256_equal(&preview->deaths[i].sha256, sha256);
    (void)pthread_mutex_unlock(&preview->lock);
    return found;
}

static void death_note(struct preview *preview, const struct sha256 *sha256, const char *why)
{
    char hex[SHA256_HEX_SIZE];

    log_warn("a document broke the process that draws it, and is drawn again in a day at the "
             "earliest: %s sha256=%s",
             why, sha256_hex(sha256, hex));
    (void)pthread_mutex_lock(&preview->lock);
    preview->deaths[preview->death_next++ % DEATHS] =
        (struct preview_death){ *sha256, clock_now_us(preview->clock) + DEATH_US };
    (void)pthread_mutex_unlock(&preview->lock);
}

/* --- a place to draw, and a worker ------------------------------------------------------------ */

static bool place_take(struct preview *preview)
{
    int64_t until_us = clock_mono_us(preview->clock) + PLACE_WAIT_US, left_us = PLACE_WAIT_US;
    bool taken;

    (void)pthread_mutex_lock(&preview->lock);
    while (preview->drawing >= DRAWING_MOST && left_us > 0 && !cancel_is_set(preview->cancel)) {
        clock_wait(preview->clock, &preview->freed, &preview->lock, left_us);
        left_us = until_us - clock_mono_us(preview->clock);
    }
    taken = preview->drawing < DRAWING_MOST;
    preview->drawing += taken;
    (void)pthread_mutex_unlock(&preview->lock);
    return taken;
}

static void place_leave(struct preview *preview)
{
    (void)pthread_mutex_lock(&preview->lock);
    preview->drawing--;
    (void)pthread_cond_signal(&preview->freed);
    (void)pthread_mutex_unlock(&preview->lock);
}

static struct preview_worker *worker_find(struct preview *preview, const struct preview_job *job)
{
    struct preview_worker *found = NULL;

    (void)pthread_mutex_lock(&preview->lock);
    for (size_t i = 0; !found && i < KEPT; i++)
        if (preview->kept[i] && preview->kept[i]->session == job->session
            && sha256_equal(&preview->kept[i]->sha256, &job->sha256))
            found = take(preview->kept[i]);
    for (size_t i = 0; !found && i < SPARES; i++)
        if (preview->spares[i])
            found = take(preview->spares[i]);
    (void)pthread_mutex_unlock(&preview->lock);
    return found;
}

static void lock_tell(struct preview *preview, const struct preview_worker *worker)
{
    bool is_first;

    (void)pthread_mutex_lock(&preview->lock);
    is_first = !preview->has_told;
    preview->has_told = true;
    (void)pthread_mutex_unlock(&preview->lock);
    if (!is_first)
        return;
    if (worker->landlock > 0 && worker->seccomp)
        log_info("documents are drawn under lock: Landlock %d, seccomp", worker->landlock);
    else
        log_warn("documents are drawn under a weaker lock, as far as this kernel goes: %s, %s",
                 worker->landlock > 0 ? "Landlock" : "no Landlock",
                 worker->seccomp ? "seccomp" : "no seccomp");
}

static struct preview_worker *worker_get(struct preview *preview, const struct preview_job *job,
                                         struct err *err)
{
    struct preview_worker *worker = worker_find(preview, job);

    if (!worker && !preview_worker_start(preview->program, &worker, err))
        return NULL;
    if (!preview_worker_greet(worker, preview->cancel, err)) {
        preview_worker_end(worker);
        return NULL;
    }
    lock_tell(preview, worker);
    return worker;
}

/* Keeps it for further pages; the one that drew longest ago makes way. */
static void worker_keep(struct preview *preview, struct preview_worker *worker)
{
    size_t place = 0;
    struct preview_worker *old;

    if (worker->drawn_us > DRAWN_MOST_US) {
        preview_worker_end(worker);
        return;
    }
    (void)pthread_mutex_lock(&preview->lock);
    for (size_t i = 1; i < KEPT; i++)
        if (preview->kept[place]
            && (!preview->kept[i] || preview->kept[i]->last_us < preview->kept[place]->last_us))
            place = i;
    old = preview->kept[place];
    preview->kept[place] = worker;
    (void)pthread_mutex_unlock(&preview->lock);
    preview_worker_end(old);
}

/* --- drawing ---------------------------------------------------------------------------------- */

/* One that has left just now is no failure; another one is asked. */
static bool page_ask(struct preview *preview, const struct preview_job *job,
                     struct preview_page *page_r, struct err *err)
{
    for (int i = 0; i < TRIES; i++) {
        struct preview_worker *worker = worker_get(preview, job, err);
        enum preview_said said;

        if (!worker)
            return cancel_is_set(preview->cancel)
                       ? err_set(err, ERR_CANCELED, 0, "asked to stop")
                       : (log_warn("%s", err->msg), page_without(page_r, PREVIEW_AWAY));
        said = preview_worker_ask(worker, job, preview->cancel, page_r, err);
        if (said == SAID_PAGE) {
            worker_keep(preview, worker);
            return true;
        }
        preview_worker_end(worker);
        if (said == SAID_CANCELED)
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (said == SAID_NOTHING) {
            death_note(preview, &job->sha256, err->msg);
            return page_without(page_r, PREVIEW_DIED);
        }
    }
    return page_without(page_r, PREVIEW_AWAY);
}

static bool page_draw(struct preview *preview, const struct preview_job *job,
                      struct preview_page *page_r, struct err *err)
{
    bool done;

    if (!preview->program || !place_take(preview))
        return page_without(page_r, PREVIEW_AWAY);
    done = page_ask(preview, job, page_r, err);
    place_leave(preview);
    spare_add(preview);
    return done;
}

/* --- the cache -------------------------------------------------------------------------------- */

/* As a worker answers: so there is one reader of both. */
static void page_put(struct preview *preview, const struct cache_name *name,
                     const struct preview_page *page)
{
    auto_str bytes = STR_MAX(WIRE_ROOM + KIB(1));
    struct wire_answer answer = { .magic = WIRE_MAGIC,
                                  .shape = WIRE_OK,
                                  .pages = page->pages,
                                  .width = page->width,
                                  .height = page->height,
                                  .jpeg_size = (uint32_t)page->jpeg.size,
                                  .text_size = (uint32_t)page->text.size };

    if (page->shape != PREVIEW_OK || page->text.size > WIRE_TEXT_MAX)
        return;
    str_add(&bytes, &answer, sizeof answer);
    str_add_span(&bytes, str_span(&page->jpeg));
    str_add_span(&bytes, str_span(&page->text));
    cache_put(preview->cache, name, str_span(&bytes));
}

static bool page_get(struct preview *preview, const struct cache_name *name,
                     struct preview_page *page_r)
{
    auto_str bytes = STR_MAX(WIRE_ROOM + KIB(1));
    struct wire_answer answer;
    struct span rest;
    struct err ignored;

    if (!cache_get(preview->cache, name, &bytes)
        || !preview_answer_read(span_first(str_span(&bytes), sizeof answer), name->width, &answer,
                                &ignored))
        return false;
    rest = span_from(str_span(&bytes), sizeof answer);
    return preview_answer_page(&answer, span_first(rest, answer.jpeg_size),
                               span_from(rest, answer.jpeg_size), page_r, &ignored);
}

bool preview_is_cached(struct console *console, const struct sha256 *sha256, int page, int width)
{
    struct cache_name name = { *sha256, page, width };

    return cache_has(console->preview->cache, &name);
}

bool preview_draw(struct console *console, const struct preview_job *job,
                  struct preview_page *page_r, struct err *err)
{
    struct preview *preview = console->preview;
    struct cache_name name = { job->sha256, job->page, job->width };

    assert(job->page > 0 && job->width >= 0 && job->width <= WIRE_WIDTH_MAX);
    if (!job->password && page_get(preview, &name, page_r))
        return true;
    if (job->bytes.size == 0) /* it was in the cache a moment ago */
        return page_without(page_r, PREVIEW_AWAY);
    if (job->bytes.size > WIRE_FILE_MAX || job->page > WIRE_PAGES_MAX)
        return page_without(page_r, PREVIEW_TOO_LARGE);
    if (is_deadly(preview, &job->sha256))
        return page_without(page_r, PREVIEW_DIED);
    if (!page_draw(preview, job, page_r, err))
        return false;
    if (!job->password)
        page_put(preview, &name, page_r);
    return true;
}

const char *preview_program(const struct console *console)
{
    return console->preview->program;
}

const char *preview_words_program(const struct console *console)
{
    return console->preview->words_program;
}

bool preview_is_deadly(const struct console *console, const struct sha256 *sha256)
{
    return is_deadly(console->preview, sha256);
}
