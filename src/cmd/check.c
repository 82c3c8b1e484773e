/* `fmferry check`: tries every assumption and says how to mend what fails. */
#include "cmd/commands.h"
#include "cmd/settings.h"
#include "cmd/signals.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "http/http.h"
#include "move/preflight.h"
#include "move/writetest.h"
#include "store/s3_policy.h"

enum { PROBLEMS_MAX = 64 * 1024 };

struct check_options {
    const char *write_test; /* a record's number, or NULL */
    const char *policy;
};

/* The list as it grows. */
struct checklist {
    struct mover_settings *settings;
    struct cancel *cancel;
    int failed;
};

static bool pass(const char *what, char *said)
{
    (void)printf("ok    %-22s %s\n", what, said ? said : "");
    (void)fflush(stdout);
    free(said);
    return true;
}

static bool fail(struct checklist *list, const char *what, const struct err *err)
{
    (void)printf("FAIL  %-22s %s\n", what, err->msg);
    (void)fflush(stdout);
    list->failed++;
    return false;
}

static void problem(struct checklist *list, const char *what, struct span sentence)
{
    (void)printf("FAIL  %-22s " SPAN_FORMAT "\n", what, SPAN_ARGS(sentence));
    list->failed++;
}

static void warn(const char *what, const char *said)
{
    (void)printf("note  %-22s %s\n", what, said);
}

/* Each needs the one before. */
static bool check_source(struct checklist *list)
{
    const struct mover_settings *s = list->settings;
    auto_filemaker *filemaker = NULL;
    auto_free char *warning = NULL;
    struct err err = { 0 };
    char *said = NULL;

    if (!filemaker_new(&s->filemaker, list->cancel, &filemaker, &err)
        || !preflight_server(s, filemaker, &said, &err))
        return fail(list, "FileMaker Server", &err);
    (void)pass("FileMaker Server", said);
    if (span_starts(span_of(s->filemaker.url), "http://"))
        warn("FileMaker Server", "the address is http://: password and documents cross the network "
                                 "readable for everybody; use https://");
    if (!preflight_login(s, filemaker, &err))
        return fail(list, "login", &err);
    (void)pass("login", mem_printf("'%s' opens '%s'", s->filemaker.account, s->filemaker.database));
    if (!preflight_layout(s, filemaker, &warning, &err))
        return fail(list, "layout and fields", &err);
    (void)pass("layout and fields", mem_text(s->fields.layout));
    if (warning)
        warn("layout and fields", warning);
    said = NULL;
    if (!preflight_records(s, filemaker, &said, &err))
        return fail(list, "records", &err);
    (void)pass("records", said);
    said = NULL;
    if (!preflight_stream(s, filemaker, &said, &err))
        return fail(list, "a file", &err);
    return pass("a file", said);
}

/* What an earlier trial left in a bucket: for a person to remove. */
static void check_left(struct checklist *list)
{
    auto_str names = STR_MAX(KIB(1));
    auto_free char *said = NULL;
    struct err err = { 0 };
    size_t count;

    if (!trial_left(list->settings, list->cancel, &names, &count, &err))
        said = mem_printf("what earlier trials left cannot be seen: %s", err.msg);
    else if (count > 0)
        said =
            mem_printf("%zu objects were left by trials that were cut off, or that may remove "
                       "nothing: %s%s. They hold nothing; remove them when no fmferry is at work",
                       count, str_text(&names), names.cut ? ", ..." : "");
    if (said)
        warn("store", said);
}

static bool check_ours(struct checklist *list)
{
    auto_str problems = STR_MAX(PROBLEMS_MAX);
    struct span rest;
    struct err err = { 0 };
    char *said = NULL;
    bool good = trial_make(list->settings, list->cancel, TRIAL_ALWAYS,
                           &list->settings->store.traits, &said, &err);

    good = good ? pass("store", said) : fail(list, "store", &err);
    if (good && span_starts(span_of(list->settings->store.url), "s3://"))
        check_left(list);
    if (span_starts(span_of(list->settings->store.endpoint), "http://"))
        warn("store",
             "the endpoint is http://: documents cross the network readable for everybody; "
             "use https://");
    said = NULL;
    if (!preflight_databases(list->settings, list->cancel, &problems, &said, &err)) {
        for (rest = str_span(&problems); rest.size;)
            problem(list, "registry", span_cut(&rest, '\n'));
        return problems.size ? false : fail(list, "ledger and registry", &err);
    }
    return pass("ledger and registry", said) && good;
}

