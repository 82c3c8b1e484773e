/* Begin, empty, remove the row, remove the objects, let go. */
#include "run/undo_item.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "engine/writes_relink.h"
#include "http/http.h"
#include "run/undo_record.h"

/* What becomes of a version's object. */
enum undo_object {
    UNDO_OBJECT_GOES,
    UNDO_OBJECT_NONE,      /* nothing lies under its key          */
    UNDO_OBJECT_CHANGED,   /* other bytes lie there               */
    UNDO_OBJECT_ONLY_COPY, /* FileMaker does not have its bytes   */
    UNDO_OBJECT_NEEDED,    /* another document or row needs it    */
    UNDO_OBJECT_KEPT,      /* as was asked for                    */
};

struct undo_item {
    struct undoer *undoer;
    struct undo_candidate *candidate;
    const struct ledger_version *current;
    struct undo_record record;
    bool has_file; /* FileMaker has the file that the document is stored as */
    enum registry_left left;
    enum undo_object *objects; /* of each version */
};

static void undo_item_clear(struct undo_item *item)
{
    undo_record_clear(&item->record);
    free(item->objects);
}
#define auto_undo_item __attribute__((cleanup(undo_item_clear))) struct undo_item

/* --- telling ---------------------------------------------------------------------------------- */

static void stay_tell(const struct undo_item *item, const char *what, const char *why)
{
    const struct undo_request *request = item->undoer->request;
    const struct ledger_claim *claim = &item->candidate->undo.claim;

    request->on_stay(request->arg,
                     &(struct undo_stay){ claim->record_id, claim->identity, what, why });
}

static const char *row_words(enum registry_left left)
{
    switch (left) {
    case REGISTRY_LEFT_GONE:
    case REGISTRY_LEFT_AS_IT_WAS:
        return NULL;
    case REGISTRY_LEFT_CHANGED:
        return "people have changed it";
    case REGISTRY_LEFT_UNKNOWN:
        return "it may be somebody else's: it was there before us, people had changed it before we "
               "wrote it again, or an older fmferry wrote it";
    case REGISTRY_LEFT_POINTED:
        return "a row of another table points to it";
    }
    abort();
}

static const char *object_words(enum undo_object object)
{
    switch (object) {
    case UNDO_OBJECT_GOES:
    case UNDO_OBJECT_NONE:
    case UNDO_OBJECT_KEPT:
        return NULL;
    case UNDO_OBJECT_CHANGED:
        return "it does not have the bytes that were stored";
    case UNDO_OBJECT_ONLY_COPY:
        return "FileMaker does not have these bytes: it is the only copy";
    case UNDO_OBJECT_NEEDED:
        return "a row that stays or another document needs it";
    }
    abort();
}

static void object_count(struct undo_item *item, enum undo_object object)
{
    struct undo_result *r = item->undoer->result;
    const char *why = object_words(object);

    r->objects_removed += object == UNDO_OBJECT_GOES;
    r->objects_kept += object == UNDO_OBJECT_KEPT;
    r->objects_left += why != NULL;
    if (why)
        stay_tell(item, "object", why);
}

/* Counts what of the document was, or would be, taken back, and tells what stays. */
static void item_count(struct undo_item *item, enum undo_mark mark)
{
    struct undo_result *r = item->undoer->result;
    const char *why = row_words(item->left);

    r->marks_emptied += mark == UNDO_MARK_OURS;
    r->marks_left += mark == UNDO_MARK_OTHER;
    if (mark == UNDO_MARK_OTHER)
        stay_tell(item, "mark", "it is not the one that we wrote");
    r->marks_left += item->record.filled.others > 0 && mark != UNDO_MARK_OTHER;
    if (item->record.filled.others > 0)
        stay_tell(item, "field", "it was filled with the mark, and holds something else now");
    r->rows_removed += item->left == REGISTRY_LEFT_AS_IT_WAS;
    r->rows_left += why != NULL;
    if (why)
        stay_tell(item, "row", why);
    for (size_t i = 0; i < item->candidate->version_count; i++)
        object_count(item, item->objects[i]);
}

