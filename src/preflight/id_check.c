/* A few finds and two pages, whatever the size of the layout. */
#include "preflight/id_check.h"

#include "base/digest.h"
#include "base/idset.h"
#include "base/uuid.h"
#include "census/find_count.h"
#include "source/pager.h"

enum { LOOK_RECORDS = 50, SHARED_PAGE = 250, SHARED_PAGES = 4 };

/* --- finds ---------------------------------------------------------------------------------- */

struct id_query {
    struct source_reader *reader;
    const char *layout, *key;
    struct id_check_result *found;
    struct pager *pager; /* knows how many records come at a time */
};

/* Reads as many records as the server can give, up to a limit. */
static bool ids_find(const struct id_query *a, const char *criterion, bool in_order, uint64_t from,
                     uint64_t limit, struct filemaker_page *page_r, struct err *err)
{
    auto_str query = STR_MAX(KIB(4)), order = STR_MAX(KIB(4));

    find_count_query(a->key, criterion, &query);
    if (in_order)
        find_count_order(a->key, &order);
    while (!source_find(a->reader, a->layout, str_text(&query), in_order ? str_text(&order) : NULL,
                        from, limit, page_r, err)) {
        if (limit == 1 || !filemaker_is_too_much(err))
            return false;
        limit /= 2;
    }
    page_r->asked = limit;
    return true;
}

static void look_at(const struct id_query *a, const struct filemaker_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        struct uuid uuid;

        a->found->looked++;
        a->found->malformed +=
            !uuid_read(span_trim(filemaker_text(&page->records[i], a->key)), &uuid);
    }
}

/* Reads the first page, which shows how many records come at a time. */
static bool first_read(const struct id_query *a, struct filemaker_page *page_r, struct err *err)
{
    auto_str query = STR_MAX(KIB(4));

    find_count_query(a->key, "*", &query);
    return pager_find(a->pager, a->reader, a->layout, str_text(&query), NULL, page_r, err);
}

/* Counts the records with an id, and reads the first and the last few of them. */
static bool with_count(const struct id_query *a, int64_t *with_r, struct err *err)
{
    auto_page first = { 0 }, last = { 0 };
    uint64_t few;

    if (!first_read(a, &first, err))
        return false;
    look_at(a, &first);
    *with_r = first.count == 0 ? 0 : (int64_t)first.found;
    few = a->pager->size < LOOK_RECORDS ? a->pager->size : LOOK_RECORDS;
    if (first.found == UINT64_MAX || first.found <= 2 * few)
        return true;
    if (!ids_find(a, "*", false, first.found - few + 1, few, &last, err))
        return false;
    look_at(a, &last);
    return true;
}

static bool matching_count(const struct id_query *a, const char *criterion, int64_t *count_r,
                           struct err *err)
{
    auto_page page = { 0 };

    if (!ids_find(a, criterion, false, 1, 1, &page, err))
        return false;
    *count_r = page.count == 0 ? 0 : (int64_t)page.found;
    return true;
}

/* --- how many ids the records with shared ones have ------------------------------------------ */

static uint64_t id_hash_number(struct span id)
{
    struct sha256 hash = sha256_of(id);
    uint64_t number;

    memcpy(&number, hash.bytes, sizeof number);
    return number;
}

static bool shared_read(const struct id_query *a, struct idset *ids, int64_t *read_r,
                        struct err *err)
{
    uint64_t limit = a->pager->size_before ? a->pager->size : SHARED_PAGE;

    for (uint64_t from = 1; from <= SHARED_PAGES * limit; from += limit) {
        auto_page page = { 0 };

        if (!ids_find(a, "!", true, from, limit, &page, err))
            return false;
        for (size_t i = 0; i < page.count; i++)
            (void)idset_add(ids,
                            id_hash_number(span_trim(filemaker_text(&page.records[i], a->key))));
        *read_r += (int64_t)page.count;
        if (page.count < limit)
            break;
    }
    return true;
}

