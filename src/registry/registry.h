/*
 * The registry: the application's own tables of documents and patients, Nexus's or others. If there
 * is an application, they are used as they are; if there is none, they are made as Django would
 * make them. None of them is ever altered; what we need beside them is in tables of our own.
 *
 * A registry is in the ledger's database, and its changes are committed with the ledger's; or it is
 * apart, in a database of its own, and its changes are committed first: then there may be a row
 * that the ledger does not know yet, and it is written again. One handle belongs to one thread.
 * Functions marked "in a change" belong to the change that registry_commit() ends. All fail with
 * ERR_DATABASE.
 *
 * Each heading below names the file that has the functions. previous.h reads rows that others may
 * have written, look.h counts rows for status and report.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"
#include "registry/settings.h"
#include "sql/sql.h"

/* --- opening: registry.c ---------------------------------------------------------------------- */

struct registry;

/*
 * Opens a registry; makes the tables that are missing.
 *   settings     borrowed for as long as the registry lives
 *   shared       the ledger's connection if it is the same database, whose owner stays the caller;
 *                NULL: a connection of its own
 *   registry_r   caller frees with registry_free(), before `shared` is closed
 * Also fails with ERR_USAGE if a table is not as it should be, naming the table and the fault.
 */
must_check bool registry_open(const struct registry_settings *settings, struct sql *shared,
                              const struct cancel *cancel, struct registry **registry_r,
                              struct err *err);

/* As registry_open(), on a connection of its own, for reading only: no missing table is made. */
must_check bool registry_open_reader(const struct registry_settings *settings,
                                     const struct cancel *cancel, struct registry **registry_r,
                                     struct err *err);

/*
 * Finds everything that would make registry_open() fail; makes the tables if there are none.
 *   problems   gets a sentence, ended by a newline, for each
 */
must_check bool registry_check(const struct registry_settings *settings,
                               const struct cancel *cancel, struct str *problems, struct err *err);

void registry_free(struct registry *registry); /* NULL is allowed; rolls back an open change */
void auto_registry_cleanup(struct registry **registry);
#define auto_registry __attribute__((cleanup(auto_registry_cleanup))) struct registry

/* --- changes: change.c ------------------------------------------------------------------------ */

/*
 * Commits the changes if the registry is apart; else the ledger's commit, which follows, does.
 * NULL is allowed. Whatever it fails with, the same change may be made again: after
 * SQL_COMMIT_LOST too, since a row that is written twice is the same row.
 */
must_check bool registry_commit(struct registry *registry, struct err *err);

/* Rolls back the changes since the last commit, if the registry is apart. NULL is allowed. */
void registry_take_back(struct registry *registry);

/* Connects again after SQL_AWAY or SQL_COMMIT_LOST, if the registry is apart. NULL is allowed. */
must_check bool registry_reconnect(struct registry *registry, struct err *err);

/* --- documents: documents.c ------------------------------------------------------------------- */

/*
 * The writer of a row. A lower epoch of the same ledger, or an older ledger, is late: it is refused
 * as a constraint would be.
 */
struct registry_writer {
    int64_t lineage; /* when the ledger began to know the source: ledger_source_created_us() */
    int64_t epoch;   /* the claim's                                                */
};

/* The value of one field of a record. */
struct registry_field {
    struct span text;
    bool is_number; /* `text` is a JSON number, as it came */
    bool is_moment; /* it can be read as a date or a stamp */
    struct time_civil moment;
};

/*
 * A document's row. Texts are cut to what the columns take, the metadata holds the whole; but a key
 * that is too long is refused as a constraint would be.
 */
