/* `fmferry check`: tries every setting as a run will use it, and says how to mend what fails. */
#include "cmd/checks.h"
#include "cmd/commands.h"
#include "cmd/watch.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "base/num.h"
#include "report/terminal.h"
#include "store/s3/policy.h"
#include "json/writer.h"

enum { HOW_COLUMNS = 6, WHAT_COLUMNS = 22, TEXT_COLUMN = HOW_COLUMNS + WHAT_COLUMNS + 1 };

struct check_options {
    const char *write_test; /* a record's number, or NULL */
    const char *policy, *orphans;
    bool json;
};

/* The request, as the body gets it. */
struct check_request {
    const char *config, *orphans;
    uint64_t record; /* for the write test; 0: none */
    bool json;
};

/* --- the steps ------------------------------------------------------------------------------ */

enum check_step_name {
    STEP_STORE,
    STEP_DATABASES,
    STEP_SERVER,
    STEP_LOGIN,
    STEP_SESSIONS,
    STEP_LAYOUT,
    STEP_HIDDEN,
    STEP_EARLIER,
    STEP_IDS,
    STEP_RECORDS,
    STEP_FINDS,
    STEP_FILTER,
    STEP_FILE,
    STEP_PLACES,
    STEP_MARK,
    STEP_WRITING,
    STEP_TIMES,
    STEP_ROSTER,
    STEP_PATIENTS,
    STEP_PACE,
    STEP_ROOM,
    STEP_SIGNING,
};

#define NONE ((int)-1)

/* The steps in the order in which they are tried; each may need an earlier one. */
static const struct {
    const char *name;
    check_step *try;
    int needs;
    const char *mends; /* named after FAIL instead of the step, if not NULL */
} steps[] = {
    [STEP_STORE] = { "store", check_store, NONE },
    [STEP_DATABASES] = { "ledger and registry", check_databases, NONE, "registry" },
    [STEP_SERVER] = { "FileMaker Server", check_server, NONE },
    [STEP_LOGIN] = { "login", check_login, STEP_SERVER },
    [STEP_SESSIONS] = { "sessions", check_sessions, STEP_LOGIN },
    [STEP_LAYOUT] = { "layout and fields", check_layout, STEP_LOGIN },
    [STEP_HIDDEN] = { "hidden by the layout", check_hidden, STEP_LAYOUT },
    [STEP_EARLIER] = { "earlier runs", check_earlier, STEP_LAYOUT },
    [STEP_IDS] = { "ids", check_ids, STEP_LAYOUT },
    [STEP_RECORDS] = { "records", check_records, STEP_LAYOUT },
    [STEP_FINDS] = { "reading records", check_finds, STEP_RECORDS },
    [STEP_FILTER] = { "filter", check_filter, STEP_RECORDS },
    [STEP_FILE] = { "a file", check_file, STEP_RECORDS },
    [STEP_PLACES] = { "other ways to files", check_places, STEP_LOGIN },
    [STEP_MARK] = { "mark", check_mark, STEP_RECORDS },
    [STEP_WRITING] = { "writing the mark", check_writing, STEP_LAYOUT },
    [STEP_TIMES] = { "dates and times", check_times, STEP_RECORDS },
    [STEP_ROSTER] = { "layout of patients", check_roster, STEP_LOGIN },
    [STEP_PATIENTS] = { "patients", check_patients, STEP_DATABASES },
    [STEP_PACE] = { "pace", check_pace, STEP_RECORDS },
    [STEP_ROOM] = { "room", check_room, STEP_RECORDS },
    [STEP_SIGNING] = { "signing key", check_signing_key, NONE },
};

/* --- telling -------------------------------------------------------------------------------- */

static void step_line_json(struct json_writer *w, const char *how, const char *what,
                           struct span sentence)
{
    json_open_object(w);
    json_member_text(w, "step", what);
    json_member_text(w, "result", how);
    json_member_span(w, "sentence", sentence);
    json_close_object(w);
}

static const char *colour_of(const char *how)
{
    return strcmp(how, "FAIL") == 0 ? "31" : strcmp(how, "ok") == 0 ? "32" : "33";
}

/* The result, the step, and beside them the sentence, folded where the terminal ends. */
static void step_line_text(const char *how, const char *what, const char *sentence)
{
    auto_str line = STR_MAX(KIB(32));
    struct status_form form = watch_form();
    struct terminal screen = { &line, form.colour, form.columns ? (size_t)form.columns : SIZE_MAX };

    terminal_colour(&screen, colour_of(how));
    str_printf(&line, "%-*s", HOW_COLUMNS, how);
    terminal_colour(&screen, "0");
    str_printf(&line, "%-*s ", WHAT_COLUMNS, what);
    terminal_sentence(&screen, TEXT_COLUMN, TEXT_COLUMN, sentence);
    (void)fputs(str_text(&line), stdout);
    (void)fflush(stdout);
}

