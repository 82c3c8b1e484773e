/* `fmferry views`: checks and hands out what the console noted. */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/time.h"
#include "console/serve.h"
#include "console/views/view_check.h"
#include "console/views/view_list.h"
#include "json/writer.h"

#include <stdio.h>

struct views_options {
    const char *from, *to;
    bool csv;
};

static bool database_open(struct work *work, struct sql **sql_r, struct err *err)
{
    auto_free char *url =
        console_database(&work->settings.console, work->settings.engine.ledger_url);

    return sql_open_reader(url, work->cancel, sql_r, err)
           || err_ctx(err, "the console's database, which 'fmferry serve' makes");
}

/* --- check ------------------------------------------------------------------------------------ */

static int checked_say(const struct view_checked *c)
{
    if (c->is_unbroken) {
        print("the view log is unbroken; starts of the console: %jd, entries: %jd, seals: %jd\n",
              (intmax_t)c->watches, (intmax_t)c->entries, (intmax_t)c->seals);
        return EXIT_DONE;
    }
    print(
        "the view log is broken at entry %jd of start %jd: %s\n"
        "%jd entries before it are as they were written. Compare the rest with a backup, and the\n"
        "hashes with the lines 'view log sealed' of the console's log\n",
        (intmax_t)c->seq, (intmax_t)c->watch, c->why, (intmax_t)c->entries);
    return EXIT_LEFT;
}

static int check_body(struct work *work, struct err *err)
{
    struct view_checked checked;
    auto_sql *sql = NULL;

    if (!database_open(work, &sql, err) || !view_check(sql, &checked, err))
        return -1;
    return checked_say(&checked);
}

static int check_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, WORK_SIGNALS, arg, check_body, err);
}

/* --- export ----------------------------------------------------------------------------------- */

static void entry_json(struct str *to, const struct view_seen *seen)
{
    const struct view_columns *c = &seen->columns;
    struct json_writer w = JSON_WRITER(to);
    char at[TIME_TEXT_SIZE];
    auto_str hash = STR_MAX(KIB(1));

    hex_add(&hash, seen->hash.at, seen->hash.size);
    json_open_object(&w);
    json_member_i64(&w, "watch", c->watch);
    json_member_i64(&w, "seq", c->seq);
    json_member_text(&w, "at", time_rfc3339(c->at_us, at));
    json_member_i64(&w, "account", c->account);
    json_member_span(&w, "who", seen->who);
    json_member_i64(&w, "token", c->token);
    json_member_i64(&w, "session", c->session);
    json_member_span(&w, "address", c->address);
    json_member_span(&w, "what", c->what);
    json_member_span(&w, "outcome", c->outcome);
    json_member_span(&w, "row", c->row);
    json_member_span(&w, "patient", c->patient);
    json_member_i64(&w, "document", c->document);
    json_member_span(&w, "detail", c->detail);
    json_member_text(&w, "hash", str_text(&hash));
    json_close_object(&w);
    str_add_char(to, '\n');
}

static bool entry_print(void *arg, const struct view_seen *seen)
{
    const struct views_options *o = arg;
    auto_str line = STR_MAX(MIB(1));

    if (o->csv)
        view_csv_add(&line, seen);
    else
        entry_json(&line, seen);
    print_raw(str_span(&line));
    return true;
}

static int export_body(struct work *work, struct err *err)
{
    struct views_options o = *(const struct views_options *)work->options;
    struct view_choice choice = { 0 };
    auto_sql *sql = NULL;

    if (!view_days_read(o.from, o.to, &choice, err)) {
        err->kind = ERR_USAGE;
        return -1;
    }
    if (!database_open(work, &sql, err))
        return -1;
    if (o.csv)
        print_raw(span_of(view_csv_head()));
    return view_list_export(sql, &choice, entry_print, &o, err) ? EXIT_DONE : -1;
}

static int export_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, WORK_SIGNALS, arg, export_body, err);
}

static const struct opt check_opts[] = { OPT_END };
static const struct opt export_opts[] = {
    OPT_TEXT(struct views_options, from, "from", 0, "DATE", "the first day, as 2026-12-01"),
    OPT_TEXT(struct views_options, to, "to", 0, "DATE", "the last day"),
    OPT_FLAG(struct views_options, csv, "csv", 0,
             "as CSV for a spreadsheet; without it, a line of JSON for each"),
    OPT_END,
};
static const struct views_options views_defaults = { 0 };

const struct cmd cmd_views_check = {
    "views check",
    "Check that nobody altered what the console noted",
    "Everything that is seen in the console is noted before it is shown, each entry tied to\n"
    "the one before by its hash. This computes all hashes again, compares them with the seals,\n"
    "and names the first entry that was altered or taken away; then it exits with 3.",
    check_opts,
    &views_defaults,
    sizeof views_defaults,
    check_command,
    .examples = {
        { "fmferry views check", "also while the console is open" },
    },
};

const struct cmd cmd_views_export = {
    "views export",
    "Write what the console noted: who saw what, and when",
    "Oldest first, with the hashes. Days are those of the practice's time zone.",
    export_opts,
    &views_defaults,
    sizeof views_defaults,
    export_command,
    .examples = {
        { "fmferry views export --csv > views.csv", "everything, for a spreadsheet" },
        { "fmferry views export --from 2026-12-01 --to 2026-12-31", "a month, as lines of JSON" },
    },
};
