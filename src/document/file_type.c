/*
 * Types by libmagic, behind a lock; extensions by a table where libmagic offers several or none,
 * and by the file's name if its bytes do not tell.
 */
#include "document/file_type.h"

#include "base/mem.h"

#include <magic.h>
#include <pthread.h>

enum {
    LOOK_AT = 64 * 1024,      /* bytes that are enough for nearly every file                */
    LOOK_AT_OLE = 8 << 20,    /* the list of its parts may lie so far in: libmagic follows it */
    PDF_HEADER_WITHIN = 1024, /* as readers of PDF have it: ISO 32000-1, annex H.3.4.1    */
};

struct type_detector {
    pthread_mutex_t lock;
    magic_t types, extensions;
};

static magic_t magic_new(int flags)
{
    magic_t magic = magic_open(flags | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF);
    size_t most = LOOK_AT_OLE;

    if (magic && magic_setparam(magic, MAGIC_PARAM_BYTES_MAX, &most) == 0
        && magic_load(magic, NULL) == 0)
        return magic;
    if (magic)
        magic_close(magic);
    return NULL;
}

bool type_detector_new(struct type_detector **reader_r, struct err *err)
{
    struct type_detector *reader = mem_new(struct type_detector);

    (void)pthread_mutex_init(&reader->lock, NULL);
    reader->types = magic_new(MAGIC_MIME_TYPE);
    reader->extensions = magic_new(MAGIC_EXTENSION);
    if (!reader->types || !reader->extensions) {
        type_detector_free(reader);
        return err_set(err, ERR_OS, 0,
                       "libmagic cannot load its table of file types (package libmagic1)");
    }
    *reader_r = reader;
    return true;
}

void type_detector_free(struct type_detector *reader)
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
    { "video/3gpp", "3gp" },
    { "video/3gpp2", "3g2" },
    { "video/x-m4v", "m4v" },
    { "video/x-msvideo", "avi" },
    { "video/x-ms-asf", "wmv" },
    { "video/mpeg", "mpg" },
    { "video/webm", "webm" },
    { "audio/mp4", "m4a" },
    { "audio/x-m4a", "m4a" },
    { "audio/x-wav", "wav" },
    { "audio/x-aiff", "aiff" },
    { "audio/x-caf", "caf" },
    { "audio/AMR", "amr" },
    { "audio/amr", "amr" },
    { "audio/ogg", "ogg" },
    { "audio/flac", "flac" },
    { "text/calendar", "ics" },
    { "text/vcard", "vcf" },
    { "text/x-vcard", "vcf" },
    { "image/avif", "avif" },
    { "image/jp2", "jp2" },
    { "image/vnd.adobe.photoshop", "psd" },
    { "application/postscript", "ps" },
    { "application/vnd.oasis.opendocument.presentation", "odp" },
    { "application/vnd.ms-tnef", "dat" },
    { "application/gzip", "gz" },
    { "application/x-7z-compressed", "7z" },
    { "application/x-rar", "rar" },
    { "application/x-xar", "xar" },
    { "application/pgp-encrypted", "pgp" },
    { "application/pkcs7-mime", "p7m" },
    { "application/x-bzip2", "bz2" },
    { "application/x-tar", "tar" },
};

/*
 * The types of nearly all documents, by beginnings that no other type has. libmagic says the same,
 * after it has tried hundreds of rules, one thread at a time.
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

static void file_type_set(struct detected_type *content, const char *mime, const char *ext)
{
    (void)snprintf(content->mime, sizeof content->mime, "%s", mime);
    (void)snprintf(content->ext, sizeof content->ext, "%s", ext);
}

static bool plain_text_detect(struct span bytes, struct detected_type *content)
{
    for (size_t i = 0; i < lengthof(plain); i++) {
        if (!span_equal(span_first(bytes, plain[i].begins.size), plain[i].begins))
            continue;
        file_type_set(content, plain[i].mime, plain[i].ext);
        return true;
    }
    return false;
}

/* Types that libmagic has no rule for, by beginnings that no other type has. */
static const struct {
    struct span begins;
    const char *mime, *ext;
} unlisted[] = {
    BEGINNING("caff\0\1\0\0", "audio/x-caf", "caf"),
    BEGINNING("8BPS\0\1", "image/vnd.adobe.photoshop", "psd"),
    BEGINNING("8BPS\0\2", "image/vnd.adobe.photoshop", "psb"),
};

