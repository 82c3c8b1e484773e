/* Tells UTF-8, UTF-16 and Windows-1252 apart where it is certain; checks names and ids. */
#include "base/text.h"

#include "base/utf8.h"

#define BOM_UTF8 "\xEF\xBB\xBF"
#define BOM_LE "\xFF\xFE"
#define BOM_BE "\xFE\xFF"

enum { BOM = 0xFEFF, LOOK_UNITS = 256 };

/* --- positions ------------------------------------------------------------------------------ */

struct text_position {
    size_t line, column;
};

/* Counts a character; a line ends in LF, CR LF, or CR alone. */
static void place_pass(struct text_position *place, uint32_t code, uint32_t next)
{
    if (code == '\n' || (code == '\r' && next != '\n')) {
        place->line++;
        place->column = 1;
        return;
    }
    place->column++;
}

static bool position_refuse(const struct text_position *place, struct err *err, const char *why)
{
    return err_set(err, ERR_USAGE, 0, "line %zu, column %zu: %s", place->line, place->column, why);
}

static bool nul_byte(const struct text_position *place, const char *setting, struct err *err)
{
    return err_set(err, ERR_USAGE, 0,
                   "line %zu, column %zu: a NUL: the file is damaged, or is UTF-16 (then save it "
                   "in UTF-8, or say utf-16le or utf-16be in %s)",
                   place->line, place->column, setting);
}

/* --- other codings -------------------------------------------------------------------------- */

static const struct {
    const char *magic;
    size_t size;
    const char *what;
} others[] = {
    { "PK\3\4", 4, "a workbook (.xlsx, .ods) or another zip archive" },
    { "\xD0\xCF\x11\xE0", 4, "an old workbook (.xls)" },
    { "\x1F\x8B", 2, "compressed (gzip)" },
    { "%PDF-", 5, "a PDF" },
    { "\xFF\xFE\0\0", 4, "UTF-32" },
    { "\0\0\xFE\xFF", 4, "UTF-32" },
};

static bool bytes_begin_with(struct span bytes, const char *magic, size_t size)
{
    return bytes.size >= size && memcmp(bytes.at, magic, size) == 0;
}

static bool is_text(struct span bytes, struct err *err)
{
    for (size_t i = 0; i < lengthof(others); i++)
        if (bytes_begin_with(bytes, others[i].magic, others[i].size))
            return err_set(err, ERR_USAGE, 0,
                           "it is %s, not text: save it as CSV, in UTF-8 (\"CSV UTF-8\")",
                           others[i].what);
    return true;
}

/*
 * Whether it is UTF-16 without a mark: in its first line every second byte is zero, and no other.
 * No other coding of text looks like that.
 */
static bool looks_utf16(struct span bytes, size_t zero)
{
    size_t units = bytes.size / 2;

    if (bytes.size < 4 || bytes.size % 2 != 0)
        return false;
    for (size_t i = 0; i < units && i < LOOK_UNITS; i++) {
        char low = bytes.at[2 * i + 1 - zero];

        if (bytes.at[2 * i + zero] != 0 || low == 0)
            return false;
        if (low == '\n' || low == '\r')
            return i > 0;
    }
    return true;
}

/* --- UTF-16 --------------------------------------------------------------------------------- */

static uint32_t unit_at(struct span bytes, size_t at, bool little)
{
    uint8_t first = (uint8_t)bytes.at[at], second = (uint8_t)bytes.at[at + 1];

    return little ? (uint32_t)second << 8 | first : (uint32_t)first << 8 | second;
}

static bool is_half(uint32_t unit, uint32_t first)
{
    return unit >= first && unit < first + 0x400;
}

static bool utf16_decode(struct span bytes, bool little, struct str *to, struct err *err)
{
    struct text_position place = { 1, 1 };
    size_t size = bytes.size - bytes.size % 2;

    for (size_t i = 0; i < size; i += 2) {
        uint32_t code = unit_at(bytes, i, little);
        uint32_t next = i + 2 < size ? unit_at(bytes, i + 2, little) : 0;

        if (is_half(code, 0xD800) && is_half(next, 0xDC00)) {
            code = 0x10000 + ((code - 0xD800) << 10) + (next - 0xDC00);
            i += 2;
        }
        if (is_half(code, 0xD800) || is_half(code, 0xDC00))
            return position_refuse(&place, err,
                                   "half of a character of UTF-16: the file is damaged");
        if (code == 0)
            return position_refuse(&place, err, "a NUL: the file is damaged, or is not UTF-16");
        utf8_add(to, code);
        place_pass(&place, code, next);
    }
    return bytes.size % 2 == 0
           || position_refuse(&place, err, "the file ends amid a character of UTF-16: it was cut");
}