static void check_mark(const struct mover_settings *s)
{
    char now[STAMP_TEXT_SIZE];

    if (!*s->fields.mark)
        warn("mark", "mark_field is empty: nothing is written to FileMaker, the ledger alone keeps "
                     "track");
    else
        (void)pass("mark", mem_printf("would now be '%s' in '%s'; writing it also changes the "
                                      "record's modification stamps",
                                      stamp_text(time_now_us(), now), s->fields.mark));
}

/* By people's wish alone: one record is marked, and the mark is taken back. */
static bool check_writing(struct checklist *list, uint64_t record_id)
{
    auto_filemaker *filemaker = NULL;
    struct err err = { 0 };
    char *said = NULL;

    if (!filemaker_new(&list->settings->filemaker, list->cancel, &filemaker, &err)
        || !write_test(list->settings, filemaker, record_id, &said, &err))
        return fail(list, "writing the mark", &err);
    return pass("writing the mark", said);
}

static bool record_read(const struct check_options *o, uint64_t *record_r, struct err *err)
{
    *record_r = 0;
    if (!o->write_test || num_u64(span_of(o->write_test), 1, INT64_MAX, record_r, err))
        return true;
    err->kind = ERR_USAGE;
    return err_ctx(err, "--write-test");
}

static int check_all(const struct cli_globals *globals, const struct check_options *o,
                     struct cancel *cancel, struct err *err)
{
    auto_settings settings = { 0 };
    struct mover_settings mover;
    struct checklist list = { .cancel = cancel };
    uint64_t record_id;

    if (!record_read(o, &record_id, err) || !settings_read(globals->config, &settings, err)
        || !settings_password(&settings, err) || !settings_store(&settings, cancel, err))
        return -1;
    (void)pass("configuration", mem_text(globals->config));
    mover = settings_mover(&settings);
    list.settings = &mover;
    if (check_source(&list)) {
        check_mark(&mover);
        if (record_id)
            (void)check_writing(&list, record_id);
    }
    (void)check_ours(&list);
    if (cancel_is_set(cancel)) {
        (void)err_set(err, ERR_CANCELED, 0, "asked to stop");
        return -1;
    }
    (void)printf(list.failed ? "%d to mend\n" : "all fine; next: fmferry run\n", list.failed);
    return list.failed ? EXIT_FAILED : EXIT_DONE;
}

/* Prints what the store's account must allow; nothing is asked of anybody. */
static int policy_print(const struct cli_globals *globals, const char *name, struct err *err)
{
    bool links = strcmp(name, "link") == 0;
    auto_settings settings = { 0 };
    struct store_settings store;
    auto_str text = STR_MAX(KIB(16));

    if (!links && strcmp(name, "run") != 0) {
        (void)err_set(err, ERR_USAGE, 0, "--policy is run or link, not '%.40s'", name);
        return -1;
    }
    if (!settings_read(globals->config, &settings, err))
        return -1;
    store = settings_of_store(&settings);
    if (!store_policy(&store, links ? STORE_POLICY_LINK : STORE_POLICY_RUN, &text, err))
        return -1;
    (void)printf("%s\n", str_text(&text));
    return EXIT_DONE;
}

static int check(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct check_options *o = arg;
    struct cancel *cancel = cancel_new();
    struct signals *signals = signals_listen(NULL, cancel);
    int code;

    http_setup();
    code = o->policy ? policy_print(globals, o->policy, err) : check_all(globals, o, cancel, err);
    http_teardown();
    signals_free(signals);
    cancel_free(cancel);
    return code;
}

static const struct opt check_opts[] = {
    OPT_TEXT(struct check_options, write_test, "write-test", 0, "RECORDID",
             "mark this record in FileMaker, and take the mark back"),
    OPT_TEXT(struct check_options, policy, "policy", 0, "run|link",
             "only print the rights that a bucket's account must give: for runs, which\n"
             "remove nothing, or for link too"),
    OPT_END,
};

static const struct check_options check_defaults = { 0 };

const struct cmd cmd_check = {
    "check",
    "Try every assumption, and say how to mend what fails",
    "Reaches FileMaker Server and its certificate, logs in, looks at the layout and\n"
    "its fields, reads records, fetches one file, makes and removes a file in the\n"
    "store, opens ledger and registry. Writes nothing to FileMaker, unless --write-test\n"
    "names a record: one that is not marked yet.",
    check_opts,
    &check_defaults,
    sizeof check_defaults,
    check,
};
