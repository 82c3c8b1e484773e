/* The arithmetic of the provider, over OpenSSL's numbers. */
#include "sim/identity/verifier.h"

#include "base/digest.h"
#include "base/mem.h"

#include <openssl/bn.h>

enum { BYTES_MAX = 400, DIGITS_MAX = 780 };

/* RFC 5054, appendix A, the group of 3072 bits; its generator is 2 in Cognito. */
static const char prime_hex[] = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC7402"
                                "0BBEA63B139B22514A08798E3404DD"
                                "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F4"
                                "4C42E9A637ED6B0BFF5CB6F406B7ED"
                                "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598"
                                "DA48361C55D39A69163FA8FD24CF5F"
                                "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1"
                                "746C08CA18217C32905E462E36CE3B"
                                "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF69558171839"
                                "95497CEA956AE515D2261898FA0510"
                                "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8A"
                                "EA71575D060C7DB3970F85A6E1E4C7"
                                "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D8"
                                "7602733EC86A64521F2B18177B200C"
                                "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B"
                                "82D120A93AD2CAFFFFFFFFFFFFFFFF";

struct verifier {
    BIGNUM *prime, *generator, *multiplier, *value; /* N, g, k, v */
    char *names;                                    /* pool and user, one after the other */
};

static BIGNUM *hex_number(struct span digits)
{
    auto_free char *text = span_text(digits);
    BIGNUM *number = NULL;

    for (size_t i = 0; i < digits.size; i++)
        if (hex_digit(digits.at[i]) < 0)
            return NULL;
    if (digits.size == 0 || digits.size > DIGITS_MAX || !BN_hex2bn(&number, text))
        return NULL;
    return number;
}

static BIGNUM *bytes_number(const void *bytes, size_t size)
{
    return BN_bin2bn(bytes, (int)size, NULL);
}

static BIGNUM *hash_number(const struct sha256 *hash)
{
    return bytes_number(hash->bytes, sizeof hash->bytes);
}

/* As Java writes a BigInteger, which Cognito took over: the shortest form in two's complement. */
static void java_add(struct str *to, const BIGNUM *number)
{
    uint8_t bytes[BYTES_MAX];
    int size = BN_num_bits(number) / 8 + 1;

    if (size > BYTES_MAX || BN_bn2binpad(number, bytes, size) != size)
        abort();
    str_add(to, bytes, (size_t)size);
}

static BIGNUM *hash_of_two(const BIGNUM *a, const BIGNUM *b)
{
    auto_str text = STR_MAX(2 * BYTES_MAX);
    struct sha256 hash;

    java_add(&text, a);
    java_add(&text, b);
    hash = sha256_of(str_span(&text));
    return hash_number(&hash);
}

/* The number that stands for the password: x. */
static BIGNUM *password_number(const struct verifier *verifier, const BIGNUM *salt,
                               struct span password)
{
    auto_str inner = STR_MAX(KIB(8)), outer = STR_MAX(KIB(1));
    struct sha256 hash;

    str_printf(&inner, "%s:", verifier->names);
    str_add_span(&inner, password);
    hash = sha256_of(str_span(&inner));
    java_add(&outer, salt);
    str_add(&outer, hash.bytes, sizeof hash.bytes);
    hash = sha256_of(str_span(&outer));
    return hash_number(&hash);
}

struct verifier *verifier_new(struct span pool, struct span user, struct span password,
                              struct span salt)
{
    struct verifier *verifier = mem_new(struct verifier);
    BN_CTX *context = BN_CTX_new();
    BIGNUM *salt_number = hex_number(salt), *x;

    verifier->names = mem_printf(SPAN_FORMAT SPAN_FORMAT, SPAN_ARGS(pool), SPAN_ARGS(user));
    verifier->prime = hex_number(span_of(prime_hex));
    verifier->generator = hex_number(span_of("2"));
    verifier->multiplier = hash_of_two(verifier->prime, verifier->generator);
    verifier->value = BN_new();
    x = password_number(verifier, salt_number, password);
    if (!BN_mod_exp(verifier->value, verifier->generator, x, verifier->prime, context))
        abort();
    BN_free(x);
    BN_free(salt_number);
    BN_CTX_free(context);
    return verifier;
}

