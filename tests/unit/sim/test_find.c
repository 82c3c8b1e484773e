/* The find operators, value by value, and finds over a table that changes. */
#include "sim/api/found.h"
#include "sim/data/data.h"
#include "sim/file/find.h"

#include "base/mem.h"
#include "tap.h"

static const struct time_civil today = { .year = 2024, .month = 3, .day = 15 };

/* 1 matches, 0 does not, above that: FileMaker's code. */
static int matches_with(const char *set, enum column_type type, const char *criterion,
                        const char *value)
{
    struct switches switches;
    struct criterion c;
    struct err err;
    int result;

    switches_init(&switches);
    CHECK(switches_set(&switches, span_of(set), &err));
    result = criterion_read(type, span_of(criterion), &switches, today, &c);
    if (result)
        return result;
    result = criterion_matches(&c, span_of(value));
    criterion_clear(&c);
    return result;
}

struct match {
    const char *criterion, *value;
    int want;
};

static void check_all(enum column_type type, const struct match *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        CHECK_AT(i, matches_with("", type, cases[i].criterion, cases[i].value) == cases[i].want);
}

TEST(text_criteria)
{
    static const struct match cases[] = {
        { "ref", "Referral", 1 },
        { "REF", "a referral", 1 },
        { "ref", "preference", 0 },
        { "file notes", "Notes of a file", 1 },
        { "file notes", "Files", 0 },
        { "=file", "File Notes", 1 },
        { "=fil", "File Notes", 0 },
        { "==File Notes", "file notes", 1 },
        { "==File", "File Notes", 0 },
        { "==File*", "File Notes", 1 },
        { "==*Notes", "File Notes", 1 },
        { "==F*e N*s", "File Notes", 1 },
        { "=", "", 1 },
        { "=", "x", 0 },
        { "==", "", 1 },
        { "*", "x", 1 },
        { "*", "", 0 },
        { "==F@le", "File", 1 },
        { "==F@le", "Fiile", 0 },
        { "==A##", "A12", 1 },
        { "==A##", "A1b", 0 },
        { "\"file notes\"", "my File Notes here", 1 },
        { "\"file notes\"", "file of notes", 0 },
        { "==a\\*b", "a*b", 1 },
        { "==a\\*b", "axb", 0 },
        { "muller", "Müller", 1 },
        { "Müller", "MULLER", 1 },
        { "==7F2D0C7E-5A2E-4B58-9A3E-2C5B3E3F1A10", "7f2d0c7e-5a2e-4b58-9a3e-2c5b3e3f1a10", 1 },
        { "7F2D0C7E-5A2E-4B58-9A3E-2C5B3E3F1A10", "7F2D0C7E-5A2E-4B58-9A3E-2C5B3E3F1A10", 1 },
        { "=5A2E", "7F2D0C7E-5A2E-4B58", 1 },
        { ">b", "c", 1 },
        { ">b", "B", 0 },
        { "\xE2\x89\xA5"
          "b",
          "B", 1 },
        { "<b", "A", 1 },
        { "<b", "", 0 },
        { "a...c", "Banana", 1 },
        { "a..b", "c", 0 },
        { "a*", "Banana Apple", 1 },
    };

    check_all(COLUMN_TEXT, cases, lengthof(cases));
}

TEST(number_criteria)
{
    static const struct match cases[] = {
        { "5", "5", 1 },
        { "5", "5.0", 1 },
        { "==5", "05", 1 },
        { "5", "55", 0 },
        { ">5", "5.0001", 1 },
        { ">5", "5", 0 },
        { ">=5", "5", 1 },
        { "<-1", "-2", 1 },
        { "1...500", "500", 1 },
        { "1...500", "501", 0 },
        { ">12345678901234567890122", "12345678901234567890123", 1 },
        { ">12345678901234567890123", "12345678901234567890123", 0 },
        { "25", "25abc", 1 },
        { ">5", "", 0 },
        { "<5", "abc", 0 },
        { "=", "", 1 },
        { "abc", "5", 0 },
    };

    check_all(COLUMN_NUMBER, cases, lengthof(cases));
}

