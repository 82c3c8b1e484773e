/* Cognito's calls: what is sent, and what the answers say. Pure: any bytes may come. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "json/json.h"

/* Actions, as the header X-Amz-Target names them. */
#define CLARIS_INITIATE "InitiateAuth"
#define CLARIS_RESPOND "RespondToAuthChallenge"

/* An answer that says yes. Spans point into `json`; those that it does not have are empty. */
struct claris_reply {
    struct str text;
    struct json *json;
    int64_t server_us;                           /* the provider's clock; 0: it did not say */
    struct span challenge, session;              /* what it wants next; empty: nothing      */
    struct span user, salt, public_hex, block;   /* of PASSWORD_VERIFIER                    */
    struct span destination;                     /* where a code was sent                   */
    struct span id_token, refresh_token, device; /* empty `id_token`: none yet              */
    uint64_t lifetime_s;                         /* of the id token                         */
};

/* Begins an empty reply; its text's cap is the longest answer that is read. */
void claris_reply_init(struct claris_reply *reply);
void claris_reply_clear(struct claris_reply *reply); /* wipes */
#define auto_claris_reply __attribute__((cleanup(claris_reply_clear))) struct claris_reply

/*
 * Reads reply->text.
 * Fails with ERR_DATA: no JSON, neither challenge nor token, a token that cannot be sent back.
 */
must_check bool claris_reply_read(struct claris_reply *reply, struct err *err);

/* What a refusal says, in one sentence with its cure; words of others are quoted as foreign. Always false. */
bool claris_refused(int status, struct span text, struct err *err);

/* Append the bodies of calls. Those with secrets want wiping. */
void claris_write_begin(struct str *to, const char *client, const char *account,
                        const char *public_hex);
struct claris_proof {
    const char *client;
    struct span user, block, stamp, signature;
};
void claris_write_password(struct str *to, const struct claris_proof *proof);
void claris_write_code(struct str *to, const char *client, const struct claris_reply *asked,
                       struct span user, struct span code);
void claris_write_refresh(struct str *to, const char *client, struct span token,
                          struct span device);

/* How the challenge for a code is called: by message, by app. */
#define CLARIS_BY_MESSAGE "SMS_MFA"
#define CLARIS_BY_APP "SOFTWARE_TOKEN_MFA"

enum { CLARIS_STAMP_SIZE = 40 };

/* The form of times that is signed: "Sat Jan 3 04:05:06 UTC 2026". Returns `text`. */
const char *claris_stamp(int64_t at_us, char text[CLARIS_STAMP_SIZE]);

/* The time in a header Date (RFC 9110, 5.6.7); 0: it is none. */
int64_t claris_date(const char *text);
