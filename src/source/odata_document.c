/*
 * Files of containers by OData. Asked for as application/octet-stream, servers from 20 on answer with the name of the file,
 * and older ones with the file; so names are asked for in this way, and files never.
 */
#include "source/odata_inside.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "http/url.h"

enum { NAME_MAX_SIZE = 1024, PATH_MAX_SIZE = 64 * 1024, FIRST_WITH_NAMES = 20 };
enum { STATUS_EMPTY = 204, STATUS_MISSING = 404 };

struct odata_document {
    struct filemaker_stream *stream;
    char head[NAME_MAX_SIZE + 1]; /* read while the file was compared with its name */
    size_t head_size, head_used;
};

void odata_known_clear(struct odata_known *known)
{
    free(known->path);
    free(known->name);
    *known = (struct odata_known){ 0 };
}

bool odata_field_path(const struct odata_view *view, const struct odata_row *row, const char *field,
                      struct str *path_r, struct err *err)
{
    auto_str path = STR_MAX(PATH_MAX_SIZE);

    if (!odata_own_path(view->filemaker, row->address, &path, err))
        return false;
    str_add_char(&path, '/');
    url_add_encoded(&path, span_of(field), "");
    str_add_span(path_r, str_span(&path));
    return str_fits(&path, "an address of OData", err);
}

/* --- whose address it is -------------------------------------------------------------------- */

/* A key that two records share would lead to the file of another patient. */
static bool address_prove(struct odata_view *view, const struct odata_row *row, struct err *err)
{
    auto_odata_answer answer = { 0 };
    auto_str path = STR_MAX(PATH_MAX_SIZE);
    const struct json_value *number;
    uint64_t record_id = 0;
    struct err ignored;

    if (!view->columns.table->is_keyed)
        return true;
    if (!odata_own_path(view->filemaker, row->address, &path, err))
        return false;
    str_add_text(&path, "?$select=ROWID,ROWMODID");
    if (!odata_get(view->filemaker, str_text(&path), false, &answer, err))
        return false;
    number = json_get(json_root(answer.json), "ROWID");
    if (number && num_u64(number->text, 1, INT64_MAX, &record_id, &ignored)
        && record_id == row->record_id)
        return true;
    return err_set(
        err, ERR_DATA, 0,
        "the address that OData gives record %ju leads to record %ju: the key field of "
        "its table is not unique. Read this source by the Data API ([source] api = data)",
        (uintmax_t)row->record_id, (uintmax_t)record_id);
}

/* --- its name ------------------------------------------------------------------------------- */

static bool is_text(const struct filemaker_stream *stream)
{
    const char *media = filemaker_stream_media(stream);

    return media && span_is_nocase(span_first(span_of(media), 10), "text/plain");
}

/* Reads up to a size; fewer if the stream ends before. */
static bool head_read(struct filemaker_stream *stream, char *head, size_t room, size_t *size_r,
                      struct err *err)
{
    size_t got = 1;

    for (*size_r = 0; got > 0 && *size_r < room; *size_r += got)
        if (!filemaker_stream_read(stream, head + *size_r, room - *size_r, &got, err))
            return false;
    return true;
}

/*
 * A server that is not known to give names may have given a text file: then only what looks like the name of one is
 * taken for it.
 */
static bool is_name(const struct odata_view *view, struct span text)
{
    bool is_clean = text.size > 0 && text.size <= NAME_MAX_SIZE && utf8_is_valid(text);

    for (size_t i = 0; i < text.size; i++)
        is_clean = is_clean && (unsigned char)text.at[i] >= ' ' && text.at[i] != 0x7F
                   && text.at[i] != '/' && text.at[i] != '\\';
    return is_clean
           && (metadata_generation(&view->metadata) >= FIRST_WITH_NAMES
               || span_extension(text).size > 0);
}

static bool name_take(struct odata_view *view, struct filemaker_stream *stream, struct err *err)
{
    char head[NAME_MAX_SIZE + 1];
    size_t size = 0;

    if (!is_text(stream))
        return true; /* the file itself: the name stays unknown */
    if (!head_read(stream, head, sizeof head, &size, err))
        return false;
    if (!is_name(view, (struct span){ head, size }))
        return true;
    free(view->known.name);
    view->known.name = span_text((struct span){ head, size });
    return true;
}

