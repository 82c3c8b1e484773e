/* Patients, as the application has them: all of them by the hour, and those whom documents name first. */
#include "console/index/indexing.h"

#include "base/mem.h"
#include "console/documents/places.h"
#include "console/index/index_cards.h"
#include "console/index_sql.h"
#include "registry/people.h"

enum { PEOPLE = 500, FRESH = 50 };

/* Patients of a page of the registry's, written as they come. */
struct people_page {
    struct indexer *indexer;
    char last[REGISTRY_PATIENT_SIZE * 4];
    int64_t count;
};

static bool person_take(void *arg, const struct registry_listed *person, struct err *err)
{
    struct people_page *page = arg;

    page->count++;
    (void)snprintf(page->last, sizeof page->last, SPAN_FORMAT, SPAN_ARGS(person->patient));
    return index_person_put(page->indexer->sql, person, err);
}

/* Takes away whom the application does not have any more: asked only if there is a difference. */
static bool people_check(struct indexer *indexer, struct registry *registry, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;
    int64_t count;

    if (!sql_number(indexer->sql, &INDEX_PEOPLE_COUNT, SQL_NO_ARGS, 0, &count, err))
        return false;
    if (count <= indexer->person_count)
        return true;
    if (!sql_query(indexer->sql, &INDEX_PEOPLE_AFTER, sql_args(sql_i64(0), sql_i64(INT64_MAX)),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        auto_free char *patient = span_text(sql_get_text(rows, 1));
        bool is_there;

        if (!registry_has_patient(registry, patient, &is_there, err)
            || (!is_there
                && !sql_run(indexer->sql, &INDEX_PERSON_MISSING, sql_args(sql_text(patient)), err)))
            return false;
    }
    return step == STEP_END;
}

static bool people_end(struct indexer *indexer, struct registry *registry, struct err *err)
{
    int64_t now_us = clock_now_us(indexer->console->clock);

    if (!people_check(indexer, registry, err)
        || !sql_run(indexer->sql, &INDEX_ABOUT_PEOPLED, sql_args(sql_i64(now_us)), err))
        return false;
    indexer->about.peopled_us = now_us;
    free(take(indexer->person));
    return true;
}

bool index_people_step(struct indexer *indexer, struct err *err)
{
    struct people_page page = { .indexer = indexer };
    auto_loan loan = { 0 };
    auto_tx tx = { 0 };
    struct registry *registry;

    if (!indexer->person)
        indexer->person_count = 0;
    if (!places_registry(indexer->console->places, &loan, &registry, err)
        || !sql_begin(indexer->sql, &tx, err)
        || !registry_each_person(registry, indexer->person, PEOPLE, person_take, &page, err))
        return false;
    indexer->person_count += page.count;
    if (page.count < PEOPLE && !people_end(indexer, registry, err))
        return false;
    if (page.count == PEOPLE) {
        free(indexer->person);
        indexer->person = mem_text(page.last);
    }
    return sql_commit(&tx, err);
}

/* Patients whom documents name, and whom the application was not asked about. */
static bool fresh_read(struct indexer *indexer, char *patients[FRESH], size_t *count_r,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    *count_r = 0;
    if (!sql_query(indexer->sql, &INDEX_PEOPLE_NEW, sql_args(sql_i64(FRESH)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW && *count_r < FRESH)
        patients[(*count_r)++] = span_text(sql_get_text(rows, 0));
    return step != STEP_ERROR;
}

static bool fresh_ask(struct indexer *indexer, char *const *patients, size_t count, struct err *err)
{
    struct people_page page = { .indexer = indexer };
    auto_loan loan = { 0 };
    auto_tx tx = { 0 };
    struct registry *registry;

    if (!places_registry(indexer->console->places, &loan, &registry, err)
        || !sql_begin(indexer->sql, &tx, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t before = page.count;

        if (!registry_find_person(registry, patients[i], person_take, &page, err)
            || (page.count == before
                && !sql_run(indexer->sql, &INDEX_PERSON_MISSING, sql_args(sql_text(patients[i])),
                            err)))
            return false;
    }
    return sql_commit(&tx, err);
}

bool index_fresh_step(struct indexer *indexer, bool *worked_r, struct err *err)
{
    char *patients[FRESH] = { NULL };
    size_t count;
    bool good = fresh_read(indexer, patients, &count, err)
                && (count == 0 || fresh_ask(indexer, patients, count, err));

    for (size_t i = 0; i < FRESH; i++)
        free(patients[i]);
    *worked_r = *worked_r || (good && count > 0);
    return good;
}
