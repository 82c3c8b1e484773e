/*
 * Groups failed documents that are neighbours, then finds what the rest shares.
 *
 * Neighbours are records whose ids are close together, with a few missing between them, or more if
 * the group is large. A group of at least GROUP_LEAST documents becomes a finding; all others form
 * one more group, of which a finding names only what nearly all share.
 */
#include "report/findings.h"

#include "base/mem.h"
#include "document/dates.h"
#include "ledger/read.h"
#include "report/words.h"

enum {
    GROUP_LEAST = 5,
    GAP = 4,        /* records between neighbours */
    GAP_SHARE = 20, /* and one more for each so many of the group */
    GROUPS_MAX = 4096,
    VALUES_MAX = 6,  /* different values that are counted per trait */
    NEARLY_ALL = 95, /* per cent */
    FINDINGS_MAX = 12,
};

enum trait { TRAIT_AUTHOR, TRAIT_TYPE, TRAIT_STORAGE, TRAIT_FOLDER };
enum { TRAITS = TRAIT_FOLDER + 1 };

/* The most frequent values of one trait in a group. */
struct trait_values {
    struct {
        char *text;
        int64_t count;
    } items[VALUES_MAX];
    size_t count;
};

struct failure_group {
    int64_t documents, first, last;
    int64_t by_class[FAILURES];
    struct trait_values traits[TRAITS];
    bool has_days;
    struct time_civil first_day, last_day;
};

struct grouping {
    struct failure_group *groups; /* closed ones that are large enough */
    size_t count;
    struct failure_group open, rest; /* the present neighbours; documents that stand alone */
    int64_t total;
};

/* --- counting ------------------------------------------------------------------------------- */

static void value_count(struct trait_values *values, struct span text, int64_t by)
{
    for (size_t i = 0; i < values->count; i++) {
        if (span_is(text, values->items[i].text)) {
            values->items[i].count += by;
            return;
        }
    }
    if (values->count == VALUES_MAX)
        return;
    values->items[values->count].text = span_text(text);
    values->items[values->count++].count = by;
}

static void failure_group_clear(struct failure_group *group)
{
    for (int t = 0; t < TRAITS; t++)
        for (size_t i = 0; i < group->traits[t].count; i++)
            free(group->traits[t].items[i].text);
    *group = (struct failure_group){ 0 };
}

static int day_order(const struct time_civil *a, const struct time_civil *b)
{
    if (a->year != b->year)
        return a->year < b->year ? -1 : 1;
    if (a->month != b->month)
        return a->month < b->month ? -1 : 1;
    return (a->day > b->day) - (a->day < b->day);
}

static void day_count(struct failure_group *group, const struct time_civil *day)
{
    if (!group->has_days || day_order(day, &group->first_day) < 0)
        group->first_day = *day;
    if (!group->has_days || day_order(day, &group->last_day) > 0)
        group->last_day = *day;
    group->has_days = true;
}

/* The folder of a path that FileMaker stores by reference, without the file's name. */
static struct span folder_of(struct span path)
{
    size_t end = 0;

    for (size_t i = 0; i < path.size; i++)
        if (path.at[i] == '/' || path.at[i] == '\\')
            end = i;
    return span_first(path, end);
}

struct failed_document {
    int64_t record_id;
    enum failure_kind class;
    struct span traits[TRAITS];
    struct span created;
};

/* Whether a trait adds to the class, which says already that a container is empty. */
static bool trait_says_something(struct span value)
{
    return !span_is(value, "empty") && !span_is(value, "reference");
}

static void group_count(struct failure_group *group, const struct failed_document *failed)
{
    struct time_civil created;

    if (group->documents++ == 0)
        group->first = failed->record_id;
    group->last = failed->record_id;
    group->by_class[failed->class]++;
    for (int t = 0; t < TRAITS; t++)
        if (failed->traits[t].size && trait_says_something(failed->traits[t]))
            value_count(&group->traits[t], failed->traits[t], 1);
    if (dates_stamp_read(failed->created, &created))
        day_count(group, &created);
}