/* A file that is missing is told when it is fetched; here only what is empty counts. */
static bool name_ask(struct odata_view *view, const char *path, struct err *err)
{
    auto_stream *stream = NULL;

    if (odata_value_open(view->filemaker, path, ODATA_NAME, &stream, err))
        return name_take(view, stream, err);
    view->known.is_empty = err->kind == ERR_REMOTE && err->code == STATUS_EMPTY;
    return view->known.is_empty || (err->kind == ERR_REMOTE && err->code == STATUS_MISSING);
}

bool odata_look_inside(struct odata_view *view, const struct odata_row *row, struct err *err)
{
    auto_str path = STR_MAX(PATH_MAX_SIZE);
    struct odata_known *known = &view->known;

    if (!odata_field_path(view, row, view->container, &path, err))
        return false;
    if (known->record_id == row->record_id && known->mod_id == row->mod_id
        && strcmp(known->path, str_text(&path)) == 0)
        return true;
    odata_known_clear(known);
    known->path = mem_text(str_text(&path));
    known->name = mem_text("");
    if (!address_prove(view, row, err) || !name_ask(view, known->path, err)) {
        odata_known_clear(known);
        return false;
    }
    known->record_id = row->record_id;
    known->mod_id = row->mod_id;
    return true;
}

/* --- its bytes ------------------------------------------------------------------------------ */

/* The path of the field to which a value leads. */
static bool value_read(struct span value, struct str *path_r, struct err *err)
{
    struct span rest = span_from(value, strlen(ODATA_LEADS_TO));

    if (!span_starts(value, ODATA_LEADS_TO) || span_find(rest, ODATA_VALUE) == rest.size)
        return err_set(err, ERR_DATA, 0, "the container's value leads to nothing in OData");
    str_add_span(path_r, span_first(rest, span_find(rest, ODATA_VALUE)));
    return str_fits(path_r, "an address of OData", err);
}

static const char *name_known(const struct odata_view *view, const char *path)
{
    return view->known.path && strcmp(view->known.path, path) == 0 ? view->known.name : "";
}

/* Whether a stream may hold the name instead of the file: then it is looked into. */
static bool is_suspicious(const struct filemaker_stream *stream, const char *name)
{
    int64_t length = filemaker_stream_length(stream);

    return *name && is_text(stream) && (length < 0 || (size_t)length == strlen(name));
}

static bool head_judge(struct odata_document *document, const char *name, struct err *err)
{
    if (!head_read(document->stream, document->head, strlen(name) + 1, &document->head_size, err))
        return false;
    return !span_is((struct span){ document->head, document->head_size }, name)
           || err_set(err, ERR_DATA, 0, "OData gave the name of the file in place of the file");
}

bool odata_document_open(struct odata_view *view, struct span value,
                         struct odata_document **document_r, char **name_r, struct err *err)
{
    auto_str path = STR_MAX(PATH_MAX_SIZE);
    struct odata_document *document;
    struct filemaker_stream *stream;
    const char *name;

    if (!value_read(value, &path, err)
        || !odata_value_open(view->filemaker, str_text(&path), ODATA_BYTES, &stream, err))
        return false;
    name = name_known(view, str_text(&path));
    document = mem_new(struct odata_document);
    document->stream = stream;
    if (is_suspicious(stream, name) && !head_judge(document, name, err)) {
        odata_document_close(document);
        return false;
    }
    *document_r = document;
    *name_r = mem_text(name);
    return true;
}

void odata_document_close(struct odata_document *document)
{
    if (!document)
        return;
    filemaker_stream_close(document->stream);
    free(document);
}

int64_t odata_document_length(const struct odata_document *document)
{
    return filemaker_stream_length(document->stream);
}

bool odata_document_read(struct odata_document *document, void *bytes, size_t room, size_t *size_r,
                         struct err *err)
{
    size_t left = document->head_size - document->head_used;

    if (left == 0)
        return filemaker_stream_read(document->stream, bytes, room, size_r, err);
    *size_r = left < room ? left : room;
    memcpy(bytes, document->head + document->head_used, *size_r);
    document->head_used += *size_r;
    return true;
}
