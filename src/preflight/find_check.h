/*
 * Measures how records can be read: several by one find, one by itself, and a page of the size that
 * a run asks for. Says which a run will use, by the rule that it goes by (engine/batches). Writes
 * nothing.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"

enum find_verdict {
    FIND_USED,       /* a run reads several records by one find         */
    FIND_NOT_WANTED, /* records_at_once is 1                            */
    FIND_NO_IDS,     /* fewer than two ids could be looked for          */
    FIND_REFUSED,    /* by the server                                   */
    FIND_TOO_MUCH,   /* it was not done in time; fewer may work         */
    FIND_SLOW,       /* slower than reading each by itself              */
    FIND_MISSES,     /* it leaves out most records, though they are there */
};

struct find_check {
    enum find_verdict verdict;
    size_t asked, found; /* records that the find asked for, and that it gave */
    int64_t find_us;     /* how long it took                        */
    int64_t single_us;   /* how long one record by itself took      */
    struct err why;      /* with FIND_REFUSED and FIND_TOO_MUCH: the server's words */
};

/*
 * Looks for the first records of the layout, as many as a run reads at once.
 *   page_most   how many records the server gives in a page
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA (a page or a record that cannot be read), ERR_CANCELED;
 * not if the find alone is refused.
 */
must_check bool find_check_take(const struct engine_settings *settings,
                                struct source_reader *reader, uint64_t page_most,
                                struct find_check *check_r, struct err *err);

/* A verdict in a word, as JSON has it: "used", "refused", ... */
const char *find_check_word(enum find_verdict verdict);
