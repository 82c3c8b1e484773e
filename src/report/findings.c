/*
 * A cluster of neighbours becomes a finding. All other documents form one more, which names only
 * what nearly all share.
 */
#include "report/findings.h"

#include "base/mem.h"
#include "report/cluster_words.h"
#include "report/words.h"

/* Adds "all empty", "264 empty", or for one document "empty". */
static void class_add(struct str *to, enum failure_kind class, int64_t count, int64_t of)
{
    if (count < of) {
        words_number(to, count);
        str_add_char(to, ' ');
    } else if (of > 1) {
        str_add_text(to, "all ");
    }
    str_add_text(to, failure_class_of(class)->briefly);
}

static int64_t class_count(const struct failure_cluster *cluster, int class)
{
    return cluster->by_class[class] ? cluster->by_class[class]->documents : 0;
}

/* Adds ": all empty", or ": 739 streams missing, 264 empty". */
static void classes_add(struct str *to, const struct failure_cluster *cluster)
{
    const char *between = ": ";
    int64_t left[FAILURES];

    for (int c = 0; c < FAILURES; c++)
        left[c] = class_count(cluster, c);
    for (;;) {
        int most = 0;

        for (int c = 1; c < FAILURES; c++)
            if (left[c] > left[most])
                most = c;
        if (left[most] == 0)
            return;
        str_add_text(to, between);
        class_add(to, (enum failure_kind)most, left[most], cluster->all.documents);
        left[most] = 0;
        between = ", ";
    }
}

static void head_add(struct str *to, int64_t count, int64_t total)
{
    words_number_and(to, count, " of ");
    words_number_and(to, total, total == 1 ? " failure" : " failures");
}

/* Adds where a group lies; `apart`: it is no cluster, and only what lies between its ends. */
static void place_add(struct str *to, const struct failure_group *group, bool apart)
{
    if (group->documents == 1)
        str_add_text(to, " is ");
    else if (apart)
        str_add_text(to, " lie scattered over ");
    else
        str_add_text(to, " are ");
    cluster_words_records(to, group->first, group->last);
    if (!apart)
        cluster_words_days(to, group);
    if (!apart || group->documents > 1)
        cluster_words_shared(to, group);
}

static void finding_add(struct finding_list *list, char *text, int64_t count)
{
    list->items = mem_grow(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = (struct report_finding){ text, count };
}

static void cluster_finding_add(struct finding_list *list, const struct failure_cluster *cluster,
                                bool apart, int64_t total)
{
    auto_str text = STR_MAX(KIB(4));

    head_add(&text, cluster->all.documents, total);
    place_add(&text, &cluster->all, apart);
    classes_add(&text, cluster);
    finding_add(list, str_take(&text), cluster->all.documents);
}

static void class_finding_add(struct finding_list *list, const struct failure_cluster *cluster,
                              enum failure_kind class, bool apart, int64_t total)
{
    const struct failure_group *group = cluster->by_class[class];
    auto_str text = STR_MAX(KIB(4));

    if (!group)
        return;
    head_add(&text, group->documents, total);
    place_add(&text, group, apart);
    str_add_text(&text, ": ");
    class_add(&text, class, group->documents, group->documents);
    finding_add(list, str_take(&text), group->documents);
}

static int64_t class_total(const struct clusters *clusters, int class)
{
    int64_t total = class_count(&clusters->rest, class);

    for (size_t i = 0; i < clusters->count; i++)
        total += class_count(&clusters->items[i], class);
    return total;
}

static void findings_of(const struct clusters *clusters, struct findings *findings)
{
    for (size_t i = 0; i <= clusters->count; i++) {
        bool apart = i == clusters->count;
        const struct failure_cluster *cluster = apart ? &clusters->rest : &clusters->items[i];

        if (cluster->all.documents == 0)
            continue;
        cluster_finding_add(&findings->all, cluster, apart, clusters->documents);
        for (int c = 0; c < FAILURES; c++)
            class_finding_add(&findings->by_class[c], cluster, (enum failure_kind)c, apart,
                              class_total(clusters, c));
    }
}

bool findings_read(struct ledger *ledger, struct findings *findings_r, struct err *err)
{
    static const struct failures_choice every = { 0 };
    struct clusters *clusters = mem_new(struct clusters);
    bool good = clusters_read(ledger, &every, clusters, NULL, err);

    if (good) {
        *findings_r = (struct findings){ 0 };
        findings_of(clusters, findings_r);
    }
    clusters_clear(clusters);
    free(clusters);
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