/* Adds one group to another, which may be anywhere. */
static void group_join(struct failure_group *to, const struct failure_group *from)
{
    if (from->documents == 0)
        return;
    to->first = to->documents == 0 || from->first < to->first ? from->first : to->first;
    to->last = from->last > to->last ? from->last : to->last;
    to->documents += from->documents;
    for (int c = 0; c < FAILURES; c++)
        to->by_class[c] += from->by_class[c];
    for (int t = 0; t < TRAITS; t++)
        for (size_t i = 0; i < from->traits[t].count; i++)
            value_count(&to->traits[t], span_of(from->traits[t].items[i].text),
                        from->traits[t].items[i].count);
    if (from->has_days) {
        day_count(to, &from->first_day);
        day_count(to, &from->last_day);
    }
}

static void group_close(struct grouping *g)
{
    if (g->open.documents >= GROUP_LEAST && g->count < GROUPS_MAX) {
        g->groups = mem_grow(g->groups, (g->count + 1) * sizeof *g->groups);
        g->groups[g->count++] = g->open;
        g->open = (struct failure_group){ 0 };
        return;
    }
    group_join(&g->rest, &g->open);
    failure_group_clear(&g->open);
}

static void grouping_add(struct grouping *g, const struct failed_document *failed)
{
    int64_t gap = failed->record_id - g->open.last - 1;

    if (g->open.documents && gap > GAP + g->open.documents / GAP_SHARE)
        group_close(g);
    group_count(&g->open, failed);
    g->total++;
}

static void grouping_clear(struct grouping *g)
{
    for (size_t i = 0; i < g->count; i++)
        failure_group_clear(&g->groups[i]);
    failure_group_clear(&g->open);
    failure_group_clear(&g->rest);
    free(g->groups);
}

/* --- words ---------------------------------------------------------------------------------- */

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

/* The value that nearly all documents of a group have; NULL if there is none. */
static const char *trait_shared(const struct failure_group *group, enum trait trait)
{
    const struct trait_values *values = &group->traits[trait];

    for (size_t i = 0; i < values->count; i++)
        if (values->items[i].count * 100 >= group->documents * NEARLY_ALL)
            return values->items[i].text;
    return NULL;
}

/* Names the kinds of external storage as FileMaker's own dialogs do. */
static const char *trait_words(enum trait trait, const char *value)
{
    if (trait != TRAIT_STORAGE)
        return value;
    if (strcmp(value, "open") == 0)
        return "outside the FileMaker file (open storage)";
    if (strcmp(value, "secure") == 0)
        return "outside the FileMaker file (secure storage)";
    return value;
}

static void traits_add(struct str *to, const struct failure_group *group)
{
    static const char *const before[TRAITS] = { " by ", ", all of type ", ", all stored ",
                                                ", all in the folder " };

    for (int t = 0; t < TRAITS; t++) {
        const char *value = trait_shared(group, (enum trait)t);

        if (value)
            str_printf(to, "%s%s", before[t], trait_words((enum trait)t, value));
    }
}

static bool is_of_one_class(const struct failure_group *group)
{
    for (int c = 0; c < FAILURES; c++)
        if (group->by_class[c] == group->documents)
            return true;
    return false;
}

static void classes_add(struct str *to, const struct failure_group *group)
{
    int64_t left[FAILURES];
    const char *between = ": ";

    memcpy(left, group->by_class, sizeof left);
    for (;;) {
        int most = 0;

        for (int c = 1; c < FAILURES; c++)
            if (left[c] > left[most])
                most = c;
        if (left[most] == 0)
            return;
        str_add_text(to, between);
        if (!is_of_one_class(group)) {
            words_number(to, left[most]);
            str_add_char(to, ' ');
        } else if (group->documents > 1) {
            str_add_text(to, "all ");
        }
        str_add_text(to, failure_class_of((enum failure_kind)most)->briefly);
        left[most] = 0;
        between = ", ";
    }
}

