/* Links that are good once and for an hour: 32 random bytes, of which the database has the hash. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "console/people/account.h"
#include "console/people/totp.h"
#include "sql/sql.h"

enum { TICKET_CODE_SIZE = 65, TICKET_HOURS = 1 };

/* What a link to set an account up is good for. */
struct ticket {
    int64_t account; /* 0: there is no such link, or it was used, or is too old */
    char name[ACCOUNT_NAME_SIZE];
    uint8_t sealed[TOTP_SEALED_SIZE]; /* the second factor that will be the account's */
};

/*
 * Makes a link to set an account up, and those before it useless.
 *   key      seals the second factor's secret
 *   code_r   the end of the link's path
 * Fails with ERR_DATABASE.
 */
must_check bool ticket_make(struct sql *sql, int64_t account, const uint8_t key[TOTP_KEY_SIZE],
                            int64_t now_us, char code_r[TICKET_CODE_SIZE], struct err *err);

/* Finds what a code is good for. Fails with ERR_DATABASE. */
must_check bool ticket_find(struct sql *sql, const char *code, int64_t now_us,
                            struct ticket *ticket_r, struct err *err);

/* Uses it up. `used_r` false: somebody else was faster. Fails with ERR_DATABASE. */
must_check bool ticket_use(struct sql *sql, const char *code, int64_t now_us, bool *used_r,
                           struct err *err);
