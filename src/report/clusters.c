/*
 * Groups documents that failed.
 *
 * Neighbours are records whose ids are close together, with a few missing between them, or more if
 * the cluster is large. Less than CLUSTER_LEAST neighbours are none; only the CLUSTERS_SHOWN largest
 * clusters stay. All others form the rest.
 */
#include "report/clusters.h"

#include "base/mem.h"
#include "document/dates.h"
#include "ledger/read.h"

enum {
    CLUSTER_LEAST = 5,
    GAP = 4,        /* records between neighbours */
    GAP_SHARE = 20, /* and one more for each so many of the cluster */
    CLUSTERS_SHOWN = 12,
    NEARLY_ALL = 95, /* per cent */
};

struct failed_document {
    int64_t record_id;
    enum failure_kind class;
    struct span traits[FAILURE_TRAITS];
    struct span created;
};

bool failures_choice_has(const struct failures_choice *choice, struct span class, struct span type,
                         int64_t record_id)
{
    return (!choice->class || span_is(class, choice->class))
           && (!choice->type || span_is(type, choice->type))
           && (!choice->last || (record_id >= choice->first && record_id <= choice->last));
}

/* --- counting ------------------------------------------------------------------------------- */

static void value_count(struct trait_values *values, struct span text, int64_t by)
{
    for (size_t i = 0; i < values->count; i++) {
        if (span_is(text, values->items[i].text)) {
            values->items[i].count += by;
            return;
        }
    }
    if (values->count == TRAIT_VALUES_MAX)
        return;
    values->items[values->count].text = span_text(text);
    values->items[values->count++].count = by;
}

