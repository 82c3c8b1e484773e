/* Reading a description, line by line, into the structs that a solution is made of. */
#include "sim/data/shape.h"

#include "sim/base/chance.h"
#include "sim/data/shape_reader.h"

#include "base/mem.h"

static void shape_free(void *data)
{
    struct shape *shape = data;

    for (size_t i = 0; i < shape->table_count; i++)
        free(shape->tables[i]);
    for (size_t i = 0; i < shape->layout_count; i++) {
        for (size_t j = 0; j < PORTALS_MAX; j++)
            free(shape->layout_parts[i]->portal_rows[j]);
        free(shape->layout_parts[i]);
    }
    for (size_t i = 0; i < shape->kept_count; i++)
        free(shape->kept[i]);
    free(shape->kept);
    free(shape);
}

/* --- tables and relations ------------------------------------------------------------------- */

static bool table_line(struct shape_reader *r)
{
    struct shape *shape = r->shape;
    struct described_table *table;

    if (shape->table_count == TABLES_MAX)
        return reader_too_many(r, "tables", TABLES_MAX);
    table = mem_new(struct described_table);
    shape->tables[shape->table_count++] = table;
    table->plan.columns = table->columns;
    table->plan.gap = r->record_gap;
    if (!reader_text(r, "the name of a table", &table->plan.name)
        || !reader_number(r, &table->plan.count))
        return false;
    if (table->plan.count > 100000000)
        return err_set(r->err, ERR_USAGE, 0, "a table has at most 100,000,000 records");
    table->plan.seed = chance_of_text(r->seed, span_of(table->plan.name));
    return true;
}

static struct described_table *table_named(const struct shape *shape, struct span name)
{
    for (size_t i = 0; i < shape->table_count; i++)
        if (span_is(name, shape->tables[i]->plan.name))
            return shape->tables[i];
    return NULL;
}

static bool column_named(const struct described_table *table, struct span name, unsigned *column_r)
{
    for (unsigned i = 0; i < table->plan.column_count; i++) {
        if (span_is(name, table->columns[i].name)) {
            *column_r = i;
            return true;
        }
    }
    return false;
}

/* TABLE.FIELD */
static bool place_word(struct shape_reader *r, struct described_table **table_r, unsigned *column_r)
{
    struct span found = reader_word(r), field = found;
    struct span name = span_cut(&field, '.');

    *table_r = table_named(r->shape, name);
    return (*table_r && column_named(*table_r, field, column_r))
           || reader_error(r, "a TABLE.FIELD that was described before", found);
}

static bool relation_line(struct shape_reader *r)
{
    struct shape *shape = r->shape;
    struct relation *relation = &shape->relations[shape->relation_count];
    struct described_table *from, *to;

    if (shape->relation_count == RELATIONS_MAX)
        return reader_too_many(r, "relations", RELATIONS_MAX);
    if (!reader_text(r, "the name of an occurrence", &relation->occurrence))
        return false;
    if (!reader_word_is(r, "from"))
        return reader_error(r, "'from'", reader_word(r));
    if (!place_word(r, &from, &relation->own))
        return false;
    if (!reader_word_is(r, "to"))
        return reader_error(r, "'to'", reader_word(r));
    if (!place_word(r, &to, &relation->other))
        return false;
    relation->table = to->plan.name;
    shape->relation_from[shape->relation_count++] = from->plan.name;
    return true;
}

/* --- layouts -------------------------------------------------------------------------------- */

static struct layout *last_layout(struct shape_reader *r)
{
    struct shape *shape = r->shape;

    if (!shape->layout_count)
        return NULL;
    return &shape->layouts[shape->layout_count - 1];
}

static struct described_layout *last_parts(struct shape_reader *r)
{
    return r->shape->layout_parts[r->shape->layout_count - 1];
}

