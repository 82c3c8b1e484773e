/* Changes of tokens, noted. */
#include "console/pages/token_do.h"

#include "base/mem.h"
#include "base/num.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/views/view_log.h"

static bool change_note(struct exchange *x, const char *detail, struct err *err)
{
    return view_of(
        x, (struct view_entry){ .what = VIEW_TOKEN, .outcome = "asked", .detail = detail }, err);
}

static bool making_note(struct exchange *x, const struct token_wish *wish,
                        const struct token_made *made, struct err *err)
{
    auto_free char *detail = mem_printf("make %s: %s, from %s, %jd days", wish->name, made->rights,
                                        *made->addresses ? made->addresses : "everywhere",
                                        (intmax_t)wish->days);

    return change_note(x, detail, err);
}

bool token_do_make(struct exchange *x, const struct token_wish *wish, struct token_made *made_r,
                   struct err *err)
{
    auto_lent lent = { 0 };

    return token_wish_read(wish, made_r, err) && making_note(x, wish, made_r, err)
           && console_db_borrow(x->console->db, &lent, err)
           && token_make(lent.sql, wish, clock_now_us(x->console->clock), made_r, err);
}

bool token_do_end(struct exchange *x, struct err *err)
{
    auto_free char *detail = mem_printf("end %.20s", request_param(x->request, "token"));
    auto_lent lent = { 0 };
    struct err wrong;
    int64_t token;
    bool ended;

    if (!num_i64(span_of(request_param(x->request, "token")), 1, INT64_MAX, &token, &wrong))
        return refuse(x, PROBLEM_NOT_THERE, "a token is named by its number");
    if (!change_note(x, detail, err) || !console_db_borrow(x->console->db, &lent, err)
        || !token_end(lent.sql, token, clock_now_us(x->console->clock), &ended, err))
        return false;
    return ended || refuse(x, PROBLEM_NOT_THERE, "no token that is good has this number");
}
