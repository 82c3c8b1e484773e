/* Logging in and out, and proving it again. */
#include "console/people/login.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/people/session.h"
#include "console/server/throttle.h"
#include "console/views/view_log.h"

/*
 * Where to go afterwards: a path of ours, never another site. "//host" and "/\host" would be one to a
 * browser.
 */
static const char *way_back(const char *to)
{
    if (!to || to[0] != '/' || to[1] == '/' || to[1] == '\\')
        return "/";
    for (const char *at = to; *at; at++)
        if (*at <= ' ' || *at >= 0x7f)
            return "/";
    return to;
}

/* --- logging in ------------------------------------------------------------------------------- */

static bool login_show(struct exchange *x, const char *sentence, const char *name, const char *to,
                       struct err *err)
{
    auto_frame frame = { 0 };

    frame_begin(&frame, x, "Log in", TAB_NONE);
    (void)page_fill(frame.page, console_login_page, PAGE_TEXT("sentence", sentence),
                    PAGE_WHEN("said", *sentence, console_login_said), PAGE_TEXT("to", to),
                    PAGE_TEXT("name", name));
    return frame_end(&frame, err);
}

bool login_page_answer(struct exchange *x, struct err *err)
{
    return login_show(x, "", "", way_back(request_query(x->request, "to")), err);
}

static bool login_refuse(struct exchange *x, unsigned wait, const char *to, struct err *err)
{
    char sentence[128] = "User name, password and code do not fit together. Try again.";

    x->answer.status = 401;
    if (wait) {
        x->answer.status = 429;
        answer_header(&x->answer, "Retry-After", "%u", wait);
        (void)snprintf(sentence, sizeof sentence,
                       "Too many tries. The next one is possible in %u seconds.", wait);
    }
    return login_show(x, sentence, request_form_text(x->request, "name"), to, err);
}

/* A name that nobody has is not noted: it may be a password, typed into the wrong box. */
static bool login_note(struct exchange *x, int64_t account, bool is_right, struct err *err)
{
    return view_of(x,
                   (struct view_entry){ .what = VIEW_LOGIN,
                                        .account = account,
                                        .outcome = is_right ? "ok" : "refused" },
                   err);
}

bool login_answer(struct exchange *x, struct err *err)
{
    const char *to = way_back(request_form(x->request, "to"));
    struct login_try try = { request_form_text(x->request, "name"),
                             request_form_text(x->request, "password"),
                             request_form_text(x->request, "code") };
    enum login_answer answer;
    struct account account;
    unsigned wait = throttle_take(x->console->logins, request_address(x->request),
                                  clock_mono_us(x->console->clock));

    if (wait)
        return login_refuse(x, wait, to, err);
    if (!login_judge(x->console, &try, &answer, &account, &wait, err))
        return false;
    if (answer != LOGIN_WAIT && !login_note(x, account.account, answer == LOGIN_RIGHT, err))
        return false;
    if (answer != LOGIN_RIGHT)
        return login_refuse(x, wait, to, err);
    if (!session_open(x, account.account, err))
        return false;
    if (account.tries > 0 && strcmp(to, "/") == 0)
        to = "/self?tries=1";
    answer_go_to(&x->answer, to);
    return true;
}

/* --- logging out ------------------------------------------------------------------------------ */

bool logout_answer(struct exchange *x, struct err *err)
{
    if (!view_of(x, (struct view_entry){ .what = VIEW_LOGOUT }, err)
        || !session_end(x->console, x->who.session, "logout", err))
        return false;
    session_cookie(&x->answer, NULL);
    answer_header(&x->answer, "Clear-Site-Data", "\"*\"");
    answer_go_to(&x->answer, "/bye");
    return true;
}

bool bye_answer(struct exchange *x, struct err *err)
{
    auto_frame frame = { 0 };

    frame_begin(&frame, x, "Goodbye", TAB_NONE);
    page_add(frame.page, console_login_bye);
    return frame_end(&frame, err);
}

/* --- proving it again ------------------------------------------------------------------------- */

static bool prove_show(struct exchange *x, const char *sentence, const char *to, struct err *err)
{
    auto_frame frame = { 0 };
    const char *rest;

    frame_begin(&frame, x, "Is it you?", TAB_NONE);
    rest = page_fill(frame.page, console_login_prove, PAGE_TEXT("sentence", sentence),
                     PAGE_WHEN("said", *sentence, console_login_said), PAGE_ROWS("form"));
    frame_form(&frame, "/prove");
    (void)page_fill(frame.page, rest, PAGE_TEXT("to", to));
    return frame_end(&frame, err);
}

bool prove_page_answer(struct exchange *x, struct err *err)
{
    return prove_show(x, "", way_back(request_query(x->request, "to")), err);
}

bool prove_answer(struct exchange *x, struct err *err)
{
    const char *to = way_back(request_form(x->request, "to"));
    struct login_try try = { x->who.login, request_form_text(x->request, "password"),
                             request_form_text(x->request, "code") };
    enum login_answer answer;
    struct account account;
    unsigned wait;

    if (!login_judge(x->console, &try, &answer, &account, &wait, err))
        return false;
    if (answer != LOGIN_RIGHT) {
        x->answer.status = wait ? 429 : 403;
        return prove_show(
            x, wait ? "Too many tries. Wait a little." : "Password and code do not fit together.",
            to, err);
    }
    if (!session_prove(x->console, x->who.session, err))
        return false;
    answer_go_to(&x->answer, to);
    return true;
}
