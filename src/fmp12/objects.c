/* Reads objects and proves them by FileMaker's own MD5. */
#include "fmp12/objects.h"

#include "base/mem.h"
#include "fmp12/cursor.h"
#include "fmp12/entry.h"
#include "fmp12/roles.h"

/* [table].[31].[5].[object] has list, MD5 and count under these keys, and the streams under their codes. */
enum { PLACE_STORE = 31, PLACE_OBJECTS = 5, OBJECT_LEVEL = 3, KEY_LEVEL = 4 };
enum { KEY_LIST = 2, KEY_MD5 = 4, KEY_REFERENCES = 18, CODE_BYTES = 4, LIST_ROW = 8 };
enum { NAME_STREAM_MAX = 4096 };

struct fmp12_objects {
    struct fmp12_cursor *cursor;
};

/* One object while it is read. */
struct object_reading {
    const struct fmp12_sink *sink;
    struct fmp12_object *object;
    struct md5_stream *md5;
    struct str name;            /* the stream FNAM */
    char code[FMP12_CODE_SIZE]; /* of the stream that is being read; "" before the first */
    uint32_t pieces;            /* of it that were read */
    bool has_list, has_md5, has_streams;
};

struct fmp12_path fmp12_object_path(uint32_t table, uint32_t number)
{
    struct fmp12_path path = { 0 };

    fmp12_path_push_number(&path, table);
    fmp12_path_push_number(&path, PLACE_STORE);
    fmp12_path_push_number(&path, PLACE_OBJECTS);
    if (number)
        fmp12_path_push_number(&path, number);
    return path;
}

bool fmp12_objects_open(const struct fmp12_file *file, uint32_t table, uint32_t only,
                        struct fmp12_objects **objects_r, struct err *err)
{
    auto_fmp12_objects *objects = mem_new(struct fmp12_objects);
    struct fmp12_path top = fmp12_object_path(table, only);

    objects->cursor = fmp12_cursor_new(fmp12_file_sectors(file));
    if (!fmp12_cursor_below(objects->cursor, &top, err))
        return false;
    *objects_r = take(objects);
    return true;
}

static void objects_free(struct fmp12_objects *objects)
{
    if (!objects)
        return;
    fmp12_cursor_free(objects->cursor);
    free(objects);
}

void auto_fmp12_objects_cleanup(struct fmp12_objects **objects)
{
    objects_free(*objects);
}

/* The first fault is the one that is told. Returns true: reading goes on behind it. */
static bool object_blame(struct object_reading *r, const char *fault)
{
    struct fmp12_object *object = r->object;

    if (object->state != FMP12_BROKEN)
        (void)snprintf(object->fault, sizeof object->fault, "%s", fault);
    object->state = FMP12_BROKEN;
    return true;
}

static bool list_read(struct object_reading *r, struct span list)
{
    struct fmp12_object *object = r->object;
    size_t count = fmp12_u16(list);

    r->has_list = true;
    if (count > FMP12_STREAMS_MAX || list.size != 2 + count * LIST_ROW)
        return object_blame(r, "its list of streams is not built so");
    for (size_t i = 0; i < count; i++) {
        struct span row = span_from(list, 2 + i * LIST_ROW);
        struct fmp12_stream *stream = &object->streams[i];

        memcpy(stream->code, row.at, CODE_BYTES);
        stream->bytes = fmp12_u32(span_from(row, CODE_BYTES));
    }
    object->stream_count = count;
    return true;
}

static struct fmp12_stream *stream_find(struct fmp12_object *object, const char *code)
{
    for (size_t i = 0; i < object->stream_count; i++)
        if (memcmp(object->streams[i].code, code, CODE_BYTES) == 0)
            return &object->streams[i];
    return NULL;
}

static void stream_begin(struct object_reading *r, struct span code)
{
    memcpy(r->code, code.at, CODE_BYTES);
    r->pieces = 0;
    r->has_streams = true;
    if (fmp12_code_is_hashed(r->code))
        md5_stream_add(r->md5, code);
}

