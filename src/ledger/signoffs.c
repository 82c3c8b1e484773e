/* A sign-off and its entry in the audit chain are written in one change. */
#include "ledger/signoffs.h"

#include "base/time.h"
#include "ledger/inside.h"

/* Of all that was signed, so that the chain tells whether the row is still the same. */
static struct sha256 signoff_hash(const struct ledger_signoff *s)
{
    const struct span parts[] = { s->who, s->statement, s->reason, s->exceptions, s->figures };
    auto_sha256_stream *hash = sha256_stream_new();

    for (size_t i = 0; i < lengthof(parts); i++) {
        sha256_stream_add(hash, parts[i]);
        sha256_stream_add(hash, span_of("\n"));
    }
    return sha256_stream_end(hash);
}

/* "signoff 1 by Kim Ito, shown HEX, all HEX": docs/ledger.md. */
static bool signoff_audit(struct ledger *ledger, const struct ledger_signoff *s, int64_t number,
                          struct err *err)
{
    struct sha256 all = signoff_hash(s);
    auto_str evidence = STR_MAX(KIB(1));

    str_printf(&evidence, "signoff %jd by ", (intmax_t)number);
    str_add_span(&evidence, s->who);
    str_add_text(&evidence, ", shown ");
    hex_add(&evidence, s->digest.bytes, SHA256_SIZE);
    str_add_text(&evidence, ", all ");
    hex_add(&evidence, all.bytes, SHA256_SIZE);
    return str_fits(&evidence, "a name", err)
           && ledger_audit(ledger, 0, 0, "", "signed", str_text(&evidence), err);
}

bool signoff_put(struct ledger *ledger, const struct ledger_signoff *s, int64_t *number_r,
                 struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_SIGNOFF_ADD,
                      sql_args(sql_i64(ledger->source), sql_i64(ledger->run),
                               sql_i64(time_now_us()), sql_span(s->who), sql_span(s->statement),
                               sql_span(s->reason), sql_span(s->exceptions), sql_span(s->figures),
                               sql_bytes(s->digest.bytes, SHA256_SIZE),
                               s->verified ? sql_i64(s->verified) : sql_null(),
                               s->has_certificate ? sql_bytes(s->certificate.bytes, SHA256_SIZE)
                                                  : sql_null()),
                      0, number_r, err)
           && signoff_audit(ledger, s, *number_r, err);
}

/* False: it is no hash. */
static bool hash_get(const struct sql_rows *rows, int column, struct sha256 *hash_r)
{
    struct span bytes = sql_get_bytes(rows, column);

    *hash_r = (struct sha256){ 0 };
    if (bytes.size == SHA256_SIZE)
        memcpy(hash_r->bytes, bytes.at, SHA256_SIZE);
    return bytes.size == SHA256_SIZE;
}

static struct ledger_signoff signoff_read(const struct sql_rows *rows)
{
    struct ledger_signoff s = { .number = sql_get_i64(rows, 0),
                                .run = sql_get_i64(rows, 1),
                                .at_us = sql_get_i64(rows, 2),
                                .who = sql_get_text(rows, 3),
                                .statement = sql_get_text(rows, 4),
                                .reason = sql_get_text(rows, 5),
                                .exceptions = sql_get_text(rows, 6),
                                .figures = sql_get_text(rows, 7),
                                .verified = sql_get_i64(rows, 9) };

    (void)hash_get(rows, 8, &s.digest);
    s.has_certificate = hash_get(rows, 10, &s.certificate);
    return s;
}

bool signoffs_each(struct ledger *ledger, int64_t before, int64_t limit,
                   void (*each)(void *arg, const struct ledger_signoff *signoff), void *arg,
                   struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (ledger->step < LEDGER_STEP_OF_FINDINGS)
        return true;
    if (!sql_query(
            ledger->sql, &LEDGER_SIGNOFFS_BEFORE,
            sql_args(sql_i64(ledger->source), sql_i64(before ? before : INT64_MAX), sql_i64(limit)),
            &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct ledger_signoff signoff = signoff_read(rows);

        each(arg, &signoff);
    }
    return step == STEP_END;
}
