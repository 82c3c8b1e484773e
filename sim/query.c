/*
 * Finding. A request whose criteria all follow the order in which records are made is a range of
 * ordinals, found by bisection; otherwise the range is narrowed as far as it goes and what is left
 * is looked at one by one, into a bit per record.
 */
#include "sim/query.h"

#include "sim/codes.h"
#include "sim/places.h"

#include "base/mem.h"

enum { VALUE_MAX = 1 << 20 };

/* --- reading a query ------------------------------------------------------------------------ */

static bool refuse(struct query *query, int code, const char *problem)
{
    query->code = code;
    (void)snprintf(query->problem, sizeof query->problem, "%s", problem);
    return false;
}

static struct time_civil today(void)
{
    return time_to_zone(time_now_us());
}

static bool criterion_add(struct query *query, const struct solution *solution,
                          const struct switches *switches, const struct layout *layout,
                          const struct json_value *member)
{
    struct query_request *request = &query->requests[query->count - 1];
    struct query_criterion *item = &request->criteria[request->count];
    const struct shown *shown = layout_shown(layout, member->name);
    int code;

    if (!shown || shown->no_access)
        return refuse(query, CODE_FIELD_MISSING, "");
    if (shown->relation && switch_of(switches, SWITCH_FIND_RELATED) == SWITCHED_YES)
        return refuse(query, CODE_FIELD_MISSING, "");
    if (request->count == QUERY_CRITERIA_MAX
        || (member->kind != JSON_TEXT && member->kind != JSON_NUMBER))
        return refuse(query, CODE_PARAMETER_INVALID, "Find criteria are invalid.");
    *item = (struct query_criterion){
        .shown = shown,
        .relation = shown->relation ? solution_relation(solution, shown->relation) : NULL,
        .table = shown_table(solution, layout, shown->relation),
    };
    item->column = &table_plan(item->table)->columns[shown->column];
    if (item->column->type == COLUMN_CONTAINER
        && switch_of(switches, SWITCH_FIND_CONTAINER) == SWITCHED_YES)
        return refuse(query, CODE_FIELD_MISSING, "");
    if (item->column->is_global)
        return refuse(query, CODE_FIELD_TYPE, "");
    code = criterion_read(item->column->type, member->text, switches, today(), &item->criterion);
    if (code)
        return refuse(query, code, "");
    request->count++;
    return true;
}

static bool omit_read(struct query *query, const struct switches *switches,
                      const struct json_value *member)
{
    struct query_request *request = &query->requests[query->count - 1];

    if (member->kind != JSON_TEXT && member->kind != JSON_BOOL)
        return refuse(query, CODE_PARAMETER_INVALID, "Value of parameter 'omit' is invalid.");
    if (member->kind == JSON_BOOL && switch_of(switches, SWITCH_OMIT_BOOLEAN) == SWITCHED_YES)
        return refuse(query, CODE_PARAMETER_INVALID, "Value of parameter 'omit' is invalid.");
    request->omit = span_is(member->text, "true");
    return true;
}

static bool request_add(struct query *query, const struct solution *solution,
                        const struct switches *switches, const struct layout *layout,
                        const struct json_value *object)
{
    struct query_request *request;

    if (object->kind != JSON_OBJECT || query->count == QUERY_REQUESTS_MAX)
        return refuse(query, CODE_PARAMETER_INVALID, "Parameter 'query' is invalid.");
    request = &query->requests[query->count++];
    request->criteria = mem_zero(QUERY_CRITERIA_MAX * sizeof *request->criteria);
    json_each (member, object) {
        if (span_is(member->name, "omit")) {
            if (!omit_read(query, switches, member))
                return false;
        } else if (!span_is(member->text, "")
                   && !criterion_add(query, solution, switches, layout, member)) {
            return false;
        }
    }
    return request->count > 0 || refuse(query, CODE_CRITERIA_EMPTY, "");
}

bool query_read(struct query *query, const struct solution *solution,
                const struct switches *switches, const struct layout *layout,
                const struct json_value *array)
{
    bool only_omits = true;

    *query = (struct query){ .count = 0 };
    query->requests = mem_zero(QUERY_REQUESTS_MAX * sizeof *query->requests);
    if (!array || array->kind != JSON_ARRAY)
        return refuse(query, CODE_PARAMETER_MISSING, "Parameter 'query' is missing.");
    if (array->count == 0)
        return refuse(query, CODE_CRITERIA_EMPTY, "");
    json_each (object, array)
        if (!request_add(query, solution, switches, layout, object))
            return false;
    for (size_t i = 0; i < query->count; i++)
        only_omits = only_omits && query->requests[i].omit;
    if (only_omits && switch_of(switches, SWITCH_OMIT_ONLY) == SWITCHED_YES)
        return refuse(query, CODE_CRITERIA_EMPTY, "");
    return true;
}