static bool layout_line(struct shape_reader *r)
{
    struct shape *shape = r->shape;
    struct layout *layout = &shape->layouts[shape->layout_count];
    struct span found;

    if (shape->layout_count == LAYOUTS_MAX)
        return reader_too_many(r, "layouts", LAYOUTS_MAX);
    if (!reader_text(r, "the name of a layout", &layout->name))
        return false;
    if (!reader_word_is(r, "of"))
        return reader_error(r, "'of'", reader_word(r));
    if (!reader_text(r, "a table", &layout->table))
        return false;
    if (!table_named(shape, span_of(layout->table)))
        return reader_error(r, "a table that was described before", span_of(layout->table));
    layout->occurrence = layout->table;
    shape->layout_parts[shape->layout_count++] = mem_new(struct described_layout);
    layout->shown = last_parts(r)->shown;
    layout->portals = last_parts(r)->portals;
    if (reader_word_is(r, "as") && !reader_text(r, "an occurrence", &layout->occurrence))
        return false;
    if (reader_word_is(r, "in") && !reader_text(r, "a folder", &layout->folder))
        return false;
    found = reader_word(r);
    return !found.at || reader_error(r, "'as OCCURRENCE' or 'in FOLDER'", found);
}

static const struct relation *relation_named(const struct shape *shape, struct span name)
{
    for (size_t i = 0; i < shape->relation_count; i++)
        if (span_is(name, shape->relations[i].occurrence))
            return &shape->relations[i];
    return NULL;
}

static const char *relation_start(const struct shape *shape, const struct relation *relation)
{
    return shape->relation_from[relation - shape->relations];
}

/*
 * FIELD of the table, or OCCURRENCE::FIELD of a relation that starts from it.
 *   through   the relation of a portal, whose own fields its rows show; NULL on a layout
 */
static bool shown_word(struct shape_reader *r, const char *from, const struct relation *through,
                       struct shown *shown)
{
    const struct relation *relation = NULL;
    struct described_table *table;
    struct span found, name;
    size_t colons;

    if (!reader_text(r, "a field", &shown->name))
        return false;
    found = name = span_of(shown->name);
    colons = span_find(found, "::");
    if (colons < found.size) {
        relation = relation_named(r->shape, span_first(found, colons));
        if (!relation
            || (relation != through && strcmp(relation_start(r->shape, relation), from) != 0))
            return reader_error(r, "a field of a relation that starts from this table", found);
        shown->relation = relation->occurrence;
        name = span_from(found, colons + 2);
    }
    if (through && !relation)
        return reader_error(r, "a field with its occurrence (ATTACH::File)", found);
    table = table_named(r->shape, span_of(relation ? relation->table : from));
    return column_named(table, name, &shown->column)
           || reader_error(r, "a field of that table", found);
}

static bool shown_options(struct shape_reader *r, struct shown *shown)
{
    for (;;) {
        struct span found = reader_word(r);
        int64_t low, high;

        if (!found.at)
            return true;
        if (span_is(found, "no-access")) {
            shown->no_access = true;
        } else if (span_is(found, "calendar")) {
            shown->display = "calendar";
        } else if (span_is(found, "menu")) {
            shown->display = "popupMenu";
            if (!reader_text(r, "a value list", &shown->value_list))
                return false;
        } else if (span_is(found, "repetitions")) {
            if (!reader_range(r, &low, &high) || low < 1)
                return reader_error(r, "a range of repetitions", found);
            shown->first = (unsigned)low;
            shown->last = (unsigned)high;
        } else {
            return reader_error(
                r, "how a field is shown (no-access, calendar, menu LIST, repetitions 1..3)",
                found);
        }
    }
}

static struct shown *next_shown(struct shape_reader *r)
{
    struct layout *layout = last_layout(r);

    if (!layout) {
        (void)err_set(r->err, ERR_USAGE, 0, "this belongs below a layout");
        return NULL;
    }
    if (layout->shown_count == SHOWN_MAX) {
        (void)reader_too_many(r, "fields on a layout", SHOWN_MAX);
        return NULL;
    }
    return &last_parts(r)->shown[layout->shown_count++];
}

static bool show_line(struct shape_reader *r)
{
    struct shown *shown = next_shown(r);

    return shown && shown_word(r, last_layout(r)->table, NULL, shown) && shown_options(r, shown);
}

static bool deleted_line(struct shape_reader *r)
{
    struct shown *shown = next_shown(r);

    if (!shown)
        return false;
    shown->name = "";
    shown->deleted = true;
    return shown_options(r, shown);
}

