/*
 * The separate reader reads source, ledger, store and registry afresh, by its own queries and its
 * own way of hashing, and reports wherever two of them disagree. It shares nothing with the mover
 * but the libraries below both, and writes nothing to any of the four.
 *
 * Facts are compared as sorted streams, so memory does not grow with the number of documents. The
 * source may change and a run may go on meanwhile: before anything is called a difference the
 * ledger is asked once more, and what a run is moving is only counted.
 *
 * One thread. If there is no difference and every object was compared, a certificate is written.
 *
 * Without the source nothing is asked of FileMaker. What only the source can tell (whether a record
 * is missing, was edited, or bears its mark) is not judged, and no certificate is written: it would
 * have a line for each document of the source (docs/decisions/0089-after-filemaker.md).
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/meter.h"
#include "base/uuid.h"
#include "source/source.h"
#include "store/store.h"
#include "verify/unnamed.h"

/* Which objects are read whole where the store is a bucket; a folder's files are all read. */
enum verify_reading {
    VERIFY_READ_DOUBTFUL, /* those of which the server's word contradicts the ledger */
    VERIFY_READ_UNTOLD,   /* also those of which the server keeps nothing to compare */
    VERIFY_READ_ALL,
};

struct verify_settings {
    const char *source_name;
    struct filemaker_settings filemaker;
    const struct source_file *file; /* the one that [source] url names; NULL: it names a server */
    const char *layout, *key_field, *mark_field, *patient_field, *type_field;
    const char *container_list;       /* "Doc, Scan(2)" */
    const char *md5_list, *path_list; /* of fields that say the MD5 and the path of each; or "" */
    const struct backup *backup;      /* to which these paths are relative; NULL: there is none */
    bool each_container;              /* each container is a document of its own */
    const char *filter;
    struct store_settings store;
    const char *key_template, *unlinked_template; /* what precedes their first { is listed */
    const char *ledger_url, *registry_url;
    int64_t known_step; /* of the ledger's schema: a later one is refused */

    bool without_source; /* FileMaker is gone: ledger, store and registry are compared alone */
    enum verify_reading reading;
    bool deep;                      /* read every byte at both ends                              */
    int sample_index, sample_count; /* the part of the documents that is read deeply; 0: all */
    const char *certificate;        /* where to write it; NULL: none is wanted                   */
    const char *against;            /* an earlier one to compare with; NULL: none                */
    const char *signing_key;        /* who signs it                                              */
    const char *program;            /* name and version, for the certificate                     */
    struct meter *meter;            /* counts what is read and compared; or NULL                 */
};

/* Something that is not as it should be. Everything is borrowed. */
struct verify_difference {
    const char *kind;     /* "object-missing"; the list is in docs/verify.md */
    uint64_t record_id;   /* 0: unknown                                      */
    struct span identity; /* or empty                                        */
    struct span key;      /* or empty                                        */
    const char *row;      /* the row's id, or ""                             */
    const char *words;    /* one sentence                                    */
};

enum { VERIFY_STATES = 7, VERIFY_KINDS_MAX = 64 };

/* How many differences there are of a kind. */
struct verify_kind {
    const char *kind;
    uint64_t count;
};

struct verify_result {
    uint64_t records, documents;             /* of the source                               */
    uint64_t states[VERIFY_STATES];          /* of the ledger, as verify_state_names says    */
    uint64_t strange_states;                 /* ... documents in a state that is none        */
    uint64_t uploads;                        /* of the ledger: FileMaker never had them     */
    uint64_t rows, strange_rows;             /* ours; the application's own                 */
    uint64_t objects, object_bytes, hashed;  /* listed; their bytes; compared by any means  */
    uint64_t compared[STORE_HOWS];           /* ... by which means                          */
    uint64_t witnessed;                      /* proven by FileMaker's own MD5 when stored   */
    uint64_t source_read, source_unreadable; /* files read again at the source              */
    struct verify_outside outside;           /* all zero without a backup */
    uint64_t marks;
    uint64_t filled;           /* documents whose fields hold what was written with the mark  */
    uint64_t not_filled;       /* ... marked before the fields were to be filled, or taken over */
    uint64_t filled_otherwise; /* ... whose fields hold something else now                     */
    uint64_t chains, entries;  /* of the audit */
    uint64_t certified_before; /* lines of the earlier certificate */
    uint64_t
        stored_anew; /* ... of documents whose bytes were replaced since, as the ledger tells */
    uint64_t differences;
    struct verify_kind kinds[VERIFY_KINDS_MAX];
    size_t kind_count;

