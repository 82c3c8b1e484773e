/* Settings from text. */
#include "base/field.h"

#include "base/num.h"

#include <strings.h>

static bool word_is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcasecmp(text, *words) == 0)
            return true;
    return false;
}

static bool flag_read(const char *text, bool *flag_r, struct err *err)
{
    static const char *const yes[] = { "yes", "true", "on", "1", NULL };
    static const char *const no[] = { "no", "false", "off", "0", NULL };

    if (!word_is_one_of(text, yes) && !word_is_one_of(text, no))
        return err_set(err, ERR_USAGE, 0, "'%.64s' is neither yes nor no", text);
    *flag_r = word_is_one_of(text, yes);
    return true;
}

static void choice_set(const struct field *field, int index, void *member)
{
    int meaning = field->meanings ? field->meanings[index] : index;

    if (field->is_flag)
        *(bool *)member = meaning != 0;
    else
        *(int *)member = meaning;
}

static bool choice_read(const char *text, const struct field *field, void *member, struct err *err)
{
    const char *const *choices = field->choices;
    auto_str allowed = STR_MAX(KIB(1));

    for (int i = 0; choices[i]; i++) {
        if (strcmp(text, choices[i]) == 0) {
            choice_set(field, i, member);
            return true;
        }
        if (*choices[i])
            str_printf(&allowed, "%s%s", allowed.size ? ", " : "", choices[i]);
    }
    return err_set(err, ERR_USAGE, 0, "'%.64s' is not one of: %s", text, str_text(&allowed));
}

/* strtod() alone would also take blanks, hexadecimal, exponents, "inf" and "nan". */
static bool is_decimal(const char *text)
{
    static const char digits[] = "0123456789";
    size_t sign = *text == '-';
    size_t whole = strspn(text + sign, digits);
    const char *point = text + sign + whole;
    size_t part = *point == '.' ? strspn(point + 1, digits) : 0;

    return whole > 0 && (!*point || (part > 0 && !point[1 + part]));
}

static bool decimal_read(const char *text, const struct field *field, double *n_r, struct err *err)
{
    double n = is_decimal(text) ? strtod(text, NULL) : 0;

    if (!is_decimal(text) || n < (double)field->min || n > (double)field->max)
        return err_set(err, ERR_USAGE, 0, "'%.64s' is not a number from %jd to %jd%s", text,
                       (intmax_t)field->min, (intmax_t)field->max,
                       strchr(text, ',') ? " (with a point, such as 0.025, not a comma)" : "");
    *n_r = n;
    return true;
}

/* Here a number out of range is a wrong setting, not wrong data. */
static bool as_usage(struct err *err)
{
    err->kind = ERR_USAGE;
    return false;
}

static bool list_add(struct field_list *list, const char *text, struct err *err)
{
    if (list->count == FIELD_LIST_MAX)
        return err_set(err, ERR_USAGE, 0, "it can be given %d times at most", FIELD_LIST_MAX);
    list->texts[list->count++] = text;
    return true;
}

bool field_set(void *object, const struct field *field, const char *text, struct err *err)
{
    void *member = (char *)object + field->offset;
    int64_t n;

    switch (field->type) {
    case FIELD_TEXT:
        *(const char **)member = text;
        return true;
    case FIELD_NAME:
        *(const char **)member = *text ? text : NULL;
        return true;
    case FIELD_INT:
        if (!num_i64(span_of(text), field->min, field->max, &n, err))
            return as_usage(err);
        *(int *)member = (int)n;
        return true;
    case FIELD_SCALED:
        if (!num_i64(span_of(text), field->min, field->max, &n, err))
            return as_usage(err);
        *(int64_t *)member = n * field->unit;
        return true;
    case FIELD_BYTES:
        return num_bytes(span_of(text), (uint64_t)field->min, (uint64_t)field->max, member, err)
               || as_usage(err);
    case FIELD_FLAG:
        return flag_read(text, member, err);
    case FIELD_CHOICE:
        return choice_read(text, field, member, err);
    case FIELD_DECIMAL:
        return decimal_read(text, field, member, err);
    case FIELD_LIST:
        return list_add(member, text, err);
    }
    abort();
}
