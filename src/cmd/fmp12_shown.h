/* FileMaker's files as `fmferry tables` and `fmferry records` show them. */
#pragma once

#include "fmp12/objects.h"
#include "fmp12/schema.h"
#include "json/writer.h"

/* Hashes each stream of an object while it is read. */
struct fmp12_sums {
    struct sha256_stream *stream;
    char code[FMP12_CODE_SIZE]; /* of the stream that is being read; "" before the first */
    size_t count;
    struct fmp12_sum {
        char code[FMP12_CODE_SIZE];
        struct sha256 sha256;
    } sums[FMP12_STREAMS_MAX];
};

void fmp12_sums_clear(struct fmp12_sums *sums); /* a zeroed one is allowed */
#define auto_fmp12_sums __attribute__((cleanup(fmp12_sums_clear))) struct fmp12_sums

/* The sink that fills `sums`, which it borrows; between two objects it is ended by fmp12_sums_end(). */
struct fmp12_sink fmp12_sums_sink(struct fmp12_sums *sums);
void fmp12_sums_end(struct fmp12_sums *sums);
void fmp12_sums_reset(struct fmp12_sums *sums);

/* Writes the members of an object that say what it is, into an open JSON object (docs/json.md). */
void fmp12_object_json(struct json_writer *w, const struct fmp12_object *object,
                       const struct fmp12_sums *sums);

/* A sentence of an object for people: "image.svg, 4982 bytes of FILE, proven". Appended to `to`. */
void fmp12_object_words(struct str *to, const struct fmp12_object *object);

/* The table that a name or a number means. Fails with ERR_USAGE: none, or several of that name. */
must_check bool fmp12_table_named(const struct fmp12_schema *schema, const char *named,
                                  const struct fmp12_table **table_r, struct err *err);
