/*
 * Reads a document's bytes from the store and hands them on. Wrong bytes, none, or a disk that cannot
 * read them are the document's damage; a store that is away is waited for.
 */
#include "export/inside.h"

#include "base/fs.h"
#include "base/mem.h"

enum { READ_SIZE = 128 * 1024 };

/* Whose failure it was. */
enum bytes_end { BYTES_GOOD, BYTES_STORE_FAILED, BYTES_SINK_FAILED };

static enum bytes_end bytes_pass(struct export *e, struct store_reader *reader,
                                 const struct export_document *d, const struct export_sink *sink,
                                 struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *part = mem_zero(READ_SIZE);
    struct sha256 sha256;
    size_t got;

    do {
        if (cancel_is_set(e->cancel)) {
            (void)err_set(err, ERR_CANCELED, 0, "asked to stop");
            return BYTES_SINK_FAILED;
        }
        if (!store_read(reader, part, READ_SIZE, &got, err))
            return BYTES_STORE_FAILED;
        patience_answered(&e->store_patience, "the store");
        sha256_stream_add(hash, (struct span){ part, got });
        if (got > 0 && !sink->receive(sink->arg, (struct span){ part, got }, err))
            return BYTES_SINK_FAILED;
    } while (got > 0);
    sha256 = sha256_stream_end(hash);
    if (sha256_equal(&sha256, &d->sha256))
        return BYTES_GOOD;
    (void)err_set(err, ERR_DATA, 0, "it has other bytes than its row says");
    return BYTES_STORE_FAILED;
}

static enum bytes_end bytes_try(struct export *e, const struct export_document *d,
                                const struct export_sink *sink, struct err *err)
{
    auto_reader *reader = NULL;

    if (!sink->begin(sink->arg, err))
        return BYTES_SINK_FAILED;
    if (!store_get(e->store, d->key, &reader, err))
        return BYTES_STORE_FAILED;
    if (reader)
        return bytes_pass(e, reader, d, sink, err);
    patience_answered(&e->store_patience, "the store");
    (void)err_set(err, ERR_DATA, 0, "it is not in the store");
    return BYTES_STORE_FAILED;
}

/* Whether the store's failure is about this one document. */
static bool is_damage(const struct err *err)
{
    return err->kind == ERR_DATA
           || (err->kind == ERR_OS
               && (fs_is_of_one_name(err->code) || err->code == EIO || err->code == EBADMSG
                   || err->code == EUCLEAN));
}

static bool damage_note(struct export *e, const struct export_document *d,
                        const struct export_sink *sink, const struct err *why, struct err *err)
{
    return sink->begin(sink->arg, err)
           && missing_add(
               e,
               &(struct export_damage){
                   .id = d->id, .filemaker_id = d->filemaker_id, .key = d->key, .why = why->msg },
               err);
}

bool export_bytes(struct export *e, const struct export_document *d, const struct export_sink *sink,
                  bool *good_r, struct err *err)
{
    struct err why = { 0 };
    enum bytes_end end;

    while ((end = bytes_try(e, d, sink, &why)) == BYTES_STORE_FAILED && patience_is_due(&why))
        if (!patience_wait(&e->store_patience, "the store", e->settings->meter, e->cancel, &why))
            break;
    *good_r = end == BYTES_GOOD;
    if (end == BYTES_STORE_FAILED && is_damage(&why))
        return damage_note(e, d, sink, &why, err);
    if (end != BYTES_GOOD)
        *err = why;
    return end == BYTES_GOOD;
}
