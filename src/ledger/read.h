/*
 * Reading the ledger, for people, reports and comparisons. Nothing here changes anything. A
 * worker's questions before it writes (claim, versions, marks, edits) are declared beside its
 * writes.
 *
 * Which call to use, and which file has it:
 *
 *   How many documents are in each state?    ledger_states(), ledger_tallies()     read_counts.c
 *       From the tallies: cheap at any size, for status. ledger_tallies_recount() counts the
 *       documents themselves and reads all of them: for a report, which shows that both agree.
 *   How did runs and censuses go?            ledger_runs(), ledger_pace(),         read_runs.c
 *                                            ledger_census(), ledger_each_entry()
 *   What failed or waits, and why?           ledger_waits(), ledger_tries(),       read_failures.c
 *                                            ledger_each_failure(), _trait(), _remark()
 *   Every document, or those of one record?  ledger_each_document(),               read_documents.c
 *                                            ledger_document_states()
 *   What did people decide?                  ledger_each_waiver(), _accepted(),    read_decisions.c
 *                                            ledger_link_history(), ledger_each_note()
 *   What did verifications find?             ledger_verified_last(),         read_verifications.c
 *                                            ledger_verified_certified(),
 *                                            ledger_verified_open_findings()
 *
 * Each call is one query. A caller that needs several to agree makes them in one reading change
 * (sql_begin_reading()). Texts that `each` gets are borrowed for the call.
 *
 * All fail with ERR_DATABASE, and with ERR_DATA if another program altered the ledger. Where
 * `each` may return false the walk ends early: with success, unless said otherwise.
 */
#pragma once

#include "base/digest.h"
#include "ledger/runs.h"
#include "ledger/versions.h"

/* --- counts ----------------------------------------------------------------------------------- */

/* One row of the tallies. */
struct ledger_tally {
    enum ledger_state state;
    enum ledger_link link;
    char *class, *type; /* class "" unless failed or waived */
    int64_t documents, bytes;
};

/* Every tally that is not zero. The caller frees with ledger_tallies_free(). */
must_check bool ledger_tallies(struct ledger *ledger, struct ledger_tally **tallies_r,
                               size_t *count_r, struct err *err);

/* The same, counted anew from the documents. */
must_check bool ledger_tallies_recount(struct ledger *ledger, struct ledger_tally **tallies_r,
                                       size_t *count_r, struct err *err);
void ledger_tallies_free(struct ledger_tally *tallies, size_t count);

/* How many documents are in each state, by the tallies. `states_r`: LEDGER_STATES of them. */
must_check bool ledger_states(struct ledger *ledger, int64_t *states_r, struct err *err);

/* Classes of size: below 1 kB, 3 kB, 10 kB, ... 1 GB, and from there on. */
enum { LEDGER_SIZES = 14 };

struct ledger_size {
    int64_t documents, bytes;
};

/* The stored documents, by size. */
must_check bool ledger_sizes(struct ledger *ledger, struct ledger_size sizes_r[LEDGER_SIZES],
                             struct err *err);

/* The first and the last record of the source; both 0 if there is none. */
must_check bool ledger_record_range(struct ledger *ledger, int64_t *first_r, int64_t *last_r,
                                    struct err *err);

/*
 * Counts documents by place in the source: records `first` .. `first + per_place - 1` are place 0.
 *   class   of those that failed; "" for all others
 */
must_check bool ledger_each_place(struct ledger *ledger, int64_t first, int64_t per_place,
                                  void (*each)(void *arg, int64_t place, struct span class,
                                               int64_t documents),
                                  void *arg, struct err *err);

/* --- runs and censuses ------------------------------------------------------------------------ */

struct ledger_run {
    int64_t run, started_us;
    int64_t ended_us; /* 0: it is running, or died without notice          */
    bool is_dead;     /* it died without notice: peer_locks_find_dead()    */
    struct ledger_progress progress;
    int64_t sessions; /* of the source's, that it may have now */
    char status[32];
    char kind[16]; /* "run", "retry", "waive", ... */
    char version[32], host[72];
};

