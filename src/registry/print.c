/* A print of a row is made by the database, of all columns, whoever filled them. */
#include "registry/print.h"

#include "base/mem.h"
#include "registry/quoted.h"

enum { WORDS_MAX = 16 * 1024 };

void print_begin(struct print *print, enum sql_kind kind)
{
    *print = (struct print){ .kind = kind, .words = STR_MAX(WORDS_MAX) };
}

void whole_row_add(struct str *words, enum sql_kind kind, struct span column)
{
    auto_free char *name = quoted_name_of(column);

    str_add_text(words, words->size ? " || ',' || " : "");
    str_printf(words, kind == SQL_SQLITE ? "quote(%s)" : "quote_nullable(cast(%s as text))", name);
}

/* On SQLite the values themselves, whose function takes only so many at once. */
static void print_add_sqlite(struct print *print, const char *column)
{
    auto_free char *before = NULL;

    if (print->count && print->count % (SQL_PRINT_MOST - 1) == 0) {
        before = str_take(&print->words);
        print->words = (struct str)STR_MAX(WORDS_MAX);
        str_printf(&print->words, SQL_PRINT "(%s)", before);
    }
    str_printf(&print->words, "%s%s", print->count ? ", " : "", column);
}

/* On PostgreSQL their texts; a moment's must not depend on the session's time zone. */
static void print_add_postgres(struct print *print, const char *column, struct span type)
{
    bool is_moment = span_find(type, "with time zone") < type.size;

    str_printf(&print->words, "%squote_nullable(cast(%s%s%s as text))",
               print->count ? " || ',' || " : "", is_moment ? "extract(epoch from " : "", column,
               is_moment ? ")" : "");
}

void print_add(struct print *print, struct span column, struct span type)
{
    auto_free char *name = quoted_name_of(column);

    if (print->kind == SQL_SQLITE)
        print_add_sqlite(print, name);
    else
        print_add_postgres(print, name, type);
    print->count++;
}

void print_end(struct print *print)
{
    auto_free char *values = str_take(&print->words);

    print->words = (struct str)STR_MAX(WORDS_MAX);
    str_printf(&print->words,
               print->kind == SQL_SQLITE
                   ? SQL_PRINT "(%s)"
                   : "cast(cast('x' || left(encode(sha256(convert_to(%s, 'UTF8')), 'hex'), 16)"
                     " as bit(64)) as bigint)",
               values);
}
