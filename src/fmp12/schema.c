/* Reads tables and fields. Their names may be long values: those in Japanese mostly are. */
#include "fmp12/schema.h"

#include "base/mem.h"
#include "fmp12/entry.h"
#include "fmp12/items.h"

/* [3].[16].[5] has the tables, [table].[3].[5] its fields; each has its name under 16. */
enum { PLACE_SCHEMA = 3, PLACE_TABLES = 16, PLACE_ITEMS = 5, KEY_FLAGS = 2, KEY_NAME = 16 };
enum { TABLES_FROM = 129, NAME_BYTES_MAX = 64 * 1024, GROWN_BY = 64 };

/* Within a field's flags. */
enum { FLAG_TYPE = 1, FLAG_STORAGE = 9, FLAG_PLACE = 10, FLAG_REPETITIONS = 24, FLAGS_SIZE = 26 };
enum { STORAGE_GLOBAL = 0x01, PLACE_EXTERNAL = 0x30 };

/* The n-th of an array that grows by whole blocks. */
#define GROWN(array, count)                                                                        \
    ((count) % GROWN_BY ? (array) : mem_grow((array), ((count) + GROWN_BY) * sizeof *(array)))

static void table_clear(struct fmp12_table *table)
{
    for (size_t i = 0; i < table->field_count; i++)
        free(table->fields[i].name);
    free(table->fields);
    free(table->name);
}

void fmp12_schema_clear(struct fmp12_schema *schema)
{
    for (size_t i = 0; i < schema->table_count; i++)
        table_clear(&schema->tables[i]);
    free(schema->tables);
    *schema = (struct fmp12_schema){ 0 };
}

static bool name_read(const struct fmp12_item *item, char **name, struct err *err)
{
    auto_str text = STR_MAX(NAME_BYTES_MAX);
    bool repaired = false;

    if (!fmp12_item_text(item, &text, &repaired, err))
        return err_ctx(err, "the name of %ju", (uintmax_t)item->number);
    free(*name);
    *name = str_take(&text);
    if (!*name)
        *name = mem_text("");
    return true;
}

static void flags_read(struct fmp12_field *field, struct span flags)
{
    if (flags.size < FLAGS_SIZE)
        return;
    field->type = (uint8_t)flags.at[FLAG_TYPE];
    field->is_global = flags.at[FLAG_STORAGE] & STORAGE_GLOBAL;
    field->is_external = field->type == FMP12_CONTAINER
                         && (flags.at[FLAG_PLACE] & PLACE_EXTERNAL) == PLACE_EXTERNAL;
    field->repetitions = (uint16_t)fmp12_u16(span_from(flags, FLAG_REPETITIONS));
}

static struct fmp12_field *field_last(struct fmp12_table *table, uint32_t number)
{
    size_t count = table->field_count;

    if (count && table->fields[count - 1].number == number)
        return &table->fields[count - 1];
    table->fields = GROWN(table->fields, count);
    table->fields[count] = (struct fmp12_field){ .number = number, .name = mem_text("") };
    table->field_count++;
    return &table->fields[count];
}

static bool fields_read(const struct fmp12_file *file, struct fmp12_table *table, struct err *err)
{
    static const char keys[] = { KEY_FLAGS, KEY_NAME };
    auto_fmp12_items *items = NULL;
    struct fmp12_path top = { 0 };
    struct fmp12_item item;
    enum step step;

    fmp12_path_push_number(&top, table->number);
    fmp12_path_push_number(&top, PLACE_SCHEMA);
    fmp12_path_push_number(&top, PLACE_ITEMS);
    if (!fmp12_items_open(file, &top, (struct span){ keys, sizeof keys }, &items, err))
        return false;
    while ((step = fmp12_items_next(items, &item, err)) == STEP_ROW) {
        struct fmp12_field *field = field_last(table, item.number);

        if (fmp12_key_is(item.key, KEY_NAME) && !name_read(&item, &field->name, err))
            return false;
        if (fmp12_key_is(item.key, KEY_FLAGS) && !item.is_long)
            flags_read(field, item.bytes);
    }
    return step == STEP_END;
}

static struct fmp12_table *table_last(struct fmp12_schema *schema, uint32_t number)
{
    size_t count = schema->table_count;

    if (count && schema->tables[count - 1].number == number)
        return &schema->tables[count - 1];
    schema->tables = GROWN(schema->tables, count);
    schema->tables[count] = (struct fmp12_table){ .number = number, .name = mem_text("") };
    schema->table_count++;
    return &schema->tables[count];
}

static bool tables_read(const struct fmp12_file *file, struct fmp12_schema *schema, struct err *err)
{
    static const char name_key[] = { KEY_NAME };
    auto_fmp12_items *items = NULL;
    struct fmp12_path top = { 0 };
    struct fmp12_item item;
    enum step step;

    fmp12_path_push_number(&top, PLACE_SCHEMA);
    fmp12_path_push_number(&top, PLACE_TABLES);
    fmp12_path_push_number(&top, PLACE_ITEMS);
    if (!fmp12_items_open(file, &top, (struct span){ name_key, 1 }, &items, err))
        return false;
    while ((step = fmp12_items_next(items, &item, err)) == STEP_ROW)
        if (item.number >= TABLES_FROM
            && !name_read(&item, &table_last(schema, item.number)->name, err))
            return false;
    return step == STEP_END;
}

bool fmp12_schema_read(const struct fmp12_file *file, struct fmp12_schema *schema_r,
                       struct err *err)
{
    auto_fmp12_schema schema = { 0 };

    if (!tables_read(file, &schema, err))
        return err_ctx(err, "the list of tables");
    for (size_t i = 0; i < schema.table_count; i++)
        if (!fields_read(file, &schema.tables[i], err))
            return err_ctx(err, "the fields of table %ju", (uintmax_t)schema.tables[i].number);
    *schema_r = schema;
    schema = (struct fmp12_schema){ 0 };
    return true;
}

const char *fmp12_type_name(uint8_t type)
{
    static const char *const names[] = { "unknown", "text",      "number",   "date",
                                         "time",    "timestamp", "container" };

    return names[type < lengthof(names) ? type : 0];
}

const struct fmp12_field *fmp12_field_of(const struct fmp12_table *table, uint32_t number)
{
    size_t from = 0, to = table->field_count; /* they ascend */

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (table->fields[middle].number == number)
            return &table->fields[middle];
        if (table->fields[middle].number < number)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}
