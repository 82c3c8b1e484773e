/* `fmferry serve`: the console, a web server for those who watch, settle and look up. */
#include "cmd/commands.h"
#include "cmd/reported.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/service.h"
#include "console/demo.h"
#include "console/serve.h"

struct serve_options {
    const char *address;
    bool demo;
};

enum { HASH_LINE = 3 * 16 }; /* half a SHA-256: a terminal is 80 wide */

static void console_tell(void *arg, const char *url, const char *hash)
{
    service_ready(arg, url);
    service_alive(arg);
    if (hash)
        print("A certificate was made; browsers ask once whether to trust it. Its SHA-256:\n"
              "  %.*s\n"
              "  %s\n",
              HASH_LINE - 1, hash, hash + HASH_LINE);
    print("The console is open at %s\n"
          "Ctrl-C ends it.\n",
          url);
    (void)fflush(stdout);
}

static void console_lives(void *arg)
{
    service_alive(arg);
}

/* --- the demonstration ------------------------------------------------------------------------ */

static void user_tell(void *arg, const struct demo_user *user)
{
    (void)arg;
    print("  %-14s %s\n                ", user->name, user->password);
    for (size_t i = 0; i < DEMO_CODES; i++)
        print(" %s", user->codes[i]);
    print("\n");
}

/* Passwords stand on the terminal alone: in no argument, no log, no file. */
static bool demo_open(const struct work *work, struct err *err)
{
    const struct settings *settings = &work->settings;
    struct users_place place = { &settings->console, settings->engine.ledger_url, work->cancel };
    struct demo_source source = { .url = settings->engine.filemaker.url,
                                  .ca_file = settings->engine.filemaker.ca_file,
                                  .registry_url = settings->engine.registry.url };

    if (!demo_check(&place, &source, err))
        return false;
    print("The demonstration's users, until the next start: name and password, below them\n"
          "%d codes, each good once. docs/access.md says who may do what.\n",
          DEMO_CODES);
    return demo_users_make(&place, user_tell, NULL, err);
}

/* --- the report ------------------------------------------------------------------------------- */

/* Any thread: the settings do not change any more. */
static bool report_give(void *arg, struct ledger *ledger, FILE *to, struct err *err)
{
    return reported_html(arg, ledger, to, err);
}

/* --- the command ------------------------------------------------------------------------------ */

static int serve_body(struct work *work, struct err *err)
{
    const struct serve_options *o = work->options;
    struct settings *settings = &work->settings;
    struct service *service = service_new();
    struct console_task task = { .settings = &settings->console,
                                 .engine = &settings->engine,
                                 .status = &settings->status,
                                 .practice = settings->practice,
                                 .report = report_give,
                                 .report_arg = settings,
                                 .alive = console_lives,
                                 .alive_arg = service,
                                 .cancel = work->cancel };
    bool done;

    if (o->address)
        settings->console.address = o->address;
    done = (!o->demo || demo_open(work, err)) && console_serve(&task, console_tell, service, err);
    service_stopping(service);
    service_free(service);
    return done ? EXIT_DONE : -1;
}

static int serve_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, WORK_SIGNALS | WORK_STORE | WORK_TRAITS, arg, serve_body, err);
}

static const struct opt serve_opts[] = {
    OPT_TEXT(struct serve_options, address, "address", 0, "ADDRESS:PORT",
             "instead of [console] address; port 0: any"),
    OPT_FLAG(struct serve_options, demo, "demo", 0,
             "with a user for each role, whose passwords it prints: for\n"
             "what 'make demo' left, and for nothing else"),
    OPT_END,
};

static const struct serve_options serve_defaults = { 0 };

const struct cmd cmd_serve = {
    "serve",
    "Open the console: watch, settle, look up",
    "A web server for the people of the practice: who runs the migration watches it and settles\n"
    "failures, the owner sees whether all is there, the staff find and see documents. Always\n"
    "under TLS, for people with an account ('fmferry users add'). It needs no FileMaker and\n"
    "holds no run up. Ends with Ctrl-C.",
    serve_opts,
    &serve_defaults,
    sizeof serve_defaults,
    serve_command,
    .heading = "Open the console",
    .examples = {
        { "fmferry serve", "at [console] address" },
        { "fmferry serve --address 127.0.0.1:0", "at any port that is free; it says which" },
        { "fmferry serve --demo", "in the folder demo/, to try what each role sees" },
    },
};
