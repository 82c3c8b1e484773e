/* Records of a table: made ones, and over them the changed ones. */
#include "sim/file/table.h"

#include "sim/base/chance.h"
#include "sim/base/map.h"
#include "sim/file/places.h"

#include "base/mem.h"
#include "base/time.h"

#include <assert.h>

/* A changed record: its cells follow one another, each a head and its text. */
struct changed_row {
    uint32_t mod_id;
    bool made; /* fields without a cell are computed */
    size_t size;
    char cells[];
};

struct cell_head {
    uint16_t column, repetition;
    uint32_t size;
};

struct exceptions {
    uint64_t *ordinals;
    size_t count, room;
};

struct hold {
    struct hold *next;
    uint64_t ordinal;
    int64_t until_us;
};

struct table {
    const struct table_plan *plan;
    struct places *places;
    struct map *rows;              /* ordinal -> struct row *                        */
    struct map *contents;          /* ordinal, column, repetition -> struct content * */
    struct exceptions *exceptions; /* per column */
    struct hold *holds;
};

struct table *table_new(const struct table_plan *plan)
{
    struct table *t = mem_new(struct table);

    assert(plan->hidden <= plan->count && plan->count < UINT32_MAX);
    t->plan = plan;
    t->places = places_new(plan->count);
    t->rows = map_new();
    t->contents = map_new();
    t->exceptions = mem_zero(plan->column_count * sizeof *t->exceptions);
    for (uint64_t i = plan->count - plan->hidden; i < plan->count; i++)
        places_set(t->places, i, false);
    return t;
}

static void content_release(void *content)
{
    content_clear(content);
    free(content);
}

void table_free(struct table *t)
{
    if (!t)
        return;
    while (t->holds) {
        struct hold *hold = t->holds;

        t->holds = hold->next;
        free(hold);
    }
    for (size_t i = 0; i < t->plan->column_count; i++)
        free(t->exceptions[i].ordinals);
    free(t->exceptions);
    map_free(t->rows, free);
    map_free(t->contents, content_release);
    places_free(t->places);
    free(t);
}

const struct table_plan *table_plan(const struct table *t)
{
    return t->plan;
}

int table_column(const struct table *t, struct span name)
{
    for (size_t i = 0; i < t->plan->column_count; i++)
        if (span_is(name, t->plan->columns[i].name))
            return (int)i;
    return -1;
}

uint64_t table_size(const struct table *t)
{
    return places_size(t->places);
}

uint64_t table_count(const struct table *t)
{
    return places_count(t->places);
}

bool table_is_live(const struct table *t, uint64_t ordinal)
{
    return places_is_live(t->places, ordinal);
}

uint64_t table_select(const struct table *t, uint64_t position)
{
    return places_select(t->places, position);
}

uint64_t table_rank(const struct table *t, uint64_t ordinal)
{
    return places_rank(t->places, ordinal);
}

/* --- record ids ----------------------------------------------------------------------------- */

static uint64_t gap_of(const struct table *t)
{
    return t->plan->gap ? t->plan->gap : 1;
}

uint64_t table_record_id(const struct table *t, uint64_t ordinal)
{
    uint64_t gap = gap_of(t);

    return 1 + ordinal * gap + chance_below(chance_of(t->plan->seed, ordinal, 301), gap);
}

bool table_find_id(const struct table *t, uint64_t record_id, uint64_t *ordinal_r)
{
    uint64_t ordinal = (record_id - 1) / gap_of(t);

    if (record_id == 0 || !places_is_live(t->places, ordinal)
        || table_record_id(t, ordinal) != record_id)
        return false;
    *ordinal_r = ordinal;
    return true;
}

/* --- reading -------------------------------------------------------------------------------- */

static const struct changed_row *row_of(const struct table *t, uint64_t ordinal)
{
    return map_get(t->rows, ordinal);
}

static bool is_made(const struct table *t, uint64_t ordinal, const struct changed_row *row)
{
    return row ? row->made : ordinal < t->plan->count;
}

static uint32_t made_mod_id(const struct table *t, uint64_t ordinal)
{
    return (uint32_t)chance_below(chance_of(t->plan->seed, ordinal, 306), 6);
}

uint32_t table_mod_id(const struct table *t, uint64_t ordinal)
{
    const struct changed_row *row = row_of(t, ordinal);

    return row ? row->mod_id : made_mod_id(t, ordinal);
}

static bool cell_next(const struct changed_row *row, size_t *at, struct cell_head *head,
                      struct span *text)
{
    if (*at >= row->size)
        return false;
    memcpy(head, row->cells + *at, sizeof *head);
    *text = (struct span){ row->cells + *at + sizeof *head, head->size };
    *at += sizeof *head + head->size;
    return true;
}

static bool cell_find(const struct changed_row *row, unsigned column, unsigned repetition,
                      struct span *text_r)
{
    struct cell_head head;
    size_t at = 0;

