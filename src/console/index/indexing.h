/* What the steps of the indexer share. Private to the index. */
#pragma once

#include "base/cancel.h"
#include "console/documents/visible.h"
#include "console/index/indexer.h"
#include "console/inside.h"
#include "ledger/shown.h"
#include "sql/sql.h"

#include <pthread.h>
#include <stdatomic.h>

/* What the index says of itself. */
struct index_about {
    int64_t run;        /* all before it are over, and wholly read */
    int64_t walk;       /* the last document of the walk under way; 0: none is */
    int64_t walked_us;  /* when the last one ended; 0: none did    */
    int64_t peopled_us; /* when all patients were read last        */
};

/* What came of reading a document's words; the index keeps these numbers. */
enum reading_shape {
    READING_WAITS,
    READING_OK,
    READING_NO_WORDS, /* of a kind without words, or of none that is known   */
    READING_ENCRYPTED,
    READING_DAMAGED,
    READING_TOO_LARGE,
    READING_DIED,  /* it broke the process that read it, three times over days  */
    READING_AWAY,  /* the store or that process did not answer, again and again */
    READING_SCANS, /* of its scans they wait, behind all that is no scan         */
};

/* More documents than this, and a walk over all finds them. */
enum { INDEX_LOOKS = 64 };

struct indexer {
    struct console *console;
    struct sql *sql;
    struct cancel *end;
    pthread_t thread;
    struct index_about about;
    bool is_walk_wanted; /* before it is due                              */
    char *person;        /* the last patient of the reading under way; NULL: none is */
    int64_t person_count;
    atomic_bool is_filling;
    atomic_int_fast64_t listed, total;
    atomic_int_fast64_t cards, waiting, wordless; /* as counted last                  */
    int64_t read_after_us; /* by clock_mono_us(): the store rests            */
    int64_t uncounted;     /* documents read since             */
    pthread_mutex_t looks_lock;
    int64_t looks[INDEX_LOOKS]; /* documents that indexer_look() named */
    size_t look_count;          /* INDEX_LOOKS + 1: too many           */
};

/* Documents in hand, and the rows that may show them. */
struct batch {
    const struct console *console;
    int64_t documents[VISIBLE_MOST];
    size_t count;
    struct uuid rows[VISIBLE_MOST];
    size_t row_count;
};

/* --- index_walk.c ----------------------------------------------------------------------------- */

struct batch *batch_new(const struct indexer *indexer); /* the caller frees */
void batch_add(struct batch *batch, int64_t document);
void batch_row(void *arg, const struct ledger_shown *shown); /* a ledger_show of a batch */

/* Takes the next documents of the walk over all; the last step ends it. */
must_check bool index_walk_step(struct indexer *indexer, struct err *err);

/* --- index_feed.c ----------------------------------------------------------------------------- */

/*
 * Takes the next entries of the first audit chain that has more.
 *   worked_r   set to true if one had
 */
must_check bool index_feed_step(struct indexer *indexer, bool *worked_r, struct err *err);

/* As indexer_look(). */
void index_looks_add(struct indexer *indexer, int64_t document);

/* Looks at the documents that indexer_look() named. `worked_r`: as above. */
must_check bool index_looks_step(struct indexer *indexer, bool *worked_r, struct err *err);

/* Notes the ends of all chains: what they tell so far, a walk that begins now sees itself. */
must_check bool index_feed_skip(struct indexer *indexer, struct err *err);

/* --- index_people.c --------------------------------------------------------------------------- */

/* Takes the next patients of the reading of all; the last step ends it. */
must_check bool index_people_step(struct indexer *indexer, struct err *err);

/* Asks for patients whom documents name, and who are not known yet. `worked_r`: as the feed's. */
must_check bool index_fresh_step(struct indexer *indexer, bool *worked_r, struct err *err);

/* --- index_words.c ---------------------------------------------------------------------------- */

/*
 * Reads the words of the next document that waits, if one does. `worked_r`: as the feed's.
 * Only database and cancel fail: what is wrong with a document is noted with it.
 */
must_check bool index_words_step(struct indexer *indexer, bool *worked_r, struct err *err);

/* Counts documents and those that wait, for indexer_words(). */
must_check bool index_words_count(struct indexer *indexer, struct err *err);

/* Other words can be read than were when the index was last written: all are read again. */
must_check bool index_words_kinds(struct indexer *indexer, struct err *err);

/* Documents that could not be reached are to be read after all. */
must_check bool index_words_again(struct indexer *indexer, struct err *err);
