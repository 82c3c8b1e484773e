/* Passes each call on to the kind that there is: one of two everywhere. */
#include "source/local.h"

#include "base/mem.h"
#include "source/file.h"
#include "source/manifest_view.h"

static const char file_scheme[] = "fmp12:", manifest_scheme[] = "manifest:";

struct source_file {
    struct file_source *file;
    struct manifest *manifest;
};

struct local_view {
    struct file_view *file;
    struct manifest_view *manifest;
};

struct local_document {
    struct fmp12_document *file;
    struct manifest_document *manifest;
};

bool source_url_is_manifest(const char *url)
{
    return span_starts(span_of(url), manifest_scheme);
}

bool source_url_is_file(const char *url)
{
    return source_url_is_manifest(url) || span_starts(span_of(url), file_scheme);
}

static bool kind_open(const char *url, struct source_file *source, struct err *err)
{
    const char *path = strchr(url, ':') + 1;

    if (!*path)
        return err_set(err, ERR_USAGE, 0, "[source] url = %s names no file: %sPATH", url, url);
    if (source_url_is_manifest(url) ? manifest_open(path, &source->manifest, err)
                                    : file_open(path, &source->file, err))
        return true;
    return err_ctx(err, "[source] url");
}

bool source_file_open(const char *url, struct source_file **file_r, struct err *err)
{
    struct source_file source = { 0 };

    if (!kind_open(url, &source, err))
        return false;
    *file_r = mem_copy(&source, sizeof source);
    return true;
}

bool source_file_is_outside(const struct source_file *file)
{
    return file->manifest && file->manifest->outside_count > 0;
}

void source_file_close(struct source_file *file)
{
    if (!file)
        return;
    file_close(file->file);
    manifest_close(file->manifest);
    free(file);
}

void source_file_looks(const struct source_file *file, struct source_looks *looks_r)
{
    if (file->file)
        file_looks(file->file, looks_r);
    else
        manifest_looks(file->manifest, looks_r);
}

bool local_view_new(const struct source_file *file, const char *containers,
                    struct local_view **view_r, struct err *err)
{
    struct local_view view = { 0 };

    if (file->file)
        view.file = file_view_new(file->file, containers ? containers : "");
    else if (!manifest_view_new(file->manifest, &view.manifest, err))
        return false;
    *view_r = mem_copy(&view, sizeof view);
    return true;
}

void local_view_free(struct local_view *view)
{
    if (!view)
        return;
    file_view_free(view->file);
    manifest_view_free(view->manifest);
    free(view);
}

void local_product(const struct local_view *view, struct filemaker_product *product_r)
{
    if (view->file)
        file_product(view->file, product_r);
    else
        manifest_product(view->manifest, product_r);
}

void local_tables(const struct local_view *view, struct str *names_r)
{
    if (view->file)
        file_tables(view->file, names_r);
    else
        manifest_tables(view->manifest, names_r);
}

bool local_layout(struct local_view *view, const char *table, struct filemaker_layout *layout_r,
                  struct err *err)
{
    return view->file ? file_layout(view->file, table, layout_r, err)
                      : manifest_layout(view->manifest, table, layout_r, err);
}

bool local_records(struct local_view *view, const char *table, uint64_t offset, uint64_t limit,
                   struct filemaker_page *page_r, struct err *err)
{
    return view->file ? file_records(view->file, table, offset, limit, page_r, err)
                      : manifest_records(view->manifest, table, offset, limit, page_r, err);
}

bool local_record(struct local_view *view, const char *table, uint64_t record_id,
                  struct filemaker_page *page_r, struct err *err)
{
    return view->file ? file_record(view->file, table, record_id, page_r, err)
                      : manifest_record(view->manifest, table, record_id, page_r, err);
}

bool local_recount(struct local_view *view, const char *table, int64_t *count_r, struct err *err)
{
    return view->file ? file_recount(view->file, table, count_r, err)
                      : manifest_view_recount(view->manifest, table, count_r, err);
}

bool local_holdings(const struct local_view *view, const char *table,
                    struct source_holdings *holdings_r, struct err *err)
{
    return view->file ? file_holdings(view->file, table, holdings_r, err)
                      : manifest_holdings(view->manifest, table, holdings_r, err);
}

/* --- documents ------------------------------------------------------------------------------ */

static bool file_document_open(const struct file_view *view, struct span value,
                               struct fmp12_document **document_r, char **name_r, struct err *err)
{
    auto_free struct fmp12_object *object = mem_new(struct fmp12_object);

    if (!file_document(view, value, object, document_r, err))
        return false;
    *name_r = mem_text(object->name.name);
    return true;
}

bool local_document_open(struct local_view *view, struct span value,
                         struct local_document **document_r, char **name_r, struct err *err)
{
    struct local_document document = { 0 };

    if (view->file
            ? !file_document_open(view->file, value, &document.file, name_r, err)
            : !manifest_document_open(view->manifest, value, &document.manifest, name_r, err))
        return false;
    *document_r = mem_copy(&document, sizeof document);
    return true;
}

void local_document_close(struct local_document *document)
{
    if (!document)
        return;
    fmp12_document_close(document->file);
    manifest_document_close(document->manifest);
    free(document);
}

uint64_t local_document_bytes(const struct local_document *document)
{
    return document->file ? fmp12_document_bytes(document->file)
                          : manifest_document_bytes(document->manifest);
}

bool local_document_is_proven(const struct local_document *document, uint8_t md5_r[MD5_SIZE])
{
    return document->file && fmp12_document_is_proven(document->file, md5_r);
}

bool local_document_read(struct local_document *document, void *bytes, size_t room, size_t *size_r,
                         struct err *err)
{
    return document->file ? fmp12_document_read(document->file, bytes, room, size_r, err)
                          : manifest_document_read(document->manifest, bytes, room, size_r, err);
}
