/* One statement for each index: by document, by patient, by account, or by time alone. */
#include "console/views/view_list.h"

#include "base/time.h"
#include "base/utf8.h"
#include "console/console_sql.h"
#include "document/dates.h"
#include "report/cells.h"

static bool is_given(const char *text)
{
    return text && *text;
}

static const struct sql_text *statement_of(const struct view_choice *choice)
{
    if (is_given(choice->row))
        return &CONSOLE_VIEWS_OF_ROW;
    if (is_given(choice->patient))
        return &CONSOLE_VIEWS_OF_PATIENT;
    return choice->account ? &CONSOLE_VIEWS_OF_ACCOUNT : &CONSOLE_VIEWS_OF_ALL;
}

static struct view_seen row_seen(const struct sql_rows *rows)
{
    return (struct view_seen){ .columns = view_columns_read(rows),
                               .hash = sql_get_bytes(rows, 13),
                               .who = sql_get_text(rows, 14) };
}

static bool rows_each(struct sql *sql, const struct sql_text *text, struct sql_args args,
                      view_seen_row *row, void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(sql, text, args, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct view_seen seen = row_seen(rows);

        if (!row(arg, &seen))
            return true;
    }
    return step == STEP_END;
}

static int64_t or_ever(int64_t us)
{
    return us ? us : INT64_MAX;
}

bool view_list_each(struct sql *sql, const struct view_choice *choice, view_seen_row *row,
                    void *arg, struct err *err)
{
    const struct cursor *behind = &choice->behind;

    return rows_each(
        sql, statement_of(choice),
        sql_args(sql_i64(or_ever(behind->at[0])), sql_i64(behind->at[1]), sql_i64(behind->at[2]),
                 sql_i64(choice->from_us), sql_i64(or_ever(choice->to_us)),
                 sql_i64(choice->account), sql_text(choice->row ? choice->row : ""),
                 sql_text(choice->patient ? choice->patient : ""),
                 sql_text(choice->what ? choice->what : ""), sql_i64(or_ever(choice->limit))),
        row, arg, err);
}

bool view_list_export(struct sql *sql, const struct view_choice *choice, view_seen_row *row,
                      void *arg, struct err *err)
{
    return rows_each(sql, &CONSOLE_VIEWS_OF_TIME,
                     sql_args(sql_i64(choice->from_us), sql_i64(or_ever(choice->to_us))), row, arg,
                     err);
}

bool view_account(struct sql *sql, const char *name, int64_t *account_r, struct err *err)
{
    auto_str lower = STR_MAX(KIB(64));

    utf8_add_lower(&lower, span_trim(span_of(name)));
    return sql_number(sql, &CONSOLE_VIEW_ACCOUNT, sql_args(sql_text(str_text(&lower))), 0,
                      account_r, err);
}

/* Midnight at which a day begins, or, `days` 1, ends. */
static bool day_read(const char *text, int days, int64_t *us_r, struct err *err)
{
    struct time_civil civil;

    if (dates_sense(span_of(text)) != DATE_IS_YEAR_FIRST
        || !dates_moment_read(span_of(text), DATE_ISO, &civil))
        return err_set(err, ERR_DATA, 0, "'%.40s' is no day: write it as 2026-12-01", text);
    /* From noon to noon, so that a change of the clock in between makes no other day of it. */
    civil = (struct time_civil){ civil.year, civil.month, civil.day, 12, 0, 0 };
    civil = time_to_utc(time_from_utc(civil) + days * 24 * 3600 * TIME_SECOND);
    civil.hour = 0;
    *us_r = time_from_zone(civil);
    return true;
}

bool view_days_read(const char *from, const char *to, struct view_choice *choice, struct err *err)
{
    return (!is_given(from) || day_read(from, 0, &choice->from_us, err))
           && (!is_given(to) || day_read(to, 1, &choice->to_us, err));
}

struct cursor view_cursor(const struct view_seen *seen)
{
    return (struct cursor){ { seen->columns.at_us, seen->columns.watch, seen->columns.seq } };
}

const char *view_csv_head(void)
{
    return "watch,seq,at,account,who,token,session,address,what,outcome,row,patient,document,"
           "detail,hash\r\n";
}

static void number_cell(struct str *to, int64_t number)
{
    str_add_char(to, ',');
    if (number)
        str_add_i64(to, number);
}

void view_csv_add(struct str *to, const struct view_seen *seen)
{
    const struct view_columns *c = &seen->columns;
    char at[TIME_TEXT_SIZE];

    str_add_i64(to, c->watch);
    number_cell(to, c->seq);
    cells_text(to, span_of(time_rfc3339(c->at_us, at)));
    number_cell(to, c->account);
    cells_text(to, seen->who);
    number_cell(to, c->token);
    number_cell(to, c->session);
    cells_text(to, c->address);
    cells_text(to, c->what);
    cells_text(to, c->outcome);
    cells_text(to, c->row);
    cells_text(to, c->patient);
    number_cell(to, c->document);
    cells_text(to, c->detail);
    str_add_text(to, ",\"");
    hex_add(to, seen->hash.at, seen->hash.size);
    str_add_text(to, "\"\r\n");
}
