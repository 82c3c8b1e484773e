/* Reads the source for the verifier: its own walk over the records, its own reading of bytes. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/digest.h"
#include "base/err.h"
#include "filemaker/filemaker.h"
#include "verify/facts.h"
#include "verify/filled.h"
#include "verify/verify.h"

struct source;

/*
 * Logs in and reads the layout.
 *   source_r   caller closes with source_close()
 */
must_check bool source_open(const struct verify_settings *settings, const struct cancel *cancel,
                            struct source **source_r, struct err *err);
void source_close(struct source *source); /* NULL is allowed */

/* Has the walk look for what these rules fill as well; they outlive the source. */
void source_look_for(struct source *source, const struct filled_rules *filled);

struct unnamed;

/* A walk notes the paths that records say of files outside, from now on; NULL: no more. Borrowed. */
void source_note_paths(struct source *source, struct unnamed *unnamed);

/*
 * Walks over every record.
 *   each        called for each document; `patient_id` as FileMaker has it, in lower case; the
 *               fact's patient is not known yet
 *   records_r   how many records there were
 */
must_check bool source_walk(struct source *source,
                            bool (*each)(void *arg, const struct source_fact *fact,
                                         struct span patient_id, struct err *err),
                            void *arg, uint64_t *records_r, struct err *err);

/* Asks whether a record exists at this moment. */
must_check bool source_record_exists(struct source *source, uint64_t record_id, bool *lives_r,
                                     struct err *err);

enum source_read {
    SOURCE_READ,      /* `sha256_r` and `size_r` are those of the bytes   */
    SOURCE_REFUSED,   /* the server gives no bytes: `err` says why        */
    SOURCE_NO_STREAM, /* the container holds nothing that can be streamed */
    SOURCE_GONE,      /* the record does not exist any more               */
    SOURCE_FAILED,    /* it could not be found out: `err` says why        */
};

/* Reads and hashes a document's bytes. `mod_id_r`: the record's when they were read. */
enum source_read source_bytes(struct source *source, uint64_t record_id, struct span container,
                              uint64_t repetition, uint64_t *mod_id_r, struct sha256 *sha256_r,
                              uint64_t *size_r, struct err *err);