    /* No differences, but worth knowing. */
    uint64_t newer;       /* records that came after the last census                */
    uint64_t edited;      /* edited at the source since they were stored           */
    uint64_t gone;        /* deleted at the source since                            */
    uint64_t moving;      /* documents that a run is moving right now              */
    uint64_t linkable;    /* unlinked, though the patient is known now             */
    uint64_t not_sampled; /* not read at the source because of --sample            */
    uint64_t settled;     /* earlier differences that agree now                    */
    uint64_t uncompared;  /* stored, but not compared by any means: no certificate */
    bool census_was_closed;
    bool certified;
    struct sha256 root, file; /* of the certificate's lines, of all its bytes */

    struct sorter *findings; /* for verify_findings_next() */
    bool findings_ended;
    bool saw_source, saw_certificate; /* it had them to compare with */
    struct sorter *looked;            /* for verify_looked_next() */
    bool looked_ended;
    int64_t looked_last; /* the document that was read last */
};
void verify_result_clear(struct verify_result *result);
#define auto_verify_result __attribute__((cleanup(verify_result_clear))) struct verify_result

/* A finding that the ledger is to remember, also of a verification that broke off. */
struct verify_finding {
    bool is_open;      /* a difference in bytes; false: an earlier one agrees now */
    struct span kind;  /* "object-hash"                                           */
    struct span place; /* an object's key, or the id of a document's row          */
    uint64_t record_id;
};

bool verify_has_findings(const struct verify_result *result);

/*
 * Reads the next finding, in the order of places.
 *   finding_r   borrowed until the next call
 *   is_r        false: there is none left
 * Fails with ERR_OS.
 */
must_check bool verify_findings_next(struct verify_result *result, struct verify_finding *finding_r,
                                     bool *is_r, struct err *err);

/* What the ledger is to remember of one document, also from a verification that broke off. */
struct verify_looked {
    int64_t document;
    bool is_moving;          /* a run was at it: nothing is said of it            */
    struct span kind, words; /* of one difference, of those that not every verification judges
                                if there is one */
};

/*
 * Reads the next document of which a difference was found, or that was moving, in the order of
 * their numbers. As verify_findings_next().
 */
must_check bool verify_looked_next(struct verify_result *result, struct verify_looked *looked_r,
                                   bool *is_r, struct err *err);

/* Whether this verification would have found a difference of this kind. */
bool verify_judges(const struct verify_result *result, struct span kind);

/* The ledger's words for `states`. */
extern const char *const verify_state_names[VERIFY_STATES];

/*
 * Verifies.
 *   tell       called for each difference
 *   result_r   filled also if there are differences or this fails; the caller clears it
 * Writes the certificate only if there is no difference and every stored object was compared.
 * Fails with ERR_USAGE (also for what cannot be done without the source), ERR_REMOTE, ERR_NET, ERR_DATA, ERR_DATABASE, ERR_OS, ERR_CANCELED: then the
 * verification is incomplete and proves nothing.
 */
must_check bool verify_all(const struct verify_settings *settings, const struct cancel *cancel,
                           void (*tell)(void *arg, const struct verify_difference *difference),
                           void *arg, struct verify_result *result_r, struct err *err);

/*
 * Reads all records, those that the filter leaves out too, and the folder of the backup, which the settings must have.
 *   tell   called for each file that no record names, in no order; NULL: they are only counted
 * Fails as verify_all(), and as `tell` does.
 */
must_check bool verify_unnamed(const struct verify_settings *settings, const struct cancel *cancel,
                               verify_unnamed_told *tell, void *arg,
                               struct verify_outside *outside_r, struct err *err);
