/* Keys and certificates over OpenSSL. */
#include "sim/server/certs.h"

#include "base/fs.h"
#include "base/mem.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY = 86400 };

struct key_and_cert {
    EVP_PKEY *key;
    X509 *cert;
};

static void pair_clear(struct key_and_cert *pair)
{
    EVP_PKEY_free(pair->key);
    X509_free(pair->cert);
}

static bool tls_error(struct err *err, const char *doing)
{
    char text[160];

    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    ERR_clear_error();
    return err_set(err, ERR_DATA, 0, "%s: %s", doing, text);
}

/* --- making --------------------------------------------------------------------------------- */

static void extension_add(X509 *cert, const X509 *issuer, int id, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, (X509 *)issuer, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, id, value);
    if (!extension || !X509_add_ext(cert, extension, -1))
        abort();
    X509_EXTENSION_free(extension);
}

static void name_set(X509 *cert, const char *name)
{
    X509_NAME *subject = X509_get_subject_name(cert);

    (void)X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, (const unsigned char *)"fmsim", -1,
                                     -1, 0);
    (void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                                     -1, 0);
}

/* A certificate without issuer and signature, valid from `from` to `to` days around now. */
static struct key_and_cert pair_new(const char *name, long from, long to)
{
    struct key_and_cert pair = { EVP_EC_gen("P-256"), X509_new() };
    BIGNUM *serial = BN_new();

    if (!pair.key || !pair.cert || !serial || !BN_rand(serial, 127, BN_RAND_TOP_ANY, 0))
        abort();
    (void)BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(pair.cert));
    BN_free(serial);
    (void)X509_set_version(pair.cert, X509_VERSION_3);
    (void)X509_gmtime_adj(X509_getm_notBefore(pair.cert), from * DAY);
    (void)X509_gmtime_adj(X509_getm_notAfter(pair.cert), to * DAY);
    (void)X509_set_pubkey(pair.cert, pair.key);
    name_set(pair.cert, name);
    return pair;
}

static void cert_sign(struct key_and_cert *pair, const struct key_and_cert *by)
{
    (void)X509_set_issuer_name(pair->cert, X509_get_subject_name(by->cert));
    extension_add(pair->cert, by->cert, NID_subject_key_identifier, "hash");
    extension_add(pair->cert, by->cert, NID_authority_key_identifier, "keyid:always");
    if (!X509_sign(pair->cert, by->key, EVP_sha256()))
        abort();
}

static struct key_and_cert authority_make(void)
{
    struct key_and_cert pair = pair_new("fmsim test authority", -1, 3650);

    (void)X509_set_issuer_name(pair.cert, X509_get_subject_name(pair.cert));
    extension_add(pair.cert, pair.cert, NID_basic_constraints, "critical,CA:TRUE");
    extension_add(pair.cert, pair.cert, NID_key_usage, "critical,keyCertSign,cRLSign");
    extension_add(pair.cert, pair.cert, NID_subject_key_identifier, "hash");
    if (!X509_sign(pair.cert, pair.key, EVP_sha256()))
        abort();
    return pair;
}

static struct key_and_cert server_make(const struct key_and_cert *authority, enum cert_flaw flaw)
{
    bool wrong = flaw == CERT_WRONG_NAME, expired = flaw == CERT_EXPIRED;
    struct key_and_cert pair =
        pair_new(wrong ? "fms.example.org" : "localhost", expired ? -30 : -1, expired ? -2 : 820);

    extension_add(pair.cert, authority->cert, NID_basic_constraints, "critical,CA:FALSE");
    extension_add(pair.cert, authority->cert, NID_key_usage, "critical,digitalSignature");
    extension_add(pair.cert, authority->cert, NID_ext_key_usage, "serverAuth");
    extension_add(pair.cert, authority->cert, NID_subject_alt_name,
                  wrong ? "DNS:fms.example.org" : "DNS:localhost,IP:127.0.0.1,IP:::1");
    cert_sign(&pair, flaw == CERT_SELF_SIGNED ? &pair : authority);
    return pair;
}

/* --- files ---------------------------------------------------------------------------------- */

static bool bio_write(BIO *bio, const char *path, unsigned mode, struct err *err)
{
    char *bytes;
    long size = BIO_get_mem_data(bio, &bytes);

    return fs_write(path, (struct span){ bytes, (size_t)size }, mode, err);
}

static bool pair_write(const struct key_and_cert *pair, const char *cert_path, const char *key_path,
                       struct err *err)
{
    BIO *key = BIO_new(BIO_s_mem()), *cert = BIO_new(BIO_s_mem());
    bool good;

    if (!key || !cert || !PEM_write_bio_PrivateKey(key, pair->key, NULL, NULL, 0, NULL, NULL)
        || !PEM_write_bio_X509(cert, pair->cert))
        abort();
    good = bio_write(key, key_path, 0600, err) && bio_write(cert, cert_path, 0644, err);
    BIO_free(key);
    BIO_free(cert);
    return good;
}

static bool pair_read(const char *cert_path, const char *key_path, struct key_and_cert *pair,
                      struct err *err)
{
    BIO *key = BIO_new_file(key_path, "r"), *cert = BIO_new_file(cert_path, "r");

    pair->key = key ? PEM_read_bio_PrivateKey(key, NULL, NULL, NULL) : NULL;
    pair->cert = cert ? PEM_read_bio_X509(cert, NULL, NULL, NULL) : NULL;
    BIO_free(key);
    BIO_free(cert);
    if (pair->key && pair->cert)
        return true;
    return tls_error(err, "reading a certificate");
}

static bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool pair_open(const char *folder, const char *name, const struct key_and_cert *authority,
                      struct key_and_cert *pair, struct err *err)
{
    auto_free char *cert_path = mem_printf("%s/%s.pem", folder, name);
    auto_free char *key_path = mem_printf("%s/%s-key.pem", folder, name);

    if (file_exists(cert_path) && file_exists(key_path))
        return pair_read(cert_path, key_path, pair, err)
               || err_ctx(err, "'%s' and '%s'", cert_path, key_path);
    *pair = authority ? server_make(authority, CERT_GOOD) : authority_make();
    return pair_write(pair, cert_path, key_path, err);
}

static bool server_tls_new(const struct key_and_cert *server, SSL_CTX **tls_r, struct err *err)
{
    static const unsigned char name[] = "fmsim";
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

    if (!tls)
        abort();
    (void)SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    (void)SSL_CTX_set_session_id_context(tls, name, sizeof name - 1);
    (void)SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate(tls, server->cert) != 1
        || SSL_CTX_use_PrivateKey(tls, server->key) != 1) {
        SSL_CTX_free(tls);
        return tls_error(err, "setting up TLS");
    }
    *tls_r = tls;
    return true;
}

bool certs_open(const char *folder, enum cert_flaw flaw, SSL_CTX **tls_r, struct err *err)
{
    struct key_and_cert authority = { 0 }, server = { 0 };
    bool good = pair_open(folder, "ca", NULL, &authority, err);

    if (good && flaw == CERT_GOOD)
        good = pair_open(folder, "server", &authority, &server, err);
    else if (good)
        server = server_make(&authority, flaw);
    good = good && server_tls_new(&server, tls_r, err);
    pair_clear(&authority);
    pair_clear(&server);
    return good;
}
