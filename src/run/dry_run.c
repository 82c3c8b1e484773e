/* A census that only counts; it keeps nothing but the hashes of ids. */
#include "run/dry_run.h"

#include "base/digest.h"
#include "base/idset.h"
#include "base/log.h"
#include "base/mem.h"
#include "census/walk_confirm.h"
#include "document/filter.h"
#include "document/reference.h"
#include "document/row.h"
#include "preflight/id_check.h"
#include "preflight/preflight.h"
#include "registry/registry.h"
#include "transfer/content_source.h"

struct dry_run_walk {
    const struct engine_settings *settings;
    struct registry *registry; /* NULL: there is none yet */
    struct dry_run_result *result;
    struct idset *ids; /* hashes of the ids that came before */
};

static uint64_t id_set_number(struct span id)
{
    struct sha256 hash = sha256_of(id);
    uint64_t number;

    memcpy(&number, hash.bytes, sizeof number);
    return number;
}

/* Counts the record's id. True: a UUID of its own; that holds for all documents of the record. */
static bool id_count(struct dry_run_walk *c, const struct filemaker_record *record)
{
    auto_facts facts = { 0 };
    struct span id = span_trim(filemaker_text(record, c->settings->fields.key));
    bool is_first;

    facts_read(&c->settings->fields, record, false, 0, &facts);
    is_first = facts.has_uuid && idset_add(c->ids, id_set_number(str_span(&facts.identity)));
    c->result->empty_id += id.size == 0;
    c->result->malformed_id += id.size > 0 && !facts.has_uuid;
    c->result->shared_id += facts.has_uuid && !is_first;
    c->result->records_by_number += !is_first;
    return is_first;
}

static void content_count(struct dry_run_walk *c, const struct source_facts *facts)
{
    struct dry_run_result *r = c->result;
    auto_free char *path = NULL;

    if (content_source_is_outside(c->settings, facts)) {
        r->files++;
        return;
    }
    switch (facts->content) {
    case FILEMAKER_STREAM:
        r->files++;
        return;
    case FILEMAKER_EMPTY:
        r->empty++;
        return;
    case FILEMAKER_NO_ACCESS:
        r->no_access++;
        return;
    case FILEMAKER_UNKNOWN:
        r->unknown++;
        return;
    case FILEMAKER_REFERENCE:
        path = reference_path(c->settings->reference_map, facts->value, NULL);
        if (path)
            r->references++;
        else
            r->unmapped++;
        return;
    }
}

static void date_count(struct dry_run_walk *c, const struct filemaker_record *record)
{
    enum date_doubt doubt = row_date_doubt(&c->settings->fields, record);

    c->result->dates_either += doubt == DATE_DOUBT_EITHER;
    c->result->dates_unlike += doubt == DATE_DOUBT_UNLIKE;
}

static bool patient_count(struct dry_run_walk *c, const struct source_facts *facts, struct err *err)
{
    enum registry_match match = REGISTRY_NO_PATIENT;
    char patient[REGISTRY_PATIENT_SIZE];

    if (!c->registry)
        return true;
    if (!registry_match(c->registry, str_span(&facts->patient_id), &match, patient, err))
        return false;
    c->result->linked += match == REGISTRY_ONE_PATIENT;
    c->result->unlinked += match == REGISTRY_NO_PATIENT;
    c->result->review += match == REGISTRY_REVIEW;
    return true;
}

static bool document_count(struct dry_run_walk *c, const struct filemaker_record *record,
                           size_t which, bool has_id, struct err *err)
{
    auto_facts facts = { 0 };

    facts_read(&c->settings->fields, record, false, which, &facts);
    if (which > 0 && facts.content == FILEMAKER_EMPTY)
        return true;
    c->result->documents++;
    c->result->without_id += !has_id;
    c->result->marked += facts.mark.size > 0;
    content_count(c, &facts);
    date_count(c, record);
    return patient_count(c, &facts, err);
}

static bool dry_run_on_found(void *arg, const struct filemaker_record *records, size_t count,
                             struct err *err)
{
    struct dry_run_walk *c = arg;
    const struct containers *containers = c->settings->fields.containers;

    meter_add(c->settings->meter, (int64_t)count, 0);
    for (size_t i = 0; i < count; i++) {
        bool has_id;

        if (!filter_passes(c->settings->filter, &records[i]))
            continue;
        has_id = id_count(c, &records[i]);
        for (size_t which = 0; which < (containers->each_is_document ? containers->count : 1);
             which++)
            if (!document_count(c, &records[i], which, has_id, err))
                return false;
    }
    return true;
}

/* Opens the registry as it is; if there is none, or not all of it yet, makes none: NULL then. */
static bool registry_if_there(const struct engine_settings *settings, struct cancel *cancel,
                              struct registry **registry_r, struct err *err)
{
    return registry_open_reader(&settings->registry, cancel, registry_r, err)
           || err->kind == ERR_USAGE || (err->kind == ERR_DATABASE && err->code == SQL_MISSING);
}

static bool source_count(struct dry_run_walk *c, struct source_reader *reader,
                         struct cancel *cancel, struct err *err)
{
    struct walk_listener listener = { .found = dry_run_on_found, .arg = c, .tells_once = true };
    char why[WALK_WHY_SIZE];
    uint64_t count;
    bool good =
        walk_each_once(reader, c->settings->fields.layout, cancel, &listener, &count, why, err);

    c->result->records = (int64_t)count;
    c->result->closed = good && !*why;
    c->result->distinct_ids = (int64_t)idset_count(c->ids);
    c->result->is_refused = id_check_is_too_few(c->result->records_by_number, c->result->records);
    if (good && *why)
        log_warn("the source was not read whole: %s", why);
    return good;
}

bool dry_run_all(const struct engine_settings *settings, struct cancel *cancel,
                 struct dry_run_result *result_r, struct err *err)
{
    struct engine_settings learned = *settings;
    struct dry_run_result result = { 0 };
    auto_containers containers = { 0 };
    auto_source_reader *reader = NULL;
    auto_registry *registry = NULL;
    struct dry_run_walk counting = { .settings = &learned, .result = &result };
    bool good;

    if (!preflight_all(&learned, PROBE_NEVER, &containers, cancel, err)
        || !source_new(&learned.filemaker, learned.file, cancel, &reader, err)
        || !registry_if_there(settings, cancel, &registry, err))
        return false;
    meter_begin(settings->meter, "reading the source", "records", METER_UNKNOWN);
    counting.ids = idset_new();
    counting.registry = registry;
    result.has_patients = registry != NULL;
    good = source_count(&counting, reader, cancel, err);
    result.is_refused = result.is_refused && !preflight_is_begun(settings, cancel);
    meter_end(settings->meter);
    idset_free(counting.ids);
    *result_r = result;
    return good;
}
