/* Gathers what a report shows beside the ledger, and has it written. */
#include "cmd/reported.h"

#include "base/mem.h"
#include "cmd/named.h"
#include "cmd/shown.h"
#include "preflight/store_probe.h"
#include "report/report.h"
#include "version.h"

/* Adds, beside the store's settings, what the store was found to do. */
static void store_traits_add(const struct settings *settings, struct report_setting **shown,
                             size_t *count)
{
    struct cancel *cancel = cancel_new();
    auto_str text = STR_MAX(KIB(1));
    struct store_traits traits;

    store_probe_known(&settings->engine, cancel, &traits);
    cancel_free(cancel);
    if (traits.conditional == STORE_UNKNOWN)
        return;
    store_traits_say(&traits, &text);
    *shown = mem_grow(*shown, (*count + 1) * sizeof **shown);
    (*shown)[(*count)++] = (struct report_setting){ "store", "was found", str_take(&text) };
}

bool reported_html(const struct settings *settings, struct ledger *ledger, FILE *to,
                   struct err *err)
{
    struct report_settings report = { .status = settings->status, .version = VERSION };
    struct report_setting *shown;
    bool good;

    named_parties(settings, &report.parties);
    shown_settings(settings, &shown, &report.setting_count);
    store_traits_add(settings, &shown, &report.setting_count);
    report.settings = shown;
    good = report_write(ledger, &report, to, err);
    shown_free(shown, report.setting_count);
    named_clear(&report.parties);
    return good;
}
