/* Names are put into statements in quotes, whatever they are. */
#include "registry/quoted.h"

#include "base/mem.h"

enum { NAME_BYTES = 256 };

static void name_quote(struct str *to, struct span name)
{
    str_add_char(to, '"');
    for (size_t i = 0; i < name.size; i++) {
        if (name.at[i] == '"')
            str_add_char(to, '"');
        str_add_char(to, name.at[i]);
    }
    str_add_char(to, '"');
}

char *quoted_name_of(struct span name)
{
    auto_str text = STR_MAX(2 * NAME_BYTES);

    name_quote(&text, name);
    return str_take(&text);
}

char *quoted_table(const struct sql *sql, const char *name)
{
    struct span rest = span_of(name), first = span_cut(&rest, '.');
    auto_str text = STR_MAX(4 * NAME_BYTES);

    if (!rest.at || sql_kind_of(sql) == SQL_SQLITE)
        return quoted_name_of(span_of(name));
    name_quote(&text, first);
    str_add_char(&text, '.');
    name_quote(&text, rest);
    return str_take(&text);
}
