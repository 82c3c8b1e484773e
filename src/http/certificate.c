/* Each kind of failure has its own cure: another file of a CA mends only one of them. */
#include "http/certificate.h"

#include "base/mem.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

enum { NAMES_MAX = 5, NAME_MAX_SIZE = 80 };

static void common_name(const X509_NAME *name, char text_r[NAME_MAX_SIZE])
{
    if (X509_NAME_get_text_by_NID(name, NID_commonName, text_r, NAME_MAX_SIZE) < 0
        && X509_NAME_get_text_by_NID(name, NID_organizationName, text_r, NAME_MAX_SIZE) < 0)
        (void)snprintf(text_r, NAME_MAX_SIZE, "somebody without a name");
}

static void date_add(const ASN1_TIME *time, struct str *words)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(time, &tm) == 1)
        str_printf(words, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    else
        str_add_text(words, "an unknown date");
}

/* --- names ---------------------------------------------------------------------------------- */

static bool alt_name_add(const GENERAL_NAME *name, bool is_first, struct str *words)
{
    char address[INET6_ADDRSTRLEN] = "";
    const ASN1_STRING *text = name->type == GEN_DNS     ? name->d.dNSName
                              : name->type == GEN_IPADD ? name->d.iPAddress
                                                        : NULL;
    int size = text ? ASN1_STRING_length(text) : 0;
    const unsigned char *bytes = text ? ASN1_STRING_get0_data(text) : NULL;

    if (!text)
        return false;
    if (name->type == GEN_IPADD
        && !inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address))
        return false;
    if (name->type == GEN_IPADD)
        size = (int)strlen(address);
    str_printf(words, "%s'%.*s'", is_first ? "" : ", ", size < NAME_MAX_SIZE ? size : NAME_MAX_SIZE,
               *address ? address : (const char *)bytes);
    return true;
}

/* Adds "'a.example', 'b.example', ..." and returns how many names there were. */
static int alt_names_add(const X509 *leaf, struct str *words)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    int count = 0;

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && count < NAMES_MAX; i++)
        count += alt_name_add(sk_GENERAL_NAME_value(names, i), count == 0, words);
    if (count == NAMES_MAX && sk_GENERAL_NAME_num(names) > NAMES_MAX)
        str_add_text(words, ", ...");
    GENERAL_NAMES_free(names);
    return count;
}

static void misnamed_tell(X509_STORE_CTX *verification, struct str *words)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(verification);
    const X509 *leaf = X509_STORE_CTX_get0_cert(verification);
    const char *host = X509_VERIFY_PARAM_get0_host(param, 0);
    char *address = host ? NULL : X509_VERIFY_PARAM_get1_ip_asc(param);
    const char *asked = host ? host : address ? address : "";
    char subject[NAME_MAX_SIZE];
    auto_str names = STR_MAX(200);

    if (alt_names_add(leaf, &names) > 0) {
        str_printf(words,
                   "the server's certificate is for %s and not for '%s': ask for the server by a "
                   "name that its certificate has",
                   str_text(&names), asked);
    } else {
        common_name(X509_get_subject_name(leaf), subject);
        str_printf(words,
                   "the server's certificate lists no names ('%s' as its subject does not count), "
                   "and must be made anew with '%s' among its alternative names",
                   subject, asked);
    }
    OPENSSL_free(address);
}

/* --- time and issuers ----------------------------------------------------------------------- */

/* Adds whose certificate fails: the server's, or that of an authority above it. */
static void owner_add(X509_STORE_CTX *verification, struct str *words)
{
    const X509 *at = X509_STORE_CTX_get_current_cert(verification);
    char name[NAME_MAX_SIZE];

    if (!at || X509_STORE_CTX_get_error_depth(verification) == 0) {
        str_add_text(words, "the server's certificate");
        return;
    }
    common_name(X509_get_subject_name(at), name);
    str_printf(words, "the certificate of '%s', who issued the server's,", name);
}

static void expired_tell(X509_STORE_CTX *verification, struct str *words)
{
    const X509 *at = X509_STORE_CTX_get_current_cert(verification);

    owner_add(verification, words);
    str_add_text(words, " has expired on ");
    date_add(X509_get0_notAfter(at), words);
    str_add_text(words, ": it must be renewed there, unless this machine's clock is wrong");
}

static void early_tell(X509_STORE_CTX *verification, struct str *words)
{
    const X509 *at = X509_STORE_CTX_get_current_cert(verification);

    owner_add(verification, words);
    str_add_text(words, " is valid only from ");
    date_add(X509_get0_notBefore(at), words);
    str_add_text(words, " on: is this machine's clock right?");
}

/* Public authorities say in each certificate where their own can be fetched (RFC 5280, 4.2.2.1). */
static bool tells_its_issuer(const X509 *cert)
{
    AUTHORITY_INFO_ACCESS *places = X509_get_ext_d2i(cert, NID_info_access, NULL, NULL);
    bool tells = false;

    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(places); i++)
        tells |= OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(places, i)->method) == NID_ad_ca_issuers;
    AUTHORITY_INFO_ACCESS_free(places);
    return tells;
}

static void unknown_tell(X509_STORE_CTX *verification, struct str *words)
{
    const X509 *at = X509_STORE_CTX_get_current_cert(verification);
    bool is_alone = sk_X509_num(X509_STORE_CTX_get0_untrusted(verification)) <= 1;
    char issuer[NAME_MAX_SIZE];

    common_name(X509_get_issuer_name(at), issuer);
    if (is_alone && tells_its_issuer(at))
        str_printf(words,
                   "the server sends no intermediate certificate: its own was issued by '%s'. "
                   "Install the whole chain there (FileMaker Server: fmsadmin certificate import "
                   "with --intermediateCA), or name a file with it as ca_file",
                   issuer);
    else
        str_printf(words,
                   "the server's certificate is not trusted: it was issued by '%s', who is not "
                   "among those trusted here: name the file of this CA as ca_file",
                   issuer);
}

static void self_signed_tell(X509_STORE_CTX *verification, struct str *words)
{
    const X509 *at = X509_STORE_CTX_get_current_cert(verification);
    char name[NAME_MAX_SIZE];

    if (X509_STORE_CTX_get_error_depth(verification) == 0) {
        str_add_text(words,
                     "the server's certificate is not trusted: it vouches for itself. Get it "
                     "from the server's administrator, and name its file as ca_file");
        return;
    }
    common_name(X509_get_subject_name(at), name);
    str_printf(words,
               "the server's certificate is not trusted: it goes back to '%s', who is not among "
               "those trusted here: name the file of this CA as ca_file",
               name);
}

void certificate_tell(X509_STORE_CTX *verification, char words_r[CERTIFICATE_WORDS])
{
    int error = X509_STORE_CTX_get_error(verification);
    auto_str words = STR_MAX(CERTIFICATE_WORDS - 1);

    switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        misnamed_tell(verification, &words);
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        expired_tell(verification, &words);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        early_tell(verification, &words);
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        self_signed_tell(verification, &words);
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        unknown_tell(verification, &words);
        break;
    default:
        str_printf(&words, "the server's certificate: %s", X509_verify_cert_error_string(error));
    }
    (void)snprintf(words_r, CERTIFICATE_WORDS, "%s", str_text(&words));
}
