/*
 * The words of documents, one document at a time, the newest first. Its bytes are compared with the
 * hash before they are read, and all of its pages are committed at once: what was cut short is read
 * again from its beginning.
 */
#include "console/index/indexing.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/documents/fetch.h"
#include "console/index/index_cards.h"
#include "console/index_sql.h"
#include "console/preview/preview_words.h"
#include "run/wrong_bytes.h"

enum { BYTES_MOST = 64 * 1024 * 1024, TRIES_MOST = 8, DEATHS_MOST = 3, COUNT_EVERY = 50 };

#define AGAIN_US (60 * TIME_SECOND)
#define REST_US (30 * TIME_SECOND)
#define DAY_US (24 * 3600 * TIME_SECOND)

/* A document whose words wait; `is_scan`: all but those of its scans were read. */
struct unread {
    int64_t document, tries;
    bool is_scan;
    struct uuid row;
};

/* --- words ------------------------------------------------------------------------------------ */

/* Pages as they come, put aside: the index is not held up while a document is read. */
struct pages {
    struct page_read {
        int number;
        char *text;
    } * items;
    size_t count;
};

static void pages_clear(struct pages *pages)
{
    for (size_t i = 0; i < pages->count; i++)
        free(pages->items[i].text);
    free(pages->items);
}

#define auto_pages __attribute__((cleanup(pages_clear))) struct pages

/* Control characters become blanks: two of them mark what was found. */
static void page_take(void *arg, int number, struct span text)
{
    struct pages *pages = arg;
    char *copy = span_text(text);

    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)copy[i] < ' ' && copy[i] != '\n')
            copy[i] = ' ';
    pages->items = mem_grow(pages->items, (pages->count + 1) * sizeof *pages->items);
    pages->items[pages->count++] = (struct page_read){ number, copy };
}

static enum reading_shape shape_of(enum preview_shape shape)
{
    switch (shape) {
    case PREVIEW_OK:
        return READING_OK;
    case PREVIEW_ENCRYPTED:
        return READING_ENCRYPTED;
    case PREVIEW_DAMAGED:
        return READING_DAMAGED;
    case PREVIEW_TOO_LARGE:
        return READING_TOO_LARGE;
    case PREVIEW_NO_PICTURE:
        return READING_NO_WORDS;
    case PREVIEW_DIED:
        return READING_DIED;
    case PREVIEW_AWAY:
        return READING_AWAY;
    }
    abort();
}

/* From now on nobody is shown it. */
static bool wrong_tell(struct indexer *indexer, const struct visible *document,
                       const struct fetch_wrong *wrong, struct err *err)
{
    const struct engine_settings *engine = indexer->console->engine;
    auto_free char *words = mem_printf("when its words were read: %s", wrong->why.msg);

    log_error("document %jd: %s (%s)", (intmax_t)document->document, words, wrong->kind);
    return wrong_bytes_tell(engine->ledger_url, engine->source_name,
                            &(struct wrong_bytes){ .document = document->document,
                                                   .kind = wrong->kind,
                                                   .words = words },
                            indexer->console->cancel, err);
}

static const char *languages_of(const struct indexer *indexer)
{
    const char *languages = indexer->console->settings->scan_languages;

    return *languages ? languages : NULL;
}

/* A picture has the words of a scan or none, and need not be fetched to know that. */
static bool is_known_unfetched(const struct indexer *indexer, const struct visible *document,
                               enum reading_shape *shape_r)
{
    static const char *const mute[] = { "audio/", "video/" };

    *shape_r = READING_NO_WORDS;
    for (size_t i = 0; i < lengthof(mute); i++)
        if (span_starts(span_of(document->mime), mute[i]))
            return true;
    if (!span_starts(span_of(document->mime), "image/"))
        return false;
    if (languages_of(indexer))
        *shape_r = READING_SCANS;
    return true;
}

