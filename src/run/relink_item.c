/* Hold, copy, switch, remove, let go. */
#include "run/relink_item.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/writes_relink.h"
#include "run/relocate.h"

enum { VERSIONS_MAX = 256 };

struct relink_item {
    struct relinker *linker;
    const struct ledger_claim *claim;
    const struct ledger_link_target *target;
    struct ledger_version *versions;
    size_t version_count;
    struct ledger_link_move moves[VERSIONS_MAX];
    size_t move_count;
    const struct ledger_version *from; /* the version that is being copied  */
    struct ledger_version to;          /* what it becomes                   */
    struct ledger_version current;     /* the document as it is from now on */
};

static void relink_item_clear(struct relink_item *item)
{
    ledger_versions_free(item->versions, item->version_count);
    ledger_version_clear(&item->to);
    ledger_version_clear(&item->current);
}
#define auto_relink_item __attribute__((cleanup(relink_item_clear))) struct relink_item

static bool versions_read(struct relink_item *item, struct err *err)
{
    ledger_versions_free(take(item->versions), item->version_count);
    return ask_versions(item->linker->writer, item->claim->document, &item->versions,
                        &item->version_count, err);
}

/* --- copying -------------------------------------------------------------------------------- */

static bool intent_commit(struct relink_item *item, struct err *err)
{
    return write_relink_intent(item->linker->writer, item->claim, &item->to,
                               item->linker->settings->lease_us, err);
}

static bool upload_intend(void *arg, const char *upload_id, struct err *err)
{
    struct relink_item *item = arg;

    free(take(item->to.upload_id));
    item->to.upload_id = mem_text(upload_id);
    return intent_commit(item, err);
}

static const char *extension_of(const char *key)
{
    const char *ext = span_extension(span_of(key)).at; /* ends where the key ends */

    return ext ? ext : "bin";
}

static bool key_has_hash(const char *key)
{
    const char *slash = strrchr(key, '/');

    return strchr(slash ? slash : key, '~') != NULL;
}

static bool item_key(const struct relink_item *item, bool with_hash, char **key_r, struct err *err)
{
    const struct ledger_claim *claim = item->claim;
    struct key_facts facts = { .patient_id = item->target->patient,
                               .type = span_of(claim->type),
                               .filemaker_id = span_of(claim->filemaker_id),
                               .record_id = claim->record_id,
                               .container = claim->container,
                               .repetition = claim->repetition,
                               .ext = extension_of(item->from->key),
                               .version = with_hash ? &item->from->sha256 : NULL };
    auto_str key = STR_MAX(STORE_KEY_MAX);

    if (!key_make(&item->linker->settings->keys, &facts, &key, err))
        return false;
    *key_r = str_take(&key);
    return true;
}

static char *text_or_null(const char *text)
{
    return text ? mem_text(text) : NULL;
}

/* The version that will lie with the patient: the same bytes, the same mark, another key. */
static void version_make(struct relink_item *item, char *key)
{
    ledger_version_clear(&item->to);
    item->to = (struct ledger_version){ .key = key,
                                        .has_sha256 = true,
                                        .sha256 = item->from->sha256,
                                        .size_bytes = item->from->size_bytes,
                                        .mime = mem_text(item->from->mime),
                                        .mod_id = item->from->mod_id,
                                        .mark = text_or_null(item->from->mark),
                                        .patient = text_or_null(item->target->patient) };
    for (size_t i = 0; i < item->version_count; i++) /* an earlier try's intent */
        if (!item->versions[i].stored && strcmp(item->versions[i].key, key) == 0)
            item->to.number = item->versions[i].number;
}

static bool version_copy(struct relink_item *item, bool with_hash, enum relocated *relocated_r,
                         struct err *err)
{
    struct relocation relocation = { .from = item->linker->from,
                                     .to = item->linker->to,
                                     .record_id = item->claim->record_id,
                                     .layout = item->linker->settings->fields.layout,
                                     .intend = upload_intend,
                                     .arg = item };
    char *key;

    if (!item_key(item, with_hash, &key, err))
        return false;
    version_make(item, key);
    if (!intent_commit(item, err))
        return false;
    FAILPOINT("link.intended");
    if (!relocate_object(&relocation, item->from, key, relocated_r, err))
        return false;
    item->to.imprint = text_or_null(*relocation.imprint ? relocation.imprint : NULL);
    FAILPOINT("link.copied");
    return true;
}

static void item_current_set(struct relink_item *item, const struct ledger_version *version)
{
    ledger_version_clear(&item->current);
    item->current = (struct ledger_version){ .key = mem_text(version->key),
                                             .sha256 = version->sha256,
                                             .size_bytes = version->size_bytes,
                                             .mod_id = version->mod_id,
                                             .imprint = text_or_null(version->imprint) };
}

/* `moved_r` false: the version cannot be moved, and the log says why. */
static bool version_move(struct relink_item *item, const struct ledger_version *from, bool *moved_r,
                         struct err *err)
{
    bool with_hash = key_has_hash(from->key);
    struct ledger_link_move *move;
    enum relocated relocated;

    item->from = from;
    *moved_r = false;
    if (!version_copy(item, with_hash, &relocated, err)
        || (relocated == RELOCATED_TAKEN && !with_hash
            && !version_copy(item, true, &relocated, err)))
        return false;
    if (relocated != RELOCATED) {
        log_error(
            "record %ju cannot be given to its patient: %s", (uintmax_t)item->claim->record_id,
            relocated == RELOCATED_BROKEN ? err->msg : "something else lies under its new key");
        return true;
    }
    move = &item->moves[item->move_count++];
    *move = (struct ledger_link_move){ from->number, item->to.number, "" };
    (void)snprintf(move->imprint, sizeof move->imprint, "%s",
                   item->to.imprint ? item->to.imprint : "");
    if (from->number == item->claim->version)
        item_current_set(item, &item->to);
    return *moved_r = true;
}