static bool is_unlisted(struct span bytes, struct detected_type *content)
{
    for (size_t i = 0; i < lengthof(unlisted); i++) {
        if (!span_equal(span_first(bytes, unlisted[i].begins.size), unlisted[i].begins))
            continue;
        file_type_set(content, unlisted[i].mime, unlisted[i].ext);
        return true;
    }
    return false;
}

/* Old Macs and mail gateways put bytes before the header; every reader of PDF looks past them. */
static bool is_late_pdf(struct span bytes)
{
    const char *end = bytes.at + bytes.size;
    struct span start = span_first(bytes, PDF_HEADER_WITHIN);
    const char *header = start.size ? memmem(start.at, start.size, "%PDF-", 5) : NULL;

    return header && end - header >= 8 && header[5] >= '0' && header[5] <= '9' && header[6] == '.'
           && memmem(header, (size_t)(end - header), " obj", 4) != NULL;
}

static bool is_ole(struct span bytes)
{
    return span_starts(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
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

static const char *known_extension(const char *mime)
{
    for (size_t i = 0; i < lengthof(known); i++)
        if (strcmp(known[i].mime, mime) == 0)
            return known[i].ext;
    return NULL;
}

static void extension_tell(struct type_detector *reader, struct span bytes, struct detected_type *c)
{
    const char *ext = known_extension(c->mime);

    if (ext)
        (void)snprintf(c->ext, sizeof c->ext, "%s", ext);
    else if (!first_extension(magic_buffer(reader->extensions, bytes.at, bytes.size), c->ext,
                              sizeof c->ext))
        (void)snprintf(c->ext, sizeof c->ext, "bin");
}

static void ask_libmagic(struct type_detector *reader, struct span bytes, struct detected_type *c)
{
    const char *mime;

    (void)pthread_mutex_lock(&reader->lock);
    mime = magic_buffer(reader->types, bytes.at, bytes.size);
    (void)snprintf(c->mime, sizeof c->mime, "%s",
                   mime && strchr(mime, '/') ? mime : FILE_TYPE_UNKNOWN);
    extension_tell(reader, bytes, c);
    (void)pthread_mutex_unlock(&reader->lock);
}

void file_type_detect(struct type_detector *reader, struct span bytes,
                      struct detected_type *content_r)
{
    *content_r = (struct detected_type){ 0 };
    if (plain_text_detect(bytes, content_r) || is_unlisted(bytes, content_r))
        return;
    ask_libmagic(reader, span_first(bytes, is_ole(bytes) ? LOOK_AT_OLE : LOOK_AT), content_r);
    if (strcmp(content_r->ext, "bin") == 0 && is_late_pdf(bytes))
        file_type_set(content_r, "application/pdf", "pdf");
}

/* --- by the name ---------------------------------------------------------------------------- */

/* Extensions of formats that are zip archives. */
static const char *const archives[] = { "pages", "numbers", "key",  "docx", "docm", "dotx", "xlsx",
                                        "xlsm",  "xltx",    "pptx", "pptm", "odt",  "ods",  "odp",
                                        "odg",   "epub",    "xps",  "oxps", "kmz",  NULL };

/* Whether the bytes allow an extension: they are of no known type, or a zip archive like it. */
static bool ext_is_possible(const struct detected_type *content, const char *ext)
{
    if (strcmp(content->mime, "application/zip") == 0) {
        for (const char *const *one = archives; *one; one++)
            if (strcmp(*one, ext) == 0)
                return true;
        return false;
    }
    return strcmp(content->ext, "bin") == 0;
}

void file_type_use_name(struct detected_type *content, struct span ext)
{
    char lower[FILE_TYPE_EXT_MAX + 1] = "";

    if (ext.size == 0 || ext.size > FILE_TYPE_EXT_MAX)
        return;
    for (size_t i = 0; i < ext.size; i++) {
        lower[i] = ext.at[i] >= 'A' && ext.at[i] <= 'Z' ? (char)(ext.at[i] - 'A' + 'a') : ext.at[i];
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789", lower[i]))
            return;
    }
    if (strcmp(lower, "bin") == 0 || !ext_is_possible(content, lower))
        return;
    (void)snprintf(content->ext, sizeof content->ext, "%s", lower);
    content->ext_is_named = true;
}
