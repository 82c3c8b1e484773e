/*
 * The ledger: what happened to each document. Every change of state stands in a transaction
 * together with its entry in the run's audit chain and with the tallies, so that none is ever there
 * without the others.
 *
 * One handle belongs to one thread. Functions marked "in a change" are called between
 * ledger_begin() and ledger_commit(). All fail with ERR_DATABASE; with the code LEDGER_NOT_OURS
 * when the document's claim has passed to somebody else, who will see to it: nothing was changed;
 * with LEDGER_TAKEN_FOR_DEAD when the whole run's claims have.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "sql/sql.h"

enum { LEDGER_NOT_OURS = 100, LEDGER_TAKEN_FOR_DEAD };

enum ledger_state {
    LEDGER_WAITING,
    LEDGER_CLAIMED,
    LEDGER_STORED,
    LEDGER_DONE,
    LEDGER_FAILED,
    LEDGER_WAIVED,
    LEDGER_GONE,
};
enum { LEDGER_STATES = LEDGER_GONE + 1 };

/* The word that stands in the tables: "waiting". */
const char *ledger_state_name(enum ledger_state state);
must_check bool ledger_state_read(struct span word, enum ledger_state *state_r);

enum ledger_link { LEDGER_NO_LINK, LEDGER_LINKED, LEDGER_UNLINKED, LEDGER_REVIEW };
const char *ledger_link_name(enum ledger_link link);

struct ledger;

/*
 * Opens a ledger, making or upgrading its tables.
 *   url      as for sql_open()
 *   source   which of the ledger's sources; added if new
 * Fails with ERR_DATABASE, ERR_USAGE (made by a newer program, no such URL).
 */
must_check bool ledger_open(const char *url, const char *source, const struct cancel *cancel,
                            struct ledger **ledger_r, struct err *err);

/* As ledger_open_findings() for looking only. Fails with ERR_USAGE if there is no such ledger or source. */
must_check bool ledger_open_reader(const char *url, const char *source, const struct cancel *cancel,
                                   struct ledger **ledger_r, struct err *err);
void ledger_close(struct ledger *ledger); /* NULL is allowed */
void auto_ledger_cleanup(struct ledger **ledger);
#define auto_ledger __attribute__((cleanup(auto_ledger_cleanup))) struct ledger

/* The connection, for tables of others that stand in the same database; and the source's number. */
struct sql *ledger_sql(struct ledger *ledger);
int64_t ledger_source(const struct ledger *ledger);

/* When the ledger began to know its source: of two ledgers of one source, the later one counts. */
int64_t ledger_source_created_us(const struct ledger *ledger);

/* --- changes -------------------------------------------------------------------------------- */

struct ledger_change {
    struct ledger *ledger;
    struct sql_tx tx;
};

/* `auto_change change = { 0 };` takes everything back unless committed. */
void auto_change_cleanup(struct ledger_change *change);
#define auto_change __attribute__((cleanup(auto_change_cleanup))) struct ledger_change

must_check bool ledger_begin(struct ledger *ledger, struct ledger_change *change, struct err *err);
must_check bool ledger_commit(struct ledger_change *change, struct err *err);

/*
 * Connects anew after a change failed with SQL_AWAY or SQL_COMMIT_LOST and was given up.
 *   committed_r   whether it was committed all the same
 */
must_check bool ledger_reconnect(struct ledger *ledger, bool *committed_r, struct err *err);

/* --- runs ----------------------------------------------------------------------------------- */

struct ledger_process {
    const char *machine; /* names this machine for ever */
    const char *host;    /* names it for people         */
    int64_t pid;
    const char *version;
    const char *kind; /* "run", or what a person told it to do: "retry", "waive", ... */
};

/* How a run stands. All count documents, none counts attempts. */
struct ledger_progress {
    int64_t found;      /* not done when the run began              */
    int64_t processed;  /* tried at least once                      */
    int64_t successful; /* done                                     */
    int64_t failed;     /* ended failed                             */
    int64_t waiting;    /* were tried and wait for a later time     */
};

/* In a change: begins a run of this process; everything written afterwards is its doing. */
must_check bool ledger_run_begin(struct ledger *ledger, const struct ledger_process *process,
                                 int64_t *run_r, struct err *err);

/* In a change: notes how the run stands; `status` is "running", or how it ended. */
must_check bool ledger_run_note(struct ledger *ledger, const struct ledger_progress *progress,
                                const char *status, bool ended, struct err *err);

/*
 * In a change: says that the run lives, and will say so again before `for_us` is over. With SQLite
 * its lock says it better.
 */
must_check bool ledger_run_lease(struct ledger *ledger, int64_t for_us, struct err *err);

