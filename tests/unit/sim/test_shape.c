/* Descriptions of solutions: the tables that they make, and the faults of wrong ones. */
#include "sim/data/shape.h"

#include "sim/base/switches.h"

#include "tap.h"

static const char good[] = "# a comment\n"
                           "database Shop   # another\n"
                           "table A 10\n"
                           "field id text uuid\n"
                           "field n number serial 5\n"
                           "field \"two words\" text const \"x y\"\n"
                           "field scan container file pdf 2K stored open repetitions 2\n"
                           "field half text const z sometimes 50%\n"
                           "table B 30\n"
                           "field id text uuid\n"
                           "field of_a text ref A.id\n"
                           "relation BS from A.id to B.of_a\n"
                           "layout L of A in Dev/Old\n"
                           "show id\nshow scan repetitions 1..1\n"
                           "portal p of BS rows 3\nrow BS::id\n"
                           "values V a|b|c by-field\n"
                           "script \"Do it\" fail 7 in Dev\n"
                           "documents L\n";

static struct solution *read_good(void)
{
    struct solution *solution = NULL;
    struct err err = { .kind = ERR_NONE };

    CHECK(shape_read(span_of(good), "good", 1, 1, &solution, &err));
    CHECK_STR(err.msg, "");
    return solution;
}

TEST(a_description_makes_a_solution)
{
    struct solution *solution = read_good();
    struct table *a = solution_table(solution, "A");
    auto_str value = STR_MAX(KIB(1));
    auto_content content = { 0 };

    CHECK_STR(solution->database, "Shop");
    CHECK(table_count(a) == 10 && table_count(solution_table(solution, "B")) == 30);
    table_value(a, 3, 1, 1, &value);
    CHECK_STR(str_text(&value), "8");
    str_reset(&value);
    table_value(a, 3, (unsigned)table_column(a, span_of("two words")), 1, &value);
    CHECK_STR(str_text(&value), "x y");
    table_content(a, 3, 3, 2, &content);
    CHECK(content.store == STORE_OPEN && content.size == 2048);
    CHECK_STR(solution->layouts[0].folder, "Dev/Old");
    CHECK(solution_value_list(solution, "V")->by_field);
    CHECK(solution_script(solution, span_of("Do it"))->number == 7);
    solution_free(solution);
}

TEST(refs_lead_to_records_that_are_there)
{
    struct solution *solution = read_good();
    const struct relation *relation = solution_relation(solution, "BS");
    struct table *a = solution_table(solution, "A");
    size_t related = 0, half = 0;

    for (uint64_t i = 0; i < 10; i++) {
        auto_str value = STR_MAX(KIB(1));

        related += relation_count(solution, relation, a, i);
        table_value(a, i, 4, 1, &value);
        half += value.size > 0;
    }
    CHECK(related == 30);
    CHECK(half > 0 && half < 10);
    solution_free(solution);
}

TEST(wrong_descriptions_say_where_and_what)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "", "bad: there is no layout" },
        { "tabel A 1\n", "line 1: 'tabel' is not how a line begins" },
        { "table A\n", "line 1: a number is missing" },
        { "field x text uuid\n", "line 1: a field belongs below a table" },
        { "table A 1\nfield x txt uuid\n", "line 2: 'txt' is not a type" },
        { "table A 1\nfield x text uid\n", "line 2: 'uid' is not how values are made" },
        { "table A 1\nfield x text uuid shiny\n", "'shiny' is not something that a field can be" },
        { "table A 1\nfield x text file pdf 1K\n", "a container holds a file" },
        { "table A 1\nfield x container uuid\n", "a container holds a file" },
        { "table A 1\nfield x text words 9..1\n", "'9..1' is not a range" },
        { "table A 1\nlayout L of B\n", "'B' is not a table that was described before" },
        { "table A 1\nfield x text uuid\nlayout L of A\nshow y\n", "'y' is not a field" },
        { "table A 1\nfield x text uuid\nlayout L of A\nshow B::y\n", "'B::y' is not a field" },
        { "table A 1\nfield x text ref B.y\nlayout L of A\nshow x\n",
          "'B.y' is not a TABLE.FIELD" },
        { "table A 1\nlayout L of A\n", "the table A has no field" },
        { "table A 1\nfield x text uuid\nlayout L of A\ndocuments M\n", "there is no layout M" },
        { "table A 1\nfield x text uuid\ntable B 1\nfield y text uuid\nfield z text uuid\n"
          "relation R from B.z to A.x\nlayout L of A\nshow R::x\n",
          "'R::x' is not a field of a relation that starts from this table" },
        { "table A 1\nfield x text uuid\ntable B 1\nfield y text uuid\n"
          "relation R from B.y to A.x\nlayout L of A\nportal p of R rows 1\n",
          "'R' is not a relation that starts from this table" },
        { "show x\n", "line 1: this belongs below a layout" },
        { "row x\n", "line 1: a row belongs below a portal" },
        { "script s dance\n", "'dance' is not what a script does" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct solution *solution = NULL;
        struct err err = { .kind = ERR_NONE };

        CHECK_AT(i, !shape_read(span_of(cases[i].text), "bad", 1, 1, &solution, &err));
        CHECK_AT(i, strstr(err.msg, cases[i].says));
        if (!strstr(err.msg, cases[i].says))
            (void)printf("# %s\n", err.msg);
    }
}

TEST(switches_are_set_by_name_and_by_mood)
{
    struct switches switches, again;
    struct err err;

    switches_init(&switches);
    CHECK(switch_is(&switches, STREAM_STALE, 401));
    CHECK(switches_set(&switches, span_of("strict,stream-stale=404"), &err));
    CHECK(switch_is(&switches, STREAM_STALE, 404));
    CHECK(switch_is(&switches, STREAM_AUTH, BEARER));
    CHECK(!switches_set(&switches, span_of("stream-stale=500"), &err));
    CHECK(strstr(err.msg, "401, 404, 400, no-cookie"));
    CHECK(!switches_set(&switches, span_of("steam=1"), &err));
    CHECK(switches_set(&switches, span_of("random:5"), &err));
    CHECK(switches_set(&again, span_of("random:5"), &err));
    CHECK(memcmp(&switches, &again, sizeof again) == 0);
    CHECK(switches_set(&again, span_of("random:6"), &err));
    CHECK(memcmp(&switches, &again, sizeof again) != 0);
}
