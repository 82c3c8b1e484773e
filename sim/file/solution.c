/* Finding the parts of a solution by name, and following relations. */
#include "sim/file/solution.h"

#include "base/mem.h"

#include <assert.h>
#include <strings.h>

struct solution *solution_new(const char *database)
{
    struct solution *solution = mem_new(struct solution);
    pthread_rwlockattr_t attributes;

    solution->database = database;
    (void)pthread_rwlockattr_init(&attributes);
    (void)pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    (void)pthread_rwlock_init(&solution->lock, &attributes);
    (void)pthread_rwlockattr_destroy(&attributes);
    return solution;
}

void solution_free(struct solution *solution)
{
    if (!solution)
        return;
    for (size_t i = 0; i < solution->table_count; i++)
        table_free(solution->tables[i]);
    if (solution->data_free)
        solution->data_free(solution->data);
    (void)pthread_rwlock_destroy(&solution->lock);
    free(solution);
}

struct table *solution_add(struct solution *solution, const struct table_plan *plan)
{
    assert(solution->table_count < SOLUTION_TABLES_MAX);
    solution->tables[solution->table_count] = table_new(plan);
    return solution->tables[solution->table_count++];
}

void solution_read_lock(struct solution *solution)
{
    (void)pthread_rwlock_rdlock(&solution->lock);
}

void solution_write_lock(struct solution *solution)
{
    (void)pthread_rwlock_wrlock(&solution->lock);
}

void solution_unlock(struct solution *solution)
{
    (void)pthread_rwlock_unlock(&solution->lock);
}

struct table *solution_table(const struct solution *solution, const char *name)
{
    for (size_t i = 0; i < solution->table_count; i++)
        if (strcmp(table_plan(solution->tables[i])->name, name) == 0)
            return solution->tables[i];
    return NULL;
}

size_t solution_table_index(const struct solution *solution, const struct table *table)
{
    for (size_t i = 0; i < solution->table_count; i++)
        if (solution->tables[i] == table)
            return i;
    abort();
}

const struct layout *solution_layout(const struct solution *solution, struct span name)
{
    for (size_t i = 0; i < solution->layout_count; i++)
        if (span_is(name, solution->layouts[i].name))
            return &solution->layouts[i];
    return NULL;
}

const struct relation *solution_relation(const struct solution *solution, const char *occurrence)
{
    for (size_t i = 0; i < solution->relation_count; i++)
        if (strcmp(solution->relations[i].occurrence, occurrence) == 0)
            return &solution->relations[i];
    return NULL;
}

const struct value_list *solution_value_list(const struct solution *solution, const char *name)
{
    for (size_t i = 0; name && i < solution->value_list_count; i++)
        if (strcmp(solution->value_lists[i].name, name) == 0)
            return &solution->value_lists[i];
    return NULL;
}

const struct script *solution_script(const struct solution *solution, struct span name)
{
    for (size_t i = 0; i < solution->script_count; i++)
        if (solution->scripts[i].kind != SCRIPT_SEPARATOR
            && span_is(name, solution->scripts[i].name))
            return &solution->scripts[i];
    return NULL;
}

struct table *shown_table(const struct solution *solution, const struct layout *layout,
                          const char *relation)
{
    if (!relation)
        return solution_table(solution, layout->table);
    return solution_table(solution, solution_relation(solution, relation)->table);
}

unsigned shown_first(const struct shown *shown)
{
    return shown->first ? shown->first : 1;
}

unsigned shown_last(const struct shown *shown, const struct column *column)
{
    if (shown->last)
        return shown->last;
    return column->repetitions ? column->repetitions : 1;
}

/* --- relations ------------------------------------------------------------------------------ */

struct relation_walk {
    const struct table *to;
    unsigned column;
    struct span key;
    size_t skip, seen;
    uint64_t found;
};

static bool walk_matches(const struct relation_walk *walk, uint64_t ordinal)
{
    auto_str value = STR_MAX(KIB(64));

    if (!table_is_live(walk->to, ordinal))
        return false;
    table_value(walk->to, ordinal, walk->column, 1, &value);
    return value.size == walk->key.size
           && (value.size == 0 || strncasecmp(value.at, walk->key.at, value.size) == 0);
}

/* Visits one record; true when it is the one that was asked for. */
static bool walk_sees(struct relation_walk *walk, uint64_t ordinal)
{
    if (!walk_matches(walk, ordinal))
        return false;
    walk->found = ordinal;
    return walk->seen++ == walk->skip;
}

/* A key from which the record can be computed needs no search. */
static bool walk_direct(struct relation_walk *walk)
{
    const struct column *column = &table_plan(walk->to)->columns[walk->column];
    struct make_context making = { walk->to, column, 0, 1 };
    uint64_t ordinal;

    if (column->find(&making, walk->key, &ordinal) && walk_sees(walk, ordinal))
        return true;
    for (size_t i = 0; i < table_exceptions(walk->to, walk->column); i++)
        if (walk_sees(walk, table_exception(walk->to, walk->column, i)))
            return true;
    return false;
}

static bool walk_all(struct relation_walk *walk)
{
    for (uint64_t i = 0; i < table_count(walk->to); i++)
        if (walk_sees(walk, table_select(walk->to, i)))
            return true;
    return false;
}

static bool walk_to(const struct solution *solution, const struct relation *relation,
                    const struct table *from, uint64_t ordinal, struct relation_walk *walk)
{
    auto_str key = STR_MAX(KIB(64));

    walk->to = solution_table(solution, relation->table);
    walk->column = relation->other;
    table_value(from, ordinal, relation->own, 1, &key);
    walk->key = str_span(&key);
    if (!key.size)
        return false;
    return table_plan(walk->to)->columns[walk->column].find ? walk_direct(walk) : walk_all(walk);
}

bool relation_record(const struct solution *solution, const struct relation *relation,
                     const struct table *from, uint64_t ordinal, size_t nth, uint64_t *ordinal_r)
{
    struct relation_walk walk = { .skip = nth };

    if (!walk_to(solution, relation, from, ordinal, &walk))
        return false;
    *ordinal_r = walk.found;
    return true;
}

size_t relation_count(const struct solution *solution, const struct relation *relation,
                      const struct table *from, uint64_t ordinal)
{
    struct relation_walk walk = { .skip = SIZE_MAX };

    (void)walk_to(solution, relation, from, ordinal, &walk);
    return walk.seen;
}