/* Every run, oldest first. The caller frees. */
must_check bool ledger_runs(struct ledger *ledger, struct ledger_run **runs_r, size_t *count_r,
                            struct err *err);

/*
 * How fast a run settles documents: over its newest changes, none older than `since_us`.
 *   settled_r   documents done or failed
 *   from_us_r   the oldest of these changes; 0: there was none
 */
must_check bool ledger_pace(struct ledger *ledger, int64_t run, int64_t since_us,
                            int64_t *settled_r, int64_t *from_us_r, struct err *err);

/* Documents that became done, and the time from claim to done of all of them together. */
struct ledger_took {
    int64_t documents, total_us;
};

/* How long a run took for documents: over its newest changes, for those done since a moment. */
must_check bool ledger_took(struct ledger *ledger, int64_t run, int64_t since_us,
                            struct ledger_took *took_r, struct err *err);

/* The state of the newest census, and the counts of the last one that was closed. */
struct ledger_census {
    bool begun, closed;
    int64_t at_us; /* when the last closed census was closed; 0: none was */
    int64_t records, found, independent_count;
};
must_check bool ledger_census(struct ledger *ledger, struct ledger_census *census_r,
                              struct err *err);

/* An entry of an audit chain. `document` 0 for none; the words are as in the tables. */
struct ledger_entry {
    int64_t at_us, document;
    struct span before, after;
};

/* Every entry of a run's chain, in its order. */
must_check bool ledger_each_entry(struct ledger *ledger, int64_t run,
                                  void (*each)(void *arg, const struct ledger_entry *entry),
                                  void *arg, struct err *err);

/* When a run wrote its last entry; 0: never. */
must_check bool ledger_last_entry(struct ledger *ledger, int64_t run, int64_t *at_us_r,
                                  struct err *err);

/* How much has happened: it differs whenever anything was changed. */
struct ledger_extent {
    int64_t run, entries; /* the newest run; of all audit chains */
};
must_check bool ledger_extent(struct ledger *ledger, struct ledger_extent *extent_r,
                              struct err *err);

/* The name of the database: "SQLite 3.40.1". The caller frees. */
must_check bool ledger_database(struct ledger *ledger, char **name_r, struct err *err);

/* --- failures and tries ----------------------------------------------------------------------- */

/*
 * Counts tries that did not end well.
 *   failed_r     how many there were, over all runs
 *   in_doubt_r   how many documents wait after such a try
 */
must_check bool ledger_tries(struct ledger *ledger, int64_t *failed_r, int64_t *in_doubt_r,
                             struct err *err);

/* The uploads beside the source's documents. */
struct ledger_upload_counts {
    int64_t arrived, failed, under_way;
    int64_t bytes; /* of those that arrived */
};
must_check bool ledger_upload_counts(struct ledger *ledger, struct ledger_upload_counts *counts_r,
                                     struct err *err);

/* An upload that did not arrive. Texts are borrowed for the call. */
struct ledger_failed_upload {
    int64_t document, at_us; /* when it was sent */
    struct span type, who, class, message;
};

/* Calls `each` for the newest `most` uploads that did not arrive, the newest first. */
must_check bool ledger_failed_uploads(struct ledger *ledger, int64_t most,
                                      void (*each)(void *arg,
                                                   const struct ledger_failed_upload *upload),
                                      void *arg, struct err *err);

/*
 * Counts documents that FileMaker's own MD5 proved when they were stored; 0 in a ledger from before such
 * were kept.
 */
must_check bool ledger_witnessed(struct ledger *ledger, int64_t *documents_r, struct err *err);

/*
 * Counts documents that are done under a mark that counts, although the source answered it with an
 * edit.
 */
must_check bool ledger_kept_marks(struct ledger *ledger, int64_t *count_r, struct err *err);

/* The documents that wait after a try that did not end well, by its class. */
struct ledger_wait {
    char class[40];
    int64_t documents;
};

enum { LEDGER_WAITS_MAX = 32 };

/* `waits_r` has room for LEDGER_WAITS_MAX. */
must_check bool ledger_waits(struct ledger *ledger, struct ledger_wait *waits_r, size_t *count_r,
                             struct err *err);

