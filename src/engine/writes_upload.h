/* The writes about documents that were uploaded, and what people change of a row by the console. */
#pragma once

#include "document/key.h"
#include "document/upload_row.h"
#include "engine/writes.h"
#include "ledger/documents.h"
#include "ledger/edit_intents.h"
#include "ledger/uploads.h"

/* An upload that is to be taken. What it is asked is borrowed; results are set anew each time. */
struct upload_begin {
    const struct ledger_upload *upload;
    bool anyway; /* also if the patient has these bytes already */
    const struct key_rules *keys;
    const char *ext;     /* "pdf" */
    bool needs_hash_key; /* the store may replace what lies under a key */

    enum ledger_upload_outcome outcome;
    char identity[UUID_TEXT_SIZE]; /* the document's */
    /*
     * With LEDGER_UPLOAD_TAKEN: ours, and what is intended. An upload id in it is that of an earlier try,
     * which must be aborted first.
     */
    struct ledger_claim claim;
    struct ledger_version version;
};
void upload_begin_clear(struct upload_begin *begin);
#define auto_upload_begin __attribute__((cleanup(upload_begin_clear))) struct upload_begin

/* Takes an upload, and notes what is to be stored under which key. Also fails as key_make(). */
must_check bool write_upload_begin(struct writer *writer, struct upload_begin *begin,
                                   struct err *err);

/* An upload that is stored: its bytes lie under the version's key. */
struct upload_stored {
    const struct ledger_claim *claim;
    const struct ledger_version *version;
    const struct upload_row_parts *row;
};

/*
 * Notes that it is stored and done, and puts its row into the application, in one change.
 *   row_exists_r   false: people have deleted the row, and it is not made again
 */
must_check bool write_upload_stored(struct writer *writer, const struct upload_stored *stored,
                                    bool *row_exists_r, struct err *err);

/* Notes why an upload did not arrive: it failed, and is tried again only if it is sent again. */
must_check bool write_upload_failed(struct writer *writer, const struct ledger_claim *claim,
                                    const struct ledger_attempt *attempt, struct err *err);

/* An upload that a dead console left without its outcome; held. */
struct upload_left {
    struct ledger_claim claim;
    struct ledger_sent sent;
    struct ledger_version *versions;
    size_t version_count;
};
void upload_left_clear(struct upload_left *left);
#define auto_upload_left __attribute__((cleanup(upload_left_clear))) struct upload_left

/* Claims the next one that is due. `is_r` false: there is none. */
must_check bool write_upload_left(struct writer *writer, struct upload_left *left_r, bool *is_r,
                                  struct err *err);

/* Lets go of one until later: nobody could find out whether its object is there. */
must_check bool write_upload_later(struct writer *writer, const struct ledger_claim *claim,
                                   const struct ledger_attempt *attempt, int64_t due_us,
                                   struct err *err);

enum upload_edit_outcome {
    UPLOAD_EDIT_DONE,
    UPLOAD_EDIT_STALE, /* the document was changed since it was seen, or a run holds it  */
    UPLOAD_EDIT_NO_ROW /* the application has no such row any more: nothing was changed */
};

/* What is to be changed of an upload, and of its row. All borrowed. */
struct upload_edit {
    const struct ledger_upload_edit *edit;
    const char *source_name; /* of uploads */
    const char *bucket;
    int64_t run; /* whose intent it is; 0: this one's */
};

/* Notes what is to be changed, so that whoever comes after a death can do it again. */
must_check bool write_upload_edit_intent(struct writer *writer,
                                         const struct ledger_upload_edit *edit, struct err *err);

/* Forgets that, of a change that failed. */
must_check bool write_upload_edit_given_up(struct writer *writer, const struct upload_edit *edit,
                                           struct err *err);

/* Reads what a run left that is over. `is_r` false: there is nothing. */
must_check bool write_upload_edit_left(struct writer *writer, struct ledger_edit_left *left_r,
                                       bool *is_r, struct err *err);

/* Gives an upload its type and day, in the ledger and in its row, in one change that ends the intent. */
must_check bool write_upload_edit(struct writer *writer, const struct upload_edit *edit,
                                  enum upload_edit_outcome *outcome_r, struct err *err);

/*
 * Takes a row away in the application, or brings it back: nothing is removed.
 *   there_r   false: the application has no such row, or no column for this
 */
must_check bool write_row_active(struct writer *writer, const struct uuid *row, bool is_active,
                                 bool *there_r, struct err *err);
