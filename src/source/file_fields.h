/*
 * The fields of a FileMaker file's table as the Data API would show them: their layout, the values of
 * a record as JSON, and the document to which a container's value leads. For source/file.c.
 *   containers   as [source] container_field names them: "Doc, Doc:2" (source/file_streams.h)
 */
#pragma once

#include "filemaker/filemaker.h"
#include "fmp12/document.h"
#include "fmp12/records.h"
#include "json/writer.h"

/* Caller clears layout_r with filemaker_layout_clear(). */
void file_fields_layout(const struct fmp12_table *table, const char *containers,
                        struct filemaker_layout *layout_r);

/* Writes a record's fields as one object. Fails with ERR_DATA, ERR_OS: an object's list cannot be read. */
must_check bool file_fields_write(struct json_writer *w, const struct fmp12_file *file,
                                  const char *containers, const struct fmp12_table *table,
                                  const struct fmp12_record *record, struct err *err);

/*
 * Opens the document to which a container's value leads, as fmp12_document_open().
 * Fails with ERR_DATA, too, if it leads nowhere or outside the file.
 */
must_check bool file_fields_document(const struct fmp12_file *file, struct span value,
                                     struct fmp12_object *object_r,
                                     struct fmp12_document **document_r, struct err *err);
