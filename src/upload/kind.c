/* One table: what is not in it is refused, whatever its name says. */
#include "upload/kind.h"

#include "base/utf8.h"
#include "document/row.h"

enum { NAME_MAX_BYTES = 4096, NAME_MAX_CHARS = 200 };

const char upload_kinds_text[] =
    "PDF, TIFF, HEIC, JPEG, PNG, WebP, GIF, DOC, DOCX, XLS, XLSX, ODT, ODS, RTF, TXT";

static const struct {
    const char *mime;
    const char *extensions; /* that names of such files end with; all of them are right */
} kinds[] = {
    { "application/pdf", "pdf" },
    { "image/tiff", "tiff tif" },
    { "image/heic", "heic heif hif" },
    { "image/heif", "heif heic hif" },
    { "image/jpeg", "jpg jpeg jpe jfif" },
    { "image/png", "png" },
    { "image/webp", "webp" },
    { "image/gif", "gif" },
    { "application/msword", "doc dot" },
    { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx" },
    { "application/vnd.ms-excel", "xls xlt" },
    { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx" },
    { "application/vnd.oasis.opendocument.text", "odt" },
    { "application/vnd.oasis.opendocument.spreadsheet", "ods" },
    { "text/rtf", "rtf doc" },
    { "text/plain", "txt text log md" },
    { "text/csv", "csv txt" },
};

/* The extensions of a kind; NULL: it is not taken. */
static const char *extensions_of(const char *mime)
{
    for (size_t i = 0; i < lengthof(kinds); i++)
        if (strcmp(kinds[i].mime, mime) == 0)
            return kinds[i].extensions;
    return NULL;
}

bool upload_kind_is_taken(const struct detected_type *type)
{
    return extensions_of(type->mime) != NULL;
}

static bool is_among(struct span ext, const char *extensions)
{
    struct span rest = span_of(extensions), word;
    auto_str lower = STR_MAX(NAME_MAX_BYTES);

    utf8_add_lower(&lower, ext);
    while ((word = span_word(&rest)).size)
        if (span_equal(word, str_span(&lower)))
            return true;
    return false;
}

static bool is_of_any_kind(struct span ext)
{
    for (size_t i = 0; i < lengthof(kinds); i++)
        if (is_among(ext, kinds[i].extensions))
            return true;
    return false;
}

bool upload_name_make(struct span sent, const struct detected_type *type, struct str *to)
{
    auto_str clean = STR_MAX(NAME_MAX_BYTES);
    const char *right = extensions_of(type->mime);
    struct span name, ext;

    row_name_clean(&clean, sent);
    name = span_trim(utf8_first(str_span(&clean), NAME_MAX_CHARS));
    ext = span_extension(name);
    if (ext.at && right && is_among(ext, right) && ext.size + 1 < name.size) {
        str_add_span(to, name);
        return false;
    }
    if (ext.at && is_of_any_kind(ext))
        name = span_first(name, name.size - ext.size - 1);
    str_add_span(to, name.size ? name : span_of("upload"));
    str_printf(to, ".%s", type->ext);
    return ext.at != NULL;
}
