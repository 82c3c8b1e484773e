/* Entries of the view log are chosen, go on where a page ended, and are found by an index. */
#include "console/views/view_list.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/console_sql.h"
#include "console/inside.h"
#include "console/views/view_log.h"
#include "folder.h"
#include "hand_clock.h"
#include "tap.h"

/* 1 December 2026, 13:00 UTC. */
#define NOON 1796130000000000

struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct hand_clock hand;
    struct console console;
    struct sql *sql; /* of another reader */
};

/* The start at 13:00, then an entry at each hour. */
static const struct view_entry entries[] = {
    { .what = VIEW_LOGIN, .account = 1, .address = "192.0.2.7" },
    { .what = VIEW_OPEN, .account = 1, .row = "row-1", .patient = "p-1", .document = 11 },
    { .what = VIEW_OPEN, .account = 2, .row = "row-1", .patient = "p-1", .document = 11 },
    { .what = VIEW_SEARCH, .account = 2, .detail = "=cmd|' /C calc'!A0" },
    { .what = VIEW_DOWNLOAD, .account = 2, .row = "row-2", .patient = "p-1", .document = 12 },
};

static struct place *place_new(void)
{
    struct place *p = mem_new(struct place);
    struct err err = { 0 };

    p->folder = folder_new();
    p->url = mem_printf("sqlite:%s/console.db", p->folder);
    p->cancel = cancel_new();
    hand_clock_set(&p->hand, NOON, p->cancel);
    p->console.clock = &p->hand.clock;
    if (!time_zone_set("UTC", &err) || !console_db_open(p->url, p->cancel, &p->console.db, &err)
        || !view_log_open(p->console.db, p->console.clock, &p->console.views, &err))
        abort();
    for (size_t i = 0; i < lengthof(entries); i++) {
        hand_clock_move(&p->hand, 3600 * TIME_SECOND);
        CHECK_AT(i, view_note(&p->console, &entries[i], 1, &err));
    }
    if (!sql_open(p->url, p->cancel, &p->sql, &err)
        || !sql_script(p->sql,
                       "insert into fmferry_account (account, name, shown, roles, made_us) "
                       "values (1, 'kim', 'Kim', 'staff', 0), (2, 'ito', 'Ito', 'staff', 0)",
                       &err))
        abort();
    return p;
}

static void place_end(struct place **p)
{
    sql_close((*p)->sql);
    view_log_close((*p)->console.views);
    console_db_close((*p)->console.db);
    cancel_free((*p)->cancel);
    free((*p)->url);
    folder_remove((*p)->folder);
    free(*p);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

/* "6 5 4", and the last entry's cursor. */
struct listed {
    struct str numbers;
    struct cursor last;
};

static bool number_row(void *arg, const struct view_seen *seen)
{
    struct listed *listed = arg;

    str_printf(&listed->numbers, "%s%jd", listed->numbers.size ? " " : "",
               (intmax_t)seen->columns.seq);
    listed->last = view_cursor(seen);
    return true;
}

TEST(entries_are_chosen)
{
    static const struct {
        struct view_choice choice;
        const char *from, *to, *want;
    } cases[] = {
        { { 0 }, NULL, NULL, "6 5 4 3 2 1" },
        { { .limit = 2 }, NULL, NULL, "6 5" },
        { { .row = "row-1" }, "", "", "4 3" },
        { { .row = "row-1", .account = 2 }, NULL, NULL, "4" },
        { { .row = "row" }, NULL, NULL, "" },
        { { .patient = "p-1" }, NULL, NULL, "6 4 3" },
        { { .patient = "p-1", .what = "open" }, NULL, NULL, "4 3" },
        { { .account = 1 }, NULL, NULL, "3 2" },
        { { .what = "search", .row = "", .patient = "" }, NULL, NULL, "5" },
        { { 0 }, "2026-12-01", "2026-12-01", "6 5 4 3 2 1" },
        { { 0 }, "2026-12-02", NULL, "" },
        { { 0 }, NULL, "2026-11-30", "" },
        { { 0 }, "2026-11-30", "2026-12-31", "6 5 4 3 2 1" },
    };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct view_choice choice = cases[i].choice;
        struct listed listed = { .numbers = STR_MAX(KIB(1)) };
        struct err err = { 0 };

        CHECK_AT(i, view_days_read(cases[i].from, cases[i].to, &choice, &err));
        CHECK_AT(i, view_list_each(p->sql, &choice, number_row, &listed, &err));
        CHECK_STR(str_text(&listed.numbers), cases[i].want);
        str_clear(&listed.numbers);
    }
}

TEST(a_page_goes_on_where_the_one_before_ended)
{
    auto_place *p = place_new();
    struct view_choice choice = { .limit = 4 };
    struct listed listed = { .numbers = STR_MAX(KIB(1)) };
    struct err err = { 0 };

    CHECK(view_list_each(p->sql, &choice, number_row, &listed, &err));
    choice.behind = listed.last;
    /* What comes meanwhile moves nothing. */
    CHECK(view_note(&p->console, &entries[0], 1, &err));
    CHECK(view_list_each(p->sql, &choice, number_row, &listed, &err));
    CHECK_STR(str_text(&listed.numbers), "6 5 4 3 2 1");
    str_clear(&listed.numbers);
}

