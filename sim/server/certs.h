/* A certificate authority of our own, and the server's certificate from it. EC P-256. */
#pragma once

#include "base/base.h"
#include "base/err.h"

#include <openssl/types.h>

/* The flaw of the server's certificate, with which tests show that clients refuse it. */
enum cert_flaw { CERT_GOOD, CERT_EXPIRED, CERT_WRONG_NAME, CERT_SELF_SIGNED };

/*
 * Makes the files that a folder lacks (ca.pem, ca-key.pem, server.pem, server-key.pem) and sets up
 * TLS from them. A flawed certificate is made afresh and not kept.
 *   folder   exists
 *   tls_r    caller frees with SSL_CTX_free()
 * Fails with ERR_OS and ERR_DATA (a file there is not what it should be).
 */
must_check bool certs_open(const char *folder, enum cert_flaw flaw, SSL_CTX **tls_r,
                           struct err *err);