static void head_add(struct str *to, int64_t count, int64_t total)
{
    words_number_and(to, count, " of ");
    words_number_and(to, total, total == 1 ? " failure" : " failures");
}

static char *neighbours_sentence(const struct failure_group *group, int64_t total)
{
    auto_str to = STR_MAX(KIB(4));

    head_add(&to, group->documents, total);
    str_add_text(&to, " are records ");
    words_number_and(&to, group->first, "–");
    words_number(&to, group->last);
    if (group->has_days) {
        str_add_text(&to, ", created ");
        days_add(&to, &group->first_day, &group->last_day);
    }
    traits_add(&to, group);
    classes_add(&to, group);
    return str_take(&to);
}

static char *rest_sentence(const struct failure_group *group, int64_t total)
{
    auto_str to = STR_MAX(KIB(4));

    head_add(&to, group->documents, total);
    if (group->documents == 1) {
        str_add_text(&to, " is record ");
        words_number(&to, group->first);
    } else {
        str_add_text(&to, " lie scattered over records ");
        words_number_and(&to, group->first, "–");
        words_number(&to, group->last);
        traits_add(&to, group);
    }
    classes_add(&to, group);
    return str_take(&to);
}

static int by_size(const void *a, const void *b)
{
    const struct failure_group *left = a, *right = b;

    if (left->documents != right->documents)
        return left->documents < right->documents ? 1 : -1;
    return (left->first > right->first) - (left->first < right->first);
}

static void finding_add(struct finding_list *list, char *text, int64_t count)
{
    list->items = mem_grow(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = (struct report_finding){ text, count };
}

static void grouping_finish(struct grouping *g, struct finding_list *list)
{
    group_close(g);
    if (g->count)
        qsort(g->groups, g->count, sizeof *g->groups, by_size);
    for (size_t i = 0; i < g->count; i++) {
        if (i < FINDINGS_MAX)
            finding_add(list, neighbours_sentence(&g->groups[i], g->total), g->groups[i].documents);
        else
            group_join(&g->rest, &g->groups[i]);
    }
    if (g->rest.documents)
        finding_add(list, rest_sentence(&g->rest, g->total), g->rest.documents);
}

/* --- reading -------------------------------------------------------------------------------- */

struct findings_reading {
    struct grouping all, by_class[FAILURES];
};

static bool on_failed(void *arg, const struct ledger_failed_trait *trait)
{
    struct findings_reading *reading = arg;
    struct failed_document failed = { .record_id = trait->record_id,
                                      .traits = { trait->author, trait->type, trait->storage,
                                                  folder_of(trait->path) },
                                      .created = trait->created };

    if (!failure_class_read(trait->class, &failed.class))
        failed.class = FAILURE_INTERNAL; /* a class of a newer version */
    grouping_add(&reading->all, &failed);
    grouping_add(&reading->by_class[failed.class], &failed);
    return true;
}

bool findings_read(struct ledger *ledger, struct findings *findings_r, struct err *err)
{
    struct findings_reading *reading = mem_new(struct findings_reading);
    struct findings findings = { 0 };
    bool good = ledger_each_trait(ledger, on_failed, reading, err);

    if (good) {
        grouping_finish(&reading->all, &findings.all);
        for (int c = 0; c < FAILURES; c++)
            grouping_finish(&reading->by_class[c], &findings.by_class[c]);
        *findings_r = findings;
    }
    grouping_clear(&reading->all);
    for (int c = 0; c < FAILURES; c++)
        grouping_clear(&reading->by_class[c]);
    free(reading);
    return good;
}

static void list_clear(struct finding_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].text);
    free(list->items);
    *list = (struct finding_list){ 0 };
}

void findings_clear(struct findings *findings)
{
    list_clear(&findings->all);
    for (int c = 0; c < FAILURES; c++)
        list_clear(&findings->by_class[c]);
}
