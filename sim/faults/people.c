/* People who add, delete and change documents. */
#include "sim/faults/people.h"

#include "sim/base/chance.h"

#include "base/mem.h"
#include "base/time.h"

enum { VALUE_MAX = 1 << 20, RECORDS_MAX = 100000, PIECE_MEDIAN = 24 << 10 };

/* The layout and table on which people work. */
struct workplace {
    struct sim *sim;
    const struct layout *layout;
    struct table *table;
    int container; /* column; -1: none */
};

static struct workplace workplace_of(struct sim *sim)
{
    struct workplace place = { .sim = sim, .container = -1 };

    place.layout = solution_layout(sim->solution, span_of(sim->solution->documents));
    place.table = solution_table(sim->solution, place.layout->table);
    for (size_t i = 0; place.container < 0 && i < table_plan(place.table)->column_count; i++)
        if (table_plan(place.table)->columns[i].type == COLUMN_CONTAINER)
            place.container = (int)i;
    return place;
}

/* A new random number for each of their choices. */
static uint64_t people_choice(struct sim *sim, uint64_t what)
{
    return chance_of(sim->seed, sim_count(&sim->choices, 1), what);
}

static const char *staff_member(struct sim *sim)
{
    static const char *const staff[] = { "reception", "m.okafor", "s.lindqvist", "t.nakagawa" };

    return staff[chance_below(people_choice(sim, 1), lengthof(staff))];
}

static void people_journal(const struct workplace *place, const char *what, uint64_t ordinal,
                           const char *field, struct span value)
{
    journal_write(place->sim->journal,
                  &(struct effect){ .name = what,
                                    .layout = place->layout->name,
                                    .record_id = table_record_id(place->table, ordinal),
                                    .field = field,
                                    .repetition = field ? 1 : 0,
                                    .value = value,
                                    .has_mod_id = true,
                                    .mod_id = table_mod_id(place->table, ordinal) });
}

/* Calls `change` for each of the records that live; the lock is taken anew for each. */
static void each_record(struct workplace *place, struct people_records records,
                        void (*change)(struct workplace *place, uint64_t ordinal, const void *arg),
                        const void *arg)
{
    uint64_t count = records.some ? records.some : records.last - records.first + 1;

    for (uint64_t i = 0; i < count && i < RECORDS_MAX; i++) {
        uint64_t ordinal, living;
        bool there;

        solution_write_lock(place->sim->solution);
        living = table_count(place->table);
        there = living > 0;
        if (records.some && there)
            ordinal =
                table_select(place->table, chance_below(people_choice(place->sim, 2), living));
        else
            there = table_find_id(place->table, records.first + i, &ordinal);
        if (there)
            change(place, ordinal, arg);
        solution_unlock(place->sim->solution);
    }
}

/* --- files ---------------------------------------------------------------------------------- */

static struct content new_file(struct sim *sim, enum file_type type, uint32_t version)
{
    uint64_t seed = people_choice(sim, 3);
    struct content content = { .store = STORE_EMBEDDED,
                               .from = FROM_FILLER,
                               .type = type,
                               .version = version,
                               .seed = seed,
                               .size = 2048 + chance_size(~seed, PIECE_MEDIAN, 0.8) };

    (void)snprintf(content.name, sizeof content.name, "Scan %08jx%s", (uintmax_t)(seed >> 32),
                   file_type_suffix(type));
    return content;
}

static void file_put(const struct workplace *place, uint64_t ordinal, const struct content *content,
                     bool silent)
{
    struct cell cell = { .column = (unsigned)place->container,
                         .repetition = 1,
                         .content = content };

    table_commit(
        place->table, ordinal,
        &(struct commit){
            .account = staff_member(place->sim), .cells = &cell, .count = 1, .silent = silent });
}

/* --- changes -------------------------------------------------------------------------------- */

void people_insert(struct sim *sim, uint64_t count)
{
    struct workplace place = workplace_of(sim);

    for (uint64_t i = 0; i < count; i++) {
        struct content content = new_file(sim, FILE_PDF, 0);
        uint64_t ordinal;

        solution_write_lock(sim->solution);
        ordinal = table_create(place.table, staff_member(sim), true);
        if (place.container >= 0)
            file_put(&place, ordinal, &content, true);
        people_journal(&place, "create", ordinal, NULL, SPAN_NONE);
        solution_unlock(sim->solution);
    }
}

static void delete_one(struct workplace *place, uint64_t ordinal, const void *arg)
{
    (void)arg;
    people_journal(place, "delete", ordinal, NULL, SPAN_NONE);
    table_delete(place->table, ordinal);
}

void people_delete(struct sim *sim, struct people_records records)
{
    struct workplace place = workplace_of(sim);

    each_record(&place, records, delete_one, NULL);
}

/* Whether people type into the field: it is plain and has other values to offer. */
static bool is_typed_in(const struct column *column)
{
    return column->make && column->auto_enter == AUTO_NONE && !column->fixed
           && !column->is_calculation && !column->is_summary && column->type != COLUMN_CONTAINER;
}

static const struct column *some_column(const struct workplace *place, unsigned *index_r)
{
    const struct table_plan *plan = table_plan(place->table);
    size_t start = chance_below(people_choice(place->sim, 4), plan->column_count);

    for (size_t i = 0; i < plan->column_count; i++) {
        *index_r = (unsigned)((start + i) % plan->column_count);
        if (is_typed_in(&plan->columns[*index_r]))
            return &plan->columns[*index_r];
    }
    return NULL;
}

