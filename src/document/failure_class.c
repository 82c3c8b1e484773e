/* The classes of failure, one row each. docs/errors.md is the same table for people. */
#include "document/failure_class.h"

#include "base/time.h"

enum { ALWAYS_WAITS = 0, CHANGES = 8, WAIT_MAX_US = 300 * TIME_SECOND };

static const struct failure_class policies[FAILURES] = {
    [FAILURE_CONTAINER_EMPTY] = { "container-empty", "empty",
                                  "there is no file in the container field",
                                  "put the file into the record, or waive the document", 1, false,
                                  false, false },
    [FAILURE_CONTAINER_REFERENCE] = { "container-reference", "stored as a path only",
                                      "FileMaker stores only a path to the file, not the file",
                                      "mount the folder and name it in reference_map, or insert "
                                      "the file itself",
                                      1, false, false, false },
    [FAILURE_CONTAINER_NO_ACCESS] = { "container-no-access", "not visible to the account",
                                      "the account may not see the container field",
                                      "give the account's privilege set read access to the field",
                                      1, true, false, false },
    [FAILURE_CONTAINER_UNAVAILABLE] = { "container-unavailable", "streams missing",
                                        "FileMaker Server does not hand the file out",
                                        "open the record in FileMaker: if the file is missing "
                                        "there too, look for its external "
                                        "folder or restore it from a backup",
                                        5, true, true, false },
    [FAILURE_CONTAINER_TRUNCATED] = { "container-truncated", "truncated",
                                      "the file ended before its announced length",
                                      "open the record in FileMaker and export the file; if it is "
                                      "damaged, restore it",
                                      5, true, true, false },
    [FAILURE_CONTAINER_LONGER] = { "container-longer", "longer than was said",
                                   "the file has more bytes than was said of it",
                                   "see whether something still writes to it; then export it, or "
                                   "make the backup, again",
                                   1, true, false, false },
    [FAILURE_CONTAINER_NOT_A_FILE] = { "container-not-a-file", "error pages instead of files",
                                       "the server sent an error page instead of the file",
                                       "look at the server's log at the time of the try; then "
                                       "retry. If it is the document: 'fmferry accept'",
                                       5, true, true, false },
    [FAILURE_CONTAINER_ZERO] = { "container-zero", "without a byte", "the file has no bytes",
                                 "restore the file from a backup; waive the document, or accept "
                                 "that it has no bytes",
                                 5, true, true, false },
    [FAILURE_CONTAINER_DIFFERS] = { "container-differs", "unlike FileMaker's own MD5",
                                    "the bytes that came are not those whose MD5 FileMaker says",
                                    "see that the field of the MD5 is a calculation that is not "
                                    "stored; open the record in FileMaker and export the file. If "
                                    "these bytes are the document: 'fmferry accept'",
                                    5, true, true, false },
    [FAILURE_CONTAINER_UNPROVEN] = { "container-unproven", "not proven to be the document's",
                                     "FileMaker says no MD5 of the file, so nothing tells that the "
                                     "backup's file is the document's",
                                     "see that the field of the MD5 is a calculation that is not "
                                     "stored, and that FileMaker reaches the file. If these bytes "
                                     "are the document: 'fmferry accept'",
                                     1, true, false, false },
    [FAILURE_BACKUP_MISSING] = { "backup-missing", "missing in the backup",
                                 "the backup's folder has no such file that may be read",
                                 "see that [source] backup is the folder to which FileMaker's "
                                 "paths "
                                 "are relative; else take a newer backup, or export the file from "
                                 "FileMaker",
                                 1, true, false, false },
    [FAILURE_BACKUP_ENCRYPTED] = { "backup-encrypted", "in secure storage",
                                   "the document lies in FileMaker's secure storage, which is "
                                   "encrypted",
                                   "make a copy that holds the documents with 'FMDeveloperTool "
                                   "--copySelfContained', and take it as the source "
                                   "(docs/fmp12.md)",
                                   1, true, false, false },
    [FAILURE_SOURCE_LOCKED] = { "source-locked", "open in FileMaker",
                                "somebody has the record open in FileMaker",
                                "nothing: it is marked when the record is free", ALWAYS_WAITS, true,
                                false, false },
    [FAILURE_SOURCE_CHANGED] = { "source-changed", "edited meanwhile",
                                 "the record was edited each time while it was moved",
                                 "nothing, if somebody was at work in it: the next run moves it; "
                                 "else find the script or robot that edits the record whenever "
                                 "it is read",
                                 CHANGES, true, false, false },
    [FAILURE_SOURCE_REACTS] = { "source-reacts", "answered by FileMaker with an edit",
                                "FileMaker answers the mark with an edit of its own, and the mark "
                                "or the file is not as it was",
                                "find the script (OnWindowTransaction), calculation or robot that "
                                "edits the record when it is marked, and except the API's account "
                                "from it; empty the mark field if it was altered; then 'fmferry "
                                "retry --class source-reacts'",
                                1, false, false, false },
    [FAILURE_SOURCE_REJECTED] = { "source-rejected", "refused by FileMaker",
                                  "FileMaker refuses to read or mark this record",
                                  "look up the FileMaker error number; validation and privileges "
                                  "are the usual causes",
                                  3, true, false, false },
    [FAILURE_SOURCE_MARKED] = { "source-marked", "marked by somebody else",
                                "the record carries an export mark that is not ours",
                                "an earlier importer was here: 'fmferry reconcile --adopt' takes "
                                "over what is right",
                                1, false, false, false },
    [FAILURE_SOURCE_FILLED] = { "source-filled", "with a field that is filled otherwise",
                                "a field that is to be filled holds something that is not ours",
                                "look at the field in FileMaker: empty it if nobody needs what it "
                                "holds, or name another field in [writeback]; the next run tries "
                                "again",
                                1, true, false, false },
    [FAILURE_MARK_WAITS] = { "mark-waits", "marked too often within an hour",
                             "the record was marked as often within an hour as is allowed",
                             "nothing: it is marked when the hour is over; if nobody works in the "
                             "record, find the script that edits it again and again",
                             ALWAYS_WAITS, true, false, false },
    [FAILURE_RECORD_INCOMPLETE] = { "record-incomplete", "waiting for other files of their record",
                                    "another file of the same record has not arrived yet",
                                    "see to the other file: the record is marked when all of its "
                                    "files are stored",
                                    ALWAYS_WAITS, true, false, false },
    [FAILURE_SOURCE_AWAY] = { "source-away", "while FileMaker was away",
                              "FileMaker Server cannot be reached",
                              "nothing: the run waits, and stops if it lasts", ALWAYS_WAITS, true,
                              false, false },
    [FAILURE_STORE_REJECTED] = { "store-rejected", "refused by the store",
                                 "the store refuses this object",
                                 "see the store's own words in the evidence", 1, false, false,
                                 false },
    [FAILURE_STORE_CONFLICT] = { "store-conflict", "in conflict with another object",
                                 "something else lies under this document's key",
                                 "find out whose it is; nothing was overwritten. If it may stay: "
                                 "'fmferry accept' puts the document beside it",
                                 1, false, false, false },
    [FAILURE_STORE_AWAY] = { "store-away", "while the store was away",
                             "the store cannot be reached",
                             "nothing: the run waits, and stops if it lasts", ALWAYS_WAITS, true,
                             false, false },
    [FAILURE_REGISTRY_REJECTED] = { "registry-rejected", "refused by the application",
                                    "the application's database refuses the document's row",
                                    "see the database's own words in the evidence", 1, false, false,
                                    false },
    [FAILURE_INTEGRITY] = { "integrity", "with differing hashes",
                            "the stored bytes are not those that were read",
                            "check memory and network; the run stops", 3, true, false, true },
    [FAILURE_UPLOAD_INTERRUPTED] = { "upload-interrupted", "uploaded in part",
                                     "the console or the store stopped before an uploaded file was "
                                     "in the store",
                                     "upload the same file again, for the same patient, type and "
                                     "day: then it arrives as this document",
                                     1, false, false, false },
    [FAILURE_INTERNAL] = { "internal", "internal faults", "a fault in fmferry",
                           "report it with the evidence; the document itself is untouched", 1,
                           false, false, false },
};

const struct failure_class *failure_class_of(enum failure_kind failure)
{
    return &policies[failure];
}

bool failure_class_is_previous(enum failure_kind failure)
{
    return failure == FAILURE_SOURCE_MARKED || failure == FAILURE_REGISTRY_REJECTED
           || failure == FAILURE_STORE_CONFLICT;
}

bool failure_class_read(struct span name, enum failure_kind *failure_r)
{
    for (size_t i = 0; i < FAILURES; i++) {
        if (span_is(name, policies[i].name)) {
            *failure_r = (enum failure_kind)i;
            return true;
        }
    }
    return false;
}

int64_t failure_class_wait_us(const struct failure_class *class, int tries, int64_t first_us)
{
    int64_t wait_us = first_us, factor = class->tries > 0 ? 2 : 3;

    while (--tries > 0 && wait_us < WAIT_MAX_US)
        wait_us *= factor;
    return wait_us < WAIT_MAX_US ? wait_us : WAIT_MAX_US;
}
