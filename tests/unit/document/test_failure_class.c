/* The classes of failure, and how long to wait. */
#include "document/failure_class.h"

#include "base/time.h"
#include "tap.h"

/* The classes as docs/errors.md has them: tries in a run, and whether a later run tries anew. */
TEST(every_class_is_as_it_is_documented)
{
    static const struct {
        enum failure_kind failure;
        const char *name;
        int tries;
        bool again, once, stops;
    } cases[] = {
        { FAILURE_CONTAINER_EMPTY, "container-empty", 1, false, false, false },
        { FAILURE_CONTAINER_REFERENCE, "container-reference", 1, false, false, false },
        { FAILURE_CONTAINER_NO_ACCESS, "container-no-access", 1, true, false, false },
        { FAILURE_CONTAINER_UNAVAILABLE, "container-unavailable", 5, true, true, false },
        { FAILURE_CONTAINER_TRUNCATED, "container-truncated", 5, true, true, false },
        { FAILURE_CONTAINER_LONGER, "container-longer", 1, true, false, false },
        { FAILURE_CONTAINER_NOT_A_FILE, "container-not-a-file", 5, true, true, false },
        { FAILURE_CONTAINER_ZERO, "container-zero", 5, true, true, false },
        { FAILURE_CONTAINER_DIFFERS, "container-differs", 5, true, true, false },
        { FAILURE_CONTAINER_UNPROVEN, "container-unproven", 1, true, false, false },
        { FAILURE_BACKUP_MISSING, "backup-missing", 1, true, false, false },
        { FAILURE_BACKUP_ENCRYPTED, "backup-encrypted", 1, true, false, false },
        { FAILURE_SOURCE_LOCKED, "source-locked", 0, true, false, false },
        { FAILURE_SOURCE_CHANGED, "source-changed", 8, true, false, false },
        { FAILURE_SOURCE_REACTS, "source-reacts", 1, false, false, false },
        { FAILURE_MARK_WAITS, "mark-waits", 0, true, false, false },
        { FAILURE_SOURCE_REJECTED, "source-rejected", 3, true, false, false },
        { FAILURE_SOURCE_MARKED, "source-marked", 1, false, false, false },
        { FAILURE_SOURCE_FILLED, "source-filled", 1, true, false, false },
        { FAILURE_RECORD_INCOMPLETE, "record-incomplete", 0, true, false, false },
        { FAILURE_SOURCE_AWAY, "source-away", 0, true, false, false },
        { FAILURE_STORE_REJECTED, "store-rejected", 1, false, false, false },
        { FAILURE_STORE_CONFLICT, "store-conflict", 1, false, false, false },
        { FAILURE_STORE_AWAY, "store-away", 0, true, false, false },
        { FAILURE_REGISTRY_REJECTED, "registry-rejected", 1, false, false, false },
        { FAILURE_INTEGRITY, "integrity", 3, true, false, true },
        { FAILURE_UPLOAD_INTERRUPTED, "upload-interrupted", 1, false, false, false },
        { FAILURE_INTERNAL, "internal", 1, false, false, false },
    };

    CHECK(lengthof(cases) == FAILURES);
    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct failure_class *policy = failure_class_of(cases[i].failure);
        enum failure_kind failure = FAILURE_INTERNAL;

        CHECK_STR(policy->name, cases[i].name);
        CHECK_AT(i, policy->tries == cases[i].tries && policy->is_retried_later == cases[i].again);
        CHECK_AT(i, policy->one_try_later == cases[i].once);
        CHECK_AT(i, policy->stops_run == cases[i].stops);
        CHECK_AT(i, *policy->meaning && *policy->advice && *policy->briefly);
        CHECK_AT(i, failure_class_read(span_of(cases[i].name), &failure)
                        && failure == cases[i].failure);
    }
}

TEST(other_words_are_no_class)
{
    static const char *const words[] = { "", "container", "container-empty ", "Container-empty" };

    for (size_t i = 0; i < lengthof(words); i++)
        CHECK_AT(i,
                 !failure_class_read(span_of(words[i]), &(enum failure_kind){ FAILURE_INTERNAL }));
}

TEST(waits_grow_to_a_limit)
{
    static const struct {
        int tries;
        int64_t first_us, fails_us, never_fails_us;
    } cases[] = {
        { 1, 500 * TIME_MS, 500 * TIME_MS, 500 * TIME_MS },
        { 2, 500 * TIME_MS, 1000 * TIME_MS, 1500 * TIME_MS },
        { 3, 500 * TIME_MS, 2000 * TIME_MS, 4500 * TIME_MS },
        { 5, 500 * TIME_MS, 8000 * TIME_MS, 40500 * TIME_MS },
        { 7, 500 * TIME_MS, 32000 * TIME_MS, 300 * TIME_SECOND },
        { 1000000000, 500 * TIME_MS, 300 * TIME_SECOND, 300 * TIME_SECOND },
        { 0, 500 * TIME_MS, 500 * TIME_MS, 500 * TIME_MS },
        { 1, 600 * TIME_SECOND, 300 * TIME_SECOND, 300 * TIME_SECOND },
        { 3, 1 * TIME_MS, 4 * TIME_MS, 9 * TIME_MS },
    };
    const struct failure_class fails = { .tries = 5 }, never_fails = { .tries = 0 };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, failure_class_wait_us(&fails, cases[i].tries, cases[i].first_us)
                        == cases[i].fails_us);
        CHECK_AT(i, failure_class_wait_us(&never_fails, cases[i].tries, cases[i].first_us)
                        == cases[i].never_fails_us);
    }
}