void query_clear(struct query *query)
{
    for (size_t i = 0; query->requests && i < query->count; i++) {
        struct query_request *request = &query->requests[i];

        for (size_t j = 0; j < request->count; j++)
            criterion_clear(&request->criteria[j].criterion);
        free(request->criteria);
    }
    free(query->requests);
    query->requests = NULL;
}

/* --- found sets ----------------------------------------------------------------------------- */

struct found {
    const struct table *table;
    bool is_range; /* the living records of from .. to-1 */
    uint64_t from, to, count;
    struct places *bits; /* otherwise, unless sorted: a bit for each ordinal */
    uint64_t *order;     /* sorted: ordinals */
    bool backwards;      /* sorted by what already is in order */
};

static struct found *found_range(const struct table *table, uint64_t from, uint64_t to)
{
    struct found *found = mem_new(struct found);

    if (to < from)
        to = from;
    *found = (struct found){ .table = table, .is_range = true, .from = from, .to = to };
    found->count = table_rank(table, to) - table_rank(table, from);
    return found;
}

struct found *found_all(const struct table *table)
{
    return found_range(table, 0, table_size(table));
}

struct found *found_one(const struct table *table, uint64_t ordinal)
{
    return found_range(table, ordinal, ordinal + 1);
}

void found_free(struct found *found)
{
    if (!found)
        return;
    places_free(found->bits);
    free(found->order);
    free(found);
}

void auto_found_cleanup(struct found **found)
{
    found_free(*found);
}

uint64_t found_count(const struct found *found)
{
    return found->count;
}

uint64_t found_at(struct found *found, uint64_t place)
{
    if (found->order)
        return found->order[place];
    if (found->backwards)
        place = found->count - 1 - place;
    if (found->is_range)
        return table_select(found->table, table_rank(found->table, found->from) + place);
    return places_select(found->bits, place);
}

/* --- matching one record -------------------------------------------------------------------- */

static bool repetitions_match(const struct query_criterion *item, uint64_t ordinal,
                              struct str *value)
{
    unsigned last = item->column->repetitions ? item->column->repetitions : 1;

    for (unsigned repetition = 1; repetition <= last; repetition++) {
        str_reset(value);
        table_value(item->table, ordinal, item->shown->column, repetition, value);
        if (criterion_matches(&item->criterion, str_span(value)))
            return true;
    }
    return false;
}

static bool related_matches(const struct solution *solution, const struct table *table,
                            const struct query_criterion *item, uint64_t ordinal, struct str *value)
{
    uint64_t other;

    for (size_t nth = 0; relation_record(solution, item->relation, table, ordinal, nth, &other);
         nth++)
        if (repetitions_match(item, other, value))
            return true;
    return false;
}

/* --- duplicates ----------------------------------------------------------------------------- */

static uint64_t value_hash(struct span value)
{
    uint64_t hash = 0xCBF29CE484222325u;

    for (size_t i = 0; i < value.size; i++)
        hash = (hash ^ (uint8_t)value.at[i]) * 0x100000001B3u;
    return hash | 1;
}

static int hash_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The hashes of values that occur more than once, sorted. */
struct twins {
    uint64_t *hashes;
    size_t count;
};

static struct twins twins_of(const struct table *table, unsigned column)
{
    uint64_t size = table_size(table);
    uint64_t *hashes = mem_zero((size_t)size * sizeof *hashes);
    auto_str value = STR_MAX(VALUE_MAX), folded = STR_MAX(VALUE_MAX * 4);
    size_t all = 0, kept = 0;

    for (uint64_t i = 0; i < size; i++) {
        if (!table_is_live(table, i))
            continue;
        str_reset(&value);
        str_reset(&folded);
        table_value(table, i, column, 1, &value);
        value_fold(str_span(&value), &folded);
        if (folded.size)
            hashes[all++] = value_hash(str_span(&folded));
    }
    qsort(hashes, all, sizeof *hashes, hash_compare);
    for (size_t i = 1; i < all; i++)
        if (hashes[i] == hashes[i - 1] && (!kept || hashes[kept - 1] != hashes[i]))
            hashes[kept++] = hashes[i];
    return (struct twins){ hashes, kept };
}

