/*
 * Versions: the bytes that are meant to be stored for a document and their key, committed before
 * the bytes are put, and those that the store has. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "base/digest.h"
#include "ledger/claims.h"

/* Of what FileMaker itself has the MD5 that proves a version's bytes. */
enum ledger_witness {
    LEDGER_WITNESS_NONE,
    LEDGER_WITNESS_FILE,   /* of these bytes, said by a field of the layout                   */
    LEDGER_WITNESS_OBJECT, /* of the object in a FileMaker file that has them among its streams */
};

struct ledger_version {
    int64_t number; /* from 1; 0: ledger_intend() gives it one */
    char *key;
    bool has_sha256;
    struct sha256 sha256;
    uint64_t size_bytes;
    char *mime;
    char *upload_id; /* or NULL                                                             */
    uint64_t mod_id; /* the record's when these bytes were read                             */
    char *mark;      /* the exact text to be written to the record; NULL: none              */
    bool mark_stood; /* the record had it already, at `mod_id`: it is not written           */
    char *patient;   /* the application's id of the patient in the key, or NULL             */
    char *imprint;   /* the words that the server must have for the object (store.h), or NULL */
    enum ledger_witness witness;
    uint8_t md5[MD5_SIZE]; /* the witness's */
    int64_t
        row_print; /* of the application's row as we left it (registry/left.h); 0: not ours alone */
    bool stored;
    bool leaving; /* its bytes are filed under another patient: its object is to be removed */
};

/* Whether two ids of patients are the same; NULL is nobody's. */
bool patient_is_same(const char *a, const char *b);

void ledger_version_clear(struct ledger_version *version);
void ledger_versions_free(struct ledger_version *versions, size_t count);

/*
 * Reads every version of a document whose object may exist, oldest first. The caller frees with
 * ledger_versions_free().
 */
must_check bool ledger_versions(struct ledger *ledger, int64_t document,
                                struct ledger_version **versions_r, size_t *count_r,
                                struct err *err);

/* As ledger_versions(), also those whose object was removed. */
must_check bool ledger_versions_ever(struct ledger *ledger, int64_t document,
                                     struct ledger_version **versions_r, size_t *count_r,
                                     struct err *err);

/* Whether the source has any version. */
must_check bool ledger_has_versions(struct ledger *ledger, bool *has_r, struct err *err);

/* Reads every mark that was meant for a record, by any of its documents. The caller frees all. */
must_check bool ledger_marks(struct ledger *ledger, uint64_t record_id, char ***marks_r,
                             size_t *count_r, struct err *err);

/* In a change: writes an intent to store a version; gives the version its number if it has none. */
must_check bool ledger_intend(struct ledger *ledger, const struct ledger_claim *claim,
                              struct ledger_version *version, struct err *err);

/*
 * In a change: forgets an intent. Only for a caller that knows that nothing was put under its key.
 */
must_check bool ledger_withdraw(struct ledger *ledger, const struct ledger_claim *claim,
                                int64_t number, struct err *err);
