/* Sentences about a setting, made from its row in the table. */
#include "cmd/settings_words.h"

bool settings_takes_any(const struct conf_key *key)
{
    return strcmp(key->name, "*") == 0;
}

void settings_values_add(struct str *to, const struct field *field)
{
    switch (field->type) {
    case FIELD_INT:
    case FIELD_SCALED:
    case FIELD_BYTES:
    case FIELD_DECIMAL:
        str_printf(to, "A number from %jd to %jd. ", (intmax_t)field->min, (intmax_t)field->max);
        break;
    case FIELD_FLAG:
        str_add_text(to, "yes or no. ");
        break;
    case FIELD_CHOICE:
        str_add_text(to, "One of: ");
        for (size_t i = *field->choices[0] ? 0 : 1; field->choices[i]; i++)
            str_printf(to, "%s%s", field->choices[i], field->choices[i + 1] ? ", " : ". ");
        break;
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_LIST:
        break;
    }
}
