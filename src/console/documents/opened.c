/* The view log itself is asked whether the opening stands in it. */
#include "console/documents/opened.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/console_sql.h"
#include "console/inside.h"
#include "console/views/view_log.h"

static bool opening_find(struct exchange *x, enum view_what what, const char *row, bool *found_r,
                         struct err *err)
{
    int64_t since_us = clock_now_us(x->console->clock) - OPENED_MINUTES * 60 * TIME_SECOND, count;
    auto_lent lent = { 0 };

    if (!console_db_borrow(x->console->db, &lent, err)
        || !sql_number(lent.sql, &CONSOLE_VIEW_OPENED,
                       sql_args(sql_text(row), sql_i64(since_us), sql_i64(x->who.session),
                                sql_i64(x->who.token), sql_text(view_what_name(what))),
                       0, &count, err))
        return false;
    *found_r = count > 0;
    return true;
}

static bool look_note(struct exchange *x, enum view_what what, const struct visible *document,
                      struct err *err)
{
    auto_free char *detail = mem_printf("%s %s %s", document->type, document->day, document->name);
    char row[UUID_TEXT_SIZE];
    bool found;

    if (!opening_find(x, what, uuid_text(&document->row, row), &found, err))
        return false;
    return found
           || view_of(x,
                      (struct view_entry){ .what = what,
                                           .row = row,
                                           .patient = document->patient,
                                           .document = document->document,
                                           .detail = detail },
                      err);
}

bool opened_note(struct exchange *x, const struct visible *document, struct err *err)
{
    return look_note(x, VIEW_OPEN, document, err);
}

bool opened_glance_note(struct exchange *x, const struct visible *document, struct err *err)
{
    return look_note(x, VIEW_PAGES, document, err);
}
