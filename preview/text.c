/* Reads plain text of the three encodings that files of a practice have. */
#include "text.h"

#include "base/utf8.h"

/* 0x80 to 0x9F of Windows-1252; the rest is as in Unicode. */
static const uint16_t quaint[] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

static void utf16_read(struct span bytes, bool big, struct str *to)
{
    uint32_t high = 0;

    for (size_t i = 2; i + 1 < bytes.size; i += 2) {
        uint32_t low = (uint8_t)bytes.at[i + big];
        uint32_t unit = low | (uint32_t)(uint8_t)bytes.at[i + !big] << 8;

        if (high && (unit & 0xFC00) == 0xDC00)
            utf8_add(to, 0x10000 + ((high & 0x3FF) << 10) + (unit & 0x3FF));
        else if ((unit & 0xF800) != 0xD800)
            utf8_add(to, unit);
        high = (unit & 0xFC00) == 0xD800 ? unit : 0;
    }
}

static void windows_read(struct span bytes, struct str *to)
{
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t byte = (uint8_t)bytes.at[i];

        utf8_add(to, byte >= 0x80 && byte < 0xA0 ? quaint[byte - 0x80] : byte);
    }
}

void text_decode(struct span bytes, struct str *to)
{
    if (span_starts(bytes, "\xFF\xFE"))
        utf16_read(bytes, false, to);
    else if (span_starts(bytes, "\xFE\xFF"))
        utf16_read(bytes, true, to);
    else if (utf8_is_valid(bytes))
        str_add_span(to, span_starts(bytes, "\xEF\xBB\xBF") ? span_from(bytes, 3) : bytes);
    else
        windows_read(bytes, to);
}

void text_read(struct span bytes, struct picture *picture)
{
    auto_str text = STR_MAX(4 * WIRE_TEXT_MAX);

    text_decode(picture_text(bytes, WIRE_TEXT_MAX), &text);
    picture->pages = 1;
    picture_put_text(picture, str_span(&text));
}
