/* `fmferry users`: who may open the console. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "console/users.h"

struct users_options {
    const char *name, *shown, *role;
};

static struct users_place place_of(const struct work *work)
{
    return (struct users_place){ .settings = &work->settings.console,
                                 .ledger_url = work->settings.engine.ledger_url,
                                 .cancel = work->cancel };
}

static void link_print(const char *name, const char *url)
{
    print("Give this link to %s by a way that nobody else reads. It is good once, for an hour,\n"
          "while 'fmferry serve' is open:\n"
          "  %s\n",
          name, url);
}

static int add_body(struct work *work, struct err *err)
{
    const struct users_options *o = work->options;
    struct users_place place = place_of(work);
    char url[USERS_URL_SIZE];
    unsigned roles;

    if (!roles_read(span_of(o->role), &roles, err)
        || !users_add(&place, o->name, o->shown ? o->shown : "", roles, url, err))
        return -1;
    link_print(o->name, url);
    return EXIT_DONE;
}

static int link_body(struct work *work, struct err *err)
{
    const struct users_options *o = work->options;
    struct users_place place = place_of(work);
    char url[USERS_URL_SIZE];

    if (!users_link(&place, o->name, url, err))
        return -1;
    link_print(o->name, url);
    return EXIT_DONE;
}

static int role_body(struct work *work, struct err *err)
{
    const struct users_options *o = work->options;
    struct users_place place = place_of(work);
    char text[ROLES_TEXT_SIZE];
    unsigned roles;

    if (!roles_read(span_of(o->role), &roles, err) || !users_roles(&place, o->name, roles, err))
        return -1;
    print("%s has the roles: %s\n", o->name, roles_text(roles, text));
    return EXIT_DONE;
}

static int shut_to(struct work *work, bool shut, struct err *err)
{
    const struct users_options *o = work->options;
    struct users_place place = place_of(work);

    if (!users_shut(&place, o->name, shut, err))
        return -1;
    print(shut ? "%s cannot log in any more, and is logged out\n" : "%s can log in again\n",
          o->name);
    return EXIT_DONE;
}

static int shut_body(struct work *work, struct err *err)
{
    return shut_to(work, true, err);
}

static int open_body(struct work *work, struct err *err)
{
    return shut_to(work, false, err);
}

static bool user_print(void *arg, const struct account *account)
{
    char roles[ROLES_TEXT_SIZE];
    size_t *count = arg;

    (*count)++;
    print("%-20s %-24s %-32s %s\n", account->name, account->shown,
          roles_text(account->roles, roles),
          account->is_disabled ? "shut"
          : *account->password ? "open"
                               : "not set up yet");
    return true;
}

static int list_body(struct work *work, struct err *err)
{
    struct users_place place = place_of(work);
    size_t count = 0;

    if (!users_each(&place, user_print, &count, err))
        return -1;
    if (!count)
        print("nobody has an account yet: fmferry users add NAME --role admin\n");
    return EXIT_DONE;
}

#define USERS_COMMAND(verb)                                                                        \
    static int verb##_command(const struct cli_globals *globals, const void *arg, struct err *err) \
    {                                                                                              \
        return work_do(globals, WORK_SIGNALS, arg, verb##_body, err);                              \
    }
USERS_COMMAND(add)
USERS_COMMAND(link)
USERS_COMMAND(role)
USERS_COMMAND(shut)
USERS_COMMAND(open)
USERS_COMMAND(list)

#define OPT_USER                                                                                   \
    OPT_PLACE(struct users_options, name, "NAME", true, "the user's name, as it is typed")
#define OPT_ROLE                                                                                   \
    OPT_NEED(struct users_options, role, "role", 0, "ROLES",                                       \
             "one or more of staff, records, operator, owner, auditor,\n"                          \
             "admin, with commas between (docs/access.md)")

static const struct opt add_opts[] = {
    OPT_USER,
    OPT_ROLE,
    OPT_TEXT(struct users_options, shown, "shown", 0, "TEXT", "the name as people read it: K. Ito"),
    OPT_END,
};
static const struct opt role_opts[] = { OPT_USER, OPT_ROLE, OPT_END };
static const struct opt user_opts[] = { OPT_USER, OPT_END };
static const struct opt list_opts[] = { OPT_END };
static const struct users_options users_defaults = { 0 };

const struct cmd cmd_users_add = {
    "users add",
    "Give somebody an account of the console",
    "Prints a link with which its owner chooses a password and a second factor. Nobody else\n"
    "ever knows either.",
    add_opts,
    &users_defaults,
    sizeof users_defaults,
    add_command,
    .examples = {
        { "fmferry users add kim --role admin", "the first one, who adds the others" },
        { "fmferry users add ito --role staff,records --shown 'K. Ito'", "two roles" },
    },
};

const struct cmd cmd_users_list = {
    "users list",
    "List who has an account",
    "Shows name, roles and state of each.",
    list_opts,
    &users_defaults,
    sizeof users_defaults,
    list_command,
    .examples = { { "fmferry users list", "everybody" } },
};

const struct cmd cmd_users_link = {
    "users link",
    "Make a new link to choose password and second factor",
    "For somebody who forgot the password or lost the telephone. Until the link is used, the\n"
    "password until now stays good.",
    user_opts,
    &users_defaults,
    sizeof users_defaults,
    link_command,
    .examples = { { "fmferry users link kim", "prints the link" } },
};

const struct cmd cmd_users_role = {
    "users role",
    "Give somebody other roles",
    "They count at once, also for who is logged in. What each may do stands in docs/access.md.",
    role_opts,
    &users_defaults,
    sizeof users_defaults,
    role_command,
    .examples = { { "fmferry users role kim --role owner,auditor", "these, and no others" } },
};

const struct cmd cmd_users_shut = {
    "users shut",
    "Shut an account",
    "Its owner is logged out at once and cannot log in. What the account did stays noted.",
    user_opts,
    &users_defaults,
    sizeof users_defaults,
    shut_command,
    .examples = { { "fmferry users shut kim", "at once" } },
};

const struct cmd cmd_users_open = {
    "users open",
    "Open a shut account again",
    "Password and second factor are those of before.",
    user_opts,
    &users_defaults,
    sizeof users_defaults,
    open_command,
    .examples = { { "fmferry users open kim", "may log in again" } },
};
