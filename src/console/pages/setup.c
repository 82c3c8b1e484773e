/* Setting an account up: a password and a second factor, from a link that is good once. */
#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/people/password.h"
#include "console/people/session.h"
#include "console/people/ticket.h"
#include "console/views/view_log.h"

/* What is known while an account is set up. */
struct setup_state {
    struct exchange *x;
    struct ticket ticket;
    uint8_t secret[TOTP_SECRET_SIZE];
};

static bool ticket_read(struct setup_state *s, struct err *err)
{
    struct console *console = s->x->console;
    auto_lent lent = { 0 };

    if (!console_db_borrow(console->db, &lent, err)
        || !ticket_find(lent.sql, request_param(s->x->request, "code"),
                        clock_now_us(console->clock), &s->ticket, err))
        return false;
    if (!s->ticket.account)
        return refuse(s->x, PROBLEM_NOT_THERE,
                      "this link was used, or is older than an hour; whoever runs this server "
                      "makes you a new one");
    return totp_secret_open(console->key, s->ticket.sealed, sizeof s->ticket.sealed, s->secret)
           || refuse(s->x, PROBLEM_NOT_THERE,
                     "this link was made with another key than secret.key in the console's folder");
}

static int picture_draw(const struct setup_state *s, struct str *path)
{
    auto_str issuer = STR_MAX(KIB(1)), name = STR_MAX(KIB(1));

    request_encode(span_first(span_of(s->x->console->practice), 60), &issuer);
    request_encode(span_of(s->ticket.name), &name);
    return totp_picture(s->secret, str_text(&issuer), str_text(&name), path);
}

static bool setup_show(struct setup_state *s, const char *sentence, struct err *err)
{
    auto_frame frame = { 0 };
    auto_str secret = STR_MAX(KIB(1)), path = STR_MAX(KIB(256));
    int side = picture_draw(s, &path);

    totp_secret_text(s->secret, &secret);
    frame_begin(&frame, s->x, "Set up your account", TAB_NONE);
    (void)page_fill(frame.page, console_setup_page, PAGE_TEXT("sentence", sentence),
                    PAGE_WHEN("said", *sentence, console_setup_said),
                    PAGE_TEXT("name", s->ticket.name),
                    PAGE_TEXT("code", request_param(s->x->request, "code")), PAGE_ID("side", side),
                    PAGE_TEXT("path", str_text(&path)), PAGE_TEXT("secret", str_text(&secret)));
    return frame_end(&frame, err);
}

bool setup_page_answer(struct exchange *x, struct err *err)
{
    struct setup_state s = { .x = x };

    return ticket_read(&s, err) && setup_show(&s, "", err);
}

/* --- doing it --------------------------------------------------------------------------------- */

/* What is wrong with what was typed, as a sentence; "" if nothing is. */
static void entries_judge(const struct setup_state *s, int64_t *step_r, struct err *wrong)
{
    const char *password = request_form_text(s->x->request, "password");

    *wrong = (struct err){ 0 };
    *step_r = totp_step_of(s->secret, request_form_text(s->x->request, "digits"),
                           clock_now_us(s->x->console->clock));
    if (!password_may_be(password, s->ticket.name, s->x->console->practice, wrong))
        return;
    if (strcmp(password, request_form_text(s->x->request, "again")) != 0)
        (void)err_set(wrong, ERR_USAGE, 0, "the two passwords are not the same");
    else if (!*step_r)
        (void)err_set(wrong, ERR_USAGE, 0,
                      "this is not the code that belongs to the picture now: let the app show the "
                      "next one, and look whether the telephone's clock is right");
}

/* The link is used up in the same transaction in which the account becomes the user's. */
static bool setup_commit(struct setup_state *s, const char *hash, const char *spare, int64_t step,
                         struct err *err)
{
    struct console *console = s->x->console;
    int64_t now_us = clock_now_us(console->clock);
    struct account_setup setup = { s->ticket.account,       hash, spare, s->ticket.sealed,
                                   sizeof s->ticket.sealed, step };
    auto_lent lent = { 0 };
    auto_tx tx = { 0 };
    bool used;

    if (!console_db_borrow(console->db, &lent, err) || !sql_begin(lent.sql, &tx, err)
        || !ticket_use(lent.sql, request_param(s->x->request, "code"), now_us, &used, err))
        return false;
    if (!used)
        return refuse(s->x, PROBLEM_NOT_THERE, "this link was used meanwhile");
    return account_set_up(lent.sql, &setup, err) && sql_commit(&tx, err);
}

static bool spares_show(struct setup_state *s, char spares[TOTP_SPARES][TOTP_SPARE_SIZE],
                        struct err *err)
{
    auto_frame frame = { 0 };
    const char *rest;

    frame_begin(&frame, s->x, "Your account is set up", TAB_NONE);
    rest = page_fill(frame.page, console_setup_done, PAGE_ROWS("codes"));
    for (size_t i = 0; i < TOTP_SPARES; i++)
        (void)page_fill(frame.page, console_setup_code, PAGE_TEXT("text", spares[i]));
    page_add(frame.page, rest);
    return frame_end(&frame, err);
}

bool setup_answer(struct exchange *x, struct err *err)
{
    struct setup_state s = { .x = x };
    char hash[PASSWORD_HASH_SIZE], spares[TOTP_SPARES][TOTP_SPARE_SIZE];
    auto_str hashes = STR_MAX(ACCOUNT_SPARE_SIZE);
    struct err wrong;
    int64_t step;

    if (!ticket_read(&s, err))
        return false;
    entries_judge(&s, &step, &wrong);
    if (wrong.kind != ERR_NONE) {
        x->answer.status = 400;
        return setup_show(&s, wrong.msg, err);
    }
    if (password_hash(request_form_text(x->request, "password"), hash) == PASSWORD_BUSY)
        return refuse(x, PROBLEM_BUSY, "%s", "");
    totp_spares_make(spares, &hashes);
    return view_of(x,
                   (struct view_entry){ .what = VIEW_USER,
                                        .account = s.ticket.account,
                                        .outcome = "asked",
                                        .detail = "set up by a link" },
                   err)
           && setup_commit(&s, hash, str_text(&hashes), step, err)
           && session_end_all(x->console, s.ticket.account, 0, "set up anew", err)
           && session_open(x, s.ticket.account, err) && spares_show(&s, spares, err);
}
