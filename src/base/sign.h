/*
 * Ed25519 (RFC 8032) over libcrypto: the private key signs bytes, the public key checks the
 * signature. Keys are kept in files as PEM, so that any OpenSSL can read them.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { SIGN_KEY_SIZE = 32, SIGN_SIZE = 64 };

struct sign_key;

/*
 * Makes a new pair of keys: the private one at `path`, 0600, the public one beside it as
 * `path`.pub. Nothing is replaced.
 * Fails with ERR_OS (EEXIST: there is one already).
 */
must_check bool sign_key_make(const char *path, struct err *err);

/*
 * Reads a private key. It must be a plain file of this user's that nobody else may read.
 *   key_r   caller holds it as auto_sign_key
 * Fails with ERR_USAGE (missing, open to others, not such a key), ERR_OS.
 */
must_check bool sign_key_read(const char *path, struct sign_key **key_r, struct err *err);
void auto_sign_key_cleanup(struct sign_key **key);
#define auto_sign_key __attribute__((cleanup(auto_sign_key_cleanup))) struct sign_key

void sign_key_public(const struct sign_key *key, uint8_t public_r[SIGN_KEY_SIZE]);

/* Whether the owner of a public key has signed these bytes. */
bool sign_is_good(const uint8_t public_key[SIGN_KEY_SIZE], struct span bytes,
                  const uint8_t signature[SIGN_SIZE]);
void sign_bytes(const struct sign_key *key, struct span bytes, uint8_t signature_r[SIGN_SIZE]);