/* In a change: whether other runs of this source hold documents now. */
must_check bool ledger_held_elsewhere(struct ledger *ledger, bool *held_r, struct err *err);

/* How the sessions that all runs of a source may have together are shared out. */
struct ledger_share {
    int runs;    /* runs under way, this one among them                              */
    int current; /* what this run may have now                                       */
    int fair;    /* what it should have                                              */
    int spare;   /* what nobody has: more than `now` it may take only as many of them */
};

/*
 * In a change: how this run's share stands; until the change is over no other run alters its own.
 *   most   sessions of all runs together; at least 1
 */
must_check bool ledger_sessions_share(struct ledger *ledger, int most, struct ledger_share *share_r,
                                      struct err *err);

/* In a change, after ledger_sessions_share(): this run may have so many from now on. */
must_check bool ledger_sessions_take(struct ledger *ledger, int sessions, struct err *err);

/* In a change: lets go of everything that the present run still holds. `freed_r`: how many. */
must_check bool ledger_run_release(struct ledger *ledger, int64_t *freed_r, struct err *err);

/* In a change: frees what a dead run held, and notes that it died. `freed_r`: how many documents.
 */
must_check bool ledger_run_release_dead(struct ledger *ledger, int64_t run, int64_t *freed_r,
                                        struct err *err);

/* In a change: lets everything that waits for a later time be due now, its tries not yet counted.
 */
must_check bool ledger_make_waiting_due(struct ledger *ledger, struct err *err);

/* A run that never ended. */
struct ledger_open_run {
    int64_t run, pid;
    bool is_late; /* its lease has run out; never with SQLite */
    char machine[72], host[72];
};

/*
 * Runs of this source that never ended, other than the present one. Caller frees.
 *   lease_us   how long they promise to live each time; so long nobody is late after the database
 *              was started
 */
must_check bool ledger_open_runs(struct ledger *ledger, int64_t lease_us,
                                 struct ledger_open_run **runs_r, size_t *count_r, struct err *err);

/* --- census --------------------------------------------------------------------------------- */

/* A document as the census sees it. Texts are borrowed for the call. */
struct ledger_census_entry {
    struct span identity;  /* lower case; "rec:17" where the id is of no use */
    struct span container; /* "" for the record's own document               */
    int repetition;
    uint64_t record_id, mod_id;
    int64_t asked_us;         /* when the source was asked; 0: just now                 */
    struct span filemaker_id; /* as spelled; SPAN_NONE: none                    */
    struct span patient_id;   /* lower case                                     */
    struct span type;
    const char *storage; /* "embedded", "empty", "reference", ...          */
};

enum ledger_upsert_result {
    LEDGER_UPSERT_NEW,      /* now waiting                                                     */
    LEDGER_UPSERT_SAME,     /* nothing happened since                                          */
    LEDGER_UPSERT_CHANGED,  /* edited since it was stored: waiting again                       */
    LEDGER_UPSERT_ELSEWHERE /* this identity lives in another record: nothing was written      */
};

/*
 * In a change: takes note of one document.
 *   elsewhere_r   with LEDGER_UPSERT_ELSEWHERE: the record that has this identity
 */
must_check bool ledger_census_upsert(struct ledger *ledger,
                                     const struct ledger_census_entry *sighting,
                                     enum ledger_upsert_result *seen_r, uint64_t *elsewhere_r,
                                     struct err *err);

/*
 * In a change: a document lives in another record now, because the file was rebuilt. Nothing of
 * what was stored is lost; the record is looked at again.
 */
must_check bool ledger_readdress(struct ledger *ledger, const struct ledger_census_entry *sighting,
                                 struct err *err);

/* In a change: tells the audit chain of documents seen together; `hash` covers their identities. */
must_check bool ledger_audit_page(struct ledger *ledger, size_t count, size_t new_count,
                                  const struct sha256 *hash, struct err *err);

/*
 * Looks for documents whose record was not seen.
 *   was_seen     asked for each record
 *   absent_r     the records that were not; room for `room`
 *   count_r      how many of them; `room` means that there may be more
 */
must_check bool ledger_absent_records(struct ledger *ledger,
                                      bool (*was_seen)(void *arg, uint64_t record_id), void *arg,
                                      uint64_t *absent_r, size_t room, size_t *count_r,
                                      struct err *err);

/* In a change: the record is gone, and so are its documents, but for those in somebody's hands. */
must_check bool ledger_mark_record_gone(struct ledger *ledger, uint64_t record_id, struct err *err);

/*
 * In a change: begins a census of the source, unless another run is at one.
 *   number_r   0: another run is at it
 */
must_check bool ledger_census_begin(struct ledger *ledger, int64_t *number_r, struct err *err);

