/* Tokens for programs. */
#include "console/token.h"

#include "base/digest.h"
#include "console/console_db.h"
#include "console/console_sql.h"
#include "console/inside.h"

enum { TOKEN_BYTES = 32 };

/* Whether an address stands in a list with blanks between; an empty list has all. */
static bool address_is_listed(struct span list, const char *address)
{
    if (list.size == 0)
        return true;
    while (list.size)
        if (span_is(span_cut(&list, ' '), address))
            return true;
    return false;
}

static unsigned rights_of(struct span names)
{
    unsigned rights = 0;

    while (names.size) {
        struct span name = span_cut(&names, ' ');

        for (int right = RIGHT_FIND; right < RIGHTS; right++)
            if (span_is(name, right_name((enum right)right)))
                rights |= 1U << right;
    }
    return rights;
}

bool token_find(struct console *console, struct span text, const char *address,
                struct identity *who_r, struct err *err)
{
    uint8_t bytes[TOKEN_BYTES];
    struct sha256 hash;
    auto_lent lent = { 0 };
    auto_rows *rows = NULL;
    enum step step;

    *who_r = (struct identity){ 0 };
    if (!hex_read(text, bytes, sizeof bytes))
        return true;
    hash = sha256_of((struct span){ (const char *)bytes, sizeof bytes });
    if (!console_db_borrow(console->db, &lent, err)
        || !sql_query(
            lent.sql, &CONSOLE_TOKEN_FIND,
            sql_args(sql_bytes(hash.bytes, SHA256_SIZE), sql_i64(clock_now_us(console->clock))),
            &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW && address_is_listed(sql_get_text(rows, 2), address)) {
        who_r->token = sql_get_i64(rows, 0);
        who_r->rights = rights_of(sql_get_text(rows, 1));
        (void)snprintf(who_r->name, sizeof who_r->name, SPAN_FORMAT,
                       SPAN_ARGS(sql_get_text(rows, 3)));
    }
    return step != STEP_ERROR;
}
