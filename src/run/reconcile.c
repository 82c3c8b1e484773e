/*
 * One thread, which reads. Corrections are kept until the end and then written in one change, each
 * only if nothing has happened to its document since it was compared.
 */
#include "run/reconcile.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "census/walk_confirm.h"
#include "document/filter.h"
#include "document/row.h"
#include "ledger/corrections.h"
#include "preflight/pinned.h"
#include "preflight/preflight.h"
#include "registry/previous.h"
#include "run/enter.h"
#include "store/open.h"

#include <stdarg.h>

enum { WORDS_MAX = 512 };

/* A document that is to become waiting or done. */
struct correction {
    struct ledger_document_state document;
    enum ledger_state new_state;
    uint64_t mod_id;
    char *why;
};

struct reconciliation {
    const struct engine_settings *settings;
    const struct reconcile_listener *listener;
    struct reconcile_result *result;
    struct ledger *ledger;
    struct registry *registry;
    struct store *store;
    struct correction *corrections;
    size_t count;
};

/* A document that is compared. */
struct reconcile_pair {
    const struct filemaker_record *record;
    const struct source_facts *facts;
    struct ledger_document_state *document;
    bool mark_is_ours;
    bool is_wrong;      /* it must be moved again      */
    const char *reason; /* the first difference's name */
};

static void difference_note(struct reconciliation *c, struct reconcile_pair *pair, const char *name,
                            const char *remedy, const char *format, ...) printf_like(5, 6);

static void difference_note(struct reconciliation *c, struct reconcile_pair *pair, const char *name,
                            const char *remedy, const char *format, ...)
{
    char words[WORDS_MAX];
    struct difference difference = { pair ? pair->record->record_id : 0,
                                     pair && pair->document ? pair->document->identity : "", name,
                                     words, remedy };
    va_list args;

    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    c->result->differences++;
    c->listener->on_difference(c->listener->arg, &difference);
}

static const char redo_remedy[] = "the next run moves it again";

static void redo_note(struct reconciliation *c, struct reconcile_pair *pair, const char *name,
                      const char *words)
{
    if (!pair->is_wrong)
        pair->reason = name;
    pair->is_wrong = true;
    difference_note(c, pair, name, redo_remedy, "%s", words);
}

/* --- corrections ---------------------------------------------------------------------------- */

static void correct_later(struct reconciliation *c, struct reconcile_pair *pair,
                          enum ledger_state new_state, const char *why)
{
    c->corrections = mem_grow(c->corrections, (c->count + 1) * sizeof *c->corrections);
    c->corrections[c->count++] = (struct correction){ .document = *pair->document,
                                                      .new_state = new_state,
                                                      .mod_id = pair->record->mod_id,
                                                      .why = mem_printf("reconcile: %s", why) };
    *pair->document = (struct ledger_document_state){ 0 };
}

static void corrections_free(struct reconciliation *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct ledger_document_state *state = mem_new(struct ledger_document_state);

        *state = c->corrections[i].document;
        ledger_document_states_free(state, 1);
        free(c->corrections[i].why);
    }
    free(c->corrections);
}

static bool corrections_write(struct reconciliation *c, struct err *err)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct correction *one = &c->corrections[i];
        bool changed;

        if (!ledger_correct(c->ledger, &one->document, one->new_state, one->mod_id, one->why,
                            &changed, err))
            return false;
        c->result->put_back += changed && one->new_state == LEDGER_WAITING;
        c->result->settled += changed && one->new_state == LEDGER_DONE;
    }
    return true;
}

static bool corrections_do(struct reconciliation *c, struct err *err)
{
    struct ledger_progress progress = { 0 };
    auto_change change = { 0 };

    if (c->count == 0)
        return true;
    FAILPOINT("reconcile.compared");
    if (!run_short_begin(c->ledger, "reconcile", &change, err) || !corrections_write(c, err))
        return false;
    progress.found = progress.processed = progress.successful = c->result->settled;
    return run_short_end(c->ledger, &progress, &change, err);
}

/* --- object, row, mark ---------------------------------------------------------------------- */

