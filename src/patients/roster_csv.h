/* Reads patients from a CSV file: for roster.c. */
#pragma once

#include "base/text.h"
#include "patients/roster_patient.h"

struct roster_csv;

/*
 * Reads a file whole, and finds out its encoding, its separator and its columns.
 *   csv_r   caller frees with roster_csv_free()
 * Fails with ERR_USAGE and ERR_OS.
 */
must_check bool roster_csv_open(const char *path, enum text_coding coding,
                                const struct roster_fields *fields, struct roster_csv **csv_r,
                                struct err *err);
void roster_csv_free(struct roster_csv *csv); /* NULL is allowed */

/* Visits every line's patient. Fails with ERR_USAGE and the line. */
must_check bool roster_csv_each(struct roster_csv *csv, const struct roster_listener *listener,
                                struct err *err);
