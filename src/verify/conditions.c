/*
 * Applies the filter, which was checked when the configuration was read. Names and values cannot
 * contain the separators, so the text itself serves as the list.
 */
#include "verify/conditions.h"

#include "base/utf8.h"

static void text_fold(struct str *to, struct span text)
{
    utf8_add_lower(to, span_trim(text));
}

static bool value_is_among(struct span value, struct span list)
{
    auto_str have = STR_MAX(KIB(64));

    text_fold(&have, value);
    do {
        auto_str wanted = STR_MAX(KIB(64));

        text_fold(&wanted, span_cut(&list, '|'));
        if (span_equal(str_span(&have), str_span(&wanted)))
            return true;
    } while (list.at);
    return false;
}

static bool condition_holds(struct span condition, const struct filemaker_record *record)
{
    struct span list = condition;
    struct span name = span_cut(&list, '=');
    bool negated = span_ends(name, "!");
    auto_free char *field = span_text(span_trim(span_first(name, name.size - negated)));

    return value_is_among(filemaker_text(record, field), list) != negated;
}

bool conditions_hold(const char *filter, const struct filemaker_record *record)
{
    struct span rest = span_trim(span_of(filter));

    while (rest.size)
        if (!condition_holds(span_cut(&rest, ','), record))
            return false;
    return true;
}
