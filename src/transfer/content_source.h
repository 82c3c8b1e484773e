/*
 * Where a document's bytes come from: a container stream, a file that the container only points to,
 * or, where streaming fails for good, OData or a script of the solution.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "document/fields.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "filemaker/filemaker.h"

struct intake;

enum intake_way {
    INTAKE_DIRECT, /* what the container itself says: a stream, or a file it points to */
    INTAKE_ODATA,
    INTAKE_SCRIPT,
};
enum { INTAKE_WAYS = INTAKE_SCRIPT + 1 };

/* Whether a way is open to a document: configured, and the document has what it needs. */
bool intake_has_way(const struct mover_settings *settings, const struct source_facts *facts,
                    enum intake_way way);

/*
 * Opens what a document's facts point to.
 *   intake_r   caller frees with intake_free()
 */
must_check bool intake_open(const struct mover *mover, struct filemaker *filemaker,
                            const struct source_facts *facts, enum intake_way way,
                            struct intake **intake_r, struct trouble *trouble);
void intake_free(struct intake *intake); /* NULL is allowed */

/* The announced size, or -1. */
int64_t intake_length(const struct intake *intake);

/* The file's name, where the way tells it: a Content-Disposition, or NULL. */
const char *intake_disposition(const struct intake *intake);

/* Reads on; 0 bytes: complete. `before`: how many came already, for the evidence. */
must_check bool intake_read(struct intake *intake, void *bytes, size_t room, uint64_t before,
                            size_t *size_r, struct trouble *trouble);
