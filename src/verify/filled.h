/*
 * What was written back into fields beside the mark ([writeback]), by the verifier's own reading of
 * the rules. It keeps hashes of what the fields hold: that may be anything that somebody typed.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "filemaker/filemaker.h"

enum { FILLED_FIELDS_MAX = 16 };

/* The rules of one time: fields and templates. */
struct filled_rules {
    char *console;
    char *fields[FILLED_FIELDS_MAX], *templates[FILLED_FIELDS_MAX];
    size_t count;
};

/*
 * Reads rules as the ledger's notes have them: the console's address, then a line for each field,
 * FIELD TAB TEMPLATE.
 *   rules_r   empty before; the caller clears with filled_rules_clear(), also after a failure
 * Fails with ERR_DATA.
 */
must_check bool filled_rules_read(const char *text, struct filled_rules *rules_r, struct err *err);
void filled_rules_clear(struct filled_rules *rules);

/* What a version's fields are to hold follows from this. */
struct filled_version {
    const char *row; /* the text of the row's id */
    struct span key, sha256, mark;
    uint64_t size_bytes;
};

/* Adds 32 bytes for each field of the rules: the hash of what it holds; zeros if it is empty. */
void filled_hashes_add(struct str *to, const struct filled_rules *rules,
                       const struct filemaker_record *record);

/* Whether the hash is that of what these rules put into the field for this version. */
bool filled_by(const struct filled_rules *rules, const char *field,
               const struct filled_version *version, struct span hash);

/* Whether nothing was in the field. */
bool filled_hash_is_empty(struct span hash);
