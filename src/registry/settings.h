/* The settings of a registry: which database and tables, and what is written where. */
#pragma once

#include "base/base.h"

/* How one column is filled: "{row_id}", "once []" (docs/registry.md). "": it is not filled. */
struct registry_rule {
    const char *column, *template;
};

struct registry_rules {
    const struct registry_rule *rules;
    size_t count;
};

/* What is left out is as Nexus has it. */
struct registry_settings {
    const char *url;
    bool is_other_application; /* only the columns that the rules name are filled */
    const char *documents_table, *patients_table; /* "schema.table" where there are schemas */
    const char *content_type;                  /* "patients.patient"; "": there is no such table */
    struct registry_rules documents, patients; /* in place of Nexus's, or beside them */
    const char *second_identifier; /* what must agree beside the id: "dob, last_name, first_name" */
    bool has_mrn;                  /* the source has record numbers: the column follows them */
};
