/* Words the range, the days and the traits of a group. */
#include "report/cluster_words.h"

#include "report/words.h"

enum { TYPES_NAMED = 2 };

void cluster_words_range(struct str *to, int64_t first, int64_t last)
{
    words_number(to, first);
    if (first == last)
        return;
    str_add_text(to, "–");
    words_number(to, last);
}

void cluster_words_records(struct str *to, int64_t first, int64_t last)
{
    str_add_text(to, first == last ? "record " : "records ");
    cluster_words_range(to, first, last);
}

/* "3–9 March 2015", "28 February – 3 March 2015", "on 3 March 2015" */
static void days_add(struct str *to, const struct time_civil *a, const struct time_civil *b)
{
    bool same_year = a->year == b->year, same_month = same_year && a->month == b->month;

    if (same_month && a->day == b->day)
        str_printf(to, "on %d %s %d", a->day, words_month(a->month), a->year);
    else if (same_month)
        str_printf(to, "%d–%d %s %d", a->day, b->day, words_month(a->month), a->year);
    else if (same_year)
        str_printf(to, "%d %s – %d %s %d", a->day, words_month(a->month), b->day,
                   words_month(b->month), b->year);
    else
        str_printf(to, "%d %s %d – %d %s %d", a->day, words_month(a->month), a->year, b->day,
                   words_month(b->month), b->year);
}

void cluster_words_days(struct str *to, const struct failure_group *group)
{
    if (!group->has_days)
        return;
    str_add_text(to, ", created ");
    days_add(to, &group->first_day, &group->last_day);
}

/* Names the kinds of external storage as FileMaker's own dialogs do. */
static const char *trait_words(enum failure_trait trait, const char *value)
{
    if (trait != TRAIT_STORAGE)
        return value;
    if (strcmp(value, "open") == 0)
        return "outside the FileMaker file (open storage)";
    if (strcmp(value, "secure") == 0)
        return "outside the FileMaker file (secure storage)";
    return value;
}

void cluster_words_shared(struct str *to, const struct failure_group *group)
{
    static const char *const before[FAILURE_TRAITS] = { " by ", ", all of type ", ", all stored ",
                                                        ", all in the folder " };

    for (int t = 0; t < FAILURE_TRAITS; t++) {
        const char *value = failure_group_shared(group, (enum failure_trait)t);

        if (value)
            str_printf(to, "%s%s", before[t], trait_words((enum failure_trait)t, value));
    }
}

void cluster_words_types(struct str *to, const struct failure_group *group)
{
    const struct trait_values *types = &group->traits[TRAIT_TYPE];
    int64_t others = group->documents;

    for (size_t i = 0; i < types->count && i < TYPES_NAMED; i++) {
        words_number_and(to, types->items[i].count, " ");
        str_add_text(to, *types->items[i].text ? types->items[i].text : "without a type");
        others -= types->items[i].count;
        if (others > 0)
            str_add_text(to, ", ");
    }
    if (others > 0)
        words_count(to, others, "other", "others");
}