/* In a change: closes a census: everybody agrees. `witness` -1: it was silent. */
must_check bool ledger_census_close(struct ledger *ledger, int64_t number, int64_t records,
                                    int64_t found, int64_t witness, struct err *err);

/* In a change: ends a census that could not be closed. */
must_check bool ledger_census_end(struct ledger *ledger, int64_t number, struct err *err);

/* Whether a census was closed, by whomever, that began since one time or was closed since another.
 */
must_check bool ledger_census_since(struct ledger *ledger, int64_t begun_us, int64_t closed_us,
                                    bool *was_r, struct err *err);

/*
 * --- the way of one document ----------------------------------------------------------------
 *
 * A claim is not altered by what is done with it, so that a change can be taken back and made
 * again; whoever holds it notes the new state once it is committed.
 */

/* A document in hand. */
struct ledger_claim {
    int64_t document, epoch;
    enum ledger_state state; /* LEDGER_CLAIMED, or LEDGER_STORED: only its mark is missing */
    uint64_t record_id, mod_id;
    int attempts;
    int repetition;
    char *identity, *container, *filemaker_id, *patient_id, *type;
    char *patient; /* the application's id of the patient it lies with; NULL: none */
    bool by_hand;  /* a person chose that patient, or none                        */
    enum ledger_link link;
    int64_t version; /* the stored one's number, or 0 */
    int64_t size;    /* of the stored one             */
};

void ledger_claim_clear(struct ledger_claim *claim);

/*
 * In a change: claims up to `most` documents that are due, those first that wait for another try.
 *   new_first  those first that were never tried, while there are any
 *   claims_r   room for `most`; each is cleared by the caller
 */
must_check bool ledger_claim(struct ledger *ledger, int64_t now_us, bool new_first, size_t most,
                             struct ledger_claim *claims_r, size_t *count_r, struct err *err);

/* When the next document that nobody holds is due; INT64_MAX if none is. */
must_check bool ledger_next_due(struct ledger *ledger, int64_t *due_us_r, struct err *err);

/* What is to be stored under which key, or was. */
struct ledger_version {
    int64_t number; /* from 1; 0 to have a new one made */
    char *key;
    bool has_sha256;
    struct sha256 sha256;
    uint64_t size_bytes;
    char *mime;
    char *upload_id; /* or NULL */
    uint64_t mod_id; /* the record's when these bytes were read */
    char *mark;      /* exactly what is to be written to the record; NULL: nothing */
    bool mark_stood; /* it stands there already, at `mod_id`, and is not to be written */
    char *patient;   /* the application's id of the patient in the key, or NULL */
    char *imprint;   /* what the store's server must say of its object (store.h), or NULL */
    bool stored;
    bool leaving; /* its bytes lie elsewhere, with another patient: its object is to be removed */
};

void ledger_version_clear(struct ledger_version *version);
void ledger_versions_free(struct ledger_version *versions, size_t count);

/*
 * Every version of a document whose object may exist, oldest first. The caller frees with
 * ledger_versions_free().
 */
must_check bool ledger_versions(struct ledger *ledger, int64_t document,
                                struct ledger_version **versions_r, size_t *count_r,
                                struct err *err);

/* Whether anything was ever meant to be stored. */
must_check bool ledger_has_versions(struct ledger *ledger, bool *has_r, struct err *err);

/* Every mark that was meant for a record, by any of its documents. The caller frees all. */
must_check bool ledger_marks(struct ledger *ledger, uint64_t record_id, char ***marks_r,
                             size_t *count_r, struct err *err);

/* In a change: writes down what is meant to be stored; gives it its number if it has none. */
must_check bool ledger_intend(struct ledger *ledger, const struct ledger_claim *claim,
                              struct ledger_version *version, struct err *err);

/* In a change: forgets an intent. Only for whoever knows that nothing was put under it. */
must_check bool ledger_withdraw(struct ledger *ledger, const struct ledger_claim *claim,
                                int64_t number, struct err *err);

/*
 * In a change: claimed → stored.
 *   patient   the application's id of the patient, or NULL
 */
must_check bool ledger_store(struct ledger *ledger, const struct ledger_claim *claim,
                             const struct ledger_version *version, enum ledger_link link,
                             const char *patient, struct err *err);

/* In a change: stored → done. `mod_id`: the record's after our mark. */
must_check bool ledger_finish(struct ledger *ledger, const struct ledger_claim *claim,
                              uint64_t mod_id, struct err *err);

/*
 * In a change, after ledger_store() or for a stored document: may the record be marked? Only when
 * each of its documents is stored, from the same state of the record. Those that were stored from
 * an older state, or done without this one, are put back to waiting.
 */
must_check bool ledger_record_ready(struct ledger *ledger, const struct ledger_claim *claim,
                                    uint64_t mod_id, bool *ready_r, struct err *err);

