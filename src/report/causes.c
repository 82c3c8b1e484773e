/*
 * Reads the failures twice: first their traits, in the order of records, into clusters; then their
 * evidence, of which each cause keeps the first and counts how many say the same.
 */
#include "report/causes.h"

#include "base/mem.h"
#include "ledger/read.h"
#include "report/cluster_words.h"

/* --- from clusters -------------------------------------------------------------------------- */

static void cause_add(struct cause_group *group, enum failure_kind class,
                      const struct failure_group *of)
{
    auto_str types = STR_MAX(KIB(2));

    cluster_words_types(&types, of);
    group->causes = mem_grow(group->causes, (group->count + 1) * sizeof *group->causes);
    group->causes[group->count++] = (struct failure_cause){ .class = class,
                                                            .documents = of->documents,
                                                            .first = of->first,
                                                            .last = of->last,
                                                            .types = str_take(&types) };
}

static int by_documents(const void *a, const void *b)
{
    const struct failure_cause *left = a, *right = b;

    if (left->documents != right->documents)
        return left->documents < right->documents ? 1 : -1;
    return (left->first > right->first) - (left->first < right->first);
}

static struct cause_group cause_group_of(const struct failure_cluster *cluster, bool is_waiting,
                                         bool is_apart)
{
    struct cause_group group = { .is_waiting = is_waiting,
                                 .is_apart = is_apart,
                                 .documents = cluster->all.documents,
                                 .first = cluster->all.first,
                                 .last = cluster->all.last };
    auto_str shared = STR_MAX(KIB(4));

    if (!is_apart)
        cluster_words_days(&shared, &cluster->all);
    if (!is_apart || cluster->all.documents > 1)
        cluster_words_shared(&shared, &cluster->all);
    group.shared = str_take(&shared);
    for (int c = 0; c < FAILURES; c++)
        if (cluster->by_class[c])
            cause_add(&group, (enum failure_kind)c, cluster->by_class[c]);
    qsort(group.causes, group.count, sizeof *group.causes, by_documents);
    return group;
}

static void groups_add(struct failure_causes *causes, const struct clusters *clusters,
                       bool is_waiting)
{
    causes->groups =
        mem_grow(causes->groups, (causes->count + clusters->count + 1) * sizeof *causes->groups);
    for (size_t i = 0; i < clusters->count; i++)
        causes->groups[causes->count++] = cause_group_of(&clusters->items[i], is_waiting, false);
    if (clusters->rest.all.documents)
        causes->groups[causes->count++] = cause_group_of(&clusters->rest, is_waiting, true);
}

/* --- evidence ------------------------------------------------------------------------------- */

struct evidence_reading {
    const struct failures_choice *choice;
    struct failure_causes *causes;
};

static bool group_has(const struct cause_group *group, bool is_waiting, int64_t record_id)
{
    return group->is_waiting == is_waiting
           && (group->is_apart || (record_id >= group->first && record_id <= group->last));
}

/* Clusters stand before what lies apart, so the first one that fits. */
static struct cause_group *group_find(const struct failure_causes *causes,
                                      const struct ledger_failure *failure)
{
    for (size_t i = 0; i < causes->count; i++)
        if (group_has(&causes->groups[i], failure->state != LEDGER_FAILED, failure->record_id))
            return &causes->groups[i];
    return NULL;
}

static struct failure_cause *cause_find(const struct cause_group *group,
                                        const struct ledger_failure *failure)
{
    enum failure_kind class;

    if (!failure_class_read(span_of(failure->class), &class))
        class = FAILURE_INTERNAL;
    for (size_t k = 0; group && k < group->count; k++)
        if (group->causes[k].class == class)
            return &group->causes[k];
    return NULL;
}

bool failure_causes_place(const struct failure_causes *causes, const struct ledger_failure *failure,
                          struct cause_place *place_r)
{
    place_r->group = group_find(causes, failure);
    place_r->cause = cause_find(place_r->group, failure);
    return place_r->cause != NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *after_digits(const char *text)
{
    while (is_digit(*text))
        text++;
    return text;
}

/* Whether two messages say the same of different records, sizes or times. */
static bool says_the_same(const char *a, const char *b)
{
    while (*a && *b) {
        if (is_digit(*a) && is_digit(*b)) {
            a = after_digits(a);
            b = after_digits(b);
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return *a == *b;
}

static bool is_alike(const struct cause_evidence *evidence, const struct ledger_failure *failure)
{
    return strcmp(evidence->step, failure->step) == 0
           && evidence->http_status == failure->http_status
           && evidence->filemaker_code == failure->filemaker_code
           && says_the_same(evidence->message, failure->message);
}

static void evidence_keep(struct cause_evidence *evidence, const struct ledger_failure *failure)
{
    *evidence = (struct cause_evidence){ .step = mem_text(failure->step),
                                         .message = mem_text(failure->message),
                                         .record_id = failure->record_id,
                                         .at_us = failure->at_us,
                                         .bytes = failure->bytes,
                                         .http_status = failure->http_status,
                                         .filemaker_code = failure->filemaker_code,
                                         .tries = failure->tries };
}

static bool on_failure(void *arg, const struct ledger_failure *failure)
{
    struct evidence_reading *reading = arg;
    struct failure_cause *cause;

    if (!failures_choice_has(reading->choice, span_of(failure->class), span_of(failure->type),
                             failure->record_id))
        return true;
    cause = cause_find(group_find(reading->causes, failure), failure);
    if (!cause)
        return true;
    if (!cause->evidence.step)
        evidence_keep(&cause->evidence, failure);
    cause->alike += is_alike(&cause->evidence, failure);
    return true;
}

/* --- reading -------------------------------------------------------------------------------- */

static bool groups_read(struct ledger *ledger, const struct failures_choice *choice,
                        struct failure_causes *causes, struct err *err)
{
    struct clusters *failed = mem_new(struct clusters), *waiting = mem_new(struct clusters);
    bool good = clusters_read(ledger, choice, failed, waiting, err);

    if (good) {
        groups_add(causes, failed, false);
        groups_add(causes, waiting, true);
        causes->failed = failed->documents;
        causes->waiting = waiting->documents;
    }
    clusters_clear(failed);
    clusters_clear(waiting);
    free(failed);
    free(waiting);
    return good;
}

bool failure_causes_read(struct ledger *ledger, const struct failures_choice *choice,
                         struct failure_causes *causes_r, struct err *err)
{
    auto_failure_causes causes = { 0 };
    struct evidence_reading reading = { choice, &causes };

    if (!groups_read(ledger, choice, &causes, err)
        || !ledger_each_failure(ledger, on_failure, &reading, err))
        return false;
    *causes_r = causes;
    causes = (struct failure_causes){ 0 };
    return true;
}

void failure_causes_clear(struct failure_causes *causes)
{
    for (size_t i = 0; i < causes->count; i++) {
        struct cause_group *group = &causes->groups[i];

        for (size_t k = 0; k < group->count; k++) {
            free(group->causes[k].types);
            free(group->causes[k].evidence.step);
            free(group->causes[k].evidence.message);
        }
        free(group->causes);
        free(group->shared);
    }
    free(causes->groups);
    *causes = (struct failure_causes){ 0 };
}
