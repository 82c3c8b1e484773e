/*
 * Any bytes as the description of a solution. What is read can be used: each record of each table
 * can be asked for each of its fields.
 */
#include "fuzz.h"

#include "sim/data/shape.h"

enum { SIZE_MAX_TRIED = 4096, RECORDS_TRIED = 3 };

/* Tables of many digits cost memory and teach nothing. */
static bool has_large_number(struct span text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.size; i++) {
        digits = text.at[i] >= '0' && text.at[i] <= '9' ? digits + 1 : 0;
        if (digits > 3 || (digits && i + 1 < text.size && memchr("KMGTkmgt", text.at[i + 1], 8)))
            return true;
    }
    return false;
}

static void try_table(const struct table *table)
{
    const struct table_plan *plan = table_plan(table);

    for (uint64_t record = 0; record < table_count(table) && record < RECORDS_TRIED; record++) {
        for (unsigned column = 0; column < plan->column_count; column++) {
            auto_str value = STR_MAX(KIB(64));
            auto_content content = { 0 };

            table_value(table, record, column, 1, &value);
            table_content(table, record, column, 1, &content);
            assert(plan->columns[column].type == COLUMN_CONTAINER || !content_has_bytes(&content));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct solution *solution = NULL;
    struct err err = { .kind = ERR_NONE };
    struct span text = fuzz_span(data, size);

    if (size > SIZE_MAX_TRIED || has_large_number(text))
        return 0;
    if (!shape_read(text, "shape", 1, 1, &solution, &err)) {
        assert(err.kind == ERR_USAGE && err.msg[0]);
        return 0;
    }
    assert(solution_layout(solution, span_of(solution->documents)));
    for (size_t i = 0; i < solution->table_count; i++)
        try_table(solution->tables[i]);
    solution_free(solution);
    return 0;
}
