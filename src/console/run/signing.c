/*
 * The change that will hold the signature is begun first, and the grounds are read from a second
 * connection: in SQLite nobody else can write in between, so what was compared is what is signed.
 */
#include "console/run/signing.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "console/inside.h"
#include "console/readers.h"
#include "console/run/deciding.h"
#include "console/views/view_log.h"
#include "ledger/signoffs.h"
#include "run/enter.h"

bool signing_grounds(struct exchange *x, struct grounds *grounds_r, struct err *err)
{
    auto_borrowed reader = { 0 };
    auto_tx tx = { 0 };

    return reader_borrow(x->console->readers, &reader, err)
           && sql_begin_reading(ledger_sql(reader.ledger), &tx, err)
           && grounds_read(reader.ledger, x->console->status, grounds_r, err);
}

/* --- what is refused -------------------------------------------------------------------------- */

static bool form_is_filled(struct exchange *x, const struct signing *s)
{
    struct sha256 ignored;

    if (!may(x, RIGHT_SIGN))
        return refuse(x, PROBLEM_NO_RIGHT, "the right '%s' is needed", right_name(RIGHT_SIGN));
    if (!sha256_from_hex(span_of(s->digest), &ignored))
        return refuse(x, PROBLEM_BAD_REQUEST, "digest: the page says what it is");
    return s->has_read
           || refuse(x, PROBLEM_BAD_REQUEST,
                     "read the report, and say that you did: what is signed stands in it");
}

static bool grounds_are_as_shown(struct exchange *x, const struct signing *s,
                                 const struct grounds *g)
{
    char now[SHA256_HEX_SIZE];

    return strcmp(sha256_hex(&g->digest, now), s->digest) == 0
           || refuse(
               x, PROBLEM_STALE,
               "the figures are no longer those that you were shown; nothing was signed. Look "
               "at them again, then sign");
}

static bool exceptions_are_explained(struct exchange *x, const struct signing *s,
                                     const struct grounds *g)
{
    return g->exceptions == 0 || utf8_count(span_trim(span_of(s->reason))) >= REASON_LEAST
           || refuse(x, PROBLEM_BAD_REQUEST,
                     "%zu conditions are not met: to sign all the same needs a reason of %d "
                     "characters or more",
                     g->exceptions, REASON_LEAST);
}

bool signing_may(struct exchange *x, const struct signing *s, struct err *err)
{
    auto_grounds grounds = { 0 };

    return form_is_filled(x, s) && signing_grounds(x, &grounds, err)
           && grounds_are_as_shown(x, s, &grounds) && exceptions_are_explained(x, s, &grounds);
}

/* --- the signature ---------------------------------------------------------------------------- */

static bool signature_put(struct exchange *x, const struct signing *s, const struct grounds *g,
                          struct ledger *ledger, int64_t *number_r, struct err *err)
{
    auto_str statement = STR_MAX(KIB(8)), exceptions = STR_MAX(KIB(64)), figures = STR_MAX(MIB(16));
    struct json_writer w = JSON_WRITER_SHOWN(&exceptions);
    const struct verified *v = &g->status->verified;
    struct ledger_signoff signoff = {
        .who = span_of(x->who.name), .reason = span_of(""), .digest = g->digest, .verified = v->run
    };

    if (g->exceptions)
        signoff.reason = span_trim(span_of(s->reason));
    grounds_statement(g, &statement);
    grounds_exceptions(g, &w);
    status_json(g->status, &figures);
    signoff.statement = str_span(&statement);
    signoff.exceptions = str_span(&exceptions);
    signoff.figures = span_trim(str_span(&figures));
    signoff.has_certificate = sha256_from_hex(span_of(v->certificate), &signoff.certificate);
    return str_fits(&figures, "the figures", err) && signoff_put(ledger, &signoff, number_r, err);
}

static bool sign_now(struct exchange *x, const struct signing *s, struct grounds *grounds,
                     int64_t *number_r, struct err *err)
{
    const struct engine_settings *engine = x->console->engine;
    const struct ledger_progress nothing = { 0 };
    auto_ledger *ledger = NULL;
    auto_change change = { 0 };

    return ledger_open(engine->ledger_url, engine->source_name, x->console->cancel, &ledger, err)
           && run_short_begin(ledger, "sign", &change, err) && signing_grounds(x, grounds, err)
           && grounds_are_as_shown(x, s, grounds) && exceptions_are_explained(x, s, grounds)
           && signature_put(x, s, grounds, ledger, number_r, err)
           && run_short_end(ledger, &nothing, &change, err);
}

bool signing_carry_out(struct exchange *x, const struct signing *s, int64_t *number_r,
                       struct err *err)
{
    auto_grounds grounds = { 0 };
    auto_free char *detail = NULL;

    if (!form_is_filled(x, s) || !sign_now(x, s, &grounds, number_r, err))
        return false;
    detail = mem_printf("sign-off %jd, %zu %s", (intmax_t)*number_r, grounds.exceptions,
                        grounds.exceptions == 1 ? "exception" : "exceptions");
    return view_of(x, (struct view_entry){ .what = VIEW_SIGN, .detail = detail }, err);
}
