/* SQL on SQLite: values, transactions, failures, and our own statements. */
#include "sql/sql.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/console_sql.h"
#include "export/export_sql.h"
#include "folder.h"
#include "ledger/ledger_sql.h"
#include "registry/registry_sql.h"
#include "sleeper.h"
#include "sql/postgres_inside.h"
#include "tap.h"
#include "verify/verify_sql.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATEMENT(statement_name, words)                                                           \
    static const struct sql_text statement_name = { #statement_name, words, words }

STATEMENT(make_things, "create table thing (n integer primary key, t text, b blob, "
                       "u text unique, c integer not null default 0 check (c < 10))");
STATEMENT(add_text, "insert into thing (t) values ($1)");
STATEMENT(add_numbered, "insert into thing (n, t) values ($1, $2)");
STATEMENT(count_things, "select count(*) from thing");

/* A database in a folder of its own. */
struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct sql *sql;
};

static struct place place_new(void)
{
    char *folder = folder_new();
    struct place place = { folder, mem_printf("sqlite:%s/test.db", folder), cancel_new(), NULL };
    struct err err = { 0 };

    if (!sql_open(place.url, place.cancel, &place.sql, &err)
        || !sql_run(place.sql, &make_things, SQL_NO_ARGS, &err))
        abort();
    return place;
}

static void place_end(struct place *place)
{
    sql_close(place->sql);
    cancel_free(place->cancel);
    free(place->url);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

static int64_t number(struct sql *sql, const struct sql_text *text)
{
    struct err err = { 0 };
    int64_t n = -1;

    CHECK(sql_number(sql, text, SQL_NO_ARGS, -2, &n, &err));
    CHECK_STR(err.msg, "");
    return n;
}

/* --- values --------------------------------------------------------------------------------- */

TEST(values_come_back_as_they_went)
{
    STATEMENT(back, "select $1, $2, $3");
    static const char all[] = "\0\1\2\xff\xfe\0";
    const struct {
        struct sql_value value;
        bool is_null;
        int64_t i64;
        struct span bytes;
    } cases[] = {
        { sql_null(), true, 0, SPAN_NONE },
        { sql_text(NULL), true, 0, SPAN_NONE },
        { sql_span(SPAN_NONE), true, 0, SPAN_NONE },
        { sql_bytes(NULL, 0), true, 0, SPAN_NONE },
        { sql_i64(0), false, 0, { "0", 1 } },
        { sql_i64(INT64_MIN), false, INT64_MIN, { "-9223372036854775808", 20 } },
        { sql_i64(INT64_MAX), false, INT64_MAX, { "9223372036854775807", 19 } },
        { sql_text(""), false, 0, { "", 0 } },
        { sql_text("Ärzte 🏥"), false, 0, { "Ärzte 🏥", 11 } },
        { sql_text("12"), false, 12, { "12", 2 } },
        { sql_span((struct span){ "a\0b", 3 }), false, 0, { "a\0b", 3 } },
        { sql_bytes("", 0), false, 0, { "", 0 } },
        { sql_bytes(all, sizeof all - 1), false, 0, { all, sizeof all - 1 } },
    };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_rows *rows = NULL;
        struct err err = { 0 };

        CHECK_AT(i,
                 sql_query(place.sql, &back,
                           sql_args(sql_i64(7), cases[i].value, sql_text("after")), &rows, &err));
        CHECK_AT(i, sql_next(rows, &err) == STEP_ROW);
        CHECK_AT(i, sql_get_i64(rows, 0) == 7 && span_is(sql_get_text(rows, 2), "after"));
        CHECK_AT(i, sql_is_null(rows, 1) == cases[i].is_null);
        CHECK_AT(i, sql_get_i64(rows, 1) == cases[i].i64);
        if (cases[i].value.type == SQL_TYPE_BYTES)
            CHECK_AT(i, span_equal(sql_get_bytes(rows, 1), cases[i].bytes));
        else
            CHECK_AT(i, span_equal(sql_get_text(rows, 1), cases[i].bytes));
        CHECK_AT(i, !cases[i].is_null || (!sql_get_text(rows, 1).at && !sql_get_bytes(rows, 1).at));
        CHECK_AT(i, sql_next(rows, &err) == STEP_END);
    }
}

