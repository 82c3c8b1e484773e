/*
 * TLS as libcurl makes it: what it is told, and what it found out. libcurl shakes hands, verifies,
 * encrypts, and keeps sessions, which all threads of the process share, as they do the certificates
 * of a CA's file: a session that a connection earned is resumed by all others to that server with
 * the same trust, whichever thread they belong to, even at once. A handshake without a session costs
 * as much CPU as three documents.
 *
 * At least TLS 1.2. The server's certificate must be valid, its name included, and nothing turns
 * that off (RFC 6125; RFC 8446). Each object belongs to one thread.
 */
#pragma once

#include "base/base.h"
#include "http/certificate.h"
#include "http/http.h"
#include "http/step.h"

#include <curl/curl.h>

/* Sets an option of `easy`. None of ours can fail, unless libcurl was built without it. */
#define CURL_SET(option, value)                                                                    \
    do {                                                                                           \
        if (curl_easy_setopt(easy, option, value) != CURLE_OK)                                     \
            abort();                                                                               \
    } while (0)

struct tls {
    const char *host;                 /* of the connection that is made; NULL: it is plain   */
    const char *ca_file;              /* NULL: the system's certificates                     */
    struct x509_store_st *store;      /* of `ca_file`, once it was read; until the teardown  */
    char distrust[CERTIFICATE_WORDS]; /* why the last certificate was refused, or ""         */
    struct ssl_st *ssl;               /* libcurl's, from the handshake on; NULL: it is plain */
    struct bio_st *gather;            /* of `ssl`, before a socket of our own; NULL: plain  */
};

/* Before the first client, and after the last. */
void tls_setup(void);
void tls_teardown(void);

/*
 * Tells a handle of libcurl what to ask of TLS.
 *   tls   learns what comes of it; all zero before, and outlives the handle
 */
void tls_options_set(CURL *easy, const struct http_settings *settings, struct tls *tls);

/*
 * Begins to gather what is sent, once the handshake is over, so that a request with its body,
 * several records, reaches the kernel in one piece.
 */
void tls_gather(struct tls *tls, int fd);

/* Sends what was gathered. */
enum connection_step tls_flush(struct tls *tls);

/* Whether the handshake resumed a session. */
bool tls_is_resumed(const struct tls *tls);

/* Whether the other side announced the end: without that, any end is a broken one. */
bool tls_is_ended(const struct tls *tls);

/* Whether bytes came that were not received yet; the socket does not show them any more. */
bool tls_holds_bytes(const struct tls *tls);
