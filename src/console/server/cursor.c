/* Eight bytes for each number, then the first eight of an HMAC over them and the filter. */
#include "console/server/cursor.h"

#include "base/digest.h"

#include <openssl/crypto.h>

enum { NUMBER_SIZE = 8, NUMBERS_SIZE = CURSOR_NUMBERS * NUMBER_SIZE, SEAL_SIZE = 8 };

struct cursor_key cursor_key_new(void)
{
    struct cursor_key key;

    random_bytes(key.bytes, sizeof key.bytes);
    return key;
}

static void numbers_add(struct str *to, const struct cursor *cursor)
{
    for (size_t i = 0; i < CURSOR_NUMBERS; i++)
        for (int shift = 56; shift >= 0; shift -= 8)
            str_add_char(to, (char)((uint64_t)cursor->at[i] >> shift));
}

static void numbers_read(struct span bytes, struct cursor *cursor_r)
{
    for (size_t i = 0; i < CURSOR_NUMBERS; i++) {
        uint64_t number = 0;

        for (size_t k = 0; k < NUMBER_SIZE; k++)
            number = number << 8 | (uint8_t)bytes.at[i * NUMBER_SIZE + k];
        cursor_r->at[i] = (int64_t)number;
    }
}

/* Base64 writes two digits that addresses cannot have as they are. */
static char digit_swap(char c, const char *from, const char *to)
{
    return c == from[0] ? to[0] : c == from[1] ? to[1] : c;
}

const char *cursor_text(const struct cursor_key *key, struct span filter,
                        const struct cursor *cursor, char text[CURSOR_TEXT_SIZE])
{
    auto_str sealed = STR_MAX(NUMBERS_SIZE + filter.size), bytes = STR_MAX(KIB(1));
    auto_str base64 = STR_MAX(KIB(1));
    struct sha256 seal;

    numbers_add(&sealed, cursor);
    str_add_span(&bytes, str_span(&sealed));
    str_add_span(&sealed, filter);
    seal = hmac_sha256((struct span){ (const char *)key->bytes, sizeof key->bytes },
                       str_span(&sealed));
    str_add(&bytes, seal.bytes, SEAL_SIZE);
    base64_add(&base64, bytes.at, bytes.size);
    for (size_t i = 0; i < CURSOR_TEXT_SIZE - 1; i++)
        text[i] = digit_swap(base64.at[i], "+/", "-_");
    text[CURSOR_TEXT_SIZE - 1] = '\0';
    return text;
}

/* The numbers that a text of the right length names, whoever wrote it. */
static bool text_read(const char *text, struct cursor *cursor_r)
{
    auto_str base64 = STR_MAX(CURSOR_TEXT_SIZE), bytes = STR_MAX(KIB(1));
    struct err ignored;

    if (strlen(text) != CURSOR_TEXT_SIZE - 1)
        return false;
    for (const char *c = text; *c; c++)
        str_add_char(&base64, digit_swap(*c, "-_", "+/"));
    if (!base64_read(str_span(&base64), &bytes, &ignored) || bytes.size != NUMBERS_SIZE + SEAL_SIZE)
        return false;
    numbers_read(str_span(&bytes), cursor_r);
    return true;
}

bool cursor_read(const struct cursor_key *key, struct span filter, const char *text,
                 struct cursor *cursor_r, struct err *err)
{
    struct cursor cursor = { 0 };
    char wanted[CURSOR_TEXT_SIZE];

    /* What we would have written is the one spelling that counts. */
    if (text && *text
        && (!text_read(text, &cursor)
            || CRYPTO_memcmp(cursor_text(key, filter, &cursor, wanted), text, CURSOR_TEXT_SIZE)
                   != 0))
        return err_set(err, ERR_DATA, 0,
                       "the address of this page of the list is not one of ours any more: begin "
                       "with its first page");
    *cursor_r = cursor;
    return true;
}
