/* Who gets which of the documents that were claimed ahead. */
#include "engine/ready.h"

#include "base/mem.h"
#include "engine/batches.h"
#include "tap.h"

#include <stdlib.h>

static struct ready *ready_with(int workers, int documents)
{
    struct ready *ready = ready_new(workers);

    for (int i = 0; i < documents; i++) {
        struct assignment *assignment = mem_new(struct assignment);

        assignment->claim.document = i;
        assignment->claim.filemaker_id = mem_printf("ID-%d", i);
        ready_add(ready, assignment);
    }
    return ready;
}

/* The document's number; -1: none. */
static int64_t taken(struct ready *ready, int worker, size_t most, bool others)
{
    struct assignment *assignment = ready_take(ready, worker, most, others);
    int64_t document = assignment ? assignment->claim.document : -1;

    assignment_free(assignment);
    return document;
}

TEST(a_worker_reserves_what_follows)
{
    struct ready *ready = ready_with(2, 100);

    CHECK(taken(ready, 0, 4, false) == 0);
    CHECK(taken(ready, 1, 4, false) == 4);
    CHECK(taken(ready, 0, 4, false) == 1);
    CHECK(taken(ready, 1, 4, false) == 5);
    CHECK(ready_count(ready) == 96);
    ready_free(ready);
}

TEST(where_there_are_few_all_workers_get_some)
{
    struct ready *ready = ready_with(4, 8);

    for (int worker = 0; worker < 4; worker++)
        CHECK_AT((size_t)worker, taken(ready, worker, 16, false) >= 0);
    CHECK(ready_count(ready) == 4);
    ready_free(ready);
}

TEST(each_document_is_given_once_and_none_is_left)
{
    enum { WORKERS = 3, DOCUMENTS = 200 };
    struct ready *ready = ready_with(WORKERS, DOCUMENTS);
    int seen[DOCUMENTS] = { 0 }, worker = 0;
    int64_t document;

    srand(7);
    while ((document = taken(ready, worker, 16, true)) >= 0) {
        seen[document]++;
        worker = rand() % WORKERS;
    }
    for (size_t i = 0; i < DOCUMENTS; i++)
        CHECK_AT(i, seen[i] == 1);
    CHECK(ready_count(ready) == 0);
    ready_free(ready);
}

TEST(others_documents_are_taken_only_when_allowed_and_from_the_end)
{
    struct ready *ready = ready_with(2, 6);

    CHECK(taken(ready, 0, 16, false) == 0); /* reserves 1 and 2 */
    CHECK(taken(ready, 1, 16, false) == 3); /* and 4           */
    CHECK(taken(ready, 1, 16, false) == 4);
    CHECK(taken(ready, 1, 16, false) == 5);
    CHECK(taken(ready, 1, 16, false) == -1);
    CHECK(taken(ready, 1, 16, true) == 2);
    CHECK(taken(ready, 0, 16, false) == 1);
    CHECK(taken(ready, 0, 16, true) == -1);
    ready_free(ready);
}

TEST(ids_are_those_that_a_find_can_look_for)
{
    static const char *const odd[] = { "a*b", "==x", "", "two words", "\xC3\xA4" };
    struct ready *ready = ready_with(1, 2);
    struct ready_ahead ids[BATCH_MAX];
    size_t count;

    for (size_t i = 0; i < lengthof(odd); i++) {
        struct assignment *assignment = mem_new(struct assignment);

        assignment->claim.filemaker_id = mem_text(odd[i]);
        ready_add(ready, assignment);
    }
    ready_add(ready, mem_new(struct assignment)); /* without an id */
    CHECK(taken(ready, 0, 16, false) == 0);
    count = ready_look_ahead(ready, 0, BATCH_MAX, ids);
    CHECK(count == 1);
    CHECK_STR(ids[0].id, "ID-1");
    CHECK(ids[0].document == 1);
    free(ids[0].id);
    CHECK(ready_look_ahead(ready, 0, 0, ids) == 0);
    ready_free(ready);
}
