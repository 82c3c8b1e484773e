/*
 * One reader's view of a manifest, for source/local.c. A layout is a table of the manifest. Beside the
 * columns that are fields, it shows each container, and FileMaker's MD5 of it as "NAME md5". A page
 * has records as the Data API would give them; what differs is as for a FileMaker file
 * (source/file.h).
 */
#pragma once

#include "filemaker/filemaker.h"
#include "source/holdings.h"
#include "source/manifest.h"

struct manifest_view;

/*
 *   manifest   outlives the view
 *   view_r     caller frees with manifest_view_free()
 */
must_check bool manifest_view_new(const struct manifest *manifest, struct manifest_view **view_r,
                                  struct err *err);
void manifest_view_free(struct manifest_view *view); /* NULL is allowed */

/* What it is, with its number of documents and bytes. */
void manifest_product(const struct manifest_view *view, struct filemaker_product *product_r);

/* The names of the tables, one a line. */
void manifest_tables(const struct manifest_view *view, struct str *names_r);

/* Fails with ERR_REMOTE, FILEMAKER_LAYOUT_MISSING, if there is no such table. */
must_check bool manifest_layout(const struct manifest_view *view, const char *table,
                                struct filemaker_layout *layout_r, struct err *err);

/* As filemaker_records() and filemaker_record(). */
must_check bool manifest_records(struct manifest_view *view, const char *table, uint64_t offset,
                                 uint64_t limit, struct filemaker_page *page_r, struct err *err);
must_check bool manifest_record(struct manifest_view *view, const char *table, uint64_t record_id,
                                struct filemaker_page *page_r, struct err *err);

/* As manifest_recount(). */
must_check bool manifest_view_recount(const struct manifest_view *view, const char *table,
                                      int64_t *count_r, struct err *err);

/* --- documents ------------------------------------------------------------------------------ */

/* As source_holdings_count(): each document has a file beside the list. */
must_check bool manifest_holdings(const struct manifest_view *view, const char *table,
                                  struct source_holdings *holdings_r, struct err *err);

struct manifest_document;

/*
 * Opens the document to which a container's value leads.
 *   document_r   caller closes
 *   name_r       its original name, "" if it has none; caller frees
 * Fails with ERR_DATA.
 */
must_check bool manifest_document_open(struct manifest_view *view, struct span value,
                                       struct manifest_document **document_r, char **name_r,
                                       struct err *err);
void manifest_document_close(struct manifest_document *document); /* NULL is allowed */

/* Its size, as the manifest says. */
uint64_t manifest_document_bytes(const struct manifest_document *document);

/*
 * Reads on; 0 bytes: complete, and as large as the manifest says. Fails with ERR_DATA where it is not;
 * ERR_OS.
 */
must_check bool manifest_document_read(struct manifest_document *document, void *bytes, size_t room,
                                       size_t *size_r, struct err *err);
