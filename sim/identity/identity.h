/*
 * An identity provider as FileMaker Cloud has it: a user pool of Amazon Cognito with one account. It signs people in by
 * USER_SRP_AUTH, with a code if it wants one, and renews their tokens. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* Texts are borrowed. */
struct identity_rules {
    const char *account; /* "mail:password"                                            */
    const char *pool;    /* "us-west-2_NqkuZcXQY"                                      */
    const char *client;  /* the id of the program that may ask                         */
    const char *code;    /* "sms:CODE" or "app:CODE"; NULL: the password is enough     */
    int64_t token_s;     /* how long an id token is good                               */
    int64_t ahead_s;     /* by how much the provider's clock is ahead of this machine's */
    uint64_t seed;
};

struct identity;

struct identity *identity_new(const struct identity_rules *rules);
void identity_free(struct identity *identity); /* NULL is allowed */

/* A refusal's name and words; a good answer has neither. */
struct identity_refusal {
    char name[64], words[128];
};

/*
 * Serves a call.
 *   action   "InitiateAuth", "RespondToAuthChallenge"
 *   body     JSON
 *   to       gets the answer's JSON
 */
void identity_serve(struct identity *identity, struct span action, struct span body, struct str *to,
                    struct identity_refusal *refusal_r);

/* Appends a refusal's JSON. */
void identity_refusal_write(const struct identity_refusal *refusal, struct str *to);

/* Whether a token was issued here to be shown to others, and is still good. */
bool identity_knows(struct identity *identity, struct span id_token);
