/*
 * One document after the other: held, its versions copied, switched in one change, the old objects
 * removed, let go. Each step is in the ledger before the next one begins, so that whoever comes
 * after a crash finds what is half done: an intent whose object may exist, or an object that is
 * leaving.
 */
#include "run/relink.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "document/row.h"
#include "engine/peers.h"
#include "ledger/peer_locks.h"
#include "preflight/pinned.h"
#include "run/relocate.h"

enum { PAGE = 64, VERSIONS_MAX = 256 };

struct relinker {
    const struct engine_settings *settings;
    const struct relink_request *request;
    struct cancel *cancel;
    struct relink_result *result;
    struct ledger *ledger;
    struct registry *registry;
    struct peer_locks *peer_locks;
    struct store *from, *to;
    struct writer *writer;
    int64_t run_id, switched;
};

/* A document on its way. */
struct relink_item {
    struct relinker *linker;
    struct ledger_claim *claim;
    struct ledger_link_target target;
    char patient[REGISTRY_PATIENT_SIZE]; /* what the target's patient points to */
    bool must_move;                      /* it may have to be moved at all      */
    struct ledger_version *versions;
    size_t version_count;
    struct ledger_link_move moves[VERSIONS_MAX];
    size_t move_count;
    const struct ledger_version *from; /* being copied                  */
    struct ledger_version to;
    struct ledger_version current; /* the document as it is from now on */
};

static bool same_patient(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void relink_item_clear(struct relink_item *p)
{
    ledger_versions_free(p->versions, p->version_count);
    ledger_version_clear(&p->to);
    ledger_version_clear(&p->current);
}
#define auto_relink_item __attribute__((cleanup(relink_item_clear))) struct relink_item

static struct uuid item_row_id(const struct relink_item *p)
{
    const struct ledger_claim *claim = p->claim;

    return row_id(p->linker->settings->source_name, claim->identity, claim->container,
                  claim->repetition);
}

/* --- at the desk ---------------------------------------------------------------------------- */

static bool relink_hold_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct relink_item *p = arg;

    return ledger_run_lease(hands->ledger, p->linker->settings->lease_us, err)
           && ledger_link_hold(hands->ledger, p->claim, err);
}

static bool relink_versions_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct relink_item *p = arg;

    ledger_versions_free(take(p->versions), p->version_count);
    p->version_count = 0;
    return ledger_versions(hands->ledger, p->claim->document, &p->versions, &p->version_count, err);
}

static bool relink_intend_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct relink_item *p = arg;

    return ledger_run_lease(hands->ledger, p->linker->settings->lease_us, err)
           && ledger_intend(hands->ledger, p->claim, &p->to, err);
}

static bool relink_switch_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct relink_item *p = arg;
    const struct ledger_claim *claim = p->claim;
    struct registry_move move = {
        .id = item_row_id(p),
        .patient = p->target.patient,
        .bucket = store_bucket(p->linker->to),
        .key = p->current.key,
        .now_us = time_now_us(),
        .writer = { ledger_source_created_us(hands->ledger), claim->epoch },
    };
    bool there;

    if (!ledger_link_switch(hands->ledger, claim, &p->target, &p->current, p->moves, p->move_count,
                            err)
        || !registry_move_document(hands->registry, &move, &there, err))
        return false;
    if (!there)
        log_warn("record %ju: its row was deleted in the application, and is not made again",
                 (uintmax_t)claim->record_id);
    return true;
}

struct version_note_job {
    struct relink_item *item;
    const struct ledger_version *version;
    enum ledger_version_state state;
    bool key_is_used; /* out */
};

static bool version_note_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct version_note_job *job = arg;

    return ledger_link_note(hands->ledger, job->item->claim, job->version->number, job->state, err);
}

static bool key_is_used_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct version_note_job *job = arg;

    return ledger_key_is_used(hands->ledger, job->version->key, &job->key_is_used, err);
}

static bool relink_free_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct relink_item *p = arg;

    return ledger_link_release(hands->ledger, p->claim, err);
}

static bool is_not_ours(const struct err *err)
{
    return err->kind == ERR_DATABASE && err->code == LEDGER_NOT_OURS;
}

/* --- copying -------------------------------------------------------------------------------- */

static bool upload_intend(void *arg, const char *upload_id, struct err *err)
{
    struct relink_item *p = arg;

    free(take(p->to.upload_id));
    p->to.upload_id = mem_text(upload_id);
    return writer_run(p->linker->writer, relink_intend_work, p, err);
}

