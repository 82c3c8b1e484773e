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

struct linker {
    const struct engine_settings *settings;
    const struct link_order *order;
    struct cancel *cancel;
    struct link_result *result;
    struct ledger *ledger;
    struct registry *registry;
    struct peer_locks *presence;
    struct store *from, *to;
    struct writer *desk;
    int64_t run, switched;
};

/* A document on its way. */
struct passage {
    struct linker *linker;
    struct ledger_claim *claim;
    struct ledger_link_target target;
    char patient[REGISTRY_PATIENT_SIZE]; /* what the target's patient points to */
    bool wanted;                         /* it may have to be moved at all      */
    struct ledger_version *versions;
    size_t version_count;
    struct ledger_link_move moves[VERSIONS_MAX];
    size_t move_count;
    const struct ledger_version *from; /* being copied                  */
    struct ledger_version to;
    struct ledger_version present; /* the document as it is from now on */
};

static bool same_patient(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void passage_clear(struct passage *p)
{
    ledger_versions_free(p->versions, p->version_count);
    ledger_version_clear(&p->to);
    ledger_version_clear(&p->present);
}
#define auto_passage __attribute__((cleanup(passage_clear))) struct passage

static struct uuid row_of(const struct passage *p)
{
    const struct ledger_claim *claim = p->claim;

    return row_id(p->linker->settings->source_name, claim->identity, claim->container,
                  claim->repetition);
}

/* --- at the desk ---------------------------------------------------------------------------- */

static bool hold_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct passage *p = arg;

    return ledger_run_lease(hands->ledger, p->linker->settings->lease_us, err)
           && ledger_link_hold(hands->ledger, p->claim, err);
}

static bool versions_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct passage *p = arg;

    ledger_versions_free(take(p->versions), p->version_count);
    p->version_count = 0;
    return ledger_versions(hands->ledger, p->claim->document, &p->versions, &p->version_count, err);
}

static bool intend_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct passage *p = arg;

    return ledger_run_lease(hands->ledger, p->linker->settings->lease_us, err)
           && ledger_intend(hands->ledger, p->claim, &p->to, err);
}

static bool switch_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct passage *p = arg;
    const struct ledger_claim *claim = p->claim;
    struct registry_move move = {
        .id = row_of(p),
        .patient = p->target.patient,
        .bucket = store_bucket(p->linker->to),
        .key = p->present.key,
        .now_us = time_now_us(),
        .writer = { ledger_source_created_us(hands->ledger), claim->epoch },
    };
    bool there;

    if (!ledger_link_switch(hands->ledger, claim, &p->target, &p->present, p->moves, p->move_count,
                            err)
        || !registry_move_document(hands->registry, &move, &there, err))
        return false;
    if (!there)
        log_warn("record %ju: its row was deleted in the application, and is not made again",
                 (uintmax_t)claim->record_id);
    return true;
}

struct note_job {
    struct passage *passage;
    const struct ledger_version *version;
    enum ledger_version_state state;
    bool used; /* out */
};

static bool note_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct note_job *job = arg;

    return ledger_link_note(hands->ledger, job->passage->claim, job->version->number, job->state,
                            err);
}

static bool used_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct note_job *job = arg;

    return ledger_key_is_used(hands->ledger, job->version->key, &job->used, err);
}

static bool free_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct passage *p = arg;

    return ledger_link_release(hands->ledger, p->claim, err);
}

static bool is_not_ours(const struct err *err)
{
    return err->kind == ERR_DATABASE && err->code == LEDGER_NOT_OURS;
}

/* --- copying -------------------------------------------------------------------------------- */