/* A document that became done with another one. */
struct ledger_done {
    int64_t document, size;
};

/*
 * In a change, after ledger_finish(): the record's other documents are done as well.
 *   done_r    which they were, caller frees
 */
must_check bool ledger_finish_siblings(struct ledger *ledger, const struct ledger_claim *claim,
                                       uint64_t mod_id, struct ledger_done **done_r,
                                       size_t *count_r, struct err *err);

/* Evidence of a try that did not end well. */
struct ledger_attempt {
    const char *step;  /* "fetch", "put", ... */
    const char *class; /* "container-unavailable" */
    const struct err *why;
    int64_t bytes; /* of the container, seen before it went wrong; -1: none */
    bool counts;   /* as one of the tries that the class allows */
};

/*
 * In a change: lets go of a document until `due_us`, with evidence. A claimed one is waiting again;
 * a stored one stays stored unless `fetch_again`.
 */
must_check bool ledger_release(struct ledger *ledger, const struct ledger_claim *claim,
                               const struct ledger_attempt *attempt, int64_t due_us,
                               bool fetch_again, struct err *err);

/* In a change: notes evidence about a document in hand; nothing else happens to it. */
must_check bool ledger_evidence(struct ledger *ledger, const struct ledger_claim *claim,
                                const struct ledger_attempt *attempt, struct err *err);

/*
 * The class that most of a document's last tries ended with.
 *   tries     how many of the last are looked at
 *   class_r   NULL if there were none; the caller frees
 */
must_check bool ledger_usual_class(struct ledger *ledger, int64_t document, int tries,
                                   char **class_r, struct err *err);

/* What a document that failed has in common with others. */
struct ledger_trait {
    struct span created, author, path;
};

/* In a change: claimed → failed, with evidence. */
must_check bool ledger_fail(struct ledger *ledger, const struct ledger_claim *claim,
                            const struct ledger_attempt *attempt, const struct ledger_trait *trait,
                            struct err *err);

/* What is known of bytes that came for a document and were not taken for its file. */
struct ledger_refused {
    int64_t readings;  /* how often these bytes came for it before           */
    int64_t elsewhere; /* another record for which they came; 0: none        */
    bool accepted;     /* a person said that they are the document           */
};

/*
 * In a change: notes that bytes came for a document and were refused.
 *   class    why: the failure's name
 *   seen_r   what was known of them before
 */
must_check bool ledger_refuse(struct ledger *ledger, const struct ledger_claim *claim,
                              const char *class, const struct sha256 *sha256, uint64_t size_bytes,
                              struct ledger_refused *seen_r, struct err *err);

/* In a change: the record is not there any more. */
must_check bool ledger_mark_gone(struct ledger *ledger, const struct ledger_claim *claim,
                                 struct err *err);

/*
 * In a change: failed → waiting, for all documents of a class.
 *   count_r    how many
 */
must_check bool ledger_retry_class(struct ledger *ledger, const char *class, int64_t *count_r,
                                   struct err *err);

/* Which documents a person means; what is NULL or 0 does not matter. */
struct ledger_selection {
    const char *class;
    const char *identity; /* in lower case */
    int64_t record_id;
};

/* In a change: failed or waived → waiting. `count_r`: how many. */
must_check bool ledger_retry(struct ledger *ledger, const struct ledger_selection *choice,
                             int64_t *count_r, struct err *err);

/*
 * In a change: waiting or failed → waived.
 *   who, reason   a person's name and words; both stand in the audit chain
 *   count_r       how many
 */
must_check bool ledger_waive(struct ledger *ledger, const struct ledger_selection *choice,
                             const char *who, const char *reason, int64_t *count_r,
                             struct err *err);

/*
 * In a change: failed or waived → waiting, for documents of which bytes were refused; what came
 * last for each is its file from now on, and nothing else is. who, reason   a person's name and
 * words; both stand in the audit chain count_r       how many
 */
must_check bool ledger_accept(struct ledger *ledger, const struct ledger_selection *choice,
                              const char *who, const char *reason, int64_t *count_r,
                              struct err *err);

/* --- notes ---------------------------------------------------------------------------------- */

/* In a change: remembers something about the source. */
must_check bool ledger_note_write(struct ledger *ledger, const char *name, const char *value,
                                  struct err *err);

/* What was remembered; NULL if nothing. The caller frees. */
must_check bool ledger_note_read(struct ledger *ledger, const char *name, char **value_r,
                                 struct err *err);

/*
 * Another source of the ledger that was begun with the same notes of these names, and has
 * documents. name_r   NULL: there is none; the caller frees
 */
must_check bool ledger_twin_source(struct ledger *ledger, const char *database, const char *layout,
                                   const char *containers, char **name_r, struct err *err);
