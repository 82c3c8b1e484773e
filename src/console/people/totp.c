/* The second factor. */
#include "console/people/totp.h"

#include "base/digest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <qrencode.h>
#include <sodium.h>

enum { DIGITS = 1000000, QUIET = 4 };

static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char lower[] = "abcdefghijklmnopqrstuvwxyz234567";

/* --- codes ------------------------------------------------------------------------------------ */

/* RFC 4226, 5.3: four bytes from where the last half byte points to. */
unsigned totp_code(const uint8_t secret[TOTP_SECRET_SIZE], int64_t step)
{
    uint8_t counter[8], digest[EVP_MAX_MD_SIZE];
    unsigned size = 0, at;

    for (size_t i = 0; i < sizeof counter; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (8 * (7 - i)));
    (void)HMAC(EVP_sha1(), secret, TOTP_SECRET_SIZE, counter, sizeof counter, digest, &size);
    at = digest[size - 1] & 15U;
    return (((digest[at] & 127U) << 24) | ((unsigned)digest[at + 1] << 16)
            | ((unsigned)digest[at + 2] << 8) | digest[at + 3])
           % DIGITS;
}

/* People type blanks between the digits. */
static bool code_read(const char *text, unsigned *code_r)
{
    unsigned code = 0, digits = 0;

    for (; *text; text++) {
        if (*text == ' ')
            continue;
        if (*text < '0' || *text > '9' || ++digits > 6)
            return false;
        code = code * 10 + (unsigned)(*text - '0');
    }
    *code_r = code;
    return digits == 6;
}

int64_t totp_step_of(const uint8_t secret[TOTP_SECRET_SIZE], const char *text, int64_t now_us)
{
    int64_t now = now_us / (TOTP_STEP_S * TIME_SECOND), found = 0;
    unsigned code;

    if (!code_read(text, &code))
        return 0;
    for (int64_t step = now - 1; step <= now + 1; step++)
        if (totp_code(secret, step) == code)
            found = step;
    return found;
}

/* --- the secret ------------------------------------------------------------------------------- */

static bool key_load(const char *path, uint8_t key_r[TOTP_KEY_SIZE], struct err *err)
{
    auto_str text = STR_MAX(KIB(1));

    if (!fs_read_private(path, &text, err))
        return false;
    return hex_read(span_trim(str_span(&text)), key_r, TOTP_KEY_SIZE)
           || err_set(err, ERR_USAGE, 0,
                      "'%s' is not the key that seals second factors: bring it back from a backup, "
                      "or set every user up again",
                      path);
}

bool totp_key_read(const char *folder, uint8_t key_r[TOTP_KEY_SIZE], struct err *err)
{
    auto_free char *path = mem_printf("%s/secret.key", folder);
    auto_str text = STR_MAX(KIB(1));
    uint8_t key[TOTP_KEY_SIZE];

    if (!fs_make_folder(folder, err))
        return false;
    random_bytes(key, sizeof key);
    hex_add(&text, key, sizeof key);
    str_add_char(&text, '\n');
    /* Two that start at once: one of them makes it, and both read that one. */
    if (!fs_create(path, str_span(&text), 0600, err)
        && (err->kind != ERR_OS || err->code != EEXIST))
        return false;
    return key_load(path, key_r, err);
}

void totp_secret_make(const uint8_t key[TOTP_KEY_SIZE], uint8_t sealed_r[TOTP_SEALED_SIZE])
{
    uint8_t secret[TOTP_SECRET_SIZE];

    randombytes_buf(secret, sizeof secret);
    randombytes_buf(sealed_r, crypto_secretbox_NONCEBYTES);
    (void)crypto_secretbox_easy(sealed_r + crypto_secretbox_NONCEBYTES, secret, sizeof secret,
                                sealed_r, key);
    explicit_bzero(secret, sizeof secret);
}