    while (cell_next(row, &at, &head, text_r))
        if (head.column == column && head.repetition == repetition)
            return true;
    return false;
}

void table_value(const struct table *t, uint64_t ordinal, unsigned column, unsigned repetition,
                 struct str *to)
{
    const struct column *about = &t->plan->columns[column];
    const struct changed_row *row = row_of(t, ordinal);
    struct make_context making = { t, about, ordinal, repetition };
    struct span text;

    if (about->auto_enter == AUTO_RECORD)
        str_printf(to, "%ju", (uintmax_t)table_record_id(t, ordinal));
    else if (row && cell_find(row, column, repetition, &text))
        str_add_span(to, text);
    else if (about->make && (is_made(t, ordinal, row) || about->auto_enter == AUTO_ID))
        about->make(&making, to);
}

static uint64_t content_key(uint64_t ordinal, unsigned column, unsigned repetition)
{
    return ordinal << 24 | (uint64_t)column << 12 | repetition;
}

void table_content(const struct table *t, uint64_t ordinal, unsigned column, unsigned repetition,
                   struct content *content_r)
{
    const struct column *about = &t->plan->columns[column];
    const struct content *changed = map_get(t->contents, content_key(ordinal, column, repetition));
    struct make_context making = { t, about, ordinal, repetition };

    if (changed) {
        *content_r = content_copy(changed);
        return;
    }
    *content_r = (struct content){ .store = STORE_EMPTY };
    if (about->fill && is_made(t, ordinal, row_of(t, ordinal)))
        about->fill(&making, content_r);
}

size_t table_exceptions(const struct table *t, unsigned column)
{
    return t->exceptions[column].count;
}

uint64_t table_exception(const struct table *t, unsigned column, size_t index)
{
    return t->exceptions[column].ordinals[index];
}

/* --- writing -------------------------------------------------------------------------------- */

static bool exception_is_listed(const struct exceptions *list, uint64_t ordinal)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->ordinals[i] == ordinal)
            return true;
    return false;
}

static void exception_add(struct exceptions *list, uint64_t ordinal)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 16;
        list->ordinals = mem_grow(list->ordinals, list->room * sizeof *list->ordinals);
    }
    list->ordinals[list->count++] = ordinal;
}

static bool is_ordered(const struct column *column)
{
    return column->order != ORDER_NONE || column->unique || column->find;
}

static void cell_add(struct str *cells, unsigned column, unsigned repetition, struct span text)
{
    struct cell_head head = { (uint16_t)column, (uint16_t)repetition, (uint32_t)text.size };

    str_add(cells, &head, sizeof head);
    str_add_span(cells, text);
}

static const struct cell *cell_among(const struct commit *commit, unsigned column,
                                     unsigned repetition)
{
    for (size_t i = 0; i < commit->count; i++)
        if (commit->cells[i].column == column && commit->cells[i].repetition == repetition)
            return &commit->cells[i];
    return NULL;
}

/* Rebuilds the cells of a record: those that stay, then those of the commit. */
static void row_rewrite(struct table *t, uint64_t ordinal, const struct commit *commit,
                        uint32_t mod_id, bool made)
{
    auto_str cells = STR_MAX(UINT32_MAX);
    void **slot = map_slot(t->rows, ordinal);
    struct changed_row *old = *slot, *row;
    struct cell_head head;
    struct span text;
    size_t at = 0;

    while (old && cell_next(old, &at, &head, &text))
        if (!cell_among(commit, head.column, head.repetition))
            cell_add(&cells, head.column, head.repetition, text);
    for (size_t i = 0; i < commit->count; i++)
        if (!commit->cells[i].content)
            cell_add(&cells, commit->cells[i].column, commit->cells[i].repetition,
                     commit->cells[i].text);
    row = mem_grow(NULL, sizeof *row + cells.size);
    row->mod_id = mod_id;
    row->made = made;
    row->size = cells.size;
    if (cells.size)
        memcpy(row->cells, cells.at, cells.size);
    free(old);
    *slot = row;
}

static void contents_put(struct table *t, uint64_t ordinal, const struct commit *commit)
{
    for (size_t i = 0; i < commit->count; i++) {
        const struct cell *cell = &commit->cells[i];
        void **slot;

        if (!cell->content)
            continue;
        slot = map_slot(t->contents, content_key(ordinal, cell->column, cell->repetition));
        if (*slot)
            content_release(*slot);
        *slot = mem_new(struct content);
        *(struct content *)*slot = content_copy(cell->content);
    }
}

/* Notes that the made order of a column no longer holds for a record; called before the change. */
static void exceptions_note(struct table *t, uint64_t ordinal, const struct commit *commit)
{
    const struct changed_row *row = row_of(t, ordinal);

    for (size_t i = 0; i < commit->count; i++) {
        unsigned column = commit->cells[i].column;
        struct exceptions *list = &t->exceptions[column];
        struct span before;

        if (!is_ordered(&t->plan->columns[column]))
            continue;
        if (!row || !cell_find(row, column, 1, &before) || !exception_is_listed(list, ordinal))
            exception_add(list, ordinal);
    }
}