/* --- Windows-1252 --------------------------------------------------------------------------- */

static uint32_t windows_code(uint8_t byte)
{
    static const uint16_t codes[] = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
    };

    return byte >= 0x80 && byte < 0xA0 ? codes[byte - 0x80] : byte;
}

static bool windows_decode(struct span bytes, const char *setting, struct str *to, struct err *err)
{
    struct text_position place = { 1, 1 };

    for (size_t i = 0; i < bytes.size; i++) {
        uint32_t code = windows_code((uint8_t)bytes.at[i]);

        if (bytes.at[i] == '\0')
            return nul_byte(&place, setting, err);
        if (code == 0)
            return position_refuse(&place, err, "a byte that is no letter of Windows-1252");
        utf8_add(to, code);
        place_pass(&place, code, i + 1 < bytes.size ? (uint8_t)bytes.at[i + 1] : 0);
    }
    return true;
}

static bool has_high(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if ((uint8_t)bytes.at[i] >= 0x80)
            return true;
    return false;
}

/* --- UTF-8 ---------------------------------------------------------------------------------- */

/* Whether every byte that is not ASCII is a character in Windows-1252. */
static bool may_be_windows(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (windows_code((uint8_t)bytes.at[i]) == 0)
            return false;
    return true;
}

static bool bad_byte(const struct text_position *place, struct span bytes, uint8_t byte,
                     const char *setting, struct err *err)
{
    if (may_be_windows(bytes))
        return err_set(err, ERR_USAGE, 0,
                       "line %zu, column %zu: the byte 0x%02X is not UTF-8; an older program may "
                       "have written the file in the letters of Windows (Windows-1252). Save it as "
                       "\"CSV UTF-8\"; or, if you are sure, say windows-1252 in %s",
                       place->line, place->column, byte, setting);
    return err_set(err, ERR_USAGE, 0,
                   "line %zu, column %zu: the byte 0x%02X is not UTF-8: save the file in UTF-8 "
                   "(\"CSV UTF-8\")",
                   place->line, place->column, byte);
}

static bool utf8_check(struct span bytes, const char *setting, struct err *err)
{
    struct text_position place = { 1, 1 };
    struct span rest = bytes;

    while (rest.size) {
        uint8_t byte = (uint8_t)rest.at[0];
        uint32_t code;

        if (!utf8_next(&rest, &code))
            return bad_byte(&place, bytes, byte, setting, err);
        if (code == 0)
            return nul_byte(&place, setting, err);
        place_pass(&place, code, rest.size ? (uint8_t)rest.at[0] : 0);
    }
    return true;
}

/* --- the file ------------------------------------------------------------------------------- */

static enum text_coding coding_seen(struct span bytes)
{
    if (bytes_begin_with(bytes, BOM_UTF8, 3))
        return TEXT_UTF8;
    if (bytes_begin_with(bytes, BOM_LE, 2) || looks_utf16(bytes, 1))
        return TEXT_UTF16LE;
    if (bytes_begin_with(bytes, BOM_BE, 2) || looks_utf16(bytes, 0))
        return TEXT_UTF16BE;
    return TEXT_ASK;
}

static const char *coding_name(enum text_coding coding)
{
    static const char *const names[] = { "", "UTF-8", "UTF-16 (little endian)",
                                         "UTF-16 (big endian)", "Windows-1252" };

    return names[coding];
}

/* Compares the coding that the setting names with the one that the bytes show. */
static bool coding_choose(struct span bytes, enum text_coding told, const char *setting,
                          enum text_coding *coding_r, struct err *err)
{
    enum text_coding seen = coding_seen(bytes);

    if (told == TEXT_WINDOWS_1252 && seen == TEXT_ASK && has_high(bytes) && utf8_is_valid(bytes))
        seen = TEXT_UTF8;
    if (told != TEXT_ASK && seen != TEXT_ASK && told != seen)
        return err_set(err, ERR_USAGE, 0, "it is %s, and %s says %s: leave that empty",
                       coding_name(seen), setting, coding_name(told));
    *coding_r = told != TEXT_ASK ? told : seen;
    return true;
}

