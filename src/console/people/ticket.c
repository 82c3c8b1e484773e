/* Links that are good once. */
#include "console/people/ticket.h"

#include "base/digest.h"
#include "base/time.h"
#include "console/console_sql.h"

enum { CODE_BYTES = 32 };

static const char kind[] = "setup";

static bool code_hash(const char *code, struct sha256 *hash_r)
{
    uint8_t bytes[CODE_BYTES];

    if (!hex_read(span_of(code), bytes, sizeof bytes))
        return false;
    *hash_r = sha256_of((struct span){ (const char *)bytes, sizeof bytes });
    return true;
}

static void body_make(const uint8_t key[TOTP_KEY_SIZE], struct str *body)
{
    uint8_t sealed[TOTP_SEALED_SIZE];

    totp_secret_make(key, sealed);
    hex_add(body, sealed, sizeof sealed);
}

bool ticket_make(struct sql *sql, int64_t account, const uint8_t key[TOTP_KEY_SIZE], int64_t now_us,
                 char code_r[TICKET_CODE_SIZE], struct err *err)
{
    uint8_t code[CODE_BYTES];
    auto_str text = STR_MAX(TICKET_CODE_SIZE), body = STR_MAX(2 * TOTP_SEALED_SIZE);
    struct sha256 hash;

    random_bytes(code, sizeof code);
    hex_add(&text, code, sizeof code);
    hash = sha256_of((struct span){ (const char *)code, sizeof code });
    body_make(key, &body);
    if (!sql_run(sql, &CONSOLE_TICKETS_DROP,
                 sql_args(sql_i64(account), sql_text(kind), sql_i64(now_us)), err)
        || !sql_run(sql, &CONSOLE_TICKET_ADD,
                    sql_args(sql_bytes(hash.bytes, SHA256_SIZE), sql_text(kind), sql_i64(account),
                             sql_text(str_text(&body)),
                             sql_i64(now_us + TICKET_HOURS * 3600 * TIME_SECOND)),
                    err))
        return false;
    (void)snprintf(code_r, TICKET_CODE_SIZE, "%s", str_text(&text));
    return true;
}

static bool ticket_read(const struct sql_rows *rows, struct ticket *ticket, struct err *err)
{
    ticket->account = sql_get_i64(rows, 0);
    (void)snprintf(ticket->name, sizeof ticket->name, SPAN_FORMAT,
                   SPAN_ARGS(sql_get_text(rows, 2)));
    return hex_read(sql_get_text(rows, 1), ticket->sealed, sizeof ticket->sealed)
           || err_set(err, ERR_DATABASE, SQL_BROKEN, "a link to set up account %jd is not whole",
                      (intmax_t)ticket->account);
}

bool ticket_find(struct sql *sql, const char *code, int64_t now_us, struct ticket *ticket_r,
                 struct err *err)
{
    auto_rows *rows = NULL;
    struct sha256 hash;

    *ticket_r = (struct ticket){ 0 };
    if (!code_hash(code, &hash))
        return true;
    if (!sql_query(sql, &CONSOLE_TICKET_FIND,
                   sql_args(sql_bytes(hash.bytes, SHA256_SIZE), sql_text(kind), sql_i64(now_us)),
                   &rows, err))
        return false;
    switch (sql_next(rows, err)) {
    case STEP_ROW:
        return ticket_read(rows, ticket_r, err);
    case STEP_END:
        return true;
    case STEP_ERROR:
        return false;
    }
    return false;
}

bool ticket_use(struct sql *sql, const char *code, int64_t now_us, bool *used_r, struct err *err)
{
    struct sha256 hash;

    *used_r = false;
    if (!code_hash(code, &hash))
        return true;
    if (!sql_run(sql, &CONSOLE_TICKET_USE,
                 sql_args(sql_bytes(hash.bytes, SHA256_SIZE), sql_i64(now_us)), err))
        return false;
    *used_r = sql_changed(sql) == 1;
    return true;
}
