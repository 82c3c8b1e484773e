/*
 * Where documents come from, by one interface: who counts and moves knows no kind of source. The
 * kinds are FileMaker Server by its Data API (filemaker/filemaker.h) or by OData (source/odata.h), and what lies on
 * this machine, a FileMaker file or a manifest (source/local.h); records come as pages of the Data API, whatever the kind
 * (docs/decisions/0105-one-interface-for-sources.md).
 *
 * A reader belongs to one thread. A function without a comment does what its namesake in
 * filemaker/filemaker.h says, and fails as that does.
 */
#pragma once

#include "base/digest.h"
#include "filemaker/filemaker.h"
#include "filemaker/names.h"
#include "source/backup.h"
#include "source/local.h"

struct source_reader;
struct metadata;

/*
 * Makes a reader; nothing is asked yet.
 *   settings   as filemaker_new() takes them
 *   file       the file that their url names, which outlives the reader; NULL: it names a server
 *   reader_r   caller frees with source_free() (or auto_source_reader)
 */
must_check bool source_new(const struct filemaker_settings *settings,
                           const struct source_file *file, const struct cancel *cancel,
                           struct source_reader **reader_r, struct err *err);

void source_free(struct source_reader *reader); /* NULL is allowed */
void auto_source_reader_cleanup(struct source_reader **reader);
#define auto_source_reader __attribute__((cleanup(auto_source_reader_cleanup))) struct source_reader

/*
 * Whether it is a file or a manifest: it has no account, marks, finds or sessions, and one count of its records that
 * is independent of reading them.
 */
bool source_is_file(const struct source_reader *reader);

/*
 * Whether it has finds, and with them marks, scripts and sessions. One that has none is read record by record, and its
 * records are counted a second time by source_recount().
 */
bool source_has_finds(const struct source_reader *reader);

/* --- what it is, and what it shows ---------------------------------------------------------- */

must_check bool source_product(struct source_reader *reader, struct filemaker_product *product_r,
                               struct err *err);
struct span source_proxy(const struct source_reader *reader);
must_check bool source_names(struct source_reader *reader, enum filemaker_names which,
                             struct str *names, struct err *err);
must_check bool source_layout(struct source_reader *reader, const char *layout,
                              struct filemaker_layout *layout_r, struct err *err);

/*
 * Reads OData's $metadata, which shows what layouts hide; only of a server that is read by the Data API.
 * Fails as odata_metadata().
 */
must_check bool source_schema(struct source_reader *reader, struct metadata *metadata_r,
                              struct err *err);

/* --- sessions, where it has any ------------------------------------------------------------- */

must_check bool source_log_in(struct source_reader *reader, struct err *err);
void source_log_out(struct source_reader *reader);
uint64_t source_logins(const struct source_reader *reader);

/* --- records -------------------------------------------------------------------------------- */

must_check bool source_records(struct source_reader *reader, const char *layout, uint64_t offset,
                               uint64_t limit, struct filemaker_page *page_r, struct err *err);
must_check bool source_record(struct source_reader *reader, const char *layout, uint64_t record_id,
                              struct filemaker_page *page_r, struct err *err);
must_check bool source_find(struct source_reader *reader, const char *layout,
                            const char *query_json, const char *sort_json, uint64_t offset,
                            uint64_t limit, struct filemaker_page *page_r, struct err *err);
must_check bool source_find_any(struct source_reader *reader, const char *layout, const char *field,
                                const struct span *values, size_t count,
                                struct filemaker_page *page_r, struct err *err);
must_check bool source_set(struct source_reader *reader, const struct filemaker_write *write,
                           uint64_t *mod_id_r, struct err *err);

/*
 * Counts all records by another way than reading them; only where there are no finds, as local_recount().
 */
must_check bool source_recount(struct source_reader *reader, const char *layout, int64_t *count_r,
                               struct err *err);

/*
 * Counts where the documents of a table lie, by reading every record and every object of it. Memory:
 * eight bytes for each value of a container.
 *   known_r   false: a server cannot tell
 * Fails with ERR_REMOTE, ERR_DATA, ERR_OS.
 */
must_check bool source_holdings_count(struct source_reader *reader, const char *layout,
                                      bool *known_r, struct source_holdings *holdings_r,
                                      struct err *err);

/* --- the bytes of containers ---------------------------------------------------------------- */

struct source_stream;

/*
 *   value      of a container field, from a record that this reader has read
 *   stream_r   caller closes with source_stream_close() (or auto_source_stream) before the next call
 */
must_check bool source_stream_open(struct source_reader *reader, struct span value,
                                   struct source_stream **stream_r, struct err *err);
must_check bool source_odata_open(struct source_reader *reader, const char *table, struct span key,
                                  const char *field, struct source_stream **stream_r,
                                  struct err *err);
must_check bool source_odata_table(struct source_reader *reader, const char *table,
                                   struct err *err);
must_check bool source_script_bytes(struct source_reader *reader, const char *layout,
                                    const char *script, struct span param, struct str *to,
                                    struct err *err);

/*
 * Opens a document in the folder of a backup, as backup_document_open(); its own name is the last
 * part of the path.
 */
must_check bool source_backup_open(const struct backup *backup, struct span path,
                                   struct source_stream **stream_r, struct err *err);

void source_stream_close(struct source_stream *stream); /* NULL is allowed */
void auto_source_stream_cleanup(struct source_stream **stream);
#define auto_source_stream __attribute__((cleanup(auto_source_stream_cleanup))) struct source_stream

int64_t source_stream_length(const struct source_stream *stream);
const char *source_stream_disposition(const struct source_stream *stream);

/*
 * Whether the stream has ended, and the source itself has the MD5 by which its bytes are proven: only
 * a FileMaker file has. (The MD5 in a manifest is a field of its records.)
 *   md5_r   of the object that has the bytes among its streams, not of the bytes alone
 */
bool source_stream_is_proven(const struct source_stream *stream, uint8_t md5_r[MD5_SIZE]);
must_check bool source_stream_read(struct source_stream *stream, void *bytes, size_t room,
                                   size_t *size_r, struct err *err);
