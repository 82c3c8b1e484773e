/*
 * A FileMaker file as a source: "fmp12:PATH". A layout is a table, by its name or number; a page has
 * its records as the Data API would give them. What differs:
 *
 *   - nothing is written to the file: there are no marks;
 *   - dates and times are texts, in the form of the file's own country, and not in the API's;
 *   - a container's value leads to an object of the file, or says that the document lies outside;
 *   - an object may hold two streams that may each be the document. If the configuration names "Doc:2"
 *     beside "Doc", the first stream is Doc's document and the second is that of Doc:2, which is empty
 *     in all other records.
 *
 * Opened once, which proves that it is whole, and shared by all readers.
 */
#pragma once

#include "filemaker/filemaker.h"
#include "fmp12/document.h"
#include "source/holdings.h"
#include "source/looks.h"

struct file_source;

/*
 * Opens a file.
 *   file_r   caller closes with file_close(), after its readers
 * Fails as fmp12_open().
 */
must_check bool file_open(const char *path, struct file_source **file_r, struct err *err);
void file_close(struct file_source *file); /* NULL is allowed */

/* As source_file_looks(). */
void file_looks(const struct file_source *file, struct source_looks *looks_r);

/* --- one reader's view of it, for source/local.c ------------------------------------------- */

struct file_view;

/*   containers   as the configuration names them, borrowed: "Doc, Doc:2" */
struct file_view *file_view_new(const struct file_source *file, const char *containers);
void file_view_free(struct file_view *view); /* NULL is allowed */

void file_product(const struct file_view *view, struct filemaker_product *product_r);

/* The names of the tables, one a line. */
void file_tables(const struct file_view *view, struct str *names_r);

/* Fails with ERR_REMOTE, FILEMAKER_LAYOUT_MISSING, if there is no such table. */
must_check bool file_layout(struct file_view *view, const char *table,
                            struct filemaker_layout *layout_r, struct err *err);

/* As filemaker_records() and filemaker_record(). */
must_check bool file_records(struct file_view *view, const char *table, uint64_t offset,
                             uint64_t limit, struct filemaker_page *page_r, struct err *err);
must_check bool file_record(struct file_view *view, const char *table, uint64_t record_id,
                            struct filemaker_page *page_r, struct err *err);

/* Counts the records by another way than file_records(); fails if the file was written to. */
must_check bool file_recount(struct file_view *view, const char *table, int64_t *count_r,
                             struct err *err);

/* As source_holdings_count(). */
must_check bool file_holdings(const struct file_view *view, const char *table,
                              struct source_holdings *holdings_r, struct err *err);

/* Opens the document to which a container's value leads; fails as fmp12_document_open(). */
must_check bool file_document(const struct file_view *view, struct span value,
                              struct fmp12_object *object_r, struct fmp12_document **document_r,
                              struct err *err);
