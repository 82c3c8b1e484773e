/*
 * Changes of related records that come with an edit: rows of portals, related fields of the first
 * related record, rows to delete. All are read before anything is done.
 */
#pragma once

#include "base/base.h"
#include "sim/api/call.h"
#include "sim/api/change.h"
#include "json/writer.h"

struct rows_edit;

/*
 * Reads the changes of related records.
 *   fields, portals   the members fieldData and portalData; either may be NULL
 *   edit_r            caller frees with rows_edit_free()
 * Returns 0 or FileMaker's code.
 */
int rows_edit_read(const struct call *call, const struct json_value *fields,
                   const struct json_value *portals, const struct change_options *options,
                   struct rows_edit **edit_r);
/* An edit that changes nothing. */
struct rows_edit *rows_edit_none(void);
void rows_edit_free(struct rows_edit *edit); /* NULL is allowed */

/* Checks the edit of this record. Returns 0 or FileMaker's code. Needs the lock for reading. */
int rows_edit_check(const struct call *call, const struct rows_edit *edit, uint64_t ordinal);

/* Applies the edit and remembers the new records. Needs the lock for writing. */
void rows_edit_apply(const struct call *call, struct rows_edit *edit, uint64_t ordinal);

/* Writes "newPortalRecordInfo" if records were made. */
void rows_edit_write(const struct rows_edit *edit, struct json_writer *w);
