/* Passes each call on to the kind of source that there is. */
#include "source/source.h"

#include "base/mem.h"
#include "filemaker/odata.h"
#include "http/url.h"
#include "source/odata.h"

#include <assert.h>

enum { NAME_ROOM = 64 * 1024, COMMAND_IS_UNAVAILABLE = 3 };

/* One of the three. */
struct source_reader {
    struct filemaker *filemaker;
    struct odata_view *odata;
    struct local_view *file;
};

/* One of the four. */
struct source_stream {
    struct filemaker_stream *filemaker;
    struct odata_document *odata;
    struct local_document *document;
    struct backup_document *outside;
    char *disposition; /* of all but the first; NULL: it has no name */
};

static bool server_new(const struct filemaker_settings *settings, const struct cancel *cancel,
                       struct source_reader *reader, struct err *err)
{
    return settings->is_odata ? odata_view_new(settings, cancel, &reader->odata, err)
                              : filemaker_new(settings, cancel, &reader->filemaker, err);
}

bool source_new(const struct filemaker_settings *settings, const struct source_file *file,
                const struct cancel *cancel, struct source_reader **reader_r, struct err *err)
{
    auto_source_reader *reader = mem_new(struct source_reader);

    if (file ? !local_view_new(file, settings->container, &reader->file, err)
             : !server_new(settings, cancel, reader, err))
        return false;
    *reader_r = take(reader);
    return true;
}

void source_free(struct source_reader *reader)
{
    if (!reader)
        return;
    filemaker_free(reader->filemaker);
    odata_view_free(reader->odata);
    local_view_free(reader->file);
    free(reader);
}

void auto_source_reader_cleanup(struct source_reader **reader)
{
    source_free(*reader);
}

bool source_is_file(const struct source_reader *reader)
{
    return reader->file;
}

bool source_has_finds(const struct source_reader *reader)
{
    return reader->filemaker;
}

/* What a kind cannot do is refused as a server refuses it; callers then go another way, or none. */
static bool kind_cannot(const struct source_reader *reader, const char *what, struct err *err)
{
    (void)err_set(err, ERR_REMOTE, 0, "%s has no %s", reader->file ? "a file" : "a source by OData",
                  what);
    err->reason = COMMAND_IS_UNAVAILABLE;
    return false;
}

/* --- what it is, and what it shows ---------------------------------------------------------- */

bool source_product(struct source_reader *reader, struct filemaker_product *product_r,
                    struct err *err)
{
    if (reader->odata)
        return odata_product(reader->odata, product_r, err);
    if (reader->filemaker)
        return filemaker_product(reader->filemaker, product_r, err);
    local_product(reader->file, product_r);
    return true;
}

struct span source_proxy(const struct source_reader *reader)
{
    if (reader->odata)
        return filemaker_proxy(odata_filemaker(reader->odata));
    return reader->file ? SPAN_NONE : filemaker_proxy(reader->filemaker);
}

bool source_names(struct source_reader *reader, enum filemaker_names which, struct str *names,
                  struct err *err)
{
    if (reader->filemaker)
        return filemaker_names(reader->filemaker, which, names, err);
    if (which == FILEMAKER_LAYOUTS && reader->odata)
        return odata_tables(reader->odata, names, err);
    if (which == FILEMAKER_LAYOUTS)
        local_tables(reader->file, names);
    return true;
}

bool source_layout(struct source_reader *reader, const char *layout,
                   struct filemaker_layout *layout_r, struct err *err)
{
    if (reader->odata)
        return odata_layout(reader->odata, layout, layout_r, err);
    return reader->file ? local_layout(reader->file, layout, layout_r, err)
                        : filemaker_layout(reader->filemaker, layout, layout_r, err);
}

bool source_schema(struct source_reader *reader, struct metadata *metadata_r, struct err *err)
{
    return reader->filemaker ? odata_metadata(reader->filemaker, metadata_r, err)
                             : kind_cannot(reader, "layouts", err);
}

/* --- sessions ------------------------------------------------------------------------------- */