static bool object_compare(struct reconciliation *c, struct reconcile_pair *pair, struct err *err)
{
    const struct ledger_version *version = &pair->document->version;
    struct store_object expected = { .key = version->key,
                                     .size_bytes = version->size_bytes,
                                     .sha256 = version->sha256,
                                     .imprint = version->imprint };
    struct store_found found = { 0 };
    char words[WORDS_MAX], hex[SHA256_HEX_SIZE], other[SHA256_HEX_SIZE];

    if (!version->key) {
        redo_note(c, pair, "version-missing",
                  "the ledger has no version of what it says is stored");
        return true;
    }
    if (!store_compare(c->store, &expected, &found, err))
        return false;
    if (!found.exists) {
        (void)snprintf(words, sizeof words, "nothing lies under '%.300s'", version->key);
        redo_note(c, pair, "object-missing", words);
    } else if (found.size_bytes != version->size_bytes
               || (found.has_sha256 && !sha256_equal(&found.sha256, &version->sha256))) {
        (void)snprintf(words, sizeof words,
                       "'%.200s' holds %ju bytes with sha256 %s; %ju with %s were stored",
                       version->key, (uintmax_t)found.size_bytes,
                       found.has_sha256 ? sha256_hex(&found.sha256, hex) : "unknown",
                       (uintmax_t)version->size_bytes, sha256_hex(&version->sha256, other));
        redo_note(c, pair, "object-differs", words);
    }
    return true;
}

static struct uuid pair_row_id(const struct reconciliation *c, const struct reconcile_pair *pair)
{
    return row_id(c->settings->source_name, pair->document->identity, pair->document->container,
                  pair->document->repetition);
}

/* Compares the row. One that somebody deleted in the application is only reported. */
static bool row_compare(struct reconciliation *c, struct reconcile_pair *pair, struct err *err)
{
    struct uuid id = pair_row_id(c, pair);
    auto_free char *key = NULL;
    char words[WORDS_MAX];
    bool is_there;

    if (!registry_find_document(c->registry, &id, &is_there, &key, err))
        return false;
    if (!is_there) {
        difference_note(c, pair, "row-deleted", NULL, "the application has no row for it any more");
    } else if (key && pair->document->version.key
               && strcmp(key, pair->document->version.key) != 0) {
        (void)snprintf(words, sizeof words, "its row points to '%.200s', it was stored at '%.200s'",
                       key, pair->document->version.key);
        redo_note(c, pair, "row-points-elsewhere", words);
    }
    return true;
}

/* Compares the mark of a document that is done. A later edit does not count: a census finds it. */
static void mark_compare(struct reconciliation *c, struct reconcile_pair *pair)
{
    struct span mark = pair->facts->mark;

    if (!*c->settings->fields.mark || pair->mark_is_ours)
        return;
    if (mark.size == 0)
        redo_note(c, pair, "mark-missing", "somebody emptied the mark");
    else
        difference_note(c, pair, "mark-altered", NULL,
                        "the mark is '" SPAN_FORMAT "', which this migration did not write",
                        SPAN_ARGS(span_first(mark, 64)));
}

/* Settles a document whose mark was sent and never confirmed: was it written? */
static void unsure_settle(struct reconciliation *c, struct reconcile_pair *pair)
{
    const struct ledger_version *version = &pair->document->version;
    bool same = version->mark && dates_stamp_equal(pair->facts->mark, span_of(version->mark));

    if (same && pair->record->mod_id == version->mod_id + (version->mark_stood ? 0 : 1)) {
        difference_note(c, pair, "mark-unsure", "it is there: done",
                        "stored, and its mark was not confirmed");
        correct_later(c, pair, LEDGER_DONE, "the mark is there");
    } else if (pair->record->mod_id == version->mod_id) {
        difference_note(c, pair, "mark-pending", "the next run marks it", "stored, and not marked");
    } else {
        difference_note(c, pair, "edited", redo_remedy,
                        "the record was edited before it could be marked");
        correct_later(c, pair, LEDGER_WAITING, "edited before it could be marked");
    }
}

static bool stored_compare(struct reconciliation *c, struct reconcile_pair *pair, struct err *err)
{
    if (!object_compare(c, pair, err) || !row_compare(c, pair, err))
        return false;
    if (pair->document->state == LEDGER_DONE)
        mark_compare(c, pair);
    if (pair->is_wrong)
        correct_later(c, pair, LEDGER_WAITING, pair->reason);
    else if (pair->document->state == LEDGER_STORED)
        unsure_settle(c, pair);
    return true;
}

