/* Sign-offs, for programs. */
#include "base/mem.h"
#include "base/time.h"
#include "console/inside.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/readers.h"
#include "console/run/deciding.h"
#include "console/run/signing.h"
#include "console/server/body.h"
#include "ledger/signoffs.h"
#include "json/shape.h"

/* --- what would be signed --------------------------------------------------------------------- */

static void grounds_write(const struct grounds *g, struct json_writer *w)
{
    json_name(w, "grounds");
    json_open_array(w);
    for (size_t i = 0; i < GROUNDS; i++) {
        json_open_object(w);
        json_member_text(w, "name", g->items[i].what);
        json_member_flag(w, "met", g->items[i].met);
        json_member_text(w, "figure", g->items[i].figure);
        json_close_object(w);
    }
    json_close_array(w);
}

static void given_write(const struct grounds *g, struct json_writer *w)
{
    json_name(w, "given_up");
    json_open_array(w);
    for (size_t i = 0; i < g->waiver_count; i++) {
        json_open_object(w);
        json_member_i64(w, "count", g->waivers[i].count);
        json_member_text(w, "by", g->waivers[i].who);
        json_member_text(w, "reason", g->waivers[i].reason);
        json_close_object(w);
    }
    json_close_array(w);
}

bool api_grounds_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_str statement = STR_MAX(KIB(8));
    auto_grounds grounds = { 0 };
    char digest[SHA256_HEX_SIZE];

    if (!signing_grounds(x, &grounds, err))
        return false;
    grounds_statement(&grounds, &statement);
    json_open_object(&w);
    json_member_text(&w, "statement", str_text(&statement));
    grounds_write(&grounds, &w);
    given_write(&grounds, &w);
    json_member_u64(&w, "exceptions", grounds.exceptions);
    json_member_text(&w, "digest", sha256_hex(&grounds.digest, digest));
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

/* --- what was signed -------------------------------------------------------------------------- */

static const char list_filter[] = "signoffs";

struct signoff_items {
    struct json_writer *w;
    int64_t count, limit, last;
};

static void hash_write(struct json_writer *w, const char *name, const struct sha256 *hash)
{
    char hex[SHA256_HEX_SIZE];

    json_member_text(w, name, hash ? sha256_hex(hash, hex) : NULL);
}

static void signoff_item(void *arg, const struct ledger_signoff *s)
{
    struct signoff_items *items = arg;
    struct json_writer *w = items->w;
    char at[TIME_TEXT_SIZE];

    if (items->count++ == items->limit)
        return;
    json_open_object(w);
    json_member_i64(w, "number", s->number);
    json_member_i64(w, "run", s->run);
    json_member_text(w, "at", time_rfc3339(s->at_us, at));
    json_member_span(w, "by", s->who);
    json_member_span(w, "statement", s->statement);
    json_member_span(w, "reason", s->reason);
    json_name(w, "exceptions");
    json_write_raw(w, s->exceptions);
    json_name(w, "figures");
    json_write_raw(w, s->figures);
    json_name(w, "verified");
    if (s->verified)
        json_write_i64(w, s->verified);
    else
        json_write_null(w);
    hash_write(w, "certificate_sha256", s->has_certificate ? &s->certificate : NULL);
    hash_write(w, "digest", &s->digest);
    json_close_object(w);
    items->last = s->number;
}

static bool list_asked(struct exchange *x, struct signoff_items *items, struct cursor *cursor)
{
    struct err wrong;

    if (!paging_limit(x, &items->limit))
        return false;
    return cursor_read(&x->console->cursor_key, span_of(list_filter),
                       request_query(x->request, "cursor"), cursor, &wrong)
           || refuse(x, PROBLEM_BAD_REQUEST, "cursor: %s", wrong.msg);
}

bool api_signoffs_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    struct signoff_items items = { .w = &w };
    char next[CURSOR_TEXT_SIZE];
    auto_borrowed reader = { 0 };
    struct cursor cursor;

    if (!list_asked(x, &items, &cursor) || !reader_borrow(x->console->readers, &reader, err))
        return false;
    paging_open(&w);
    if (!signoffs_each(reader.ledger, cursor.at[0], items.limit + 1, signoff_item, &items, err))
        return false;
    cursor.at[0] = items.last;
    paging_close(&w, items.count > items.limit
                         ? cursor_text(&x->console->cursor_key, span_of(list_filter), &cursor, next)
                         : NULL);
    answer_json(&x->answer);
    return true;
}

/* --- signing ---------------------------------------------------------------------------------- */

/* {"digest","read","reason"} */
struct sign_body {
    struct span digest, reason;
    bool read;
};

static const struct json_member sign_shape[] = {
    JSON_SPAN(struct sign_body, digest, "digest"),
    JSON_FLAG(struct sign_body, read, "read"),
    JSON_MAYBE_SPAN(struct sign_body, reason, "reason"),
    JSON_SHAPE_END,
};

/* A program signs for the person who is logged in and has just proved it. */
static bool is_proved(struct exchange *x)
{
    int64_t since_us = clock_now_us(x->console->clock) - x->who.proved_us;

    return since_us <= PROOF_MINUTES * 60 * TIME_SECOND
           || refuse(x, PROBLEM_NOT_MET,
                     "one signs only within %d minutes after password and code were given: see "
                     "/prove",
                     PROOF_MINUTES);
}

static bool sign_body_answer(struct exchange *x, const struct sign_body *body, struct err *err)
{
    auto_free char *digest = span_text(body->digest), *reason = span_text(body->reason);
    struct json_writer w = JSON_WRITER(&x->answer.body);
    struct signing signing = { digest, reason, body->read };
    int64_t number;

    if (!is_proved(x) || !signing_carry_out(x, &signing, &number, err))
        return false;
    json_open_object(&w);
    json_member_i64(&w, "number", number);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

bool api_sign_answer(struct exchange *x, struct err *err)
{
    static const char *const names[] = { "digest", "read", "reason" };
    struct sign_body body = { 0 };
    auto_json *json = NULL;
    struct err wrong;

    if (!body_read_json(x, &json)
        || !body_names_are_known(x, json_root(json), names, lengthof(names)))
        return false;
    if (!json_fill(json, json_root(json), sign_shape, &body, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
    return sign_body_answer(x, &body, err);
}
