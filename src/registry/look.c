/* Counts the application's documents. The rows' metadata says which of them are ours. */
#include "registry/look.h"

#include "base/num.h"
#include "registry/registry_sql.h"

bool registry_count(struct sql *sql, const char *source, struct registry_rows *rows_r,
                    struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(sql, &REGISTRY_LOOK_ROWS, sql_args(sql_text(source)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        *rows_r = (struct registry_rows){ sql_get_i64(rows, 0), sql_get_i64(rows, 1),
                                          sql_get_i64(rows, 2), sql_get_i64(rows, 3) };
    return step == STEP_ROW;
}

bool registry_each_year(struct sql *sql, const char *source,
                        void (*each)(void *arg, int year, int64_t rows), void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(sql, &REGISTRY_LOOK_YEARS, sql_args(sql_text(source)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        int64_t year;
        struct err not_a_year;

        if (!num_i64(sql_get_text(rows, 0), 0, 9999, &year, &not_a_year))
            year = 0; /* the application's database let a wrong date pass */
        each(arg, (int)year, sql_get_i64(rows, 1));
    }
    return step == STEP_END;
}
