/* `fmferry login`: signs in by Claris ID, once, so that runs need nobody. */
#include "cmd/ask.h"
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/time.h"
#include "claris/claris.h"
#include "filemaker/filemaker.h"

#define DAY_US (INT64_C(86400) * TIME_SECOND)

struct login_options {
    const char *account;
};

/* A Claris ID is a mail address; [source] account may still be a FileMaker Server's. */
static bool account_ask(const struct work *work, char **account_r, struct err *err)
{
    const struct login_options *o = work->options;
    const char *known = work->settings.engine.filemaker.account;
    auto_free char *account = NULL;

    if (o->account)
        account = mem_text(o->account);
    else if (!ask_line(work->cancel, "Claris ID (its mail address)",
                       strchr(known, '@') ? known : NULL, &account, err))
        return false;
    if (!strchr(account, '@'))
        return err_set(err, ERR_USAGE, 0, "a Claris ID is a mail address: '%.64s' is none",
                       account);
    *account_r = take(account);
    return true;
}

static bool code_ask(void *arg, bool by_app, struct span to, struct secret **code_r,
                     struct err *err)
{
    const struct work *work = arg;

    if (by_app)
        print("  Claris wants a code: the one that your authenticator app shows.\n");
    else
        print("  Claris has sent a code to " SPAN_FORMAT ".\n",
              SPAN_ARGS(to.size ? to : span_of("your phone")));
    return ask_secret(work->cancel, "Code (not shown)", code_r, err);
}

static bool password_ask(const struct work *work, struct secret **password_r, struct err *err)
{
    if (!ask_secret(work->cancel, "Password (not shown, kept nowhere)", password_r, err))
        return false;
    return *password_r
           || err_set(err, ERR_CANCELED, 0, "no password was given: nobody is signed in");
}

static void kept_say(const char *file)
{
    char until[TIME_TEXT_SIZE];

    print("Signed in. What runs need of it is in %s, which opens every file that this Claris ID\n"
          "may open: guard it like a password. It is good until %.10s or so; 'fmferry check' says "
          "how\n"
          "long, and tries it.\n",
          file, time_rfc3339(time_now_us() + CLARIS_DAYS * DAY_US, until));
}

static int login_body(struct work *work, struct err *err)
{
    const struct claris_settings *claris = &work->settings.claris;
    struct claris_asking asking = { .arg = work, .code = code_ask };
    auto_free char *account = NULL;
    auto_secret *password = NULL;

    if (work->settings.engine.filemaker.login != FILEMAKER_BY_CLARIS)
        return err_set(err, ERR_USAGE, 0,
                       "only FileMaker Cloud wants this command: [source] login = claris says that "
                       "documents come from there")
               - 1;
    if (!account_ask(work, &account, err) || !password_ask(work, &password, err)
        || !claris_sign_in(claris, work->cancel, account, password, &asking, err))
        return -1;
    kept_say(claris->token_file);
    return EXIT_DONE;
}

static int login_command(const struct cli_globals *globals, const void *options, struct err *err)
{
    return work_do(globals, WORK_SIGNALS | WORK_SIGN_IN, options, login_body, err);
}

static const struct opt login_opts[] = {
    OPT_TEXT(struct login_options, account, "account", 0, "MAIL",
             "the Claris ID; without: it is asked for"),
    OPT_END,
};
static const struct login_options login_defaults = { .account = NULL };

const struct cmd cmd_login = {
    "login",
    "Sign in to FileMaker Cloud, once for all runs",
    "For [source] login = claris. Asks for Claris ID and password, and for a code if the account\n"
    "wants one; nothing of them is kept, nor seen by anybody but Claris. What is kept is a token,\n"
    "in [source] claris_token_file, which only you can read. With it all commands open FileMaker\n"
    "Cloud for a year, by night, too, without a code. A new password ends it: sign in again then.\n"
    "An account that signs in by Google, Microsoft or a company's own provider cannot be used\n"
    "(docs/cloud.md).",
    login_opts,
    &login_defaults,
    sizeof login_defaults,
    login_command,
    .examples = {
        { "fmferry login", "asks for everything" },
        { "fmferry login --account scans@clinic.example", "asks for the password" },
    },
};
