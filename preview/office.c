/* Each part that has words is unpacked and parsed a piece at a time, so that nothing is held twice. */
#include "office.h"

#include <archive.h>
#include <archive_entry.h>
#include <expat.h>

enum { PARTS_MOST = 10000, PIECE = 64 * 1024 };

#define XML_MOST ((int64_t)64 << 20)

enum family { FAMILY_NONE, FAMILY_WORD, FAMILY_SHEET, FAMILY_OPEN };

/* What an element does: its characters are words; a tab or an end of line stands behind it. */
enum deed { DEED_WORDS = 1, DEED_TAB = 2, DEED_LINE = 4 };

static const struct element {
    enum family family;
    const char *name;
    int deeds;
} elements[] = {
    { FAMILY_WORD, "t", DEED_WORDS },
    { FAMILY_WORD, "tab", DEED_TAB },
    { FAMILY_WORD, "br", DEED_LINE },
    { FAMILY_WORD, "p", DEED_LINE },
    { FAMILY_SHEET, "t", DEED_WORDS },
    { FAMILY_SHEET, "v", DEED_WORDS },
    { FAMILY_SHEET, "c", DEED_TAB },
    { FAMILY_SHEET, "si", DEED_LINE },
    { FAMILY_SHEET, "row", DEED_LINE },
    { FAMILY_OPEN, "p", DEED_WORDS | DEED_LINE },
    { FAMILY_OPEN, "h", DEED_WORDS | DEED_LINE },
    { FAMILY_OPEN, "s", DEED_TAB },
    { FAMILY_OPEN, "tab", DEED_TAB },
    { FAMILY_OPEN, "line-break", DEED_LINE },
};

static const struct {
    const char *beginning;
    enum family family;
} parts[] = {
    { "word/document.xml", FAMILY_WORD },     { "word/header", FAMILY_WORD },
    { "word/footer", FAMILY_WORD },           { "word/footnotes.xml", FAMILY_WORD },
    { "word/endnotes.xml", FAMILY_WORD },     { "word/comments.xml", FAMILY_WORD },
    { "xl/sharedStrings.xml", FAMILY_SHEET }, { "xl/worksheets/", FAMILY_SHEET },
    { "content.xml", FAMILY_OPEN },
};

/* One part on its way through the parser. */
struct office {
    enum family family;
    XML_Parser parser;
    struct str *text;
    int inside;      /* elements whose characters are words            */
    bool is_shared;  /* the cell has the number of a text, not a value */
    bool is_refused; /* it declares a document type                    */
};

bool office_is_known(struct span bytes)
{
    return span_starts(bytes, "PK\3\4");
}

static enum family part_family(const char *name)
{
    for (size_t i = 0; name && i < lengthof(parts); i++)
        if (span_starts(span_of(name), parts[i].beginning) && span_ends(span_of(name), ".xml"))
            return parts[i].family;
    return FAMILY_NONE;
}

/* --- elements --------------------------------------------------------------------------------- */

/* Without its prefix, which every program may choose, and none does. */
static int deeds_of(const struct office *office, const char *name)
{
    const char *colon = strchr(name, ':');
    const char *local = colon ? colon + 1 : name;

    for (size_t i = 0; i < lengthof(elements); i++)
        if (elements[i].family == office->family && strcmp(elements[i].name, local) == 0)
            return office->is_shared && *local == 'v' ? 0 : elements[i].deeds;
    return 0;
}

static bool cell_is_shared(const XML_Char **attributes)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], "t") == 0)
            return strcmp(attributes[1], "s") == 0;
    return false;
}

static void XMLCALL on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct office *office = arg;

    if (office->family == FAMILY_SHEET && strcmp(name, "c") == 0)
        office->is_shared = cell_is_shared(attributes);
    if (deeds_of(office, name) & DEED_WORDS)
        office->inside++;
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
    struct office *office = arg;
    int deeds = deeds_of(office, name);

    if (deeds & DEED_WORDS)
        office->inside--;
    if (deeds & DEED_TAB)
        str_add_char(office->text, '\t');
    if (deeds & DEED_LINE)
        str_add_char(office->text, '\n');
    if (office->text->size > WIRE_TEXT_MAX)
        (void)XML_StopParser(office->parser, XML_FALSE);
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int size)
{
    struct office *office = arg;

    if (office->inside > 0)
        str_add(office->text, text, (size_t)size);
}

/* With a document type come entities, which can ask for files and grow without end. */
static void XMLCALL on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_more)
{
    struct office *office = arg;

    (void)name;
    (void)system;
    (void)public;
    (void)has_more;
    office->is_refused = true;
    (void)XML_StopParser(office->parser, XML_FALSE);
}

/* --- parts ------------------------------------------------------------------------------------ */

/* `left_bytes` of all parts together may still be unpacked. */
static enum wire_shape part_parse(struct office *office, struct archive *archive,
                                  int64_t *left_bytes)
{
    for (;;) {
        void *room = XML_GetBuffer(office->parser, PIECE);
        la_ssize_t got = room ? archive_read_data(archive, room, PIECE) : -1;

        if (got < 0)
            return WIRE_DAMAGED;
        *left_bytes -= got;
        if (*left_bytes < 0)
            return WIRE_TOO_LARGE;
        if (XML_ParseBuffer(office->parser, (int)got, got == 0) != XML_STATUS_OK)
            return !office->is_refused && office->text->size > WIRE_TEXT_MAX ? WIRE_OK
                                                                             : WIRE_DAMAGED;
        if (got == 0)
            return WIRE_OK;
    }
}

static enum wire_shape part_read(enum family family, struct archive *archive, int64_t *left_bytes,
                                 struct str *text)
{
    struct office office = { .family = family, .parser = XML_ParserCreate(NULL), .text = text };
    enum wire_shape shape;

    if (!office.parser)
        return WIRE_TOO_LARGE;
    XML_SetUserData(office.parser, &office);
    XML_SetElementHandler(office.parser, on_start, on_end);
    XML_SetCharacterDataHandler(office.parser, on_text);
    XML_SetStartDoctypeDeclHandler(office.parser, on_doctype);
    shape = part_parse(&office, archive, left_bytes);
    XML_ParserFree(office.parser);
    return shape;
}

static enum wire_shape parts_read(struct archive *archive, struct str *text)
{
    enum wire_shape shape = WIRE_NO_PICTURE;
    int64_t left_bytes = XML_MOST;
    struct archive_entry *part;

    for (int i = 0; i < PARTS_MOST && text->size <= WIRE_TEXT_MAX; i++) {
        int step = archive_read_next_header(archive, &part);
        enum family family;

        if (step == ARCHIVE_EOF)
            return shape;
        if (step < ARCHIVE_WARN)
            return WIRE_DAMAGED;
        family = part_family(archive_entry_pathname(part));
        if (family == FAMILY_NONE)
            continue;
        shape = part_read(family, archive, &left_bytes, text);
        if (shape != WIRE_OK)
            return shape;
    }
    return shape;
}

enum wire_shape office_read(struct span bytes, struct picture *picture)
{
    struct archive *archive = archive_read_new();
    auto_str text = STR_MAX(4 * WIRE_TEXT_MAX);
    enum wire_shape shape = WIRE_DAMAGED;

    if (archive && archive_read_support_format_zip(archive) == ARCHIVE_OK
        && archive_read_open_memory(archive, bytes.at, bytes.size) == ARCHIVE_OK)
        shape = parts_read(archive, &text);
    (void)archive_read_free(archive);
    if (shape != WIRE_OK)
        return shape;
    picture->pages = 1;
    picture_put_text(picture, str_span(&text));
    return WIRE_OK;
}