static const char *extension_of(const char *key)
{
    const char *ext = span_extension(span_of(key)).at; /* up to the key's own end */

    return ext ? ext : "bin";
}

static bool key_has_hash(const char *key)
{
    const char *slash = strrchr(key, '/');

    return strchr(slash ? slash : key, '~') != NULL;
}

static bool item_key(const struct relink_item *p, bool with_hash, char **key_r, struct err *err)
{
    const struct ledger_claim *claim = p->claim;
    struct key_facts facts = { .patient_id = p->target.patient,
                               .type = span_of(claim->type),
                               .filemaker_id = span_of(claim->filemaker_id),
                               .record_id = claim->record_id,
                               .container = claim->container,
                               .repetition = claim->repetition,
                               .ext = extension_of(p->from->key),
                               .version = with_hash ? &p->from->sha256 : NULL };
    auto_str key = STR_MAX(STORE_KEY_MAX);

    if (!key_make(&p->linker->settings->keys, &facts, &key, err))
        return false;
    *key_r = str_take(&key);
    return true;
}

static char *text_or_null(const char *text)
{
    return text ? mem_text(text) : NULL;
}

/* What is to lie with the patient: the same bytes, the same mark, another key. */
static void version_make(struct relink_item *p, char *key)
{
    ledger_version_clear(&p->to);
    p->to = (struct ledger_version){ .key = key,
                                     .has_sha256 = true,
                                     .sha256 = p->from->sha256,
                                     .size_bytes = p->from->size_bytes,
                                     .mime = mem_text(p->from->mime),
                                     .mod_id = p->from->mod_id,
                                     .mark = text_or_null(p->from->mark),
                                     .patient = text_or_null(p->target.patient) };
    for (size_t i = 0; i < p->version_count; i++) /* an earlier try's intent */
        if (!p->versions[i].stored && strcmp(p->versions[i].key, key) == 0)
            p->to.number = p->versions[i].number;
}

static bool version_copy(struct relink_item *p, bool with_hash, enum relocated *relocated_r,
                         struct err *err)
{
    struct relocation relocation = { .from = p->linker->from,
                                     .to = p->linker->to,
                                     .record_id = p->claim->record_id,
                                     .layout = p->linker->settings->fields.layout,
                                     .intend = upload_intend,
                                     .arg = p };
    char *key;

    if (!item_key(p, with_hash, &key, err))
        return false;
    version_make(p, key);
    if (!writer_run(p->linker->writer, relink_intend_work, p, err))
        return false;
    FAILPOINT("link.intended");
    if (!relocate_object(&relocation, p->from, key, relocated_r, err))
        return false;
    p->to.imprint = text_or_null(*relocation.imprint ? relocation.imprint : NULL);
    FAILPOINT("link.copied");
    return true;
}

static void item_current_set(struct relink_item *p, const struct ledger_version *version)
{
    ledger_version_clear(&p->current);
    p->current = (struct ledger_version){ .key = mem_text(version->key),
                                          .sha256 = version->sha256,
                                          .size_bytes = version->size_bytes,
                                          .mod_id = version->mod_id,
                                          .imprint = text_or_null(version->imprint) };
}

/* `moved_r` false: it cannot be done, and the log says why. */
static bool version_move(struct relink_item *p, const struct ledger_version *from, bool *moved_r,
                         struct err *err)
{
    bool with_hash = key_has_hash(from->key);
    struct ledger_link_move *move;
    enum relocated relocated;
    struct err why = { 0 };

    p->from = from;
    *moved_r = false;
    if (!version_copy(p, with_hash, &relocated, &why)) {
        *err = why;
        return false;
    }
    if (relocated == RELOCATED_TAKEN && !with_hash && !version_copy(p, true, &relocated, &why)) {
        *err = why;
        return false;
    }
    if (relocated != RELOCATED) {
        log_error("record %ju cannot be given to its patient: %s", (uintmax_t)p->claim->record_id,
                  relocated == RELOCATED_BROKEN ? why.msg
                                                : "something else lies under its new key");
        return true;
    }
    move = &p->moves[p->move_count++];
    *move = (struct ledger_link_move){ from->number, p->to.number, "" };
    (void)snprintf(move->imprint, sizeof move->imprint, "%s", p->to.imprint ? p->to.imprint : "");
    if (from->number == p->claim->version)
        item_current_set(p, &p->to);
    return *moved_r = true;
}

