/*
 * The arithmetic, over OpenSSL's numbers. Whatever follows from the password or from our secret
 * number lives in a secure context or is wiped. Out of memory and a broken libcrypto end the process.
 */
#include "claris/srp.h"

#include "base/digest.h"
#include "base/mem.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>

enum {
    NUMBER_MAX = 3072 / 8,       /* bytes of a number below N               */
    PADDED_MAX = NUMBER_MAX + 1, /* and a zero in front                     */
    SALT_DIGITS_MAX = 256,       /* Cognito's have 32                       */
    BLOCK_MAX = 16 * 1024,       /* of the provider's secret block          */
    PASSWORD_MAX = 4096,         /* as base/secret.h reads it               */
    NAMES_MAX = 1024             /* pool and user                           */
};

struct claris_srp {
    BIGNUM *secret, *shown; /* a, A */
    char *shown_hex;
};

static void srp_must(bool good)
{
    if (!good)
        abort();
}

static void context_cleanup(BN_CTX **context)
{
    BN_CTX_free(*context); /* wipes its numbers */
}

#define auto_context __attribute__((cleanup(context_cleanup))) BN_CTX

static BN_CTX *context_new(void)
{
    BN_CTX *context = BN_CTX_secure_new();

    srp_must(context != NULL);
    BN_CTX_start(context);
    return context;
}

/* A new number of the context; it lives as long. */
static BIGNUM *number_new(BN_CTX *context)
{
    BIGNUM *number = BN_CTX_get(context);

    srp_must(number != NULL);
    return number;
}

/* N: RFC 5054's prime of 3072 bits is that of RFC 3526. */
static BIGNUM *prime_new(BN_CTX *context)
{
    BIGNUM *prime = number_new(context);

    srp_must(BN_get_rfc3526_prime_3072(prime) != NULL);
    return prime;
}

static BIGNUM *generator_new(BN_CTX *context)
{
    BIGNUM *generator = number_new(context);

    srp_must(BN_set_word(generator, 2));
    return generator;
}

/* --- numbers and bytes ---------------------------------------------------------------------- */

/* Appends a number in Cognito's form. */
static void number_add(struct str *to, const BIGNUM *number)
{
    uint8_t bytes[PADDED_MAX] = { 0 };
    int size = BN_num_bytes(number);

    srp_must(size < (int)sizeof bytes);
    srp_must(BN_bn2bin(number, bytes + 1) == size);
    if (size == 0)
        str_add(to, bytes, 1);
    else if (bytes[1] & 0x80)
        str_add(to, bytes, (size_t)size + 1);
    else
        str_add(to, bytes + 1, (size_t)size);
    OPENSSL_cleanse(bytes, sizeof bytes);
}

static BIGNUM *number_of_hash(BN_CTX *context, const struct sha256 *hash)
{
    BIGNUM *number = number_new(context);

    srp_must(BN_bin2bn(hash->bytes, sizeof hash->bytes, number) != NULL);
    return number;
}

static bool digits_read(struct span digits, size_t most, BIGNUM *number, const char *what,
                        struct err *err)
{
    char text[2 * PADDED_MAX + 1];

    for (size_t i = 0; i < digits.size; i++)
        if (hex_digit(digits.at[i]) < 0)
            return err_set(err, ERR_DATA, 0, "the sign-in's %s is no number", what);
    if (digits.size == 0 || digits.size > most)
        return err_set(err, ERR_DATA, 0, "the sign-in's %s has %zu digits", what, digits.size);
    memcpy(text, digits.at, digits.size);
    text[digits.size] = '\0';
    srp_must(BN_hex2bn(&number, text) == (int)digits.size);
    return true;
}

/* SHA-256 of two numbers, one after the other. */
static struct sha256 hash_of_two(const BIGNUM *first, const BIGNUM *second)
{
    auto_str both = STR_MAX(2 * PADDED_MAX);

    number_add(&both, first);
    number_add(&both, second);
    return sha256_of(str_span(&both));
}

