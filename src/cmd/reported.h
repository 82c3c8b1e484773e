/* The report of a configuration, as the command and the console give it. */
#pragma once

#include "cmd/settings.h"
#include "ledger/ledger.h"

#include <stdio.h>

/* Writes the report, with the settings and what the store was found to do. Fails as report_write(). */
must_check bool reported_html(const struct settings *settings, struct ledger *ledger, FILE *to,
                              struct err *err);
