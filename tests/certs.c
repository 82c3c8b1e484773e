/* Certificates by libcrypto: elliptic keys, because they are quick to make. */
#include "certs.h"

#include "base/mem.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum { DAY = 24 * 60 * 60 };

struct certs {
    char *folder, *ca_file;
    EVP_PKEY *key;
    X509 *cert;
};

static void must(bool good)
{
    if (!good)
        abort();
}

static void extend(X509 *cert, X509 *issuer, int kind, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    must(extension && X509_add_ext(cert, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

/* A certificate that lacks only its extensions and its signature. */
static X509 *cert_begin(const char *name, EVP_PKEY *key, int days)
{
    X509 *cert = X509_new();
    X509_NAME *subject = X509_get_subject_name(cert);
    static long serial = 1;

    must(X509_set_version(cert, 2) == 1
         && ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++) == 1
         && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                                       -1, 0)
                == 1
         && X509_gmtime_adj(X509_getm_notBefore(cert), -100L * DAY)
         && X509_gmtime_adj(X509_getm_notAfter(cert), (long)days * DAY)
         && X509_set_pubkey(cert, key) == 1);
    return cert;
}

static char *cert_write(const char *folder, const char *name, X509 *cert, EVP_PKEY *key)
{
    char *path = mem_printf("%s/%s.pem", folder, name);
    FILE *file = fopen(path, "w");

    must(file && PEM_write_X509(file, cert) == 1
         && (!key || PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1)
         && fclose(file) == 0);
    return path;
}

struct certs *certs_new(const char *folder, const char *name)
{
    struct certs *certs = mem_new(struct certs);

    certs->folder = mem_text(folder);
    certs->key = EVP_EC_gen("P-256");
    certs->cert = cert_begin(name, certs->key, 10);
    must(X509_set_issuer_name(certs->cert, X509_get_subject_name(certs->cert)) == 1);
    extend(certs->cert, certs->cert, NID_basic_constraints, "critical,CA:TRUE");
    extend(certs->cert, certs->cert, NID_key_usage, "critical,keyCertSign");
    must(X509_sign(certs->cert, certs->key, EVP_sha256()) > 0);
    certs->ca_file = cert_write(folder, name, certs->cert, NULL);
    return certs;
}

void certs_free(struct certs *certs)
{
    if (!certs)
        return;
    X509_free(certs->cert);
    EVP_PKEY_free(certs->key);
    free(certs->ca_file);
    free(certs->folder);
    free(certs);
}

void auto_certs_cleanup(struct certs **certs)
{
    certs_free(*certs);
}

const char *certs_ca_file(const struct certs *certs)
{
    return certs->ca_file;
}

char *certs_make_as(const struct certs *certs, const char *name, struct certs_wish wish)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = cert_begin(name, key, wish.from_days + 1);
    const X509 *issuer = wish.is_alone ? cert : certs->cert;
    char *path;

    if (wish.from_days)
        must(X509_gmtime_adj(X509_getm_notBefore(cert), (long)wish.from_days * DAY) != NULL);
    must(X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1);
    if (wish.alt_name)
        extend(cert, certs->cert, NID_subject_alt_name, wish.alt_name);
    if (wish.tells_issuer)
        extend(cert, certs->cert, NID_info_access, "caIssuers;URI:http://ca.invalid/it.crt");
    must(X509_sign(cert, wish.is_alone ? key : certs->key, EVP_sha256()) > 0);
    path = cert_write(certs->folder, name, cert, key);
    X509_free(cert);
    EVP_PKEY_free(key);
    return path;
}

char *certs_make(const struct certs *certs, const char *name, const char *alt_name, int days)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = cert_begin(name, key, days);
    char *path;

    must(X509_set_issuer_name(cert, X509_get_subject_name(certs->cert)) == 1);
    if (alt_name)
        extend(cert, certs->cert, NID_subject_alt_name, alt_name);
    must(X509_sign(cert, certs->key, EVP_sha256()) > 0);
    path = cert_write(certs->folder, name, cert, key);
    X509_free(cert);
    EVP_PKEY_free(key);
    return path;
}