TEST(days_are_those_of_the_practice)
{
    static const struct {
        const char *zone, *from, *to;
        int64_t from_us, hours;
    } cases[] = {
        { "UTC", "2026-12-01", "2026-12-01", NOON - 13 * 3600 * TIME_SECOND, 24 },
        { "Australia/Sydney", "2026-12-01", "2026-12-01", NOON - 24 * 3600 * TIME_SECOND, 24 },
        { "Australia/Sydney", "2026-10-04", "2026-10-04", 0, 23 },
        { "Australia/Sydney", "2026-04-05", "2026-04-05", 0, 25 },
        { "UTC", "2026-12-31", "2027-01-01", 0, 48 },
    };
    static const char *const wrong[] = { "2026-13-01", "1/2/2026", "today", "2026-12",
                                         "2026-02-30" };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct view_choice choice = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, time_zone_set(cases[i].zone, &err)
                        && view_days_read(cases[i].from, cases[i].to, &choice, &err));
        CHECK_AT(i, !cases[i].from_us || choice.from_us == cases[i].from_us);
        CHECK_AT(i, choice.to_us - choice.from_us == cases[i].hours * 3600 * TIME_SECOND);
    }
    for (size_t i = 0; i < lengthof(wrong); i++) {
        struct view_choice choice = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !view_days_read(wrong[i], NULL, &choice, &err) && err.kind == ERR_DATA);
    }
}

TEST(a_name_leads_to_its_account)
{
    static const struct {
        const char *name;
        int64_t want;
    } cases[] = { { "kim", 1 }, { " Ito ", 2 }, { "nobody", 0 }, { "k%", 0 } };
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        int64_t account = -1;

        CHECK_AT(i, view_account(p->sql, cases[i].name, &account, &err));
        CHECK_AT(i, account == cases[i].want);
    }
}

static bool csv_row(void *arg, const struct view_seen *seen)
{
    view_csv_add(arg, seen);
    return true;
}

TEST(the_csv_is_oldest_first_and_holds_no_formula)
{
    auto_place *p = place_new();
    auto_str csv = STR_MAX(KIB(64));
    struct err err = { 0 };

    CHECK(view_list_export(p->sql, &(struct view_choice){ 0 }, csv_row, &csv, &err));
    CHECK(
        span_starts(str_span(&csv), "1,1,\"2026-12-01T13:00:00.000000Z\",,\"\",,,\"\",\"start\""));
    CHECK(span_find(str_span(&csv), "2,\"ito\",,,\"\",\"search\",\"ok\",\"\",\"\",,\" =cmd|' /C")
          < csv.size);
    CHECK(span_find(str_span(&csv), ",\"=") == csv.size);
    CHECK(span_find(str_span(&csv), "1,\"kim\",,,\"192.0.2.7\",\"login\"") < csv.size);
}

/* --- indexes ---------------------------------------------------------------------------------- */

TEST(each_list_is_answered_by_an_index)
{
    static const struct {
        const struct sql_text *text;
        const char *index;
    } wanted[] = {
        { &CONSOLE_VIEWS_OF_ALL, "v USING INDEX fmferry_view_at" },
        { &CONSOLE_VIEWS_OF_ROW, "v USING INDEX fmferry_view_row" },
        { &CONSOLE_VIEWS_OF_PATIENT, "v USING INDEX fmferry_view_patient" },
        { &CONSOLE_VIEWS_OF_ACCOUNT, "v USING INDEX fmferry_view_account" },
        { &CONSOLE_VIEWS_OF_TIME, "v USING INDEX fmferry_view_at" },
        { &CONSOLE_VIEW_HEAD, "fmferry_view USING PRIMARY KEY" },
        { &CONSOLE_VIEW_CHAIN, "v USING PRIMARY KEY" },
    };
    struct sql_text explains[lengthof(wanted)]; /* live while the connection is open */
    char *words[lengthof(wanted)];
    auto_place *p = place_new();

    for (size_t i = 0; i < lengthof(wanted); i++) {
        words[i] = mem_printf("explain query plan %s", wanted[i].text->sqlite);
        auto_rows *rows = NULL;
        auto_str plan = STR_MAX(KIB(16));
        struct err err = { 0 };

        explains[i] = (struct sql_text){ wanted[i].text->name, words[i], NULL };
        CHECK_AT(i, sql_query(p->sql, &explains[i], SQL_NO_ARGS, &rows, &err));
        while (rows && sql_next(rows, &err) == STEP_ROW) {
            str_add_span(&plan, sql_get_text(rows, 3));
            str_add_char(&plan, '\n');
        }
        CHECK_AT(i, span_find(str_span(&plan), wanted[i].index) < plan.size);
        CHECK_AT(i, span_find(str_span(&plan), "TEMP B-TREE") == plan.size);
        CHECK_AT(i, span_find(str_span(&plan), "SCAN") == plan.size);
    }
    sql_close(take(p->sql));
    for (size_t i = 0; i < lengthof(wanted); i++)
        free(words[i]);
}
