/*
 * The grammar of entries. The first byte says everything: two bits are marks of the index, one says
 * that a directory is pushed, two how long the key is, and three how long the value is.
 */
#include "fmp12/entry.h"

enum { CODE_CLOSE = 0x40, CODE_OPEN = 0x80, CODE_MARKS = 0xC0, CODE_PUSH = 0x20 };
enum { KEY_COUNTED = 3, VALUE_COUNTED = 6, VALUE_COUNTED_WIDE = 7, INDEX_VALUE = 3 };

uint32_t fmp12_u16(struct span bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.at;

    return bytes.size < 2 ? 0 : (uint32_t)at[0] << 8 | at[1];
}

uint32_t fmp12_u32(struct span bytes)
{
    return bytes.size < 4 ? 0 : fmp12_u16(bytes) << 16 | fmp12_u16(span_from(bytes, 2));
}

/* Cuts `size` bytes from the front. */
static bool bytes_cut(struct span *rest, size_t size, struct span *bytes_r, struct err *err)
{
    if (rest->size < size)
        return err_set(err, ERR_DATA, 0, "an entry goes on beyond the payload");
    *bytes_r = span_first(*rest, size);
    *rest = span_from(*rest, size);
    return true;
}

static bool byte_cut(struct span *rest, uint8_t *byte_r, struct err *err)
{
    struct span byte = SPAN_NONE;

    if (!bytes_cut(rest, 1, &byte, err))
        return false;
    *byte_r = (uint8_t)*byte.at;
    return true;
}

/* The byte in place of a key of an index sector. */
static bool bound_read(struct span *rest, struct fmp12_entry *entry, struct err *err)
{
    uint8_t mark;

    if (!byte_cut(rest, &mark, err))
        return false;
    if (mark != 0x01 && mark != 0xFF)
        return err_set(err, ERR_DATA, 0, "an index has the mark %02X, which is not known", mark);
    entry->bound = mark == 0x01 ? FMP12_BOUND_FIRST : FMP12_BOUND_LAST;
    entry->key = SPAN_NONE;
    return true;
}

static bool key_read(struct span *rest, uint8_t code, bool is_index, struct fmp12_entry *entry,
                     struct err *err)
{
    unsigned kind = code >> 3 & 3;
    uint8_t size;

    if (kind < KEY_COUNTED)
        return bytes_cut(rest, kind + 1, &entry->key, err);
    if (!byte_cut(rest, &size, err))
        return false;
    if (size)
        return bytes_cut(rest, size, &entry->key, err);
    if (!is_index || code & CODE_PUSH)
        return err_set(err, ERR_DATA, 0, "an entry has an empty key");
    return bound_read(rest, entry, err);
}

static bool value_read(struct span *rest, uint8_t code, struct span *value_r, struct err *err)
{
    static const uint8_t sizes[] = { 0, 1, 2, 4, 6, 8 };
    unsigned kind = code & 7;
    struct span counted = SPAN_NONE;

    if (kind < VALUE_COUNTED)
        return bytes_cut(rest, sizes[kind], value_r, err);
    if (!bytes_cut(rest, kind == VALUE_COUNTED ? 1 : 2, &counted, err))
        return false;
    return bytes_cut(rest, kind == VALUE_COUNTED ? (uint8_t)*counted.at : fmp12_u16(counted),
                     value_r, err);
}

static bool code_is_known(uint8_t code, bool is_index, struct err *err)
{
    unsigned marks = code & CODE_MARKS;

    if ((marks && (!is_index || marks != CODE_MARKS)) || (code & CODE_PUSH && code & 7))
        return err_set(err, ERR_DATA, 0, "an entry has the code %02X, which is not known", code);
    if (is_index && !(code & CODE_PUSH) && (code & 7) != INDEX_VALUE)
        return err_set(err, ERR_DATA, 0, "an index has the code %02X, which leads nowhere", code);
    return true;
}

enum step fmp12_entry_next(struct span *rest, bool is_index, struct fmp12_entry *entry_r,
                           struct err *err)
{
    struct fmp12_entry entry = { .kind = FMP12_ENTRY_VALUE };
    uint8_t code;

    if (rest->size == 0)
        return STEP_END;
    if (!byte_cut(rest, &code, err))
        return STEP_ERROR;
    if (!is_index && (code == CODE_CLOSE || code == CODE_OPEN)) {
        entry.kind = code == CODE_CLOSE ? FMP12_ENTRY_CLOSE : FMP12_ENTRY_OPEN;
        *entry_r = entry;
        return STEP_ROW;
    }
    if (!code_is_known(code, is_index, err) || !key_read(rest, code, is_index, &entry, err)
        || !value_read(rest, code, &entry.value, err))
        return STEP_ERROR;
    entry.kind = code & CODE_PUSH ? FMP12_ENTRY_PUSH : FMP12_ENTRY_VALUE;
    entry.is_last = code & CODE_MARKS;
    *entry_r = entry;
    return STEP_ROW;
}