/* Every version whose object stays goes along, so that no earlier one is left with a stranger. */
static bool versions_move(struct relink_item *p, bool *moved_r, struct err *err)
{
    *moved_r = true;
    for (size_t i = 0; *moved_r && i < p->version_count && p->move_count < VERSIONS_MAX; i++) {
        const struct ledger_version *version = &p->versions[i];

        if (version->number == p->claim->version)
            item_current_set(p, version);
        if (version->stored && !version->leaving && version->has_sha256
            && !same_patient(version->patient, p->target.patient)
            && !version_move(p, version, moved_r, err))
            return false;
    }
    return true;
}

/* --- removing ------------------------------------------------------------------------------- */

static bool version_note(struct relink_item *p, const struct ledger_version *version,
                         enum ledger_version_state state, struct err *err)
{
    struct version_note_job job = { p, version, state, false };

    return writer_run(p->linker->writer, version_note_work, &job, err);
}

static bool leaving_remove(struct relink_item *p, const struct ledger_version *version,
                           struct err *err)
{
    struct version_note_job job = { p, version, LEDGER_VERSION_REMOVED, false };

    if (!writer_run(p->linker->writer, key_is_used_work, &job, err)
        || (!job.key_is_used && !store_remove(p->linker->to, version->key, err)))
        return false;
    FAILPOINT("link.removed");
    return writer_run(p->linker->writer, version_note_work, &job, err);
}

/*
 * An intent to give the document to somebody whose it is not: the work of a call that was
 * interrupted before the patient changed once more. If its object exists, it is ours to remove.
 */
static bool stray_settle(struct relink_item *p, const struct ledger_version *version,
                         struct err *err)
{
    struct store_object expected = { .key = version->key,
                                     .size_bytes = version->size_bytes,
                                     .sha256 = version->sha256,
                                     .imprint = version->imprint };
    struct store_found found = { 0 };
    bool ours;

    if (!store_compare(p->linker->to, &expected, &found, err))
        return false;
    ours = found.exists && found.has_sha256 && version->has_sha256
           && sha256_equal(&found.sha256, &version->sha256);
    if (found.exists && !ours)
        return true; /* not what we would have put: somebody else's, and not touched */
    return version_note(p, version, LEDGER_VERSION_LEAVING, err);
}

static bool strays_settle(struct relink_item *p, struct err *err)
{
    for (size_t i = 0; i < p->version_count; i++)
        if (!p->versions[i].stored && !same_patient(p->versions[i].patient, p->target.patient)
            && !stray_settle(p, &p->versions[i], err))
            return false;
    return true;
}

static bool all_leaving_remove(struct relink_item *p, struct err *err)
{
    if (!writer_run(p->linker->writer, relink_versions_work, p, err))
        return false;
    for (size_t i = 0; i < p->version_count; i++)
        if (p->versions[i].leaving && !leaving_remove(p, &p->versions[i], err))
            return false;
    return true;
}

/* --- one document --------------------------------------------------------------------------- */

static bool has_new_patient(const struct relink_item *p)
{
    return p->target.link != p->claim->link || p->target.who != NULL
           || !same_patient(p->target.patient, p->claim->patient);
}

static void result_count(const struct relink_item *p, bool is_new)
{
    struct relink_result *result = p->linker->result;

    if (!is_new)
        result->completed++;
    else if (p->target.patient)
        result->linked++;
    else
        result->unlinked++;
}

static bool document_switch(struct relink_item *p, struct err *err)
{
    if (!writer_run(p->linker->writer, relink_switch_work, p, err))
        return false;
    FAILPOINT("link.switched");
    p->linker->switched++;
    return true;
}

static bool held_item_move(struct relink_item *p, struct err *err)
{
    struct relinker *l = p->linker;
    bool moved, is_new = has_new_patient(p);

    if (!writer_run(l->writer, relink_versions_work, p, err) || !versions_move(p, &moved, err))
        return false;
    if (!moved)
        l->result->failed++;
    else if ((is_new || p->move_count > 0) && !document_switch(p, err))
        return false;
    else if (!strays_settle(p, err) || !all_leaving_remove(p, err))
        return false;
    else
        result_count(p, is_new);
    return writer_run(l->writer, relink_free_work, p, err);
}

