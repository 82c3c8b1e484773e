/*
 * Walks over the whole ledger, for reports: every document and every entry is read, and none kept.
 * Texts that are handed out are borrowed for the call. All fail with ERR_DATABASE, and with
 * ERR_CANCELED where `each` returns false to end a walk early, having set nothing.
 */
#pragma once

#include "ledger/ledger.h"
#include "ledger/look.h"

/* The tallies, counted anew from the documents. The caller frees with ledger_tallies_free(). */
must_check bool survey_counts(struct ledger *ledger, struct ledger_tally **tallies_r,
                              size_t *count_r, struct err *err);

/* Classes of size: below 1 kB, 3 kB, 10 kB, ... 1 GB, and from there on. */
enum { SURVEY_SIZES = 14 };

struct survey_size {
    int64_t documents, bytes;
};

/* What lies in the store, by size. */
must_check bool survey_sizes(struct ledger *ledger, struct survey_size sizes_r[SURVEY_SIZES],
                             struct err *err);

/* The first and the last record of the source; both 0 if there is none. */
must_check bool survey_record_range(struct ledger *ledger, int64_t *first_r, int64_t *last_r,
                                    struct err *err);

/*
 * Documents by place: records `first` .. `first + per_place - 1` are place 0.
 *   class   of those that failed; "" for all others
 */
must_check bool survey_each_place(struct ledger *ledger, int64_t first, int64_t per_place,
                                  void (*each)(void *arg, int64_t place, struct span class,
                                               int64_t documents),
                                  void *arg, struct err *err);

/* An entry of an audit chain. `document` 0 for none; the words are as in the tables. */
struct survey_entry {
    int64_t at_us, document;
    struct span before, after;
};

/* Every entry of a run's chain, in its order. */
must_check bool survey_each_entry(struct ledger *ledger, int64_t run,
                                  void (*each)(void *arg, const struct survey_entry *entry),
                                  void *arg, struct err *err);

/* When a run wrote its last entry; 0: never. */
must_check bool survey_last_entry(struct ledger *ledger, int64_t run, int64_t *at_us_r,
                                  struct err *err);

/* A person's word about a document. */
struct survey_waiver {
    int64_t record_id, at_us;
    struct span filemaker_id, type, class, who, reason;
};

/* Every document that was given up, oldest decision first. */
must_check bool survey_each_waiver(struct ledger *ledger,
                                   bool (*each)(void *arg, const struct survey_waiver *waiver),
                                   void *arg, struct err *err);

/* Every document that a person accepted as it came, oldest decision first. */
must_check bool survey_each_accepted(struct ledger *ledger,
                                     bool (*each)(void *arg, const struct survey_waiver *accepted),
                                     void *arg, struct err *err);

/* What was remembered of the source, by name. */
must_check bool survey_each_note(struct ledger *ledger,
                                 void (*each)(void *arg, struct span name, struct span value),
                                 void *arg, struct err *err);

/* A document, and what lies in the store for it. */
struct survey_document {
    int64_t record_id, repetition, mod_id, tries;
    struct span filemaker_id, identity, patient_id, type, container, storage, class, link, patient;
    enum ledger_state state;
    bool has_version, has_sha256; /* the three below mean something */
    struct span key, mime, mark;
    int64_t size;
    struct sha256 sha256;
    struct span who, reason; /* SPAN_NONE: not given up */
};

/* Every document, in the order in which the census saw them first. */
must_check bool survey_each_document(struct ledger *ledger,
                                     bool (*each)(void *arg,
                                                  const struct survey_document *document),
                                     void *arg, struct err *err);

/* What the database is: "SQLite 3.40.1". The caller frees. */
must_check bool survey_database(struct ledger *ledger, char **name_r, struct err *err);
