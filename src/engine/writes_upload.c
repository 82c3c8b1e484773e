/* The arguments and bodies of the writes about uploads. */
#include "engine/writes_upload.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/links.h"
#include "registry/away.h"
#include "store/store.h"

/* --- taking ----------------------------------------------------------------------------------- */

void upload_begin_clear(struct upload_begin *begin)
{
    ledger_claim_clear(&begin->claim);
    ledger_version_clear(&begin->version);
}

static bool key_choose(const struct upload_begin *b, char **key_r, struct err *err)
{
    struct key_facts facts = { .patient_id = b->upload->patient,
                               .type = span_of(b->claim.type),
                               .filemaker_id = span_of(b->identity),
                               .container = "",
                               .repetition = 1,
                               .ext = b->ext,
                               .version = b->needs_hash_key ? &b->upload->sha256 : NULL };
    auto_str key = STR_MAX(STORE_KEY_MAX);

    if (!key_make(b->keys, &facts, &key, err))
        return false;
    *key_r = str_take(&key);
    return true;
}

/* An earlier try meant the same bytes for the same key: then it is the same version. */
static bool version_again(struct ledger *ledger, struct upload_begin *b, struct err *err)
{
    struct ledger_version *before;
    size_t count;

    if (!ledger_versions(ledger, b->claim.document, &before, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!before[i].stored && strcmp(before[i].key, b->version.key) == 0) {
            b->version.number = before[i].number;
            b->version.upload_id = take(before[i].upload_id);
        }
    ledger_versions_free(before, count);
    return true;
}

static bool intent_write(struct ledger *ledger, struct upload_begin *b, struct err *err)
{
    char *key;

    if (!key_choose(b, &key, err))
        return false;
    b->version = (struct ledger_version){ .key = key,
                                          .has_sha256 = true,
                                          .sha256 = b->upload->sha256,
                                          .size_bytes = b->upload->size_bytes,
                                          .mime = mem_text(b->upload->mime),
                                          .patient = mem_text(b->upload->patient) };
    return version_again(ledger, b, err) && ledger_intend(ledger, &b->claim, &b->version, err);
}

static bool begin_work(const struct writer_context *to, void *args, struct err *err)
{
    struct upload_begin *b = *(struct upload_begin **)args;

    upload_begin_clear(b);
    return ledger_upload_take(to->ledger, b->upload, b->anyway, &b->outcome, &b->claim, b->identity,
                              err)
           && (b->outcome != LEDGER_UPLOAD_TAKEN || intent_write(to->ledger, b, err));
}

bool write_upload_begin(struct writer *writer, struct upload_begin *begin, struct err *err)
{
    return writer_run(writer, begin_work, &begin, err);
}

/* --- outcomes --------------------------------------------------------------------------------- */

struct stored_args {
    const struct upload_stored *stored;
    bool *row_exists_r;
};

static bool row_put(const struct writer_context *to, const struct upload_row_parts *parts,
                    int64_t epoch, bool *there_r, struct err *err)
{
    auto_upload_row *row = upload_row_make(parts);
    struct registry_document document = upload_row_document(row, time_now_us());
    int64_t ignored; /* uploads are never taken back */

    document.writer = (struct registry_writer){ ledger_source_created_us(to->ledger), epoch };
    return registry_put_document(to->registry, &document, there_r, &ignored, err);
}

static bool stored_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct stored_args *given = args;
    const struct upload_stored *s = given->stored;
    struct ledger_claim claim = *s->claim;

    if (!ledger_store(to->ledger, &claim, s->version, LEDGER_LINKED, s->row->patient, err)
        || !row_put(to, s->row, claim.epoch, given->row_exists_r, err))
        return false;
    claim.state = LEDGER_STORED;
    claim.link = LEDGER_LINKED;
    claim.size = (int64_t)s->version->size_bytes;
    return ledger_finish(to->ledger, &claim, 0, err);
}

bool write_upload_stored(struct writer *writer, const struct upload_stored *stored,
                         bool *row_exists_r, struct err *err)
{
    return writer_run(writer, stored_work, &(struct stored_args){ stored, row_exists_r }, err);
}

struct failed_args {
    const struct ledger_claim *claim;
    const struct ledger_attempt *attempt;
    int64_t due_us;
};

static bool upload_failed_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct failed_args *f = args;
    struct ledger_trait none = { SPAN_NONE, SPAN_NONE, SPAN_NONE };

    return ledger_fail(to->ledger, f->claim, f->attempt, &none, err);
}

bool write_upload_failed(struct writer *writer, const struct ledger_claim *claim,
                         const struct ledger_attempt *attempt, struct err *err)
{
    return writer_run(writer, upload_failed_work, &(struct failed_args){ claim, attempt, 0 }, err);
}

static bool later_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct failed_args *f = args;

    return ledger_release(to->ledger, f->claim, f->attempt, f->due_us, false, err);
}

bool write_upload_later(struct writer *writer, const struct ledger_claim *claim,
                        const struct ledger_attempt *attempt, int64_t due_us, struct err *err)
{
    return writer_run(writer, later_work, &(struct failed_args){ claim, attempt, due_us }, err);
}

/* --- what a dead console left ------------------------------------------------------------------ */

void upload_left_clear(struct upload_left *left)
{
    ledger_claim_clear(&left->claim);
    ledger_sent_clear(&left->sent);
    ledger_versions_free(left->versions, left->version_count);
    left->versions = NULL;
    left->version_count = 0;
}