struct registry_document {
    struct uuid id;
    const char *patient; /* the application's id of the patient; NULL: not linked   */
    const char *file_name, *original_name;
    uint64_t file_size; /* capped where the column is, with the exact size in the metadata */
    const char *mime_type;
    const char *s3_bucket, *s3_key;
    const char *category, *type, *uploaded_by;
    int64_t now_us;
    const char *document_date; /* "2026-11-23", or NULL                                  */
    bool has_filemaker_id;
    struct uuid filemaker_id;
    const char *metadata; /* JSON                                                   */
    const char *sha256;
    uint64_t record_id, mod_id;
    const char *identity, *container;
    int repetition;
    const char *doubt; /* why the document itself contradicts its patient; NULL: it does not */
    const char *doubt_about; /* that patient's FileMaker id                                     */
    struct registry_writer writer;
    int64_t print; /* the row's, as it was when we wrote it last; 0: it is not ours alone   */

    /* Gives any field of the record; NULL: the record is not at hand. */
    struct registry_field (*field)(const void *arg, const char *name);
    const void *field_arg;
};

/*
 * In a change: makes the row, or brings it up to date.
 *   there_r   false: it was deleted in the application since we made it, and is not made again
 *   print_r   a number made of the whole row as we left it, by which left.h tells whether people have
 *             changed it since; 0: it was there before us, or they have changed it already
 */
must_check bool registry_put_document(struct registry *registry,
                                      const struct registry_document *document, bool *there_r,
                                      int64_t *print_r, struct err *err);

/* A document's new place: another patient, or none, and the key that follows from it. */
struct registry_move {
    struct uuid id;
    const char *patient; /* the application's id; NULL: not linked */
    const char *bucket, *key;
    int64_t now_us;
    struct registry_writer writer;
    int64_t print; /* as registry_document has it */
};

/* In a change: points the row to another patient and key. Results as registry_put_document() has. */
must_check bool registry_move_document(struct registry *registry, const struct registry_move *move,
                                       bool *there_r, int64_t *print_r, struct err *err);

/* Counts our rows that the application no longer has. */
must_check bool registry_count_deleted(struct registry *registry, int64_t *count_r,
                                       struct err *err);

/* --- patients: patients.c, matching.c, imports.c ---------------------------------------------- */

enum { REGISTRY_PATIENT_SIZE = 64 }; /* of an application's id of a patient */

/* A patient as FileMaker has it. Members that are not known are empty. */
struct registry_person {
    struct span filemaker_id;
    struct span first_name, last_name;
    const char *dob;      /* "1980-02-29", or ""                                          */
    struct span dob_text; /* as spelled, if that is no date: kept in the metadata          */
    struct span mrn;      /* the record number; nothing else ever stands for one          */

    /* Any other field that a column asks for, by its place in registry_patient_fields(). */
    struct registry_field (*field)(const void *arg, size_t index);
    const void *field_arg;
};

enum { REGISTRY_FIELDS_MAX = 32 };

/*
 * The fields of FileMaker's patients that the configuration gives to columns, {field:X}. Nothing is
 * opened. A template that cannot be read is passed over: registry_open() reports it.
 *   names_r   room for REGISTRY_FIELDS_MAX; each to be freed by the caller
 */
size_t registry_patient_fields(const struct registry_settings *settings,
                               char *names_r[REGISTRY_FIELDS_MAX]);

/*
 * The application's column that needs a record number of its own for each patient; NULL: none
 * does, and a number that the source does not have is left empty.
 */
const char *registry_needs_mrn(const struct registry *registry);

/*
 * In a change: begins to collect FileMaker's patients. registry_person_collect() adds each of them
 * once, and registry_persons_finish() ends it.
 *   complete   all were collected: patients that FileMaker no longer has are in doubt
 */
must_check bool registry_persons_begin(struct registry *registry, int64_t *import_r,
                                       struct err *err);
must_check bool registry_person_collect(struct registry *registry, int64_t import,
                                        const struct registry_person *person, struct err *err);
must_check bool registry_persons_finish(struct registry *registry, int64_t import, bool complete,
                                        struct err *err);

/*
 * In a change: reads the application's patients into the map that registry_match() uses, and
 * compares them with FileMaker's.
 *   count_r   patients with a FileMaker id
 */
must_check bool registry_map_patients(struct registry *registry, int64_t *count_r, struct err *err);

