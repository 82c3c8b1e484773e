/* One's own account: roles, sessions, password. */
#include "base/num.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/people/login.h"
#include "console/people/password.h"
#include "console/people/session.h"
#include "console/views/view_log.h"

static void session_row(void *arg, const struct session_seen *seen)
{
    struct frame *frame = arg;
    bool is_here = seen->session == frame->x->who.session;
    const char *rest;

    rest = page_fill(frame->page, console_self_session, PAGE_STAMP("begun", seen->begun_us),
                     PAGE_STAMP("seen", seen->seen_us), PAGE_TEXT("address", seen->address),
                     PAGE_TEXT("agent", seen->agent), PAGE_ROWS("end"));
    if (is_here) {
        page_add(frame->page, console_self_here);
    } else {
        const char *end = page_fill(frame->page, console_self_end, PAGE_ROWS("form"));

        frame_form(frame, "/self/session");
        (void)page_fill(frame->page, end, PAGE_ID("session", seen->session));
    }
    page_add(frame->page, rest);
}

/* `said` is a problem or a success, as a template of self.html. */
static bool self_show(struct exchange *x, const char *said, const char *sentence, struct err *err)
{
    char roles[ROLES_TEXT_SIZE];
    auto_frame frame = { 0 };
    const char *rest;

    frame_begin(&frame, x, "Your account", TAB_SELF);
    rest = page_fill(frame.page, console_self_top, PAGE_TEXT("sentence", sentence),
                     PAGE_PART("said", said), PAGE_TEXT("login", x->who.login),
                     PAGE_TEXT("roles", roles_text(x->who.roles, roles)), PAGE_ROWS("rows"));
    if (!session_each(x->console, x->who.account, session_row, &frame, err))
        return false;
    rest = page_fill(frame.page, rest, PAGE_ROWS("form"));
    frame_form(&frame, "/self/password");
    page_add(frame.page, rest);
    return frame_end(&frame, err);
}

bool self_answer(struct exchange *x, struct err *err)
{
    if (!x->who.account)
        return refuse(x, PROBLEM_NOT_THERE, "a token has no account");
    if (request_query(x->request, "tries"))
        return self_show(x, console_self_problem,
                         "Since your last login somebody tried to log in with your name and was "
                         "refused. If that was not you, tell whoever runs this server.",
                         err);
    return self_show(x, "", "", err);
}

/* --- the password ----------------------------------------------------------------------------- */

static bool password_keep(struct exchange *x, const char *hash, struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(x->console->db, &lent, err)
           && account_password_set(lent.sql, x->who.account, hash, err);
}

static bool password_change(struct exchange *x, struct err *err)
{
    char hash[PASSWORD_HASH_SIZE];

    if (password_hash(request_form_text(x->request, "password"), hash) == PASSWORD_BUSY)
        return refuse(x, PROBLEM_BUSY, "%s", "");
    return password_keep(x, hash, err)
           && session_end_all(x->console, x->who.account, x->who.session, "password", err)
           && self_show(x, console_self_done,
                        "The password was changed, and your other sessions have ended.", err);
}

static bool self_refuse(struct exchange *x, int status, const char *sentence, struct err *err)
{
    x->answer.status = status;
    return self_show(x, console_self_problem, sentence, err);
}

bool self_password_answer(struct exchange *x, struct err *err)
{
    struct login_try try = { x->who.login, request_form_text(x->request, "old"),
                             request_form_text(x->request, "code") };
    const char *password = request_form_text(x->request, "password");
    enum login_answer answer;
    struct account account;
    struct err wrong = { 0 };
    unsigned wait;

    if (!password_may_be(password, x->who.login, x->console->practice, &wrong))
        return self_refuse(x, 400, wrong.msg, err);
    if (strcmp(password, request_form_text(x->request, "again")) != 0)
        return self_refuse(x, 400, "The two new passwords are not the same.", err);
    if (!login_judge(x->console, &try, &answer, &account, &wait, err))
        return false;
    if (answer != LOGIN_RIGHT)
        return self_refuse(x, wait ? 429 : 403,
                           wait ? "Too many tries. Wait a little."
                                : "The password until now and the code do not fit together.",
                           err);
    return view_of(
               x,
               (struct view_entry){ .what = VIEW_USER, .outcome = "asked", .detail = "password" },
               err)
           && password_change(x, err);
}

bool self_session_answer(struct exchange *x, struct err *err)
{
    int64_t session;

    if (!num_i64(span_of(request_form_text(x->request, "session")), 1, INT64_MAX, &session, err))
        return err_ctx(err, "session");
    if (!session_end_own(x->console, session, x->who.account, err))
        return false;
    answer_go_to(&x->answer, "/self");
    return true;
}
