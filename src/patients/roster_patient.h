/* A patient as a layout or a CSV file has it, and the listener: for roster.c and roster_csv.c. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "registry/registry.h"

/* The fields of each patient; the fields of registry_patient_fields() follow them. */
enum { ROSTER_ID, ROSTER_FIRST, ROSTER_LAST, ROSTER_DOB, ROSTER_MRN, ROSTER_MORE };
enum { ROSTER_FIELDS_MAX = ROSTER_MORE + REGISTRY_FIELDS_MAX };

struct roster_field {
    const char *name;    /* of the layout's field, or the column; "": not asked for */
    const char *setting; /* the key in the configuration: "[patients] dob"          */
    bool is_moment;      /* FileMaker keeps it as a date or a timestamp; learned    */
};

struct roster_fields {
    struct roster_field fields[ROSTER_FIELDS_MAX];
    size_t count;
};

/* One patient. Texts are borrowed for the call. */
struct roster_patient {
    struct span texts[ROSTER_FIELDS_MAX]; /* of id, names, date and number: trimmed */
    bool is_number[ROSTER_FIELDS_MAX];
    uint64_t place; /* the line, or the record */
};

/* Gets the patients. */
struct roster_listener {
    bool (*on_patient)(void *arg, const struct roster_patient *patient, struct err *err);
    bool (*on_page)(void *arg, struct err *err); /* after each page from FileMaker */
    void *arg;
};
