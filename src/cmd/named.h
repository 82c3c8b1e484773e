/* Names, for who signs a report, the servers and files that a migration was between. */
#pragma once

#include "cmd/settings.h"
#include "report/settings.h"

/*
 * Words the places, without any secret. Relative paths are told whole.
 *   parties_r   the caller clears with named_clear(); borrows texts of the settings
 */
void named_parties(const struct settings *settings, struct report_parties *parties_r);
void named_clear(struct report_parties *parties);
