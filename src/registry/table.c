/* A table's columns are read from the database before its statements are made. */
#include "registry/table.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "registry/column.h"
#include "registry/print.h"
#include "registry/quoted.h"
#include "registry/registry_sql.h"
#include "registry/statement.h"

enum { COLUMNS_MAX = 32, NAME_BYTES = 256, MIXED_MAX = 64 * 1024, STATEMENT_MAX = 32 * 1024 };

struct registry_table {
    struct sql *sql;
    enum template_table kind;
    char *plain_name, *quoted_name;
    struct registry_column columns[COLUMNS_MAX];
    size_t count;
    struct str whole_row; /* an SQL expression: all columns of a row, ours or not */
    struct print print;
    struct registry_statement put, make, made, has, move, look;
};

void registry_table_free(struct registry_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->count; i++)
        column_clear(&table->columns[i]);
    free(table->put.words);
    free(table->make.words);
    free(table->made.words);
    free(table->has.words);
    free(table->move.words);
    free(table->look.words);
    str_clear(&table->whole_row);
    str_clear(&table->print.words);
    free(table->plain_name);
    free(table->quoted_name);
    free(table);
}

static void table_cleanup(struct registry_table **table)
{
    registry_table_free(*table);
}

#define auto_table __attribute__((cleanup(table_cleanup))) struct registry_table

const char *registry_table_name(const struct registry_table *table)
{
    return table->quoted_name;
}

static const struct registry_column *column_of(const struct registry_table *table,
                                               enum template_name name)
{
    for (size_t i = 0; i < table->count; i++)
        if (template_is(&table->columns[i].template, name))
            return &table->columns[i];
    return NULL;
}

const char *registry_table_column(const struct registry_table *table, enum template_name name)
{
    const struct registry_column *column = column_of(table, name);

    return column ? column->quoted_name : NULL;
}

const char *registry_table_truth(const struct registry_table *table, const char *plain_name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->columns[i].plain_name, plain_name) == 0
            && table->columns[i].kind == COLUMN_TRUTH && table->columns[i].is_there)
            return table->columns[i].quoted_name;
    return NULL;
}

const struct registry_column *registry_table_columns(const struct registry_table *table,
                                                     size_t *count_r)
{
    *count_r = table->count;
    return table->columns;
}

bool registry_table_is_uuid(const struct registry_table *table, enum template_name name)
{
    const struct registry_column *column = column_of(table, name);

    return column && column->kind == COLUMN_UUID;
}

const char *registry_table_needs(const struct registry_table *table, enum template_name name)
{
    for (size_t i = 0; i < table->count; i++)
        if (template_is(&table->columns[i].template, name) && table->columns[i].not_null
            && table->columns[i].is_unique)
            return table->columns[i].plain_name;
    return NULL;
}

void registry_table_compare(const struct registry_table *documents,
                            const struct registry_table *patients, struct str *problems)
{
    const struct registry_column *document = column_of(documents, NAME_PATIENT);
    const struct registry_column *patient = column_of(patients, NAME_PATIENT);

    if (!patient)
        patient = column_of(patients, NAME_ROW_ID);
    if (document && patient && document->is_there && patient->is_there
        && !column_may_hold_ids(document, patient))
        str_printf(problems, "%s.%s is %s, and the patients' ids in %s.%s are %s\n",
                   documents->plain_name, document->plain_name, document->type,
                   patients->plain_name, patient->plain_name, patient->type);
}

/* --- rules ------------------------------------------------------------------------------------ */

static const char *section_of(const struct registry_table *table)
{
    return table->kind == TEMPLATE_DOCUMENTS ? "document_columns" : "patient_columns";
}

static struct registry_column *column_named(struct registry_table *table, struct span name)
{
    for (size_t i = 0; i < table->count; i++)
        if (span_is(name, table->columns[i].plain_name))
            return &table->columns[i];
    return NULL;
}

static void column_remove(struct registry_table *table, struct registry_column *column)
{
    size_t place = (size_t)(column - table->columns);

    column_clear(column);
    memmove(column, column + 1, (table->count - place - 1) * sizeof *column);
    table->columns[--table->count] = (struct registry_column){ 0 };
}

/* If the application gives its patients their ids, we only read them. */
static void column_add(struct registry_table *table, const struct registry_rule *rule,
                       struct template *template)
{
    struct registry_column *column = &table->columns[table->count++];

