/* The ledger says what was intended, the store what is there; the bytes themselves ended with the console. */
#include "upload/settle.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/writes_upload.h"
#include "store/open.h"

#define LATER_US (30 * TIME_SECOND)

struct settling {
    const struct engine_settings *settings;
    struct writer *writer;
    struct store *store;
    struct upload_left left;
    bool *left_r;
};

/* The newest version that was intended with the bytes that were sent; NULL: none ever was. */
static struct ledger_version *version_intended(struct upload_left *left)
{
    for (size_t i = left->version_count; i-- > 0;)
        if (left->versions[i].has_sha256
            && sha256_equal(&left->versions[i].sha256, &left->sent.sha256))
            return &left->versions[i];
    return NULL;
}

/* No late end of an unfinished object may make it appear once we have looked. */
static bool object_look(struct settling *s, struct ledger_version *version, bool *there_r,
                        struct err *err)
{
    struct store_object expected = { .key = version->key,
                                     .mime = version->mime,
                                     .size_bytes = version->size_bytes,
                                     .has_sha256 = true,
                                     .sha256 = version->sha256,
                                     .imprint = version->imprint };
    struct store_found found = { 0 };

    if ((version->upload_id && !version->stored
         && !store_large_abort(s->store, version->key, version->upload_id, err))
        || !store_compare(s->store, &expected, &found, err))
        return false;
    *there_r = store_is_same(&expected, &found);
    return true;
}

static bool left_store(struct settling *s, const struct ledger_version *version, struct err *err)
{
    const struct ledger_sent *sent = &s->left.sent;
    struct upload_row_parts row = { .source_name = s->settings->source_name,
                                    .identity = s->left.claim.identity,
                                    .patient = sent->patient,
                                    .type = s->left.claim.type,
                                    .name = sent->name,
                                    .day = sent->day,
                                    .mime = sent->mime,
                                    .who = sent->who,
                                    .bucket = store_bucket(s->store),
                                    .key = version->key,
                                    .sha256 = &sent->sha256,
                                    .size_bytes = sent->size_bytes };
    struct upload_stored stored = { &s->left.claim, version, &row };
    bool row_exists;

    log_info("upload %s: its object had arrived before the console ended; its row is written",
             s->left.claim.identity);
    return write_upload_stored(s->writer, &stored, &row_exists, err);
}

static bool left_fail(struct settling *s, struct err *err)
{
    struct err why;
    struct ledger_attempt attempt = { .step = "put",
                                      .class = failure_class_of(FAILURE_UPLOAD_INTERRUPTED)->name,
                                      .why = &why,
                                      .bytes = -1 };

    (void)err_set(&why, ERR_UNSURE, 0, "the console ended before the file was in the store");
    log_warn("upload %s did not arrive: %s", s->left.claim.identity, why.msg);
    return write_upload_failed(s->writer, &s->left.claim, &attempt, err);
}

/* Nobody can say now whether it is there. */
static bool left_postpone(struct settling *s, const struct err *why, struct err *err)
{
    struct ledger_attempt attempt = {
        .step = "put", .class = failure_class_of(FAILURE_STORE_AWAY)->name, .why = why, .bytes = -1
    };

    *s->left_r = true;
    return write_upload_later(s->writer, &s->left.claim, &attempt, time_now_us() + LATER_US, err);
}

static bool left_settle(struct settling *s, struct err *err)
{
    struct ledger_version *version = version_intended(&s->left);
    struct err why = { 0 };
    bool there = false;

    if (version && !object_look(s, version, &there, &why))
        return left_postpone(s, &why, err);
    FAILPOINT("upload.looked");
    return there ? left_store(s, version, err) : left_fail(s, err);
}

static bool all_settle(struct settling *s, struct err *err)
{
    bool is;

    for (;;) {
        if (!write_upload_left(s->writer, &s->left, &is, err))
            return false;
        if (!is)
            return true;
        if (!left_settle(s, err))
            return false;
    }
}

/* --- corrections ------------------------------------------------------------------------------ */

static const char *edit_words(enum upload_edit_outcome outcome)
{
    return outcome == UPLOAD_EDIT_DONE ? "it is done now"
                                       : "the document has changed since: it is not done";
}

/* One that the application refuses is given up, or nobody could upload any more; its asking is in the view log. */
static bool edit_settle(struct settling *s, const struct ledger_edit_left *left, struct err *err)
{
    struct upload_edit edit = { &left->edit, s->settings->source_name, store_bucket(s->store),
                                left->run };
    enum upload_edit_outcome outcome = UPLOAD_EDIT_STALE;

    if (write_upload_edit(s->writer, &edit, &outcome, err)) {
        log_info("a correction of document %jd was left by a console that ended: %s",
                 (intmax_t)left->edit.document, edit_words(outcome));
        return true;
    }
    if (writer_is_broken_by(err))
        return false;
    log_warn("a correction of document %jd, left by a console that ended, is given up: %s",
             (intmax_t)left->edit.document, err->msg);
    return write_upload_edit_given_up(s->writer, &edit, err);
}

static bool edits_settle(struct settling *s, struct err *err)
{
    auto_edit_left left = { 0 };
    bool is;

    for (;;) {
        if (!write_upload_edit_left(s->writer, &left, &is, err))
            return false;
        if (!is)
            return true;
        if (!edit_settle(s, &left, err))
            return false;
    }
}

bool settle_uploads(const struct engine_settings *settings, struct writer *writer,
                    struct cancel *cancel, bool *left_r, struct err *err)
{
    struct settling s = { .settings = settings, .writer = writer, .left_r = left_r };
    bool good, later = false;

    s.left_r = &later;
    good = store_open(&settings->store, cancel, &s.store, err) && all_settle(&s, err)
           && edits_settle(&s, err);
    upload_left_clear(&s.left);
    store_close(s.store);
    *left_r = !good || later;
    return good;
}
