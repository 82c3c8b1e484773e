/* The lines of fields: type, recipe, options. */
#include "sim/data/shape_reader.h"

#include "sim/base/chance.h"

static bool file_recipe(struct shape_reader *r, struct recipe *recipe)
{
    static const struct {
        const char *name;
        enum file_type type;
    } types[] = { { "pdf", FILE_PDF },   { "jpeg", FILE_JPEG },  { "png", FILE_PNG },
                  { "tiff", FILE_TIFF }, { "heic", FILE_HEIC },  { "text", FILE_TEXT },
                  { "html", FILE_HTML }, { "xls", FILE_XLS },    { "json", FILE_JSON },
                  { "gzip", FILE_GZIP }, { "other", FILE_OTHER } };
    struct span found = reader_word(r);
    struct content_state stored;
    size_t i = 0;

    while (i < lengthof(types) && !span_is(found, types[i].name))
        i++;
    if (i == lengthof(types))
        return reader_error(
            r, "a kind of file (pdf, jpeg, png, tiff, heic, text, html, xls, json, gzip, other)",
            found);
    *recipe =
        (struct recipe){ .kind = RECIPE_CONTAINER, .type = types[i].type, .store = STORE_EMBEDDED };
    if (!reader_number(r, &recipe->size))
        return false;
    if (reader_word_is(r, "stored")) {
        found = reader_word(r);
        if (!content_state_read(found, &stored) || stored.keep_store)
            return reader_error(r, "how a file is stored (embedded, secured, open, ...)", found);
        recipe->store = stored.store;
    }
    return !reader_word_is(r, "missing") || reader_percent(r, &recipe->missing);
}

static bool recipe_words(struct shape_reader *r, struct recipe *recipe, const char **ref)
{
    static const struct {
        const char *name;
        enum recipe_kind kind;
        enum { NOTHING, ONE, RANGE, YEARS, TEXT, LIST, REF } takes;
    } names[] = {
        { "empty", RECIPE_EMPTY, NOTHING },       { "uuid", RECIPE_UUID, NOTHING },
        { "serial", RECIPE_SERIAL, ONE },         { "const", RECIPE_CONST, TEXT },
        { "choice", RECIPE_CHOICE, LIST },        { "words", RECIPE_WORDS, RANGE },
        { "first-name", RECIPE_FIRST, NOTHING },  { "last-name", RECIPE_LAST, NOTHING },
        { "street", RECIPE_STREET, NOTHING },     { "number", RECIPE_NUMBER, RANGE },
        { "decimal", RECIPE_DECIMAL, RANGE },     { "big", RECIPE_BIG, NOTHING },
        { "mixed", RECIPE_MIXED, RANGE },         { "date", RECIPE_DATE, YEARS },
        { "timestamp", RECIPE_TIMESTAMP, YEARS }, { "created", RECIPE_CREATED, YEARS },
        { "account", RECIPE_ACCOUNT, NOTHING },   { "ref", RECIPE_REF, REF },
    };
    struct span found = reader_word(r);
    uint64_t first;

    if (span_is(found, "file"))
        return file_recipe(r, recipe);
    for (size_t i = 0; i < lengthof(names); i++) {
        if (!span_is(found, names[i].name))
            continue;
        recipe->kind = names[i].kind;
        switch (names[i].takes) {
        case NOTHING:
            return true;
        case ONE:
            if (!reader_number(r, &first))
                return false;
            recipe->low = (int64_t)first;
            return true;
        case RANGE:
            return reader_range(r, &recipe->low, &recipe->high);
        case YEARS:
            return reader_years(r, &recipe->low, &recipe->high);
        case TEXT:
            return reader_text(r, "a text", (const char **)&recipe->text);
        case LIST:
            return reader_list(r, &recipe->choices, &recipe->choice_count);
        case REF:
            return reader_text(r, "TABLE.FIELD", ref);
        }
    }
    return reader_error(
        r, "how values are made (uuid, serial N, choice A|B, words 1..9, file pdf 20K, ...)",
        found);
}