static bool stream_add(struct object_reading *r, struct span bytes, struct err *err)
{
    struct fmp12_stream *stream = stream_find(r->object, r->code);

    if (!stream)
        return object_blame(r, "it has a stream that is not on its list");
    stream->found_bytes += bytes.size;
    if (fmp12_code_is_hashed(r->code))
        md5_stream_add(r->md5, bytes);
    if (strcmp(r->code, "FNAM") == 0)
        str_add_span(&r->name, bytes);
    return !r->sink || r->sink->add(r->sink->arg, r->code, bytes, err);
}

static bool whole_stream(struct object_reading *r, struct span code, struct span bytes,
                         struct err *err)
{
    stream_begin(r, code);
    return stream_add(r, bytes, err);
}

/* A piece of a stream, or, under 0, how long all of it is. */
static bool stream_piece(struct object_reading *r, const struct fmp12_path *path, struct span bytes,
                         struct err *err)
{
    struct span code = fmp12_path_key(path, KEY_LEVEL);
    struct fmp12_stream *stream;
    uint32_t number;

    if (path->depth != KEY_LEVEL + 2
        || !fmp12_number_of(fmp12_path_key(path, KEY_LEVEL + 1), &number))
        return object_blame(r, "a stream is nested in a way that is not known");
    if (memcmp(r->code, code.at, CODE_BYTES) != 0)
        stream_begin(r, code);
    if (number == 0) {
        stream = stream_find(r->object, r->code);
        if (!stream || bytes.size != 4 || fmp12_u32(bytes) != stream->bytes)
            return object_blame(r, "a stream has another length than the list says");
        return true;
    }
    if (number != ++r->pieces)
        return object_blame(r, "a piece of a stream is missing");
    return stream_add(r, bytes, err);
}

static bool value_take(struct object_reading *r, const struct fmp12_path *path, struct span value,
                       struct err *err)
{
    struct span key = fmp12_path_key(path, KEY_LEVEL);

    if (path->depth > KEY_LEVEL + 1)
        return key.size != CODE_BYTES || stream_piece(r, path, value, err);
    if (key.size == CODE_BYTES)
        return whole_stream(r, key, value, err);
    if (fmp12_key_is(key, KEY_LIST))
        return list_read(r, value);
    if (fmp12_key_is(key, KEY_REFERENCES))
        r->object->references = fmp12_u32(value);
    if (fmp12_key_is(key, KEY_MD5) && value.size == MD5_SIZE) {
        memcpy(r->object->md5, value.at, MD5_SIZE);
        r->has_md5 = true;
    }
    return true;
}

static void lengths_prove(struct object_reading *r)
{
    for (size_t i = 0; i < r->object->stream_count; i++)
        if (r->object->streams[i].bytes != r->object->streams[i].found_bytes)
            (void)object_blame(r, "a stream has another length than the list says");
}

static void object_prove(struct object_reading *r)
{
    struct fmp12_object *object = r->object;
    uint8_t md5[MD5_SIZE];
    struct err vague;

    md5_stream_end(r->md5, md5);
    if (!r->has_list || !r->has_md5)
        (void)object_blame(r, "it has no list of streams, or no MD5");
    lengths_prove(r);
    if (memcmp(md5, object->md5, MD5_SIZE) != 0)
        (void)object_blame(r, "its bytes are not those of which FileMaker made the MD5");
    if (!fmp12_name_read(str_span(&r->name), &object->name, &vague))
        object->name = (struct fmp12_name){ 0 };
    if (object->state != FMP12_BROKEN)
        object->state = fmp12_roles_give(object);
}

