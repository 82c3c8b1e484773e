/* Sorting a found set: by keys made once, unless the records are in order already. */
#include "sim/api/found.h"

#include "base/mem.h"

enum { VALUE_MAX = 1 << 20 };

/* The key of one record for one sort field, ready to be compared. */
struct sort_key {
    bool empty, is_number;
    int64_t number;
    size_t at, size; /* of its text in the pool */
};

struct sorting {
    const struct solution *solution;
    const struct layout *layout;
    const struct page_sort *sorts;
    size_t count;
    struct sort_key *keys; /* `count` for each place */
    struct str pool;
    uint64_t *ordinals;
};

static size_t list_place(const struct value_list *list, struct span value)
{
    for (size_t i = 0; i < list->count; i++)
        if (span_is(value, list->values[i]))
            return i;
    return list->count;
}

static void key_of(struct sorting *s, const struct page_sort *sort, struct span value,
                   enum column_type type, struct sort_key *key)
{
    *key = (struct sort_key){ .empty = value.size == 0, .at = s->pool.size };
    if (sort->by_list)
        key->number = (int64_t)list_place(sort->by_list, value);
    else if (type == COLUMN_TEXT)
        value_fold(value, &s->pool);
    else if (type == COLUMN_NUMBER)
        key->is_number = value_number(value, &s->pool);
    else
        key->empty = !value_seconds(type, value, &key->number);
    key->size = s->pool.size - key->at;
}

static void sort_value(const struct sorting *s, const struct table *table,
                       const struct page_sort *sort, uint64_t ordinal, struct str *to)
{
    const struct shown *shown = sort->shown;
    const struct relation *relation;
    uint64_t other;

    if (!shown->relation) {
        table_value(table, ordinal, shown->column, 1, to);
        return;
    }
    relation = solution_relation(s->solution, shown->relation);
    if (relation_record(s->solution, relation, table, ordinal, 0, &other))
        table_value(solution_table(s->solution, relation->table), other, shown->column, 1, to);
}

static enum column_type sort_type(const struct sorting *s, const struct page_sort *sort)
{
    const struct table *table = shown_table(s->solution, s->layout, sort->shown->relation);

    return table_plan(table)->columns[sort->shown->column].type;
}

static int key_compare(const struct sorting *s, const struct page_sort *sort,
                       const struct sort_key *a, const struct sort_key *b)
{
    struct span x = span_first(span_from(str_span(&s->pool), a->at), a->size);
    struct span y = span_first(span_from(str_span(&s->pool), b->at), b->size);
    int order;

    if (a->empty || b->empty)
        order = (int)b->empty - (int)a->empty;
    else if (a->number != b->number)
        order = a->number < b->number ? -1 : 1;
    else if (a->is_number)
        order = value_decimal_compare(x, y);
    else
        order = value_folded_compare(x, y);
    return sort->descend ? -order : order;
}

static int place_compare(const void *a, const void *b, void *arg)
{
    const struct sorting *s = arg;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    for (size_t i = 0; i < s->count; i++) {
        int order =
            key_compare(s, &s->sorts[i], &s->keys[x * s->count + i], &s->keys[y * s->count + i]);

        if (order)
            return order;
    }
    return (x > y) - (x < y); /* as they were made */
}

static void keys_make(struct sorting *s, const struct table *table, size_t size)
{
    auto_str value = STR_MAX(VALUE_MAX);

    for (size_t place = 0; place < size; place++) {
        for (size_t i = 0; i < s->count; i++) {
            str_reset(&value);
            sort_value(s, table, &s->sorts[i], s->ordinals[place], &value);
            key_of(s, &s->sorts[i], str_span(&value), sort_type(s, &s->sorts[i]),
                   &s->keys[place * s->count + i]);
        }
    }
}

static void order_take(struct sorting *s, struct found *found, size_t size)
{
    size_t *places = mem_zero(size * sizeof *places);
    uint64_t *order = mem_zero(size * sizeof *order);

    for (size_t i = 0; i < size; i++)
        places[i] = i;
    qsort_r(places, size, sizeof *places, place_compare, s);
    for (size_t i = 0; i < size; i++)
        order[i] = s->ordinals[places[i]];
    found_reorder(found, order);
    free(places);
}

/* Sorted by one field whose values rise with the records: nothing to do but perhaps turn round. */
static bool is_in_order(const struct found *found, const struct page_sort *sorts, size_t count)
{
    const struct column *column = &table_plan(found_table(found))->columns[sorts[0].shown->column];

    return count == 1 && !sorts[0].shown->relation && !sorts[0].by_list
           && column->order == ORDER_ASCENDING && column->unique
           && !table_exceptions(found_table(found), sorts[0].shown->column);
}

void found_sort(struct found *found, const struct solution *solution, const struct layout *layout,
                const struct page_sort *sorts, size_t count)
{
    size_t size = (size_t)found_count(found);
    struct sorting s = { .solution = solution,
                         .layout = layout,
                         .sorts = sorts,
                         .count = count,
                         .pool = STR_MAX(SIZE_MAX / 2) };

    if (!count || !size)
        return;
    if (is_in_order(found, sorts, count)) {
        if (sorts[0].descend)
            found_turn(found);
        return;
    }
    s.keys = mem_zero(size * count * sizeof *s.keys);
    s.ordinals = mem_zero(size * sizeof *s.ordinals);
    for (size_t i = 0; i < size; i++)
        s.ordinals[i] = found_at(found, i);
    keys_make(&s, found_table(found), size);
    order_take(&s, found, size);
    free(s.keys);
    free(s.ordinals);
    str_clear(&s.pool);
}
