/* Why a certificate is not trusted, for people: what it says, what was expected, and the cure. */
#pragma once

#include "base/base.h"

#include <openssl/x509.h>

enum { CERTIFICATE_WORDS = 400 };

/*
 * Describes the finding of a verification. For use in OpenSSL's verification callback, where the
 * certificates are at hand.
 *   words_r   names in it are foreign, and not cleaned yet
 */
void certificate_tell(X509_STORE_CTX *verification, char words_r[CERTIFICATE_WORDS]);