    column->plain_name = mem_text(rule->column);
    column->quoted_name = quoted_name_of(span_of(rule->column));
    column->template_text = mem_text(rule->template);
    column->template = *template;
    column->read_only = table->kind == TEMPLATE_PATIENTS && template_is(template, NAME_PATIENT);
}

static void rule_take(struct registry_table *table, const struct registry_rule *rule,
                      struct str *problems)
{
    struct registry_column *before = column_named(table, span_of(rule->column));
    struct template template = { 0 };
    struct err err = { 0 };

    if (before)
        column_remove(table, before);
    if (span_trim(span_of(rule->template)).size == 0)
        return;
    if (!template_read(rule->template, table->kind, &template, &err))
        str_printf(problems, "[%s] %s: %s\n", section_of(table), rule->column, err.msg);
    else if (table->count < COLUMNS_MAX && strlen(rule->column) < NAME_BYTES)
        column_add(table, rule, &template);
    else {
        template_clear(&template);
        str_printf(problems,
                   "[%s] %.64s: its name is too long, or there are more than %d columns\n",
                   section_of(table), rule->column, COLUMNS_MAX);
    }
}

/* --- columns ---------------------------------------------------------------------------------- */

/* Takes a column of the database. A documents' column that no rule fills must need no value. */
static void column_take(struct registry_table *table, const struct sql_rows *rows,
                        struct str *problems)
{
    struct span name = sql_get_text(rows, 0);
    struct registry_column *column = column_named(table, name);

    if (!column) {
        if (sql_get_i64(rows, 3) != 0 && table->kind == TEMPLATE_DOCUMENTS)
            str_printf(problems,
                       "%s." SPAN_FORMAT " wants a value and is given none: name it in [%s]\n",
                       table->plain_name, SPAN_ARGS(span_first(name, 64)), section_of(table));
        return;
    }
    column->is_there = true;
    column->not_null = sql_get_i64(rows, 2) != 0;
    column->is_unique = sql_get_i64(rows, 4) != 0;
    column_type_read(column, sql_get_text(rows, 1));
}

static void columns_judge(struct registry_table *table, struct str *problems)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct registry_column *column = &table->columns[i];
        const char *wanted = column->is_there ? column_wants(column) : NULL;

        if (!column->is_there)
            str_printf(problems, "%s has no column '%.64s', which is to hold %.64s\n",
                       table->plain_name, column->plain_name, column->template_text);
        else if (wanted)
            str_printf(problems, "%s.%s is %.64s, and to hold %.64s it must be %s\n",
                       table->plain_name, column->plain_name, column->type, column->template_text,
                       wanted);
        else if (template_is(&column->template, NAME_ROW_ID) && !column->is_unique)
            str_printf(problems, "%s.%s is to hold %s and is not unique\n", table->plain_name,
                       column->plain_name, column->template_text);
        if (table->kind == TEMPLATE_DOCUMENTS && template_follows_patient(&column->template)
            && !template_needs_no_record(&column->template))
            str_printf(problems,
                       "[%s] %s: {patient}, {bucket}, {key} and {now} may be mixed with words, but "
                       "not with what only the record tells: a document may get another patient "
                       "later\n",
                       section_of(table), column->plain_name);
    }
}