/* Reads them sorted by id, so that the part that is read is like the rest. */
static bool shared_count(const struct id_query *a, struct err *err)
{
    struct id_check_result *found = a->found;
    struct idset *ids = idset_new();
    int64_t read = 0;
    bool good = shared_read(a, ids, &read, err);

    found->shared_ids = (int64_t)idset_count(ids);
    found->is_estimate = read < found->shared;
    if (found->is_estimate && read > 0)
        found->shared_ids =
            (int64_t)((double)found->shared_ids * (double)found->shared / (double)read);
    idset_free(ids);
    return good;
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool ids_count_all(const struct id_query *a, int64_t *with_r, struct err *err)
{
    struct id_check_result *found = a->found;

    return with_count(a, with_r, err) && matching_count(a, "=", &found->empty, err)
           && (*with_r == 0 || matching_count(a, "!", &found->shared, err))
           && (found->shared == 0 || shared_count(a, err));
}

/* --- a source without finds, which is read whole --- ------------------------------------------- */

/* The different ids, and those of them that a second record has. */
struct id_sets {
    struct idset *all, *shared;
};

static void id_look(const struct id_query *a, struct span id, const struct id_sets *ids)
{
    struct id_check_result *found = a->found;
    uint64_t number = id_hash_number(id);
    struct uuid uuid;

    found->empty += id.size == 0;
    if (id.size == 0)
        return;
    found->looked++;
    found->malformed += !uuid_read(id, &uuid);
    if (!idset_add(ids->all, number))
        (void)idset_add(ids->shared, number);
}

static bool page_look(const struct id_query *a, uint64_t from, const struct id_sets *ids,
                      uint64_t *count_r, struct err *err)
{
    auto_page page = { 0 };

    if (!source_records(a->reader, a->layout, from, SHARED_PAGE, &page, err))
        return false;
    for (size_t i = 0; i < page.count; i++)
        id_look(a, span_trim(filemaker_text(&page.records[i], a->key)), ids);
    *count_r = page.count;
    return true;
}

static bool ids_read_all(const struct id_query *a, int64_t *with_r, struct err *err)
{
    struct id_check_result *found = a->found;
    struct id_sets ids = { idset_new(), idset_new() };
    uint64_t from = 1, count = 1;
    bool good = true;

    for (; good && count > 0; from += count)
        good = page_look(a, from, &ids, &count, err);
    *with_r = found->looked;
    found->shared_ids = (int64_t)idset_count(ids.shared);
    found->shared = found->looked - ((int64_t)idset_count(ids.all) - found->shared_ids);
    idset_free(ids.all);
    idset_free(ids.shared);
    return good;
}

static bool ids_count(const struct id_query *a, int64_t *with_r, struct err *err)
{
    return source_has_finds(a->reader) ? ids_count_all(a, with_r, err)
                                       : ids_read_all(a, with_r, err);
}

static bool find_is_refused(const struct err *err)
{
    return err->kind == ERR_REMOTE && err->reason != 0;
}

bool id_check_count(struct source_reader *reader, const char *layout, const char *key,
                    struct id_check_result *found_r, struct err *err)
{
    struct id_check_result found = { .is_named = *key != '\0' };
    struct pager pager = pager_of(LOOK_RECORDS, LOOK_RECORDS);
    struct id_query asking = { reader, layout, key, &found, &pager };
    int64_t with = 0;

    pager_begin(&pager);
    if (found.is_named && !ids_count(&asking, &with, err)) {
        if (!find_is_refused(err))
            return err_ctx(err, "counting the ids of '%s'", key);
        (void)snprintf(found.why, sizeof found.why, "%.255s", err->msg);
    } else if (found.is_named && (with < 0 || found.empty < 0 || found.shared < 0)) {
        (void)snprintf(found.why, sizeof found.why, "the server gives no counts");
    } else {
        found.is_counted = found.is_named;
        found.records = with + found.empty;
    }
    *found_r = found;
    return true;
}

/* --- judging -------------------------------------------------------------------------------- */

static int64_t malformed_of_all(const struct id_check_result *found)
{
    double part = found->looked ? (double)found->malformed / (double)found->looked : 0;

    return (int64_t)(part * (double)(found->records - found->empty) + 0.5);
}

int64_t id_check_by_record(const struct id_check_result *found)
{
    int64_t by_record = found->empty + found->shared - found->shared_ids + malformed_of_all(found);

    return by_record < found->records ? by_record : found->records;
}

/* How many different ids there are; -1: they were not counted. */
static int64_t id_check_distinct(const struct id_check_result *found)
{
    return found->is_counted ? found->records - found->empty - found->shared + found->shared_ids
                             : -1;
}

bool id_check_is_too_few(int64_t by_record, int64_t records)
{
    return by_record > 2 && by_record * 10 > records;
}

bool id_check_is_wrong(const struct id_check_result *found)
{
    if (!found->is_named)
        return true;
    if (!found->is_counted)
        return id_check_is_too_few(found->malformed, found->looked);
    return id_check_is_too_few(id_check_by_record(found), found->records);
}

void id_check_say(const struct id_check_result *found, const char *key, struct str *to)
{
    if (!found->is_named) {
        str_add_text(to,
                     "no key_field is named: every document is known by the number of its record");
        return;
    }
    if (!found->is_counted)
        str_printf(to, "the ids in '%s' could not be counted (%s); ", key, found->why);
    else
        str_printf(to, "%jd records have %s%jd different ids in '%s'; ", (intmax_t)found->records,
                   found->is_estimate ? "about " : "", (intmax_t)id_check_distinct(found), key);
    if (found->shared > 0)
        str_printf(to, "%jd records share %s%jd of them with others; ", (intmax_t)found->shared,
                   found->is_estimate ? "about " : "", (intmax_t)found->shared_ids);
    if (found->empty > 0)
        str_printf(to, "%jd have none; ", (intmax_t)found->empty);
    if (found->malformed > 0)
        str_printf(to, "of %jd looked at, %jd have one that is not a UUID; ",
                   (intmax_t)found->looked, (intmax_t)found->malformed);
    str_cut(to, to->size - 2);
}

bool id_check_refuse(const struct id_check_result *found, const char *key, struct err *err)
{
    auto_str said = STR_MAX(KIB(1));

    id_check_say(found, key, &said);
    return err_set(err, ERR_USAGE, 0,
                   "[source] key_field: %.250s. So %jd of them would be moved by the number of "
                   "their record, for good. Name the field with each document's own UUID; or, if "
                   "there is none: fmferry run --accept-record-ids YOUR-NAME",
                   str_text(&said), (intmax_t)id_check_by_record(found));
}