/* --- documents that are not stored ---------------------------------------------------------- */

static bool row_previous(struct reconciliation *c, struct reconcile_pair *pair, char **key_r,
                         struct err *err)
{
    struct uuid filemaker_id, ours = pair_row_id(c, pair);

    if (*pair->document->container || !pair->document->filemaker_id
        || !uuid_read_loose(span_of(pair->document->filemaker_id), &filemaker_id))
        return true;
    return registry_previous(c->registry, &filemaker_id, &ours, key_r, err);
}

static bool unstored_compare(struct reconciliation *c, struct reconcile_pair *pair, struct err *err)
{
    auto_free char *key = NULL;

    if (!row_previous(c, pair, &key, err))
        return false;
    if (pair->facts->mark.size && !pair->mark_is_ours)
        difference_note(c, pair, "mark-of-another", "'fmferry reconcile --adopt' looks into it",
                        "%s, and marked by an earlier importer",
                        ledger_state_name(pair->document->state));
    if (key)
        difference_note(c, pair, "row-of-another", "'fmferry reconcile --adopt' looks into it",
                        "an earlier importer's row points to '%.200s'", key);
    return true;
}

/* --- records -------------------------------------------------------------------------------- */

static bool mark_is_ours(struct reconciliation *c, const struct filemaker_record *record,
                         struct span mark, bool *is_r, struct err *err)
{
    char **marks = NULL;
    size_t count = 0;

    *is_r = false;
    if (mark.size == 0)
        return true;
    if (!ledger_marks(c->ledger, record->record_id, &marks, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        *is_r = *is_r || dates_stamp_equal(mark, span_of(marks[i]));
        free(marks[i]);
    }
    free(marks);
    return true;
}

static bool document_compare(struct reconciliation *c, struct reconcile_pair *pair, struct err *err)
{
    c->result->documents++;
    if (pair->document->held) {
        c->result->held++;
        return true;
    }
    switch (pair->document->state) {
    case LEDGER_STORED:
    case LEDGER_DONE:
        return stored_compare(c, pair, err);
    case LEDGER_WAITING:
    case LEDGER_CLAIMED:
    case LEDGER_FAILED:
    case LEDGER_WAIVED:
        return unstored_compare(c, pair, err);
    case LEDGER_GONE:
        difference_note(c, pair, "record-back", "the next run sees it",
                        "the ledger says that it is gone");
        return true;
    }
    abort();
}

static bool record_compare(struct reconciliation *c, const struct filemaker_record *record,
                           struct err *err)
{
    auto_facts facts = { 0 };
    struct reconcile_pair pair = { .record = record, .facts = &facts };
    struct ledger_document_state *states = NULL;
    size_t count = 0;
    bool good, ours;

    facts_read(&c->settings->fields, record, false, 0, &facts);
    c->result->records++;
    meter_add(c->settings->meter, 1, 0);
    if (!mark_is_ours(c, record, facts.mark, &ours, err)
        || !ledger_document_states(c->ledger, record->record_id, &states, &count, err))
        return false;
    if (count == 0)
        difference_note(c, &pair, "not-counted", "the next run counts it",
                        "the ledger does not know it");
    good = true;
    for (size_t i = 0; good && i < count; i++) {
        struct reconcile_pair one = { record, &facts, &states[i], ours, false, NULL };

        good = document_compare(c, &one, err);
    }
    ledger_document_states_free(states, count);
    return good;
}

static bool reconcile_on_found(void *arg, const struct filemaker_record *records, size_t count,
                               struct err *err)
{
    struct reconciliation *c = arg;

    for (size_t i = 0; i < count; i++)
        if (filter_passes(c->settings->filter, &records[i]) && !record_compare(c, &records[i], err))
            return err_ctx(err, "record %ju", (uintmax_t)records[i].record_id);
    return true;
}

static bool records_compare(struct reconciliation *c, struct cancel *cancel, struct err *err)
{
    struct walk_listener listener = { .found = reconcile_on_found, .arg = c, .tells_once = true };
    auto_source_reader *reader = NULL;
    char why[WALK_WHY_SIZE];
    uint64_t count;

    meter_begin(c->settings->meter, "comparing the source's records", "records", METER_UNKNOWN);
    if (!source_new(&c->settings->filemaker, c->settings->file, cancel, &reader, err)
        || !walk_each_once(reader, c->settings->fields.layout, cancel, &listener, &count, why, err))
        return false;
    c->result->is_complete = !*why;
    if (*why)
        log_warn("the source was not read whole: %s", why);
    return true;
}

/* --- objects and rows without a document ------------------------------------------------------ */

/* The folder that all keys have in common: up to the last one without a name in braces. */
static struct span common_folder(const struct engine_settings *settings)
{
    struct span a = span_of(settings->keys.linked), b = span_of(settings->keys.unlinked);
    size_t same = 0, folder = 0;

