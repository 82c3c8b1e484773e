/* Reads the documents that failed or wait after a failure, with their evidence. */
#include "ledger/read.h"

#include "ledger/inside.h"

enum { FAILURE_PAGE = 500 };

bool ledger_tries(struct ledger *ledger, int64_t *failed_r, int64_t *in_doubt_r, struct err *err)
{
    struct sql_args source = sql_args(sql_i64(ledger->source));

    return sql_number(ledger->sql, &LEDGER_LOOK_TRIES, source, 0, failed_r, err)
           && sql_number(ledger->sql, &LEDGER_LOOK_DOUBTS, source, 0, in_doubt_r, err);
}

bool ledger_kept_marks(struct ledger *ledger, int64_t *count_r, struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_LOOK_KEPT, sql_args(sql_i64(ledger->source)), 0, count_r,
                      err);
}

bool ledger_waits(struct ledger *ledger, struct ledger_wait *waits_r, size_t *count_r,
                  struct err *err)
{
    auto_rows *rows = NULL;
    size_t count = 0;
    enum step step = STEP_END;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_WAITS, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while (count < LEDGER_WAITS_MAX && (step = sql_next(rows, err)) == STEP_ROW) {
        ledger_column_copy(rows, 0, waits_r[count].class, sizeof waits_r[count].class);
        waits_r[count++].documents = sql_get_i64(rows, 1);
    }
    *count_r = count;
    return step != STEP_ERROR;
}

/* --- failures --------------------------------------------------------------------------------- */

static void failure_clear(struct ledger_failure *f)
{
    char *texts[] = { f->identity, f->filemaker_id, f->container, f->type,    f->storage, f->class,
                      f->step,     f->kind,         f->message,   f->created, f->author,  f->path };

    for (size_t i = 0; i < lengthof(texts); i++)
        free(texts[i]);
    *f = (struct ledger_failure){ 0 };
}

static struct ledger_failure failure_read(const struct sql_rows *rows, enum ledger_state state)
{
    return (struct ledger_failure){ .document = sql_get_i64(rows, 0),
                                    .identity = ledger_column(rows, 1),
                                    .filemaker_id = ledger_column_or_null(rows, 2),
                                    .record_id = sql_get_i64(rows, 3),
                                    .container = ledger_column(rows, 4),
                                    .repetition = (int)sql_get_i64(rows, 5),
                                    .type = ledger_column(rows, 6),
                                    .storage = ledger_column(rows, 7),
                                    .state = state,
                                    .class = ledger_column(rows, 9),
                                    .attempts = (int)sql_get_i64(rows, 10),
                                    .due_us = sql_get_i64(rows, 11),
                                    .at_us = sql_get_i64(rows, 12),
                                    .step = ledger_column(rows, 13),
                                    .kind = ledger_column(rows, 14),
                                    .http_status = (int)sql_get_i64(rows, 15),
                                    .filemaker_code = (int)sql_get_i64(rows, 16),
                                    .bytes = sql_is_null(rows, 17) ? -1 : sql_get_i64(rows, 17),
                                    .message = ledger_column(rows, 18),
                                    .tries = (int)sql_get_i64(rows, 19),
                                    .created = ledger_column(rows, 20),
                                    .author = ledger_column(rows, 21),
                                    .path = ledger_column(rows, 22) };
}

struct failure_walk {
    bool (*each)(void *arg, const struct ledger_failure *failure);
    void *arg;
    const char *class;
    int64_t last, room; /* the document before the page, and how many it has at most */
    bool more;
};

static bool failure_page(struct ledger *ledger, struct failure_walk *walk, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    size_t count = 0;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_FAILURES,
                   sql_args(sql_i64(ledger->source), sql_i64(walk->last), sql_i64(walk->room),
                            sql_text(walk->class)),
                   &rows, err))
        return false;
    walk->more = true;
    while (walk->more
           && (step = ledger_next(rows, (struct ledger_word_columns){ .state = 8 }, &words, err))
                  == STEP_ROW) {
        struct ledger_failure failure = failure_read(rows, words.state);

        walk->last = failure.document;
        walk->more = walk->each(walk->arg, &failure);
        failure_clear(&failure);
        count++;
    }
    if (walk->more && step == STEP_ERROR)
        return false;
    walk->more = walk->more && count == (size_t)walk->room;
    return true;
}