TEST(date_criteria)
{
    static const struct match cases[] = {
        { "3/1/2024", "03/01/2024", 1 },
        { "3/2024", "03/31/2024", 1 },
        { "3/2024", "04/01/2024", 0 },
        { "2024", "12/31/2024", 1 },
        { ">=3/1/2024", "03/01/2024", 1 },
        { ">3/1/2024", "03/01/2024", 0 },
        { "<=3/1/2024", "03/01/2024", 1 },
        { "3/1/2024...3/5/2024", "03/05/2024", 1 },
        { "3/1/2024...3/5/2024", "03/06/2024", 0 },
        { "//", "03/15/2024", 1 },
        { ">//", "03/16/2024", 1 },
        { "3/*/2024", "03/09/2024", 1 },
        { "3/{1..5}/2024", "03/05/2024", 1 },
        { "3/{1...5}/2024", "03/06/2024", 0 },
        { "*/1/*", "07/01/1999", 1 },
        { "?", "31/02/2024", 1 },
        { "?", "02/28/2024", 0 },
        { ">=1/1/1900", "31/02/2024", 0 },
        { "31/02/2024", "02/28/2024", 500 },
        { "tomorrow", "02/28/2024", 500 },
    };

    check_all(COLUMN_DATE, cases, lengthof(cases));
}

TEST(timestamp_and_time_criteria)
{
    static const struct match stamps[] = {
        { "3/1/2024", "03/01/2024 23:59:59", 1 },
        { ">3/1/2024", "03/01/2024 23:59:59", 0 },
        { ">3/1/2024", "03/02/2024 00:00:00", 1 },
        { "<3/1/2024", "03/01/2024 00:00:00", 0 },
        { "3/1/2024 09:00:00", "03/01/2024 09:00:00", 1 },
        { ">3/1/2024 09:00", "03/01/2024 09:00:01", 1 },
        { "3/1/2024...3/2/2024", "03/02/2024 18:00:00", 1 },
        { "// 10:00", "03/15/2024 10:00:00", 1 },
    };
    static const struct match times[] = {
        { "37:30:00", "37:30:00", 1 },
        { ">24:00", "37:30:00", 1 },
        { "<0", "-1:00:00", 1 },
    };

    check_all(COLUMN_TIMESTAMP, stamps, lengthof(stamps));
    check_all(COLUMN_TIME, times, lengthof(times));
    CHECK(matches_with("", COLUMN_CONTAINER, "*", "x") == 413);
}

TEST(switches_change_what_criteria_mean)
{
    CHECK(
        matches_with("timestamp-day=midnight", COLUMN_TIMESTAMP, "3/1/2024", "03/01/2024 00:00:01")
        == 0);
    CHECK(matches_with("date-wildcards=500", COLUMN_DATE, "3/*/2024", "03/09/2024") == 500);
    CHECK(matches_with("double-equals=nothing", COLUMN_TEXT, "==", "") == 0);
    CHECK(matches_with("question-mark=character", COLUMN_TEXT, "==F?le", "File") == 1);
    CHECK(matches_with("word-hyphen=joins", COLUMN_TEXT, "=5A2E", "7F2D0C7E-5A2E-4B58") == 0);
    CHECK(matches_with("text-order=unicode", COLUMN_TEXT, ">a", "B") == 0);
}

/* --- finds ---------------------------------------------------------------------------------- */

static struct solution *some(const char *set)
{
    struct data_options options = { .set = set, .seed = 3, .record_gap = 1 };
    struct solution *solution = NULL;
    struct err err;

    CHECK(data_open(&options, &solution, &err));
    return solution;
}

/* "3: 5 6 7": the number of records found, and the ids of the first ten in their order. */
static void find(struct solution *solution, const char *body, const char *want)
{
    const struct layout *layout = solution_layout(solution, span_of("API_Docs"));
    struct table *table = solution_table(solution, "DOCS");
    auto_str got = STR_MAX(KIB(1));
    auto_json *json = NULL;
    auto_found *found = NULL;
    struct switches switches;
    struct query query;
    struct page_options page;
    struct err err;

    switches_init(&switches);
    CHECK(json_read(span_of(body), &json, &err));
    CHECK(page_from_body(&page, solution, &switches, layout, json_root(json)));
    CHECK(query_read(&query, solution, &switches, layout, json_get(json_root(json), "query")));
    found = found_by(solution, table, &query);
    found_sort(found, solution, layout, page.sorts, page.sort_count);
    str_printf(&got, "%ju:", (uintmax_t)found_count(found));
    for (uint64_t i = 0; i < found_count(found) && i < 10; i++)
        str_printf(&got, " %ju", (uintmax_t)table_record_id(table, found_at(found, i)));
    CHECK_STR(str_text(&got), want);
    query_clear(&query);
    page_clear(&page);
}

