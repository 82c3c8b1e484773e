/*
 * Which stream is the document? A file that was inserted as such is FILE. A picture, a PDF or a sound
 * has a code of its own, and beside it there may be a picture to be shown in its place, as JPEG or GIF.
 * If more than one stream is left then, nobody can tell which is wanted, and none is preferred.
 */
#include "fmp12/roles.h"

/* Of the codes, these are about the document, these may show it, and these are shown by others. */
static const char *const about[] = { "FNAM", "SIZE", "DPI_", "FORK", "GLPH" };
static const char *const shows[] = { "JPEG", "GIFf" };
static const char *const richer[] = { "PDF ", "TIFF", "PICT", "8BPS", "META", "EPS ", "PNGf" };

static bool is_among(const char *code, const char *const *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(code, codes[i]) == 0)
            return true;
    return false;
}

bool fmp12_code_is_hashed(const char *code)
{
    return strcmp(code, "GLPH") != 0;
}

static size_t count_of(const struct fmp12_object *object, const char *const *codes, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < object->stream_count; i++)
        found += is_among(object->streams[i].code, codes, count);
    return found;
}

static enum fmp12_role role_of(const char *code, bool has_file, bool has_richer)
{
    if (is_among(code, about, lengthof(about)))
        return FMP12_ABOUT;
    if (has_file)
        return strcmp(code, "FILE") == 0 ? FMP12_DOCUMENT : FMP12_PREVIEW;
    return has_richer && is_among(code, shows, lengthof(shows)) ? FMP12_PREVIEW : FMP12_DOCUMENT;
}

enum fmp12_state fmp12_roles_give(struct fmp12_object *object)
{
    static const char *const file[] = { "FILE" };
    bool has_file = count_of(object, file, 1) > 0;
    bool has_richer = count_of(object, richer, lengthof(richer)) > 0;
    size_t documents = 0;

    for (size_t i = 0; i < object->stream_count; i++) {
        struct fmp12_stream *stream = &object->streams[i];

        stream->role = role_of(stream->code, has_file, has_richer);
        documents += stream->role == FMP12_DOCUMENT;
    }
    if (documents == 0)
        return FMP12_REFERENCE;
    return documents == 1 ? FMP12_PROVEN : FMP12_AMBIGUOUS;
}

const struct fmp12_stream *fmp12_document_of(const struct fmp12_object *object)
{
    for (size_t i = 0; object->state == FMP12_PROVEN && i < object->stream_count; i++)
        if (object->streams[i].role == FMP12_DOCUMENT)
            return &object->streams[i];
    return NULL;
}

const struct fmp12_stream *fmp12_candidate_of(const struct fmp12_object *object, unsigned nth)
{
    for (size_t i = 0; object->state == FMP12_AMBIGUOUS && i < object->stream_count; i++)
        if (object->streams[i].role == FMP12_DOCUMENT && --nth == 0)
            return &object->streams[i];
    return NULL;
}

const char *fmp12_state_name(enum fmp12_state state)
{
    static const char *const names[] = { "proven", "ambiguous", "reference", "broken" };

    return names[state];
}
