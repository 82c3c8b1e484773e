/* Types by libmagic, behind a lock; extensions by a table, where libmagic offers several or none.
 */
#include "move/content.h"

#include "base/mem.h"
#include "json/json.h"

#include <magic.h>
#include <pthread.h>

enum { LOOK_AT = 64 * 1024, PAGE_MAX = 1024 * 1024 };

struct content_reader {
    pthread_mutex_t lock;
    magic_t types, extensions;
};

static magic_t magic_new(int flags)
{
    magic_t magic = magic_open(flags | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF);

    if (magic && magic_load(magic, NULL) == 0)
        return magic;
    if (magic)
        magic_close(magic);
    return NULL;
}

bool content_reader_new(struct content_reader **reader_r, struct err *err)
{
    struct content_reader *reader = mem_new(struct content_reader);

    (void)pthread_mutex_init(&reader->lock, NULL);
    reader->types = magic_new(MAGIC_MIME_TYPE);
    reader->extensions = magic_new(MAGIC_EXTENSION);
    if (!reader->types || !reader->extensions) {
        content_reader_free(reader);
        return err_set(err, ERR_OS, 0,
                       "libmagic cannot load its table of file types (package libmagic1)");
    }
    *reader_r = reader;
    return true;
}

void content_reader_free(struct content_reader *reader)
{
    if (!reader)
        return;
    if (reader->types)
        magic_close(reader->types);
    if (reader->extensions)
        magic_close(reader->extensions);
    (void)pthread_mutex_destroy(&reader->lock);
    free(reader);
}

static const struct {
    const char *mime, *ext;
} known[] = {
    { "application/pdf", "pdf" },
    { "image/jpeg", "jpg" },
    { "image/png", "png" },
    { "image/tiff", "tiff" },
    { "image/heic", "heic" },
    { "image/heif", "heif" },
    { "image/gif", "gif" },
    { "image/bmp", "bmp" },
    { "image/x-ms-bmp", "bmp" },
    { "image/webp", "webp" },
    { "image/svg+xml", "svg" },
    { "application/msword", "doc" },
    { "application/vnd.ms-excel", "xls" },
    { "application/vnd.ms-powerpoint", "ppt" },
    { "application/vnd.ms-outlook", "msg" },
    { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx" },
    { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx" },
    { "application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx" },
    { "application/vnd.oasis.opendocument.text", "odt" },
    { "application/vnd.oasis.opendocument.spreadsheet", "ods" },
    { "text/rtf", "rtf" },
    { "text/plain", "txt" },
    { "text/html", "html" },
    { "text/csv", "csv" },
    { "text/xml", "xml" },
    { "message/rfc822", "eml" },
    { "application/json", "json" },
    { "application/zip", "zip" },
    { "application/dicom", "dcm" },
    { "audio/mpeg", "mp3" },
    { "video/mp4", "mp4" },
    { "video/quicktime", "mov" },
};

/*
 * What nearly all documents are, by a beginning that nothing else has. libmagic says the same,
 * after it has tried hundreds of rules on them, one thread at a time.
 */
#define BEGINNING(bytes, mime, ext)                                                                \
    {                                                                                              \
        { bytes, sizeof bytes - 1 }, mime, ext                                                     \
    }

static const struct {
    struct span begins;
    const char *mime, *ext;
} plain[] = {
    BEGINNING("%PDF-", "application/pdf", "pdf"),
    BEGINNING("\xFF\xD8\xFF\xE0", "image/jpeg", "jpg"),
    BEGINNING("\xFF\xD8\xFF\xE1", "image/jpeg", "jpg"),
    BEGINNING("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "image/png", "png"),
};

static bool is_plain(struct span bytes, struct content *content)
{
    for (size_t i = 0; i < lengthof(plain); i++) {
        if (!span_equal(span_first(bytes, plain[i].begins.size), plain[i].begins))
            continue;
        (void)snprintf(content->mime, sizeof content->mime, "%s", plain[i].mime);
        (void)snprintf(content->ext, sizeof content->ext, "%s", plain[i].ext);
        return true;
    }
    return false;
}

/* The first of libmagic's "jpeg/jpg/jpe"; false for "???". */
static bool first_extension(const char *list, char *ext, size_t room)
{
    size_t length = list ? strcspn(list, "/") : 0;

    if (length == 0 || length >= room
        || strspn(list, "abcdefghijklmnopqrstuvwxyz0123456789") < length)
        return false;
    (void)snprintf(ext, room, "%.*s", (int)length, list);
    return true;
}

static void extension_tell(struct content_reader *reader, struct span bytes, struct content *c)
{
    for (size_t i = 0; i < lengthof(known); i++) {
        if (strcmp(known[i].mime, c->mime) == 0) {
            (void)snprintf(c->ext, sizeof c->ext, "%s", known[i].ext);
            return;
        }
    }
    if (!first_extension(magic_buffer(reader->extensions, bytes.at, bytes.size), c->ext,
                         sizeof c->ext))
        (void)snprintf(c->ext, sizeof c->ext, "bin");
}

void content_tell(struct content_reader *reader, struct span bytes, struct content *content_r)
{
    struct span start = span_first(bytes, LOOK_AT);
    const char *mime;

    if (is_plain(bytes, content_r))
        return;
    (void)pthread_mutex_lock(&reader->lock);
    mime = magic_buffer(reader->types, start.at, start.size);
    (void)snprintf(content_r->mime, sizeof content_r->mime, "%s",
                   mime && strchr(mime, '/') ? mime : "application/octet-stream");
    extension_tell(reader, start, content_r);
    (void)pthread_mutex_unlock(&reader->lock);
}

static bool says(struct span ext, const char *const *words)
{
    for (; *words; words++)
        if (span_is_nocase(ext, *words))
            return true;
    return false;
}

static bool begins_like_html(struct span bytes)
{
    struct span start = span_trim(span_first(bytes, 512));

    if (span_starts(start, "\xEF\xBB\xBF"))
        start = span_trim(span_from(start, 3));
    if (span_starts(start, "<?xml")) /* Apache's own pages begin as XHTML */
        start = span_trim(span_from(start, span_find(start, "?>") + strlen("?>")));
    return span_is_nocase(span_first(start, 9), "<!doctype")
           || span_is_nocase(span_first(start, 5), "<html")
           || span_is_nocase(span_first(start, 5), "<head");
}

static bool is_api_message(struct span bytes)
{
    struct span start = span_trim(span_first(bytes, 64));
    auto_json *json = NULL;
    struct err ignored;

    return span_starts(start, "{") && bytes.size <= PAGE_MAX && json_read(bytes, &json, &ignored)
           && json_get(json_root(json), "messages") != NULL;
}

bool content_is_error_page(struct span bytes, struct span ext)
{
    static const char *const html[] = { "html", "htm", "xhtml", "mht", NULL };
    static const char *const data[] = { "json", "txt", NULL };

    return (begins_like_html(bytes) && !says(ext, html))
           || (is_api_message(bytes) && !says(ext, data));
}
