/* The view log: chains that hold, that tell where they were altered, and nothing noted in vain. */
#include "console/views/view_log.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/inside.h"
#include "console/views/view_check.h"
#include "folder.h"
#include "hand_clock.h"
#include "tap.h"

#include <poll.h>
#include <pthread.h>

/* A console of which there is the view log alone, in a folder of its own. */
struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct hand_clock hand;
    struct console console;
};

static void log_begin(struct place *p)
{
    struct err err = { 0 };

    if (!console_db_open(p->url, p->cancel, &p->console.db, &err)
        || !view_log_open(p->console.db, p->console.clock, &p->console.views, &err))
        abort();
}

static void log_stop(struct place *p)
{
    view_log_close(take(p->console.views));
    console_db_close(take(p->console.db));
}

static struct place *place_new(void)
{
    struct place *p = mem_new(struct place);

    p->folder = folder_new();
    p->url = mem_printf("sqlite:%s/console.db", p->folder);
    p->cancel = cancel_new();
    hand_clock_set(&p->hand, 1780000000000000, p->cancel);
    p->console.clock = &p->hand.clock;
    log_begin(p);
    return p;
}

static void place_end(struct place **p)
{
    log_stop(*p);
    cancel_free((*p)->cancel);
    free((*p)->url);
    folder_remove((*p)->folder);
    free(*p);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

static bool note_text(struct place *p, const char *detail)
{
    struct err err = { 0 };

    return view_note(&p->console,
                     &(struct view_entry){
                         .what = VIEW_SEARCH, .detail = detail, .account = 7, .address = "::1" },
                     1, &err);
}

/* What somebody with the database's password does behind the program's back. */
static void tamper(struct place *p, const char *words)
{
    auto_lent lent = { 0 };
    struct err err = { 0 };

    CHECK(console_db_borrow(p->console.db, &lent, &err) && sql_script(lent.sql, words, &err));
    CHECK_STR(err.msg, "");
}

static struct view_checked check_log(struct place *p)
{
    struct view_checked checked = { 0 };
    auto_sql *sql = NULL;
    struct err err = { 0 };

    CHECK(sql_open_reader(p->url, p->cancel, &sql, &err) && view_check(sql, &checked, &err));
    CHECK_STR(err.msg, "");
    return checked;
}

static int64_t count_of(struct place *p, const char *words)
{
    struct sql_text text = { "count_of", words, words };
    int64_t n = -1;
    auto_sql *sql = NULL;
    struct err err = { 0 };

    CHECK(sql_open_reader(p->url, p->cancel, &sql, &err)
          && sql_number(sql, &text, SQL_NO_ARGS, -1, &n, &err));
    CHECK_STR(err.msg, "");
    sql_close(take(sql));
    return n;
}

/* --- the chain -------------------------------------------------------------------------------- */

TEST(what_is_noted_makes_a_chain)
{
    auto_place *p = place_new();
    struct view_checked checked;

    CHECK(note_text(p, "one") && note_text(p, "two\nthree\x1b[2J"));
    log_stop(p);
    log_begin(p);
    CHECK(note_text(p, "four"));
    checked = check_log(p);
    CHECK(checked.is_unbroken && checked.watches == 2 && checked.entries == 5
          && checked.seals == 1);
    CHECK(count_of(p, "select count(*) from fmferry_view where detail like 'two three%'") == 1);
    CHECK(count_of(p, "select count(*) from fmferry_view where what = 'search' and outcome = 'ok' "
                      "and account = 7 and token is null and document is null")
          == 3);
    CHECK(count_of(p, "select count(*) from fmferry_watch where ended_us is null") == 1);
}

/* docs/access.md promises the form; computed here without the program's own function. */
TEST(the_form_is_what_the_documentation_says)
{
    struct sha256 before = { { 0 } }, hash, wanted;
    const struct view_columns entry = { .watch = 3,
                                        .seq = 2,
                                        .at_us = 1780000000000000,
                                        .account = 7,
                                        .session = 12,
                                        .address = span_of("192.0.2.7"),
                                        .what = span_of("search"),
                                        .outcome = span_of("ok"),
                                        .row = span_of(""),
                                        .patient = span_of("p"),
                                        .detail = span_of("ito 1980") };
    static const char lines[] = "3\n2\n1780000000000000\n7\n0\n12\n192.0.2.7\nsearch\nok\n\np\n0\n"
                                "ito 1980\n";
    auto_str text = STR_MAX(KIB(1));
    struct err err = { 0 };

    str_add(&text, before.bytes, SHA256_SIZE);
    str_add_text(&text, lines);
    wanted = sha256_of(str_span(&text));
    CHECK(view_hash(&before, &entry, &hash, &err) && sha256_equal(&hash, &wanted));
}

TEST(what_was_altered_is_found)
{
    static const struct {
        const char *words;
        int64_t watch, seq;
    } cases[] = {
        { "update fmferry_view set detail = 'other' where watch = 1 and seq = 3", 1, 3 },
        { "update fmferry_view set account = 8 where watch = 1 and seq = 2", 1, 2 },
        { "update fmferry_view set at_us = at_us + 1 where watch = 2 and seq = 2", 2, 2 },
        { "update fmferry_view set token = 1 where watch = 1 and seq = 4", 1, 4 },
        { "update fmferry_view set hash = zeroblob(32) where watch = 1 and seq = 4", 1, 4 },
        { "delete from fmferry_view where watch = 1 and seq = 2", 1, 2 },
        { "delete from fmferry_view where watch = 1 and seq = 4", 1, 4 },
        { "delete from fmferry_view where watch = 1 and seq = 4; "
          "delete from fmferry_seal where watch = 1",
          1, 3 },
        { "delete from fmferry_view where watch = 1 and seq = 4; "
          "update fmferry_seal set seq = 3, "
          "hash = (select hash from fmferry_view where watch = 1 and seq = 3) where watch = 1",
          1, 4 },
        { "delete from fmferry_seal; delete from fmferry_view where watch = 1; "
          "delete from fmferry_watch where watch = 1",
          1, 4 },
        { "delete from fmferry_view where watch = 2", 2, 1 },
        { "update fmferry_seal set hash = zeroblob(32)", 1, 4 },
        { "insert into fmferry_view select watch, 9, at_us, account, token, session, address, "
          "what, "
          "outcome, row, patient, document, detail, hash from fmferry_view where watch = 2 and "
          "seq = 2",
          2, 3 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place *p = place_new();
        struct view_checked checked;

        CHECK_AT(i, note_text(p, "one") && note_text(p, "two") && note_text(p, "three"));
        log_stop(p);
        log_begin(p);
        CHECK_AT(i, note_text(p, "four"));
        CHECK_AT(i, check_log(p).is_unbroken);
        tamper(p, cases[i].words);
        checked = check_log(p);
        CHECK_AT(i, !checked.is_unbroken);
        CHECK_AT(i, checked.watch == cases[i].watch && checked.seq == cases[i].seq);
    }
}

/* --- seals ------------------------------------------------------------------------------------ */

TEST(the_head_is_sealed_every_thousand_entries_and_hourly)
{
    static const char seals[] = "select count(*) from fmferry_seal";
    auto_place *p = place_new();
    struct view_entry many[997] = { { 0 } };
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(many); i++)
        many[i] = (struct view_entry){ .what = VIEW_ZIP, .document = (int64_t)i + 1 };
    CHECK(view_note(&p->console, many, lengthof(many), &err));
    CHECK(note_text(p, "entry 999") && count_of(p, seals) == 0);
    CHECK(note_text(p, "entry 1,000") && count_of(p, seals) == 1);
    view_log_tend(p->console.views);
    CHECK(count_of(p, seals) == 1);
    CHECK(note_text(p, "one more"));
    hand_clock_move(&p->hand, 3599 * TIME_SECOND);
    view_log_tend(p->console.views);
    CHECK(count_of(p, seals) == 1);
    hand_clock_move(&p->hand, TIME_SECOND);
    view_log_tend(p->console.views);
    CHECK(count_of(p, seals) == 2);
    hand_clock_move(&p->hand, 7200 * TIME_SECOND);
    view_log_tend(p->console.views);
    CHECK(count_of(p, seals) == 2);
    CHECK(check_log(p).is_unbroken && check_log(p).seals == 2);
}

/* --- what cannot be written ------------------------------------------------------------------- */

TEST(what_cannot_be_written_is_not_noted)
{
    auto_place *p = place_new();
    struct view_entry entry = { .what = VIEW_OPEN, .document = 4 };
    struct err err = { 0 };

    CHECK(note_text(p, "before"));
    tamper(p, "create trigger no before insert on fmferry_view begin "
              "select raise(abort, 'the disk is gone'); end");
    CHECK(!view_note(&p->console, &entry, 1, &err));
    CHECK(err.kind == ERR_DATABASE && err.code == SQL_AWAY);
    CHECK(span_starts(span_of(err.msg), "nothing is shown, as it cannot be noted: "));
    CHECK(count_of(p, "select count(*) from fmferry_view") == 2);
    tamper(p, "drop trigger no");
    CHECK(note_text(p, "after"));
    CHECK(check_log(p).is_unbroken && check_log(p).entries == 3);
}

/* A deferred constraint makes the commit itself fail. */
TEST(a_commit_that_fails_leaves_the_chain_whole)
{
    auto_place *p = place_new();

    CHECK(note_text(p, "before"));
    tamper(p, "pragma foreign_keys = on; create table parent (n integer primary key); "
              "create table child (n integer references parent deferrable initially deferred); "
              "create trigger no after insert on fmferry_view begin "
              "insert into child values (1); end");
    CHECK(!note_text(p, "in vain"));
    tamper(p, "drop trigger no");
    CHECK(note_text(p, "after"));
    CHECK(check_log(p).is_unbroken && check_log(p).entries == 3);
}

TEST(without_a_log_nothing_is_noted)
{
    struct console console = { 0 };
    struct view_entry entry = { .what = VIEW_OPEN };
    struct err err = { 0 };

    CHECK(!view_note(&console, &entry, 1, &err) && err.kind == ERR_DATABASE);
}

/* --- threads ---------------------------------------------------------------------------------- */

enum { THREADS = 8, NOTES = 50 };

static void *notes_write(void *arg)
{
    struct place *p = arg;
    intptr_t good = 0;

    for (int i = 0; i < NOTES; i++)
        good += note_text(p, "at once");
    return (void *)good;
}

TEST(threads_note_at_once)
{
    auto_place *p = place_new();
    pthread_t threads[THREADS];
    intptr_t good = 0;

    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, notes_write, p) != 0)
            abort();
    for (size_t i = 0; i < THREADS; i++) {
        void *result;

        (void)pthread_join(threads[i], &result);
        good += (intptr_t)result;
    }
    CHECK(good == THREADS * NOTES);
    CHECK(check_log(p).is_unbroken && check_log(p).entries == THREADS * NOTES + 1);
}

static void *note_write(void *arg)
{
    return (void *)(intptr_t)note_text(arg, "waits");
}

static uint64_t commits_of(struct place *p)
{
    auto_lent lent = { 0 };
    struct err err = { 0 };

    CHECK(console_db_borrow(p->console.db, &lent, &err));
    return sql_commits(lent.sql);
}

/* While the database is busy, all who come gather; one commit then serves many. */
TEST(those_who_wait_share_a_commit)
{
    auto_place *p = place_new();
    pthread_t threads[THREADS];
    uint64_t before = commits_of(p);

    {
        auto_lent lent = { 0 };
        struct err err = { 0 };

        CHECK(console_db_borrow(p->console.db, &lent, &err));
        for (size_t i = 0; i < THREADS; i++)
            if (pthread_create(&threads[i], NULL, note_write, p) != 0)
                abort();
        CHECK(poll(NULL, 0, 200) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *good = NULL;

        (void)pthread_join(threads[i], &good);
        CHECK_AT(i, good != NULL);
    }
    CHECK(commits_of(p) - before < THREADS);
    CHECK(check_log(p).is_unbroken && check_log(p).entries == THREADS + 1);
}
