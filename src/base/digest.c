/* Hashes over libcrypto. If it fails, memory is gone or the library is broken: abort. */
#include "base/digest.h"

#include "base/mem.h"

#include <assert.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/random.h>

static void digest_must(int worked)
{
    if (worked != 1)
        abort();
}

/* Looked up once: OpenSSL searches for an algorithm longer than it hashes a short text. */
static struct {
    EVP_MD *sha256, *sha1;
    EVP_MAC_CTX *hmac; /* with its hash, without a key; only ever copied */
} known;
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static void known_make(void)
{
    char hash[] = "SHA256";
    OSSL_PARAM with[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                          OSSL_PARAM_construct_end() };
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

    known.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    known.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    known.hmac = EVP_MAC_CTX_new(hmac);
    digest_must(known.sha256 && known.sha1 && known.hmac);
    digest_must(EVP_MAC_CTX_set_params(known.hmac, with));
    EVP_MAC_free(hmac);
}

/* Loads the algorithms, which stay for as long as the process lives. */
static void algorithms_load(void)
{
    (void)pthread_once(&known_once, known_make);
}

static void digest_of(const EVP_MD *kind, struct span bytes, uint8_t *digest_r)
{
    digest_must(EVP_Digest(bytes.at ? bytes.at : "", bytes.size, digest_r, NULL, kind, NULL));
}

struct sha256 sha256_of(struct span bytes)
{
    struct sha256 sha256;

    algorithms_load();
    digest_of(known.sha256, bytes, sha256.bytes);
    return sha256;
}

void sha1_of(struct span bytes, uint8_t digest_r[SHA1_SIZE])
{
    algorithms_load();
    digest_of(known.sha1, bytes, digest_r);
}

void md5_of(struct span bytes, uint8_t digest_r[MD5_SIZE])
{
    digest_of(EVP_md5(), bytes, digest_r);
}

bool sha256_equal(const struct sha256 *a, const struct sha256 *b)
{
    return memcmp(a->bytes, b->bytes, SHA256_SIZE) == 0;
}

int64_t sha256_number(const struct sha256 *sha256)
{
    uint64_t number = 0;

    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | sha256->bytes[i];
    return (int64_t)number;
}

const char *sha256_hex(const struct sha256 *sha256, char text[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < SHA256_SIZE; i++) {
        text[2 * i] = digits[sha256->bytes[i] >> 4];
        text[2 * i + 1] = digits[sha256->bytes[i] & 15];
    }
    text[2 * SHA256_SIZE] = '\0';
    return text;
}

bool sha256_from_hex(struct span text, struct sha256 *sha256_r)
{
    return hex_read(text, sha256_r->bytes, SHA256_SIZE);
}

struct sha256_stream {
    EVP_MD_CTX *context;
};

struct sha256_stream *sha256_stream_new(void)
{
    struct sha256_stream *stream = mem_new(struct sha256_stream);

    algorithms_load();
    stream->context = EVP_MD_CTX_new();
    digest_must(stream->context != NULL);
    digest_must(EVP_DigestInit_ex(stream->context, known.sha256, NULL));
    return stream;
}

void sha256_stream_free(struct sha256_stream *stream)
{
    if (!stream)
        return;
    EVP_MD_CTX_free(stream->context);
    free(stream);
}

void auto_sha256_stream_cleanup(struct sha256_stream **stream)
{
    sha256_stream_free(*stream);
}

void sha256_stream_add(struct sha256_stream *stream, struct span bytes)
{
    digest_must(EVP_DigestUpdate(stream->context, bytes.at, bytes.size));
}

struct sha256 sha256_stream_end(struct sha256_stream *stream)
{
    struct sha256 sha256;

    digest_must(EVP_DigestFinal_ex(stream->context, sha256.bytes, NULL));
    digest_must(EVP_DigestInit_ex(stream->context, known.sha256, NULL));
    return sha256;
}

struct sha256 sha256_stream_so_far(const struct sha256_stream *stream)
{
    struct sha256 sha256;
    EVP_MD_CTX *copy = EVP_MD_CTX_new();

    digest_must(copy && EVP_MD_CTX_copy_ex(copy, stream->context));
    digest_must(EVP_DigestFinal_ex(copy, sha256.bytes, NULL));
    EVP_MD_CTX_free(copy);
    return sha256;
}

