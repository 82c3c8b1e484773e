/* Looking into the ledger, for people and programs: nothing here changes anything. */
#pragma once

#include "ledger/ledger.h"

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
void ledger_tallies_free(struct ledger_tally *tallies, size_t count);

/* How many documents are in each state, by the tallies. `states_r`: LEDGER_STATES of them. */
must_check bool ledger_states(struct ledger *ledger, int64_t *states_r, struct err *err);

struct ledger_run {
    int64_t run, started_us;
    int64_t ended_us; /* 0: still running, or died without notice */
    bool is_dead;     /* it died without notice: see peer_locks_find_dead() */
    struct ledger_progress progress;
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
 *   from_us_r   the oldest change looked at; 0: there was none
 */
must_check bool ledger_pace(struct ledger *ledger, int64_t run, int64_t since_us,
                            int64_t *settled_r, int64_t *from_us_r, struct err *err);

/* Tries that did not end well, over all runs; and documents that wait after such a try. */
must_check bool ledger_tries(struct ledger *ledger, int64_t *failed_r, int64_t *in_doubt_r,
                             struct err *err);

/* Documents whose mark counts although the source answered it with an edit. */
must_check bool ledger_kept_marks(struct ledger *ledger, int64_t *count_r, struct err *err);

/* Why documents wait, after a try that did not end well. */
struct ledger_wait {
    char class[40];
    int64_t documents;
};

enum { LEDGER_WAITS_MAX = 32 };

/* `waits_r` has room for LEDGER_WAITS_MAX. */
must_check bool ledger_waits(struct ledger *ledger, struct ledger_wait *waits_r, size_t *count_r,
                             struct err *err);

/* How the newest census stands. */
struct ledger_census {
    bool begun, closed;
    int64_t at_us; /* when the last one that was closed was closed; 0: never */
    int64_t records, found, independent_count;
};
must_check bool ledger_census(struct ledger *ledger, struct ledger_census *census_r,
                              struct err *err);

/* A document that failed, or waits after a failure, with its last evidence. */
struct ledger_failure {
    int64_t document, record_id, due_us, at_us, bytes;
    char *identity, *filemaker_id, *container, *type, *storage, *class;
    char *step, *kind, *message, *created, *author, *path;
    enum ledger_state state;
    int repetition, attempts, http_status, filemaker_code, tries;
};

/*
 * Calls `each` for every such document, in the order of the source. `each` borrows the failure.
 * Ends early, and well, when `each` returns false.
 */
must_check bool ledger_each_failure(struct ledger *ledger,
                                    bool (*each)(void *arg, const struct ledger_failure *failure),
                                    void *arg, struct err *err);

/* What one step found out about a document. All borrowed. */
struct ledger_remark {
    int64_t record_id;
    struct span identity, class, message;
    enum ledger_state state; /* of the document, now */
};

/*
 * Calls `each` with the last evidence of one step, for every document that has any, in the order of
 * the source. Ends early, and well, when `each` returns false.
 */
must_check bool ledger_each_remark(struct ledger *ledger, const char *step,
                                   bool (*each)(void *arg, const struct ledger_remark *remark),
                                   void *arg, struct err *err);

/* What is known of a failed document, for comparing it with others. All borrowed. */
struct ledger_failed_trait {
    int64_t record_id;
    struct span class, type, storage, created, author, path;
};

/* Calls `each` for every failed document, in the order of records. Ends early when it returns
 * false. */
must_check bool ledger_each_trait(struct ledger *ledger,
                                  bool (*each)(void *arg, const struct ledger_failed_trait *trait),
                                  void *arg, struct err *err);