/* A document that stays as a whole: without its row nobody would find the only copy. */
static void item_count_whole(struct undo_item *item)
{
    struct undo_result *r = item->undoer->result;

    r->marks_left += item->record.mark != UNDO_MARK_NONE;
    r->rows_left += item->left != REGISTRY_LEFT_GONE;
    r->objects_left += (int64_t)item->candidate->version_count;
    stay_tell(item, "document",
              item->record.record
                  ? "FileMaker does not have its file as it was stored: the store has the only copy"
                  : "FileMaker does not have its record any more: the store has the only copy");
}

/* --- judging ---------------------------------------------------------------------------------- */

static bool row_goes(const struct undo_item *item)
{
    return item->left == REGISTRY_LEFT_AS_IT_WAS || item->left == REGISTRY_LEFT_GONE;
}

static bool is_needed(const struct undo_item *item, size_t which)
{
    const struct ledger_version *version = &item->candidate->versions[which];
    bool is_own = version == item->current && item->left == REGISTRY_LEFT_AS_IT_WAS;

    return item->candidate->is_shared[which] || (version == item->current && !row_goes(item))
           || undo_keys_has_more(item->undoer->keys, version->key, is_own);
}

static bool object_compare(struct undo_item *item, const struct ledger_version *version,
                           enum undo_object *object_r, struct err *err)
{
    struct store_object expected = { .key = version->key,
                                     .size_bytes = version->size_bytes,
                                     .sha256 = version->sha256,
                                     .imprint = version->imprint };
    struct store_found found = { 0 };

    if (!store_compare(item->undoer->store, &expected, &found, err))
        return false;
    if (!found.exists)
        *object_r = UNDO_OBJECT_NONE;
    else if (version->has_sha256 && store_is_same(&expected, &found))
        *object_r = UNDO_OBJECT_GOES;
    else
        *object_r = UNDO_OBJECT_CHANGED;
    return true;
}

/* What was meant and never stored needs no copy elsewhere; else FileMaker must have it. */
static bool object_judge(struct undo_item *item, size_t which, struct err *err)
{
    const struct ledger_version *version = &item->candidate->versions[which];
    enum undo_object *object = &item->objects[which];
    bool has;

    if (!object_compare(item, version, object, err))
        return false;
    if (*object != UNDO_OBJECT_GOES)
        return true;
    if (!undo_record_has(&item->record, version, &has, err))
        return false;
    if (!has)
        *object = UNDO_OBJECT_ONLY_COPY;
    else if (is_needed(item, which))
        *object = UNDO_OBJECT_NEEDED;
    else if (item->undoer->request->keeps_objects)
        *object = UNDO_OBJECT_KEPT;
    return true;
}

static bool objects_judge(struct undo_item *item, struct err *err)
{
    for (size_t i = 0; i < item->candidate->version_count; i++)
        if (!object_judge(item, i, err))
            return err_ctx(err, "the store");
    return true;
}

/* --- taking back ------------------------------------------------------------------------------ */

static bool undo_begin(struct undo_item *item, struct err *err)
{
    struct undoer *u = item->undoer;

    if (item->candidate->is_held)
        return true;
    if (!write_undo_begin(u->writer, item->candidate, u->request->who, u->request->reason,
                          u->settings->lease_us, err))
        return false;
    FAILPOINT("undo.begun");
    return true;
}

static bool undo_end(struct undo_item *item, struct err *err)
{
    if (!write_undo_end(item->undoer->writer, &item->candidate->undo.claim, err))
        return false;
    FAILPOINT("undo.ended");
    return true;
}

/* The ledger goes on knowing the record as it read it last, but for our own change of it. */
static uint64_t mod_id_known(const struct undo_item *item)
{
    uint64_t known = item->candidate->undo.claim.mod_id;
    const struct undo_record *r = &item->record;

    return r->was_emptied && r->record->mod_id == known + 1 ? known + 1 : known;
}

/* An unfinished upload is aborted first, so that no late end can make the object appear. */
static bool upload_abort(struct undo_item *item, const struct ledger_version *version,
                         struct err *err)
{
    return version->stored || !version->upload_id
           || store_large_abort(item->undoer->store, version->key, version->upload_id, err);
}

static bool uploads_abort(struct undo_item *item, struct err *err)
{
    for (size_t i = 0; i < item->candidate->version_count; i++)
        if (!upload_abort(item, &item->candidate->versions[i], err))
            return err_ctx(err, "the store");
    return true;
}

