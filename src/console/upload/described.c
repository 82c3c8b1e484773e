/* What is taken here stands in rows, lists and keys: one line, and a day of the calendar. */
#include "console/upload/described.h"

#include "base/utf8.h"
#include "console/index/catalog.h"

enum { TYPE_CHARS = 100 };

static bool type_is_good(struct exchange *x, const char *text)
{
    struct span type = span_trim(span_of(text));

    if (utf8_count(type) > TYPE_CHARS || type.size != strlen(text))
        return refuse(x, PROBLEM_BAD_REQUEST,
                      "type: at most %d characters, without blanks around them", TYPE_CHARS);
    for (size_t i = 0; i < type.size; i++)
        if ((unsigned char)type.at[i] < ' ')
            return refuse(x, PROBLEM_BAD_REQUEST, "type: one line");
    return true;
}

bool described_is_good(struct exchange *x, const char *type, const char *day)
{
    if (!type_is_good(x, type))
        return false;
    return !*day || (strlen(day) == CATALOG_DAY_SIZE - 1 && catalog_day(span_of(day)))
           || refuse(x, PROBLEM_BAD_REQUEST, "date: '%.40s' is no day: write 2024-03-01", day);
}
