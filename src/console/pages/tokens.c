/* Tokens of programs, for administrators. */
#include "base/mem.h"
#include "base/num.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/pages/token_do.h"
#include "console/people/token.h"

/* --- the page --------------------------------------------------------------------------------- */

static const char *right_means(enum right right)
{
    switch (right) {
    case RIGHT_FIND:
        return "finds and sees documents";
    case RIGHT_DOWNLOAD:
        return "takes documents";
    case RIGHT_UPLOAD:
        return "uploads documents";
    case RIGHT_AWAY:
        return "takes documents away, and brings them back";
    case RIGHT_EDIT:
        return "corrects type and date of uploads";
    case RIGHT_REVIEW:
        return "decides whose a document is";
    case RIGHT_RUN:
        return "reads runs and status";
    case RIGHT_FAILURES:
        return "reads what did not arrive, and why";
    case RIGHT_RETRY:
        return "puts failures back to waiting";
    case RIGHT_WAIVE:
        return "gives documents up, 20 at once at most";
    case RIGHT_VIEWS:
        return "reads who saw what";
    case RIGHT_NEXUS:
        return "lists, uploads, takes and takes away documents, in Nexus's own way";
    case RIGHT_PUBLIC:
    case RIGHT_ANY:
    case RIGHT_SIGN:
    case RIGHT_USERS:
    case RIGHTS:
        break;
    }
    return "";
}

static void boxes_add(struct frame *frame)
{
    for (int right = 0; right < RIGHTS; right++)
        if (token_may_have((enum right)right))
            (void)page_fill(frame->page, console_tokens_box,
                            PAGE_TEXT("right", right_name((enum right)right)),
                            PAGE_TEXT("means", right_means((enum right)right)));
}

struct token_rows {
    struct frame *frame;
    int64_t now_us, count;
};

static void end_add(struct frame *frame, int64_t token)
{
    auto_free char *action = mem_printf("/tokens/%jd", (intmax_t)token);
    const char *rest = page_fill(frame->page, console_tokens_end, PAGE_ROWS("form"));

    frame_form(frame, action);
    (void)page_fill(frame->page, rest, PAGE_ID("token", token));
}

static bool token_row(void *arg, const struct token_seen *seen)
{
    struct token_rows *rows = arg;
    struct frame *frame = rows->frame;
    const char *state = token_state(seen, rows->now_us), *rest;
    struct span everywhere = span_of("everywhere"), by_hand = span_of("the command line");

    rows->count++;
    rest = page_fill(frame->page, console_tokens_token, PAGE_ID("token", seen->token),
                     PAGE_SPAN("name", seen->name), PAGE_SPAN("rights", seen->rights),
                     PAGE_SPAN("addresses", seen->addresses.size ? seen->addresses : everywhere),
                     PAGE_STAMP("made", seen->made_us),
                     PAGE_SPAN("by", seen->made_by.size ? seen->made_by : by_hand),
                     PAGE_STAMP("until", seen->until_us), PAGE_ROWS("state"));
    if (strcmp(state, "good") == 0)
        end_add(frame, seen->token);
    else
        page_add(frame->page, state);
    page_add(frame->page, rest);
    return true;
}

static bool rows_add(struct frame *frame, struct err *err)
{
    struct token_rows rows = { frame, clock_now_us(frame->x->console->clock), 0 };
    auto_lent lent = { 0 };

    if (!console_db_borrow(frame->x->console->db, &lent, err)
        || !token_each(lent.sql, token_row, &rows, err))
        return false;
    if (!rows.count)
        page_add(frame->page, console_tokens_none);
    return true;
}

/* `made` may be NULL; `said` is a template. */
static bool tokens_show(struct exchange *x, const char *said, const char *name,
                        const struct token_made *made, struct err *err)
{
    auto_frame frame = { 0 };
    const char *rest;

    frame_begin(&frame, x, "Tokens of programs", TAB_USERS);
    rest = page_fill(frame.page, console_tokens_top, PAGE_ID("token", made ? made->token : 0),
                     PAGE_TEXT("name", name), PAGE_TEXT("text", made ? made->text : ""),
                     PAGE_PART("said", said), PAGE_ROWS("rows"));
    if (!rows_add(&frame, err))
        return false;
    rest = page_fill(frame.page, rest, PAGE_ROWS("form"));
    frame_form(&frame, "/tokens");
    rest = page_fill(frame.page, rest, PAGE_ROWS("boxes"));
    boxes_add(&frame);
    (void)page_fill(frame.page, rest, PAGE_ID("days", TOKEN_DAYS_USUAL));
    return frame_end(&frame, err);
}

bool tokens_answer(struct exchange *x, struct err *err)
{
    return tokens_show(x, request_query(x->request, "ended") ? console_tokens_ended : "", "", NULL,
                       err);
}

/* --- changes ---------------------------------------------------------------------------------- */

bool token_add_answer(struct exchange *x, struct err *err)
{
    const char *names[REQUEST_FIELDS];
    size_t count = request_form_list(x->request, "right", names);
    auto_str rights = STR_MAX(KIB(8));
    struct token_wish wish = { .name = request_form_text(x->request, "name"),
                               .addresses = request_form_text(x->request, "addresses"),
                               .made_by = x->who.account };
    struct token_made made;
    bool shown;

    for (size_t i = 0; i < count; i++)
        str_printf(&rights, "%s ", names[i]);
    wish.rights = str_text(&rights);
    if (!num_i64(span_of(request_form_text(x->request, "days")), 1, TOKEN_DAYS_MOST, &wish.days,
                 err))
        return err_ctx(err, "days");
    if (!token_do_make(x, &wish, &made, err))
        return false;
    shown = tokens_show(x, console_tokens_made, wish.name, &made, err);
    explicit_bzero(made.text, sizeof made.text);
    return shown;
}

bool token_end_answer(struct exchange *x, struct err *err)
{
    if (!token_do_end(x, err))
        return false;
    answer_go_to(&x->answer, "/tokens?ended=1");
    return true;
}