/* Reads its pages, if the store has the bytes that are its own. */
static bool words_read(struct indexer *indexer, const struct unread *unread,
                       const struct visible *document, struct pages *pages,
                       enum reading_shape *shape_r, struct err *err)
{
    auto_str bytes = STR_MAX(BYTES_MOST);
    struct preview_job job = { .sha256 = document->sha256, .mime = document->mime };
    struct words_wish wish = { .languages = unread->is_scan ? languages_of(indexer) : NULL };
    struct fetch_wrong wrong;
    enum preview_shape shape;

    if (!unread->is_scan && is_known_unfetched(indexer, document, shape_r))
        return true;
    *shape_r = READING_TOO_LARGE;
    if (document->size > BYTES_MOST)
        return true;
    *shape_r = READING_AWAY;
    if (!fetch_compared(indexer->console, document, &bytes, &wrong, err))
        return false;
    if (wrong.kind)
        return wrong_tell(indexer, document, &wrong, err);
    job.bytes = str_span(&bytes);
    if (!preview_words_read(indexer->console, &job, &wish, indexer->end, page_take, pages, &shape,
                            err))
        return false;
    *shape_r = shape_of(shape);
    if (*shape_r == READING_OK && pages->count == 0)
        *shape_r = READING_NO_WORDS;
    if (wish.has_scans_r && !unread->is_scan && languages_of(indexer)
        && (*shape_r == READING_OK || *shape_r == READING_NO_WORDS))
        *shape_r = READING_SCANS;
    return true;
}

/* --- what comes of it ------------------------------------------------------------------------- */

/* What may be better another time is tried again, later each time, and in the end left as it is. */
static bool reading_settle(struct indexer *indexer, const struct unread *unread,
                           enum reading_shape shape, struct err *err)
{
    enum reading_shape waiting = unread->is_scan ? READING_SCANS : READING_WAITS;
    int64_t tries = unread->tries + 1, wait_us = 0;

    if (shape == READING_AWAY && tries < TRIES_MOST)
        wait_us = AGAIN_US << tries;
    else if (shape == READING_DIED && tries < DEATHS_MOST)
        wait_us = DAY_US * tries;
    return sql_run(indexer->sql, &INDEX_READING_SETTLE,
                   sql_args(sql_i64(unread->document), sql_i64(wait_us ? waiting : shape),
                            sql_i64(tries),
                            sql_i64(clock_now_us(indexer->console->clock) + wait_us)),
                   err);
}

/* Words that the index has are of the same bytes: they stay until it is known that there are others. */
static bool pages_put(struct indexer *indexer, const struct unread *unread,
                      const struct pages *pages, enum reading_shape shape, struct err *err)
{
    bool has_words = shape == READING_OK || shape == READING_SCANS;
    bool is_known = shape != READING_AWAY && shape != READING_DIED;
    auto_tx tx = { 0 };

    if (!sql_begin(indexer->sql, &tx, err)
        || (is_known
            && !sql_run(indexer->sql, &INDEX_PAGES_DROP, sql_args(sql_i64(unread->document)), err)))
        return false;
    for (size_t i = 0; has_words && i < pages->count; i++)
        if (!sql_run(indexer->sql, &INDEX_PAGE_PUT,
                     sql_args(sql_i64(unread->document), sql_i64(pages->items[i].number),
                              sql_text(pages->items[i].text)),
                     err))
            return false;
    return reading_settle(indexer, unread, shape, err) && sql_commit(&tx, err);
}

/* The card as it is now: of other bytes than were known, the words are read of these. */
static bool card_ask(struct indexer *indexer, const struct unread *unread,
                     struct visible_list *shown, struct err *err)
{
    auto_tx tx = { 0 };

    return visible_ask(indexer->console, &unread->row, 1, shown, err)
           && sql_begin(indexer->sql, &tx, err)
           && index_cards_settle(indexer->sql, &unread->document, 1, shown, err)
           && sql_commit(&tx, err);
}

