/*
 * Uploads: documents that people and programs put in by the console, not FileMaker. They are those of a
 * source of their own, and go the way of all others: claimed, intended, stored, done. What was sent with
 * them is committed with the intent, for whoever finishes a dead console's work. Threads, changes and
 * failures as in ledger.h; the handle is opened with the name of the uploads' source.
 */
#pragma once

#include "base/uuid.h"
#include "ledger/claims.h"
#include "ledger/versions.h"

/* The name of the source of uploads that belongs to a source. The caller frees. */
char *ledger_uploads_name(const char *source);

/* What was sent. Texts are borrowed. */
struct ledger_upload {
    const char *identity; /* a UUID with hyphens, in lower case       */
    const char *patient;  /* the application's id                     */
    const char *type;
    const char *name; /* the file's own                           */
    const char *day;  /* "2024-03-01", or ""                      */
    const char *mime;
    const char *who; /* who sent it, in words                    */
    struct sha256 sha256;
    uint64_t size_bytes;
};

enum ledger_upload_outcome {
    LEDGER_UPLOAD_TAKEN,     /* it is this run's now, and to be put              */
    LEDGER_UPLOAD_ARRIVED,   /* it was taken before, and is done                 */
    LEDGER_UPLOAD_DUPLICATE, /* the patient has an upload with these bytes       */
    LEDGER_UPLOAD_UNDER_WAY, /* these bytes are just being put for this patient  */
    LEDGER_UPLOAD_OTHER,     /* the identity is that of other bytes              */
};

/*
 * In a change: takes an upload, unless it is there. One that an earlier try left without its object, by
 * its identity or by patient, type, day and bytes, is tried again as the same document.
 *   anyway       also if the patient has these bytes already
 *   claim_r      with TAKEN; the caller clears it
 *   identity_r   the document's: of this upload, or of the one that is there
 */
must_check bool ledger_upload_take(struct ledger *ledger, const struct ledger_upload *upload,
                                   bool anyway, enum ledger_upload_outcome *outcome_r,
                                   struct ledger_claim *claim_r, char identity_r[UUID_TEXT_SIZE],
                                   struct err *err);

/* What people change of an upload that is done; as it shall be. All borrowed. */
struct ledger_upload_edit {
    int64_t document, epoch;  /* the epoch as they saw it          */
    const char *type, *day;   /* "Letter", "2024-03-01" or ""      */
    const char *day_before;   /* as they saw it, for the evidence  */
    const char *who, *reason; /* `reason` is perhaps ""           */
};

/*
 * In a change: holds an upload that is done, if it is as it was seen.
 *   claim_r   with is_r; the caller clears it, and ends the hold by ledger_upload_edit() or
 *             ledger_link_release() in the same change
 *   is_r      false: it was changed since, is held, or is no document that is done
 */
must_check bool ledger_upload_hold(struct ledger *ledger, int64_t document, int64_t epoch,
                                   struct ledger_claim *claim_r, bool *is_r, struct err *err);

/*
 * In a change: gives a held upload its type and day, and releases it. The audit chain says who did
 * it, why, and what stood there before.
 *   version   the document's present one: the entry tells it again
 */
must_check bool ledger_upload_edit(struct ledger *ledger, const struct ledger_claim *claim,
                                   const struct ledger_version *version,
                                   const struct ledger_upload_edit *edit, struct err *err);

/* What was sent, as the ledger keeps it. */
struct ledger_sent {
    char *patient, *name, *day, *mime, *who;
    struct sha256 sha256;
    uint64_t size_bytes;
    int64_t at_us;
};
void ledger_sent_clear(struct ledger_sent *sent);
#define auto_sent __attribute__((cleanup(ledger_sent_clear))) struct ledger_sent

/* Reads what was sent for a document. Fails with ERR_DATA if it is no upload. */
must_check bool ledger_sent_read(struct ledger *ledger, int64_t document,
                                 struct ledger_sent *sent_r, struct err *err);