static void failure_group_clear(struct failure_group *group)
{
    for (int t = 0; t < FAILURE_TRAITS; t++)
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

/* Whether a trait adds to the class, which says already that a container is empty. */
static bool trait_says_something(struct span value)
{
    return value.size && !span_is(value, "empty") && !span_is(value, "reference");
}

static void group_count(struct failure_group *group, const struct failed_document *failed)
{
    struct time_civil created;

    if (group->documents++ == 0)
        group->first = failed->record_id;
    group->last = failed->record_id;
    for (int t = 0; t < FAILURE_TRAITS; t++)
        if (t == TRAIT_TYPE || trait_says_something(failed->traits[t]))
            value_count(&group->traits[t], failed->traits[t], 1);
    if (dates_stamp_read(failed->created, &created))
        day_count(group, &created);
}

/* Adds one group to another, which may be anywhere. */
static void group_join(struct failure_group *to, const struct failure_group *from)
{
    to->first = to->documents == 0 || from->first < to->first ? from->first : to->first;
    to->last = from->last > to->last ? from->last : to->last;
    to->documents += from->documents;
    for (int t = 0; t < FAILURE_TRAITS; t++)
        for (size_t i = 0; i < from->traits[t].count; i++)
            value_count(&to->traits[t], span_of(from->traits[t].items[i].text),
                        from->traits[t].items[i].count);
    if (from->has_days) {
        day_count(to, &from->first_day);
        day_count(to, &from->last_day);
    }
}

/* --- clusters ------------------------------------------------------------------------------- */

static struct failure_group *cluster_class(struct failure_cluster *cluster, enum failure_kind class)
{
    if (!cluster->by_class[class])
        cluster->by_class[class] = mem_new(struct failure_group);
    return cluster->by_class[class];
}

static void cluster_clear(struct failure_cluster *cluster)
{
    failure_group_clear(&cluster->all);
    for (int c = 0; c < FAILURES; c++) {
        if (cluster->by_class[c])
            failure_group_clear(cluster->by_class[c]);
        free(cluster->by_class[c]);
    }
    *cluster = (struct failure_cluster){ 0 };
}

/* Moves a cluster into the rest. */
static void rest_add(struct clusters *clusters, struct failure_cluster *cluster)
{
    if (cluster->all.documents > 0)
        group_join(&clusters->rest.all, &cluster->all);
    for (int c = 0; c < FAILURES; c++)
        if (cluster->by_class[c])
            group_join(cluster_class(&clusters->rest, (enum failure_kind)c), cluster->by_class[c]);
    cluster_clear(cluster);
}

static int by_size(const void *a, const void *b)
{
    const struct failure_cluster *left = a, *right = b;

    if (left->all.documents != right->all.documents)
        return left->all.documents < right->all.documents ? 1 : -1;
    return (left->all.first > right->all.first) - (left->all.first < right->all.first);
}

/* Leaves the largest clusters. */
static void clusters_cut(struct clusters *clusters)
{
    if (clusters->count)
        qsort(clusters->items, clusters->count, sizeof *clusters->items, by_size);
    while (clusters->count > CLUSTERS_SHOWN)
        rest_add(clusters, &clusters->items[--clusters->count]);
}

static void cluster_close(struct clusters *clusters)
{
    if (clusters->open.all.documents < CLUSTER_LEAST) {
        rest_add(clusters, &clusters->open);
        return;
    }
    if (clusters->count == CLUSTERS_MAX)
        clusters_cut(clusters);
    clusters->items[clusters->count++] = clusters->open;
    clusters->open = (struct failure_cluster){ 0 };
}

static void clusters_add(struct clusters *clusters, const struct failed_document *failed)
{
    const struct failure_group *open = &clusters->open.all;

    if (open->documents && failed->record_id - open->last - 1 > GAP + open->documents / GAP_SHARE)
        cluster_close(clusters);
    group_count(&clusters->open.all, failed);
    group_count(cluster_class(&clusters->open, failed->class), failed);
    clusters->documents++;
}

void clusters_clear(struct clusters *clusters)
{
    for (size_t i = 0; i < clusters->count; i++)
        cluster_clear(&clusters->items[i]);
    cluster_clear(&clusters->open);
    cluster_clear(&clusters->rest);
    *clusters = (struct clusters){ 0 };
}

/* --- the end -------------------------------------------------------------------------------- */

static void value_rise(struct trait_values *values, size_t place)
{
    struct trait_value above = values->items[place - 1];

    values->items[place - 1] = values->items[place];
    values->items[place] = above;
}

static void values_sort(struct trait_values *values)
{
    for (size_t i = 1; i < values->count; i++)
        for (size_t k = i; k > 0 && values->items[k].count > values->items[k - 1].count; k--)
            value_rise(values, k);
}

static void cluster_sort(struct failure_cluster *cluster)
{
    for (int t = 0; t < FAILURE_TRAITS; t++) {
        values_sort(&cluster->all.traits[t]);
        for (int c = 0; c < FAILURES; c++)
            if (cluster->by_class[c])
                values_sort(&cluster->by_class[c]->traits[t]);
    }
}

static void clusters_finish(struct clusters *clusters)
{
    cluster_close(clusters);
    clusters_cut(clusters);
    for (size_t i = 0; i < clusters->count; i++)
        cluster_sort(&clusters->items[i]);
    cluster_sort(&clusters->rest);
}

const char *failure_group_shared(const struct failure_group *group, enum failure_trait trait)
{
    const struct trait_values *values = &group->traits[trait];

    if (values->count == 0 || values->items[0].count * 100 < group->documents * NEARLY_ALL)
        return NULL;
    return *values->items[0].text ? values->items[0].text : NULL;
}

/* --- reading -------------------------------------------------------------------------------- */

struct clusters_reading {
    const struct failures_choice *choice;
    struct clusters *failed, *waiting;
};

/* The folder of a path that FileMaker stores by reference, without the file's name. */
static struct span folder_of(struct span path)
{
    size_t end = 0;

    for (size_t i = 0; i < path.size; i++)
        if (path.at[i] == '/' || path.at[i] == '\\')
            end = i;
    return span_first(path, end);
}

static bool on_failed(void *arg, const struct ledger_failed_trait *trait)
{
    struct clusters_reading *reading = arg;
    struct clusters *to = trait->state == LEDGER_FAILED ? reading->failed : reading->waiting;
    struct failed_document failed = { .record_id = trait->record_id,
                                      .traits = { trait->author, trait->type, trait->storage,
                                                  folder_of(trait->path) },
                                      .created = trait->created };

    if (!to || !failures_choice_has(reading->choice, trait->class, trait->type, trait->record_id))
        return true;
    if (!failure_class_read(trait->class, &failed.class))
        failed.class = FAILURE_INTERNAL; /* a class of a newer version */
    clusters_add(to, &failed);
    return true;
}

bool clusters_read(struct ledger *ledger, const struct failures_choice *choice,
                   struct clusters *failed_r, struct clusters *waiting_r, struct err *err)
{
    struct clusters_reading reading = { choice, failed_r, waiting_r };

    if (!ledger_each_trait(ledger, on_failed, &reading, err))
        return false;
    clusters_finish(failed_r);
    if (waiting_r)
        clusters_finish(waiting_r);
    return true;
}
