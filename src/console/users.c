/* Accounts and tokens from the command line. */
#include "console/users.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/people/password.h"
#include "console/people/ticket.h"
#include "console/serve.h"

void users_close(struct users_open *open)
{
    auto_lent_cleanup(&open->lent);
    console_db_close(open->db);
}

bool users_open_db(const struct users_place *place, struct users_open *open, struct err *err)
{
    auto_free char *url = console_database(place->settings, place->ledger_url);

    return console_db_open(url, place->cancel, &open->db, err)
           && console_db_borrow(open->db, &open->lent, err);
}

static bool user_find(struct sql *sql, const char *name, struct account *account_r, struct err *err)
{
    return account_find(sql, name, account_r, err)
           && (account_r->account
               || err_set(err, ERR_USAGE, 0, "there is no user '%.40s' ('fmferry users list')",
                          name));
}

/* The first name by which browsers call the console, with the port that is configured. */
static void url_write(const struct console_settings *settings, const char *code,
                      char url_r[USERS_URL_SIZE])
{
    const char *colon = strrchr(settings->address, ':');
    struct span names = span_of(settings->names), name = span_word(&names);

    (void)snprintf(url_r, USERS_URL_SIZE, "https://" SPAN_FORMAT "%s/setup/%s", SPAN_ARGS(name),
                   *settings->behind || !colon ? "" : colon, code);
}

static bool link_make(const struct users_place *place, struct sql *sql, const char *name,
                      char code_r[TICKET_CODE_SIZE], struct err *err)
{
    uint8_t key[TOTP_KEY_SIZE];
    struct account account;

    return password_setup(err) && totp_key_read(place->settings->state, key, err)
           && user_find(sql, name, &account, err)
           && ticket_make(sql, account.account, key, time_now_us(), code_r, err);
}

bool users_add(const struct users_place *place, const char *name, const char *shown, unsigned roles,
               char url_r[USERS_URL_SIZE], struct err *err)
{
    auto_users open = { 0 };
    auto_tx tx = { 0 };
    char code[TICKET_CODE_SIZE];

    if (!users_open_db(place, &open, err) || !sql_begin(open.lent.sql, &tx, err)
        || !account_add(open.lent.sql, name, shown, roles, time_now_us(), err)
        || !link_make(place, open.lent.sql, name, code, err) || !sql_commit(&tx, err))
        return false;
    url_write(place->settings, code, url_r);
    return true;
}

bool users_link(const struct users_place *place, const char *name, char url_r[USERS_URL_SIZE],
                struct err *err)
{
    auto_users open = { 0 };
    auto_tx tx = { 0 };
    char code[TICKET_CODE_SIZE];

    if (!users_open_db(place, &open, err) || !sql_begin(open.lent.sql, &tx, err)
        || !link_make(place, open.lent.sql, name, code, err) || !sql_commit(&tx, err))
        return false;
    url_write(place->settings, code, url_r);
    return true;
}

bool users_roles(const struct users_place *place, const char *name, unsigned roles, struct err *err)
{
    auto_users open = { 0 };
    struct account account;

    return users_open_db(place, &open, err) && user_find(open.lent.sql, name, &account, err)
           && account_roles_set(open.lent.sql, account.account, roles, err);
}

bool users_shut(const struct users_place *place, const char *name, bool shut, struct err *err)
{
    auto_users open = { 0 };
    auto_tx tx = { 0 };
    struct account account;
    int64_t now_us = time_now_us();

    return users_open_db(place, &open, err) && sql_begin(open.lent.sql, &tx, err)
           && user_find(open.lent.sql, name, &account, err)
           && account_disable(open.lent.sql, account.account, shut ? now_us : 0, now_us, err)
           && sql_commit(&tx, err);
}

bool users_each(const struct users_place *place,
                bool (*each)(void *arg, const struct account *account), void *arg, struct err *err)
{
    auto_users open = { 0 };

    return users_open_db(place, &open, err) && account_each(open.lent.sql, each, arg, err);
}

/* --- tokens ----------------------------------------------------------------------------------- */

bool users_token_add(const struct users_place *place, const struct token_wish *wish,
                     struct token_made *made_r, struct err *err)
{
    auto_users open = { 0 };

    return users_open_db(place, &open, err)
           && token_make(open.lent.sql, wish, time_now_us(), made_r, err);
}

bool users_token_end(const struct users_place *place, int64_t token, struct err *err)
{
    auto_users open = { 0 };
    bool ended;

    if (!users_open_db(place, &open, err)
        || !token_end(open.lent.sql, token, time_now_us(), &ended, err))
        return false;
    return ended
           || err_set(err, ERR_USAGE, 0,
                      "no token that is good has the number %jd ('fmferry tokens list')",
                      (intmax_t)token);
}

bool users_tokens_each(const struct users_place *place,
                       bool (*each)(void *arg, const struct token_seen *seen), void *arg,
                       struct err *err)
{
    auto_users open = { 0 };

    return users_open_db(place, &open, err) && token_each(open.lent.sql, each, arg, err);
}
