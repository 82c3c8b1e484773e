/* [writeback]: which fields are filled with the mark. */
#pragma once

#include "base/conf.h"
#include "document/writeback.h"

/* What else of the configuration the rules depend on. */
struct writeback_place {
    const char *path; /* of the configuration, for messages        */
    const struct conf *conf;
    const char *public_url; /* [console] public_url                      */
    bool is_file;           /* the source is one, and is never changed   */
    bool has_mark;          /* [source] mark_field names a field         */
};

/*
 * Reads the rules.
 *   rules   empty before; the caller clears it, also after a failure
 * Fails with ERR_USAGE: a rule that cannot be followed, or a source that is never marked.
 */
must_check bool settings_writeback(const struct writeback_place *place, struct writeback *rules,
                                   struct err *err);
