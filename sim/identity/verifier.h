/*
 * The provider's side of SRP-6a as Amazon Cognito speaks it (USER_SRP_AUTH): what is kept of a password, and which
 * signature shows that somebody knows it. Shares nothing with the mover but the hash functions of base/.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum { VERIFIER_SECRET_SIZE = 128 };

struct verifier;

/*
 * Keeps a password's verifier.
 *   pool   the pool's id after its "_"
 *   user   the user's internal name
 *   salt   hex digits
 * The caller frees.
 */
struct verifier *verifier_new(struct span pool, struct span user, struct span password,
                              struct span salt);
void verifier_free(struct verifier *verifier); /* NULL is allowed */

/* Appends our public number, SRP_B, for a secret of our own: hex digits. */
void verifier_public(const struct verifier *verifier, const uint8_t secret[VERIFIER_SECRET_SIZE],
                     struct str *to);

/* What a client's signature is made of. */
struct verifier_claim {
    struct span client_hex; /* SRP_A                    */
    const uint8_t *secret;  /* as verifier_public() got */
    struct span block;      /* the secret block, bytes  */
    struct span stamp;
};

/* Appends the signature, in Base64, that only who knows the password can send. False: SRP_A is no fair number. */
bool verifier_signature(const struct verifier *verifier, const struct verifier_claim *claim,
                        struct str *to);