/* Moves every version whose object stays, so that no earlier one is left with a stranger. */
static bool versions_move(struct relink_item *item, bool *moved_r, struct err *err)
{
    *moved_r = true;
    for (size_t i = 0; *moved_r && i < item->version_count && item->move_count < VERSIONS_MAX;
         i++) {
        const struct ledger_version *version = &item->versions[i];

        if (version->number == item->claim->version)
            item_current_set(item, version);
        if (version->stored && !version->leaving && version->has_sha256
            && !patient_is_same(version->patient, item->target->patient)
            && !version_move(item, version, moved_r, err))
            return false;
    }
    return true;
}

/* --- switching ------------------------------------------------------------------------------ */

/* The print of the row as we wrote it last: of the version that the document is. */
static int64_t row_print_of(const struct relink_item *item)
{
    for (size_t i = 0; i < item->version_count; i++)
        if (item->versions[i].number == item->claim->version)
            return item->versions[i].row_print;
    return 0;
}

static bool document_switch(struct relink_item *item, const struct uuid *row_id, struct err *err)
{
    struct relink_switch change = { .claim = item->claim,
                                    .target = item->target,
                                    .current = &item->current,
                                    .moves = item->moves,
                                    .move_count = item->move_count,
                                    .row_id = *row_id,
                                    .row_print = row_print_of(item),
                                    .bucket = store_bucket(item->linker->to) };
    bool row_exists;

    if (!write_relink_switch(item->linker->writer, &change, &row_exists, err))
        return false;
    FAILPOINT("link.switched");
    item->linker->switched++;
    if (!row_exists)
        log_warn("record %ju: its row was deleted in the application, and is not made again",
                 (uintmax_t)item->claim->record_id);
    return true;
}

/* --- removing ------------------------------------------------------------------------------- */

static bool leaving_remove(struct relink_item *item, const struct ledger_version *version,
                           struct err *err)
{
    struct relinker *l = item->linker;
    bool is_used;

    if (!ask_key_is_used(l->writer, version->key, &is_used, err)
        || (!is_used && !store_remove(l->to, version->key, err)))
        return false;
    FAILPOINT("link.removed");
    return write_version_state(l->writer, item->claim, version->number, LEDGER_VERSION_REMOVED,
                               err);
}

/*
 * Settles an intent for another patient than the document's: left by a call that was interrupted
 * before the patient changed again. If its object exists, it is ours to remove; anything else under
 * that key is somebody else's, and not touched.
 */
static bool stray_settle(struct relink_item *item, const struct ledger_version *version,
                         struct err *err)
{
    struct store_object expected = { .key = version->key,
                                     .size_bytes = version->size_bytes,
                                     .sha256 = version->sha256,
                                     .imprint = version->imprint };
    struct store_found found = { 0 };
    bool ours;

    if (!store_compare(item->linker->to, &expected, &found, err))
        return false;
    ours = found.exists && found.has_sha256 && version->has_sha256
           && sha256_equal(&found.sha256, &version->sha256);
    return (found.exists && !ours)
           || write_version_state(item->linker->writer, item->claim, version->number,
                                  LEDGER_VERSION_LEAVING, err);
}

static bool strays_settle(struct relink_item *item, struct err *err)
{
    for (size_t i = 0; i < item->version_count; i++)
        if (!item->versions[i].stored
            && !patient_is_same(item->versions[i].patient, item->target->patient)
            && !stray_settle(item, &item->versions[i], err))
            return false;
    return true;
}

static bool all_leaving_remove(struct relink_item *item, struct err *err)
{
    if (!versions_read(item, err))
        return false;
    for (size_t i = 0; i < item->version_count; i++)
        if (item->versions[i].leaving && !leaving_remove(item, &item->versions[i], err))
            return false;
    return true;
}

/* --- the whole document --------------------------------------------------------------------- */

static enum relink_outcome outcome_of(const struct relink_order *order, bool moved)
{
    if (!moved)
        return RELINK_FAILED;
    if (!order->is_new)
        return RELINK_COMPLETED;
    return order->target->patient ? RELINK_LINKED : RELINK_UNLINKED;
}

static bool held_item_move(struct relink_item *item, const struct relink_order *order,
                           enum relink_outcome *outcome_r, struct err *err)
{
    bool moved;

    if (!versions_read(item, err) || !versions_move(item, &moved, err))
        return false;
    if (moved && (order->is_new || item->move_count > 0)
        && !document_switch(item, &order->row_id, err))
        return false;
    if (moved && (!strays_settle(item, err) || !all_leaving_remove(item, err)))
        return false;
    *outcome_r = outcome_of(order, moved);
    return write_relink_release(item->linker->writer, item->claim, err);
}

/* Whether somebody else has the document. */
static bool is_not_ours(const struct err *err)
{
    return err->kind == ERR_DATABASE && err->code == LEDGER_NOT_OURS;
}

bool relink_item_move(struct relinker *relinker, const struct relink_order *order,
                      enum relink_outcome *outcome_r, struct err *err)
{
    auto_relink_item item = { .linker = relinker, .claim = order->claim, .target = order->target };

    *outcome_r = RELINK_ELSEWHERE;
    if (!write_relink_hold(relinker->writer, order->claim, relinker->settings->lease_us, err))
        return is_not_ours(err);
    FAILPOINT("link.held");
    return held_item_move(&item, order, outcome_r, err) || is_not_ours(err);
}
