/* Converts values to the form that libpq takes: texts ended by a zero. */
#include "sql/postgres_inside.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>

/* PostgreSQL keeps neither NUL nor anything that is not UTF-8 in a text. */
static char *text_for_postgres(struct span text)
{
    auto_str to = STR_MAX(SIZE_MAX / 4);
    uint32_t code;

    if (utf8_is_valid(text) && (text.size == 0 || !memchr(text.at, '\0', text.size)))
        return span_text(text);
    while (text.size) {
        (void)utf8_next(&text, &code);
        utf8_add(&to, code ? code : UTF8_REPLACEMENT);
    }
    return str_take(&to);
}

static char *bytes_for_postgres(struct span bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = mem_grow(NULL, 2 * bytes.size + 3);

    text[0] = '\\';
    text[1] = 'x';
    for (size_t i = 0; i < bytes.size; i++) {
        text[2 + 2 * i] = digits[(uint8_t)bytes.at[i] >> 4];
        text[3 + 2 * i] = digits[bytes.at[i] & 15];
    }
    text[2 + 2 * bytes.size] = '\0';
    return text;
}

static char *value_for_postgres(const struct sql_value *value)
{
    switch (value->type) {
    case SQL_TYPE_NULL:
        return NULL;
    case SQL_TYPE_I64:
        return mem_printf("%jd", (intmax_t)value->i64);
    case SQL_TYPE_TEXT:
        return text_for_postgres(value->bytes);
    case SQL_TYPE_BYTES:
        return bytes_for_postgres(value->bytes);
    }
    abort();
}

void postgres_params_make(struct postgres_params *params, struct sql_args args)
{
    assert(args.count <= POSTGRES_PARAMS_MAX);
    for (; params->count < args.count; params->count++)
        params->texts[params->count] = value_for_postgres(&args.values[params->count]);
}

void postgres_params_clear(struct postgres_params *params)
{
    for (size_t i = 0; i < params->count; i++)
        free(params->texts[i]);
}
