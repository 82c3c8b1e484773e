/* `fmferry serve`: the console, a web server for those who watch, settle and look up. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "console/serve.h"

struct serve_options {
    const char *address;
};

static void console_tell(void *arg, const char *url, const char *hash)
{
    (void)arg;
    if (hash)
        print("A certificate was made; browsers ask once whether to trust it. Its SHA-256:\n"
              "  %s\n",
              hash);
    print("The console is open at %s\n"
          "Ctrl-C ends it.\n",
          url);
    (void)fflush(stdout);
}

static int serve_body(struct work *work, struct err *err)
{
    const struct serve_options *o = work->options;
    struct settings *settings = &work->settings;
    struct console_task task = { .settings = &settings->console,
                                 .engine = &settings->engine,
                                 .status = &settings->status,
                                 .practice = settings->practice,
                                 .cancel = work->cancel };

    if (o->address)
        settings->console.address = o->address;
    return console_serve(&task, console_tell, NULL, err) ? EXIT_DONE : -1;
}

static int serve_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, WORK_SIGNALS, arg, serve_body, err);
}

static const struct opt serve_opts[] = {
    OPT_TEXT(struct serve_options, address, "address", 0, "ADDRESS:PORT",
             "instead of [console] address; port 0: any"),
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
    },
};
