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
                 "usable id\n",
                 (intmax_t)result.read, (intmax_t)result.written, (intmax_t)result.kept,
                 (intmax_t)result.refused);
    return result.refused ? EXIT_LEFT : EXIT_DONE;
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
