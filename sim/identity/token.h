/* The tokens that the provider issues: JSON Web Tokens (RFC 7519), signed with a key of our own. */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/str.h"

struct token_claims {
    const char *use; /* "id" or "access" */
    struct span user, account, client;
    uint64_t number;             /* no two tokens are alike */
    int64_t issued_s, expires_s; /* since 1970 */
};

/* Appends a token. */
void token_add(struct str *to, const struct sha256 *key, const struct token_claims *claims);

/* Whether it is an id token that this key signed and that is good at this time. */
bool token_is_good(struct span token, const struct sha256 *key, int64_t now_s);
