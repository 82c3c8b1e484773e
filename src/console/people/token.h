/*
 * Tokens for programs: 32 random bytes, shown once, of which the database has the hash; each has
 * rights of its own, perhaps addresses, and an end.
 */
#pragma once

#include "console/server/exchange.h"
#include "sql/sql.h"

enum {
    TOKEN_DAYS_MOST = 365,
    TOKEN_DAYS_USUAL = 90,
    TOKENS_MOST = 100, /* that are good at once */
    TOKEN_TEXT_SIZE = 65,
    TOKEN_LIST_SIZE = 512, /* of its rights, and of its addresses, as they are kept */
};

/*
 * Finds a token that is good from this address.
 *   text     as the program sent it
 *   who_r    zeroed where there is none
 * Fails with ERR_DATABASE.
 */
must_check bool token_find(struct console *console, struct span text, const char *address,
                           struct identity *who_r, struct err *err);

/* What a new token is to be. Texts are borrowed. */
struct token_wish {
    const char *name;      /* of the program: 2 to 40 of a-z 0-9 . _ - */
    const char *rights;    /* names with blanks or commas between */
    const char *addresses; /* numeric ones, in the same way; "": from everywhere */
    int64_t days;          /* 1 to TOKEN_DAYS_MOST */
    int64_t made_by;       /* the account; 0: the command line */
};

/* One that was made. The text is nowhere else, and is shown once. */
struct token_made {
    int64_t token, until_us;
    char text[TOKEN_TEXT_SIZE];                               /* 64 hexadecimal digits */
    char rights[TOKEN_LIST_SIZE], addresses[TOKEN_LIST_SIZE]; /* as they are kept */
};

/* What token_make() would keep, without making it. Fails with ERR_USAGE: what is wrong with it. */
must_check bool token_wish_read(const struct token_wish *wish, struct token_made *made_r,
                                struct err *err);

/*
 * Makes a token.
 * Fails with ERR_USAGE (see token_wish_read(), or there are too many), ERR_DATABASE.
 */
must_check bool token_make(struct sql *sql, const struct token_wish *wish, int64_t now_us,
                           struct token_made *made_r, struct err *err);

/* Whether tokens may have a right: not what a person answers for with a code. */
bool token_may_have(enum right right);

/* A token as lists show it. Texts are borrowed from the list's row. */
struct token_seen {
    int64_t token, made_us, until_us;
    int64_t ended_us; /* 0: nobody ended it */
    struct span name, rights, addresses;
    struct span made_by; /* the account's name; "": the command line */
};

/* "good", "ended" or "expired". */
const char *token_state(const struct token_seen *seen, int64_t now_us);

/* Calls `each` for the newest 200, newest first, until it returns false. Fails with ERR_DATABASE. */
must_check bool token_each(struct sql *sql, bool (*each)(void *arg, const struct token_seen *seen),
                           void *arg, struct err *err);

/*
 * Ends a token at once.
 *   ended_r   false: there is none, or it was no good any more
 * Fails with ERR_DATABASE.
 */
must_check bool token_end(struct sql *sql, int64_t token, int64_t now_us, bool *ended_r,
                          struct err *err);