enum { STAMPS_MAX = 16 };

struct stamps {
    struct cell cells[STAMPS_MAX];
    size_t count;
    char now[TIME_TEXT_SIZE];
};

static void stamp_add(struct stamps *stamps, unsigned column, const char *text)
{
    if (stamps->count < STAMPS_MAX)
        stamps->cells[stamps->count++] = (struct cell){ column, 1, span_of(text), NULL };
}

static void stamps_now(struct stamps *stamps)
{
    auto_str now = STR_MAX(TIME_TEXT_SIZE - 1);

    value_timestamp_text(time_to_zone(time_now_us()), &now);
    memcpy(stamps->now, str_text(&now), now.size + 1);
}

static void stamps_make(const struct table *t, const char *account, bool created,
                        struct stamps *stamps)
{
    stamps_now(stamps);
    for (unsigned i = 0; i < t->plan->column_count; i++) {
        switch (t->plan->columns[i].auto_enter) {
        case AUTO_MODIFIED_AT:
            stamp_add(stamps, i, stamps->now);
            break;
        case AUTO_MODIFIED_BY:
            stamp_add(stamps, i, account);
            break;
        case AUTO_CREATED_AT:
            if (created)
                stamp_add(stamps, i, stamps->now);
            break;
        case AUTO_CREATED_BY:
            if (created)
                stamp_add(stamps, i, account);
            break;
        case AUTO_NONE:
        case AUTO_ID:
        case AUTO_RECORD:
            break;
        }
    }
}

static void commit_as(struct table *t, uint64_t ordinal, const struct commit *commit,
                      uint32_t mod_id)
{
    bool made = is_made(t, ordinal, row_of(t, ordinal));

    exceptions_note(t, ordinal, commit);
    row_rewrite(t, ordinal, commit, mod_id, made);
    contents_put(t, ordinal, commit);
}

void table_commit(struct table *t, uint64_t ordinal, const struct commit *commit)
{
    uint32_t mod_id = table_mod_id(t, ordinal);
    struct stamps stamps = { 0 };

    if (commit->silent) {
        commit_as(t, ordinal, commit, mod_id);
        return;
    }
    stamps_make(t, commit->account, false, &stamps);
    row_rewrite(t, ordinal, &(struct commit){ .cells = stamps.cells, .count = stamps.count },
                mod_id, is_made(t, ordinal, row_of(t, ordinal)));
    commit_as(t, ordinal, commit, mod_id + 1);
}

uint64_t table_create(struct table *t, const char *account, bool made)
{
    uint64_t ordinal = places_add(t->places);
    struct stamps stamps = { 0 };

    stamps_make(t, account, true, &stamps);
    row_rewrite(t, ordinal, &(struct commit){ .cells = stamps.cells, .count = stamps.count }, 0,
                made);
    return ordinal;
}

static void contents_drop(struct table *t, uint64_t ordinal)
{
    for (unsigned column = 0; column < t->plan->column_count; column++) {
        unsigned repetitions = t->plan->columns[column].repetitions;

        for (unsigned i = 1; i <= (repetitions ? repetitions : 1); i++) {
            uint64_t key = content_key(ordinal, column, i);

            if (!map_get(t->contents, key))
                continue;
            content_release(map_get(t->contents, key));
            *map_slot(t->contents, key) = NULL;
        }
    }
}

void table_delete(struct table *t, uint64_t ordinal)
{
    places_set(t->places, ordinal, false);
    contents_drop(t, ordinal);
    if (row_of(t, ordinal)) {
        free(map_get(t->rows, ordinal));
        *map_slot(t->rows, ordinal) = NULL;
    }
}

uint64_t table_arrive(struct table *t)
{
    uint64_t before = places_count(t->places);

    for (uint64_t i = t->plan->count - t->plan->hidden; i < t->plan->count; i++)
        places_set(t->places, i, true);
    return places_count(t->places) - before;
}

/* --- records that somebody has open --------------------------------------------------------- */

static void holds_drop(struct table *t, int64_t now_us)
{
    struct hold **at = &t->holds;

    while (*at) {
        struct hold *hold = *at;

        if (hold->until_us > now_us) {
            at = &hold->next;
            continue;
        }
        *at = hold->next;
        free(hold);
    }
}

void table_hold(struct table *t, uint64_t ordinal, int64_t until_us)
{
    struct hold *hold = mem_new(struct hold);

    holds_drop(t, time_mono_us());
    *hold = (struct hold){ t->holds, ordinal, until_us };
    t->holds = hold;
}

bool table_is_held(const struct table *t, uint64_t ordinal)
{
    for (const struct hold *hold = t->holds; hold; hold = hold->next)
        if (hold->ordinal == ordinal && time_mono_us() < hold->until_us)
            return true;
    return false;
}
