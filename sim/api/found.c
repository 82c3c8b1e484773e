/*
 * Finding records. If all criteria of a request follow the order in which records are made, the
 * found set is a range of ordinals, found by bisection. Otherwise the range is narrowed as far as
 * possible and each record in it is compared; a bit for each record keeps the result.
 */
#include "sim/api/found.h"

#include "sim/file/places.h"

#include "base/mem.h"

enum { VALUE_MAX = 1 << 20 };

struct found {
    const struct table *table;
    bool is_range; /* the living records of from .. to-1 */
    uint64_t from, to, count;
    struct places *bits; /* otherwise, unless sorted: a bit for each ordinal */
    uint64_t *order;     /* sorted: ordinals */
    bool backwards;      /* in descending order of the records */
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

static void found_free(struct found *found)
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
struct duplicate_set {
    uint64_t *hashes;
    size_t count;
};

static struct duplicate_set duplicates_of(const struct table *table, unsigned column)
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
    return (struct duplicate_set){ hashes, kept };
}

static bool duplicates_have(const struct duplicate_set *twins, struct span value)
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
    struct duplicate_set duplicates[QUERY_CRITERIA_MAX];
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
        return duplicates_have(&s->duplicates[index], str_span(&s->value));
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
static uint64_t order_bisect(struct search *s, const struct query_criterion *item, int least)
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
    uint64_t first = order_bisect(s, item, 0);

    s->to = order_bisect(s, item, 1);
    s->from = first;
}

/* A value from which its record can be computed. */
static bool narrow_by_value(struct search *s, const struct query_criterion *item)
{
    struct make_context making = { s->table, item->column, 0, 1 };
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

static void search_narrow(struct search *s)
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

static void duplicates_prepare(struct search *s)
{
    for (size_t i = 0; i < s->request->count && s->from < s->to; i++) {
        const struct query_criterion *item = &s->request->criteria[i];

        if (item->criterion.kind == CRITERION_DUPLICATES && !item->relation)
            s->duplicates[i] = duplicates_of(s->table, item->shown->column);
    }
}

static void search_clear(struct search *s)
{
    for (size_t i = 0; i < lengthof(s->duplicates); i++)
        free(s->duplicates[i].hashes);
    str_clear(&s->value);
}

static void match_into(struct search *s, uint64_t ordinal, bool add, struct places *bits)
{
    if (places_is_live(bits, ordinal) != add && record_matches(s, ordinal))
        places_set(bits, ordinal, add);
}

/* Compares the records with written values, for which the narrowing does not hold. */
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

    duplicates_prepare(s);
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

    search_narrow(&s);
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

/* A query that only omits begins with all records. */
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

const struct table *found_table(const struct found *found)
{
    return found->table;
}

void found_reorder(struct found *found, uint64_t *order)
{
    free(found->order);
    found->order = order;
}

void found_turn(struct found *found)
{
    found->backwards = !found->backwards;
}
