/* Sessions, in the console's database. */
#include "console/people/session.h"

#include "base/digest.h"
#include "base/num.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/console_sql.h"
#include "console/inside.h"

enum { KEY_BYTES = 32, SEEN_EVERY_S = 30, CALM_HOURS = 4 };

/* Roles whose pages show patients, and whose screens must not stay open. */
static const unsigned sees_patients = ROLE_STAFF | ROLE_RECORDS | ROLE_OWNER;

static int64_t idle_us(const struct console *console, unsigned roles)
{
    return roles & sees_patients ? console->settings->idle_us : CALM_HOURS * 3600 * TIME_SECOND;
}

static bool key_hash(const char *key, struct sha256 *hash_r)
{
    uint8_t bytes[KEY_BYTES];

    if (!hex_read(span_of(key), bytes, sizeof bytes))
        return false;
    *hash_r = sha256_of((struct span){ (const char *)bytes, sizeof bytes });
    return true;
}

static void hex_write(const uint8_t *bytes, size_t size, char *text_r)
{
    auto_str text = STR_MAX(KIB(1));

    hex_add(&text, bytes, size);
    (void)memcpy(text_r, str_text(&text), text.size + 1);
}

bool session_begin(struct console *console, const struct session_start *start,
                   char key_r[SESSION_KEY_SIZE], struct err *err)
{
    uint8_t key[KEY_BYTES], csrf[KEY_BYTES];
    struct sql_value account = sql_i64(start->account);
    int64_t now_us = clock_now_us(console->clock);
    struct sha256 hash;
    auto_lent lent = { 0 };
    auto_tx tx = { 0 };

    random_bytes(key, sizeof key);
    random_bytes(csrf, sizeof csrf);
    hash = sha256_of((struct span){ (const char *)key, sizeof key });
    if (!console_db_borrow(console->db, &lent, err) || !sql_begin(lent.sql, &tx, err)
        || !sql_run(lent.sql, &CONSOLE_SESSION_ADD,
                    sql_args(sql_bytes(hash.bytes, SHA256_SIZE), account,
                             sql_bytes(csrf, sizeof csrf), sql_text(start->address),
                             sql_text(start->agent), sql_i64(now_us)),
                    err)
        || !sql_run(lent.sql, &CONSOLE_SESSIONS_TRIM,
                    sql_args(account, sql_i64(SESSIONS_PER_ACCOUNT), sql_i64(now_us)), err)
        || !sql_commit(&tx, err))
        return false;
    hex_write(key, sizeof key, key_r);
    return true;
}

struct found {
    int64_t session, account, begun_us, seen_us, proved_us;
    unsigned roles;
    char name[IDENTITY_NAME_SIZE], login[IDENTITY_NAME_SIZE];
    uint8_t csrf[KEY_BYTES];
};

static void text_copy(struct span text, char *to, size_t room)
{
    (void)snprintf(to, room, SPAN_FORMAT, SPAN_ARGS(text));
}

static bool row_read(const struct sql_rows *rows, struct found *found, struct err *err)
{
    struct span csrf = sql_get_bytes(rows, 5);

    found->session = sql_get_i64(rows, 0);
    found->account = sql_get_i64(rows, 1);
    found->begun_us = sql_get_i64(rows, 2);
    found->seen_us = sql_get_i64(rows, 3);
    found->proved_us = sql_get_i64(rows, 4);
    if (csrf.size != sizeof found->csrf)
        return err_set(err, ERR_DATABASE, SQL_BROKEN, "session %jd has no token",
                       (intmax_t)found->session);
    (void)memcpy(found->csrf, csrf.at, csrf.size);
    text_copy(sql_get_text(rows, 6), found->login, sizeof found->login);
    text_copy(sql_get_text(rows, 7), found->name, sizeof found->name);
    return roles_read(sql_get_text(rows, 8), &found->roles, err);
}

static bool row_find(struct sql *sql, const struct sha256 *hash, struct found *found,
                     struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(sql, &CONSOLE_SESSION_FIND, sql_args(sql_bytes(hash->bytes, SHA256_SIZE)), &rows,
                   err))
        return false;
    switch (sql_next(rows, err)) {
    case STEP_ROW:
        return row_read(rows, found, err);
    case STEP_END:
        return true;
    case STEP_ERROR:
        return false;
    }
    return false;
}

static bool row_end(struct sql *sql, int64_t session, int64_t now_us, const char *why,
                    struct err *err)
{
    return sql_run(sql, &CONSOLE_SESSION_END,
                   sql_args(sql_i64(session), sql_i64(now_us), sql_text(why)), err);
}

