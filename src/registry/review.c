/* Reads what the last comparison left in our own tables. */
#include "registry/review.h"

#include "base/utf8.h"
#include "registry/inside.h"

enum { ID_MAX = 4096 };

/* The columns of one side: whether it is there, first name, last name, date of birth. */
static struct registry_told told_read(const struct sql_rows *rows, int column)
{
    return (struct registry_told){ .is_there = sql_get_i64(rows, column) != 0,
                                   .first_name = sql_get_text(rows, column + 1),
                                   .last_name = sql_get_text(rows, column + 2),
                                   .dob = sql_get_text(rows, column + 3) };
}

static bool cases_read(struct sql_rows *rows, registry_review *each, void *arg, struct err *err)
{
    enum step step;

    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct registry_case one = { .doubt = { .filemaker_id = sql_get_text(rows, 0),
                                                .patient = sql_get_text(rows, 1),
                                                .document = sql_get_text(rows, 2),
                                                .why = sql_get_text(rows, 3) },
                                     .filemaker = told_read(rows, 4),
                                     .application = told_read(rows, 8) };

        if (!each(arg, &one, err))
            return false;
    }
    return step == STEP_END;
}

bool registry_review_page(struct registry *registry, const struct registry_review_place *behind,
                          int64_t limit, registry_review *each, void *arg, struct err *err)
{
    auto_rows *rows = NULL;

    return sql_query(
               registry->sql, &REGISTRY_REVIEW_PAGE,
               sql_args(sql_text(behind->filemaker_id), sql_text(behind->document), sql_i64(limit)),
               &rows, err)
           && cases_read(rows, each, arg, err);
}

bool registry_review_one(struct registry *registry, const char *filemaker_id, registry_review *each,
                         void *arg, struct err *err)
{
    auto_str id = STR_MAX(ID_MAX);
    auto_rows *rows = NULL;

    utf8_add_lower(&id, span_of(filemaker_id));
    return sql_query(registry->sql, &REGISTRY_REVIEW_ONE, sql_args(sql_text(str_text(&id))), &rows,
                     err)
           && cases_read(rows, each, arg, err);
}

bool registry_review_candidates(struct registry *registry, struct span filemaker_id, int64_t limit,
                                void (*each)(void *arg, struct span patient,
                                             const struct registry_told *told),
                                void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(registry->sql, &REGISTRY_REVIEW_CANDIDATES,
                   sql_args(sql_span(filemaker_id), sql_i64(limit)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_text(rows, 0),
             &(struct registry_told){ .is_there = true,
                                      .first_name = sql_get_text(rows, 1),
                                      .last_name = sql_get_text(rows, 2),
                                      .dob = sql_get_text(rows, 3) });
    return step == STEP_END;
}

bool registry_review_roster(struct registry *registry, struct span filemaker_id,
                            void (*one)(void *arg, const struct registry_in_roster *known),
                            void *arg, struct err *err)
{
    auto_str id = STR_MAX(ID_MAX);
    auto_rows *rows = NULL;
    enum step step;

    utf8_add_lower(&id, span_trim(filemaker_id));
    if (!sql_query(registry->sql, &REGISTRY_REVIEW_ROSTER, sql_args(sql_text(str_text(&id))), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        one(arg, &(struct registry_in_roster){ .filemaker = { .is_there = !sql_is_null(rows, 0),
                                                              .first_name = sql_get_text(rows, 0),
                                                              .last_name = sql_get_text(rows, 1),
                                                              .dob = sql_get_text(rows, 2) },
                                               .patient = sql_get_text(rows, 4).size
                                                              ? (struct span){ "", 0 }
                                                              : sql_get_text(rows, 3),
                                               .is_doubted = sql_get_text(rows, 4).size > 0 });
    return step != STEP_ERROR;
}
