/* The configuration as it may be shown to anybody: every setting, no secret. */
#pragma once

#include "base/base.h"
#include "cmd/settings.h"
#include "report/report.h"

/*
 * Every setting that can be set, in the order of the table.
 *   shown_r   caller frees with shown_free(); names are borrowed from the table
 */
void shown_settings(const struct settings *settings, struct report_setting **shown_r,
                    size_t *count_r);
void shown_free(struct report_setting *shown, size_t count);

/*
 * A text without the secrets that a URL may carry: "postgresql://nexus:***@db/nexus?***".
 * Appended to `to`.
 */
void shown_text(struct str *to, const char *text);
