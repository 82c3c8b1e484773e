/*
 * seed-half: the seed after four runs of the first importer. It asked for documents without a mark,
 * took fifty at a time, and marked them on the way, so that the pages moved under it. It moved
 * 9,597 documents correctly; for six it stored an error page and marked the document all the same.
 */
#include "sim/data/data.h"

#include "sim/base/chance.h"
#include "sim/data/clinic.h"
#include "sim/data/leftovers.h"

#include "base/mem.h"
#include "base/time.h"

enum { RUNS = 4, PAGE = 50, SECONDS_EACH = 2, WRONG = 6 };

struct half_import {
    const struct clinic *clinic;
    bool *marked;
    struct leftover_mark *marks;
    size_t count;
    int64_t clock;
};

static bool is_readable(const struct clinic *clinic, uint64_t ordinal)
{
    struct content content;

    clinic->ops->content(clinic, ordinal, &content);
    return content_has_bytes(&content) && content.fate == FATE_GOOD;
}

static void mark_add(struct half_import *i, uint64_t ordinal)
{
    i->marked[ordinal] = true;
    i->marks[i->count++] = (struct leftover_mark){ ordinal, i->clock };
}

/* Reads the page at an offset among the documents without a mark. Returns how many it holds. */
static size_t page_of(const struct half_import *i, uint64_t offset, uint64_t page[PAGE])
{
    size_t count = 0;

    for (uint64_t ordinal = 0; ordinal < i->clinic->documents && count < PAGE; ordinal++) {
        if (i->marked[ordinal])
            continue;
        if (offset > 0)
            offset--;
        else
            page[count++] = ordinal;
    }
    return count;
}

static void import_once(struct half_import *i)
{
    uint64_t page[PAGE];
    size_t count;

    for (uint64_t offset = 0; (count = page_of(i, offset, page)) > 0; offset += PAGE) {
        for (size_t n = 0; n < count; n++) {
            i->clock += SECONDS_EACH;
            if (is_readable(i->clinic, page[n]))
                mark_add(i, page[n]);
        }
    }
}

/* Marks the documents of which an error page was stored. */
static void marks_spoil(struct half_import *i)
{
    size_t wrong = 0;

    for (uint64_t ordinal = 0; ordinal < i->clinic->documents && wrong < WRONG; ordinal++) {
        struct content content;

        i->clinic->ops->content(i->clinic, ordinal, &content);
        if (content.fate != FATE_ERROR_PAGE)
            continue;
        i->clock += SECONDS_EACH;
        mark_add(i, ordinal);
        wrong++;
    }
}

static void mark_write(struct table *table, const struct leftover_mark *mark)
{
    auto_str stamp = STR_MAX(64);
    struct cell mark_cell = { .column = DOC_MARK, .repetition = 1 };
    struct cell stamp_cell = { .column = DOC_MODIFIED_AT, .repetition = 1 };

    value_timestamp_text(time_to_utc(mark->at * TIME_SECOND), &stamp);
    mark_cell.text = stamp_cell.text = str_span(&stamp);
    table_commit(table, mark->ordinal,
                 &(struct commit){ .account = "api", .cells = &mark_cell, .count = 1 });
    table_commit(table, mark->ordinal,
                 &(struct commit){ .cells = &stamp_cell, .count = 1, .silent = true });
}

bool data_half(const struct data_options *options, struct span rest, struct solution **solution_r,
               struct err *err)
{
    struct half_import importing = { .count = 0 };
    struct solution *solution;
    const struct clinic *clinic;
    bool good = true;

    if (!data_seed(options, rest, &solution, err))
        return false;
    clinic = importing.clinic = solution->data;
    importing.marked = mem_zero(clinic->documents * sizeof *importing.marked);
    importing.marks = mem_zero(clinic->documents * sizeof *importing.marks);
    for (int run = 0; run < RUNS; run++) {
        importing.clock = (clinic_day(2024, 11, 18) + run) * 86400 + 19 * 3600;
        import_once(&importing);
    }
    marks_spoil(&importing);
    for (size_t i = 0; i < importing.count; i++)
        mark_write(solution_table(solution, "DOCS"), &importing.marks[i]);
    if (options->half_dir)
        good = leftovers_write(options->half_dir, solution, clinic, importing.marks,
                               importing.count, err);
    free(importing.marked);
    free(importing.marks);
    if (good)
        *solution_r = solution;
    else
        solution_free(solution);
    return good;
}