/* --- our number ----------------------------------------------------------------------------- */

/* As other clients write it: lower case, and no zero in front. */
static char *number_hex(const BIGNUM *number)
{
    char *digits = BN_bn2hex(number), *text;

    srp_must(digits != NULL);
    text = mem_text(digits + (digits[0] == '0'));
    OPENSSL_free(digits);
    for (char *c = text; *c; c++)
        if (*c >= 'A' && *c <= 'F')
            *c = (char)(*c - 'A' + 'a');
    return text;
}

struct claris_srp *claris_srp_new(const uint8_t secret[CLARIS_SRP_SECRET_SIZE])
{
    struct claris_srp *srp = mem_new(struct claris_srp);
    auto_context *context = context_new();

    srp->secret = BN_secure_new();
    srp->shown = BN_new();
    srp_must(srp->secret && srp->shown
             && BN_bin2bn(secret, CLARIS_SRP_SECRET_SIZE, srp->secret) != NULL);
    BN_set_flags(srp->secret, BN_FLG_CONSTTIME);
    srp_must(
        BN_mod_exp(srp->shown, generator_new(context), srp->secret, prime_new(context), context));
    srp->shown_hex = number_hex(srp->shown);
    return srp;
}

void auto_claris_srp_cleanup(struct claris_srp **srp)
{
    if (!*srp)
        return;
    BN_clear_free((*srp)->secret);
    BN_free((*srp)->shown);
    free((*srp)->shown_hex);
    free(*srp);
}

const char *claris_srp_public(const struct claris_srp *srp)
{
    return srp->shown_hex;
}

/* --- the answer ----------------------------------------------------------------------------- */

/* SHA-256 of pool, user, ":" and password. */
static struct sha256 identity_hash(const struct claris_challenge *challenge, struct span password)
{
    auto_str text = STR_MAX(PASSWORD_MAX + NAMES_MAX);
    struct sha256 hash;

    srp_must(str_reserve(&text, PASSWORD_MAX + NAMES_MAX)); /* growing would leave copies */
    str_add_span(&text, challenge->pool);
    str_add_span(&text, challenge->user);
    str_add_char(&text, ':');
    str_add_span(&text, password);
    hash = sha256_of(str_span(&text));
    OPENSSL_cleanse(text.at, text.room);
    return hash;
}

/* x, which stands for the password. */
static BIGNUM *password_number(BN_CTX *context, const BIGNUM *salt,
                               const struct claris_challenge *challenge, struct span password)
{
    struct sha256 identity = identity_hash(challenge, password), hash;
    auto_str text = STR_MAX(PADDED_MAX + SHA256_SIZE);
    BIGNUM *number;

    number_add(&text, salt);
    str_add(&text, identity.bytes, sizeof identity.bytes);
    hash = sha256_of(str_span(&text));
    number = number_of_hash(context, &hash);
    OPENSSL_cleanse(&identity, sizeof identity);
    OPENSSL_cleanse(&hash, sizeof hash);
    OPENSSL_cleanse(text.at, text.room);
    return number;
}

/* (B - k g^x) ^ (a + u x), which the provider finds by another way if it knows the password's verifier. */
static BIGNUM *shared_number(BN_CTX *context, const struct claris_srp *srp, const BIGNUM *theirs,
                             const BIGNUM *u, BIGNUM *x)
{
    BIGNUM *n = prime_new(context), *g = generator_new(context);
    BIGNUM *base = number_new(context), *exponent = number_new(context);
    BIGNUM *shared = number_new(context), *k;
    struct sha256 factor = hash_of_two(n, g);

    k = number_of_hash(context, &factor);
    BN_set_flags(x, BN_FLG_CONSTTIME);
    srp_must(BN_mod_exp(base, g, x, n, context) && BN_mod_mul(base, k, base, n, context)
             && BN_mod_sub(base, theirs, base, n, context));
    srp_must(BN_mul(exponent, u, x, context) && BN_add(exponent, exponent, srp->secret));
    BN_set_flags(exponent, BN_FLG_CONSTTIME);
    srp_must(BN_mod_exp(shared, base, exponent, n, context));
    return shared;
}