/* A query copies its values when it starts: the originals may go. */
TEST(a_query_keeps_its_own_values)
{
    STATEMENT(back, "select $1");
    auto_place place = place_new();
    auto_rows *rows = NULL;
    char text[] = "before";
    struct err err = { 0 };

    CHECK(sql_query(place.sql, &back, sql_args(sql_text(text)), &rows, &err));
    memcpy(text, "after!", 6);
    CHECK(sql_next(rows, &err) == STEP_ROW && span_is(sql_get_text(rows, 0), "before"));
}

TEST(parameters_are_bound_by_name)
{
    static const struct {
        struct sql_text text;
        const char *want;
    } cases[] = {
        { { "turned", "select $2 || $1", NULL }, "21" },
        { { "repeated", "select $1 || $2 || $1", NULL }, "121" },
        { { "one left out", "select $1 || $3", NULL }, "13" },
        { { "none", "select 'none'", NULL }, "none" },
        { { "far", "select $11 || $1 || $10", NULL }, "11110" },
        { { "too far", "select coalesce($12, 'null') || $11", NULL }, "null11" },
    };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_rows *rows = NULL;
        struct err err = { 0 };

        CHECK_AT(i, sql_query(place.sql, &cases[i].text,
                              sql_args(sql_text("1"), sql_text("2"), sql_text("3"), sql_text("4"),
                                       sql_text("5"), sql_text("6"), sql_text("7"), sql_text("8"),
                                       sql_text("9"), sql_text("10"), sql_text("11")),
                              &rows, &err));
        CHECK_AT(i, sql_next(rows, &err) == STEP_ROW);
        CHECK_AT(i, span_is(sql_get_text(rows, 0), cases[i].want));
    }
}

/* A statement keeps no value that was bound before. */
TEST(a_statement_starts_without_values)
{
    STATEMENT(back, "select coalesce($1, 'null')");
    auto_place place = place_new();
    struct err err = { 0 };

    for (size_t i = 0; i < 2; i++) {
        auto_rows *rows = NULL;

        CHECK_AT(i, sql_query(place.sql, &back, i ? SQL_NO_ARGS : sql_args(sql_text("set")), &rows,
                              &err));
        CHECK_AT(i, sql_next(rows, &err) == STEP_ROW);
        CHECK_AT(i, span_is(sql_get_text(rows, 0), i ? "null" : "set"));
    }
    CHECK(sql_run(place.sql, &add_numbered, sql_args(sql_i64(1), sql_text("x")), &err));
    CHECK(!sql_run(place.sql, &add_numbered, sql_args(sql_i64(1), sql_text("x")), &err));
    CHECK(sql_run(place.sql, &add_numbered, SQL_NO_ARGS, &err)); /* a new number, no text */
}

TEST(a_number_has_a_fallback)
{
    static const struct {
        struct sql_text text;
        int64_t want;
    } cases[] = {
        { { "one", "select 5", NULL }, 5 },
        { { "none", "select 5 where 1 = 0", NULL }, -9 },
        { { "null", "select null", NULL }, -9 },
        { { "several", "select 6 union all select 7", NULL }, 6 },
    };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        int64_t n = 0;

        CHECK_AT(i, sql_number(place.sql, &cases[i].text, SQL_NO_ARGS, -9, &n, &err));
        CHECK_AT(i, n == cases[i].want);
    }
}

TEST(changed_rows_are_counted)
{
    STATEMENT(change, "update thing set t = 'new' where n <= $1");
    auto_place place = place_new();
    struct err err = { 0 };

    for (int64_t n = 1; n <= 3; n++) {
        CHECK(sql_run(place.sql, &add_numbered, sql_args(sql_i64(n), sql_text("x")), &err));
        CHECK(sql_changed(place.sql) == 1);
    }
    for (int64_t n = 0; n <= 3; n++) {
        CHECK(sql_run(place.sql, &change, sql_args(sql_i64(n)), &err));
        CHECK(sql_changed(place.sql) == n);
    }
}

/* --- queries -------------------------------------------------------------------------------- */

/* Two queries run inside one another, and a statement runs while another's rows are open. */
TEST(queries_nest)
{
    STATEMENT(outer, "select n from thing order by n");
    STATEMENT(inner, "select n from thing where n > $1 order by n");
    auto_place place = place_new();
    auto_rows *rows = NULL;
    struct err err = { 0 };
    int64_t pairs = 0;

    for (int64_t n = 1; n <= 4; n++)
        CHECK(sql_run(place.sql, &add_numbered, sql_args(sql_i64(n), sql_text("x")), &err));
    CHECK(sql_query(place.sql, &outer, SQL_NO_ARGS, &rows, &err));
    while (sql_next(rows, &err) == STEP_ROW) {
        auto_rows *inside = NULL;

        CHECK(sql_query(place.sql, &inner, sql_args(sql_i64(sql_get_i64(rows, 0))), &inside, &err));
        while (sql_next(inside, &err) == STEP_ROW)
            pairs++;
    }
    CHECK(pairs == 6);
    CHECK_STR(err.msg, "");
}