TEST(keyset_walks_are_stable_under_deletions)
{
    struct solution *solution = some("generate:1000,1K");
    struct table *table = solution_table(solution, "DOCS");

    find(solution, "{\"query\":[{\"num\":\">10997\"}]}", "3: 998 999 1000");
    table_delete(table, 998 - 1);
    find(solution, "{\"query\":[{\"num\":\">10996\"}]}", "3: 997 999 1000");
    find(solution,
         "{\"query\":[{\"num\":\">10996\"}],"
         "\"sort\":[{\"fieldName\":\"num\",\"sortOrder\":\"descend\"}]}",
         "3: 1000 999 997");
    (void)table_create(table, "x", true);
    find(solution, "{\"query\":[{\"num\":\">10998\"}]}", "3: 999 1000 1001");
    find(solution,
         "{\"query\":[{\"num\":\"10001...10003\"},{\"num\":\"10010\"},"
         "{\"num\":\"10002\",\"omit\":\"true\"}]}",
         "3: 1 3 10");
    solution_free(solution);
}

TEST(written_values_are_found_where_made_ones_were_expected)
{
    struct solution *solution = some("generate:100,1K");
    struct table *table = solution_table(solution, "DOCS");
    struct cell cell = { .column = 6, .repetition = 1, .text = span_of("10100") };
    struct commit commit = { .account = "x", .cells = &cell, .count = 1 };

    CHECK(table_column(table, span_of("num")) == 6);
    find(solution, "{\"query\":[{\"num\":\"!\"}]}", "0:");
    table_commit(table, 4, &commit);
    find(solution, "{\"query\":[{\"num\":\">10098\"}]}", "3: 5 99 100");
    find(solution, "{\"query\":[{\"num\":\"!\"}]}", "2: 5 100");
    find(solution,
         "{\"query\":[{\"num\":\"<10006\"}],"
         "\"sort\":[{\"fieldName\":\"num\",\"sortOrder\":\"ascend\"}]}",
         "4: 1 2 3 4");
    solution_free(solution);
}

TEST(ids_are_found_without_a_walk)
{
    struct solution *solution = some("generate:5000000,1K");
    struct table *table = solution_table(solution, "DOCS");
    auto_str id = STR_MAX(64);
    auto_free char *body = NULL;

    table_value(table, 4321000, 0, 1, &id);
    body = mem_printf("{\"query\":[{\"id\":\"==%s\"}]}", str_text(&id));
    find(solution, body, "1: 4321001");
    find(solution, "{\"query\":[{\"id\":\"==00000000-0000-4000-8000-000000000000\"}]}", "0:");
    solution_free(solution);
}

TEST(sorts_follow_the_type)
{
    struct solution *solution = some("generate:6,1K");
    struct table *table = solution_table(solution, "DOCS");
    static const char *const types[] = { "b", "B2", "a", "", "Ä", "10" };
    static const char *const flags[] = { "10", "9", "-1", "", "2.5", "9" };

    for (uint64_t i = 0; i < lengthof(types); i++) {
        struct cell cells[] = { { .column = 2, .repetition = 1, .text = span_of(types[i]) },
                                { .column = 5, .repetition = 1, .text = span_of(flags[i]) } };

        table_commit(table, i, &(struct commit){ .account = "x", .cells = cells, .count = 2 });
    }
    find(solution, "{\"query\":[{\"num\":\"*\"}],\"sort\":[{\"fieldName\":\"Type\"}]}",
         "6: 4 6 3 5 1 2");
    find(solution,
         "{\"query\":[{\"num\":\"*\"}],\"sort\":[{\"fieldName\":\"imported\"},"
         "{\"fieldName\":\"Type\",\"sortOrder\":\"descend\"}]}",
         "6: 4 3 5 2 6 1");
    solution_free(solution);
}
