/* `fmferry patients import` */
#include "cmd/commands.h"
#include "cmd/settings.h"
#include "cmd/signals.h"

#include "http/http.h"
#include "move/patients.h"

struct patients_options {
    const char *csv;
};

static int import(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct patients_options *o = arg;
    struct cancel *cancel = cancel_new();
    struct signals *signals = signals_listen(NULL, cancel);
    auto_settings settings = { 0 };
    struct patients_result result = { 0 };
    struct patients_settings patients;
    bool good;

    http_setup();
    good = settings_read(globals->config, &settings, err)
           && (o->csv || settings_password(&settings, err));
    if (good) {
        patients = settings_patients(&settings);
        good = patients_import(&patients, o->csv, cancel, &result, err);
    }
    http_teardown();
    signals_free(signals);
    cancel_free(cancel);
    if (!good)
        return -1;
    (void)printf("%jd patients read: %jd written, %jd already the application's own, %jd without a "
                 "usable id, %jd in doubt%s\n",
                 (intmax_t)result.read, (intmax_t)result.written, (intmax_t)result.kept,
                 (intmax_t)result.refused, (intmax_t)result.doubted,
                 result.doubted ? "; next: fmferry patients review" : "");
    return result.refused || result.doubted ? EXIT_LEFT : EXIT_DONE;
}

static const struct opt import_opts[] = {
    OPT_TEXT(struct patients_options, csv, "csv", 0, "FILE",
             "read this file instead of FileMaker; its first line names the\n"
             "columns as [patients] in the configuration does"),
    OPT_END,
};

static const struct patients_options import_defaults = { 0 };

const struct cmd cmd_patients_import = {
    "patients import",
    "Fill the application's table of patients",
    "For where the application has not imported the patients itself. A patient whom\n"
    "it knows already, by the FileMaker id in its metadata, is left as it is.",
    import_opts,
    &import_defaults,
    sizeof import_defaults,
    import,
};

/* --- review --------------------------------------------------------------------------------- */

struct review_options {
    char nothing;
};

static bool doubt_print(void *arg, const struct registry_doubt *doubt, struct err *err)
{
    int64_t *count = arg;

    (void)err;
    if ((*count)++ == 0)
        (void)printf("%-36s  %-36s  %-36s  %s\n", "patient in FileMaker", "in the application",
                     "document (row)", "why");
    (void)printf("%-36.*s  %-36.*s  %-36.*s  " SPAN_FORMAT "\n", SPAN_ARGS(doubt->filemaker_id),
                 SPAN_ARGS(doubt->patient), SPAN_ARGS(doubt->document), SPAN_ARGS(doubt->why));
    return true;
}

static int review(const struct cli_globals *globals, const void *arg, struct err *err)
{
    struct cancel *cancel = cancel_new();
    struct signals *signals = signals_listen(NULL, cancel);
    auto_settings settings = { 0 };
    struct patients_settings patients;
    int64_t count = 0;
    bool good = settings_read(globals->config, &settings, err);

    (void)arg;
    if (good) {
        patients = settings_patients(&settings);
        good = patients_review(&patients, doubt_print, &count, cancel, err);
    }
    signals_free(signals);
    cancel_free(cancel);
    if (!good)
        return -1;
    (void)printf(count ? "%jd to look at\n" : "nobody is in doubt\n", (intmax_t)count);
    return count ? EXIT_LEFT : EXIT_DONE;
}

static const struct opt review_opts[] = { OPT_END };

static const struct review_options review_defaults = { 0 };

const struct cmd cmd_patients_review = {
    "patients review",
    "List the patients whom nobody can be sure of",
    "Their documents stay unlinked until FileMaker and the application agree, or\n"
    "somebody links them by hand. Shows ids and reasons, neither names nor dates.",
    review_opts,
    &review_defaults,
    sizeof review_defaults,
    review,
};

/* --- accept --------------------------------------------------------------------------------- */

struct accept_options {
    const char *patient, *by, *reason;
};

static bool says_something(const char *text)
{
    return text && span_trim(span_of(text)).size > 0;
}

static int accept_patient(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct accept_options *o = arg;
    struct cancel *cancel = cancel_new();
    struct signals *signals = signals_listen(NULL, cancel);
    auto_settings settings = { 0 };
    struct patients_settings patients;
    bool good = (says_something(o->by) && says_something(o->reason))
                || err_set(err, ERR_USAGE, 0, "who decides, and why: --by and --reason");

    good = good && settings_read(globals->config, &settings, err);
    if (good) {
        patients = settings_patients(&settings);
        good = patients_accept(&patients, o->patient, o->by, o->reason, cancel, err);
    }
    signals_free(signals);
    cancel_free(cancel);
    if (!good)
        return -1;
    (void)printf("accepted; next: fmferry link\n");
    return EXIT_DONE;
}

static const struct opt accept_opts[] = {
    OPT_NEED(struct accept_options, patient, "patient", 'p', "ID", "the patient's id in FileMaker"),
    OPT_NEED(struct accept_options, by, "by", 0, "NAME", "who decides"),
    OPT_NEED(struct accept_options, reason, "reason", 0, "TEXT", "why they are the same"),
    OPT_END,
};

static const struct accept_options accept_defaults = { 0 };

const struct cmd cmd_patients_accept = {
    "patients accept",
    "Settle a doubt: FileMaker and the application mean the same patient",
    "For a patient whom the application has exactly once under this id, although\n"
    "something contradicts. Holds as long as both sides say what they say now.",
    accept_opts,
    &accept_defaults,
    sizeof accept_defaults,
    accept_patient,
};