/* A document that failed, or waits after a failure, with its last evidence. */
struct ledger_failure {
    int64_t document, record_id, due_us, at_us, bytes;
    char *identity, *filemaker_id, *container, *type, *storage, *class;
    char *step, *kind, *message, *created, *author, *path;
    enum ledger_state state;
    int repetition, attempts, http_status, filemaker_code, tries;
};

/* Calls `each` for every such document, in the order of the source. `each` borrows the failure. */
must_check bool ledger_each_failure(struct ledger *ledger,
                                    bool (*each)(void *arg, const struct ledger_failure *failure),
                                    void *arg, struct err *err);

/* A page of that list. */
struct ledger_failures_page {
    const char *class;    /* NULL or "": any          */
    int64_t after, limit; /* a document's number, or 0 */
};

/*
 * Calls `each` for the first such documents behind `after`, in the order of the source. The one
 * document N is that behind N - 1, if it is N.
 */
must_check bool ledger_failures_after(struct ledger *ledger,
                                      const struct ledger_failures_page *page,
                                      bool (*each)(void *arg, const struct ledger_failure *failure),
                                      void *arg, struct err *err);

/* One try that did not end well. Texts are borrowed for the call. */
struct ledger_try {
    int64_t number, run, at_us, bytes;
    struct span step, class, kind, message;
    int http_status, filemaker_code; /* 0: there was none */
};

/* Calls `each` for every such try of a document, the first one first. */
must_check bool ledger_each_try(struct ledger *ledger, int64_t document,
                                void (*each)(void *arg, const struct ledger_try *try), void *arg,
                                struct err *err);

/* The traits that a document that failed, or waits after a failure, may share with others. */
struct ledger_failed_trait {
    int64_t record_id;
    enum ledger_state state;
    struct span class, type, storage, created, author, path;
};

/* Calls `each` for every such document, in the order of records. */
must_check bool ledger_each_trait(struct ledger *ledger,
                                  bool (*each)(void *arg, const struct ledger_failed_trait *trait),
                                  void *arg, struct err *err);

/* The finding of one step about a document. */
struct ledger_remark {
    int64_t record_id;
    struct span identity, class, message;
    enum ledger_state state; /* of the document, now */
};

/*
 * Calls `each` with the last evidence of one step, for every document that has any, in the order
 * of the source.
 */
must_check bool ledger_each_remark(struct ledger *ledger, const char *step,
                                   bool (*each)(void *arg, const struct ledger_remark *remark),
                                   void *arg, struct err *err);

/* --- documents -------------------------------------------------------------------------------- */

/* A document and its stored version. */
struct ledger_document {
    int64_t record_id, repetition, mod_id, tries;
    struct span filemaker_id, identity, patient_id, type, container, storage, class, link, patient;
    enum ledger_state state;
    bool has_version, has_sha256; /* `key` to `size` are set; so is `sha256` */
    struct span key, mime, mark;
    int64_t size;
    struct sha256 sha256;
    struct span who, reason; /* SPAN_NONE: not waived */
    struct span linked_by;   /* the person who gave it to its patient, or to nobody; else empty */
    int64_t linked_us;       /* when; else 0                                                    */
};

/*
 * Every document, in the order in which the census saw them first.
 * Fails with ERR_CANCELED if `each` returns false.
 */
must_check bool ledger_each_document(struct ledger *ledger,
                                     bool (*each)(void *arg,
                                                  const struct ledger_document *document),
                                     void *arg, struct err *err);

/* A document for comparison, with its stored version. */
struct ledger_document_state {
    int64_t document, epoch, size;
    enum ledger_state state;
    enum ledger_link link;
    bool held; /* by some run */
    int repetition;
    uint64_t mod_id;
    char *identity, *container, *filemaker_id, *type;
    struct ledger_version version; /* its key is NULL if nothing is stored */
};

/* The documents of one record. The caller frees with ledger_document_states_free(). */
must_check bool ledger_document_states(struct ledger *ledger, uint64_t record_id,
                                       struct ledger_document_state **documents_r, size_t *count_r,
                                       struct err *err);