static bool relink_item_move(struct relink_item *p, struct err *err)
{
    if (!writer_run(p->linker->writer, relink_hold_work, p, err))
        return is_not_ours(err); /* somebody else sees to it */
    FAILPOINT("link.held");
    return held_item_move(p, err) || is_not_ours(err);
}

/* --- which, and whereto --------------------------------------------------------------------- */

struct relink_page {
    struct relinker *linker;
    int64_t after;
    struct ledger_claim claims[PAGE];
    struct relink_item items[PAGE];
    size_t count;
};

static bool is_half_moved(struct ledger *ledger, const struct relink_item *p, bool *half_r,
                          struct err *err)
{
    struct ledger_version *versions;
    size_t count;

    *half_r = false;
    if (!ledger_versions(ledger, p->claim->document, &versions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *half_r |= versions[i].leaving || !same_patient(versions[i].patient, p->claim->patient);
    ledger_versions_free(versions, count);
    return true;
}

static void target_set(struct relink_item *p, enum ledger_link link, const char *patient)
{
    p->target.link = link;
    (void)snprintf(p->patient, sizeof p->patient, "%s", patient ? patient : "");
    p->target.patient = patient ? p->patient : NULL;
}

static void target_by_hand(struct relink_item *p, const struct relink_request *order)
{
    target_set(p, order->patient ? LEDGER_LINKED : LEDGER_UNLINKED, order->patient);
    p->target.who = order->who;
    p->target.reason = order->reason;
}

/* Whoever lies with a patient stays there unless exactly one other is named: never by a doubt. */
static bool target_by_id(struct relinker *l, struct relink_item *p, struct err *err)
{
    char patient[REGISTRY_PATIENT_SIZE];
    enum registry_match match;
    bool doubted;

    if (p->claim->by_hand) {
        target_set(p, p->claim->link, p->claim->patient);
        return true;
    }
    if (!registry_match(l->registry, span_of(p->claim->patient_id), &match, patient, err)
        || !registry_is_doubted(l->registry, item_row_id(p), &doubted, err))
        return false;
    if (doubted && match == REGISTRY_ONE_PATIENT)
        match = REGISTRY_REVIEW;
    if (match == REGISTRY_ONE_PATIENT)
        target_set(p, LEDGER_LINKED, patient);
    else if (p->claim->link == LEDGER_LINKED)
        target_set(p, LEDGER_LINKED, p->claim->patient);
    else
        target_set(p, match == REGISTRY_REVIEW ? LEDGER_REVIEW : LEDGER_UNLINKED, NULL);
    l->result->orphaned += match == REGISTRY_NO_PATIENT && p->claim->link == LEDGER_LINKED;
    l->result->review += match == REGISTRY_REVIEW;
    l->result->waiting += match == REGISTRY_NO_PATIENT && p->claim->link != LEDGER_LINKED;
    return true;
}

static bool relink_item_plan(struct relinker *l, struct relink_item *p, struct err *err)
{
    bool half;

    if (l->request->by_hand)
        target_by_hand(p, l->request);
    else if (!target_by_id(l, p, err))
        return false;
    if (!is_half_moved(l->ledger, p, &half, err))
        return false;
    p->must_move = half || has_new_patient(p);
    return true;
}

static void relink_page_clear(struct relink_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        relink_item_clear(&page->items[i]);
        ledger_claim_clear(&page->claims[i]);
    }
    page->count = 0;
}

static bool relink_page_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct relink_page *page = arg;
    struct relink_result before = *page->linker->result;

    relink_page_clear(page);
    if (!ledger_links(hands->ledger, &page->linker->request->choice, page->after, PAGE,
                      page->claims, &page->count, err))
        return false;
    for (size_t i = 0; i < page->count; i++) {
        page->items[i] = (struct relink_item){ .linker = page->linker, .claim = &page->claims[i] };
        if (!relink_item_plan(page->linker, &page->items[i], err)) {
            *page->linker->result = before;
            return false;
        }
    }
    return true;
}

static bool relink_page_move(struct relinker *l, struct relink_page *page, struct err *err)
{
    for (size_t i = 0; i < page->count; i++) {
        l->result->examined++;
        if (cancel_is_set(l->cancel))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (page->items[i].must_move && !relink_item_move(&page->items[i], err))
            return false;
        page->after = page->claims[i].document;
    }
    return true;
}

static bool relink_all(struct relinker *l, struct err *err)
{
    struct relink_page *page = mem_new(struct relink_page);
    bool good, more = true;

    page->linker = l;
    do {
        good = writer_run(l->writer, relink_page_work, page, err) && relink_page_move(l, page, err);
        more = page->count == PAGE;
        relink_page_clear(page);
    } while (good && more);
    free(page);
    return good;
}

