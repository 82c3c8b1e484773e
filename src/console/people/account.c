/* Rows of fmferry_account. */
#include "console/people/account.h"

#include "console/console_sql.h"

enum { NAME_LEAST = 2, NAME_MOST = 40 };

/* --- reading ---------------------------------------------------------------------------------- */

static void span_copy(struct span text, char *to, size_t room)
{
    (void)snprintf(to, room, SPAN_FORMAT, SPAN_ARGS(text));
}

static bool account_read(const struct sql_rows *rows, struct account *account, struct err *err)
{
    struct span sealed = sql_get_bytes(rows, 5);

    *account = (struct account){ .account = sql_get_i64(rows, 0),
                                 .totp_step = sql_get_i64(rows, 6),
                                 .is_disabled = !sql_is_null(rows, 8),
                                 .tries = sql_get_i64(rows, 9),
                                 .next_us = sql_get_i64(rows, 10),
                                 .made_us = sql_get_i64(rows, 11) };
    span_copy(sql_get_text(rows, 1), account->name, sizeof account->name);
    span_copy(sql_get_text(rows, 2), account->shown, sizeof account->shown);
    span_copy(sql_get_text(rows, 4), account->password, sizeof account->password);
    span_copy(sql_get_text(rows, 7), account->spare, sizeof account->spare);
    if (sealed.size > sizeof account->sealed)
        return err_set(err, ERR_DATABASE, SQL_BROKEN, "account %jd: its second factor is too long",
                       (intmax_t)account->account);
    if (sealed.size)
        (void)memcpy(account->sealed, sealed.at, sealed.size);
    account->sealed_size = sealed.size;
    return roles_read(sql_get_text(rows, 3), &account->roles, err);
}

/* Names are kept in lower case; ASCII alone is in them. */
static void name_fold(const char *name, char folded[ACCOUNT_NAME_SIZE])
{
    (void)snprintf(folded, ACCOUNT_NAME_SIZE, "%s", name);
    for (char *at = folded; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
}

bool account_find(struct sql *sql, const char *name, struct account *account_r, struct err *err)
{
    char folded[ACCOUNT_NAME_SIZE];
    auto_rows *rows = NULL;

    *account_r = (struct account){ 0 };
    name_fold(name, folded);
    if (!sql_query(sql, &CONSOLE_ACCOUNT_FIND, sql_args(sql_text(folded)), &rows, err))
        return false;
    switch (sql_next(rows, err)) {
    case STEP_ROW:
        return account_read(rows, account_r, err);
    case STEP_END:
        return true;
    case STEP_ERROR:
        return false;
    }
    return false;
}

bool account_each(struct sql *sql, bool (*each)(void *arg, const struct account *account),
                  void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    struct account account;
    enum step step;

    if (!sql_query(sql, &CONSOLE_ACCOUNTS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        if (!account_read(rows, &account, err))
            return false;
        if (!each(arg, &account))
            return true;
    }
    return step == STEP_END;
}

bool account_count_of(struct sql *sql, enum role role, int64_t but, int64_t *count_r,
                      struct err *err)
{
    return sql_number(sql, &CONSOLE_ACCOUNT_COUNT,
                      sql_args(sql_text(role_name(role)), sql_i64(but)), 0, count_r, err);
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool name_is_good(const char *name, struct err *err)
{
    size_t size = strlen(name);

    if (size >= NAME_LEAST && size <= NAME_MOST
        && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "'%.60s' cannot be a user's name: it has %d to %d of a-z 0-9 . _ and -", name,
                   NAME_LEAST, NAME_MOST);
}

bool account_add(struct sql *sql, const char *name, const char *shown, unsigned roles,
                 int64_t now_us, struct err *err)
{
    char folded[ACCOUNT_NAME_SIZE], text[ROLES_TEXT_SIZE];
    struct account other;

    name_fold(name, folded);
    if (!name_is_good(folded, err) || !account_find(sql, folded, &other, err))
        return false;
    if (other.account)
        return err_set(err, ERR_USAGE, 0, "there is a user '%s' already", folded);
    return sql_run(sql, &CONSOLE_ACCOUNT_ADD,
                   sql_args(sql_text(folded), sql_text(*shown ? shown : folded),
                            sql_text(roles_text(roles, text)), sql_i64(now_us)),
                   err);
}

bool account_roles_set(struct sql *sql, int64_t account, unsigned roles, struct err *err)
{
    char text[ROLES_TEXT_SIZE];

    return sql_run(sql, &CONSOLE_ACCOUNT_ROLES,
                   sql_args(sql_i64(account), sql_text(roles_text(roles, text))), err);
}

bool account_disable(struct sql *sql, int64_t account, int64_t at_us, int64_t now_us,
                     struct err *err)
{
    return sql_run(sql, &CONSOLE_ACCOUNT_DISABLE,
                   sql_args(sql_i64(account), at_us ? sql_i64(at_us) : sql_null()), err)
           && sql_run(sql, &CONSOLE_SESSIONS_END,
                      sql_args(sql_i64(account), sql_i64(0), sql_i64(now_us),
                               sql_text("the account was shut or opened")),
                      err);
}

bool account_password_set(struct sql *sql, int64_t account, const char *password, struct err *err)
{
    return sql_run(sql, &CONSOLE_ACCOUNT_PASSWORD, sql_args(sql_i64(account), sql_text(password)),
                   err);
}

bool account_set_up(struct sql *sql, const struct account_setup *setup, struct err *err)
{
    return sql_run(sql, &CONSOLE_ACCOUNT_SET_UP,
                   sql_args(sql_i64(setup->account), sql_text(setup->password),
                            sql_bytes(setup->sealed, setup->sealed_size), sql_text(setup->spare),
                            sql_i64(setup->step)),
                   err);
}

bool account_tried(struct sql *sql, int64_t account, int64_t tries, int64_t next_us,
                   struct err *err)
{
    return sql_run(sql, &CONSOLE_ACCOUNT_TRIED,
                   sql_args(sql_i64(account), sql_i64(tries), sql_i64(next_us)), err);
}

bool account_step_use(struct sql *sql, int64_t account, int64_t step, bool *used_r, struct err *err)
{
    if (!sql_run(sql, &CONSOLE_ACCOUNT_STEP, sql_args(sql_i64(account), sql_i64(step)), err))
        return false;
    *used_r = sql_changed(sql) == 1;
    return true;
}

bool account_spare_use(struct sql *sql, int64_t account, const char *before, const char *left,
                       bool *used_r, struct err *err)
{
    if (!sql_run(sql, &CONSOLE_ACCOUNT_SPARE,
                 sql_args(sql_i64(account), sql_text(before), sql_text(left)), err))
        return false;
    *used_r = sql_changed(sql) == 1;
    return true;
}
