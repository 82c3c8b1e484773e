/* The writes of a census, and what it asks of the writer. */
#pragma once

#include "base/digest.h"
#include "engine/writes.h"
#include "ledger/census.h"

/* Begins a census. `number_r` 0: another process is taking one. */
must_check bool write_census_begin(struct writer *writer, int64_t *number_r, struct err *err);

/* Closes a census whose count was confirmed. `find_count` -1: there is no independent count. */
must_check bool write_census_close(struct writer *writer, int64_t number, int64_t records,
                                   int64_t find_count, struct err *err);

/* Ends a census that could not be closed, so that another one may begin. */
must_check bool write_census_end(struct writer *writer, int64_t number, struct err *err);

/* A document that is told to the ledger. */
struct census_upsert {
    struct ledger_census_entry entry;
    enum ledger_upsert_result result;
    uint64_t other_record; /* with LEDGER_UPSERT_ELSEWHERE: the record that has this identity */
};

/* The documents of a page of the source. */
struct census_page {
    struct census_upsert *upserts; /* learn their results */
    size_t count;
    struct sha256 hash;              /* of the identities   */
    size_t new_count, changed_count; /* results           */
};

/* Tells the ledger a page's documents. Telling it one twice does no harm. */
must_check bool write_census_page(struct writer *writer, struct census_page *page, struct err *err);

/* A document lives in another record now, because the file was rebuilt. */
must_check bool write_new_record(struct writer *writer, const struct ledger_census_entry *entry,
                                 struct err *err);

/* A record is gone, and so are its documents, but for those that somebody holds. */
must_check bool write_record_gone(struct writer *writer, uint64_t record_id, struct err *err);

/* --- asked of the writer -------------------------------------------------------------------- */

/*
 * Looks for documents whose record the source was not seen to have.
 *   was_seen    asked for each record, on the writer's thread
 *   absent_r    the records that were not seen; room for `room`
 *   count_r     how many of them; `room` means that there may be more
 */
must_check bool ask_absent_records(struct writer *writer,
                                   bool (*was_seen)(void *arg, uint64_t record_id), void *arg,
                                   uint64_t *absent_r, size_t room, size_t *count_r,
                                   struct err *err);

/*
 * Whether any process closed a census that began at `begun_us` or later, or closed one at
 * `closed_us` or later (wall clock).
 */
must_check bool ask_census_since(struct writer *writer, int64_t begun_us, int64_t closed_us,
                                 bool *was_closed_r, struct err *err);

/* How many documents are still to be handed out. */
must_check bool ask_waiting_count(struct writer *writer, int64_t *count_r, struct err *err);
