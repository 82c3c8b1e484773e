/*
 * The roster: FileMaker's patients, from a layout or a CSV file. How it is to be read (encoding,
 * separator, columns) is certain before the first patient is read, or the roster is refused with
 * words on how to mend it. It can be read any number of times.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/meter.h"
#include "base/text.h"
#include "document/dates.h"
#include "filemaker/filemaker.h"
#include "patients/roster_patient.h"
#include "registry/registry.h"

struct patients_settings {
    const struct filemaker_settings *filemaker;
    const struct source_file *file; /* the one that [source] url names; NULL: it names a server */
    const char *layout, *key, *first_name, *last_name, *dob, *mrn; /* of fields or CSV columns */
    enum dates_form csv_dates;  /* the form of dates in a CSV; DATE_ASK: not configured */
    enum dates_form text_dates; /* and in text fields of the layout                     */
    enum text_coding encoding;  /* of a CSV                                             */
    const struct registry_settings *registry;
    struct meter *meter; /* counts the patients; or NULL */
};

struct roster;

/*
 * Opens the source.
 *   fields   learn what the layout says about them; must outlive the roster
 *   csv      a file with a line of column names; NULL: the FileMaker layout
 * Fails with ERR_USAGE (what the file is instead, which columns there are), ERR_OS, ERR_REMOTE,
 * ERR_NET.
 */
must_check bool roster_open(const struct patients_settings *settings, struct roster_fields *fields,
                            const char *csv, const struct cancel *cancel, struct roster **roster_r,
                            struct err *err);
void auto_roster_cleanup(struct roster **roster);
#define auto_roster __attribute__((cleanup(auto_roster_cleanup))) struct roster

/* Visits every patient. A file with a line unlike its first fails with ERR_USAGE and the line. */
must_check bool roster_each(struct roster *roster, const struct roster_listener *listener,
                            struct err *err);

/* The place of a patient: "line 17", "record 4711". */
enum { ROSTER_PLACE_SIZE = 48 };
const char *roster_place(const struct roster *roster, uint64_t place, char text[ROSTER_PLACE_SIZE]);