struct left_args {
    struct upload_left *left;
    bool *is_r;
};

static bool left_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct left_args *given = args;
    struct upload_left *left = given->left;
    size_t count;

    upload_left_clear(left);
    if (!ledger_claim(to->ledger, time_now_us(), false, 1, &left->claim, &count, err))
        return false;
    *given->is_r = count == 1;
    return count == 0
           || (ledger_sent_read(to->ledger, left->claim.document, &left->sent, err)
               && ledger_versions(to->ledger, left->claim.document, &left->versions,
                                  &left->version_count, err));
}

bool write_upload_left(struct writer *writer, struct upload_left *left_r, bool *is_r,
                       struct err *err)
{
    return writer_run(writer, left_work, &(struct left_args){ left_r, is_r }, err);
}

/* --- what people change ----------------------------------------------------------------------- */

struct active_args {
    const struct uuid *row;
    bool is_active;
    bool *there_r;
};

static bool active_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct active_args *a = args;

    return registry_set_active(to->registry, a->row, a->is_active, a->there_r, err);
}

bool write_row_active(struct writer *writer, const struct uuid *row, bool is_active, bool *there_r,
                      struct err *err)
{
    return writer_run(writer, active_work, &(struct active_args){ row, is_active, there_r }, err);
}

struct edit_args {
    const struct upload_edit *edit;
    enum upload_edit_outcome *outcome_r;
};

static const struct ledger_version *version_present(const struct upload_left *left)
{
    for (size_t i = 0; i < left->version_count; i++)
        if (left->versions[i].number == left->claim.version && left->versions[i].stored)
            return &left->versions[i];
    return NULL;
}

/* The row as the ledger has the document, but for what is changed. */
static struct upload_row_parts edited_row(const struct upload_edit *e,
                                          const struct upload_left *left,
                                          const struct ledger_version *version)
{
    return (struct upload_row_parts){ .source_name = e->source_name,
                                      .identity = left->claim.identity,
                                      .patient = left->claim.patient,
                                      .type = e->edit->type,
                                      .name = left->sent.name,
                                      .day = e->edit->day,
                                      .mime = left->sent.mime,
                                      .who = left->sent.who,
                                      .bucket = e->bucket,
                                      .key = version->key,
                                      .sha256 = &version->sha256,
                                      .size_bytes = version->size_bytes };
}

static bool held_edit(const struct writer_context *to, const struct edit_args *a,
                      const struct upload_left *left, struct err *err)
{
    const struct ledger_version *version = version_present(left);
    struct upload_row_parts row;
    bool there;

    if (!version)
        return err_set(err, ERR_DATA, 0, "document %jd is done, and has no stored version",
                       (intmax_t)left->claim.document);
    row = edited_row(a->edit, left, version);
    if (!row_put(to, &row, left->claim.epoch, &there, err))
        return false;
    *a->outcome_r = there ? UPLOAD_EDIT_DONE : UPLOAD_EDIT_NO_ROW;
    return there ? ledger_upload_edit(to->ledger, &left->claim, version, a->edit->edit, err)
                 : ledger_link_release(to->ledger, &left->claim, err);
}

static bool edit_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct edit_args *a = args;
    int64_t document = a->edit->edit->document;
    auto_upload_left left = { 0 };
    bool is_held;

    *a->outcome_r = UPLOAD_EDIT_STALE;
    if (!ledger_upload_hold(to->ledger, document, a->edit->edit->epoch, &left.claim, &is_held, err)
        || !ledger_edit_forget(to->ledger, a->edit->run, document, err))
        return false;
    return !is_held
           || (ledger_sent_read(to->ledger, document, &left.sent, err)
               && ledger_versions(to->ledger, document, &left.versions, &left.version_count, err)
               && held_edit(to, a, &left, err));
}

bool write_upload_edit(struct writer *writer, const struct upload_edit *edit,
                       enum upload_edit_outcome *outcome_r, struct err *err)
{
    return writer_run(writer, edit_work, &(struct edit_args){ edit, outcome_r }, err);
}

static bool edit_intent_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct ledger_upload_edit *const *edit = args;

    return ledger_edit_intend(to->ledger, *edit, err);
}

bool write_upload_edit_intent(struct writer *writer, const struct ledger_upload_edit *edit,
                              struct err *err)
{
    return writer_run(writer, edit_intent_work, &edit, err);
}

static bool given_up_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct upload_edit *const *edit = args;

    return ledger_edit_forget(to->ledger, (*edit)->run, (*edit)->edit->document, err);
}

bool write_upload_edit_given_up(struct writer *writer, const struct upload_edit *edit,
                                struct err *err)
{
    return writer_run(writer, given_up_work, &edit, err);
}

struct edit_left_args {
    struct ledger_edit_left *left;
    bool *is_r;
};

static bool edit_left_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct edit_left_args *given = args;

    ledger_edit_left_clear(given->left);
    return ledger_edit_left_read(to->ledger, given->left, given->is_r, err);
}

bool write_upload_edit_left(struct writer *writer, struct ledger_edit_left *left_r, bool *is_r,
                            struct err *err)
{
    return writer_run(writer, edit_left_work, &(struct edit_left_args){ left_r, is_r }, err);
}
