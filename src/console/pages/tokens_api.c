/* Tokens of programs, for programs of administrators. */
#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/pages/pages.h"
#include "console/pages/token_do.h"
#include "console/people/token.h"
#include "console/server/body.h"
#include "json/shape.h"
#include "json/writer.h"

/* --- the list --------------------------------------------------------------------------------- */

struct token_items {
    struct json_writer *w;
    int64_t now_us, count;
};

static void stamp_member(struct json_writer *w, const char *name, int64_t at_us)
{
    char text[TIME_TEXT_SIZE];

    json_name(w, name);
    json_write_text(w, at_us ? time_rfc3339(at_us, text) : NULL);
}

/* Words with blanks between, as a list. */
static void words_member(struct json_writer *w, const char *name, struct span words)
{
    struct span word;

    json_name(w, name);
    json_open_array(w);
    while ((word = span_word(&words)).size)
        json_write_span(w, word);
    json_close_array(w);
}

static bool token_item(void *arg, const struct token_seen *seen)
{
    struct token_items *items = arg;
    struct json_writer *w = items->w;

    items->count++;
    json_open_object(w);
    json_member_i64(w, "token", seen->token);
    json_member_span(w, "name", seen->name);
    json_member_text(w, "state", token_state(seen, items->now_us));
    words_member(w, "rights", seen->rights);
    words_member(w, "addresses", seen->addresses);
    stamp_member(w, "made", seen->made_us);
    json_name(w, "made_by");
    if (seen->made_by.size)
        json_write_span(w, seen->made_by);
    else
        json_write_null(w);
    stamp_member(w, "until", seen->until_us);
    stamp_member(w, "ended", seen->ended_us);
    json_close_object(w);
    return true;
}

bool api_tokens_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    struct token_items items = { &w, clock_now_us(x->console->clock), 0 };
    auto_lent lent = { 0 };

    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    if (!console_db_borrow(x->console->db, &lent, err)
        || !token_each(lent.sql, token_item, &items, err))
        return false;
    json_close_array(&w);
    json_member_text(&w, "next", NULL);
    json_member_i64(&w, "count", items.count);
    json_member_flag(&w, "count_is_least", false);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

/* --- making one ------------------------------------------------------------------------------- */

/* {"name","rights":[..],"addresses":[..],"days"} */
struct token_body {
    struct span name;
    const struct json_value *rights, *addresses;
    uint64_t days;
};

static const struct json_member token_shape[] = {
    JSON_SPAN(struct token_body, name, "name"),
    JSON_LIST(struct token_body, rights, "rights"),
    JSON_MAYBE_LIST(struct token_body, addresses, "addresses"),
    JSON_MAYBE_U64(struct token_body, days, "days"),
    JSON_SHAPE_END,
};

static bool words_read(struct exchange *x, const char *name, const struct json_value *list,
                       struct str *to)
{
    if (!list)
        return true;
    json_each (word, list) {
        if (word->kind != JSON_TEXT)
            return refuse(x, PROBLEM_BAD_REQUEST, "%s: a list of texts is wanted", name);
        str_add(to, word->text.at, word->text.size);
        str_add_char(to, ' ');
    }
    return true;
}

static bool body_fit(struct exchange *x, const struct json *json, struct token_body *body)
{
    static const char *const names[] = { "name", "rights", "addresses", "days" };
    struct err wrong;

    if (!json_fill(json, json_root(json), token_shape, body, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
    if (body->days < 1 || body->days > TOKEN_DAYS_MOST)
        return refuse(x, PROBLEM_BAD_REQUEST, "days: 1 to %d", TOKEN_DAYS_MOST);
    return body_names_are_known(x, json_root(json), names, lengthof(names));
}

/* The only answer that has the token's text. */
static void made_write(struct exchange *x, const struct token_made *made)
{
    struct json_writer w = JSON_WRITER(&x->answer.body);

    x->answer.status = 201;
    json_open_object(&w);
    json_member_i64(&w, "token", made->token);
    json_member_text(&w, "text", made->text);
    stamp_member(&w, "until", made->until_us);
    json_close_object(&w);
    answer_json(&x->answer);
}

bool api_token_add_answer(struct exchange *x, struct err *err)
{
    struct token_body body = { .days = TOKEN_DAYS_USUAL };
    auto_str rights = STR_MAX(KIB(8)), addresses = STR_MAX(KIB(8));
    auto_free char *name = NULL;
    auto_json *json = NULL;
    struct token_wish wish;
    struct token_made made;

    if (!body_read_json(x, &json) || !body_fit(x, json, &body)
        || !words_read(x, "rights", body.rights, &rights)
        || !words_read(x, "addresses", body.addresses, &addresses))
        return false;
    name = span_text(body.name);
    wish = (struct token_wish){ .name = name,
                                .rights = str_text(&rights),
                                .addresses = str_text(&addresses),
                                .days = (int64_t)body.days,
                                .made_by = x->who.account };
    if (!token_do_make(x, &wish, &made, err))
        return false;
    made_write(x, &made);
    explicit_bzero(made.text, sizeof made.text);
    return true;
}

bool api_token_end_answer(struct exchange *x, struct err *err)
{
    if (!token_do_end(x, err))
        return false;
    x->answer.status = 204;
    return true;
}