/* What is somebody else's from now on is no version of ours, but what we once meant to store. */
static bool object_change(const struct undo_item *item, size_t which, struct undo_change *change_r)
{
    const struct ledger_version *version = &item->candidate->versions[which];

    *change_r = (struct undo_change){ .version = version->number,
                                      .goes_with_row = version == item->current };
    switch (item->objects[which]) {
    case UNDO_OBJECT_GOES:
        change_r->state = LEDGER_VERSION_LEAVING;
        return true;
    case UNDO_OBJECT_NONE:
        change_r->state = LEDGER_VERSION_REMOVED;
        return true;
    case UNDO_OBJECT_CHANGED:
        change_r->state = LEDGER_VERSION_INTENDED;
        return true;
    case UNDO_OBJECT_ONLY_COPY:
    case UNDO_OBJECT_NEEDED:
    case UNDO_OBJECT_KEPT: /* also one that an earlier call was about to remove */
        change_r->state = LEDGER_VERSION_SUPERSEDED;
        change_r->goes_with_row = false;
        return version->leaving;
    }
    abort();
}

static void undo_evidence_write(const struct undo_item *item, enum undo_mark mark, struct str *to)
{
    static const char *const marks[] = { "no mark", "mark emptied", "another's mark stays" };
    size_t goes = 0;

    for (size_t i = 0; i < item->candidate->version_count; i++)
        goes += item->objects[i] == UNDO_OBJECT_GOES;
    str_printf(to, LEDGER_CLASS_UNDONE ": %s; row %s; %zu of %zu objects go", marks[mark],
               row_goes(item) ? "goes" : "stays", goes, item->candidate->version_count);
}

/* The row and the ledger's note of it. Afterwards `left` says what became of the row. */
static bool row_take_back(struct undo_item *item, enum undo_mark mark, struct err *err)
{
    size_t count = 0, versions = item->candidate->version_count;
    auto_free struct undo_change *changes = mem_zero((versions + 1) * sizeof *changes);
    auto_str evidence = STR_MAX(KIB(1));
    struct undo_row row = {
        .candidate = item->candidate, .goes = true, .changes = changes, .mod_id = mod_id_known(item)
    };
    enum registry_left before = item->left;

    for (size_t i = 0; i < versions; i++)
        count += object_change(item, i, &changes[count]);
    row.change_count = count;
    undo_evidence_write(item, mark, &evidence);
    row.evidence = str_text(&evidence);
    if (!write_undo_row(item->undoer->writer, &row, &item->left, err))
        return false;
    FAILPOINT("undo.row-removed");
    if (item->left != before && !row_goes(item)) /* changed while we looked */
        for (size_t i = 0; i < versions; i++)
            if (&item->candidate->versions[i] == item->current)
                item->objects[i] = UNDO_OBJECT_NEEDED;
    return true;
}

/* Where nothing may be removed no other object will do better: that is said with the first. */
static bool object_stays_for_now(struct err *err)
{
    return err->kind == ERR_REMOTE && err->code == HTTP_FORBIDDEN
               ? err_ctx(err,
                         "an object may not be removed (that wants the rights that 'fmferry check "
                         "--policy link' prints; --keep-objects leaves all of them)")
               : err_ctx(err, "the store");
}

static bool object_remove(struct undo_item *item, const struct ledger_version *version,
                          struct err *err)
{
    struct undoer *u = item->undoer;
    bool is_used;

    if (!ask_key_is_used(u->writer, version->key, &is_used, err))
        return false;
    if (!is_used && !store_remove(u->store, version->key, err))
        return object_stays_for_now(err);
    FAILPOINT("undo.object-removed");
    return write_version_state(u->writer, &item->candidate->undo.claim, version->number,
                               LEDGER_VERSION_REMOVED, err);
}

static bool objects_remove(struct undo_item *item, struct err *err)
{
    for (size_t i = 0; i < item->candidate->version_count; i++)
        if (item->objects[i] == UNDO_OBJECT_GOES
            && !object_remove(item, &item->candidate->versions[i], err))
            return false;
    return true;
}

/* --- one document ----------------------------------------------------------------------------- */

static bool file_look(struct undo_item *item, struct err *err)
{
    item->has_file = true;
    return !item->current || !item->current->stored
           || undo_record_has(&item->record, item->current, &item->has_file, err);
}

