/*
 * Any text as what people type to find patients or documents: what is read of it is a question that
 * the index can answer, whatever operators of its language stand in the text.
 */
#include "fuzz.h"

#include "base/cancel.h"
#include "console/index/catalog_words.h"
#include "console/index_sql.h"
#include "sql/sql.h"

static struct sql *index_empty(void)
{
    static struct sql *sql;
    struct err err;

    if (!sql
        && (!sql_open("sqlite::memory:", cancel_new(), &sql, &err)
            || !sql_script(sql, INDEX_SCHEMA_MADE.sqlite, &err)))
        abort();
    return sql;
}

static void match_ask(const struct sql_text *text, int place, const struct str *match)
{
    struct sql_value values[9] = { 0 };
    auto_rows *rows = NULL;
    struct err err = { 0 };

    if (!match->size)
        return;
    for (size_t i = 0; i < lengthof(values); i++)
        values[i] = sql_i64(1);
    values[place] = sql_text(str_text(match));
    assert(
        sql_query(index_empty(), text, (struct sql_args){ values, lengthof(values) }, &rows, &err));
    assert(sql_next(rows, &err) == STEP_END);
}

static void days_check(int64_t from, int64_t to)
{
    char text[CATALOG_DAY_SIZE];

    assert(from >= CATALOG_DAY_FIRST && from <= CATALOG_DAY_LAST);
    assert(to >= CATALOG_DAY_FIRST && to <= CATALOG_DAY_LAST);
    assert(strlen(catalog_day_text(from, text)) <= 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span typed = fuzz_span(data, size);
    struct people_words people;
    struct facts_words facts;
    struct err err = { 0 };

    typed = span_first(typed, typed.at ? strnlen(typed.at, typed.size) : 0);
    if (people_words_read(typed, &people, &err)) {
        days_check(people.from, people.to);
        match_ask(&INDEX_PEOPLE_BY_NAME, 0, &people.match);
        people_words_clear(&people);
    } else {
        assert(err.kind == ERR_DATA);
    }
    if (facts_words_read(typed, &facts, &err)) {
        days_check(facts.from, facts.to);
        match_ask(&INDEX_CARDS_OF_WORDS, 7, &facts.match);
        match_ask(&INDEX_EXCERPTS, 0, &facts.match);
        match_ask(&INDEX_PAGE_MARKED, 0, &facts.marks);
        facts_words_clear(&facts);
    } else {
        assert(err.kind == ERR_DATA);
    }
    return 0;
}