void verifier_free(struct verifier *verifier)
{
    if (!verifier)
        return;
    BN_free(verifier->prime);
    BN_free(verifier->generator);
    BN_free(verifier->multiplier);
    BN_free(verifier->value);
    free(verifier->names);
    free(verifier);
}

/* B = k v + g^b */
static BIGNUM *own_public(const struct verifier *verifier, const uint8_t *secret)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *b = bytes_number(secret, VERIFIER_SECRET_SIZE), *power = BN_new(), *sum = BN_new();

    if (!BN_mod_exp(power, verifier->generator, b, verifier->prime, context)
        || !BN_mod_mul(sum, verifier->multiplier, verifier->value, verifier->prime, context)
        || !BN_mod_add(sum, sum, power, verifier->prime, context))
        abort();
    BN_free(b);
    BN_free(power);
    BN_CTX_free(context);
    return sum;
}

void verifier_public(const struct verifier *verifier, const uint8_t secret[VERIFIER_SECRET_SIZE],
                     struct str *to)
{
    BIGNUM *number = own_public(verifier, secret);
    char *digits = BN_bn2hex(number);

    for (const char *c = digits + (digits[0] == '0'); *c; c++)
        str_add_char(to, *c >= 'A' ? (char)(*c - 'A' + 'a') : *c);
    OPENSSL_free(digits);
    BN_free(number);
}

/* S = (A v^u) ^ b */
static BIGNUM *shared_number(const struct verifier *verifier, const BIGNUM *client, const BIGNUM *u,
                             const uint8_t *secret)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *b = bytes_number(secret, VERIFIER_SECRET_SIZE), *shared = BN_new();

    if (!BN_mod_exp(shared, verifier->value, u, verifier->prime, context)
        || !BN_mod_mul(shared, client, shared, verifier->prime, context)
        || !BN_mod_exp(shared, shared, b, verifier->prime, context))
        abort();
    BN_free(b);
    BN_CTX_free(context);
    return shared;
}

/* HKDF with one round (RFC 5869); Cognito uses its first 16 bytes. */
static struct sha256 derived_key(const BIGNUM *shared, const BIGNUM *u)
{
    auto_str salt = STR_MAX(BYTES_MAX), secret = STR_MAX(BYTES_MAX);
    struct sha256 key;

    java_add(&salt, u);
    java_add(&secret, shared);
    key = hmac_sha256(str_span(&salt), str_span(&secret));
    return hmac_sha256((struct span){ (const char *)key.bytes, sizeof key.bytes },
                       span_of("Caldera Derived Key\x01"));
}

static void signature_add(const struct verifier *verifier, const struct verifier_claim *claim,
                          const struct sha256 *key, struct str *to)
{
    auto_str text = STR_MAX(KIB(32));
    struct sha256 signature;

    str_add_text(&text, verifier->names);
    str_add_span(&text, claim->block);
    str_add_span(&text, claim->stamp);
    signature = hmac_sha256((struct span){ (const char *)key->bytes, 16 }, str_span(&text));
    base64_add(to, signature.bytes, sizeof signature.bytes);
}

bool verifier_signature(const struct verifier *verifier, const struct verifier_claim *claim,
                        struct str *to)
{
    BIGNUM *client = hex_number(claim->client_hex), *own, *u, *shared;
    struct sha256 key;

    if (!client || BN_is_zero(client) || BN_cmp(client, verifier->prime) >= 0) {
        BN_free(client);
        return false;
    }
    own = own_public(verifier, claim->secret);
    u = hash_of_two(client, own);
    shared = shared_number(verifier, client, u, claim->secret);
    key = derived_key(shared, u);
    signature_add(verifier, claim, &key, to);
    BN_free(client);
    BN_free(own);
    BN_free(u);
    BN_free(shared);
    return true;
}
