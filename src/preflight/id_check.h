/*
 * Checks that the key field has a UUID in each record that no other record has. A document without
 * such an id is moved by the number of its record, and that can never be changed; where many would
 * be, the key field is almost surely another table's.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "source/source.h"

enum { ID_CHECK_WHY_SIZE = 256 };

struct id_check_result {
    bool is_named;   /* there is a key field at all                             */
    bool is_counted; /* by finds of the whole layout; false: `why` says why not */
    char why[ID_CHECK_WHY_SIZE];
    int64_t records;           /* with and without an id                                  */
    int64_t empty;             /* without an id                                           */
    int64_t shared;            /* with an id that other records have too                  */
    int64_t shared_ids;        /* how many different ids those share                      */
    bool is_estimate;          /* `shared_ids` is inferred from a part of them            */
    int64_t looked, malformed; /* records that were read; those whose id is no UUID       */
};

/*
 * Counts by finds, and reads some records, never all of them.
 *   key   the key field, or ""
 * A find that the server refuses is no failure: then nothing is counted.
 * Fails with ERR_NET, ERR_REMOTE (not about the finds), ERR_DATA, ERR_CANCELED.
 */
must_check bool id_check_count(struct source_reader *reader, const char *layout, const char *key,
                               struct id_check_result *found_r, struct err *err);

/* How many documents would be moved by the number of their record. */
int64_t id_check_by_record(const struct id_check_result *found);

/* Whether so many of all records have no id of their own: one in ten, and more than two. */
bool id_check_is_too_few(int64_t by_record, int64_t records);

/* Whether they are so many that a person must answer for it. */
bool id_check_is_wrong(const struct id_check_result *found);

/* Says it in words, without a full stop. */
void id_check_say(const struct id_check_result *found, const char *key, struct str *to);

/* The error of a run that is refused for it. Always returns false. */
bool id_check_refuse(const struct id_check_result *found, const char *key, struct err *err);