static void step_line_print(const struct checks *c, const char *how, const char *what,
                            struct span sentence)
{
    auto_free char *text = span_text(sentence);

    if (c->json)
        step_line_json(c->json, how, what, sentence);
    else
        step_line_text(how, what, text);
}

static int step_lines_print(const struct checks *c, const char *how, const char *what,
                            const struct str *sentences)
{
    struct span rest = str_span(sentences);
    int count = 0;

    for (; rest.size; count++)
        step_line_print(c, how, what, span_cut(&rest, '\n'));
    return count;
}

static void left_out_print(const struct checks *c, const char *name, const char *why)
{
    auto_str sentence = STR_MAX(KIB(2));

    str_printf(&sentence, "left out because %s", why);
    step_line_print(c, "left", name, str_span(&sentence));
}

static void left_out_after(const struct checks *c, const char *name, const char *earlier)
{
    char why[80];

    (void)snprintf(why, sizeof why, "of '%s' above", earlier);
    left_out_print(c, name, why);
}

static int step_print(const struct checks *c, const char *name, const char *mends,
                      const struct preflight_result *tried)
{
    int failed = step_lines_print(c, "FAIL", mends ? mends : name, &tried->problems);
    int noted = step_lines_print(c, "note", name, &tried->notes);

    if (c->skipped.size)
        left_out_print(c, name, str_text(&c->skipped));
    else if (failed == 0 && (tried->ok_text.size || noted == 0))
        step_line_print(c, "ok", name, str_span(&tried->ok_text));
    return failed;
}

/* Tries one step. False if something must be mended, which `failed` counts. */
static bool step_try(struct checks *c, size_t step, int *failed)
{
    const char *name = steps[step].name;
    auto_preflight_result tried = PREFLIGHT_RESULT;
    struct err err = { 0 };
    int before = *failed;

    str_reset(&c->skipped);
    if (steps[step].try(c, &tried, &err)) {
        *failed += step_print(c, name, steps[step].mends, &tried);
        return *failed == before;
    }
    (void)step_lines_print(c, "note", name, &tried.notes);
    step_line_print(c, "FAIL", name, span_of(err.msg));
    ++*failed;
    return false;
}

static int steps_try(struct checks *c)
{
    bool good[lengthof(steps)] = { false };
    int failed = 0;

    for (size_t i = 0; i < lengthof(steps) && !cancel_is_set(c->cancel); i++) {
        int needs = steps[i].needs;

        if (needs == NONE || good[needs])
            good[i] = step_try(c, i, &failed);
        else
            left_out_after(c, steps[i].name, steps[needs].name);
    }
    return failed;
}

/* --- the whole ------------------------------------------------------------------------------ */

static void checks_clear(struct checks *c)
{
    registry_free(c->registry);
    ledger_close(c->ledger);
    containers_clear(&c->containers);
    filemaker_layout_clear(&c->layout);
    source_free(c->reader);
    str_clear(&c->skipped);
}

static bool write_test_read(const struct check_options *o, uint64_t *record_r, struct err *err)
{
    *record_r = 0;
    if (!o->write_test || num_u64(span_of(o->write_test), 1, INT64_MAX, record_r, err))
        return true;
    err->kind = ERR_USAGE;
    return err_ctx(err, "--write-test");
}

