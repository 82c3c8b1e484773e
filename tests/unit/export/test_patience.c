/* Waits grow, and end; and only what may come back is waited for. */
#include "export/patience.h"

#include "base/time.h"
#include "http/http.h"
#include "sql/sql.h"
#include "tap.h"

TEST(waits_grow_to_a_minute_and_end_after_fifteen)
{
    static const int64_t seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
    struct patience patience = { 0 };
    int64_t now_us = TIME_SECOND, began_us = now_us, wait_us = 0;
    size_t waits = 0;

    for (; patience_next(&patience, now_us, &wait_us); waits++) {
        CHECK_AT(waits, waits >= lengthof(seconds) || wait_us == seconds[waits] * TIME_SECOND);
        now_us += wait_us;
    }
    CHECK(waits > lengthof(seconds));
    CHECK(now_us - began_us >= PATIENCE_MOST_US);
    CHECK(now_us - began_us < PATIENCE_MOST_US + 60 * TIME_SECOND);
}

TEST(an_answer_begins_anew)
{
    struct patience patience = { 0 };
    int64_t wait_us = 0;

    CHECK(patience_next(&patience, 1, &wait_us));
    CHECK(!patience_next(&patience, 1 + PATIENCE_MOST_US, &wait_us));
    patience_answered(&patience, "nobody");
    CHECK(patience_next(&patience, 1 + PATIENCE_MOST_US, &wait_us));
    CHECK(wait_us == TIME_SECOND);
}

TEST(only_what_may_come_back_is_waited_for)
{
    static const struct {
        struct err err;
        bool wanted;
    } cases[] = {
        { { .kind = ERR_NET, .code = HTTP_NO_CONNECTION }, true },
        { { .kind = ERR_NET, .code = HTTP_NO_TRUST }, false },
        { { .kind = ERR_UNSURE }, true },
        { { .kind = ERR_DATABASE, .code = SQL_AWAY }, true },
        { { .kind = ERR_DATABASE, .code = SQL_BUSY }, true },
        { { .kind = ERR_DATABASE, .code = SQL_MISSING }, false },
        { { .kind = ERR_DATABASE, .code = SQL_REFUSED }, false },
        { { .kind = ERR_OS, .code = ESTALE }, true },
        { { .kind = ERR_OS, .code = ENOSPC }, false },
        { { .kind = ERR_OS, .code = EACCES }, false },
        { { .kind = ERR_DATA }, false },
        { { .kind = ERR_REMOTE, .code = 403 }, false },
        { { .kind = ERR_CANCELED }, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, patience_is_due(&cases[i].err) == cases[i].wanted);
}