static bool type_word(struct shape_reader *r, enum column_type *type_r)
{
    struct span found = reader_word(r);

    for (enum column_type type = COLUMN_TEXT; type <= COLUMN_CONTAINER; type++) {
        if (span_is_nocase(found, column_type_name(type))) {
            *type_r = type;
            return true;
        }
    }
    return reader_error(r, "a type (text, number, date, time, timestamp, container)", found);
}

/* Reads a word that sets one property of a field; false if it is none. */
static bool flag_word(struct column *column, struct span found)
{
    static const struct {
        const char *name;
        size_t offset;
    } flags[] = { { "global", offsetof(struct column, is_global) },
                  { "calculation", offsetof(struct column, is_calculation) },
                  { "summary", offsetof(struct column, is_summary) },
                  { "not-empty", offsetof(struct column, not_empty) },
                  { "not-empty-entry", offsetof(struct column, not_empty_entry) },
                  { "fixed", offsetof(struct column, fixed) } };
    static const struct {
        const char *name;
        enum column_auto auto_enter;
    } entered[] = { { "created-by", AUTO_CREATED_BY },
                    { "created-at", AUTO_CREATED_AT },
                    { "modified-by", AUTO_MODIFIED_BY },
                    { "modified-at", AUTO_MODIFIED_AT },
                    { "record-id", AUTO_RECORD } };

    for (size_t i = 0; i < lengthof(flags); i++) {
        if (span_is(found, flags[i].name)) {
            *(bool *)((char *)column + flags[i].offset) = true;
            return true;
        }
    }
    for (size_t i = 0; i < lengthof(entered); i++) {
        if (span_is(found, entered[i].name)) {
            column->auto_enter = entered[i].auto_enter;
            return true;
        }
    }
    return false;
}

static bool field_options(struct shape_reader *r, struct column *column, struct recipe *recipe)
{
    for (;;) {
        struct span found = reader_word(r);
        uint64_t n;

        if (!found.at)
            return true;
        if (span_is(found, "repetitions")) {
            if (!reader_number(r, &n) || n < 1 || n > 100)
                return err_set(r->err, ERR_USAGE, 0, "repetitions are from 1 to 100");
            column->repetitions = (unsigned)n;
        } else if (span_is(found, "sometimes")) {
            if (!reader_percent(r, &recipe->sometimes))
                return false;
        } else if (!flag_word(column, found)) {
            return reader_error(r, "something that a field can be", found);
        }
    }
}

bool shape_field_line(struct shape_reader *r)
{
    struct shape *shape = r->shape;
    struct described_table *table = shape->table_count ? shape->tables[shape->table_count - 1]
                                                       : NULL;
    struct column *column;
    struct recipe *recipe;
    size_t place;

    if (!table)
        return err_set(r->err, ERR_USAGE, 0, "a field belongs below a table");
    place = table->plan.column_count;
    if (place == COLUMNS_MAX)
        return reader_too_many(r, "fields in a table", COLUMNS_MAX);
    column = &table->columns[place];
    recipe = &table->recipes[place];
    recipe->sometimes = 100;
    if (!reader_text(r, "the name of a field", &column->name) || !type_word(r, &column->type)
        || !recipe_words(r, recipe, &table->refs[place]))
        return false;
    if (!recipe->sometimes)
        recipe->sometimes = 100;
    recipe->seed =
        chance_of_text(chance_of_text(r->seed, span_of(table->plan.name)), span_of(column->name));
    if (!field_options(r, column, recipe))
        return false;
    if ((column->type == COLUMN_CONTAINER) != (recipe->kind == RECIPE_CONTAINER)
        && recipe->kind != RECIPE_EMPTY)
        return err_set(r->err, ERR_USAGE, 0, "a container holds a file, and nothing else does");
    recipe_apply(recipe, column);
    table->plan.column_count++;
    return true;
}
