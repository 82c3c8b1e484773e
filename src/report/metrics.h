/* How a migration stands, for programs that watch it over years: OpenMetrics 1.0. */
#pragma once

#include "report/status.h"

/* What an answer over HTTP says that it is. */
#define METRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/*
 * Writes every figure of a status, ended by "# EOF". A series that can be zero is there from the
 * beginning, so that an alarm sees it rise. What they are called stands in docs/operations.md: a name that was
 * given away stays.
 */
void status_metrics(const struct status *status, struct str *to);
