/* What is counted is seen, from any thread. */
#include "base/meter.h"

#include "tap.h"

#include <pthread.h>

TEST(a_piece_of_work_begins_counts_and_ends)
{
    struct meter *meter = meter_new();
    struct meter_view view = meter_look(meter);

    CHECK(!view.doing);
    meter_begin(meter, "reading", "records", 7);
    meter_add(meter, 2, 30);
    meter_add(meter, 1, 0);
    view = meter_look(meter);
    CHECK_STR(view.doing, "reading");
    CHECK_STR(view.unit, "records");
    CHECK(view.done == 3 && view.total == 7 && view.bytes == 30);
    CHECK(view.begun_us > 0 && view.moved_us >= view.begun_us);
    meter_begin(meter, "writing", NULL, METER_UNKNOWN);
    view = meter_look(meter);
    CHECK_STR(view.doing, "writing");
    CHECK(!view.unit && view.done == 0 && view.total == METER_UNKNOWN && view.bytes == 0);
    meter_end(meter);
    CHECK(!meter_look(meter).doing);
    meter_free(meter);
}

TEST(work_that_nobody_watches_has_no_meter)
{
    meter_begin(NULL, "reading", "records", 7);
    meter_add(NULL, 1, 1);
    meter_end(NULL);
    meter_free(NULL);
    CHECK(true);
}

enum { THREADS = 4, EACH = 10000 };

static void *count(void *meter)
{
    for (int i = 0; i < EACH; i++)
        meter_add(meter, 1, 2);
    return NULL;
}

TEST(several_threads_count)
{
    struct meter *meter = meter_new();
    pthread_t threads[THREADS];

    meter_begin(meter, "reading", "records", METER_UNKNOWN);
    for (size_t i = 0; i < THREADS; i++)
        CHECK_AT(i, pthread_create(&threads[i], NULL, count, meter) == 0);
    for (size_t i = 0; i < THREADS; i++)
        CHECK_AT(i, pthread_join(threads[i], NULL) == 0);
    CHECK(meter_look(meter).done == THREADS * EACH);
    CHECK(meter_look(meter).bytes == 2 * THREADS * EACH);
    meter_free(meter);
}
