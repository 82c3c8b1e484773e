/* Every entry of a compound file's folder lies at a multiple of 128 bytes: they need not be followed. */
#include "old_office.h"

enum { ENTRY = 128, NAME_SIZE_AT = 64, KIND_AT = 66, KIND_STREAM = 2 };

#define COMPOUND "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

static const struct {
    const char *stream;
    enum old_office office;
} streams[] = { { "WordDocument", OLD_WORD }, { "Workbook", OLD_SHEET }, { "Book", OLD_SHEET } };

/* Its name is UTF-16 with a zero behind it, which its size counts. */
static bool entry_is(const char *entry, const char *name)
{
    size_t length = strlen(name);

    if (entry[KIND_AT] != KIND_STREAM || (size_t)(uint8_t)entry[NAME_SIZE_AT] != 2 * (length + 1)
        || entry[NAME_SIZE_AT + 1] != 0)
        return false;
    for (size_t i = 0; i <= length; i++)
        if (entry[2 * i] != name[i] || entry[2 * i + 1] != 0)
            return false;
    return true;
}

static enum old_office compound_of(struct span bytes)
{
    for (size_t at = 0; at + ENTRY <= bytes.size; at += ENTRY)
        for (size_t i = 0; i < lengthof(streams); i++)
            if (entry_is(bytes.at + at, streams[i].stream))
                return streams[i].office;
    return OLD_NONE;
}

enum old_office old_office_of(struct span bytes)
{
    if (span_starts(bytes, "{\\rtf"))
        return OLD_RICH;
    return span_starts(bytes, COMPOUND) ? compound_of(bytes) : OLD_NONE;
}