enum registry_match {
    REGISTRY_NO_PATIENT,
    REGISTRY_ONE_PATIENT,
    REGISTRY_REVIEW, /* people must find out which one: registry_doubts() */
};

/*
 * The patient with a FileMaker id, compared without regard to case.
 *   patient   room for REGISTRY_PATIENT_SIZE; filled with REGISTRY_ONE_PATIENT
 */
must_check bool registry_match(struct registry *registry, struct span filemaker_id,
                               enum registry_match *match_r, char *patient, struct err *err);

enum { REGISTRY_DAY_SIZE = 16 };

/* The birthday of a patient with a FileMaker id, "1980-02-29"; "" if nobody knows it. */
must_check bool registry_patient_dob(struct registry *registry, struct span filemaker_id,
                                     char born[REGISTRY_DAY_SIZE], struct err *err);

/* A doubt: a patient of whom nobody can be sure, or a document that contradicts its patient. */
struct registry_doubt {
    struct span filemaker_id; /* FileMaker's, of the patient                 */
    struct span patient;      /* the application's id, or empty              */
    struct span document;     /* its row's id, if only one document is meant */
    struct span why;
};

/* Calls `on_doubt` for every doubt. Also fails as `on_doubt` does. */
must_check bool registry_doubts(struct registry *registry,
                                bool (*on_doubt)(void *arg, const struct registry_doubt *doubt,
                                                 struct err *err),
                                void *arg, struct err *err);

/*
 * In a change: settles the doubt about a patient whom the application has once under this id, for
 * as long as both sides have the data of the patient that they have now. It takes effect with the
 * next registry_map_patients().
 *   who, reason   a person's name and words, which are kept
 *   accepted_r    false: there is no such doubt
 */
must_check bool registry_accept(struct registry *registry, struct span filemaker_id,
                                const char *who, const char *reason, bool *accepted_r,
                                struct err *err);

/* Whether one document is in doubt, by its row's id. */
must_check bool registry_is_doubted(struct registry *registry, struct uuid row, bool *doubted_r,
                                    struct err *err);

/* In a change: makes or renews a patient's row. `changed_r`: whether anything was written. */
must_check bool registry_put_patient(struct registry *registry,
                                     const struct registry_person *person, bool *changed_r,
                                     struct err *err);

/*
 * In a change: notes that an import made the row of a patient, or renewed one of ours, so that it
 * can be undone. A row that people had changed before it was renewed stays theirs.
 *   is_new     the import made it
 *   was_ours   the answer of registry_is_as_imported() before it was written; true for a new one
 */
must_check bool registry_note_import(struct registry *registry, int64_t import,
                                     struct span filemaker_id, bool is_new, bool was_ours,
                                     struct err *err);

/* Whether a patient's row exists as our imports left it. */
must_check bool registry_is_as_imported(struct registry *registry, struct span filemaker_id,
                                        bool *is_r, struct err *err);

/* The outcome for the rows that an import made. */
struct registry_undo {
    int64_t import;     /* which one; 0: there is none to take back */
    int64_t removed;    /* or would be */
    int64_t changed;    /* people have changed them: kept           */
    int64_t referenced; /* something points to them: kept           */
    int64_t gone;       /* people have removed them already         */
};

/*
 * In a change: removes the rows of patients that an import made, except those that somebody
 * changed, or that a document or any row with a foreign key points to.
 *   import   its number; 0: the last one that has rows left
 *   dry      only counts
 * Fails with ERR_USAGE if the application gives patients their ids: then we do not know the rows.
 */
must_check bool registry_undo_import(struct registry *registry, int64_t import, bool dry,
                                     struct registry_undo *undo_r, struct err *err);

/* The id that a patient's row gets, if we make it. */
struct uuid registry_patient_row(struct span filemaker_id);

/* Whether the application has a patient with this id of its own. */
must_check bool registry_has_patient(struct registry *registry, const char *patient, bool *has_r,
                                     struct err *err);

/* How many patients the application has. */
must_check bool registry_count_patients(struct registry *registry, int64_t *count_r,
                                        struct err *err);
