/* Accounts, for administrators. */
#include "base/mem.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/people/ticket.h"
#include "console/views/view_log.h"

static const char *role_means(enum role role)
{
    switch (role) {
    case ROLE_STAFF:
        return "finds and sees documents";
    case ROLE_RECORDS:
        return "the same, and decides whose a document is";
    case ROLE_OPERATOR:
        return "watches runs, settles failures; sees no document";
    case ROLE_OWNER:
        return "sees everything, signs";
    case ROLE_AUDITOR:
        return "reads who saw what";
    case ROLE_ADMIN:
        return "adds users; sees no document";
    }
    return "";
}

static void boxes_add(struct frame *frame, unsigned roles)
{
    const char *rest = page_fill(frame->page, console_users_roles, PAGE_ROWS("boxes"));

    for (size_t i = 0; i < ROLES; i++) {
        enum role role = (enum role)(1U << i);

        (void)page_fill(frame->page, console_users_box, PAGE_TEXT("role", role_name(role)),
                        PAGE_TEXT("means", role_means(role)),
                        PAGE_WHEN("checked", (roles & role) != 0, console_users_checked));
    }
    page_add(frame->page, rest);
}

static const char *state_of(const struct account *account)
{
    if (account->is_disabled)
        return "shut";
    return *account->password ? "open" : "not set up yet";
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool user_row(void *arg, const struct account *account)
{
    struct frame *frame = arg;
    auto_str path = STR_MAX(KIB(1));
    char roles[ROLES_TEXT_SIZE];

    request_encode(span_of(account->name), &path);
    (void)page_fill(frame->page, console_users_user, PAGE_TEXT("path", str_text(&path)),
                    PAGE_TEXT("name", account->name), PAGE_TEXT("shown", account->shown),
                    PAGE_TEXT("roles", roles_text(account->roles, roles)),
                    PAGE_TEXT("state", state_of(account)));
    return true;
}

static bool rows_add(struct frame *frame, struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(frame->x->console->db, &lent, err)
           && account_each(lent.sql, user_row, frame, err);
}

bool users_answer(struct exchange *x, struct err *err)
{
    auto_frame frame = { 0 };
    const char *rest;

    frame_begin(&frame, x, "Users", TAB_USERS);
    rest = page_fill(frame.page, console_users_top, PAGE_PART("said", ""), PAGE_ROWS("rows"));
    if (!rows_add(&frame, err))
        return false;
    rest = page_fill(frame.page, rest, PAGE_ROWS("form"));
    frame_form(&frame, "/users");
    rest = page_fill(frame.page, rest, PAGE_ROWS("roles"));
    boxes_add(&frame, ROLE_STAFF);
    page_add(frame.page, rest);
    return frame_end(&frame, err);
}

/* --- one of them ------------------------------------------------------------------------------ */

static bool user_show(struct exchange *x, const struct account *account, const char *url,
                      struct err *err)
{
    auto_frame frame = { 0 };
    auto_str action = STR_MAX(KIB(1));
    const char *rest;

    str_add_text(&action, "/users/");
    request_encode(span_of(account->name), &action);
    frame_begin(&frame, x, account->name, TAB_USERS);
    rest = page_fill(frame.page, console_users_one, PAGE_TEXT("url", url),
                     PAGE_TEXT("name", account->name), PAGE_WHEN("said", *url, console_users_link),
                     PAGE_TEXT("shown", account->shown), PAGE_TEXT("state", state_of(account)),
                     PAGE_STAMP("made", account->made_us), PAGE_ROWS("form"));
    frame_form(&frame, str_text(&action));
    rest = page_fill(frame.page, rest, PAGE_ROWS("roles"));
    boxes_add(&frame, account->roles);
    for (int i = 0; i < 2; i++) {
        rest = page_fill(frame.page, rest, PAGE_ROWS("form"));
        frame_form(&frame, str_text(&action));
    }
    (void)page_fill(frame.page, rest, PAGE_TEXT("shut", account->is_disabled ? "open" : "shut"),
                    PAGE_TEXT("shut_says", account->is_disabled ? "Open the account again"
                                                                : "Shut the account"));
    return frame_end(&frame, err);
}

static bool user_find(struct exchange *x, struct sql *sql, struct account *account_r,
                      struct err *err)
{
    if (!account_find(sql, request_param(x->request, "name"), account_r, err))
        return false;
    return account_r->account || refuse(x, PROBLEM_NOT_THERE, "there is no such user");
}

bool user_answer(struct exchange *x, struct err *err)
{
    struct account account;
    bool found;

    {
        auto_lent lent = { 0 };

        found = console_db_borrow(x->console->db, &lent, err)
                && user_find(x, lent.sql, &account, err);
    }
    return found && user_show(x, &account, "", err);
}

/* --- changes ---------------------------------------------------------------------------------- */

static bool roles_chosen(const struct exchange *x, unsigned *roles_r, struct err *err)
{
    const char *names[REQUEST_FIELDS];
    size_t count = request_form_list(x->request, "role", names);
    auto_str text = STR_MAX(KIB(8));

    for (size_t i = 0; i < count; i++)
        str_printf(&text, "%s ", names[i]);
    return roles_read(str_span(&text), roles_r, err);
}

static void link_write(const struct exchange *x, const char *code, struct str *to)
{
    str_printf(to, "https://" SPAN_FORMAT "/setup/%s",
               SPAN_ARGS(span_first(request_header(x->request, "Host"), 200)), code);
}

/* In a transaction: adds the user and makes the link. */
static bool user_make(struct exchange *x, struct sql *sql, struct account *account_r,
                      char code_r[TICKET_CODE_SIZE], struct err *err)
{
    int64_t now_us = clock_now_us(x->console->clock);
    const char *name = request_form_text(x->request, "name");
    unsigned roles;
    auto_tx tx = { 0 };

    return roles_chosen(x, &roles, err) && sql_begin(sql, &tx, err)
           && account_add(sql, name, request_form_text(x->request, "shown"), roles, now_us, err)
           && account_find(sql, name, account_r, err)
           && ticket_make(sql, account_r->account, x->console->key, now_us, code_r, err)
           && sql_commit(&tx, err);
}

/* Noted before it is done, as all is that changes who may do what. */
static bool change_note(struct exchange *x, const char *what, const char *name, struct err *err)
{
    auto_free char *detail = mem_printf("%s %s", what, name);

    return view_of(
        x, (struct view_entry){ .what = VIEW_USER, .outcome = "asked", .detail = detail }, err);
}

bool user_add_answer(struct exchange *x, struct err *err)
{
    struct account account;
    char code[TICKET_CODE_SIZE];
    auto_str url = STR_MAX(KIB(1));
    bool made;

    if (!change_note(x, "add", request_form_text(x->request, "name"), err))
        return false;
    {
        auto_lent lent = { 0 };

        made = console_db_borrow(x->console->db, &lent, err)
               && user_make(x, lent.sql, &account, code, err);
    }
    if (!made)
        return false;
    link_write(x, code, &url);
    return user_show(x, &account, str_text(&url), err);
}

/* Somebody must stay who can add users. */
static bool admin_stays(struct exchange *x, struct sql *sql, const struct account *account,
                        struct err *err)
{
    int64_t others;

    if (!account_count_of(sql, ROLE_ADMIN, account->account, &others, err))
        return false;
    return others > 0 || refuse(x, PROBLEM_NOT_MET, "there would be no administrator any more");
}

static bool user_change(struct exchange *x, struct sql *sql, struct account *account,
                        char code_r[TICKET_CODE_SIZE], struct err *err)
{
    const char *what = request_form_text(x->request, "do");
    int64_t now_us = clock_now_us(x->console->clock);
    unsigned roles;

    if (strcmp(what, "roles") == 0)
        return roles_chosen(x, &roles, err)
               && (roles & ROLE_ADMIN || !(account->roles & ROLE_ADMIN)
                   || admin_stays(x, sql, account, err))
               && account_roles_set(sql, account->account, roles, err);
    if (strcmp(what, "link") == 0)
        return ticket_make(sql, account->account, x->console->key, now_us, code_r, err);
    if (strcmp(what, "shut") == 0)
        return admin_stays(x, sql, account, err)
               && account_disable(sql, account->account, now_us, now_us, err);
    if (strcmp(what, "open") == 0)
        return account_disable(sql, account->account, 0, now_us, err);
    return err_set(err, ERR_DATA, 0, "'do' is none of roles, link, shut and open");
}

bool user_change_answer(struct exchange *x, struct err *err)
{
    struct account account;
    char code[TICKET_CODE_SIZE] = "";
    auto_str url = STR_MAX(KIB(1));
    bool changed;

    if (!change_note(x, request_form_text(x->request, "do"), request_param(x->request, "name"),
                     err))
        return false;
    {
        auto_lent lent = { 0 };
        auto_tx tx = { 0 };

        changed = console_db_borrow(x->console->db, &lent, err) && sql_begin(lent.sql, &tx, err)
                  && user_find(x, lent.sql, &account, err)
                  && user_change(x, lent.sql, &account, code, err)
                  && user_find(x, lent.sql, &account, err) && sql_commit(&tx, err);
    }
    if (!changed)
        return false;
    if (*code)
        link_write(x, code, &url);
    return user_show(x, &account, str_text(&url), err);
}