static bool upload_intend(void *arg, const char *upload_id, struct err *err)
{
    struct passage *p = arg;

    free(take(p->to.upload_id));
    p->to.upload_id = mem_text(upload_id);
    return writer_run(p->linker->desk, intend_work, p, err);
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

static bool key_of(const struct passage *p, bool with_hash, char **key_r, struct err *err)
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
static void version_make(struct passage *p, char *key)
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

static bool version_copy(struct passage *p, bool with_hash, enum relocated *relocated_r,
                         struct err *err)
{
    struct relocation relocation = { .from = p->linker->from,
                                     .to = p->linker->to,
                                     .record_id = p->claim->record_id,
                                     .layout = p->linker->settings->fields.layout,
                                     .intend = upload_intend,
                                     .arg = p };
    char *key;

    if (!key_of(p, with_hash, &key, err))
        return false;
    version_make(p, key);
    if (!writer_run(p->linker->desk, intend_work, p, err))
        return false;
    FAILPOINT("link.intended");
    if (!relocate(&relocation, p->from, key, relocated_r, err))
        return false;
    p->to.imprint = text_or_null(*relocation.imprint ? relocation.imprint : NULL);
    FAILPOINT("link.copied");
    return true;
}

static void present_set(struct passage *p, const struct ledger_version *version)
{
    ledger_version_clear(&p->present);
    p->present = (struct ledger_version){ .key = mem_text(version->key),
                                          .sha256 = version->sha256,
                                          .size_bytes = version->size_bytes,
                                          .mod_id = version->mod_id,
                                          .imprint = text_or_null(version->imprint) };
}

/* `moved_r` false: it cannot be done, and the log says why. */
static bool version_move(struct passage *p, const struct ledger_version *from, bool *moved_r,
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
        present_set(p, &p->to);
    return *moved_r = true;
}

/* Every version whose object stays goes along, so that no earlier one is left with a stranger. */
static bool versions_move(struct passage *p, bool *moved_r, struct err *err)
{
    *moved_r = true;
    for (size_t i = 0; *moved_r && i < p->version_count && p->move_count < VERSIONS_MAX; i++) {
        const struct ledger_version *version = &p->versions[i];

        if (version->number == p->claim->version)
            present_set(p, version);
        if (version->stored && !version->leaving && version->has_sha256
            && !same_patient(version->patient, p->target.patient)
            && !version_move(p, version, moved_r, err))
            return false;
    }
    return true;
}

/* --- removing ------------------------------------------------------------------------------- */

static bool note(struct passage *p, const struct ledger_version *version,
                 enum ledger_version_state state, struct err *err)
{
    struct note_job job = { p, version, state, false };

    return writer_run(p->linker->desk, note_work, &job, err);
}

static bool leaving_remove(struct passage *p, const struct ledger_version *version, struct err *err)
{
    struct note_job job = { p, version, LEDGER_VERSION_REMOVED, false };

    if (!writer_run(p->linker->desk, used_work, &job, err)
        || (!job.used && !store_remove(p->linker->to, version->key, err)))
        return false;
    FAILPOINT("link.removed");
    return writer_run(p->linker->desk, note_work, &job, err);
}

/*
 * An intent to give the document to somebody whose it is not: the work of a call that was
 * interrupted before the patient changed once more. If its object exists, it is ours to remove.
 */
static bool stray_settle(struct passage *p, const struct ledger_version *version, struct err *err)
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
    return note(p, version, LEDGER_VERSION_LEAVING, err);
}

static bool strays_settle(struct passage *p, struct err *err)
{
    for (size_t i = 0; i < p->version_count; i++)
        if (!p->versions[i].stored && !same_patient(p->versions[i].patient, p->target.patient)
            && !stray_settle(p, &p->versions[i], err))
            return false;
    return true;
}

static bool all_leaving_remove(struct passage *p, struct err *err)
{
    if (!writer_run(p->linker->desk, versions_work, p, err))
        return false;
    for (size_t i = 0; i < p->version_count; i++)
        if (p->versions[i].leaving && !leaving_remove(p, &p->versions[i], err))
            return false;
    return true;
}

/* --- one document --------------------------------------------------------------------------- */

static bool has_new_place(const struct passage *p)
{
    return p->target.link != p->claim->link || p->target.who != NULL
           || !same_patient(p->target.patient, p->claim->patient);
}

static void count(const struct passage *p, bool is_new)
{
    struct link_result *result = p->linker->result;

    if (!is_new)
        result->tidied++;
    else if (p->target.patient)
        result->linked++;
    else
        result->unlinked++;
}

