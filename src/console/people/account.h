/*
 * Accounts of people: rows of fmferry_account. Everything here works within the caller's connection
 * and transaction, for the console and for `fmferry users`.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "console/server/rights.h"
#include "sql/sql.h"

enum {
    ACCOUNT_NAME_SIZE = 64,
    ACCOUNT_PASSWORD_SIZE = 128,
    ACCOUNT_SEALED_MAX = 96,
    ACCOUNT_SPARE_SIZE = 600,
};

struct account {
    int64_t account; /* 0: there is none */
    char name[ACCOUNT_NAME_SIZE], shown[ACCOUNT_NAME_SIZE];
    unsigned roles;
    char password[ACCOUNT_PASSWORD_SIZE]; /* as password.h writes it; "": not set up yet */
    uint8_t sealed[ACCOUNT_SEALED_MAX];   /* the second factor's secret, sealed          */
    size_t sealed_size;                   /* 0: none                                     */
    char spare[ACCOUNT_SPARE_SIZE];
    int64_t totp_step, tries, next_us, made_us;
    bool is_disabled;
};

/* Finds one by its name, whatever its case. Fails with ERR_DATABASE. */
must_check bool account_find(struct sql *sql, const char *name, struct account *account_r,
                             struct err *err);

/* Calls `each` for every account, by name, until it returns false. Fails with ERR_DATABASE. */
must_check bool account_each(struct sql *sql,
                             bool (*each)(void *arg, const struct account *account), void *arg,
                             struct err *err);

/*
 * Adds an account that nobody can use before it is set up.
 *   name    2 to 40 of a-z 0-9 . _ -, kept in lower case
 *   shown   as people read it; "": the name
 * Fails with ERR_USAGE (no such name can be, or it is taken), ERR_DATABASE.
 */
must_check bool account_add(struct sql *sql, const char *name, const char *shown, unsigned roles,
                            int64_t now_us, struct err *err);

/* Gives other roles; they count at once. Fails with ERR_DATABASE. */
must_check bool account_roles_set(struct sql *sql, int64_t account, unsigned roles,
                                  struct err *err);

/* Shuts an account or opens it again (`at_us` 0); its sessions end. Fails with ERR_DATABASE. */
must_check bool account_disable(struct sql *sql, int64_t account, int64_t at_us, int64_t now_us,
                                struct err *err);

/* Sets a password alone. Fails with ERR_DATABASE. */
must_check bool account_password_set(struct sql *sql, int64_t account, const char *password,
                                     struct err *err);

/* What setting up gives an account, all at once. */
struct account_setup {
    int64_t account;
    const char *password, *spare;
    const void *sealed;
    size_t sealed_size;
    int64_t step; /* of the code with which it was shown to work */
};
must_check bool account_set_up(struct sql *sql, const struct account_setup *setup, struct err *err);

/* Notes a wrong try, or none any more: `tries` so far, and when the next one may be. */
must_check bool account_tried(struct sql *sql, int64_t account, int64_t tries, int64_t next_us,
                              struct err *err);

/*
 * Uses a code's step, which must be later than the newest one used.
 *   used_r   false: it was used before
 */
must_check bool account_step_use(struct sql *sql, int64_t account, int64_t step, bool *used_r,
                                 struct err *err);

/* Uses a spare code: `left` are those that stay; false: somebody else used it meanwhile. */
must_check bool account_spare_use(struct sql *sql, int64_t account, const char *before,
                                  const char *left, bool *used_r, struct err *err);

/* How many accounts with a role can log in, `but` one (0: none left out). */
must_check bool account_count_of(struct sql *sql, enum role role, int64_t but, int64_t *count_r,
                                 struct err *err);
