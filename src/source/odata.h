/*
 * Tables of FileMaker Server by OData, as pages of records: what the Data API shows of a layout, OData shows of a table
 * occurrence, with all its fields. A record's number is ROWID, its count of changes ROWMODID; dates take the form that the
 * Data API gives them. Nothing is written: OData knows no condition on the count of changes.
 *
 * Whether a container is empty, and what its file is called, is asked for only of a single record and of the one
 * container that the settings name.
 *
 * The functions without a comment do what their namesakes in filemaker/filemaker.h do.
 */
#pragma once

#include "filemaker/filemaker.h"

struct odata_view;

/* Caller frees with odata_view_free(). Fails as filemaker_new(). */
must_check bool odata_view_new(const struct filemaker_settings *settings,
                               const struct cancel *cancel, struct odata_view **view_r,
                               struct err *err);
void odata_view_free(struct odata_view *view); /* NULL is allowed */

/* The client by which it asks. */
struct filemaker *odata_filemaker(const struct odata_view *view);

/* Reads $metadata, if it has not been read: that shows whether the account is let in. */
must_check bool odata_log_in(struct odata_view *view, struct err *err);

must_check bool odata_product(struct odata_view *view, struct filemaker_product *product_r,
                              struct err *err);
/* The names of the table occurrences, one a line. */
must_check bool odata_tables(struct odata_view *view, struct str *names_r, struct err *err);
must_check bool odata_layout(struct odata_view *view, const char *table,
                             struct filemaker_layout *layout_r, struct err *err);

must_check bool odata_records(struct odata_view *view, const char *table, uint64_t offset,
                              uint64_t limit, struct filemaker_page *page_r, struct err *err);
must_check bool odata_record(struct odata_view *view, const char *table, uint64_t record_id,
                             struct filemaker_page *page_r, struct err *err);

/* Counts the rows by a query that reads none. */
must_check bool odata_recount(struct odata_view *view, const char *table, int64_t *count_r,
                              struct err *err);

/* --- documents: source/odata_document.c ----------------------------------------------------- */

struct odata_document;

/*
 * Opens the file to which a container's value leads.
 *   document_r   caller closes before the next call
 *   name_r       its own name, "" if it is not known; caller frees
 * Fails as filemaker_stream_open(); with ERR_DATA if the value is none of this source's.
 */
must_check bool odata_document_open(struct odata_view *view, struct span value,
                                    struct odata_document **document_r, char **name_r,
                                    struct err *err);
void odata_document_close(struct odata_document *document); /* NULL is allowed */

int64_t odata_document_length(const struct odata_document *document); /* announced, or -1 */

/* As filemaker_stream_read(); with ERR_DATA if the file's name came in place of the file. */
must_check bool odata_document_read(struct odata_document *document, void *bytes, size_t room,
                                    size_t *size_r, struct err *err);
