/* The suffixes, endings and media types of files. */
#include "sim/content/file_type.h"

static const struct {
    const char *suffix, *media;
    const char *endings[3];
} file_types[] = {
    [FILE_PDF] = { ".pdf", "application/pdf", { ".pdf" } },
    [FILE_JPEG] = { ".jpg", "image/jpeg", { ".jpg", ".jpeg" } },
    [FILE_PNG] = { ".png", "image/png", { ".png" } },
    [FILE_TIFF] = { ".tif", "image/tiff", { ".tif", ".tiff" } },
    [FILE_HEIC] = { ".heic", "image/heic", { ".heic", ".heif" } },
    [FILE_TEXT] = { "", "application/octet-stream", { ".txt", ".md" } },
    [FILE_HTML] = { ".html", "text/html", { ".html", ".htm" } },
    [FILE_XLS] = { ".xls", "application/vnd.ms-excel", { ".xls" } },
    [FILE_JSON] = { ".json", "application/json", { ".json" } },
    [FILE_GZIP] = { ".gz", "application/x-gzip", { ".gz", ".tgz" } },
    [FILE_OTHER] = { "", "application/octet-stream", { NULL } },
};

const char *file_type_suffix(enum file_type type)
{
    return file_types[type].suffix;
}

const char *file_type_media(enum file_type type)
{
    return file_types[type].media;
}

static bool ends_nocase(struct span name, const char *ending)
{
    size_t size = strlen(ending);

    return name.size >= size && span_is_nocase(span_from(name, name.size - size), ending);
}

enum file_type file_type_of_name(struct span name)
{
    for (enum file_type type = FILE_PDF; type < FILE_OTHER; type++)
        for (size_t i = 0; i < lengthof(file_types[type].endings); i++)
            if (file_types[type].endings[i] && ends_nocase(name, file_types[type].endings[i]))
                return type;
    return FILE_OTHER;
}
