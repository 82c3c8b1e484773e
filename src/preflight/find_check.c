/* The find is measured twice, as the single record is: the first of each may meet a cold cache. */
#include "preflight/find_check.h"

#include "base/time.h"
#include "document/containers.h"
#include "engine/batches.h"
#include "filemaker/errors.h"

enum { TIMES = 2 };

const char *find_check_word(enum find_verdict verdict)
{
    switch (verdict) {
    case FIND_USED:
        return "used";
    case FIND_NOT_WANTED:
        return "not-wanted";
    case FIND_NO_IDS:
        return "no-ids";
    case FIND_REFUSED:
        return "refused";
    case FIND_TOO_MUCH:
        return "too-much";
    case FIND_SLOW:
        return "slow";
    case FIND_MISSES:
        return "misses";
    }
    abort();
}

/* Records of a page whose ids can be looked for. */
struct wanted {
    struct span ids[BATCH_MAX];
    uint64_t records[BATCH_MAX];
    size_t count;
};

static void wanted_choose(const struct filemaker_page *page, const char *key, struct wanted *wanted)
{
    for (size_t i = 0; i < page->count && wanted->count < BATCH_MAX; i++) {
        struct span id = filemaker_text(&page->records[i], key);

        if (!filemaker_can_find(id))
            continue;
        wanted->ids[wanted->count] = id;
        wanted->records[wanted->count++] = page->records[i].record_id;
    }
}

static bool single_measure(const struct engine_settings *settings, struct source_reader *reader,
                           uint64_t record_id, int64_t *took_us_r, struct err *err)
{
    for (int i = 0; i < TIMES; i++) {
        int64_t begun_us = time_mono_us(), took_us;
        auto_page page = { 0 };

        if (!source_record(reader, settings->fields.layout, record_id, &page, err))
            return false;
        took_us = time_mono_us() - begun_us;
        *took_us_r = i == 0 || took_us < *took_us_r ? took_us : *took_us_r;
    }
    return true;
}

static bool find_measure(const struct engine_settings *settings, struct source_reader *reader,
                         const struct wanted *wanted, struct find_check *check, struct err *err)
{
    for (int i = 0; i < TIMES; i++) {
        int64_t begun_us = time_mono_us(), took_us;
        auto_page page = { 0 };

        if (!source_find_any(reader, settings->fields.layout, settings->fields.key, wanted->ids,
                             wanted->count, &page, err))
            return false;
        took_us = time_mono_us() - begun_us;
        check->find_us = i == 0 || took_us < check->find_us ? took_us : check->find_us;
        check->found = 0;
        for (size_t n = 0; n < wanted->count; n++)
            check->found += filemaker_page_record(&page, wanted->records[n]) != NULL;
    }
    return true;
}

static enum find_verdict find_judge(const struct find_check *check)
{
    if (batches_misses_most(check->asked, check->asked - check->found))
        return FIND_MISSES;
    return batches_is_slow(check->single_us, check->asked, check->find_us) ? FIND_SLOW : FIND_USED;
}

bool find_check_take(const struct engine_settings *settings, struct source_reader *reader,
                     uint64_t page_most, struct find_check *check_r, struct err *err)
{
    struct find_check check = { .verdict = FIND_NOT_WANTED };
    struct wanted wanted = { .count = 0 };
    uint64_t most = (uint64_t)settings->records_at_once;
    auto_page page = { 0 };

    if (most > 1) {
        if (!source_records(reader, settings->fields.layout, 1, page_most < most ? page_most : most,
                            &page, err))
            return false;
        wanted_choose(&page, settings->fields.key, &wanted);
        check.asked = wanted.count;
        check.verdict = FIND_NO_IDS;
    }
    if (wanted.count > 1) {
        if (!single_measure(settings, reader, wanted.records[0], &check.single_us, err))
            return false;
        if (find_measure(settings, reader, &wanted, &check, &check.why))
            check.verdict = find_judge(&check);
        else
            check.verdict = filemaker_is_too_much(&check.why) ? FIND_TOO_MUCH : FIND_REFUSED;
        if (check.why.kind == ERR_CANCELED)
            return err_set(err, ERR_CANCELED, 0, "%s", check.why.msg);
    }
    *check_r = check;
    return true;
}