/* A statement is prepared when it is first used, and never again. */
TEST(a_statement_is_prepared_once)
{
    struct sql_text text = { "once", "select 'first'", NULL };
    auto_place place = place_new();
    struct err err = { 0 };

    for (size_t i = 0; i < 2; i++) {
        auto_rows *rows = NULL;

        CHECK_AT(i, sql_query(place.sql, &text, SQL_NO_ARGS, &rows, &err));
        CHECK_AT(i, sql_next(rows, &err) == STEP_ROW);
        CHECK_AT(i, span_is(sql_get_text(rows, 0), "first"));
        text.sqlite = "this would not prepare";
    }
}

/* More statements than hash buckets are told apart. */
TEST(many_statements_are_told_apart)
{
    enum { MANY = 500 };
    auto_place place = place_new();
    auto_free struct sql_text *texts = mem_zero(MANY * sizeof *texts);

    for (size_t i = 0; i < MANY; i++)
        texts[i] = (struct sql_text){ "many", mem_printf("select %zu", i), NULL };
    for (size_t i = 0; i < 2 * MANY; i++)
        CHECK_AT(i, number(place.sql, &texts[i % MANY]) == (int64_t)(i % MANY));
    sql_close(take(place.sql));
    for (size_t i = 0; i < MANY; i++)
        free((char *)(uintptr_t)texts[i].sqlite);
}

/* --- transactions --------------------------------------------------------------------------- */

TEST(what_is_not_committed_is_taken_back)
{
    auto_place place = place_new();
    uint64_t before = sql_commits(place.sql);
    struct err err = { 0 };

    for (size_t i = 0; i < 3; i++) {
        auto_tx tx = { 0 };

        CHECK_AT(i, sql_begin(place.sql, &tx, &err));
        CHECK_AT(i, sql_run(place.sql, &add_text, sql_args(sql_text("x")), &err));
        CHECK_AT(i, number(place.sql, &count_things) == (i > 1 ? 2 : 1));
        if (i == 1)
            CHECK_AT(i, sql_commit(&tx, &err));
    }
    CHECK(number(place.sql, &count_things) == 1);
    CHECK(sql_commits(place.sql) == before + 1);
    {
        auto_tx tx = { 0 };

        CHECK(sql_begin(place.sql, &tx, &err));
        CHECK(sql_run(place.sql, &add_text, sql_args(sql_text("x")), &err));
        sql_close(take(place.sql));
        tx = (struct sql_tx){ 0 }; /* it went with the connection */
    }
    CHECK(sql_open(place.url, place.cancel, &place.sql, &err));
    CHECK(number(place.sql, &count_things) == 1);
}

/* A constraint that is checked late refuses the commit; the scope rolls back. */
TEST(a_refused_commit_is_taken_back)
{
    STATEMENT(child, "create table child (n integer references thing (n) deferrable initially "
                     "deferred)");
    STATEMENT(orphan, "insert into child values (77)");
    STATEMENT(count_children, "select count(*) from child");
    auto_place place = place_new();
    struct err err = { 0 };

    CHECK(sql_run(place.sql, &child, SQL_NO_ARGS, &err));
    {
        auto_tx tx = { 0 };

        CHECK(sql_begin(place.sql, &tx, &err) && sql_run(place.sql, &orphan, SQL_NO_ARGS, &err));
        CHECK(!sql_commit(&tx, &err));
        CHECK(err.kind == ERR_DATABASE && err.code == SQL_CONSTRAINT);
    }
    CHECK(number(place.sql, &count_children) == 0);
    {
        auto_tx tx = { 0 };

        CHECK(sql_begin(place.sql, &tx, &err) && sql_commit(&tx, &err));
    }
}

TEST(reading_sees_one_state)
{
    auto_place place = place_new();
    auto_sql *reader = NULL;
    auto_tx tx = { 0 };
    struct err err = { 0 };

    CHECK(sql_open_reader(place.url, place.cancel, &reader, &err));
    CHECK(sql_begin_reading(reader, &tx, &err) && number(reader, &count_things) == 0);
    CHECK(sql_run(place.sql, &add_text, sql_args(sql_text("x")), &err));
    CHECK(number(reader, &count_things) == 0);
    CHECK(sql_commit(&tx, &err) && number(reader, &count_things) == 1);
}

