/* One of the files that `check` tries: fetched, and judged as a run judges it. */
#pragma once

#include "document/error_page.h"
#include "document/fields.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "source/source.h"

/* A file that was fetched. */
struct sample_file {
    int64_t size;
    enum error_page_sign sign;
    struct sha256 sha256; /* of a small one */
    const char *storage;  /* static; the caller sets it */
    bool is_witnessed;    /* FileMaker's own MD5 proves it */
};

/*
 * Reads a file from its beginning to its end, or of a very large one 64 MiB. Fails as a run would at the first try,
 * but not for bytes that only look like an error page: `sign` says that they do.
 *   engine   no more of it than the settings and `cancel`
 */
must_check bool sample_file_fetch(const struct engine *engine, struct source_reader *reader,
                                  const struct source_facts *facts, struct sample_file *file_r,
                                  struct failure *failure);

/* Says that an error page came instead of the file. Returns false. */
bool sample_file_refuse_page(struct failure *failure, int64_t size);
