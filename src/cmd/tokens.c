/* `fmferry tokens`: which programs may ask the console. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/num.h"
#include "base/time.h"
#include "console/users.h"

struct tokens_options {
    const char *name, *rights, *from, *number;
    int days;
};

static struct users_place place_of(const struct work *work)
{
    return (struct users_place){ .settings = &work->settings.console,
                                 .ledger_url = work->settings.engine.ledger_url,
                                 .cancel = work->cancel };
}

static int add_body(struct work *work, struct err *err)
{
    const struct tokens_options *o = work->options;
    struct users_place place = place_of(work);
    struct token_wish wish = {
        .name = o->name, .rights = o->rights, .addresses = o->from ? o->from : "", .days = o->days
    };
    struct token_made made;
    char until[TIME_TEXT_SIZE];

    if (!users_token_add(&place, &wish, &made, err))
        return -1;
    print("Token %jd for %s, with the rights: %s. It is good until %s, and shown only now:\n"
          "  %s\n"
          "The program sends it in the header 'Authorization: Bearer ...'.\n",
          (intmax_t)made.token, o->name, made.rights, time_rfc3339(made.until_us, until),
          made.text);
    explicit_bzero(made.text, sizeof made.text);
    return EXIT_DONE;
}

static bool number_read(const char *text, int64_t *token_r, struct err *err)
{
    struct err wrong;

    return num_i64(span_of(text), 1, INT64_MAX, token_r, &wrong)
           || err_set(err, ERR_USAGE, 0, "a token's number: %s ('fmferry tokens list' has them)",
                      wrong.msg);
}

static int end_body(struct work *work, struct err *err)
{
    const struct tokens_options *o = work->options;
    struct users_place place = place_of(work);
    int64_t token;

    if (!number_read(o->number, &token, err) || !users_token_end(&place, token, err))
        return -1;
    print("Token %jd opens nothing any more\n", (intmax_t)token);
    return EXIT_DONE;
}

static bool token_print(void *arg, const struct token_seen *seen)
{
    char until[TIME_TEXT_SIZE];
    size_t *count = arg;

    (*count)++;
    print("%4jd %-20.*s %-8s until %s  %.*s%s%.*s\n", (intmax_t)seen->token, SPAN_ARGS(seen->name),
          token_state(seen, time_now_us()), time_rfc3339(seen->until_us, until),
          SPAN_ARGS(seen->rights), seen->addresses.size ? "  from " : "",
          SPAN_ARGS(seen->addresses));
    return true;
}

static int list_body(struct work *work, struct err *err)
{
    struct users_place place = place_of(work);
    size_t count = 0;

    if (!users_tokens_each(&place, token_print, &count, err))
        return -1;
    if (!count)
        print("no program has a token: fmferry tokens add NAME --rights run\n");
    return EXIT_DONE;
}

#define TOKENS_COMMAND(verb)                                                                       \
    static int verb##_command(const struct cli_globals *globals, const void *arg, struct err *err) \
    {                                                                                              \
        return work_do(globals, WORK_SIGNALS, arg, verb##_body, err);                              \
    }
TOKENS_COMMAND(add)
TOKENS_COMMAND(end)
TOKENS_COMMAND(list)

static const struct opt add_opts[] = {
    OPT_PLACE(struct tokens_options, name, "NAME", true, "the program's name: a-z 0-9 . _ -"),
    OPT_NEED(struct tokens_options, rights, "rights", 0, "RIGHTS",
             "one or more of find, download, review, run, failures,\n"
             "retry, waive, views, with commas between (docs/access.md)"),
    OPT_TEXT(struct tokens_options, from, "from", 0, "ADDRESSES",
             "the numeric addresses from which it is good; without:\n"
             "from everywhere"),
    OPT_INT(struct tokens_options, days, "days", 0, "N", 1, TOKEN_DAYS_MOST, "how long it is good"),
    OPT_END,
};
static const struct opt end_opts[] = {
    OPT_PLACE(struct tokens_options, number, "NUMBER", true, "the token's number in the list"),
    OPT_END,
};
static const struct opt list_opts[] = { OPT_END };
static const struct tokens_options tokens_defaults = { .days = TOKEN_DAYS_USUAL };

const struct cmd cmd_tokens_add = {
    "tokens add",
    "Give a program a token for the console",
    "Prints it once; the database has its hash alone. A token has rights of its own, and an end.",
    add_opts,
    &tokens_defaults,
    sizeof tokens_defaults,
    add_command,
    .examples = {
        { "fmferry tokens add monitor --rights run", "for 90 days, from everywhere" },
        { "fmferry tokens add nexus --rights find,download --from 192.0.2.7 --days 365",
          "from one machine, for a year" },
    },
};

const struct cmd cmd_tokens_list = {
    "tokens list",
    "List the tokens of programs",
    "Shows number, name, state, end, rights and addresses of the newest 200.",
    list_opts,
    &tokens_defaults,
    sizeof tokens_defaults,
    list_command,
    .examples = { { "fmferry tokens list", "the newest first" } },
};

const struct cmd cmd_tokens_end = {
    "tokens end",
    "End a token",
    "The program that has it is refused from the next request on.",
    end_opts,
    &tokens_defaults,
    sizeof tokens_defaults,
    end_command,
    .examples = { { "fmferry tokens end 3", "at once" } },
};
