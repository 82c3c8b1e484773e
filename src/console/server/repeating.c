/* Answers that are kept for who asks again. */
#include "console/server/repeating.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/time.h"
#include "console/console_sql.h"
#include "console/inside.h"
#include "console/server/route.h"

static const int64_t kept_us = 24 * 3600 * TIME_SECOND;

/* --- the key ---------------------------------------------------------------------------------- */

static bool key_read(struct exchange *x, struct repeating *r)
{
    struct span key = request_header(x->request, "Idempotency-Key");

    for (size_t i = 0; i < key.size; i++)
        if (key.at[i] <= ' ' || key.at[i] > '~')
            key.size = 0;
    if (key.size < REPEAT_KEY_LEAST || key.size > REPEAT_KEY_MOST)
        return refuse(x, PROBLEM_BAD_REQUEST,
                      "Idempotency-Key: %d to %d visible characters of ASCII are wanted",
                      REPEAT_KEY_LEAST, REPEAT_KEY_MOST);
    (void)snprintf(r->key, sizeof r->key, SPAN_FORMAT, SPAN_ARGS(key));
    (void)snprintf(r->who, sizeof r->who, "%s %jd", x->who.token ? "token" : "account",
                   (intmax_t)(x->who.token ? x->who.token : x->who.account));
    return true;
}

static struct sha256 request_hash(const struct exchange *x)
{
    auto_str text = STR_MAX(REQUEST_TARGET_MAX + REQUEST_BODY_MAX + SPOOL_TOLD_MAX);
    struct span target = request_target(x->request), body = request_body(x->request);

    str_printf(&text, "%s " SPAN_FORMAT "\n", method_name(request_method_of(x->request)),
               SPAN_ARGS(target));
    str_add(&text, body.at, body.size);
    if (request_files(x->request))
        spool_tell(request_files(x->request), &text);
    return sha256_of(str_span(&text));
}

/* --- before ----------------------------------------------------------------------------------- */

static bool key_claim(struct sql *sql, const struct repeating *r, const struct sha256 *hash,
                      int64_t now_us, bool *claimed_r, struct err *err)
{
    if (!sql_run(sql, &CONSOLE_ANSWERS_TRIM, sql_args(sql_i64(now_us - kept_us)), err)
        || !sql_run(sql, &CONSOLE_ANSWER_CLAIM,
                    sql_args(sql_text(r->who), sql_text(r->key),
                             sql_bytes(hash->bytes, SHA256_SIZE), sql_i64(now_us)),
                    err))
        return false;
    *claimed_r = sql_changed(sql) == 1;
    return true;
}

static bool answer_again(struct exchange *x, const struct sql_rows *rows, struct repeating *r)
{
    struct span body = sql_get_text(rows, 2);

    r->is_answered = true;
    x->answer.status = (int)sql_get_i64(rows, 1);
    str_add(&x->answer.body, body.at, body.size);
    answer_json(&x->answer);
    return true;
}

static bool answer_find(struct exchange *x, struct sql *sql, const struct sha256 *hash,
                        struct repeating *r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(sql, &CONSOLE_ANSWER_FIND, sql_args(sql_text(r->who), sql_text(r->key)), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ERROR)
        return false;
    if (step == STEP_ROW
        && !span_equal(sql_get_bytes(rows, 0),
                       (struct span){ (const char *)hash->bytes, SHA256_SIZE }))
        return refuse(x, PROBLEM_KEY_USED, "another request had this Idempotency-Key");
    /* Without a row, the one that was under way has just failed. */
    if (step == STEP_END || !sql_get_i64(rows, 1))
        return refuse(x, PROBLEM_UNDER_WAY, "the request with this Idempotency-Key goes on");
    return answer_again(x, rows, r);
}

bool repeating_begin(struct exchange *x, struct repeating *r, struct err *err)
{
    struct sha256 hash;
    auto_lent lent = { 0 };

    *r = (struct repeating){ 0 };
    if (!request_header(x->request, "Idempotency-Key").at)
        return true;
    if (!key_read(x, r))
        return false;
    hash = request_hash(x);
    return console_db_borrow(x->console->db, &lent, err)
           && key_claim(lent.sql, r, &hash, clock_now_us(x->console->clock), &r->is_claimed, err)
           && (r->is_claimed || answer_find(x, lent.sql, &hash, r, err));
}

/* --- after ------------------------------------------------------------------------------------ */

static bool answer_keep(struct exchange *x, const struct repeating *r, bool done, struct err *err)
{
    struct sql_value who = sql_text(r->who), key = sql_text(r->key);
    auto_lent lent = { 0 };

    if (!console_db_borrow(x->console->db, &lent, err))
        return false;
    return done ? sql_run(
               lent.sql, &CONSOLE_ANSWER_KEEP,
               sql_args(who, key, sql_i64(x->answer.status), sql_span(str_span(&x->answer.body))),
               err)
                : sql_run(lent.sql, &CONSOLE_ANSWER_DROP, sql_args(who, key), err);
}

void repeating_end(struct exchange *x, const struct repeating *r, bool done)
{
    struct err err;

    if (r->is_claimed && !answer_keep(x, r, done, &err))
        log_warn("request %s: its answer is not kept for who asks again: %s", x->id, err.msg);
}

bool repeating_start(struct console_db *db, struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(db, &lent, err)
           && sql_run(lent.sql, &CONSOLE_ANSWERS_BEGUN, SQL_NO_ARGS, err);
}
