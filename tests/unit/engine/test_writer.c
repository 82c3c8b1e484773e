/* The writer's thread: the writes that it commits together, and those that a failure concerns. */
#include "engine/writer.h"

#include "base/mem.h"
#include "folder.h"
#include "tap.h"

#include <pthread.h>
#include <stdatomic.h>

#define STATEMENT(statement_name, words)                                                           \
    static const struct sql_text statement_name = { #statement_name, words, NULL }

STATEMENT(make_lines, "create table line (n integer primary key autoincrement, what text unique)");
STATEMENT(add_line, "insert into line (what) values ($1)");
STATEMENT(count_lines, "select count(*) from line");
STATEMENT(all_lines, "select group_concat(what, ' ') from (select what from line order by n)");

/* A writer over a ledger of its own. */
struct place {
    char *folder;
    struct cancel *cancel;
    struct ledger *ledger;
    struct writer *writer;
};

static struct place place_new(size_t most_jobs)
{
    char *folder = folder_new();
    auto_free char *url = mem_printf("sqlite:%s/ledger.db", folder);
    struct place place = { folder, cancel_new(), NULL, NULL };
    struct writer_context context = { 0 };
    struct err err = { 0 };

    if (!ledger_open(url, "source", place.cancel, &place.ledger, &err)
        || !sql_script(ledger_sql(place.ledger), "pragma synchronous = off", &err)
        || !sql_run(ledger_sql(place.ledger), &make_lines, SQL_NO_ARGS, &err))
        abort();
    context.ledger = place.ledger;
    context.cancel = place.cancel;
    place.writer = writer_new(&context, most_jobs);
    return place;
}

static void place_end(struct place *place)
{
    writer_free(place->writer);
    ledger_close(place->ledger);
    cancel_free(place->cancel);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* Call it once the writer is closed. */
static int64_t lines(struct place *place)
{
    struct err err = { 0 };
    int64_t count = -1;

    CHECK(sql_number(ledger_sql(place->ledger), &count_lines, SQL_NO_ARGS, 0, &count, &err));
    return count;
}

/* A line to be written, and how often the work ran. */
struct line {
    const char *what;
    struct err fails; /* fails with this after the line was written; ERR_NONE: it does not fail */
    bool before;      /* or before the line was written                                         */
    atomic_int runs;
};

static bool write_line(const struct writer_context *context, void *arg, struct err *err)
{
    struct line *line = arg;

    atomic_fetch_add(&line->runs, 1);
    if (line->fails.kind != ERR_NONE && line->before) {
        *err = line->fails;
        return false;
    }
    if (!sql_run(ledger_sql(context->ledger), &add_line, sql_args(sql_text(line->what)), err))
        return false;
    if (line->fails.kind == ERR_NONE)
        return true;
    *err = line->fails;
    return false;
}

static const struct err not_ours = { .kind = ERR_DATABASE, .code = LEDGER_NOT_OURS };
static const struct err broken = { .kind = ERR_DATABASE, .code = SQL_BROKEN, .msg = "it broke" };
static const struct err of_data = { .kind = ERR_DATA, .msg = "it was odd" };

/* --- waiting for a write -------------------------------------------------------------------- */

enum { WORKERS = 8, EACH = 60 };

struct worker {
    struct writer *writer;
    size_t number, good;
    pthread_t thread;
};

static void *work(void *arg)
{
    struct worker *worker = arg;

    for (size_t i = 0; i < EACH; i++) {
        auto_free char *what = mem_printf("%zu-%zu", worker->number, i);
        struct line line = { .what = what };
        struct err err = { 0 };

        worker->good += writer_run(worker->writer, write_line, &line, &err);
    }
    return NULL;
}

TEST(many_threads_have_their_work_committed)
{
    auto_place place = place_new(WORKERS);
    uint64_t before = sql_commits(ledger_sql(place.ledger)), after;
    struct worker workers[WORKERS];

    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){ .writer = place.writer, .number = i };
        CHECK_AT(i, pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (size_t i = 0; i < WORKERS; i++)
        CHECK_AT(i, pthread_join(workers[i].thread, NULL) == 0 && workers[i].good == EACH);
    writer_free(take(place.writer));
    after = sql_commits(ledger_sql(place.ledger));
    CHECK(lines(&place) == WORKERS * EACH);
    CHECK(after - before <= WORKERS * EACH);
}

TEST(work_fails_for_whom_it_fails)
{
    static const struct {
        const char *what;
        struct err fails;
        bool before;
        enum err_kind kind;
        int code;
    } cases[] = {
        { "a", { .kind = ERR_NONE }, false, ERR_NONE, 0 },
        { "a", { .kind = ERR_NONE }, false, ERR_DATABASE, SQL_CONSTRAINT },
        { "b", { .kind = ERR_DATA }, false, ERR_DATA, 0 },
        { "b", { .kind = ERR_NONE }, false, ERR_NONE, 0 },
        { "c",
          { .kind = ERR_DATABASE, .code = LEDGER_NOT_OURS },
          true,
          ERR_DATABASE,
          LEDGER_NOT_OURS },
        { "c", { .kind = ERR_NONE }, false, ERR_NONE, 0 },
    };
    auto_place place = place_new(1);

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct line line = { .what = cases[i].what,
                             .fails = cases[i].fails,
                             .before = cases[i].before };
        struct err err = { 0 };

        CHECK_AT(i,
                 writer_run(place.writer, write_line, &line, &err) == (cases[i].kind == ERR_NONE));
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
        CHECK_AT(i, atomic_load(&line.runs) == 1);
    }
    writer_free(take(place.writer));
    CHECK(lines(&place) == 3);
}

/* --- submitting a write --------------------------------------------------------------------- */

/* A posted write and its result. */
struct posted {
    struct line line;
    struct log *log;
    char *what;
};

struct log {
    atomic_size_t done, failed;
    pthread_t writer_thread;
    atomic_bool other_thread;
};

static bool posted_work(const struct writer_context *context, void *arg, struct err *err)
{
    struct posted *posted = *(struct posted **)arg;

    posted->log->writer_thread = pthread_self();
    return write_line(context, &posted->line, err);
}

static void posted_after(void *arg, const struct err *why)
{
    struct posted *posted = arg;

    if (!pthread_equal(posted->log->writer_thread, pthread_self()))
        atomic_store(&posted->log->other_thread, true);
    atomic_fetch_add(why ? &posted->log->failed : &posted->log->done, 1);
    free(posted->what);
    free(posted);
}

static void post(struct writer *writer, struct log *log, char *what, const struct err *fails)
{
    struct posted *posted = mem_new(struct posted);

    posted->log = log;
    posted->what = what;
    posted->line.what = what;
    if (fails)
        posted->line.fails = *fails;
    posted->line.before = fails && fails->code == LEDGER_NOT_OURS;
    writer_post(writer, posted_work, &posted, sizeof posted,
                (struct writer_then){ posted_after, posted });
}

/* Each caller gets its own result, in whatever order it collects. */
TEST(what_is_handed_in_is_waited_for_later)
{
    enum { MANY = 3 };
    auto_place place = place_new(MANY);
    struct line handed[MANY] = { { .what = "a" },
                                 { .what = "b", .fails = of_data },
                                 { .what = "c" } };
    struct writer_job *jobs[MANY];
    struct err err = { 0 };

    for (size_t i = 0; i < MANY; i++)
        jobs[i] = writer_submit(place.writer, write_line, &handed[i], sizeof handed[i]);
    CHECK(writer_wait(jobs[2], &err) && err.kind == ERR_NONE);
    CHECK(!writer_wait(jobs[1], &err) && err.kind == ERR_DATA);
    CHECK(writer_wait(jobs[0], &err));
    writer_free(take(place.writer));
    CHECK(lines(&place) == 2);
}

/* Posted writes are done in order, and before the writer is gone. */
TEST(what_is_posted_is_done_in_order)
{
    enum { MANY = 300 };
    auto_place place = place_new(MANY);
    uint64_t before = sql_commits(ledger_sql(place.ledger));
    auto_str want = STR_MAX(KIB(64));
    auto_rows *rows = NULL;
    struct log log = { 0 };
    struct err err = { 0 };

    for (int i = 0; i < MANY; i++) {
        post(place.writer, &log, mem_printf("%d", i), NULL);
        str_printf(&want, "%s%d", i ? " " : "", i);
    }
    writer_free(take(place.writer));
    CHECK(atomic_load(&log.done) == MANY && atomic_load(&log.failed) == 0);
    CHECK(!atomic_load(&log.other_thread));
    CHECK(sql_query(ledger_sql(place.ledger), &all_lines, SQL_NO_ARGS, &rows, &err));
    CHECK(sql_next(rows, &err) == STEP_ROW);
    CHECK(span_equal(sql_get_text(rows, 0), str_span(&want)));
    CHECK(sql_commits(ledger_sql(place.ledger)) - before < MANY); /* many writes in one commit */
}

/* Failing writes stand between others, in the same group or not. */
TEST(a_failure_harms_nobody_else)
{
    static const struct err *const fails[] = { NULL, &of_data, NULL, &not_ours, NULL };
    enum { MANY = 250 };
    auto_place place = place_new(MANY);
    struct log log = { 0 };

    for (int i = 0; i < MANY; i++)
        post(place.writer, &log, mem_printf("%d", i), fails[i % 5]);
    for (int i = 0; i < MANY; i++) /* each of these was written already, or may be now */
        post(place.writer, &log, mem_printf("%d", i), NULL);
    writer_free(take(place.writer));
    CHECK(atomic_load(&log.done) == MANY && atomic_load(&log.failed) == MANY);
    CHECK(lines(&place) == MANY);
}

/* --- the writer's end ----------------------------------------------------------------------- */

TEST(a_broken_writer_writes_nothing_more)
{
    static const struct {
        struct err why;
        bool breaks;
    } cases[] = {
        { { .kind = ERR_DATABASE, .code = SQL_BROKEN }, true },
        { { .kind = ERR_DATABASE, .code = SQL_FULL }, true },
        { { .kind = ERR_DATABASE, .code = SQL_AWAY }, true },
        { { .kind = ERR_DATABASE, .code = SQL_BUSY }, true },
        { { .kind = ERR_DATABASE, .code = SQL_COMMIT_LOST }, true },
        { { .kind = ERR_CANCELED }, true },
        { { .kind = ERR_DATABASE, .code = SQL_CONSTRAINT }, false },
        { { .kind = ERR_DATABASE, .code = LEDGER_NOT_OURS }, false },
        { { .kind = ERR_DATA }, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place place = place_new(1);
        struct line bad = { .what = "bad", .fails = cases[i].why, .before = true };
        struct line good = { .what = "good" };
        struct log log = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, writer_is_broken_by(&cases[i].why) == cases[i].breaks);
        CHECK_AT(i, !writer_run(place.writer, write_line, &bad, &err));
        CHECK_AT(i, err.kind == cases[i].why.kind && err.code == cases[i].why.code);
        CHECK_AT(i, writer_run(place.writer, write_line, &good, &err) == !cases[i].breaks);
        CHECK_AT(i, atomic_load(&good.runs) == !cases[i].breaks);
        CHECK_AT(i, err.kind == cases[i].why.kind);
        post(place.writer, &log, mem_text("posted"), NULL);
        writer_free(take(place.writer));
        CHECK_AT(i, atomic_load(&log.failed) == cases[i].breaks);
        CHECK_AT(i, lines(&place) == (cases[i].breaks ? 0 : 2));
    }
}

/* The whole group is refused: none of it was committed. */
TEST(who_stands_beside_the_break_is_refused_too)
{
    enum { MANY = 60 };
    auto_place place = place_new(MANY);
    struct log log = { 0 };

    for (int i = 0; i < MANY; i++)
        post(place.writer, &log, mem_printf("%d", i), i == MANY - 1 ? &broken : NULL);
    writer_free(take(place.writer));
    CHECK(atomic_load(&log.failed) >= 1);
    CHECK(lines(&place) == (int64_t)atomic_load(&log.done));
    writer_free(NULL);
}
