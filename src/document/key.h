/*
 * Keys: the places of documents in the store. Every key ends in something unique to its document,
 * so that two documents never share one; the rules are in docs/keys.md.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"

struct key_rules {
    const char *prefix;       /* in front of every key, "" or ending in "/"             */
    const char *linked;       /* template with {patient_id} {type-slug} {filemaker_id} {ext} */
    const char *unlinked;     /* template for documents whose patient is not known      */
    const char *type_folders; /* "referral=referrals, x=y": folders that are not the slug */
    bool listed_only;         /* types that are not in `type_folders` are hashed        */
};

struct key_facts {
    const char *patient_id;   /* the application's, or NULL: not linked           */
    struct span type;         /* as FileMaker gives it                            */
    struct span filemaker_id; /* as FileMaker spells it; SPAN_NONE: of no use     */
    uint64_t record_id;
    const char *container; /* "" for a record's own document                   */
    int repetition;
    const char *ext;              /* "pdf"                                            */
    const struct sha256 *version; /* NULL for the first version's key                 */
};

/* Adds the slug of a type, the name of its folder (docs/keys.md, "Types"). */
void key_slug(struct str *to, struct span type);

/*
 * Whether a template gives every document a key of its own: only names that are known, and the id.
 *   is_linked   it is for documents whose patient is known, so it may contain {patient_id}
 * Fails with ERR_USAGE, which says what is wrong, not where.
 */
must_check bool key_template_check(const char *template, bool is_linked, struct err *err);

/*
 * Whether `type_folders` names each type by its slug, and gives it a folder that can be part of a
 * key. Fails with ERR_USAGE, which says what is wrong, not where.
 */
must_check bool key_folders_check(const char *type_folders, struct err *err);

/*
 * Makes a key.
 * Fails with ERR_USAGE (a template with an unknown name in braces) and ERR_DATA (too long).
 */
must_check bool key_make(const struct key_rules *rules, const struct key_facts *facts,
                         struct str *key_r, struct err *err);