/* --- failures ------------------------------------------------------------------------------- */

/* Many people read the configuration: a URL with a password is refused, and not repeated. */
TEST(a_password_does_not_stand_in_the_url)
{
    static const char *const urls[] = { "postgresql://nexus:wren-4711@127.0.0.1:1/x",
                                        "postgresql://127.0.0.1:1/x?password=wren-4711",
                                        "postgresql+unverified://nexus:wren-4711@127.0.0.1:1/x" };
    struct cancel *cancel = cancel_new();

    for (size_t i = 0; i < lengthof(urls); i++) {
        struct sql *sql = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !sql_open(urls[i], cancel, &sql, &err) && err.kind == ERR_USAGE);
        CHECK_AT(i, strstr(err.msg, "passfile") && !strstr(err.msg, "wren"));
    }
    cancel_free(cancel);
}

/* The settings for libpq, and whether they stay on this machine. */
TEST(this_machine_is_told_from_others)
{
    static const struct {
        const char *host, *address;
        bool is_here;
    } cases[] = {
        { "", "", true },
        { "/run/postgresql", "", true },
        { "@abstract", "", true },
        { "localhost", "", true },
        { "127.0.0.1", "", true },
        { "127.3.2.1", "", true },
        { "127.1", "", true },
        { "::1", "", true },
        { "::ffff:127.0.0.1", "", true },
        { "", "127.0.0.1", true },
        { "db.example.com", "127.0.0.1", true },
        { "127.example.com", "", false },
        { "127.0.0.1.example.com", "", false },
        { "localhost.example.com", "", false },
        { "db.example.com", "", false },
        { "0.0.0.0", "", false },
        { "10.0.0.1", "", false },
        { "fe80::1", "", false },
        { "::ffff:10.0.0.1", "", false },
        { "/run/postgresql", "10.0.0.1", false },
        { "localhost", "10.0.0.1", false },
        { "", "10.0.0.1", false },
        { "", "db.example.com", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, postgres_is_local(cases[i].host, cases[i].address) == cases[i].is_here);
}

static void check_refused(size_t index, struct sql *sql, const struct sql_text *text,
                          enum sql_cause cause)
{
    struct err err = { 0 };

    CHECK_AT(index, !sql_run(sql, text, SQL_NO_ARGS, &err));
    CHECK_AT(index, err.kind == ERR_DATABASE && err.code == (int)cause && err.reason != 0);
    CHECK_AT(index, span_starts(span_of(err.msg), text->name));
}

#define REFUSED(words)                                                                             \
    {                                                                                              \
        "refused", words, NULL                                                                     \
    }

TEST(a_failure_has_a_cause)
{
    static const struct {
        struct sql_text text;
        enum sql_cause cause;
    } cases[] = {
        { REFUSED("insert into thing (n) values (1), (1)"), SQL_CONSTRAINT },
        { REFUSED("insert into thing (u) values ('a'), ('a')"), SQL_CONSTRAINT },
        { REFUSED("insert into thing (c) values (10)"), SQL_CONSTRAINT },
        { REFUSED("insert into thing (c) values (null)"), SQL_CONSTRAINT },
        { REFUSED("insert into thing (t) values (zeroblob(2000000000))"), SQL_CONSTRAINT },
        { REFUSED("insert into nothing values (1)"), SQL_MISSING },
        { REFUSED("insert into thing (nothing) values (1)"), SQL_MISSING },
        { REFUSED("select nothing from thing"), SQL_MISSING },
        { REFUSED("nonsense"), SQL_MISSING },
    };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(cases); i++)
        check_refused(i, place.sql, &cases[i].text, cases[i].cause);
    CHECK(number(place.sql, &count_things) == 0);
}

/* A failing step in the middle of a query is reported as such. */
TEST(a_query_fails_where_it_stands)
{
    STATEMENT(late, "select abs(n) from (select 1 as n union all select -9223372036854775807 - 1)");
    auto_place place = place_new();
    auto_rows *rows = NULL;
    struct err err = { 0 };

    CHECK(sql_query(place.sql, &late, SQL_NO_ARGS, &rows, &err));
    CHECK(sql_next(rows, &err) == STEP_ROW && sql_next(rows, &err) == STEP_ERROR);
    CHECK(err.kind == ERR_DATABASE && span_starts(span_of(err.msg), "late: "));
}

