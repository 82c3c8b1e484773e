/*
 * The signature's steps in their order: canonical request, text to sign, key, signature. libcurl could
 * sign as well, but its 7.88 orders queries and encodes paths otherwise than S3 does.
 */
#include "sigv4.h"

#include "audit.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

enum { CANONICAL_ROOM = 16 * 1024, SECRET_ROOM = 512, SCOPE_ROOM = 128 };

void signature_time(time_t at, char text_r[SIGNATURE_TIME_SIZE])
{
    struct tm utc;

    (void)gmtime_r(&at, &utc);
    (void)strftime(text_r, SIGNATURE_TIME_SIZE, "%Y%m%dT%H%M%SZ", &utc);
}

static bool mac_of(const void *key, size_t key_size, const char *text, struct hash *mac_r)
{
    unsigned size = 0;

    return HMAC(EVP_sha256(), key, (int)key_size, (const uint8_t *)text, strlen(text), mac_r->bytes,
                &size)
           && size == HASH_SIZE;
}

/* A key for one day, region and service. */
static bool signing_key(const char *secret, const char *day, const char *region, struct hash *key_r)
{
    char first[SECRET_ROOM];
    int size = snprintf(first, sizeof first, "AWS4%s", secret);
    bool good = size > 0 && (size_t)size < sizeof first && mac_of(first, (size_t)size, day, key_r)
                && mac_of(key_r->bytes, HASH_SIZE, region, key_r)
                && mac_of(key_r->bytes, HASH_SIZE, "s3", key_r)
                && mac_of(key_r->bytes, HASH_SIZE, "aws4_request", key_r);

    explicit_bzero(first, sizeof first);
    return good;
}

static const char *signed_names(const struct audit_login *login)
{
    return login->token ? "host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
                        : "host;x-amz-content-sha256;x-amz-date";
}

static bool canonical_hash(const struct audit_request *r, const struct audit_login *login,
                           const char *time, char hex_r[HEX_SIZE])
{
    char text[CANONICAL_ROOM];
    struct hash hash;
    int size =
        snprintf(text, sizeof text,
                 "GET\n%s\n%s\nhost:%s\nx-amz-content-sha256:" SIGNATURE_NO_BODY
                 "\nx-amz-date:%s\n%s%s%s\n%s\n" SIGNATURE_NO_BODY,
                 r->path, r->query, r->host, time, login->token ? "x-amz-security-token:" : "",
                 login->token ? login->token : "", login->token ? "\n" : "", signed_names(login));

    if (size < 0 || (size_t)size >= sizeof text)
        return false;
    hash = hash_of(text, (size_t)size);
    (void)hash_hex(&hash, hex_r);
    return true;
}

bool request_sign(const struct audit_request *r, const struct audit_login *login,
                  char authorization_r[SIGNATURE_ROOM])
{
    char time[SIGNATURE_TIME_SIZE], hex[HEX_SIZE], day[9], scope[SCOPE_ROOM], text[SIGNATURE_ROOM];
    struct hash key, signature;
    int size;
    bool good;

    signature_time(r->at, time);
    (void)snprintf(day, sizeof day, "%.8s", time);
    size = snprintf(scope, sizeof scope, "%s/%s/s3/aws4_request", day, r->region);
    if (size < 0 || (size_t)size >= sizeof scope || !canonical_hash(r, login, time, hex))
        return false;
    (void)snprintf(text, sizeof text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", time, scope, hex);
    good = signing_key(login->secret_key, day, r->region, &key)
           && mac_of(key.bytes, HASH_SIZE, text, &signature);
    explicit_bzero(&key, sizeof key);
    size = snprintf(authorization_r, SIGNATURE_ROOM,
                    "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                    login->access_key, scope, signed_names(login), hash_hex(&signature, hex));
    return good && size > 0 && size < SIGNATURE_ROOM;
}
