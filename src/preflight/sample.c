/*
 * Reads pages at places that are spread evenly, then a page of the run's size. Records with a file
 * to fetch are remembered, and read again before it is fetched, as a run does.
 */
#include "preflight/sample.h"

#include "base/idset.h"
#include "base/mem.h"
#include "base/time.h"
#include "census/record_ask.h"
#include "document/dates.h"
#include "document/filter.h"
#include "document/reference.h"
#include "document/row.h"
#include "ledger/edits.h"
#include "ledger/versions.h"
#include "preflight/sample_file.h"
#include "source/pager.h"
#include "transfer/content_source.h"

#include <ctype.h>

enum {
    PLACES = 10,
    PLACE_RECORDS = 20,
    TRIES_FEW = 8,   /* files, if one of them is good */
    TRIES_MOST = 64, /* else */
    CANDIDATES_MAX = 1024
};

#define TOMORROW_US (26 * 3600 * TIME_SECOND)

/* A file that can be fetched. */
struct candidate {
    uint64_t record_id;
    size_t which; /* of the source's containers */
};

struct sampling {
    const struct sample_request *of;
    struct sample *sample;
    struct idset *records, *patients;
    struct candidate candidates[CANDIDATES_MAX];
    size_t count;
    struct sample_file pages[TRIES_FEW + TRIES_MOST]; /* they look like pages, twice the same */
    size_t page_count;
};

/* --- one document --------------------------------------------------------------------------- */

static void content_count(struct sampling *s, const struct source_facts *facts, uint64_t record_id,
                          size_t which)
{
    struct sample *sample = s->sample;
    auto_free char *path = NULL;
    bool is_outside = content_source_is_outside(s->of->settings, facts);
    bool can_come = is_outside || facts->content == FILEMAKER_STREAM;

    sample->outside += is_outside;
    sample->files += facts->content == FILEMAKER_STREAM;
    sample->empty += facts->content == FILEMAKER_EMPTY;
    sample->no_access += facts->content == FILEMAKER_NO_ACCESS;
    sample->unknown += facts->content == FILEMAKER_UNKNOWN;
    if (facts->content == FILEMAKER_REFERENCE) {
        path = reference_path(s->of->settings->reference_map, facts->value, NULL);
        sample->references += path != NULL;
        sample->unmapped += path == NULL;
        can_come = path != NULL;
    }
    if (can_come && s->count < CANDIDATES_MAX)
        s->candidates[s->count++] = (struct candidate){ record_id, which };
}

static void document_look(struct sampling *s, const struct filemaker_record *record, size_t which)
{
    const struct source_fields *f = &s->of->settings->fields;
    size_t place;
    auto_facts facts = { 0 };

    facts_read(f, record, false, which, &facts);
    place = (size_t)(facts.container - f->containers->items);
    if (facts.content != FILEMAKER_EMPTY && place < lengthof(s->sample->by_container))
        s->sample->by_container[place]++;
    if (which > 0 && facts.content == FILEMAKER_EMPTY)
        return;
    s->sample->documents++;
    content_count(s, &facts, record->record_id, which);
}

/* --- one record ----------------------------------------------------------------------------- */