/* On a full disk the stored rows stay, and room lets it go on. */
TEST(a_full_database_keeps_what_it_has)
{
    STATEMENT(cap, "pragma max_page_count = 20");
    STATEMENT(uncap, "pragma max_page_count = 100000");
    STATEMENT(large, "insert into thing (b) values (zeroblob(1000000))");
    auto_place place = place_new();
    struct err err = { 0 };

    CHECK(sql_run(place.sql, &add_text, sql_args(sql_text("x")), &err));
    CHECK(sql_run(place.sql, &cap, SQL_NO_ARGS, &err));
    {
        auto_tx tx = { 0 };

        CHECK(sql_begin(place.sql, &tx, &err));
        CHECK(sql_run(place.sql, &add_text, sql_args(sql_text("y")), &err));
        CHECK(!sql_run(place.sql, &large, SQL_NO_ARGS, &err));
        CHECK(err.kind == ERR_DATABASE && err.code == SQL_FULL);
    }
    CHECK(number(place.sql, &count_things) == 1);
    CHECK(sql_run(place.sql, &uncap, SQL_NO_ARGS, &err));
    {
        auto_tx tx = { 0 };

        CHECK(sql_begin(place.sql, &tx, &err) && sql_run(place.sql, &large, SQL_NO_ARGS, &err)
              && sql_commit(&tx, &err));
    }
    CHECK(number(place.sql, &count_things) == 2);
}

TEST(a_reader_writes_nothing)
{
    STATEMENT(make_other, "create table other (n integer)");
    auto_place place = place_new();
    auto_sql *reader = NULL;
    auto_free char *nowhere = mem_printf("sqlite:%s/nothing.db", place.folder);
    struct err err = { 0 };

    CHECK(sql_open_reader(place.url, place.cancel, &reader, &err));
    CHECK(number(reader, &count_things) == 0);
    check_refused(0, reader, &add_text, SQL_READ_ONLY);
    check_refused(1, reader, &make_other, SQL_READ_ONLY);
    sql_close(take(reader));
    CHECK(!sql_open_reader(nowhere, place.cancel, &reader, &err) && !reader);
    CHECK(err.kind == ERR_DATABASE && err.code == SQL_MISSING);
    CHECK(access(nowhere + strlen("sqlite:"), F_OK) < 0);
}