void ledger_document_states_free(struct ledger_document_state *documents, size_t count);

/* Whether anything was ever meant to be stored under a key. */
must_check bool ledger_knows_key(struct ledger *ledger, const char *key, bool *knows_r,
                                 struct err *err);

/* Whether a document has this identity. */
must_check bool ledger_knows_identity(struct ledger *ledger, const char *identity, bool *knows_r,
                                      struct err *err);

/* --- decisions and notes ---------------------------------------------------------------------- */

/* A person's decision about a document. */
struct ledger_waiver {
    int64_t record_id, at_us;
    struct span filemaker_id, type, class, who, reason;
};

/* Every waived document, oldest decision first. Fails with ERR_CANCELED if `each` returns false. */
must_check bool ledger_each_waiver(struct ledger *ledger,
                                   bool (*each)(void *arg, const struct ledger_waiver *waiver),
                                   void *arg, struct err *err);

/*
 * Every document of which a person accepted the refused bytes, oldest decision first.
 * Fails with ERR_CANCELED if `each` returns false.
 */
must_check bool ledger_each_accepted(struct ledger *ledger,
                                     bool (*each)(void *arg, const struct ledger_waiver *accepted),
                                     void *arg, struct err *err);

/* A document's change of patient. */
struct ledger_link_change {
    int64_t at_us;
    uint64_t record_id;
    struct span identity;
    struct span before, after; /* the application's ids; SPAN_NONE: no patient */
    struct span who, reason;   /* empty: by the patient's id                   */
};

/* Every change of patient, oldest first. Also fails as `each` does. */
must_check bool ledger_link_history(struct ledger *ledger,
                                    bool (*each)(void *arg, const struct ledger_link_change *change,
                                                 struct err *err),
                                    void *arg, struct err *err);

/* Documents that a person took from their patients, and that are with nobody since. */
struct ledger_taken {
    struct span who;
    int64_t documents, at_us; /* when the last one was taken */
};

/* Every person who took documents, those who took most first. */
must_check bool ledger_each_taken(struct ledger *ledger,
                                  void (*each)(void *arg, const struct ledger_taken *taken),
                                  void *arg, struct err *err);

/* Every note about the source, by name. */
must_check bool ledger_each_note(struct ledger *ledger,
                                 void (*each)(void *arg, struct span name, struct span value),
                                 void *arg, struct err *err);

/* --- verifications ---------------------------------------------------------------------------- */

/* A verification that came to its end. */
struct ledger_verified {
    int64_t run; /* 0: there was none */
    int64_t at_us;
    char version[32], host[72];
    char *found; /* as it was noted */
};
void ledger_verified_clear(struct ledger_verified *verified);
#define auto_verified __attribute__((cleanup(ledger_verified_clear))) struct ledger_verified

/* The newest verification. The caller clears it. */
must_check bool ledger_verified_last(struct ledger *ledger, struct ledger_verified *last_r,
                                     struct err *err);

/*
 * Which part of several the newest verification of one part compared, of those that came to their end.
 *   parts    2 or more
 *   part_r   from 1; 0: none yet of so many
 */
must_check bool ledger_verified_part(struct ledger *ledger, int parts, int *part_r,
                                     struct err *err);

/* A part of the documents that a verification compared to its end. */
struct ledger_verified_part {
    int parts, part; /* 7, 3: the third of seven */
    int64_t at_us;
};

/* Tells of each verification of one part, the newest first. */
must_check bool ledger_each_verified_part(struct ledger *ledger,
                                          void (*each)(void *arg,
                                                       const struct ledger_verified_part *part),
                                          void *arg, struct err *err);

/* The newest verification that wrote a certificate. The caller clears it. */
must_check bool ledger_verified_certified(struct ledger *ledger, struct ledger_verified *last_r,
                                          struct err *err);

/* The differences that a verification found, and that none since has found mended. */
struct ledger_open_findings {
    int64_t count, since_us; /* since_us 0: none is open */
};
must_check bool ledger_verified_open_findings(struct ledger *ledger,
                                              struct ledger_open_findings *open_r, struct err *err);