static bool twins_have(const struct twins *twins, struct span value)
{
    auto_str folded = STR_MAX(VALUE_MAX * 4);
    uint64_t hash;

    value_fold(value, &folded);
    hash = value_hash(str_span(&folded));
    return value.size && twins->count
           && bsearch(&hash, twins->hashes, twins->count, sizeof hash, hash_compare);
}

/* --- one request ---------------------------------------------------------------------------- */

struct search {
    const struct solution *solution;
    const struct table *table;
    const struct query_request *request;
    uint64_t from, to; /* ordinals that can match by their made values */
    bool exact;        /* all of them do */
    struct twins twins[QUERY_CRITERIA_MAX];
    struct str value;
};

static bool item_matches(struct search *s, size_t index, uint64_t ordinal)
{
    const struct query_criterion *item = &s->request->criteria[index];

    if (item->criterion.kind == CRITERION_DUPLICATES && item->relation)
        return false;
    if (item->criterion.kind == CRITERION_DUPLICATES) {
        str_reset(&s->value);
        table_value(s->table, ordinal, item->shown->column, 1, &s->value);
        return twins_have(&s->twins[index], str_span(&s->value));
    }
    if (item->relation)
        return related_matches(s->solution, s->table, item, ordinal, &s->value);
    return repetitions_match(item, ordinal, &s->value);
}

static bool record_matches(struct search *s, uint64_t ordinal)
{
    if (!table_is_live(s->table, ordinal))
        return false;
    for (size_t i = 0; i < s->request->count; i++)
        if (!item_matches(s, i, ordinal))
            return false;
    return true;
}

static int side_at(struct search *s, const struct query_criterion *item, uint64_t ordinal)
{
    str_reset(&s->value);
    table_value(s->table, ordinal, item->shown->column, 1, &s->value);
    return criterion_side(&item->criterion, str_span(&s->value));
}

