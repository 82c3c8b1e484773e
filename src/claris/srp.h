/*
 * SRP-6a as Amazon Cognito speaks it (USER_SRP_AUTH): shows the provider that we know a password,
 * without sending it, and without giving a listener anything to guess against. Pure: asks no clock, no network.
 *
 * Cognito's numbers become bytes in their shortest form, at least one, with a zero in front only if
 * the top bit is set. A fixed width, as RFC 5054 has it, is refused once in about a hundred logins.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { CLARIS_SRP_SECRET_SIZE = 128 };

struct claris_srp;

/*
 * Begins a login.
 *   secret   random bytes, new for each login (base/digest.h); the caller wipes them
 * Never NULL; the caller holds it as auto_claris_srp, which wipes.
 */
struct claris_srp *claris_srp_new(const uint8_t secret[CLARIS_SRP_SECRET_SIZE]);
void auto_claris_srp_cleanup(struct claris_srp **srp);
#define auto_claris_srp __attribute__((cleanup(auto_claris_srp_cleanup))) struct claris_srp

/* Our public number, SRP_A: hex digits, lower case. Borrowed as long. */
const char *claris_srp_public(const struct claris_srp *srp);

/* What the provider asks, and what the answer is made from. */
struct claris_challenge {
    struct span pool;         /* the pool's id after its "_"                             */
    struct span user;         /* USER_ID_FOR_SRP                                         */
    struct span salt;         /* SALT, hex digits; a number, so that zeros may be missing */
    struct span public_hex;   /* SRP_B, hex digits                                       */
    struct span secret_block; /* SECRET_BLOCK, Base64                                    */
    struct span stamp;        /* TIMESTAMP, as claris_stamp() writes it                  */
};

/*
 * Answers the challenge: appends PASSWORD_CLAIM_SIGNATURE, in Base64, to `to`.
 * Fails with ERR_DATA: the challenge holds no such numbers, or ones that would give the password away.
 */
must_check bool claris_srp_answer(const struct claris_srp *srp,
                                  const struct claris_challenge *challenge, struct span password,
                                  struct str *to, struct err *err);

/* The key of which the signature is made, for tests against known values. Fails as above. */
enum { CLARIS_SRP_KEY_SIZE = 16 };
must_check bool claris_srp_key(const struct claris_srp *srp,
                               const struct claris_challenge *challenge, struct span password,
                               uint8_t key_r[CLARIS_SRP_KEY_SIZE], struct err *err);