static bool document_switch(struct passage *p, struct err *err)
{
    if (!writer_run(p->linker->desk, switch_work, p, err))
        return false;
    FAILPOINT("link.switched");
    p->linker->switched++;
    return true;
}

static bool held_move(struct passage *p, struct err *err)
{
    struct linker *l = p->linker;
    bool moved, is_new = has_new_place(p);

    if (!writer_run(l->desk, versions_work, p, err) || !versions_move(p, &moved, err))
        return false;
    if (!moved)
        l->result->trouble++;
    else if ((is_new || p->move_count > 0) && !document_switch(p, err))
        return false;
    else if (!strays_settle(p, err) || !all_leaving_remove(p, err))
        return false;
    else
        count(p, is_new);
    return writer_run(l->desk, free_work, p, err);
}

static bool document_move(struct passage *p, struct err *err)
{
    if (!writer_run(p->linker->desk, hold_work, p, err))
        return is_not_ours(err); /* somebody else sees to it */
    FAILPOINT("link.held");
    return held_move(p, err) || is_not_ours(err);
}

/* --- which, and whereto --------------------------------------------------------------------- */

struct page {
    struct linker *linker;
    int64_t after;
    struct ledger_claim claims[PAGE];
    struct passage passages[PAGE];
    size_t count;
};

static bool is_half_way(struct ledger *ledger, const struct passage *p, bool *half_r,
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

static void target_set(struct passage *p, enum ledger_link link, const char *patient)
{
    p->target.link = link;
    (void)snprintf(p->patient, sizeof p->patient, "%s", patient ? patient : "");
    p->target.patient = patient ? p->patient : NULL;
}

static void target_by_hand(struct passage *p, const struct link_order *order)
{
    target_set(p, order->patient ? LEDGER_LINKED : LEDGER_UNLINKED, order->patient);
    p->target.who = order->who;
    p->target.reason = order->reason;
}

/* Whoever lies with a patient stays there unless exactly one other is named: never by a doubt. */
static bool target_by_id(struct linker *l, struct passage *p, struct err *err)
{
    char patient[REGISTRY_PATIENT_SIZE];
    enum registry_match match;
    bool doubted;

    if (p->claim->by_hand) {
        target_set(p, p->claim->link, p->claim->patient);
        return true;
    }
    if (!registry_match(l->registry, span_of(p->claim->patient_id), &match, patient, err)
        || !registry_is_doubted(l->registry, row_of(p), &doubted, err))
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

static bool passage_plan(struct linker *l, struct passage *p, struct err *err)
{
    bool half;

    if (l->order->by_hand)
        target_by_hand(p, l->order);
    else if (!target_by_id(l, p, err))
        return false;
    if (!is_half_way(l->ledger, p, &half, err))
        return false;
    p->wanted = half || has_new_place(p);
    return true;
}

static void page_clear(struct page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        passage_clear(&page->passages[i]);
        ledger_claim_clear(&page->claims[i]);
    }
    page->count = 0;
}

static bool page_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct page *page = arg;
    struct link_result before = *page->linker->result;

    page_clear(page);
    if (!ledger_links(hands->ledger, &page->linker->order->choice, page->after, PAGE, page->claims,
                      &page->count, err))
        return false;
    for (size_t i = 0; i < page->count; i++) {
        page->passages[i] = (struct passage){ .linker = page->linker, .claim = &page->claims[i] };
        if (!passage_plan(page->linker, &page->passages[i], err)) {
            *page->linker->result = before;
            return false;
        }
    }
    return true;
}

static bool page_move(struct linker *l, struct page *page, struct err *err)
{
    for (size_t i = 0; i < page->count; i++) {
        l->result->looked_at++;
        if (cancel_is_set(l->cancel))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (page->passages[i].wanted && !document_move(&page->passages[i], err))
            return false;
        page->after = page->claims[i].document;
    }
    return true;
}

static bool all_move(struct linker *l, struct err *err)
{
    struct page *page = mem_new(struct page);
    bool good, more = true;

    page->linker = l;
    do {
        good = writer_run(l->desk, page_work, page, err) && page_move(l, page, err);
        more = page->count == PAGE;
        page_clear(page);
    } while (good && more);
    free(page);
    return good;
}