TEST(what_is_no_database_is_not_opened)
{
    auto_folder *folder = folder_new();
    auto_free char *garbage = folder_path(folder, "garbage");
    auto_free char *broken = mem_printf("sqlite:%s", garbage);
    auto_free char *missing = mem_printf("sqlite:%s/not/there.db", folder);
    auto_free char *is_folder = mem_printf("sqlite:%s", folder);
    struct cancel *cancel = cancel_new();
    const struct {
        const char *url;
        enum err_kind kind;
        int code;
    } cases[] = {
        { "", ERR_USAGE, 0 },
        { "test.db", ERR_USAGE, 0 },
        { "mysql://host/db", ERR_USAGE, 0 },
        { broken, ERR_DATABASE, SQL_BROKEN },
        { missing, ERR_DATABASE, SQL_MISSING },
        { is_folder, ERR_DATABASE, SQL_REFUSED },
    };
    struct err err = { 0 };

    CHECK(fs_write(garbage,
                   span_of("this is no database, but long enough to be looked at: ...."
                           "........................................................."),
                   0600, &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct sql *sql = NULL;

        err = (struct err){ 0 };
        CHECK_AT(i, !sql_open(cases[i].url, cancel, &sql, &err) && !sql);
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
    }
    cancel_free(cancel);
}

/* --- several connections -------------------------------------------------------------------- */

/* Begins to write while another connection does. */
struct other_writer {
    struct place *place;
    int64_t begun_us;
    bool good;
    struct err err;
    atomic_int id;
};

static void *write_too(void *arg)
{
    struct other_writer *w = arg;
    auto_sql *sql = NULL;
    auto_tx tx = { 0 };

    sleeper_begin(&w->id);
    w->good = sql_open(w->place->url, w->place->cancel, &sql, &w->err)
              && sql_begin(sql, &tx, &w->err);
    w->begun_us = time_mono_us();
    w->good = w->good && sql_run(sql, &add_text, sql_args(sql_text("other")), &w->err)
              && sql_commit(&tx, &w->err);
    return NULL;
}

TEST(a_writer_waits_for_another)
{
    auto_place place = place_new();
    struct other_writer other = { .place = &place };
    auto_tx tx = { 0 };
    pthread_t thread;
    struct err err = { 0 };
    int64_t committed_us;

    CHECK(sql_begin(place.sql, &tx, &err));
    CHECK(sql_run(place.sql, &add_text, sql_args(sql_text("x")), &err));
    CHECK(pthread_create(&thread, NULL, write_too, &other) == 0);
    sleeper_wait(&other.id);
    committed_us = time_mono_us();
    CHECK(sql_commit(&tx, &err));
    CHECK(pthread_join(thread, NULL) == 0 && other.good);
    CHECK_STR(other.err.msg, "");
    CHECK(other.begun_us >= committed_us);
    CHECK(number(place.sql, &count_things) == 2);
}

TEST(asking_to_stop_ends_the_wait_for_a_lock)
{
    for (size_t first = 0; first < 2; first++) {
        auto_place place = place_new();
        struct other_writer other = { .place = &place };
        auto_tx tx = { 0 };
        pthread_t thread;
        struct err err = { 0 };

        CHECK_AT(first, sql_begin(place.sql, &tx, &err));
        if (first)
            cancel_set(place.cancel);
        CHECK_AT(first, pthread_create(&thread, NULL, write_too, &other) == 0);
        if (!first)
            sleeper_wait(&other.id);
        cancel_set(place.cancel);
        CHECK_AT(first, pthread_join(thread, NULL) == 0 && !other.good);
        CHECK_AT(first, other.err.kind == ERR_CANCELED);
    }
}

/* A connection that read an outdated state cannot write on top of it: waiting would not help. */
TEST(writing_on_an_old_state_is_busy)
{
    auto_place place = place_new();
    auto_sql *other = NULL;
    auto_tx tx = { 0 };
    struct err err = { 0 };

    CHECK(sql_open(place.url, place.cancel, &other, &err));
    CHECK(sql_begin_reading(other, &tx, &err) && number(other, &count_things) == 0);
    CHECK(sql_run(place.sql, &add_text, sql_args(sql_text("x")), &err));
    check_refused(0, other, &add_text, SQL_BUSY);
}

/* --- a new database ------------------------------------------------------------------------- */

enum { NEWCOMERS = 6, NEW_DATABASES = 40 };

struct newcomer {
    const char *url;
    const struct cancel *cancel;
    pthread_barrier_t *together;
    bool good;
    struct err err;
};

static void *open_at_once(void *arg)
{
    struct newcomer *newcomer = arg;
    auto_sql *sql = NULL;

    (void)pthread_barrier_wait(newcomer->together);
    newcomer->good = sql_open(newcomer->url, newcomer->cancel, &sql, &newcomer->err);
    return NULL;
}

/* Each connection wants the write-ahead log, and SQLite refuses all but one without waiting. */
TEST(several_open_a_new_database_at_once)
{
    auto_place place = place_new();

    for (size_t round = 0; round < NEW_DATABASES; round++) {
        auto_free char *url = mem_printf("sqlite:%s/new-%zu.db", place.folder, round);
        struct newcomer newcomers[NEWCOMERS];
        pthread_t threads[NEWCOMERS];
        pthread_barrier_t together;

        CHECK(pthread_barrier_init(&together, NULL, NEWCOMERS) == 0);
        for (size_t i = 0; i < NEWCOMERS; i++) {
            newcomers[i] =
                (struct newcomer){ .url = url, .cancel = place.cancel, .together = &together };
            CHECK(pthread_create(&threads[i], NULL, open_at_once, &newcomers[i]) == 0);
        }
        for (size_t i = 0; i < NEWCOMERS; i++) {
            CHECK(pthread_join(threads[i], NULL) == 0 && newcomers[i].good);
            CHECK_STR(newcomers[i].err.msg, "");
        }
        (void)pthread_barrier_destroy(&together);
    }
}

TEST(two_names_of_one_database_are_one)
{
    auto_place place = place_new();
    auto_free char *around = mem_printf("sqlite:%s/./test.db", place.folder);
    auto_free char *beside = mem_printf("sqlite:%s/other.db", place.folder);
    auto_free char *link_path = folder_path(place.folder, "link.db");
    auto_free char *linked = mem_printf("sqlite:%s", link_path);
    const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        { place.url, place.url, true },
        { place.url, around, true },
        { place.url, linked, true },
        { place.url, beside, false },
        { beside, beside, true },
        { "postgresql://a/b", "postgresql://a/b", true },
        { "postgresql://a/b", "postgresql://a/c", false },
        { place.url, "postgresql://a/b", false },
    };

    CHECK(symlink(place.url + strlen("sqlite:"), link_path) == 0);
    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, sql_same_database(cases[i].a, cases[i].b) == cases[i].same);
        CHECK_AT(i, sql_same_database(cases[i].b, cases[i].a) == cases[i].same);
    }
}

