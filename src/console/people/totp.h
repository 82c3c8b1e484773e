/*
 * The second factor: codes of six digits that an app on a telephone shows, each for 30 seconds
 * (RFC 6238 with SHA-1, which every app takes), and spare codes on paper.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum {
    TOTP_SECRET_SIZE = 20,
    TOTP_STEP_S = 30,
    TOTP_KEY_SIZE = 32,
    TOTP_SEALED_SIZE = 24 + 16 + TOTP_SECRET_SIZE,
    TOTP_SPARES = 8,
    TOTP_SPARE_SIZE = 12, /* "abcde-fghij" */
};

/* The code of a step, which is the number of 30 seconds since 1970. */
unsigned totp_code(const uint8_t secret[TOTP_SECRET_SIZE], int64_t step);

/*
 * Finds the step of which `text` is the code: the present one, or the one before or after, for
 * clocks that are off. 0: of none.
 */
int64_t totp_step_of(const uint8_t secret[TOTP_SECRET_SIZE], const char *text, int64_t now_us);

/*
 * The key that seals secrets, in the console's folder; made if it is missing.
 * Fails with ERR_USAGE (open to others, not a key), ERR_OS.
 */
must_check bool totp_key_read(const char *folder, uint8_t key_r[TOTP_KEY_SIZE], struct err *err);

/* Makes a new secret, sealed. */
void totp_secret_make(const uint8_t key[TOTP_KEY_SIZE], uint8_t sealed_r[TOTP_SEALED_SIZE]);

/* Opens a sealed secret. False: it was sealed with another key, or altered. */
must_check bool totp_secret_open(const uint8_t key[TOTP_KEY_SIZE], const void *sealed, size_t size,
                                 uint8_t secret_r[TOTP_SECRET_SIZE]);

/* Writes the secret as people type it into an app: Base32 in groups of four. */
void totp_secret_text(const uint8_t secret[TOTP_SECRET_SIZE], struct str *to);

/*
 * Draws what an app reads, otpauth://totp/ISSUER:NAME?secret=..., as the data of a path in SVG.
 *   issuer, name   percent-encoded
 * Returns the picture's width and height; 0: the names are too long for one.
 */
int totp_picture(const uint8_t secret[TOTP_SECRET_SIZE], const char *issuer, const char *name,
                 struct str *path);

/* Makes spare codes: the texts for their owner, and their hashes to keep. */
void totp_spares_make(char texts_r[TOTP_SPARES][TOTP_SPARE_SIZE], struct str *hashes_r);

/* Takes a spare code out of the kept hashes. False: it is none of them. */
must_check bool totp_spare_take(const char *hashes, const char *text, struct str *left_r);