/* --- beginning and ending ------------------------------------------------------------------- */

/* Behind the door, as every run comes in. */
static bool enter(struct linker *l, struct err *err)
{
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process("link", &names);
    auto_peers others = { .lease_us = l->settings->lease_us };
    auto_change change = { 0 };
    int64_t patients;

    return ledger_begin(l->ledger, &change, err)
           && ledger_open_runs(l->ledger, others.lease_us, &others.runs, &others.count, err)
           && peers_find_dead(&others, l->presence, err)
           && ledger_run_begin(l->ledger, &process, &l->run, err)
           && ledger_run_lease(l->ledger, others.lease_us, err)
           && peers_release_dead(&others, l->ledger, err)
           && registry_map_patients(l->registry, &patients, err)
           && registry_commit(l->registry, err) && ledger_commit(&change, err)
           && peer_locks_hold(l->presence, l->run, err);
}

static bool enter_by_the_door(struct linker *l, struct err *err)
{
    bool good;

    if (!peer_locks_start_lock(l->presence, err))
        return false;
    good = enter(l, err);
    peer_locks_start_unlock(l->presence);
    return good;
}

struct end_job {
    const struct linker *linker;
    const char *status;
};

static bool end_work(const struct writer_context *hands, void *arg, struct err *err)
{
    const struct end_job *job = arg;
    const struct link_result *result = job->linker->result;
    struct ledger_progress progress = { .found = result->looked_at,
                                        .processed = job->linker->switched + result->trouble,
                                        .successful = job->linker->switched,
                                        .failed = result->trouble };
    int64_t freed;

    return ledger_run_release(hands->ledger, &freed, err)
           && ledger_run_note(hands->ledger, &progress, job->status, true, err);
}

static bool open_all(struct linker *l, struct err *err)
{
    const struct engine_settings *s = l->settings;
    bool shared = sql_same_database(s->ledger_url, s->registry.url);

    return steady_store(s, l->cancel, err)
           && ledger_open(s->ledger_url, s->source_name, l->cancel, &l->ledger, err)
           && peer_locks_open(s->ledger_url, &l->presence, err)
           && registry_open(&s->registry, shared ? ledger_sql(l->ledger) : NULL, l->cancel,
                            &l->registry, err)
           && store_open(&s->store, l->cancel, &l->from, err)
           && store_open(&s->store, l->cancel, &l->to, err);
}

static bool patient_exists(struct linker *l, struct err *err)
{
    bool exists;

    if (!l->order->by_hand || !l->order->patient)
        return true;
    if (!registry_has_patient(l->registry, l->order->patient, &exists, err))
        return false;
    return exists
           || err_set(err, ERR_USAGE, 0,
                      "the application has no patient with the id '%.64s': --patient wants the id "
                      "of the patient's row, not FileMaker's",
                      l->order->patient);
}

static bool moved_at_the_desk(struct linker *l, struct err *err)
{
    struct writer_context hands = { l->ledger, l->registry, l->cancel };
    struct end_job end = { l, "finished" };
    struct err end_err = { 0 };
    bool good, ended;

    l->desk = writer_new(&hands, 1);
    good = all_move(l, err);
    if (!good)
        end.status = err->kind == ERR_CANCELED ? "interrupted" : "stopped";
    ended = writer_run(l->desk, end_work, &end, &end_err);
    writer_free(l->desk);
    if (good && !ended)
        *err = end_err;
    return good && ended;
}

bool link_documents(const struct engine_settings *settings, const struct link_order *order,
                    struct cancel *cancel, struct link_result *result_r, struct err *err)
{
    struct linker linker = {
        .settings = settings, .order = order, .cancel = cancel, .result = result_r
    };
    bool good;

    *result_r = (struct link_result){ 0 };
    good = open_all(&linker, err) && patient_exists(&linker, err) && enter_by_the_door(&linker, err)
           && moved_at_the_desk(&linker, err);
    store_close(linker.to);
    store_close(linker.from);
    registry_free(linker.registry);
    ledger_close(linker.ledger);
    peer_locks_free(linker.presence);
    return good;
}
