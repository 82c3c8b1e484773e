/*
 * FileMaker's patients as a layout or a CSV file tells them. What it is that is read (the letters,
 * the separators, the columns) is certain before the first patient is told, or refused with what to
 * mend. May be gone through any number of times.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/text.h"
#include "patients/patients.h"
#include "registry/registry.h"

/* What is asked of each patient; behind these the fields of registry_patient_fields(). */
enum { ROSTER_ID, ROSTER_FIRST, ROSTER_LAST, ROSTER_DOB, ROSTER_MRN, ROSTER_MORE };
enum { ROSTER_FIELDS_MAX = ROSTER_MORE + REGISTRY_FIELDS_MAX };

struct roster_field {
    const char *name;    /* of the layout's field, or the column; "": it is not asked for */
    const char *setting; /* where the configuration names it: "[patients] dob"            */
    bool is_moment;      /* FileMaker keeps it as a date or a timestamp; learned          */
};

struct roster_fields {
    struct roster_field fields[ROSTER_FIELDS_MAX];
    size_t count;
};

/* A patient as told. Texts are borrowed for the call. */
struct roster_patient {
    struct span texts[ROSTER_FIELDS_MAX]; /* of id, names, date and number: trimmed */
    bool is_number[ROSTER_FIELDS_MAX];
    uint64_t place; /* the line, or the record */
};

/* Who hears of them. */
struct roster_listener {
    bool (*on_patient)(void *arg, const struct roster_patient *told, struct err *err);
    bool (*on_page)(void *arg, struct err *err); /* behind each page of FileMaker's */
    void *arg;
};

struct roster;

/*
 * Opens the source.
 *   fields   learn what the layout tells of them; must outlive the roster
 *   csv      a file with a line of column names; NULL: the FileMaker layout
 * Fails with ERR_USAGE (what the file is instead, which columns there are), ERR_OS, ERR_REMOTE,
 * ERR_NET.
 */
must_check bool roster_open(const struct patients_settings *settings, struct roster_fields *fields,
                            const char *csv, const struct cancel *cancel, struct roster **roster_r,
                            struct err *err);
void auto_roster_cleanup(struct roster **roster);
#define auto_roster __attribute__((cleanup(auto_roster_cleanup))) struct roster

/* Tells every patient. A file that is not as its first line says fails with ERR_USAGE and the line.
 */
must_check bool roster_each(struct roster *roster, const struct roster_listener *listener,
                            struct err *err);

/* "line 17", "record 4711": where a patient was told. */
enum { ROSTER_PLACE_SIZE = 48 };
const char *roster_place(const struct roster *roster, uint64_t place, char text[ROSTER_PLACE_SIZE]);