/* portal NAME of OCCURRENCE rows N; "-" for a portal without a name */
static bool portal_line(struct shape_reader *r)
{
    struct layout *layout = last_layout(r);
    const struct relation *relation;
    struct portal *portal;
    struct span found;
    uint64_t rows;

    if (!layout || layout->portal_count == PORTALS_MAX)
        return layout ? reader_too_many(r, "portals on a layout", PORTALS_MAX)
                      : err_set(r->err, ERR_USAGE, 0, "a portal belongs below a layout");
    portal = &last_parts(r)->portals[layout->portal_count];
    if (!reader_text(r, "the name of a portal", &portal->name))
        return false;
    if (strcmp(portal->name, "-") == 0)
        portal->name = NULL;
    if (!reader_word_is(r, "of"))
        return reader_error(r, "'of'", reader_word(r));
    found = reader_word(r);
    relation = relation_named(r->shape, found);
    if (!relation || strcmp(relation_start(r->shape, relation), layout->table) != 0)
        return reader_error(r, "a relation that starts from this table", found);
    if (!reader_word_is(r, "rows"))
        return reader_error(r, "'rows'", reader_word(r));
    if (!reader_number(r, &rows))
        return false;
    portal->relation = relation->occurrence;
    portal->rows = (unsigned)rows;
    last_parts(r)->portal_rows[layout->portal_count] = mem_new(struct described_portal);
    portal->shown = last_parts(r)->portal_rows[layout->portal_count++]->rows;
    return true;
}

static bool row_line(struct shape_reader *r)
{
    struct layout *layout = last_layout(r);
    const struct relation *relation;
    struct portal *portal;
    struct shown *shown;

    if (!layout || !layout->portal_count)
        return err_set(r->err, ERR_USAGE, 0, "a row belongs below a portal");
    portal = &last_parts(r)->portals[layout->portal_count - 1];
    if (portal->shown_count == ROWS_MAX)
        return reader_too_many(r, "fields in a portal", ROWS_MAX);
    relation = relation_named(r->shape, span_of(portal->relation));
    shown = &last_parts(r)->portal_rows[layout->portal_count - 1]->rows[portal->shown_count++];
    return shown_word(r, relation->table, relation, shown) && shown_options(r, shown);
}

/* --- value lists, scripts ------------------------------------------------------------------- */

static bool values_line(struct shape_reader *r)
{
    struct value_list *list = &r->shape->lists[r->shape->list_count];

    if (r->shape->list_count == LISTS_MAX)
        return reader_too_many(r, "value lists", LISTS_MAX);
    if (!reader_text(r, "the name of a value list", &list->name)
        || !reader_list(r, (char *const **)&list->values, &list->count))
        return false;
    list->by_field = reader_word_is(r, "by-field");
    r->shape->list_count++;
    return true;
}

static bool script_kind_word(struct shape_reader *r, struct script *script)
{
    struct span found = reader_word(r);
    uint64_t n = 0;

    script->kind = SCRIPT_QUIET;
    if (span_is(found, "separator"))
        script->kind = SCRIPT_SEPARATOR;
    else if (span_is(found, "echo"))
        script->kind = SCRIPT_ECHO;
    else if (span_is(found, "base64") || span_is(found, "base64-rfc4648"))
        script->kind = span_is(found, "base64") ? SCRIPT_BASE64 : SCRIPT_BASE64_RFC4648;
    else if (span_is(found, "fail") || span_is(found, "slow"))
        script->kind = span_is(found, "fail") ? SCRIPT_FAIL : SCRIPT_SLOW;
    else if (!span_is(found, "quiet"))
        return reader_error(
            r, "what a script does (base64 FIELD, echo, fail N, quiet, slow MS, separator)", found);
    if (span_starts(found, "base64"))
        return reader_text(r, "a field", &script->field);
    if (!span_is(found, "fail") && !span_is(found, "slow"))
        return true;
    if (!reader_number(r, &n) || n > 100000)
        return err_set(r->err, ERR_USAGE, 0, "the number of a script is at most 100000");
    script->number = (int)n;
    return true;
}

static bool script_line(struct shape_reader *r)
{
    struct script *script = &r->shape->scripts[r->shape->script_count];

    if (r->shape->script_count == SCRIPTS_MAX)
        return reader_too_many(r, "scripts", SCRIPTS_MAX);
    if (!reader_text(r, "the name of a script", &script->name) || !script_kind_word(r, script))
        return false;
    if (reader_word_is(r, "in") && !reader_text(r, "a folder", &script->folder))
        return false;
    r->shape->script_count++;
    return true;
}