bool source_log_in(struct source_reader *reader, struct err *err)
{
    if (reader->odata)
        return odata_log_in(reader->odata, err);
    return reader->file || filemaker_log_in(reader->filemaker, err);
}

void source_log_out(struct source_reader *reader)
{
    if (reader->filemaker)
        filemaker_log_out(reader->filemaker);
}

uint64_t source_logins(const struct source_reader *reader)
{
    return reader->filemaker ? filemaker_logins(reader->filemaker) : 0;
}

/* --- records -------------------------------------------------------------------------------- */

bool source_records(struct source_reader *reader, const char *layout, uint64_t offset,
                    uint64_t limit, struct filemaker_page *page_r, struct err *err)
{
    if (reader->odata)
        return odata_records(reader->odata, layout, offset, limit, page_r, err);
    return reader->file ? local_records(reader->file, layout, offset, limit, page_r, err)
                        : filemaker_records(reader->filemaker, layout, offset, limit, page_r, err);
}

bool source_record(struct source_reader *reader, const char *layout, uint64_t record_id,
                   struct filemaker_page *page_r, struct err *err)
{
    if (reader->odata)
        return odata_record(reader->odata, layout, record_id, page_r, err);
    return reader->file ? local_record(reader->file, layout, record_id, page_r, err)
                        : filemaker_record(reader->filemaker, layout, record_id, page_r, err);
}

bool source_find(struct source_reader *reader, const char *layout, const char *query_json,
                 const char *sort_json, uint64_t offset, uint64_t limit,
                 struct filemaker_page *page_r, struct err *err)
{
    if (!reader->filemaker)
        return kind_cannot(reader, "finds", err);
    return filemaker_find(reader->filemaker, layout, query_json, sort_json, offset, limit, page_r,
                          err);
}

bool source_find_any(struct source_reader *reader, const char *layout, const char *field,
                     const struct span *values, size_t count, struct filemaker_page *page_r,
                     struct err *err)
{
    if (!reader->filemaker)
        return kind_cannot(reader, "finds", err);
    return filemaker_find_any(reader->filemaker, layout, field, values, count, page_r, err);
}

bool source_set(struct source_reader *reader, const struct filemaker_write *write,
                uint64_t *mod_id_r, struct err *err)
{
    if (!reader->filemaker)
        return kind_cannot(reader, "marks: it is never changed", err);
    return filemaker_set(reader->filemaker, write, mod_id_r, err);
}

bool source_recount(struct source_reader *reader, const char *layout, int64_t *count_r,
                    struct err *err)
{
    assert(!reader->filemaker);
    if (reader->odata)
        return odata_recount(reader->odata, layout, count_r, err);
    return local_recount(reader->file, layout, count_r, err);
}

bool source_holdings_count(struct source_reader *reader, const char *layout, bool *known_r,
                           struct source_holdings *holdings_r, struct err *err)
{
    *known_r = reader->file;
    return !reader->file || local_holdings(reader->file, layout, holdings_r, err);
}

/* --- the bytes of containers ---------------------------------------------------------------- */

static struct source_stream *stream_of(struct filemaker_stream *filemaker)
{
    struct source_stream *stream = mem_new(struct source_stream);

    stream->filemaker = filemaker;
    return stream;
}

/* As a server would say it. */
static char *disposition_of(const char *name)
{
    auto_str text = STR_MAX(NAME_ROOM);

    if (!*name)
        return NULL;
    str_add_text(&text, "attachment; filename*=UTF-8''");
    url_add_encoded(&text, span_of(name), "");
    return str_take(&text);
}

static bool document_open(struct source_reader *reader, struct span value,
                          struct source_stream **stream_r, struct err *err)
{
    struct local_document *document;
    auto_free char *name = NULL;

    if (!local_document_open(reader->file, value, &document, &name, err))
        return false;
    *stream_r = stream_of(NULL);
    (*stream_r)->document = document;
    (*stream_r)->disposition = disposition_of(name);
    return true;
}