/* HKDF of one block (RFC 5869), of which Cognito takes the first half. */
static void key_derive(const BIGNUM *shared, const BIGNUM *u, uint8_t key_r[CLARIS_SRP_KEY_SIZE])
{
    auto_str salt = STR_MAX(PADDED_MAX), secret = STR_MAX(PADDED_MAX);
    struct sha256 extracted, expanded;

    srp_must(str_reserve(&secret, PADDED_MAX));
    number_add(&salt, u);
    number_add(&secret, shared);
    extracted = hmac_sha256(str_span(&salt), str_span(&secret));
    expanded = hmac_sha256((struct span){ (const char *)extracted.bytes, sizeof extracted.bytes },
                           span_of("Caldera Derived Key\001"));
    memcpy(key_r, expanded.bytes, CLARIS_SRP_KEY_SIZE);
    OPENSSL_cleanse(&extracted, sizeof extracted);
    OPENSSL_cleanse(&expanded, sizeof expanded);
    OPENSSL_cleanse(secret.at, secret.room);
}

/* A provider whose number is a multiple of N would learn the shared number without the verifier. */
static bool theirs_read(BN_CTX *context, struct span digits, BIGNUM *theirs, struct err *err)
{
    BIGNUM *rest = number_new(context);

    if (!digits_read(digits, 2 * PADDED_MAX, theirs, "public number", err))
        return false;
    srp_must(BN_nnmod(rest, theirs, prime_new(context), context));
    if (BN_is_zero(rest) || BN_num_bytes(theirs) > NUMBER_MAX)
        return err_set(err, ERR_DATA, 0,
                       "the sign-in's public number is one that no honest provider sends");
    return true;
}

bool claris_srp_key(const struct claris_srp *srp, const struct claris_challenge *challenge,
                    struct span password, uint8_t key_r[CLARIS_SRP_KEY_SIZE], struct err *err)
{
    auto_context *context = context_new();
    BIGNUM *theirs = number_new(context), *salt = number_new(context), *u, *x;
    struct sha256 both;

    if (challenge->pool.size + challenge->user.size >= NAMES_MAX || password.size > PASSWORD_MAX)
        return err_set(err, ERR_DATA, 0, "the sign-in's user or its password is too long");
    if (!digits_read(challenge->salt, SALT_DIGITS_MAX, salt, "salt", err)
        || !theirs_read(context, challenge->public_hex, theirs, err))
        return false;
    both = hash_of_two(srp->shown, theirs);
    u = number_of_hash(context, &both);
    if (BN_is_zero(u))
        return err_set(err, ERR_DATA, 0, "the sign-in's numbers do not go together");
    x = password_number(context, salt, challenge, password);
    key_derive(shared_number(context, srp, theirs, u, x), u, key_r);
    return true;
}

bool claris_srp_answer(const struct claris_srp *srp, const struct claris_challenge *challenge,
                       struct span password, struct str *to, struct err *err)
{
    auto_str text = STR_MAX(NAMES_MAX + BLOCK_MAX + 64);
    uint8_t key[CLARIS_SRP_KEY_SIZE];
    struct sha256 signature;

    str_add_span(&text, challenge->pool);
    str_add_span(&text, challenge->user);
    if (!base64_read(challenge->secret_block, &text, err))
        return err_ctx(err, "the sign-in's secret block");
    str_add_span(&text, challenge->stamp);
    if (!str_fits(&text, "the sign-in's challenge", err)
        || !claris_srp_key(srp, challenge, password, key, err))
        return false;
    signature = hmac_sha256((struct span){ (const char *)key, sizeof key }, str_span(&text));
    OPENSSL_cleanse(key, sizeof key);
    base64_add(to, signature.bytes, sizeof signature.bytes);
    return true;
}