static bool database_line(struct shape_reader *r)
{
    return reader_text(r, "the name of a database", (const char **)&r->shape->database);
}

static bool documents_line(struct shape_reader *r)
{
    return reader_text(r, "a layout", &r->shape->documents);
}

/* --- all lines ------------------------------------------------------------------------------ */

static bool line_read(struct shape_reader *r)
{
    static const struct {
        const char *name;
        bool (*read)(struct shape_reader *r);
    } lines[] = {
        { "database", database_line }, { "table", table_line },   { "field", shape_field_line },
        { "relation", relation_line }, { "layout", layout_line }, { "show", show_line },
        { "deleted", deleted_line },   { "portal", portal_line }, { "row", row_line },
        { "values", values_line },     { "script", script_line }, { "documents", documents_line },
    };
    struct span found = reader_word(r);

    if (!found.at)
        return true;
    for (size_t i = 0; i < lengthof(lines); i++)
        if (span_is(found, lines[i].name))
            return lines[i].read(r);
    return reader_error(
        r,
        "how a line begins (database, table, field, relation, layout, show, deleted, "
        "portal, row, values, script, documents, #)",
        found);
}

/* Finds the targets of fields that refer to others, once all tables are known. */
static bool refs_resolve(struct shape_reader *r)
{
    for (size_t i = 0; i < r->shape->table_count; i++) {
        struct described_table *table = r->shape->tables[i];

        for (size_t c = 0; c < table->plan.column_count; c++) {
            struct described_table *to;
            unsigned column;

            if (!table->refs[c])
                continue;
            r->rest = span_of(table->refs[c]);
            if (!place_word(r, &to, &column))
                return err_ctx(r->err, "%s.%s", table->plan.name, table->columns[c].name);
            if (to->recipes[column].kind != RECIPE_UUID
                && to->recipes[column].kind != RECIPE_SERIAL)
                return err_set(r->err, ERR_USAGE, 0, "%s.%s: a ref leads to a uuid or a serial",
                               table->plan.name, table->columns[c].name);
            table->recipes[c].target = &to->recipes[column];
            table->recipes[c].target_count = to->plan.count;
        }
    }
    return true;
}

static bool shape_is_whole(struct shape_reader *r)
{
    struct shape *shape = r->shape;

    if (!shape->layout_count)
        return err_set(r->err, ERR_USAGE, 0, "there is no layout");
    if (!shape->documents)
        shape->documents = shape->layouts[0].name;
    for (size_t i = 0; i < shape->table_count; i++)
        if (!shape->tables[i]->plan.column_count)
            return err_set(r->err, ERR_USAGE, 0, "the table %s has no field",
                           shape->tables[i]->plan.name);
    for (size_t i = 0; i < shape->layout_count; i++)
        if (strcmp(shape->layouts[i].name, shape->documents) == 0)
            return refs_resolve(r);
    return err_set(r->err, ERR_USAGE, 0, "documents: there is no layout %s", shape->documents);
}

static struct solution *shape_solution(struct shape *shape)
{
    struct solution *solution = solution_new(shape->database ? shape->database : "Clinic");

    for (size_t i = 0; i < shape->table_count; i++)
        (void)solution_add(solution, &shape->tables[i]->plan);
    solution->relations = shape->relations;
    solution->relation_count = shape->relation_count;
    solution->layouts = shape->layouts;
    solution->layout_count = shape->layout_count;
    solution->value_lists = shape->lists;
    solution->value_list_count = shape->list_count;
    solution->scripts = shape->scripts;
    solution->script_count = shape->script_count;
    solution->documents = shape->documents;
    solution->data = shape;
    solution->data_free = shape_free;
    return solution;
}

bool shape_read(struct span text, const char *name, uint64_t seed, unsigned record_gap,
                struct solution **solution_r, struct err *err)
{
    struct shape *shape = mem_new(struct shape);
    struct shape_reader r = { .shape = shape, .seed = seed, .record_gap = record_gap, .err = err };
    bool good = true;

    for (unsigned number = 1; good && text.at; number++) {
        r.rest = span_cut(&text, '\n');
        good = line_read(&r) || err_ctx(err, "%s, line %u", name, number);
    }
    good = good && (shape_is_whole(&r) || err_ctx(err, "%s", name));
    if (good)
        *solution_r = shape_solution(shape);
    else
        shape_free(shape);
    return good;
}