static bool columns_read(struct registry_table *table, struct str *problems, struct err *err)
{
    bool is_sqlite = sql_kind_of(table->sql) == SQL_SQLITE;
    auto_rows *rows = NULL;
    size_t read = 0;
    enum step step;

    if (!sql_query(table->sql, &REGISTRY_COLUMNS,
                   sql_args(sql_text(is_sqlite ? table->plain_name : table->quoted_name)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        read++;
        whole_row_add(&table->whole_row, table->print.kind, sql_get_text(rows, 0));
        print_add(&table->print, sql_get_text(rows, 0), sql_get_text(rows, 1));
        column_take(table, rows, problems);
    }
    if (step == STEP_ERROR)
        return false;
    print_end(&table->print);
    if (read == 0)
        str_printf(problems, "there is no table '%.64s'\n", table->plain_name);
    else
        columns_judge(table, problems);
    return true;
}

/* --- statements ------------------------------------------------------------------------------- */

static bool statement_keep(struct registry_statement *statement, const char *name,
                           struct str *words, struct err *err)
{
    if (!str_fits(words, "a statement", err))
        return false;
    registry_statement_set(statement, name, str_take(words));
    return true;
}

/* Those that name a row need the column of its id. */
static bool row_statements_make(struct registry_table *t, const struct statement_table *names,
                                struct err *err)
{
    bool is_sqlite = sql_kind_of(t->sql) == SQL_SQLITE;
    auto_str make = STR_MAX(STATEMENT_MAX), made = STR_MAX(STATEMENT_MAX);
    auto_str has = STR_MAX(STATEMENT_MAX), move = STR_MAX(STATEMENT_MAX);
    auto_str look = STR_MAX(STATEMENT_MAX);

    statement_make(names, is_sqlite ? NULL : str_text(&t->print.words), &make);
    str_printf(&made, "select %s from %s where %s = $1", str_text(&t->print.words), names->name,
               names->key);
    str_printf(&has, "select count(*) from (select %s from %s where %s = $1%s) held", names->key,
               names->name, names->key, is_sqlite ? "" : " for key share");
    statement_move(names, &move);
    str_printf(&look, "select %s from %s where %s = $1", str_text(&t->whole_row), names->name,
               names->key);
    return statement_keep(&t->make, "row_make", &make, err)
           && statement_keep(&t->made, "row_made", &made, err)
           && statement_keep(&t->has, "row_has", &has, err)
           && statement_keep(&t->move, "row_move", &move, err)
           && statement_keep(&t->look, "row_look", &look, err);
}

static bool statements_make(struct registry_table *table, struct err *err)
{
    const char *key = registry_table_column(table, NAME_ROW_ID);
    struct statement_table names = { table->quoted_name, key, table->columns, table->count };
    auto_str put = STR_MAX(STATEMENT_MAX);

    statement_put(&names, &put);
    return str_fits(&table->whole_row, "a table's columns", err)
           && str_fits(&table->print.words, "a table's columns", err)
           && statement_keep(&table->put, "row_put", &put, err)
           && (!key || row_statements_make(table, &names, err));
}

bool registry_table_open(struct sql *sql, enum template_table kind, const char *name,
                         const struct registry_rules *rules, size_t rules_count,
                         struct str *problems, struct registry_table **table_r, struct err *err)
{
    auto_table *table = mem_new(struct registry_table);

    table->sql = sql;
    table->kind = kind;
    table->plain_name = mem_text(name);
    table->quoted_name = quoted_table(sql, name);
    table->whole_row = (struct str)STR_MAX(STATEMENT_MAX / 2);
    print_begin(&table->print, sql_kind_of(sql));
    for (size_t i = 0; i < rules_count; i++)
        for (size_t k = 0; k < rules[i].count; k++)
            rule_take(table, &rules[i].rules[k], problems);
    if (!columns_read(table, problems, err) || !statements_make(table, err))
        return false;
    *table_r = take(table);
    return true;
}

/* --- values ----------------------------------------------------------------------------------- */

/* Whether a text fits its column, or may be cut; a key may not: cut, it would lead nowhere. */
static bool text_fits_column(const struct registry_table *table,
                             const struct registry_column *column, struct span text,
                             struct err *err)
{
    return !column->most_chars || !template_is_whole(&column->template)
           || utf8_count(text) <= column->most_chars
           || err_set(err, ERR_DATABASE, SQL_CONSTRAINT,
                      "%s.%s takes no more than %zu characters, and %s has more", table->plain_name,
                      column->plain_name, column->most_chars, column->template_text);
}

/* The parameters of a statement, with room for their texts. */
struct put_parameters {
    struct sql_value values[COLUMNS_MAX];
    char texts[COLUMNS_MAX][COLUMN_TEXT_SIZE];
    struct str mixed[COLUMNS_MAX];
    size_t count;
};

static void parameters_clear(struct put_parameters *parameters)
{
    for (size_t i = 0; i < parameters->count; i++)
        str_clear(&parameters->mixed[i]);
}

#define auto_parameters __attribute__((cleanup(parameters_clear))) struct put_parameters

static bool parameter_add(const struct registry_table *table, const struct registry_column *column,
                          const struct template_values *values, struct put_parameters *to,
                          struct err *err)
{
    size_t n = to->count++;
    struct value value;

    to->mixed[n] = (struct str)STR_MAX(MIXED_MAX);
    value = template_value(&column->template, values, &to->mixed[n]);
    if ((value.type == VALUE_TEXT || value.type == VALUE_JSON)
        && !text_fits_column(table, column, value.text, err))
        return false;
    to->values[n] = column_value(column, &value, to->texts[n]);
    return true;
}

static bool table_run(struct registry_table *table, const struct sql_text *words,
                      struct put_parameters *parameters, struct err *err)
{
    return sql_run(table->sql, words, (struct sql_args){ parameters->values, parameters->count },
                   err)
           || err_ctx(err, "%s", table->plain_name);
}

static bool all_parameters_add(const struct registry_table *table,
                               const struct template_values *values, struct put_parameters *to,
                               struct err *err)
{
    for (size_t i = 0; i < table->count; i++)
        if (!table->columns[i].read_only
            && !parameter_add(table, &table->columns[i], values, to, err))
            return false;
    return true;
}

/* Where a way to the database costs little, the print is asked for by itself: that is less work. */
static bool row_make_sqlite(struct registry_table *table, struct put_parameters *parameters,
                            const struct uuid *id, int64_t *print_r, struct err *err)
{
    char text[COLUMN_TEXT_SIZE];

    if (!table_run(table, &table->make.text, parameters, err))
        return false;
    return sql_changed(table->sql) == 0
           || sql_number(table->sql, &table->made.text,
                         sql_args(column_uuid(column_of(table, NAME_ROW_ID), id, text)), 0, print_r,
                         err);
}

bool registry_table_make(struct registry_table *table, const struct template_values *values,
                         const struct uuid *id, int64_t *print_r, struct err *err)
{
    auto_parameters parameters = { .count = 0 };

    *print_r = 0;
    if (!table->make.words || !all_parameters_add(table, values, &parameters, err))
        return !table->make.words;
    if (sql_kind_of(table->sql) == SQL_SQLITE)
        return row_make_sqlite(table, &parameters, id, print_r, err);
    return sql_number(table->sql, &table->make.text,
                      (struct sql_args){ parameters.values, parameters.count }, 0, print_r, err)
           || err_ctx(err, "%s", table->plain_name);
}

const char *registry_table_print_words(const struct registry_table *table)
{
    return str_text(&table->print.words);
}

bool registry_table_put(struct registry_table *table, const struct template_values *values,
                        bool *changed_r, struct err *err)
{
    auto_parameters parameters = { .count = 0 };

    if (!all_parameters_add(table, values, &parameters, err)
        || !table_run(table, &table->put.text, &parameters, err))
        return false;
    *changed_r = sql_changed(table->sql) > 0;
    return true;
}

bool registry_table_move(struct registry_table *table, const struct template_values *values,
                         struct err *err)
{
    auto_parameters parameters = { .count = 0 };

    for (size_t i = 0; i < table->count; i++)
        if (template_follows_patient(&table->columns[i].template)
            && !parameter_add(table, &table->columns[i], values, &parameters, err))
            return false;
    return parameters.count == 0
           || (parameter_add(table, column_of(table, NAME_ROW_ID), values, &parameters, err)
               && table_run(table, &table->move.text, &parameters, err));
}

struct sql_value registry_table_id(const struct registry_table *table, enum template_name name,
                                   struct span id, char text[COLUMN_TEXT_SIZE])
{
    const struct registry_column *column = column_of(table, name);

    return column ? column_id(column, id, text) : sql_span(id);
}

bool registry_table_has(struct registry_table *table, const struct uuid *id, bool *has_r,
                        struct err *err)
{
    char text[COLUMN_TEXT_SIZE];
    int64_t count;

    if (!sql_number(table->sql, &table->has.text,
                    sql_args(column_uuid(column_of(table, NAME_ROW_ID), id, text)), 0, &count, err))
        return false;
    *has_r = count > 0;
    return true;
}

bool registry_table_row_hash(struct registry_table *table, const struct uuid *id,
                             char seen_r[SHA256_HEX_SIZE], struct err *err)
{
    char text[COLUMN_TEXT_SIZE];
    auto_rows *rows = NULL;
    struct sha256 hash;
    enum step step;

    seen_r[0] = '\0';
    if (!sql_query(table->sql, &table->look.text,
                   sql_args(column_uuid(column_of(table, NAME_ROW_ID), id, text)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ROW)
        return step == STEP_END;
    hash = sha256_of(sql_get_text(rows, 0));
    (void)sha256_hex(&hash, seen_r);
    return true;
}

const char *registry_table_plain_column(const struct registry_table *table, enum template_name name)
{
    const struct registry_column *column = column_of(table, name);

    return column ? column->plain_name : NULL;
}

const char *registry_table_plain_name(const struct registry_table *table)
{
    return table->plain_name;
}