static bool odata_open(struct source_reader *reader, struct span value,
                       struct source_stream **stream_r, struct err *err)
{
    struct odata_document *document;
    auto_free char *name = NULL;

    if (!odata_document_open(reader->odata, value, &document, &name, err))
        return false;
    *stream_r = stream_of(NULL);
    (*stream_r)->odata = document;
    (*stream_r)->disposition = disposition_of(name);
    return true;
}

bool source_stream_open(struct source_reader *reader, struct span value,
                        struct source_stream **stream_r, struct err *err)
{
    struct filemaker_stream *stream;

    if (reader->odata)
        return odata_open(reader, value, stream_r, err);
    if (reader->file)
        return document_open(reader, value, stream_r, err);
    if (!filemaker_stream_open(reader->filemaker, value, &stream, err))
        return false;
    *stream_r = stream_of(stream);
    return true;
}

bool source_odata_open(struct source_reader *reader, const char *table, struct span key,
                       const char *field, struct source_stream **stream_r, struct err *err)
{
    struct filemaker_stream *stream;

    if (!reader->filemaker)
        return kind_cannot(reader, "second way to its documents", err);
    if (!filemaker_odata_open(reader->filemaker, table, key, field, &stream, err))
        return false;
    *stream_r = stream_of(stream);
    return true;
}

bool source_odata_table(struct source_reader *reader, const char *table, struct err *err)
{
    return reader->filemaker ? filemaker_odata_table(reader->filemaker, table, err)
                             : kind_cannot(reader, "second way to its documents", err);
}

bool source_script_bytes(struct source_reader *reader, const char *layout, const char *script,
                         struct span param, struct str *to, struct err *err)
{
    if (!reader->filemaker)
        return kind_cannot(reader, "scripts", err);
    return filemaker_script_bytes(reader->filemaker, layout, script, param, to, err);
}

static struct span last_part(struct span path)
{
    struct span name = SPAN_NONE;

    while (path.at)
        name = span_cut(&path, '/');
    return name;
}

bool source_backup_open(const struct backup *backup, struct span path,
                        struct source_stream **stream_r, struct err *err)
{
    struct backup_document *document;
    auto_free char *name = span_text(last_part(path));

    if (!backup_document_open(backup, path, &document, err))
        return false;
    *stream_r = stream_of(NULL);
    (*stream_r)->outside = document;
    (*stream_r)->disposition = disposition_of(name);
    return true;
}

void source_stream_close(struct source_stream *stream)
{
    if (!stream)
        return;
    backup_document_close(stream->outside);
    filemaker_stream_close(stream->filemaker);
    odata_document_close(stream->odata);
    local_document_close(stream->document);
    free(stream->disposition);
    free(stream);
}

void auto_source_stream_cleanup(struct source_stream **stream)
{
    source_stream_close(*stream);
}

int64_t source_stream_length(const struct source_stream *stream)
{
    if (stream->outside)
        return (int64_t)backup_document_bytes(stream->outside);
    if (stream->odata)
        return odata_document_length(stream->odata);
    return stream->document ? (int64_t)local_document_bytes(stream->document)
                            : filemaker_stream_length(stream->filemaker);
}

const char *source_stream_disposition(const struct source_stream *stream)
{
    return stream->filemaker ? filemaker_stream_disposition(stream->filemaker)
                             : stream->disposition;
}

bool source_stream_is_proven(const struct source_stream *stream, uint8_t md5_r[MD5_SIZE])
{
    return stream->document && local_document_is_proven(stream->document, md5_r);
}

bool source_stream_read(struct source_stream *stream, void *bytes, size_t room, size_t *size_r,
                        struct err *err)
{
    if (stream->outside)
        return backup_document_read(stream->outside, bytes, room, size_r, err);
    if (stream->odata)
        return odata_document_read(stream->odata, bytes, room, size_r, err);
    if (stream->document)
        return local_document_read(stream->document, bytes, room, size_r, err);
    return filemaker_stream_read(stream->filemaker, bytes, room, size_r, err);
}