static int checks_end(struct checks *c, int failed, struct err *err)
{
    bool needs_patients = *c->engine->registry.patients_table && !c->patients;

    if (cancel_is_set(c->cancel)) {
        (void)err_set(err, ERR_CANCELED, 0, "asked to stop");
        return -1;
    }
    if (c->json)
        return failed ? EXIT_FAILED : EXIT_DONE;
    if (failed) {
        print("%d to mend\n", failed);
        return EXIT_FAILED;
    }
    print("all fine; next: fmferry %s\n", needs_patients ? "patients import" : "run");
    return EXIT_DONE;
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void json_begin(struct checks *c, struct json_writer *w)
{
    c->json = w;
    json_open_object(w);
    json_name(w, "steps");
    json_open_array(w);
}

/* How a run reads records, and what was measured. */
static void reading_json(const struct checks *c, struct json_writer *w)
{
    const struct find_check *f = &c->find;

    json_name(w, "reading");
    if (!c->find_is_known) {
        json_write_null(w);
        return;
    }
    json_open_object(w);
    json_member_text(w, "finds", find_check_word(f->verdict));
    json_member_i64(w, "records_at_once", c->engine->records_at_once);
    json_member_u64(w, "asked", f->asked);
    json_member_u64(w, "found", f->found);
    json_member_i64(w, "find_us", f->find_us);
    json_member_i64(w, "single_us", f->single_us);
    json_member_u64(w, "page_records", c->sample.page_records);
    json_member_i64(w, "page_us", c->sample.page_us);
    json_close_object(w);
}

static void json_end(struct checks *c, const struct str *text, int failed)
{
    json_close_array(c->json);
    reading_json(c, c->json);
    json_member_i64(c->json, "to_mend", failed);
    json_close_object(c->json);
    (void)puts(str_text(text));
}

static int check_body(struct work *work, struct err *err)
{
    const struct check_request *o = work->options;
    struct checks checks = { .settings = &work->settings,
                             .engine = &work->settings.engine,
                             .cancel = work->cancel,
                             .write_test = o->record,
                             .orphans = o->orphans,
                             .skipped = STR_MAX(KIB(1)) };
    auto_str text = STR_MAX(MIB(1));
    struct json_writer writer = JSON_WRITER_SHOWN(&text);
    int failed, code;

    if (o->json)
        json_begin(&checks, &writer);
    step_line_print(&checks, "ok", "configuration", span_of(o->config));
    failed = steps_try(&checks);
    if (o->json)
        json_end(&checks, &text, failed);
    code = checks_end(&checks, failed, err);
    checks_clear(&checks);
    return code;
}

/* Prints the permissions that the store's account needs; asks no server. */
static int policy_body(struct work *work, struct err *err)
{
    const struct check_options *o = work->options;
    bool is_link = strcmp(o->policy, "link") == 0;
    auto_str text = STR_MAX(KIB(16));

    if (!store_policy(&work->settings.engine.store, is_link ? STORE_POLICY_LINK : STORE_POLICY_RUN,
                      &text, err))
        return -1;
    (void)puts(str_text(&text)); /* our own text, of several lines */
    return EXIT_DONE;
}

static int check_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct check_options *o = arg;
    struct check_request request = { .config = globals->config,
                                     .orphans = o->orphans,
                                     .json = o->json };

    if (!o->policy)
        return write_test_read(o, &request.record, err) ? work_do(
                   globals, WORK_SIGNALS | WORK_SOURCE | WORK_STORE, &request, check_body, err)
                                                        : -1;
    if (strcmp(o->policy, "link") == 0 || strcmp(o->policy, "run") == 0)
        return work_do(globals, 0, o, policy_body, err);
    (void)err_set(err, ERR_USAGE, 0, "--policy is run or link, not '%.40s'", o->policy);
    return -1;
}

static const struct opt check_opts[] = {
    OPT_TEXT(struct check_options, write_test, "write-test", 0, "RECORDID",
             "mark this record in FileMaker, and take the mark back"),
    OPT_TEXT(struct check_options, policy, "policy", 0, "run|link",
             "print only the rights that a bucket's account must have: for runs, which\n"
             "remove nothing, or for link too"),
    OPT_TEXT(struct check_options, orphans, "orphans", 0, "FILE",
             "read all records, and list in FILE what lies in the backup's folder and no\n"
             "record names ([source] backup)"),
    OPT_FLAG(struct check_options, json, "json", 0, "as JSON (docs/json.md)"),
    OPT_END,
};

static const struct check_options check_defaults = { 0 };

const struct cmd cmd_check = {
    "check",
    "Try every assumption, and say how to mend each failure",
    "Tries each setting as a run will use it: makes and removes a file in the store,\n"
    "opens the ledger and the registry, reaches FileMaker Server and checks its\n"
    "certificate, logs in, looks at the layouts and their fields, counts ids, reads\n"
    "records over the whole layout and fetches some of their files, and looks for room on\n"
    "the disks. Each step ends as ok, as a note, as left out for a reason, or as FAIL,\n"
    "something to mend. It writes nothing to FileMaker, unless --write-test names a\n"
    "record that is not marked yet.\n"
    "\n"
    "Exits with 0 if there is nothing to mend, with 1 if there is, with 2 if the\n"
    "configuration cannot be read.",
    check_opts,
    &check_defaults,
    sizeof check_defaults,
    check_command,
    .examples = {
        { "fmferry check", "tries everything, and writes nothing to FileMaker" },
        { "fmferry check --write-test 4711", "also marks record 4711, and takes the mark back" },
        { "fmferry check --policy link", "prints the rights that a bucket's account must have" },
    },
};
