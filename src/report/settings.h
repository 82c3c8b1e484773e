/* What a status and a report are made with. */
#pragma once

#include "base/base.h"

struct status_settings {
    const char *name, *layout; /* of the source */
    double price_per_gb_month;
    const char *currency;
    bool has_mark;            /* whether a mark is written to FileMaker at all     */
    const char *registry_url; /* Nexus's database; NULL: its rows are not counted */
    const char *ledger_url;
    int64_t lease_us; /* how long a run on PostgreSQL may be silent before it counts as dead */
};

/* Between whom documents were moved, for people, without any secret. */
struct report_parties {
    const char *practice; /* "": nobody said */
    char *server;         /* FileMaker Server's address */
    const char *file;     /* that it hosts */
    char *store, *application, *ledger;
};

/* A setting as the report shows it. */
struct report_setting {
    const char *section, *name;
    char *value; /* without any secret */
};

struct report_settings {
    struct status_settings status;
    struct report_parties parties; /* all NULL: not shown */
    const struct report_setting *settings;
    size_t setting_count;
    const char *version; /* of this program */
};
