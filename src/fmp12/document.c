/*
 * Two readings. The first proves the object, and makes an MD5 of the document's stream alone; the
 * second gives the bytes, and ends well only if it made the same one.
 */
#include "fmp12/document.h"

#include "base/mem.h"
#include "fmp12/cursor.h"
#include "fmp12/path.h"
#include "fmp12/roles.h"

/* [table].[31].[5].[object].[code] has a short stream, or its pieces by number. */
enum { CODE_LEVEL = 4 };

struct fmp12_document {
    const struct fmp12_file *file;
    struct fmp12_cursor *cursor;
    struct md5_stream *md5;
    uint8_t proven[MD5_SIZE];     /* of the document's stream alone, as it was read first */
    uint8_t object_md5[MD5_SIZE]; /* FileMaker's                                          */
    bool is_proven;               /* the second reading has ended, and well               */
    struct span rest;             /* of the piece at hand; borrowed from the cursor       */
    uint64_t bytes;
};

static void auto_document_cleanup(struct fmp12_document **document)
{
    fmp12_document_close(*document);
}
#define auto_document __attribute__((cleanup(auto_document_cleanup))) struct fmp12_document

/* The sums of the streams, one after the other, as they are read the first time. */
struct first_reading {
    struct md5_stream *md5;
    char code[FMP12_CODE_SIZE];
    struct {
        char code[FMP12_CODE_SIZE];
        uint8_t md5[MD5_SIZE];
    } sums[FMP12_STREAMS_MAX];
    size_t count;
};

static void reading_end(struct first_reading *r)
{
    if (!r->md5)
        return;
    if (r->count < FMP12_STREAMS_MAX) {
        memcpy(r->sums[r->count].code, r->code, sizeof r->code);
        md5_stream_end(r->md5, r->sums[r->count++].md5);
    }
    md5_stream_free(take(r->md5));
}

static bool reading_add(void *arg, const char *code, struct span bytes, struct err *err)
{
    struct first_reading *r = arg;

    (void)err;
    if (!r->md5 || strcmp(r->code, code) != 0) {
        reading_end(r);
        memcpy(r->code, code, sizeof r->code);
        r->md5 = md5_stream_new();
    }
    md5_stream_add(r->md5, bytes);
    return true;
}

/* An empty stream is not seen by the first reading: its sum is that of nothing. */
static void sum_of(const struct first_reading *r, const char *code, uint8_t sum_r[MD5_SIZE])
{
    md5_of(SPAN_NONE, sum_r);
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->sums[i].code, code) == 0)
            memcpy(sum_r, r->sums[i].md5, MD5_SIZE);
}

static bool object_first_read(const struct fmp12_file *file, uint32_t table, uint32_t number,
                              struct first_reading *r, struct fmp12_object *object_r,
                              struct err *err)
{
    auto_fmp12_objects *objects = NULL;
    struct fmp12_sink sink = { r, reading_add };
    enum step step;

    if (!fmp12_objects_open(file, table, number, &objects, err))
        return false;
    step = fmp12_objects_next(objects, &sink, object_r, err);
    reading_end(r);
    if (step == STEP_ERROR)
        return false;
    return (step == STEP_ROW && object_r->number == number)
           || err_set(err, ERR_DATA, FMP12_DAMAGED,
                      "the field leads to object %ju, and the file has none of that number",
                      (uintmax_t)number);
}

static bool object_is_a_document(const struct fmp12_object *object, unsigned candidate,
                                 struct err *err)
{
    switch (object->state) {
    case FMP12_PROVEN:
        return candidate == 0
               || err_set(err, ERR_DATA, FMP12_DAMAGED,
                          "object %ju has one document alone, and a second one is asked for",
                          (uintmax_t)object->number);
    case FMP12_AMBIGUOUS:
        return fmp12_candidate_of(object, candidate)
               || err_set(
                   err, ERR_DATA, FMP12_DAMAGED,
                   "object %ju has two or more streams that may each be the document: "
                   "name them all as containers, 'Doc, Doc:2', with [source] containers = each, "
                   "and each is moved (docs/fmp12.md)",
                   (uintmax_t)object->number);
    case FMP12_REFERENCE:
        return err_set(err, ERR_DATA, FMP12_DAMAGED,
                       "the field keeps only the place of a file elsewhere: make a copy that holds "
                       "it with " FMP12_TOOL);
    case FMP12_BROKEN:
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "object %ju: %s", (uintmax_t)object->number,
                       object->fault);
    }
    abort();
}

