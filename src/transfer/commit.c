/* From the stored object to the ledger and the application's row, in one change. */
#include "transfer/commit.h"

#include "base/log.h"
#include "engine/writes_document.h"
#include "transfer/adopt.h"
#include "transfer/record.h"
#include "transfer/steps.h"

static enum ledger_link link_of(enum registry_match match)
{
    switch (match) {
    case REGISTRY_ONE_PATIENT:
        return LEDGER_LINKED;
    case REGISTRY_NO_PATIENT:
        return LEDGER_UNLINKED;
    case REGISTRY_REVIEW:
        return LEDGER_REVIEW;
    }
    abort();
}

static struct document_row *transfer_row(const struct transfer *t, const char *patient)
{
    const struct engine_settings *settings = t->engine->settings;

    return row_make(&(struct row_parts){ .source_name = settings->source_name,
                                         .identity = t->claim->identity,
                                         .container = t->claim->container,
                                         .repetition = t->claim->repetition,
                                         .record = t->record,
                                         .fields = &settings->fields,
                                         .facts = &t->facts,
                                         .disposition = t->download.disposition,
                                         .mime = t->version.mime,
                                         .ext = t->download.file_type.ext,
                                         .ext_is_named = t->download.file_type.ext_is_named,
                                         .is_accepted = t->download.is_accepted,
                                         .size_bytes = t->version.size_bytes,
                                         .sha256 = &t->version.sha256,
                                         .bucket = store_bucket(t->worker->store),
                                         .key = t->version.key,
                                         .patient = patient });
}

/* The print of the row as we wrote it last, with the version that the document was. */
static int64_t row_print_before(const struct transfer *t)
{
    for (size_t i = 0; i < t->assignment->version_count; i++)
        if (t->assignment->versions[i].number == t->claim->version)
            return t->assignment->versions[i].row_print;
    return 0;
}

/* For the run's last words: whose date is only in the metadata. */
static void date_doubt_count(struct transfer *t)
{
    enum date_doubt doubt = row_date_doubt(&t->engine->settings->fields, t->record);

    if (doubt == DATE_DOUBT_EITHER)
        atomic_fetch_add(&t->engine->dates_either, 1);
    else if (doubt == DATE_DOUBT_UNLIKE)
        atomic_fetch_add(&t->engine->dates_unlike, 1);
}

bool commit_document(struct transfer *t)
{
    enum ledger_link link = link_of(t->assignment->match);
    const char *patient = link == LEDGER_LINKED ? t->assignment->patient : NULL;
    auto_row *row = transfer_row(t, patient);
    struct ledger_attempt evidence;
    bool ready, row_exists;
    struct stored stored = { .claim = t->claim,
                             .version = &t->version,
                             .row = row,
                             .link = link,
                             .patient = patient,
                             .doubt = t->assignment->doubt,
                             .previous = adopt_evidence(&t->previous_finding, &evidence),
                             .take_over = t->assignment->previous_key != NULL,
                             .has_siblings =
                                 t->engine->settings->fields.containers->each_is_document,
                             .had_failed = t->assignment->last_failure.class != NULL,
                             .row_print = row_print_before(t),
                             .ready_r = &ready,
                             .row_exists_r = &row_exists };
    struct err err = { 0 };

    if (!write_stored(t->engine->writer, &stored, &err))
        return failure_of_writer(&t->failure, "record", &err);
    if (!row_exists)
        log_warn("its row was deleted in the application, and is not made again");
    date_doubt_count(t);
    t->claim->state = LEDGER_STORED;
    t->claim->link = link;
    t->claim->version = t->version.number;
    t->claim->size = (int64_t)t->version.size_bytes;
    steps_recorded(t);
    return ready || record_report_incomplete(t);
}