/* Reads what is left of an object whose first value is the present one. */
static bool object_read(struct fmp12_objects *objects, struct object_reading *r, struct err *err)
{
    struct fmp12_path top;
    const struct fmp12_path *path = fmp12_cursor_path(objects->cursor);
    enum step step = STEP_ROW;

    fmp12_path_copy(&top, path);
    while (top.depth > KEY_LEVEL)
        fmp12_path_pop(&top);
    while (step == STEP_ROW && fmp12_path_is_below(path, &top)) {
        if (!value_take(r, path, fmp12_cursor_value(objects->cursor), err))
            return false;
        step = fmp12_cursor_next(objects->cursor, err);
    }
    if (step == STEP_ROW)
        fmp12_cursor_hold(objects->cursor);
    return step != STEP_ERROR;
}

/* An object without list, MD5 and streams is a counter of FileMaker's own, and none at all. */
static bool is_counter(const struct object_reading *r)
{
    return !r->has_list && !r->has_md5 && !r->has_streams;
}

static bool object_next(struct fmp12_objects *objects, struct object_reading *r, struct err *err)
{
    const struct fmp12_path *path = fmp12_cursor_path(objects->cursor);

    *r->object = (struct fmp12_object){ 0 };
    if (path->depth <= KEY_LEVEL
        || !fmp12_number_of(fmp12_path_key(path, OBJECT_LEVEL), &r->object->number))
        return true;
    r->md5 = md5_stream_new();
    r->name = (struct str)STR_MAX(NAME_STREAM_MAX);
    if (!object_read(objects, r, err))
        return err_ctx(err, "object %ju", (uintmax_t)r->object->number);
    if (!is_counter(r))
        object_prove(r);
    return true;
}

enum step fmp12_objects_next(struct fmp12_objects *objects, const struct fmp12_sink *sink,
                             struct fmp12_object *object_r, struct err *err)
{
    enum step step;

    while ((step = fmp12_cursor_next(objects->cursor, err)) == STEP_ROW) {
        struct object_reading r = { .sink = sink, .object = object_r };
        bool good = object_next(objects, &r, err);

        md5_stream_free(r.md5);
        str_clear(&r.name);
        if (!good)
            return STEP_ERROR;
        if (!is_counter(&r))
            return STEP_ROW;
    }
    return step;
}

/* The list of an object's streams, if it has one that can be read. */
static enum step list_find(const struct fmp12_file *file, uint32_t table, uint32_t number,
                           struct fmp12_object *object_r, struct err *err)
{
    auto_fmp12_cursor *cursor = fmp12_cursor_new(fmp12_file_sectors(file));
    struct fmp12_path top = fmp12_object_path(table, number);
    struct object_reading r = { .object = object_r };
    enum step step;

    fmp12_path_push_number(&top, KEY_LIST);
    if (!fmp12_cursor_below(cursor, &top, err))
        return STEP_ERROR;
    step = fmp12_cursor_next(cursor, err);
    if (step == STEP_ROW)
        (void)list_read(&r, fmp12_cursor_value(cursor));
    return step == STEP_ROW && object_r->state == FMP12_BROKEN ? STEP_END : step;
}

bool fmp12_object_candidates(const struct fmp12_file *file, uint32_t table, uint32_t number,
                             unsigned *count_r, struct err *err)
{
    struct fmp12_object object = { .number = number };
    enum step step = list_find(file, table, number, &object, err);

    *count_r = step == STEP_ROW;
    if (step != STEP_ROW)
        return step == STEP_END;
    object.state = fmp12_roles_give(&object);
    while (fmp12_candidate_of(&object, *count_r + 1))
        ++*count_r;
    return true;
}

/* Ends the value of a container field, in UTF-8: U+E000. */
static const char value_end[] = "\xEE\x80\x80";

bool fmp12_object_of(struct span value, uint32_t *object_r)
{
    char key[4];
    size_t digits = value.size - (sizeof value_end - 1);

    if (!span_ends(value, value_end) || digits > 2 * sizeof key || digits % 2
        || !hex_read(span_first(value, digits), key, digits / 2))
        return false;
    return fmp12_number_of((struct span){ key, digits / 2 }, object_r);
}