bool ledger_each_failure(struct ledger *ledger,
                         bool (*each)(void *arg, const struct ledger_failure *failure), void *arg,
                         struct err *err)
{
    struct failure_walk walk = { each, arg, "", 0, FAILURE_PAGE, true };

    while (walk.more)
        if (!failure_page(ledger, &walk, err))
            return false;
    return true;
}

bool ledger_failures_after(struct ledger *ledger, const struct ledger_failures_page *page,
                           bool (*each)(void *arg, const struct ledger_failure *failure), void *arg,
                           struct err *err)
{
    struct failure_walk walk = { each,        arg,         page->class ? page->class : "",
                                 page->after, page->limit, true };

    return failure_page(ledger, &walk, err);
}

bool ledger_each_try(struct ledger *ledger, int64_t document,
                     void (*each)(void *arg, const struct ledger_try *try), void *arg,
                     struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_TRIES_OF,
                   sql_args(sql_i64(ledger->source), sql_i64(document)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct ledger_try try = { .number = sql_get_i64(rows, 0),
                                  .run = sql_get_i64(rows, 1),
                                  .at_us = sql_get_i64(rows, 2),
                                  .step = sql_get_text(rows, 3),
                                  .class = sql_get_text(rows, 4),
                                  .kind = sql_get_text(rows, 5),
                                  .http_status = (int)sql_get_i64(rows, 6),
                                  .filemaker_code = (int)sql_get_i64(rows, 7),
                                  .bytes = sql_get_i64(rows, 8),
                                  .message = sql_get_text(rows, 9) };

        each(arg, &try);
    }
    return step == STEP_END;
}

bool ledger_each_trait(struct ledger *ledger,
                       bool (*each)(void *arg, const struct ledger_failed_trait *trait), void *arg,
                       struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_TRAITS, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while ((step = ledger_next(rows, (struct ledger_word_columns){ .state = 1 }, &words, err))
           == STEP_ROW) {
        struct ledger_failed_trait trait = { .record_id = sql_get_i64(rows, 0),
                                             .state = words.state,
                                             .class = sql_get_text(rows, 2),
                                             .type = sql_get_text(rows, 3),
                                             .storage = sql_get_text(rows, 4),
                                             .created = sql_get_text(rows, 5),
                                             .author = sql_get_text(rows, 6),
                                             .path = sql_get_text(rows, 7) };

        if (!each(arg, &trait))
            return true;
    }
    return step == STEP_END;
}

bool ledger_each_remark(struct ledger *ledger, const char *step,
                        bool (*each)(void *arg, const struct ledger_remark *remark), void *arg,
                        struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step next;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_EVIDENCE,
                   sql_args(sql_i64(ledger->source), sql_text(step)), &rows, err))
        return false;
    while ((next = ledger_next(rows, (struct ledger_word_columns){ .state = 4 }, &words, err))
           == STEP_ROW) {
        struct ledger_remark remark = { .record_id = sql_get_i64(rows, 0),
                                        .identity = sql_get_text(rows, 1),
                                        .class = sql_get_text(rows, 2),
                                        .message = sql_get_text(rows, 3),
                                        .state = words.state };

        if (!each(arg, &remark))
            return true;
    }
    return next == STEP_END;
}

/* --- uploads ---------------------------------------------------------------------------------- */

bool ledger_failed_uploads(struct ledger *ledger, int64_t most,
                           void (*each)(void *arg, const struct ledger_failed_upload *upload),
                           void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_UPLOADS_FAILED,
                   sql_args(sql_i64(ledger->source), sql_i64(most)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct ledger_failed_upload){ .document = sql_get_i64(rows, 0),
                                                  .type = sql_get_text(rows, 1),
                                                  .who = sql_get_text(rows, 2),
                                                  .at_us = sql_get_i64(rows, 3),
                                                  .class = sql_get_text(rows, 4),
                                                  .message = sql_get_text(rows, 5) });
    return step == STEP_END;
}