/* A database of ours has a write-ahead log; another's keeps its journal. */
TEST(a_foreign_database_keeps_its_journal)
{
    STATEMENT(journal, "pragma journal_mode");
    STATEMENT(back_to_delete, "pragma journal_mode = delete");
    auto_place place = place_new();

    for (size_t i = 0; i < 2; i++) {
        auto_rows *rows = NULL;
        struct err err = { 0 };

        CHECK_AT(i, sql_query(place.sql, &journal, SQL_NO_ARGS, &rows, &err));
        CHECK_AT(i, sql_next(rows, &err) == STEP_ROW);
        CHECK_AT(i, span_is(sql_get_text(rows, 0), i ? "delete" : "wal"));
        sql_rows_close(take(rows));
        CHECK_AT(i, sql_run(place.sql, &back_to_delete, SQL_NO_ARGS, &err));
        sql_close(take(place.sql));
        CHECK_AT(i, sql_open(place.url, place.cancel, &place.sql, &err));
    }
}

/* --- schema --------------------------------------------------------------------------------- */

#define STEP(check_step_name, words)                                                               \
    {                                                                                              \
        check_step_name, words, words                                                              \
    }
#define NO_STEP                                                                                    \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }

TEST(a_schema_is_brought_up_to_date)
{
    STATEMENT(count_a, "select count(*) from a");
    STATEMENT(count_b, "select count(*) from b");
    static const struct sql_text one[] = {
        STEP("0001", "create table a (n integer); insert into a values (1);"), NO_STEP
    };
    static const struct sql_text two[] = {
        STEP("0001", "create table a (n integer); insert into a values (1);"),
        STEP("0002", "create table b (n integer); insert into a values (2);"), NO_STEP
    };
    auto_place place = place_new();
    uint64_t before = sql_commits(place.sql);
    struct err err = { 0 };

    CHECK(sql_upgrade(place.sql, "part", one, &err) && number(place.sql, &count_a) == 1);
    CHECK(sql_commits(place.sql) == before + 1);
    CHECK(sql_upgrade(place.sql, "part", one, &err) && number(place.sql, &count_a) == 1);
    CHECK(sql_commits(place.sql) == before + 1);
    CHECK(sql_upgrade(place.sql, "part", two, &err) && number(place.sql, &count_a) == 2);
    CHECK(number(place.sql, &count_b) == 0);
    CHECK(!sql_upgrade(place.sql, "part", one, &err) && err.kind == ERR_USAGE);
    CHECK(strstr(err.msg, "newer") != NULL);
    CHECK(!sql_upgrade(place.sql, "other part", one, &err) && err.kind == ERR_DATABASE);
}

TEST(a_step_is_whole_or_not_there)
{
    STATEMENT(count_a, "select count(*) from a");
    static const struct sql_text bad[] = {
        STEP("0001", "create table a (n integer); insert into a values (1);"),
        STEP("0002", "insert into a values (2); insert into nothing values (1);"), NO_STEP
    };
    static const struct sql_text good[] = {
        STEP("0001", "create table a (n integer); insert into a values (1);"),
        STEP("0002", "insert into a values (2); insert into a values (3);"), NO_STEP
    };
    auto_place place = place_new();
    struct err err = { 0 };

    CHECK(!sql_upgrade(place.sql, "part", bad, &err) && err.kind == ERR_DATABASE);
    CHECK(strstr(err.msg, "0002") != NULL);
    CHECK(number(place.sql, &count_a) == 1);
    CHECK(sql_upgrade(place.sql, "part", good, &err) && number(place.sql, &count_a) == 3);
}

/* --- our own statements --------------------------------------------------------------------- */

static struct sql *own_database(const struct place *place)
{
    auto_free char *url = mem_printf("sqlite:%s/own.db", place->folder);
    bool is_new = access(url + strlen("sqlite:"), F_OK) < 0;
    auto_sql *sql = NULL;
    struct err err = { 0 };