static void edit_one(struct workplace *place, uint64_t ordinal, const void *arg)
{
    auto_str value = STR_MAX(VALUE_MAX);
    unsigned index;
    const struct column *column = some_column(place, &index);
    uint64_t other =
        chance_below(people_choice(place->sim, 5), table_plan(place->table)->count + 1);
    struct make_context making = { place->table, column, other, 1 };
    struct cell cell;

    (void)arg;
    if (!column)
        return;
    column->make(&making, &value);
    cell = (struct cell){ .column = index, .repetition = 1, .text = str_span(&value) };
    table_commit(
        place->table, ordinal,
        &(struct commit){ .account = staff_member(place->sim), .cells = &cell, .count = 1 });
    people_journal(place, "edit", ordinal, column->name, value.at ? str_span(&value) : span_of(""));
}

void people_edit(struct sim *sim, struct people_records records)
{
    struct workplace place = workplace_of(sim);

    each_record(&place, records, edit_one, NULL);
}

static void replace_one(struct workplace *place, uint64_t ordinal, const void *arg)
{
    auto_content before = { 0 };
    struct content after;

    (void)arg;
    table_content(place->table, ordinal, (unsigned)place->container, 1, &before);
    after = new_file(place->sim, before.type == FILE_OTHER ? FILE_PDF : before.type,
                     before.version + 1);
    if (content_has_bytes(&before))
        after.store = before.store;
    file_put(place, ordinal, &after, false);
    people_journal(place, "replace", ordinal,
                   table_plan(place->table)->columns[place->container].name, SPAN_NONE);
}

void people_replace(struct sim *sim, struct people_records records)
{
    struct workplace place = workplace_of(sim);

    if (place.container >= 0)
        each_record(&place, records, replace_one, NULL);
}

static void hold_one(struct workplace *place, uint64_t ordinal, const void *arg)
{
    table_hold(place->table, ordinal, time_mono_us() + *(const int64_t *)arg);
}

void people_hold(struct sim *sim, struct people_records records, int64_t wait_us)
{
    struct workplace place = workplace_of(sim);

    each_record(&place, records, hold_one, &wait_us);
}

void people_arrive(struct sim *sim)
{
    uint64_t arrived = 0;

    solution_write_lock(sim->solution);
    for (size_t i = 0; i < sim->solution->table_count; i++)
        arrived += table_arrive(sim->solution->tables[i]);
    solution_unlock(sim->solution);
    journal_write(sim->journal,
                  &(struct effect){ .name = "patients-arrive", .has_size = true, .size = arrived });
}

/* --- spoiling containers -------------------------------------------------------------------- */

struct spoil_job {
    const struct content_state *to;
    unsigned column, repetition;
};

static void spoil_one(struct workplace *place, uint64_t ordinal, const void *arg)
{
    const struct spoil_job *spoiling = arg;
    auto_content content = { 0 };
    struct cell cell = { .column = spoiling->column,
                         .repetition = spoiling->repetition,
                         .content = &content };

    table_content(place->table, ordinal, spoiling->column, spoiling->repetition, &content);
    if (content.store == STORE_EMPTY && spoiling->to->store != STORE_EMPTY)
        content = new_file(place->sim, FILE_PDF, 0);
    content.fate = spoiling->to->fate;
    if (!spoiling->to->keep_store)
        content.store = spoiling->to->store;
    table_commit(place->table, ordinal,
                 &(struct commit){ .cells = &cell, .count = 1, .silent = true });
}

void people_content(struct sim *sim, struct people_records records, const char *field,
                    unsigned repetition, const struct content_state *content)
{
    struct workplace place = workplace_of(sim);
    int column = field ? table_column(place.table, span_of(field)) : place.container;
    struct spoil_job spoiling = { content, (unsigned)column, repetition };

    if (column >= 0)
        each_record(&place, records, spoil_one, &spoiling);
}

/* --- at their own pace ---------------------------------------------------------------------- */

struct people_worker {
    struct sim *sim;
    int per_minute;
    void (*once)(struct sim *sim);
};

static void insert_once(struct sim *sim)
{
    people_insert(sim, 1);
}

static void delete_once(struct sim *sim)
{
    people_delete(sim, (struct people_records){ .some = 1 });
}

static void edit_once(struct sim *sim)
{
    people_edit(sim, (struct people_records){ .some = 1 });
}

static void replace_once(struct sim *sim)
{
    people_replace(sim, (struct people_records){ .some = 1 });
}

static int64_t people_worker_run(void *arg)
{
    const struct people_worker *worker = arg;

    worker->once(worker->sim);
    return 60 * (int64_t)TIME_SECOND / worker->per_minute;
}

static void people_worker_start(struct sim *sim, int per_minute, void (*once)(struct sim *sim))
{
    struct people_worker *worker;

    if (!per_minute)
        return;
    worker = mem_new(struct people_worker);
    *worker = (struct people_worker){ sim, per_minute, once };
    timers_add(sim->timers, 60 * (int64_t)TIME_SECOND / per_minute, people_worker_run, free,
               worker);
}

void people_start(struct sim *sim, const struct people_rates *rates)
{
    people_worker_start(sim, rates->inserts, insert_once);
    people_worker_start(sim, rates->deletes, delete_once);
    people_worker_start(sim, rates->edits, edit_once);
    people_worker_start(sim, rates->replaces, replace_once);
}
