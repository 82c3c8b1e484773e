/* Makes and reads the console's certificate. */
#include "console/server/certificate.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 };

void certificate_clear(struct certificate *certificate)
{
    if (certificate->key.at)
        explicit_bzero(certificate->key.at, certificate->key.size);
    str_clear(&certificate->key);
    str_clear(&certificate->pem);
}

static void bio_take(BIO *from, struct str *to)
{
    char *at;
    long size = BIO_get_mem_data(from, &at);

    str_add(to, at, (size_t)size);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void print_write(X509 *x509, char print[96])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    size_t used = 0;

    (void)X509_digest(x509, EVP_sha256(), digest, &size);
    for (unsigned i = 0; i < size; i++)
        used += (size_t)snprintf(print + used, 96 - used, "%s%02X", i ? ":" : "", digest[i]);
}

static int64_t end_of(X509 *x509)
{
    struct tm at = { 0 };

    if (!ASN1_TIME_to_tm(X509_get0_notAfter(x509), &at))
        return 0;
    return time_from_utc((struct time_civil){ at.tm_year + 1900, at.tm_mon + 1, at.tm_mday,
                                              at.tm_hour, at.tm_min, at.tm_sec });
}

static bool pair_fits(struct certificate *certificate, const char *path, const char *key_path,
                      struct err *err)
{
    BIO *pem = BIO_new_mem_buf(certificate->pem.at, (int)certificate->pem.size);
    BIO *key_pem = BIO_new_mem_buf(certificate->key.at, (int)certificate->key.size);
    X509 *x509 = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_pem, NULL, NULL, NULL);
    bool good = x509 && key && X509_check_private_key(x509, key) == 1;

    if (good) {
        print_write(x509, certificate->print);
        certificate->ends_us = end_of(x509);
    } else if (!x509) {
        (void)err_set(err, ERR_USAGE, 0, "'%s' is no certificate in PEM", path);
    } else if (!key) {
        (void)err_set(err, ERR_USAGE, 0, "'%s' is no private key in PEM", key_path);
    } else {
        (void)err_set(err, ERR_USAGE, 0, "the key '%s' does not belong to the certificate '%s'",
                      key_path, path);
    }
    ERR_clear_error();
    EVP_PKEY_free(key);
    X509_free(x509);
    BIO_free(key_pem);
    BIO_free(pem);
    return good;
}

static bool files_read(const char *path, const char *key_path, struct certificate *certificate,
                       struct err *err)
{
    return fs_read(path, &certificate->pem, err)
           && fs_read_private(key_path, &certificate->key, err)
           && pair_fits(certificate, path, key_path, err);
}

static void texts_start(struct certificate *certificate)
{
    *certificate = (struct certificate){ .pem = STR_MAX(FILE_MAX), .key = STR_MAX(FILE_MAX) };
}

bool certificate_given(const char *path, const char *key_path, int64_t now_us,
                       struct certificate *certificate, struct err *err)
{
    texts_start(certificate);
    if (!files_read(path, key_path, certificate, err))
        return err_ctx(err, "[console] certificate");
    if (certificate->ends_us <= now_us)
        return err_set(err, ERR_USAGE, 0,
                       "[console] certificate: '%s' has expired: browsers refuse it. Have it "
                       "renewed, or leave the key empty for one that the console makes",
                       path);
    return true;
}

/* --- making ----------------------------------------------------------------------------------- */

/* "DNS:localhost,IP:127.0.0.1" */
static char *names_written(const char *names)
{
    struct str text = STR_MAX(KIB(4));
    struct span rest = span_of(names), word;

    while ((word = span_word(&rest)).size) {
        auto_free char *name = span_text(word);
        struct in6_addr ignored;

        str_printf(&text, "%s%s:%s", text.size ? "," : "",
                   inet_pton(AF_INET, name, &ignored) == 1
                           || inet_pton(AF_INET6, name, &ignored) == 1
                       ? "IP"
                       : "DNS",
                   name);
    }
    return str_take(&text);
}

static bool extension_add(X509 *x509, int kind, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool good;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    good = extension && X509_add_ext(x509, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool serial_set(X509 *x509)
{
    BIGNUM *serial = BN_new();
    bool good = serial && BN_rand(serial, 120, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
                && BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509));

    BN_free(serial);
    return good;
}

/* A serial of its own each time: browsers refuse two certificates of one issuer with the same. */
static bool x509_fill(X509 *x509, EVP_PKEY *key, const char *names, int64_t now_us)
{
    auto_free char *also = names_written(names);
    X509_NAME *name = X509_get_subject_name(x509);
    time_t from = (time_t)(now_us / TIME_SECOND) - 3600;

    return X509_set_version(x509, X509_VERSION_3) == 1 && serial_set(x509)
           && X509_time_adj_ex(X509_getm_notBefore(x509), 0, 0, &from)
           && X509_time_adj_ex(X509_getm_notAfter(x509), CERTIFICATE_DAYS, 0, &from)
           && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                         (const unsigned char *)"fmferry console", -1, -1, 0)
                  == 1
           && X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1
           && extension_add(x509, NID_basic_constraints, "critical,CA:FALSE")
           && extension_add(x509, NID_key_usage, "critical,digitalSignature")
           && extension_add(x509, NID_ext_key_usage, "serverAuth")
           && extension_add(x509, NID_subject_alt_name, also)
           && X509_sign(x509, key, EVP_sha256()) > 0;
}

static bool certificate_make(const char *names, int64_t now_us, struct certificate *certificate,
                             struct err *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    BIO *pem = BIO_new(BIO_s_mem()), *key_pem = BIO_new(BIO_s_mem());
    bool good = key && x509 && pem && key_pem && x509_fill(x509, key, names, now_us)
                && PEM_write_bio_X509(pem, x509) == 1
                && PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) == 1;

    if (good) {
        bio_take(pem, &certificate->pem);
        bio_take(key_pem, &certificate->key);
    } else {
        (void)err_set(err, ERR_USAGE, 0,
                      "no certificate can be made for the names '%s': each is to be a host's name "
                      "or an address",
                      names);
    }
    ERR_clear_error();
    BIO_free(key_pem);
    BIO_free(pem);
    X509_free(x509);
    EVP_PKEY_free(key);
    return good;
}

static bool certificate_make_kept(const char *path, const char *key_path, const char *names,
                                  int64_t now_us, struct certificate *certificate, struct err *err)
{
    certificate_clear(certificate);
    texts_start(certificate);
    certificate->is_new = true;
    return certificate_make(names, now_us, certificate, err)
           && fs_write(key_path, str_span(&certificate->key), 0600, err)
           && fs_write(path, str_span(&certificate->pem), 0644, err)
           && pair_fits(certificate, path, key_path, err);
}

bool certificate_own(const char *folder, const char *names, int64_t now_us,
                     struct certificate *certificate, struct err *err)
{
    auto_free char *path = mem_printf("%s/console-tls.crt", folder);
    auto_free char *key_path = mem_printf("%s/console-tls.key", folder);

    texts_start(certificate);
    if (access(path, F_OK) != 0 && access(key_path, F_OK) != 0)
        return certificate_make_kept(path, key_path, names, now_us, certificate, err);
    if (!files_read(path, key_path, certificate, err))
        return err_ctx(err, "the console's certificate (remove both files, and a new one is made)");
    if (certificate->ends_us - now_us > CERTIFICATE_RENEW_DAYS * 24 * 3600 * TIME_SECOND)
        return true;
    return certificate_make_kept(path, key_path, names, now_us, certificate, err);
}
