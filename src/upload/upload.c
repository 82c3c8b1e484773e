/* From the intent to the row; what is put is never put over anything. */
#include "upload/upload.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "document/row.h"
#include "engine/writes_document.h"
#include "engine/writes_upload.h"

#include <unistd.h>

enum { PART_MOST = 512 * 1024 * 1024, PARTS_AIM = 1000 };

struct uploading {
    struct uploads *uploads;
    struct uploads_use use;
    struct store *store;
    const struct upload_file *file;
    const struct upload_order *order;
    struct ledger_upload upload;
    struct upload_begin begin;
    struct upload_result *result;
    enum failure_kind failure; /* of an error: its class */
};

static void uploading_clear(struct uploading *u)
{
    upload_begin_clear(&u->begin);
    uploads_use_end(&u->use);
}
#define auto_uploading __attribute__((cleanup(uploading_clear))) struct uploading

/* --- bytes ------------------------------------------------------------------------------------ */

static bool file_read(const struct upload_file *file, uint64_t at, char *to, size_t size,
                      struct err *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(file->fd, to + done, size - done, (off_t)(at + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_os(err, "reading an uploaded file");
        if (got == 0)
            return err_set(err, ERR_OS, EIO, "an uploaded file ended early");
        done += (size_t)got;
    }
    return true;
}

static struct store_object object_of(const struct uploading *u)
{
    const struct ledger_version *version = &u->begin.version;

    return (struct store_object){ .key = version->key,
                                  .mime = version->mime,
                                  .size_bytes = version->size_bytes,
                                  .has_sha256 = true,
                                  .sha256 = version->sha256 };
}

static bool conflict_say(struct uploading *u, struct err *err)
{
    u->failure = FAILURE_STORE_CONFLICT;
    return err_set(err, ERR_DATA, STORE_REFUSED, "something else lies under '%.200s'",
                   u->begin.version.key);
}

static void imprint_keep(struct uploading *u, const struct store_found *found)
{
    free(u->begin.version.imprint);
    u->begin.version.imprint = *found->imprint ? mem_text(found->imprint) : NULL;
}

static bool put_small(struct uploading *u, struct err *err)
{
    struct store_object object = object_of(u);
    auto_free char *bytes = mem_zero(u->file->size_bytes + 1);
    struct store_found found = { 0 };
    enum store_outcome outcome;

    if (!file_read(u->file, 0, bytes, u->file->size_bytes, err)
        || !store_put(u->store, &object, (struct span){ bytes, u->file->size_bytes }, &outcome,
                      &found, err))
        return false;
    if (outcome == STORE_OTHER)
        return conflict_say(u, err);
    imprint_keep(u, &found);
    return true;
}

/* --- large ones ------------------------------------------------------------------------------- */

static bool parts_send(struct uploading *u, struct store_large *large, struct err *err)
{
    uint64_t size = u->file->size_bytes;
    size_t room = STORE_SMALL_MAX;
    auto_free char *part = NULL;

    if (size / PARTS_AIM > room)
        room = size / PARTS_AIM < PART_MOST ? (size_t)(size / PARTS_AIM) : PART_MOST;
    part = mem_zero(room);
    for (uint64_t at = 0; at < size;) {
        size_t next = size - at < room ? (size_t)(size - at) : room;
        struct sha256 sum;

        if (!file_read(u->file, at, part, next, err))
            return false;
        sum = sha256_of((struct span){ part, next });
        FAILPOINT("upload.part");
        if (!store_large_write(large, (struct span){ part, next }, &sum, err))
            return false;
        at += next;
    }
    return true;
}

/* The upload's name is committed before the first part is sent, so that it can always be aborted. */
static bool large_intend(struct uploading *u, const struct store_large *large, struct err *err)
{
    free(take(u->begin.version.upload_id));
    if (!store_large_id(large))
        return true;
    u->begin.version.upload_id = mem_text(store_large_id(large));
    return write_intent(u->use.writer, &u->begin.claim, &u->begin.version, err);
}

static bool put_large(struct uploading *u, struct err *err)
{
    struct store_object object = object_of(u);
    struct store_found found = { 0 };
    auto_large *large = NULL;
    enum store_outcome outcome;

    if (!store_large_begin(u->store, &object, &large, err) || !large_intend(u, large, err)
        || !parts_send(u, large, err) || !store_large_end(large, &object, &outcome, &found, err))
        return false;
    if (outcome == STORE_OTHER)
        return conflict_say(u, err);
    imprint_keep(u, &found);
    return true;
}

static bool abort_earlier(struct uploading *u, struct err *err)
{
    const struct ledger_version *version = &u->begin.version;

    return !version->upload_id
           || store_large_abort(u->store, version->key, version->upload_id, err);
}

static bool put_bytes(struct uploading *u, struct err *err)
{
    bool is_large = u->file->size_bytes >= STORE_SMALL_MAX;

    return abort_earlier(u, err) && (is_large ? put_large(u, err) : put_small(u, err));
}

/* --- outcomes --------------------------------------------------------------------------------- */

static bool upload_record(struct uploading *u, struct err *err)
{
    const struct upload_order *o = u->order;
    struct upload_row_parts row = { .source_name = uploads_source(u->uploads),
                                    .identity = u->begin.identity,
                                    .patient = o->patient,
                                    .type = o->type,
                                    .name = u->file->name,
                                    .day = o->day,
                                    .mime = u->file->type.mime,
                                    .who = o->who,
                                    .bucket = store_bucket(u->store),
                                    .key = u->begin.version.key,
                                    .sha256 = &u->file->sha256,
                                    .size_bytes = u->file->size_bytes };
    struct upload_stored stored = { &u->begin.claim, &u->begin.version, &row };
    bool row_exists;

    u->failure = FAILURE_REGISTRY_REJECTED;
    return write_upload_stored(u->use.writer, &stored, &row_exists, err);
}

/* What the failed call means for the document; the store's words and the database's are kept. */
static enum failure_kind failure_of(const struct uploading *u, const struct err *why)
{
    if (u->failure == FAILURE_STORE_CONFLICT)
        return u->failure;
    if (u->failure == FAILURE_REGISTRY_REJECTED && why->kind == ERR_DATABASE
        && why->code == SQL_CONSTRAINT)
        return u->failure;
    if (why->kind == ERR_DATA)
        return why->code == STORE_MISMATCH ? FAILURE_INTEGRITY : FAILURE_STORE_REJECTED;
    return FAILURE_UPLOAD_INTERRUPTED;
}

/*
 * Notes that it did not arrive. The log has its class alone: the words may name the key, and with it the
 * patient. If it cannot be written, the upload stays claimed, and is settled by whoever comes after this run.
 */
static bool failure_keep(struct uploading *u, struct err *why)
{
    const char *class = failure_class_of(failure_of(u, why))->name;
    struct ledger_attempt attempt = { .step = "put", .class = class, .why = why, .bytes = -1 };
    struct err err;

    u->result->outcome = UPLOAD_FAILED;
    u->result->class = class;
    uploads_failed(u->uploads, why);
    log_warn("upload %s did not arrive: %s; the ledger has what was said", u->begin.identity,
             class);
    if (!write_upload_failed(u->use.writer, &u->begin.claim, &attempt, &err)) {
        uploads_failed(u->uploads, &err);
        log_error("upload %s: the ledger could not be told: %s", u->begin.identity, err.msg);
    }
    return false;
}

static bool taken_finish(struct uploading *u, struct err *err)
{
    FAILPOINT("upload.intended");
    if (!put_bytes(u, err))
        return failure_keep(u, err);
    FAILPOINT("upload.put");
    if (!upload_record(u, err))
        return failure_keep(u, err);
    FAILPOINT("upload.recorded");
    u->result->outcome = UPLOAD_STORED;
    return true;
}

static bool outcome_tell(struct uploading *u, struct err *err)
{
    switch (u->begin.outcome) {
    case LEDGER_UPLOAD_TAKEN:
        return taken_finish(u, err);
    case LEDGER_UPLOAD_ARRIVED:
        u->result->outcome = UPLOAD_STORED;
        u->result->is_repeated = true;
        return true;
    case LEDGER_UPLOAD_DUPLICATE:
        u->result->outcome = UPLOAD_DUPLICATE;
        return true;
    case LEDGER_UPLOAD_UNDER_WAY:
        u->result->outcome = UPLOAD_UNDER_WAY;
        return true;
    case LEDGER_UPLOAD_OTHER:
        u->result->outcome = UPLOAD_OTHER;
        return true;
    }
    abort();
}

static struct ledger_upload upload_of(const struct upload_file *file,
                                      const struct upload_order *order)
{
    return (struct ledger_upload){ .identity = order->identity,
                                   .patient = order->patient,
                                   .type = order->type,
                                   .name = file->name,
                                   .day = order->day,
                                   .mime = file->type.mime,
                                   .who = order->who,
                                   .sha256 = file->sha256,
                                   .size_bytes = file->size_bytes };
}

bool upload_put(struct uploads *uploads, struct store *store, const struct upload_file *file,
                const struct upload_order *order, struct upload_result *result_r, struct err *err)
{
    const struct engine_settings *settings = uploads_settings(uploads);
    auto_uploading u = { .uploads = uploads,
                         .store = store,
                         .file = file,
                         .order = order,
                         .upload = upload_of(file, order),
                         .result = result_r };

    *result_r = (struct upload_result){ .outcome = UPLOAD_FAILED };
    u.begin.upload = &u.upload;
    u.begin.anyway = order->anyway;
    u.begin.keys = &settings->keys;
    u.begin.ext = file->type.ext;
    u.begin.needs_hash_key =
        store_needs_hash_keys(&settings->store.traits, file->size_bytes >= STORE_SMALL_MAX);
    if (!uploads_use(uploads, &u.use, err))
        return false;
    FAILPOINT("upload.received");
    if (!write_upload_begin(u.use.writer, &u.begin, err)) {
        uploads_failed(uploads, err);
        return false;
    }
    result_r->row = row_id(uploads_source(uploads), u.begin.identity, "", 1);
    return outcome_tell(&u, err);
}