static bool mark_is_known(const struct sampling *s, uint64_t record_id, struct span mark,
                          bool *ours_r, struct err *err)
{
    struct ledger_edits edits = { 0 };
    char **marks = NULL;
    size_t count = 0;

    *ours_r = false;
    if (!s->of->ledger)
        return true;
    if (!ledger_edits_read(s->of->ledger, record_id, time_now_us(), &edits, err))
        return false;
    *ours_r = edits.reaction.mark && dates_stamp_equal(span_of(edits.reaction.mark), mark);
    ledger_edits_clear(&edits);
    if (!ledger_marks(s->of->ledger, record_id, &marks, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        *ours_r = *ours_r || dates_stamp_equal(span_of(marks[i]), mark);
        free(marks[i]);
    }
    free(marks);
    return true;
}

static bool mark_look(struct sampling *s, const struct filemaker_record *record, struct err *err)
{
    struct span mark = span_trim(filemaker_text(record, s->of->settings->fields.mark));
    struct time_civil ignored;
    bool ours;

    if (mark.size == 0) {
        s->sample->unmarked_record = s->sample->unmarked_record ? s->sample->unmarked_record
                                                                : record->record_id;
        return true;
    }
    s->sample->marked++;
    s->sample->marked_malformed += !dates_stamp_read(mark, &ignored);
    if (!mark_is_known(s, record->record_id, mark, &ours, err))
        return false;
    s->sample->marked_ours += ours;
    return true;
}

static bool patient_sample(struct sampling *s, const struct filemaker_record *record,
                           struct err *err)
{
    struct span id = span_trim(filemaker_text(record, s->of->settings->fields.patient));
    struct sha256 hash = sha256_of(id);
    enum registry_match match = REGISTRY_NO_PATIENT;
    char patient[REGISTRY_PATIENT_SIZE];
    uint64_t number;

    memcpy(&number, hash.bytes, sizeof number);
    s->sample->without_patient += id.size == 0;
    if (id.size == 0 || !idset_add(s->patients, number))
        return true;
    if (s->sample->patients < SAMPLE_IDS && id.size < SAMPLE_ID_SIZE)
        memcpy(s->sample->patient_ids[s->sample->patients], id.at, id.size);
    s->sample->patients++;
    if (s->of->registry && !registry_match(s->of->registry, id, &match, patient, err))
        return false;
    s->sample->patients_known += match != REGISTRY_NO_PATIENT;
    return true;
}

/* The shape of a value without what it says: it may be a birthday. */
static void value_shape(struct span value, char form[SAMPLE_VALUE_SIZE])
{
    size_t i;

    for (i = 0; i < value.size && i < SAMPLE_VALUE_SIZE - 1; i++) {
        unsigned char c = (unsigned char)value.at[i];

        form[i] = (char)(isdigit(c) ? '9' : isalpha(c) || c >= 0x80 ? 'x' : c);
    }
    form[i] = '\0';
}

static void times_look(struct sampling *s, const struct filemaker_record *record)
{
    const struct source_fields *f = &s->of->settings->fields;
    struct span date = span_trim(filemaker_text(record, f->date));
    struct time_civil made;
    enum date_doubt doubt = row_date_doubt(f, record);

    s->sample->without_type += *f->type && span_trim(filemaker_text(record, f->type)).size == 0;
    s->sample->dates += date.size > 0;
    s->sample->dates_none += doubt == DATE_DOUBT_UNREADABLE;
    s->sample->dates_either += doubt == DATE_DOUBT_EITHER;
    s->sample->dates_unlike += doubt == DATE_DOUBT_UNLIKE;
    if (doubt != DATE_DOUBT_NONE)
        value_shape(date, s->sample->odd_date_form);
    if (dates_stamp_read(span_trim(filemaker_text(record, f->created)), &made)
        && time_from_zone(made) > time_now_us() + TOMORROW_US)
        s->sample->made_in_future++;
}

static bool record_look(struct sampling *s, const struct filemaker_record *record, struct err *err)
{
    const struct containers *containers = s->of->settings->fields.containers;

    if (!idset_add(s->records, record->record_id))
        return true;
    s->sample->looked++;
    if (!filter_passes(s->of->settings->filter, record))
        return true;
    s->sample->passed++;
    for (size_t which = 0; which < (containers->each_is_document ? containers->count : 1); which++)
        document_look(s, record, which);
    times_look(s, record);
    return (!*s->of->settings->fields.mark || mark_look(s, record, err))
           && patient_sample(s, record, err);
}

static bool records_look(struct sampling *s, const struct filemaker_page *page, struct err *err)
{
    for (size_t i = 0; i < page->count; i++)
        if (!record_look(s, &page->records[i], err))
            return false;
    return true;
}

/* --- pages ---------------------------------------------------------------------------------- */

/* Reads a page as large as the census's become, or as much of it as the server can give. */
static bool large_page_look(struct sampling *s, uint64_t place, struct err *err)
{
    struct sample *sample = s->sample;
    struct pager pager = pager_of(PAGER_MOST, PAGER_MOST);
    struct pager_gap gap = { 0 };
    auto_page page = { 0 };
    int64_t begun_us = time_mono_us();

    pager_begin(&pager);
    if (!pager_read_on(&pager, s->of->reader, s->of->settings->fields.layout, place, 0, &page, &gap,
                       err))
        return false;
    sample->page_records = page.count;
    sample->page_is_cut = pager.size_before > 0;
    sample->page_bytes = page.text.size;
    sample->page_us = time_mono_us() - begun_us;
    if (gap.count > 0)
        pager_gap_tell(&gap, sample->page_gap, sizeof sample->page_gap);
    return records_look(s, &page, err);
}

/* The place where a page begins; the last page ends where the layout does. */
static uint64_t page_start(uint64_t index, uint64_t count)
{
    uint64_t room = count > PLACE_RECORDS ? count - PLACE_RECORDS : 0;

    return index == 0 ? 0 : 1 + room * index / (PLACES - 1);
}

static bool place_look(struct sampling *s, struct pager *pager, uint64_t place, struct err *err)
{
    struct sample *sample = s->sample;
    struct pager_gap gap = { 0 };
    auto_page page = { 0 };
    int64_t begun_us = time_mono_us();

    if (!pager_read_on(pager, s->of->reader, s->of->settings->fields.layout, place, 0, &page, &gap,
                       err))
        return false;
    sample->call_us = time_mono_us() - begun_us;
    if (place == 0) {
        sample->total = page.total;
        sample->records = page.count ? page.found : 0;
    }
    if (gap.count > 0)
        pager_gap_tell(&gap, sample->page_gap, sizeof sample->page_gap);
    return records_look(s, &page, err);
}

/* The first page tells how many there are. */
static bool places_look(struct sampling *s, struct err *err)
{
    struct pager pager = pager_of(PLACE_RECORDS, PLACE_RECORDS);
    uint64_t count = 0;

    pager_begin(&pager);
    for (uint64_t i = 0; i < PLACES && (i == 0 || count > PLACE_RECORDS); i++) {
        if (!place_look(s, &pager, page_start(i, count), err))
            return false;
        count = s->sample->records == UINT64_MAX ? 0 : s->sample->records;
    }
    return large_page_look(s, count > PAGER_MOST ? (count - PAGER_MOST) / 2 : 0, err);
}

/* --- files ---------------------------------------------------------------------------------- */

static void failure_note(struct sample *sample, const struct failure *failure)
{
    struct sample_failure *noted = &sample->failures[failure->kind];

    if (noted->count++ == 0)
        (void)snprintf(noted->words, sizeof noted->words, "%.199s", failure->why.msg);
}

static void file_count(struct sample *sample, const struct sample_file *file)
{
    if (sample->good++ == 0)
        (void)snprintf(sample->storage, sizeof sample->storage, "%s", file->storage);
    sample->good_bytes += file->size;
    sample->witnessed += file->is_witnessed;
}

/* A run takes what only looks like a page if it reads the same a second time. */
static bool page_reads_the_same(struct sampling *s, const struct engine *engine,
                                const struct source_facts *facts, const struct sample_file *first,
                                struct failure *failure)
{
    struct sample_file second;

    return sample_file_fetch(engine, s->of->reader, facts, &second, failure)
           && (sha256_equal(&first->sha256, &second.sha256)
               || sample_file_refuse_page(failure, second.size));
}

static void file_try(struct sampling *s, const struct engine *engine,
                     const struct source_facts *facts)
{
    struct failure failure = { 0 };
    struct sample_file file;
    bool good, is_page;

    s->sample->tried++;
    good = sample_file_fetch(engine, s->of->reader, facts, &file, &failure);
    is_page = file.sign == ERROR_PAGE_LIKELY && !file.is_witnessed;
    if (!good || (is_page && !page_reads_the_same(s, engine, facts, &file, &failure))) {
        failure_note(s->sample, &failure);
        return;
    }
    file.storage = facts->storage;
    if (is_page)
        s->pages[s->page_count++] = file;
    else
        file_count(s->sample, &file);
}

/* And if it came for no other record. */
static void pages_settle(struct sampling *s)
{
    for (size_t i = 0; i < s->page_count; i++) {
        struct failure failure = { 0 };
        size_t same = 0;

        for (size_t j = 0; j < s->page_count; j++)
            same += sha256_equal(&s->pages[i].sha256, &s->pages[j].sha256);
        if (same == 1)
            file_count(s->sample, &s->pages[i]);
        else if (!sample_file_refuse_page(&failure, s->pages[i].size))
            failure_note(s->sample, &failure);
    }
}

static bool candidate_try(struct sampling *s, const struct engine *engine, size_t index,
                          struct err *err)
{
    const struct source_fields *f = &s->of->settings->fields;
    const struct candidate *candidate = &s->candidates[index];
    struct failure failure = { 0 };
    auto_page page = { 0 };
    auto_facts facts = { 0 };
    bool lives;

    if (!record_ask(s->of->reader, f->layout, candidate->record_id, s->of->cancel, &lives, &page,
                    err)) {
        (void)failure_of_source(&failure, "fetch", err);
        if (failure.run_wide)
            return false;
        s->sample->tried++;
        failure_note(s->sample, &failure);
        return true;
    }
    if (!lives)
        return true;
    facts_read(f, &page.records[0], false, candidate->which, &facts);
    file_try(s, engine, &facts);
    return !cancel_is_set(s->of->cancel) || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

/* Tries a few files, spread evenly, and if none of them is good, more. */
static bool files_try(struct sampling *s, struct err *err)
{
    /* As much of a run as the opening of a file needs. */
    struct engine engine = { .settings = s->of->settings, .cancel = s->of->cancel };
    size_t few = s->count < TRIES_FEW ? s->count : TRIES_FEW;
    size_t most = s->count < TRIES_MOST ? s->count : TRIES_MOST;

    for (size_t i = 0; i < few; i++)
        if (!candidate_try(s, &engine, i * s->count / few, err))
            return false;
    for (size_t i = 0; i < most && s->sample->good == 0 && s->count > few; i++)
        if (!candidate_try(s, &engine, (2 * i + 1) * s->count / (2 * most), err))
            return false;
    pages_settle(s);
    return true;
}

bool sample_take(const struct sample_request *of, struct sample *sample_r, struct err *err)
{
    auto_free struct sampling *s = mem_new(struct sampling);
    bool good;

    *sample_r = (struct sample){ 0 };
    s->of = of;
    s->sample = sample_r;
    s->records = idset_new();
    s->patients = idset_new();
    good = places_look(s, err) && files_try(s, err);
    idset_free(s->records);
    idset_free(s->patients);
    return good;
}