/* The first ordinal of from .. to whose side is at least `least`. */
static uint64_t bisect(struct search *s, const struct query_criterion *item, int least)
{
    uint64_t low = s->from, high = s->to;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (side_at(s, item, middle) >= least)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void narrow_by_order(struct search *s, const struct query_criterion *item)
{
    uint64_t first = bisect(s, item, 0);

    s->to = bisect(s, item, 1);
    s->from = first;
}

/* A value that can be led back to its record. */
static bool narrow_by_value(struct search *s, const struct query_criterion *item)
{
    struct making making = { s->table, item->column, 0, 1 };
    auto_str text = STR_MAX(VALUE_MAX);
    uint64_t ordinal;

    if (!item->column->unique || !item->column->find || !criterion_exact(&item->criterion, &text))
        return false;
    if (item->column->find(&making, str_span(&text), &ordinal) && ordinal >= s->from
        && ordinal < s->to) {
        s->from = ordinal;
        s->to = ordinal + 1;
    } else if (text.size == 36) { /* a whole id that was never made */
        s->to = s->from;
    } else {
        return false;
    }
    return true;
}

static void narrow(struct search *s)
{
    s->exact = true;
    for (size_t i = 0; i < s->request->count; i++) {
        const struct query_criterion *item = &s->request->criteria[i];
        bool own = !item->relation;

        if (own && item->column->order == ORDER_ASCENDING
            && item->criterion.kind == CRITERION_BETWEEN
            && !table_exceptions(s->table, item->shown->column)) {
            narrow_by_order(s, item);
        } else if (own && item->criterion.kind == CRITERION_DUPLICATES && item->column->unique
                   && !table_exceptions(s->table, item->shown->column)) {
            s->to = s->from;
        } else {
            s->exact = false;
            if (own)
                (void)narrow_by_value(s, item);
        }
    }
}

static void twins_prepare(struct search *s)
{
    for (size_t i = 0; i < s->request->count && s->from < s->to; i++) {
        const struct query_criterion *item = &s->request->criteria[i];

        if (item->criterion.kind == CRITERION_DUPLICATES && !item->relation)
            s->twins[i] = twins_of(s->table, item->shown->column);
    }
}

static void search_clear(struct search *s)
{
    for (size_t i = 0; i < lengthof(s->twins); i++)
        free(s->twins[i].hashes);
    str_clear(&s->value);
}

static void match_into(struct search *s, uint64_t ordinal, bool add, struct places *bits)
{
    if (places_is_live(bits, ordinal) != add && record_matches(s, ordinal))
        places_set(bits, ordinal, add);
}

/* Records whose value was written by somebody lie outside what the narrowing assumed. */
static void exceptions_match(struct search *s, bool add, struct places *bits)
{
    for (size_t i = 0; i < s->request->count; i++) {
        const struct query_criterion *item = &s->request->criteria[i];

        if (item->relation)
            continue;
        for (size_t n = 0; n < table_exceptions(s->table, item->shown->column); n++)
            match_into(s, table_exception(s->table, item->shown->column, n), add, bits);
    }
}

static void search_into(struct search *s, struct places *bits)
{
    bool add = !s->request->omit;

    twins_prepare(s);
    for (uint64_t i = s->from; i < s->to; i++)
        match_into(s, i, add, bits);
    if (!s->exact)
        exceptions_match(s, add, bits);
}

static struct search search_of(const struct solution *solution, const struct table *table,
                               const struct query_request *request)
{
    struct search s = { .solution = solution,
                        .table = table,
                        .request = request,
                        .to = table_size(table),
                        .value = STR_MAX(VALUE_MAX) };

    narrow(&s);
    return s;
}

static struct places *no_bits(const struct table *table)
{
    return places_none(table_size(table));
}

static struct found *found_bits(const struct table *table, struct places *bits)
{
    struct found *found = mem_new(struct found);

    *found = (struct found){ .table = table, .bits = bits, .count = places_count(bits) };
    return found;
}

/* A query of omissions alone begins with all records. */
static struct places *first_bits(const struct table *table, const struct query *query)
{
    struct places *bits = no_bits(table);

    for (size_t i = 0; i < query->count; i++)
        if (!query->requests[i].omit)
            return bits;
    for (uint64_t i = 0; i < table_size(table); i++)
        places_set(bits, i, table_is_live(table, i));
    return bits;
}

struct found *found_by(const struct solution *solution, const struct table *table,
                       const struct query *query)
{
    struct places *bits;

    if (query->count == 1 && !query->requests[0].omit) {
        struct search s = search_of(solution, table, &query->requests[0]);

        if (s.exact) {
            search_clear(&s);
            return found_range(table, s.from, s.to);
        }
        search_clear(&s);
    }
    bits = first_bits(table, query);
    for (size_t i = 0; i < query->count; i++) {
        struct search s = search_of(solution, table, &query->requests[i]);

        search_into(&s, bits);
        search_clear(&s);
    }
    return found_bits(table, bits);
}

struct found *found_filter(struct found *found, bool (*keep)(void *arg, uint64_t ordinal),
                           void *arg)
{
    const struct table *table = found->table;
    struct places *bits = no_bits(table);

    for (uint64_t i = 0; i < found->count; i++) {
        uint64_t ordinal = found_at(found, i);

        if (keep(arg, ordinal))
            places_set(bits, ordinal, true);
    }
    found_free(found);
    return found_bits(table, bits);
}

/* --- sorting -------------------------------------------------------------------------------- */

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

    for (size_t i = 0; i < size; i++)
        places[i] = i;
    qsort_r(places, size, sizeof *places, place_compare, s);
    found->order = mem_zero(size * sizeof *found->order);
    for (size_t i = 0; i < size; i++)
        found->order[i] = s->ordinals[places[i]];
    free(places);
}

/* Sorted by one field whose values rise with the records: nothing to do but perhaps turn round. */
static bool is_in_order(const struct found *found, const struct page_sort *sorts, size_t count)
{
    const struct column *column = &table_plan(found->table)->columns[sorts[0].shown->column];

    return count == 1 && !sorts[0].shown->relation && !sorts[0].by_list
           && column->order == ORDER_ASCENDING && column->unique
           && !table_exceptions(found->table, sorts[0].shown->column);
}

void found_sort(struct found *found, const struct solution *solution, const struct layout *layout,
                const struct page_sort *sorts, size_t count)
{
    size_t size = (size_t)found->count;
    struct sorting s = { .solution = solution,
                         .layout = layout,
                         .sorts = sorts,
                         .count = count,
                         .pool = STR_MAX(SIZE_MAX / 2) };

    if (!count || !size)
        return;
    if (is_in_order(found, sorts, count)) {
        found->backwards = sorts[0].descend;
        return;
    }
    s.keys = mem_zero(size * count * sizeof *s.keys);
    s.ordinals = mem_zero(size * sizeof *s.ordinals);
    for (size_t i = 0; i < size; i++)
        s.ordinals[i] = found_at(found, i);
    keys_make(&s, found->table, size);
    order_take(&s, found, size);
    free(s.keys);
    free(s.ordinals);
    str_clear(&s.pool);
}
