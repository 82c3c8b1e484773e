/*
 * A reader of SCSU. It has two modes: in one, a byte is a character of ASCII or of one of eight
 * windows of 128 characters; in the other, two bytes are a unit of UTF-16.
 */
#include "fmp12/scsu.h"

#include "base/utf8.h"

enum { WINDOWS = 8, WINDOW_SIZE = 0x80 };

struct scsu_state {
    struct scsu *scsu;
    struct str *to;
    struct err *err;
    uint8_t mask;
    bool wide; /* in UTF-16 */
    unsigned active;
    uint32_t windows[WINDOWS];
    uint32_t high; /* the first half of a surrogate pair, or 0 */
};

static const uint32_t scsu_dynamic[WINDOWS] = { 0x80,  0xC0,   0x400,  0x600,
                                                0x900, 0x3040, 0x30A0, 0xFF00 };
static const uint32_t scsu_fixed[WINDOWS] = {
    0, 0x80, 0x100, 0x300, 0x2000, 0x2080, 0x2100, 0x3000
};

static bool byte_next(struct scsu_state *s, uint32_t *byte_r)
{
    struct span *rest = &s->scsu->rest;

    if (rest->size == 0)
        return err_set(s->err, ERR_DATA, 0, "a text ends within a character");
    *byte_r = (uint8_t)*rest->at ^ s->mask;
    *rest = span_from(*rest, 1);
    return true;
}

static void half_drop(struct scsu_state *s)
{
    if (!s->high)
        return;
    utf8_add(s->to, UTF8_REPLACEMENT);
    s->scsu->repaired = true;
    s->high = 0;
}

/* Adds a unit of UTF-16, or a character beyond them. */
static bool unit_add(struct scsu_state *s, uint32_t unit)
{
    s->scsu->units_count += unit > 0xFFFF ? 2 : 1;
    if (unit >= 0xDC00 && unit <= 0xDFFF && s->high) {
        utf8_add(s->to, 0x10000 + ((s->high - 0xD800) << 10) + (unit - 0xDC00));
        s->high = 0;
        return true;
    }
    half_drop(s);
    if (unit >= 0xD800 && unit <= 0xDFFF)
        s->high = unit;
    else
        utf8_add(s->to, unit);
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        half_drop(s);
    return true;
}

static bool window_unit_add(struct scsu_state *s, uint32_t base, uint32_t offset)
{
    uint32_t code = base + offset;

    if (code > 0x10FFFF)
        return err_set(s->err, ERR_DATA, 0, "a text has a character beyond Unicode");
    return unit_add(s, code);
}

static bool window_start(uint32_t x, uint32_t *start_r)
{
    static const uint32_t special[] = { 0xC0, 0x250, 0x370, 0x530, 0x3040, 0x30A0, 0xFF60 };

    if (x >= 0x01 && x <= 0x67)
        *start_r = x * WINDOW_SIZE;
    else if (x >= 0x68 && x <= 0xA7)
        *start_r = x * WINDOW_SIZE + 0xAC00;
    else if (x >= 0xF9)
        *start_r = special[x - 0xF9];
    else
        return false;
    return true;
}

static bool window_define(struct scsu_state *s, unsigned window)
{
    uint32_t x;

    if (!byte_next(s, &x))
        return false;
    if (!window_start(x, &s->windows[window]))
        return err_set(s->err, ERR_DATA, 0, "a text defines a window of characters that is none");
    s->active = window;
    s->wide = false;
    return true;
}

static bool window_extend(struct scsu_state *s)
{
    uint32_t high, low;

    if (!byte_next(s, &high) || !byte_next(s, &low))
        return false;
    s->active = high >> 5;
    s->windows[s->active] = 0x10000 + WINDOW_SIZE * ((high & 0x1F) << 8 | low);
    s->wide = false;
    return true;
}

/* A unit of UTF-16 in two bytes, of which the first was read. */
static bool pair_add(struct scsu_state *s, uint32_t high)
{
    uint32_t low;

    return byte_next(s, &low) && unit_add(s, high << 8 | low);
}

/* As pair_add(), of which nothing was read. */
static bool quoted_unit_add(struct scsu_state *s)
{
    uint32_t high;

    return byte_next(s, &high) && pair_add(s, high);
}

static bool quoted_add(struct scsu_state *s, unsigned window)
{
    uint32_t byte;

    if (!byte_next(s, &byte))
        return false;
    if (byte < WINDOW_SIZE)
        return window_unit_add(s, scsu_fixed[window], byte);
    return window_unit_add(s, s->windows[window], byte - WINDOW_SIZE);
}

static bool wide_step(struct scsu_state *s, uint32_t byte)
{
    if (byte <= 0xDF || byte >= 0xF3)
        return pair_add(s, byte);
    if (byte <= 0xE7) {
        s->active = byte - 0xE0;
        s->wide = false;
        return true;
    }
    if (byte <= 0xEF)
        return window_define(s, byte - 0xE8);
    if (byte == 0xF0)
        return quoted_unit_add(s);
    if (byte == 0xF1)
        return window_extend(s);
    return err_set(s->err, ERR_DATA, 0, "a text has the reserved byte F2");
}

static bool narrow_step(struct scsu_state *s, uint32_t byte)
{
    if (byte >= WINDOW_SIZE)
        return window_unit_add(s, s->windows[s->active], byte - WINDOW_SIZE);
    if (byte >= 0x20 || byte == 0x00 || byte == 0x09 || byte == 0x0A || byte == 0x0D)
        return unit_add(s, byte);
    if (byte <= 0x08)
        return quoted_add(s, byte - 1);
    if (byte == 0x0B)
        return window_extend(s);
    if (byte == 0x0C)
        return err_set(s->err, ERR_DATA, 0, "a text has the reserved byte 0C");
    if (byte == 0x0E)
        return quoted_unit_add(s);
    if (byte == 0x0F)
        return s->wide = true;
    if (byte >= 0x18)
        return window_define(s, byte - 0x18);
    s->active = byte - 0x10;
    return true;
}

bool scsu_read(struct scsu *scsu, bool masked, struct str *to, struct err *err)
{
    struct scsu_state s = { .scsu = scsu, .to = to, .err = err, .mask = masked ? FMP12_MASK : 0 };
    uint32_t byte;

    memcpy(s.windows, scsu_dynamic, sizeof s.windows);
    scsu->units_count = 0;
    while (scsu->rest.size && scsu->units_count < scsu->units_most) {
        if (!byte_next(&s, &byte) || !(s.wide ? wide_step(&s, byte) : narrow_step(&s, byte)))
            return false;
    }
    half_drop(&s);
    return str_fits(to, "a text", err);
}
