/* Judges tries to log in. */
#include "console/people/login.h"

#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/people/password.h"
#include "console/people/totp.h"

enum { FREE_TRIES = 5, LONGEST_S = 900, BUSY_S = 2 };

static bool account_read(struct console *console, const char *name, struct account *account_r,
                         struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(console->db, &lent, err)
           && account_find(lent.sql, name, account_r, err);
}

/* A code counts once: its step must be later than the newest one used, in one statement. */
static bool code_use(struct console *console, struct sql *sql, const struct account *account,
                     const char *code, bool *right_r, struct err *err)
{
    uint8_t secret[TOTP_SECRET_SIZE];
    auto_str left = STR_MAX(ACCOUNT_SPARE_SIZE);
    int64_t step;

    *right_r = false;
    if (totp_spare_take(account->spare, code, &left))
        return account_spare_use(sql, account->account, account->spare, str_text(&left), right_r,
                                 err);
    if (!totp_secret_open(console->key, account->sealed, account->sealed_size, secret))
        return true;
    step = totp_step_of(secret, code, clock_now_us(console->clock));
    explicit_bzero(secret, sizeof secret);
    return !step || account_step_use(sql, account->account, step, right_r, err);
}

static int64_t wait_after(int64_t tries)
{
    int64_t seconds = 1;

    if (tries < FREE_TRIES)
        return 0;
    for (int64_t i = FREE_TRIES; i < tries && seconds < LONGEST_S; i++)
        seconds *= 2;
    return (seconds < LONGEST_S ? seconds : LONGEST_S) * TIME_SECOND;
}

/* A right password with a wrong code is a wrong try, too. */
static bool outcome_note(struct console *console, const struct login_try *try, bool right_password,
                         bool *right_r, struct err *err)
{
    int64_t now_us = clock_now_us(console->clock), tries;
    struct account account;
    auto_lent lent = { 0 };

    *right_r = false;
    /* Read anew: others may have tried while this password was compared. */
    if (!console_db_borrow(console->db, &lent, err)
        || !account_find(lent.sql, try->name, &account, err))
        return false;
    if (account.next_us > now_us)
        return true;
    if (right_password && !code_use(console, lent.sql, &account, try->code, right_r, err))
        return false;
    if (*right_r)
        return account.tries == 0 || account_tried(lent.sql, account.account, 0, 0, err);
    tries = account.tries + 1;
    return account_tried(lent.sql, account.account, tries, now_us + wait_after(tries), err);
}

bool login_judge(struct console *console, const struct login_try *try, enum login_answer *answer_r,
                 struct account *account_r, unsigned *wait_r, struct err *err)
{
    int64_t now_us = clock_now_us(console->clock);
    enum password_answer password;
    bool right = false, can_login;

    *answer_r = LOGIN_WRONG;
    *wait_r = 0;
    if (!account_read(console, try->name, account_r, err))
        return false;
    if (account_r->next_us > now_us) {
        *answer_r = LOGIN_WAIT;
        *wait_r = 1 + (unsigned)((account_r->next_us - now_us) / TIME_SECOND);
        return true;
    }
    can_login = account_r->account && !account_r->is_disabled;
    password = password_compare(can_login ? account_r->password : NULL, try->password);
    if (password == PASSWORD_BUSY) {
        *answer_r = LOGIN_WAIT;
        *wait_r = BUSY_S;
        return true;
    }
    if (can_login && !outcome_note(console, try, password == PASSWORD_RIGHT, &right, err))
        return false;
    *answer_r = right ? LOGIN_RIGHT : LOGIN_WRONG;
    return true;
}
