/*
 * Nexus, the application that fmferry was written for: the names of its tables, the rules for its
 * columns, and the tables themselves where there is no application yet. The settings may replace
 * all of it. Private to registry/.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "registry/settings.h"
#include "sql/sql.h"

/* The names that the settings give, or Nexus's own. */
const char *nexus_documents_table(const struct registry_settings *settings);
const char *nexus_patients_table(const struct registry_settings *settings);
const char *nexus_content_type(const struct registry_settings *settings);

enum { NEXUS_RULES_MAX = 3 };

/*
 * The rules for the columns: Nexus's, if it is Nexus, then those of the settings, which override
 * them. Returns how many there are. They borrow from `settings`.
 */
size_t nexus_document_rules(const struct registry_settings *settings,
                            struct registry_rules rules_r[NEXUS_RULES_MAX]);
size_t nexus_patient_rules(const struct registry_settings *settings,
                           struct registry_rules rules_r[NEXUS_RULES_MAX]);

must_check bool nexus_table_exists(struct sql *sql, const char *name, bool *exists_r,
                                   struct err *err);

/* Makes Nexus's tables, if the settings name them and none of them exists. */
must_check bool nexus_ready(struct sql *sql, const struct registry_settings *settings,
                            struct err *err);