static void identity_fill(const struct found *found, int64_t ends_us, struct identity *who)
{
    who->account = found->account;
    who->session = found->session;
    who->roles = found->roles;
    who->proved_us = found->proved_us;
    who->ends_us = ends_us;
    (void)memcpy(who->name, found->name, sizeof who->name);
    (void)memcpy(who->login, found->login, sizeof who->login);
    hex_write(found->csrf, sizeof found->csrf, who->csrf);
}

bool session_find(struct console *console, const char *key, bool is_sign, struct identity *who_r,
                  struct err *err)
{
    int64_t now_us = clock_now_us(console->clock), idle, day;
    struct found found = { 0 };
    struct sha256 hash;
    auto_lent lent = { 0 };

    *who_r = (struct identity){ 0 };
    if (!key_hash(key, &hash))
        return true;
    if (!console_db_borrow(console->db, &lent, err) || !row_find(lent.sql, &hash, &found, err))
        return false;
    if (!found.session)
        return true;
    idle = found.seen_us + idle_us(console, found.roles);
    day = found.begun_us + console->settings->day_us;
    if (now_us >= idle || now_us >= day)
        return row_end(lent.sql, found.session, now_us, now_us >= day ? "day" : "idle", err);
    /* Not at each request: a commit takes longer than most answers. */
    if (is_sign && now_us - found.seen_us >= SEEN_EVERY_S * TIME_SECOND
        && !sql_run(lent.sql, &CONSOLE_SESSION_SEEN,
                    sql_args(sql_i64(found.session), sql_i64(now_us)), err))
        return false;
    if (is_sign)
        idle = now_us + idle_us(console, found.roles);
    identity_fill(&found, idle < day ? idle : day, who_r);
    return true;
}

bool session_prove(struct console *console, int64_t session, struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(console->db, &lent, err)
           && sql_run(lent.sql, &CONSOLE_SESSION_PROVE,
                      sql_args(sql_i64(session), sql_i64(clock_now_us(console->clock))), err);
}

bool session_end(struct console *console, int64_t session, const char *why, struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(console->db, &lent, err)
           && row_end(lent.sql, session, clock_now_us(console->clock), why, err);
}

bool session_end_all(struct console *console, int64_t account, int64_t but, const char *why,
                     struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(console->db, &lent, err)
           && sql_run(lent.sql, &CONSOLE_SESSIONS_END,
                      sql_args(sql_i64(account), sql_i64(but),
                               sql_i64(clock_now_us(console->clock)), sql_text(why)),
                      err);
}

bool session_open(struct exchange *x, int64_t account, struct err *err)
{
    auto_free char *agent = span_text(span_first(request_header(x->request, "User-Agent"), 200));
    struct session_start start = { account, request_address(x->request), agent ? agent : "" };
    char key[SESSION_KEY_SIZE];

    if (x->who.session && !session_end(x->console, x->who.session, "login", err))
        return false;
    if (!session_begin(x->console, &start, key, err))
        return false;
    session_cookie(&x->answer, key);
    return true;
}

bool session_end_own(struct console *console, int64_t session, int64_t account, struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(console->db, &lent, err)
           && sql_run(lent.sql, &CONSOLE_SESSION_END_OWN,
                      sql_args(sql_i64(session), sql_i64(account),
                               sql_i64(clock_now_us(console->clock)), sql_text("by hand")),
                      err);
}

bool session_each(struct console *console, int64_t account,
                  void (*each)(void *arg, const struct session_seen *session), void *arg,
                  struct err *err)
{
    auto_lent lent = { 0 };
    auto_rows *rows = NULL;
    enum step step;

    if (!console_db_borrow(console->db, &lent, err)
        || !sql_query(lent.sql, &CONSOLE_SESSIONS_OF, sql_args(sql_i64(account)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        auto_free char *address = span_text(sql_get_text(rows, 1));
        auto_free char *agent = span_text(sql_get_text(rows, 2));
        struct session_seen seen = { .session = sql_get_i64(rows, 0),
                                     .begun_us = sql_get_i64(rows, 3),
                                     .seen_us = sql_get_i64(rows, 4),
                                     .address = address,
                                     .agent = agent };

        each(arg, &seen);
    }
    return step == STEP_END;
}

void session_cookie(struct answer *answer, const char *key)
{
    answer_header(answer, "Set-Cookie",
                  SESSION_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", key ? key : "",
                  key ? "" : "; Max-Age=0");
}