static bool mark_take_back(struct undo_item *item, enum undo_mark *mark_r, struct err *err)
{
    bool was_ours = item->record.mark == UNDO_MARK_OURS, emptied;

    if (!undo_record_empty(&item->record, &emptied, err) || !file_look(item, err))
        return false;
    item->candidate->mark_was_emptied |= was_ours && emptied;
    *mark_r = item->candidate->mark_was_emptied ? UNDO_MARK_OURS : item->record.mark;
    return true;
}

/* Where people changed the record while its mark was emptied, its file may be another one now. */
static bool stored_undo(struct undo_item *item, struct err *err)
{
    enum undo_mark mark;

    if (!uploads_abort(item, err) || !mark_take_back(item, &mark, err))
        return false;
    if (!item->has_file) {
        item_count_whole(item);
        return true;
    }
    if (!objects_judge(item, err) || !row_take_back(item, mark, err) || !objects_remove(item, err))
        return false;
    item_count(item, mark);
    return true;
}

static bool item_undo(struct undo_item *item, struct err *err)
{
    if (!undo_begin(item, err))
        return false;
    if (!item->has_file)
        item_count_whole(item);
    else if (item->candidate->version_count > 0 && !stored_undo(item, err))
        return false;
    item->undoer->result->undone++;
    return undo_end(item, err);
}

static bool item_look(struct undo_item *item, struct err *err)
{
    if (!item->has_file)
        item_count_whole(item);
    else if (!objects_judge(item, err))
        return false;
    else
        item_count(item, item->record.mark);
    item->undoer->result->undone++;
    return true;
}

/* Reads the record of a document that has something of ours. */
static bool item_read(struct undo_item *item, struct err *err)
{
    item->current = undo_candidate_current(item->candidate);
    item->left = item->candidate->left;
    item->objects = mem_zero((item->candidate->version_count + 1) * sizeof *item->objects);
    item->record = (struct undo_record){ .settings = item->undoer->settings,
                                         .reader = item->undoer->reader,
                                         .candidate = item->candidate,
                                         .kept = &item->undoer->kept };
    item->has_file = true;
    return item->candidate->version_count == 0
           || (undo_record_read(&item->record, err) && file_look(item, err));
}

static bool object_is_settled(const struct undo_item *item, size_t which)
{
    struct undo_change change;

    return !object_change(item, which, &change)
           || (change.state == LEDGER_VERSION_INTENDED && !item->candidate->versions[which].stored);
}

/* An earlier call has done all that can be done; what stays is told again. */
static bool is_settled(struct undo_item *item, bool *settled_r, struct err *err)
{
    *settled_r = item->candidate->undo.is_begun && !item->candidate->is_held
                 && (!item->has_file
                     || (item->record.mark != UNDO_MARK_OURS && item->record.filled.ours_count == 0
                         && item->left != REGISTRY_LEFT_AS_IT_WAS));
    if (!*settled_r || !item->has_file)
        return true;
    if (!objects_judge(item, err))
        return false;
    for (size_t i = 0; i < item->candidate->version_count; i++)
        *settled_r &= object_is_settled(item, i);
    return true;
}

/* A document whose record is gone stays as it is, too: there is nothing to go back to. */
static bool settled_tell(struct undo_item *item)
{
    bool is_gone = item->candidate->undo.claim.state == LEDGER_GONE;

    item->undoer->result->before += !is_gone;
    if (is_gone && item->candidate->version_count == 0)
        return true;
    if (is_gone || !item->has_file)
        item_count_whole(item);
    else
        item_count(item, item->record.mark);
    return true;
}

static bool item_do(struct undo_item *item, struct err *err)
{
    bool settled;

    if (!item_read(item, err) || !is_settled(item, &settled, err))
        return false;
    if (settled || item->candidate->undo.claim.state == LEDGER_GONE)
        return settled_tell(item);
    return (item->undoer->writer ? item_undo : item_look)(item, err);
}

bool undo_item(struct undoer *undoer, struct undo_candidate *candidate, struct err *err)
{
    auto_undo_item item = { .undoer = undoer, .candidate = candidate };

    return item_do(&item, err)
           || err_ctx(err, "record %ju", (uintmax_t)candidate->undo.claim.record_id);
}