bool totp_secret_open(const uint8_t key[TOTP_KEY_SIZE], const void *sealed, size_t size,
                      uint8_t secret_r[TOTP_SECRET_SIZE])
{
    const uint8_t *bytes = sealed;

    return size == TOTP_SEALED_SIZE
           && crypto_secretbox_open_easy(secret_r, bytes + crypto_secretbox_NONCEBYTES,
                                         size - crypto_secretbox_NONCEBYTES, bytes, key)
                  == 0;
}

/* RFC 4648, 6: five bits a letter; 20 bytes have no rest. */
static void base32_add(struct str *to, const uint8_t *bytes, size_t size, bool in_groups)
{
    uint32_t bits = 0;
    unsigned held = 0, count = 0;

    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8) | bytes[i];
        for (held += 8; held >= 5; held -= 5) {
            if (in_groups && count && count % 4 == 0)
                str_add_char(to, ' ');
            str_add_char(to, upper[(bits >> (held - 5)) & 31U]);
            count++;
        }
    }
}

void totp_secret_text(const uint8_t secret[TOTP_SECRET_SIZE], struct str *to)
{
    base32_add(to, secret, TOTP_SECRET_SIZE, true);
}

/* One row of modules as pieces of a path, run by run. */
static void row_draw(const QRcode *code, int y, struct str *to)
{
    const unsigned char *row = code->data + y * code->width;

    for (int x = 0; x < code->width; x++) {
        int from = x;

        while (x < code->width && (row[x] & 1))
            x++;
        if (x > from)
            str_printf(to, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
    }
}

int totp_picture(const uint8_t secret[TOTP_SECRET_SIZE], const char *issuer, const char *name,
                 struct str *path)
{
    auto_str text = STR_MAX(KIB(1));
    QRcode *code;
    int width;

    str_printf(&text, "otpauth://totp/%s:%s?secret=", issuer, name);
    base32_add(&text, secret, TOTP_SECRET_SIZE, false);
    str_printf(&text, "&issuer=%s", issuer);
    code = QRcode_encodeString8bit(str_text(&text), 0, QR_ECLEVEL_M);
    explicit_bzero(text.at, text.size);
    if (!code)
        return 0;
    width = code->width + 2 * QUIET;
    for (int y = 0; y < code->width; y++)
        row_draw(code, y, path);
    QRcode_free(code);
    return width;
}

/* --- spare codes ------------------------------------------------------------------------------ */

static void spare_hash(const char *text, char hex[SHA256_HEX_SIZE])
{
    auto_str plain = STR_MAX(64);
    struct sha256 hash;

    for (; *text && plain.size < 32; text++)
        if (*text != '-' && *text != ' ')
            str_add_char(&plain, (char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text));
    hash = sha256_of(str_span(&plain));
    (void)sha256_hex(&hash, hex);
}

/* 50 bits each: they need no slow hash. */
void totp_spares_make(char texts_r[TOTP_SPARES][TOTP_SPARE_SIZE], struct str *hashes_r)
{
    for (size_t i = 0; i < TOTP_SPARES; i++) {
        char hex[SHA256_HEX_SIZE];

        for (size_t at = 0; at < TOTP_SPARE_SIZE - 1; at++)
            texts_r[i][at] = at == 5 ? '-' : lower[randombytes_uniform(32)];
        texts_r[i][TOTP_SPARE_SIZE - 1] = '\0';
        spare_hash(texts_r[i], hex);
        str_printf(hashes_r, "%s%s", i ? " " : "", hex);
    }
}

bool totp_spare_take(const char *hashes, const char *text, struct str *left_r)
{
    struct span rest = span_of(hashes);
    char hex[SHA256_HEX_SIZE];
    bool found = false;

    spare_hash(text, hex);
    while (rest.size) {
        struct span one = span_cut(&rest, ' ');

        if (span_is(one, hex)) {
            found = true;
            continue;
        }
        if (left_r->size)
            str_add_char(left_r, ' ');
        str_add_span(left_r, one);
    }
    return found;
}