struct md5_stream {
    EVP_MD_CTX *context;
};

struct md5_stream *md5_stream_new(void)
{
    struct md5_stream *stream = mem_new(struct md5_stream);

    stream->context = EVP_MD_CTX_new();
    digest_must(stream->context != NULL);
    digest_must(EVP_DigestInit_ex(stream->context, EVP_md5(), NULL));
    return stream;
}

void md5_stream_free(struct md5_stream *stream)
{
    if (!stream)
        return;
    EVP_MD_CTX_free(stream->context);
    free(stream);
}

void md5_stream_add(struct md5_stream *stream, struct span bytes)
{
    digest_must(EVP_DigestUpdate(stream->context, bytes.at, bytes.size));
}

void md5_stream_end(struct md5_stream *stream, uint8_t digest_r[MD5_SIZE])
{
    digest_must(EVP_DigestFinal_ex(stream->context, digest_r, NULL));
    digest_must(EVP_DigestInit_ex(stream->context, EVP_md5(), NULL));
}

struct sha256 hmac_sha256(struct span key, struct span text)
{
    struct sha256 mac;
    EVP_MAC_CTX *context;
    size_t size;

    algorithms_load();
    context = EVP_MAC_CTX_dup(known.hmac);
    digest_must(context != NULL);
    digest_must(
        EVP_MAC_init(context, (const unsigned char *)(key.at ? key.at : ""), key.size, NULL));
    digest_must(
        EVP_MAC_update(context, (const unsigned char *)(text.at ? text.at : ""), text.size));
    digest_must(EVP_MAC_final(context, mac.bytes, &size, sizeof mac.bytes));
    EVP_MAC_CTX_free(context);
    return mac;
}

void hex_add(struct str *to, const void *bytes, size_t size_bytes)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < size_bytes; i++) {
        str_add_char(to, "0123456789abcdef"[at[i] >> 4]);
        str_add_char(to, "0123456789abcdef"[at[i] & 15]);
    }
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_read(struct span text, void *bytes_r, size_t size_bytes)
{
    if (text.size != 2 * size_bytes)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (hex_digit(text.at[i]) < 0)
            return false;
    for (size_t i = 0; i < size_bytes; i++)
        ((uint8_t *)bytes_r)[i] =
            (uint8_t)(hex_digit(text.at[2 * i]) << 4 | hex_digit(text.at[2 * i + 1]));
    return true;
}

void base64_add(struct str *to, const void *bytes, size_t size_bytes)
{
    assert(size_bytes < INT_MAX);
    if (!str_reserve(to, (size_bytes + 2) / 3 * 4))
        return;
    to->size += (size_t)EVP_EncodeBlock((unsigned char *)to->at + to->size, bytes, (int)size_bytes);
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool base64_decode(struct span text, struct str *to, struct err *err)
{
    uint32_t bits = 0;
    unsigned digits = 0, padding = 0;

    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        int digit = base64_digit(c);

        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        if (c == '=' && digits + ++padding <= 4 && digits >= 2)
            continue;
        if (digit < 0 || padding)
            return err_set(err, ERR_DATA, 0, "byte %zu is not Base64", i);
        bits = bits << 6 | (uint32_t)digit;
        if (++digits == 4) {
            str_add(to, (char[]){ (char)(bits >> 16), (char)(bits >> 8), (char)bits }, 3);
            bits = digits = 0;
        }
    }
    if (digits == 1 || (padding && digits + padding != 4))
        return err_set(err, ERR_DATA, 0, "the Base64 ends in the middle of a byte");
    if (digits >= 2)
        str_add(to, (char[]){ (char)(bits >> (6 * digits - 8)), (char)(bits >> 2) }, digits - 1);
    return str_fits(to, "the decoded Base64", err);
}

bool base64_read(struct span text, struct str *to, struct err *err)
{
    size_t before = to->size;

    if (base64_decode(text, to, err))
        return true;
    str_cut(to, before);
    return false;
}

void random_bytes(void *bytes_r, size_t size_bytes)
{
    uint8_t *at = bytes_r;

    while (size_bytes) {
        ssize_t got = getrandom(at, size_bytes, 0);

        if (got < 0 && errno != EINTR)
            abort();
        at += got > 0 ? got : 0;
        size_bytes -= got > 0 ? (size_t)got : 0;
    }
}
