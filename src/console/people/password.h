/*
 * Passwords: argon2id by libsodium, 64 MiB and two passes. Since that takes a quarter of a second and
 * the memory, one is worked at a time, and few may wait for it.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

enum { PASSWORD_HASH_SIZE = 128, PASSWORD_LEAST = 12, PASSWORD_MOST = 128 };

/* Call once, before there are threads. Fails with ERR_OS: there is no randomness. */
must_check bool password_setup(struct err *err);

/*
 * Whether a password may be chosen: 12 to 128 characters, none of the commonest, not made of the
 * name or the practice, not of few characters (OWASP ASVS 5.0, 6.2.1 to 6.2.4).
 * Fails with ERR_USAGE, which says what to change.
 */
must_check bool password_may_be(const char *password, const char *name, const char *practice,
                                struct err *err);

/* The work of hashing, of which there is one at a time. */
enum password_answer {
    PASSWORD_RIGHT,
    PASSWORD_WRONG,
    PASSWORD_BUSY, /* too many wait: nothing was worked */
};

/*
 * Compares. It takes the same time where there is no such account (`hash` NULL or "").
 *   hash   as password_hash() wrote it
 */
enum password_answer password_compare(const char *hash, const char *password);

/* Makes the hash to keep. PASSWORD_RIGHT: made; PASSWORD_BUSY. */
enum password_answer password_hash(const char *password, char hash_r[PASSWORD_HASH_SIZE]);