    if (!sql_open(url, place->cancel, &sql, &err)
        || !sql_upgrade(sql, "ledger", LEDGER_SCHEMA, &err)
        || !sql_upgrade(sql, "registry", REGISTRY_SCHEMA, &err)
        || !sql_upgrade(sql, "console", CONSOLE_SCHEMA, &err)
        || (is_new && !sql_script(sql, REGISTRY_NEXUS.sqlite, &err)))
        CHECK_STR(err.msg, "");
    return take(sql);
}

/* The script is one statement after the other; it has already made the database. */
TEST(every_statement_prepares)
{
    const struct sql_text *const *lists[] = { CONSOLE_STATEMENTS, LEDGER_STATEMENTS,
                                              REGISTRY_STATEMENTS, VERIFY_STATEMENTS,
                                              EXPORT_STATEMENTS };
    auto_place place = place_new();
    auto_sql *sql = own_database(&place);
    size_t count = 0;

    for (size_t i = 0; i < lengthof(lists); i++) {
        for (const struct sql_text *const *text = lists[i]; *text; text++, count++) {
            auto_rows *rows = NULL;
            struct err err = { 0 };

            if (*text == &REGISTRY_NEXUS)
                continue;
            if (!sql_query(sql, *text, SQL_NO_ARGS, &rows, &err))
                CHECK_STR(err.msg, "");
        }
    }
    CHECK(count > 120);
}

/* SQLite's plan for a statement, one line a table. */
static void plan_of(const struct place *place, const struct sql_text *statement, struct str *plan)
{
    auto_free char *words = mem_printf("explain query plan %s", statement->sqlite);
    const struct sql_text text = { "plan", words, NULL };
    auto_sql *sql = own_database(place);
    auto_rows *rows = NULL;
    struct err err = { 0 };

    if (!sql_query(sql, &text, SQL_NO_ARGS, &rows, &err))
        CHECK_STR(err.msg, "");
    while (rows && sql_next(rows, &err) == STEP_ROW) {
        str_add_span(plan, sql_get_text(rows, 3));
        str_add_char(plan, '\n');
    }
}

/* None of these may become slower with the number of documents. */
TEST(what_is_asked_often_is_found_by_an_index)
{
    static const struct {
        const struct sql_text *statement;
        const char *index;
    } cases[] = {
        { &LEDGER_CLAIM_PICK, "fmferry_document_due" },
        { &LEDGER_NEXT_DUE, "fmferry_document_due" },
        { &LEDGER_RUN_CLAIMS, "fmferry_document_claimed" },
        { &LEDGER_DOCUMENT_FIND, "sqlite_autoindex_fmferry_document_1" },
        { &LEDGER_CLAIM_TAKE, "INTEGER PRIMARY KEY" },
        { &LEDGER_DOCUMENT_STORE, "INTEGER PRIMARY KEY" },
        { &LEDGER_DOCUMENT_FINISH, "INTEGER PRIMARY KEY" },
        { &LEDGER_DOCUMENT_RELEASE, "INTEGER PRIMARY KEY" },
        { &LEDGER_DOCUMENT_HOLD, "INTEGER PRIMARY KEY" },
        { &LEDGER_VERSIONS, "PRIMARY KEY" },
        { &LEDGER_VERSION_NEXT, "PRIMARY KEY" },
        { &LEDGER_ATTEMPT_ADD, "PRIMARY KEY" },
        { &LEDGER_LOOK_TALLIES, "PRIMARY KEY" },
        { &LEDGER_NOTE_GET, "PRIMARY KEY" },
        { &REGISTRY_MATCH_FIND, "PRIMARY KEY" },
    };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str plan = STR_MAX(KIB(4));

        plan_of(&place, cases[i].statement, &plan);
        CHECK_AT(i, strstr(str_text(&plan), cases[i].index) != NULL);
        CHECK_AT(i, !span_starts(str_span(&plan), "SCAN"));
        CHECK_AT(i, !strstr(str_text(&plan), "\nSCAN fmferry_"));
        if (!strstr(str_text(&plan), cases[i].index))
            CHECK_STR(str_text(&plan), cases[i].statement->name);
    }
}

/* Claims are taken in the order in which they are due, without sorting all that wait. */
TEST(claims_come_in_order_without_sorting)
{
    static const struct sql_text *const statements[] = { &LEDGER_CLAIM_PICK };
    auto_place place = place_new();

    for (size_t i = 0; i < lengthof(statements); i++) {
        auto_str plan = STR_MAX(KIB(4));

        plan_of(&place, statements[i], &plan);
        CHECK_AT(i, plan.size > 0 && !strstr(str_text(&plan), "TEMP B-TREE"));
    }
}
