/* Statements are put together from names in quotes and parameters alone. */
#include "registry/statement.h"

#include "base/mem.h"

void registry_statement_set(struct registry_statement *statement, const char *name, char *words)
{
    free(statement->words);
    *statement = (struct registry_statement){ words, { name, words, words } };
}

static bool column_is_compared(const struct registry_column *column)
{
    return !column->template.once && !template_is(&column->template, NAME_ROW_ID)
           && !template_is(&column->template, NAME_NOW);
}

static void difference_write(const struct statement_table *table,
                             const struct registry_column *column, struct str *to)
{
    bool is_json = column->kind == COLUMN_JSON;

    str_printf(to, is_json ? "cast(%s.%s as text)" : "%s.%s", table->name, column->quoted_name);
    str_printf(to,
               is_json ? " is distinct from cast(excluded.%s as text)"
                       : " is distinct from excluded.%s",
               column->quoted_name);
}

static void conflict_write(const struct statement_table *table, struct str *to)
{
    const char *comma = " do update set ", * or = " where ";

    str_printf(to, " on conflict (%s)", table->key);
    for (size_t i = 0; i < table->count; i++) {
        const struct registry_column *column = &table->columns[i];

        if (column->read_only || column->template.once
            || template_is(&column->template, NAME_ROW_ID))
            continue;
        str_printf(to, "%s%s = excluded.%s", comma, column->quoted_name, column->quoted_name);
        comma = ", ";
    }
    if (*comma == ' ') {
        str_add_text(to, " do nothing");
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (table->columns[i].read_only || !column_is_compared(&table->columns[i]))
            continue;
        str_add_text(to, or);
        difference_write(table, &table->columns[i], to);
        or = " or ";
    }
}

static void insert_write(const struct statement_table *table, struct str *to)
{
    const char *comma = "";

    str_printf(to, "insert into %s (", table->name);
    for (size_t i = 0; i < table->count; i++) {
        if (table->columns[i].read_only)
            continue;
        str_printf(to, "%s%s", comma, table->columns[i].quoted_name);
        comma = ", ";
    }
    str_add_text(to, ") values (");
    comma = "";
    for (size_t i = 0, n = 0; i < table->count; i++) {
        if (table->columns[i].read_only)
            continue;
        str_printf(to, "%s$%zu", comma, ++n);
        comma = ", ";
    }
    str_add_char(to, ')');
}

void statement_put(const struct statement_table *table, struct str *to)
{
    insert_write(table, to);
    if (table->key)
        conflict_write(table, to);
}

void statement_make(const struct statement_table *table, const char *returned, struct str *to)
{
    insert_write(table, to);
    str_printf(to, " on conflict (%s) do nothing", table->key);
    if (returned)
        str_printf(to, " returning %s", returned);
}

void statement_move(const struct statement_table *table, struct str *to)
{
    size_t n = 0;

    str_printf(to, "update %s set ", table->name);
    for (size_t i = 0; i < table->count; i++)
        if (template_follows_patient(&table->columns[i].template)) {
            str_printf(to, "%s%s = $%zu", n ? ", " : "", table->columns[i].quoted_name, n + 1);
            n++;
        }
    str_printf(to, " where %s = $%zu", table->key, n + 1);
}