    while (same < a.size && same < b.size && a.at[same] == b.at[same] && a.at[same] != '{')
        if (a.at[same++] == '/')
            folder = same;
    return span_first(a, folder);
}

static bool objects_compare(struct reconciliation *c, struct err *err)
{
    auto_free char *folder = mem_printf("%s" SPAN_FORMAT, c->settings->keys.prefix,
                                        SPAN_ARGS(common_folder(c->settings)));
    auto_list *list = NULL;
    struct store_entry entry;
    enum step step;

    meter_begin(c->settings->meter, "comparing the store's objects", "objects", METER_UNKNOWN);
    if (!store_list(c->store, folder, &list, err))
        return false;
    while ((step = store_list_next(list, &entry, err)) == STEP_ROW) {
        bool known;

        meter_add(c->settings->meter, 1, 0);
        if (!ledger_knows_key(c->ledger, entry.key, &known, err))
            return false;
        if (!known)
            difference_note(c, NULL, "object-unknown", NULL,
                            "'%.300s', %ju bytes: the ledger never meant it", entry.key,
                            (uintmax_t)entry.size_bytes);
    }
    return step == STEP_END;
}

static bool reconcile_on_row(void *arg, struct span filemaker_id, struct span key, struct err *err)
{
    struct reconciliation *c = arg;
    char identity[UUID_TEXT_SIZE];
    struct uuid uuid;
    bool known;

    meter_add(c->settings->meter, 1, 0);
    if (!uuid_read_loose(filemaker_id, &uuid))
        return true; /* not an id of FileMaker's */
    if (!ledger_knows_identity(c->ledger, uuid_text(&uuid, identity), &known, err))
        return false;
    if (!known)
        difference_note(c, NULL, "row-unknown", NULL,
                        "the application has a row for %s at '" SPAN_FORMAT
                        "', which the source does not have",
                        identity, SPAN_ARGS(span_first(key, 200)));
    return true;
}

static bool rows_compare(struct reconciliation *c, struct err *err)
{
    meter_begin(c->settings->meter, "comparing the application's rows", "rows", METER_UNKNOWN);
    return registry_each_document(c->registry, reconcile_on_row, c, err);
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool compare_all(struct reconciliation *c, struct cancel *cancel, struct err *err)
{
    return records_compare(c, cancel, err) && objects_compare(c, err) && rows_compare(c, err)
           && corrections_do(c, err);
}

static bool compare_opened(struct reconciliation *c, struct cancel *cancel, struct err *err)
{
    const struct engine_settings *s = c->settings;
    auto_ledger *ledger = NULL;
    auto_registry *registry = NULL;
    auto_store *store = NULL;

    if (!ledger_open(s->ledger_url, s->source_name, cancel, &ledger, err)
        || !pinned_check(ledger, s, err)
        || !registry_open_reader(&s->registry, cancel, &registry, err)
        || !store_open(&s->store, cancel, &store, err))
        return false;
    c->ledger = ledger;
    c->registry = registry;
    c->store = store;
    return compare_all(c, cancel, err);
}

bool reconcile_all(const struct engine_settings *settings, struct cancel *cancel,
                   const struct reconcile_listener *listener, struct reconcile_result *result_r,
                   struct err *err)
{
    struct engine_settings learned = *settings;
    auto_containers containers = { 0 };
    struct reconcile_result result = { 0 };
    struct reconciliation comparison = { .settings = &learned,
                                         .listener = listener,
                                         .result = &result };
    bool good;

    good = preflight_all(&learned, PROBE_NEVER, &containers, cancel, err)
           && compare_opened(&comparison, cancel, err);
    corrections_free(&comparison);
    if (good)
        *result_r = result;
    return good;
}