/* The store may be away; everything else of the index goes on meanwhile. */
static bool fetch_failed(struct indexer *indexer, const struct unread *unread,
                         const struct err *why, struct err *err)
{
    if (why->kind == ERR_CANCELED || why->kind == ERR_DATABASE) {
        *err = *why;
        return false;
    }
    log_warn("words of document %jd were not read: %s", (intmax_t)unread->document, why->msg);
    indexer->read_after_us = clock_mono_us(indexer->console->clock) + REST_US;
    return reading_settle(indexer, unread, READING_AWAY, err);
}

/* What was not its own bytes is asked about again: now it leaves the index. */
static bool document_read(struct indexer *indexer, const struct unread *unread, struct err *err)
{
    auto_visible_list shown = { 0 };
    auto_pages pages = { 0 };
    enum reading_shape shape;
    struct err why = { 0 };

    if (!card_ask(indexer, unread, &shown, err))
        return false;
    if (shown.count == 0)
        return true;
    if (!words_read(indexer, unread, &shown.items[0], &pages, &shape, &why))
        return fetch_failed(indexer, unread, &why, err);
    visible_list_clear(&shown);
    return pages_put(indexer, unread, &pages, shape, err)
           && (shape != READING_AWAY || card_ask(indexer, unread, &shown, err));
}

/* --- one after the other ---------------------------------------------------------------------- */

static bool unread_next(struct indexer *indexer, struct unread *unread_r, bool *found_r,
                        struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;
    struct span row;

    if (!sql_query(indexer->sql, &INDEX_READING_NEXT,
                   sql_args(sql_i64(clock_now_us(indexer->console->clock))), &rows, err))
        return false;
    step = sql_next(rows, err);
    *found_r = step == STEP_ROW;
    if (step != STEP_ROW)
        return step == STEP_END;
    *unread_r = (struct unread){ .document = sql_get_i64(rows, 0),
                                 .tries = sql_get_i64(rows, 2),
                                 .is_scan = sql_get_i64(rows, 3) == READING_SCANS };
    row = sql_get_bytes(rows, 1);
    if (row.size == sizeof unread_r->row.bytes)
        memcpy(unread_r->row.bytes, row.at, row.size);
    return true;
}

bool index_words_count(struct indexer *indexer, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(indexer->sql, &INDEX_READING_COUNTS, SQL_NO_ARGS, &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    atomic_store(&indexer->cards, sql_get_i64(rows, 0));
    atomic_store(&indexer->waiting, sql_get_i64(rows, 1));
    atomic_store(&indexer->wordless, sql_get_i64(rows, 2));
    indexer->uncounted = 0;
    return true;
}

bool index_words_step(struct indexer *indexer, bool *worked_r, struct err *err)
{
    struct unread unread;
    bool found = false;

    if (clock_mono_us(indexer->console->clock) < indexer->read_after_us)
        return true;
    if (!unread_next(indexer, &unread, &found, err))
        return false;
    if (found && !document_read(indexer, &unread, err))
        return false;
    *worked_r = *worked_r || found;
    indexer->uncounted += found;
    return (found ? indexer->uncounted < COUNT_EVERY : *worked_r)
           || index_words_count(indexer, err);
}

static bool kinds_read(struct indexer *indexer, const char *now, bool *same_r, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(indexer->sql, &INDEX_ABOUT, SQL_NO_ARGS, &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *same_r = span_is(sql_get_text(rows, 7), now);
    return true;
}

bool index_words_kinds(struct indexer *indexer, struct err *err)
{
    auto_free char *now = preview_words_kinds(indexer->console);
    auto_tx tx = { 0 };
    bool same;

    if (!kinds_read(indexer, now, &same, err))
        return false;
    return same
           || (sql_begin(indexer->sql, &tx, err)
               && sql_run(indexer->sql, &INDEX_READING_ALL, SQL_NO_ARGS, err)
               && sql_run(indexer->sql, &INDEX_ABOUT_KINDS, sql_args(sql_text(now)), err)
               && sql_commit(&tx, err));
}

bool index_words_again(struct indexer *indexer, struct err *err)
{
    return sql_run(indexer->sql, &INDEX_READING_AGAIN, sql_args(sql_i64(READING_AWAY)), err);
}
