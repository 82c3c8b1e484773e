/* Keys and signatures. Out of memory and a broken libcrypto end the process. */
#include "base/sign.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 4096 };

struct sign_key {
    EVP_PKEY *pkey;
};

static void bio_cleanup(BIO **bio)
{
    BIO_free_all(*bio); /* secure memory is wiped */
}

#define auto_bio __attribute__((cleanup(bio_cleanup))) BIO

static void sign_must(bool good)
{
    if (!good)
        abort();
}

static struct span bio_span(BIO *bio)
{
    char *at;
    long size = BIO_get_mem_data(bio, &at);

    return (struct span){ at, (size_t)size };
}

static void sign_key_free(struct sign_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

void auto_sign_key_cleanup(struct sign_key **key)
{
    sign_key_free(*key);
}

bool sign_key_make(const char *path, struct err *err)
{
    auto_sign_key *key = mem_new(struct sign_key);
    auto_bio *private_pem = BIO_new(BIO_s_secmem());
    auto_bio *public_pem = BIO_new(BIO_s_mem());
    auto_free char *public_path = mem_printf("%s.pub", path);

    key->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    sign_must(key->pkey && private_pem && public_pem
              && PEM_write_bio_PKCS8PrivateKey(private_pem, key->pkey, NULL, NULL, 0, NULL, NULL)
              && PEM_write_bio_PUBKEY(public_pem, key->pkey));
    return fs_create(path, bio_span(private_pem), 0600, err)
           && fs_write(public_path, bio_span(public_pem), 0644, err);
}

static bool pem_read(int fd, const char *path, EVP_PKEY **pkey_r, struct err *err)
{
    char text[KEY_FILE_MAX];
    ssize_t got = read(fd, text, sizeof text);
    const char *strange = got > 0 ? text_strange((struct span){ text, (size_t)got }) : NULL;
    auto_bio *bio = NULL;

    if (got < 0)
        return err_os(err, "reading the key '%s'", path);
    bio = BIO_new_mem_buf(text, (int)got);
    sign_must(bio != NULL);
    *pkey_r = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    explicit_bzero(text, sizeof text);
    if (*pkey_r && EVP_PKEY_is_a(*pkey_r, "ED25519"))
        return true;
    if (strange)
        return err_set(err, ERR_USAGE, 0, "the key '%s' %s", path, strange);
    return err_set(err, ERR_USAGE, 0, "'%s' holds no Ed25519 key ('fmferry init --key' makes one)",
                   path);
}

bool sign_key_read(const char *path, struct sign_key **key_r, struct err *err)
{
    auto_sign_key *key = mem_new(struct sign_key);
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0 && errno == ENOENT)
        return err_set(err, ERR_USAGE, 0, "there is no key '%s' ('fmferry init --key' makes one)",
                       path);
    if (fd < 0)
        return err_os(err, "opening the key '%s'", path);
    if (!fs_is_private(fd, path, err) || !pem_read(fd, path, &key->pkey, err))
        return false;
    *key_r = take(key);
    return true;
}

void sign_key_public(const struct sign_key *key, uint8_t public_r[SIGN_KEY_SIZE])
{
    size_t size = SIGN_KEY_SIZE;

    sign_must(EVP_PKEY_get_raw_public_key(key->pkey, public_r, &size) == 1
              && size == SIGN_KEY_SIZE);
}

void sign_bytes(const struct sign_key *key, struct span bytes, uint8_t signature_r[SIGN_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = SIGN_SIZE;

    sign_must(context && EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) == 1
              && EVP_DigestSign(context, signature_r, &size, (const uint8_t *)bytes.at, bytes.size)
                     == 1
              && size == SIGN_SIZE);
    EVP_MD_CTX_free(context);
}

bool sign_is_good(const uint8_t public_key[SIGN_KEY_SIZE], struct span bytes,
                  const uint8_t signature[SIGN_SIZE])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, SIGN_KEY_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good =
        key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1
        && EVP_DigestVerify(context, signature, SIGN_SIZE, (const uint8_t *)bytes.at, bytes.size)
               == 1;

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}
