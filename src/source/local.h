/*
 * A source on this machine, in place of a server: a FileMaker file (source/file.h) or a manifest with
 * its files (source/manifest.h). It is opened once, and shared by all readers.
 */
#pragma once

#include "base/digest.h"
#include "filemaker/filemaker.h"
#include "source/holdings.h"
#include "source/looks.h"

struct source_file;

/* Whether a [source] url names such a source, and whether that is a manifest. */
bool source_url_is_file(const char *url);
bool source_url_is_manifest(const char *url);

/*
 * Opens what a url names.
 *   file_r   caller closes with source_file_close(), after its readers
 * Fails with ERR_USAGE, ERR_DATA, ERR_OS.
 */
must_check bool source_file_open(const char *url, struct source_file **file_r, struct err *err);
/* Whether it is a manifest that leads into the folder of a backup ([source] backup). */
bool source_file_is_outside(const struct source_file *file);

void source_file_close(struct source_file *file); /* NULL is allowed */

/* As it was when it was opened. */
void source_file_looks(const struct source_file *file, struct source_looks *looks_r);

/* --- one reader's view of it, for source/source.c ------------------------------------------- */

struct local_view;

/*
 *   containers   as [source] container_field names them, borrowed; NULL: none
 *   view_r       caller frees with local_view_free()
 * Fails with ERR_DATA.
 */
must_check bool local_view_new(const struct source_file *file, const char *containers,
                               struct local_view **view_r, struct err *err);
void local_view_free(struct local_view *view); /* NULL is allowed */

void local_product(const struct local_view *view, struct filemaker_product *product_r);

/* The names of the tables, one a line. */
void local_tables(const struct local_view *view, struct str *names_r);

/* Fails with ERR_REMOTE, FILEMAKER_LAYOUT_MISSING, if there is no such table. */
must_check bool local_layout(struct local_view *view, const char *table,
                             struct filemaker_layout *layout_r, struct err *err);

/* As filemaker_records() and filemaker_record(). */
must_check bool local_records(struct local_view *view, const char *table, uint64_t offset,
                              uint64_t limit, struct filemaker_page *page_r, struct err *err);
must_check bool local_record(struct local_view *view, const char *table, uint64_t record_id,
                             struct filemaker_page *page_r, struct err *err);

/* Counts the records by another way than local_records(); fails if the source was written to. */
must_check bool local_recount(struct local_view *view, const char *table, int64_t *count_r,
                              struct err *err);

/* As source_holdings_count(). */
must_check bool local_holdings(const struct local_view *view, const char *table,
                               struct source_holdings *holdings_r, struct err *err);

/* --- documents ------------------------------------------------------------------------------ */

struct local_document;

/*
 * Opens the document to which a container's value leads.
 *   document_r   caller closes
 *   name_r       its own name, "" if it has none; caller frees
 * Fails with ERR_DATA, ERR_OS.
 */
must_check bool local_document_open(struct local_view *view, struct span value,
                                    struct local_document **document_r, char **name_r,
                                    struct err *err);
void local_document_close(struct local_document *document); /* NULL is allowed */

uint64_t local_document_bytes(const struct local_document *document);

/* As source_stream_is_proven(). */
bool local_document_is_proven(const struct local_document *document, uint8_t md5_r[MD5_SIZE]);

/* Reads on; 0 bytes: complete. Fails with ERR_DATA if they are not as promised; ERR_OS. */
must_check bool local_document_read(struct local_document *document, void *bytes, size_t room,
                                    size_t *size_r, struct err *err);