static struct fmp12_path stream_path(uint32_t table, uint32_t number, const char *code)
{
    struct fmp12_path path = fmp12_object_path(table, number);
    struct err never;

    if (!fmp12_path_push(&path, span_of(code), &never))
        abort();
    return path;
}

bool fmp12_document_open(const struct fmp12_file *file, uint32_t table, uint32_t number,
                         unsigned candidate, struct fmp12_object *object_r,
                         struct fmp12_document **document_r, struct err *err)
{
    auto_document *document = mem_new(struct fmp12_document);
    struct first_reading first = { 0 };
    const struct fmp12_stream *stream;
    struct fmp12_path path;
    bool good = object_first_read(file, table, number, &first, object_r, err);

    md5_stream_free(first.md5);
    if (!good || !object_is_a_document(object_r, candidate, err))
        return false;
    stream = candidate ? fmp12_candidate_of(object_r, candidate) : fmp12_document_of(object_r);
    sum_of(&first, stream->code, document->proven);
    path = stream_path(table, number, stream->code);
    document->file = file;
    document->bytes = stream->bytes;
    memcpy(document->object_md5, object_r->md5, MD5_SIZE);
    document->md5 = md5_stream_new();
    document->cursor = fmp12_cursor_new(fmp12_file_sectors(file));
    if (!fmp12_cursor_below(document->cursor, &path, err))
        return false;
    *document_r = take(document);
    return true;
}

void fmp12_document_close(struct fmp12_document *document)
{
    if (!document)
        return;
    fmp12_cursor_free(document->cursor);
    md5_stream_free(document->md5);
    free(document);
}

uint64_t fmp12_document_bytes(const struct fmp12_document *document)
{
    return document->bytes;
}

bool fmp12_document_is_proven(const struct fmp12_document *document, uint8_t md5_r[MD5_SIZE])
{
    memcpy(md5_r, document->object_md5, MD5_SIZE);
    return document->is_proven;
}

/* The next piece that has bytes; under 0 stands only how long all of them are. */
static enum step piece_find(struct fmp12_document *document, struct err *err)
{
    enum step step;

    while ((step = fmp12_cursor_next(document->cursor, err)) == STEP_ROW) {
        const struct fmp12_path *path = fmp12_cursor_path(document->cursor);

        if (path->depth > CODE_LEVEL + 1 && fmp12_key_is(fmp12_path_key(path, CODE_LEVEL + 1), 0))
            continue;
        document->rest = fmp12_cursor_value(document->cursor);
        if (document->rest.size)
            break;
    }
    return step;
}

static bool reading_is_proven(struct fmp12_document *document, struct err *err)
{
    uint8_t md5[MD5_SIZE];

    md5_stream_end(document->md5, md5);
    if (memcmp(md5, document->proven, MD5_SIZE) != 0)
        return err_set(err, ERR_DATA, FMP12_DAMAGED,
                       "the file gave other bytes the second time: is the disk sound?");
    document->is_proven = fmp12_unchanged(document->file, err);
    return document->is_proven;
}

bool fmp12_document_read(struct fmp12_document *document, void *bytes, size_t room, size_t *size_r,
                         struct err *err)
{
    struct span part;

    if (document->rest.size == 0) {
        enum step step = piece_find(document, err);

        if (step == STEP_ERROR)
            return false;
        if (step == STEP_END) {
            *size_r = 0;
            return reading_is_proven(document, err);
        }
    }
    part = span_first(document->rest, room);
    memcpy(bytes, part.at, part.size);
    md5_stream_add(document->md5, part);
    document->rest = span_from(document->rest, part.size);
    *size_r = part.size;
    return true;
}