bool text_decode(struct span bytes, enum text_coding told, const char *setting, struct str *room,
                 struct span *text_r, struct err *err)
{
    enum text_coding coding = told;
    size_t mark;
    bool good = true;

    if (!is_text(bytes, err) || !coding_choose(bytes, told, setting, &coding, err))
        return false;
    mark = bytes_begin_with(bytes, BOM_UTF8, 3)                                       ? 3
           : bytes_begin_with(bytes, BOM_LE, 2) || bytes_begin_with(bytes, BOM_BE, 2) ? 2
                                                                                      : 0;
    switch (coding) {
    case TEXT_ASK:
    case TEXT_UTF8:
        *text_r = span_from(bytes, mark);
        return utf8_check(*text_r, setting, err);
    case TEXT_UTF16LE:
    case TEXT_UTF16BE:
        good = utf16_decode(span_from(bytes, mark), coding == TEXT_UTF16LE, room, err);
        break;
    case TEXT_WINDOWS_1252:
        good = windows_decode(bytes, setting, room, err);
        break;
    }
    if (!good || !str_fits(room, "the file in UTF-8", err))
        return false;
    *text_r = str_span(room);
    return true;
}

const char *text_strange(struct span bytes)
{
    if (bytes_begin_with(bytes, BOM_LE, 2) || bytes_begin_with(bytes, BOM_BE, 2)
        || looks_utf16(bytes, 1) || looks_utf16(bytes, 0))
        return "is UTF-16, as some editors and shells of Windows write it: save it as plain UTF-8";
    if (bytes_begin_with(bytes, BOM_UTF8, 3))
        return "begins with a byte order mark, which nobody sees: save it as plain UTF-8, without";
    if (bytes.size && memchr(bytes.at, '\0', bytes.size))
        return "holds NULs, as UTF-16 does: save it as plain UTF-8";
    if (!utf8_is_valid(bytes))
        return "is not UTF-8: save it as plain UTF-8";
    return NULL;
}

/* --- names and ids -------------------------------------------------------------------------- */

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

static bool is_turning(uint32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

static bool is_invisible(uint32_t code)
{
    return code == 0xAD || (code >= 0x200B && code <= 0x200F) || (code >= 0x2060 && code <= 0x2065);
}

static const char *fault_of(struct span text, bool is_id)
{
    while (text.size) {
        uint32_t code;

        if (!utf8_next(&text, &code))
            return "bytes that are not UTF-8";
        if (is_control(code))
            return "a control character";
        if (is_turning(code))
            return "a character that reverses the direction of writing";
        if (code == UTF8_REPLACEMENT)
            return "the sign for a lost letter (U+FFFD): it was converted wrongly before";
        if (code == BOM || (is_id && is_invisible(code)))
            return "a character that cannot be seen";
        if (is_id && utf8_is_space(code) && code != ' ')
            return "a blank that is not the usual one";
    }
    return NULL;
}

const char *text_name_fault(struct span text)
{
    return fault_of(text, false);
}

const char *text_id_fault(struct span text)
{
    return fault_of(text, true);
}

/*
 * Whether Windows-1252 reads a continuation byte as this; not dashes and high quotes, which may
 * really follow a letter.
 */
static bool is_continuation(uint32_t code)
{
    static const uint16_t signs[] = { 0x20AC, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
                                      0x2021, 0x02C6, 0x2030, 0x0160, 0x0152, 0x017D,
                                      0x02DC, 0x2122, 0x0161, 0x0153, 0x017E, 0x0178 };

    for (size_t i = 0; i < lengthof(signs); i++)
        if (code == signs[i])
            return true;
    return code > 0xA0 && code < 0xC0;
}

bool text_is_converted_twice(struct span text)
{
    uint32_t before = 0, code;

    for (; text.size; before = code)
        if (utf8_next(&text, &code) && (before == 0xC3 || before == 0xC2) && is_continuation(code))
            return true;
    return false;
}

struct span text_without_mark(struct span text)
{
    return span_from(text, span_starts(text, BOM_UTF8) ? strlen(BOM_UTF8) : 0);
}

struct span text_trim(struct span text)
{
    struct span rest = text;
    size_t end = 0, begin = text.size;

    while (rest.size) {
        size_t at = text.size - rest.size;
        uint32_t code;

        if (!utf8_next(&rest, &code) || !utf8_is_space(code)) {
            begin = at < begin ? at : begin;
            end = text.size - rest.size;
        }
    }
    return begin < end ? span_first(span_from(text, begin), end - begin) : span_first(text, 0);
}
