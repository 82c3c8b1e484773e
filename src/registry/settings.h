/* The settings of a registry: its database, its tables, and the rules for their columns. */
#pragma once

#include "base/base.h"

/* The rule for a column's value: "{row_id}", "once []" (docs/registry.md). "": it is not filled. */
struct registry_rule {
    const char *column, *template;
};

struct registry_rules {
    const struct registry_rule *rules;
    size_t count;
};

/* A member that is left out is as Nexus has it. */
struct registry_settings {
    const char *url;
    bool is_other_application; /* only the columns that the rules name are filled */
    const char *documents_table, *patients_table; /* "schema.table" where there are schemas */
    const char *content_type;                  /* "patients.patient"; "": there is no such table */
    struct registry_rules documents, patients; /* in place of Nexus's, or beside them */
    const char *second_identifier; /* data that must agree, too: "dob, last_name, first_name" */
    bool has_mrn;                  /* the source has record numbers: the column follows them */
};