/* --- beginning and ending ------------------------------------------------------------------- */

/* Behind the door, as every run comes in. */
static bool relinker_enter(struct relinker *l, struct err *err)
{
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process("link", &names);
    auto_peers others = { .lease_us = l->settings->lease_us };
    auto_change change = { 0 };
    int64_t patients;

    return ledger_begin(l->ledger, &change, err)
           && ledger_open_runs(l->ledger, others.lease_us, &others.runs, &others.count, err)
           && peers_find_dead(&others, l->peer_locks, err)
           && ledger_run_begin(l->ledger, &process, &l->run_id, err)
           && ledger_run_lease(l->ledger, others.lease_us, err)
           && peers_release_dead(&others, l->ledger, err)
           && registry_map_patients(l->registry, &patients, err)
           && registry_commit(l->registry, err) && ledger_commit(&change, err)
           && peer_locks_hold(l->peer_locks, l->run_id, err);
}

static bool relinker_enter_under_lock(struct relinker *l, struct err *err)
{
    bool good;

    if (!peer_locks_start_lock(l->peer_locks, err))
        return false;
    good = relinker_enter(l, err);
    peer_locks_start_unlock(l->peer_locks);
    return good;
}

struct relink_end_job {
    const struct relinker *linker;
    const char *status;
};

static bool relink_end_work(const struct writer_context *hands, void *arg, struct err *err)
{
    const struct relink_end_job *job = arg;
    const struct relink_result *result = job->linker->result;
    struct ledger_progress progress = { .found = result->examined,
                                        .processed = job->linker->switched + result->failed,
                                        .successful = job->linker->switched,
                                        .failed = result->failed };
    int64_t freed;

    return ledger_run_release(hands->ledger, &freed, err)
           && ledger_run_note(hands->ledger, &progress, job->status, true, err);
}

static bool relinker_open(struct relinker *l, struct err *err)
{
    const struct engine_settings *s = l->settings;
    bool shared = sql_same_database(s->ledger_url, s->registry.url);

    return pinned_store_check(s, l->cancel, err)
           && ledger_open(s->ledger_url, s->source_name, l->cancel, &l->ledger, err)
           && peer_locks_open(s->ledger_url, &l->peer_locks, err)
           && registry_open(&s->registry, shared ? ledger_sql(l->ledger) : NULL, l->cancel,
                            &l->registry, err)
           && store_open(&s->store, l->cancel, &l->from, err)
           && store_open(&s->store, l->cancel, &l->to, err);
}

static bool patient_exists(struct relinker *l, struct err *err)
{
    bool exists;

    if (!l->request->by_hand || !l->request->patient)
        return true;
    if (!registry_has_patient(l->registry, l->request->patient, &exists, err))
        return false;
    return exists
           || err_set(err, ERR_USAGE, 0,
                      "the application has no patient with the id '%.64s': --patient wants the id "
                      "of the patient's row, not FileMaker's",
                      l->request->patient);
}

static bool relink_with_writer(struct relinker *l, struct err *err)
{
    struct writer_context hands = { l->ledger, l->registry, l->cancel };
    struct relink_end_job end = { l, "finished" };
    struct err end_err = { 0 };
    bool good, ended;

    l->writer = writer_new(&hands, 1);
    good = relink_all(l, err);
    if (!good)
        end.status = err->kind == ERR_CANCELED ? "interrupted" : "stopped";
    ended = writer_run(l->writer, relink_end_work, &end, &end_err);
    writer_free(l->writer);
    if (good && !ended)
        *err = end_err;
    return good && ended;
}

bool relink_documents(const struct engine_settings *settings, const struct relink_request *order,
                      struct cancel *cancel, struct relink_result *result_r, struct err *err)
{
    struct relinker linker = {
        .settings = settings, .request = order, .cancel = cancel, .result = result_r
    };
    bool good;

    *result_r = (struct relink_result){ 0 };
    good = relinker_open(&linker, err) && patient_exists(&linker, err)
           && relinker_enter_under_lock(&linker, err) && relink_with_writer(&linker, err);
    store_close(linker.to);
    store_close(linker.from);
    registry_free(linker.registry);
    ledger_close(linker.ledger);
    peer_locks_free(linker.peer_locks);
    return good;
}
