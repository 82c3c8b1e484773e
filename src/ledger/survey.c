/* One query per walk. Whoever wants several walks to agree puts them into one reading change. */
#include "ledger/survey.h"

#include "base/mem.h"
#include "ledger/inside.h"

static struct sql_args of_source(const struct ledger *ledger, struct sql_value value[1])
{
    value[0] = sql_i64(ledger->source);
    return (struct sql_args){ value, 1 };
}

/* STEP_END of a walk that was ended early is as good as that of one which came to its end. */
static bool walk_ended(enum step step, struct err *err, bool was_ended)
{
    if (was_ended)
        return err_set(err, ERR_CANCELED, 0, "the walk was ended");
    return step == STEP_END;
}

bool survey_counts(struct ledger *ledger, struct ledger_tally **tallies_r, size_t *count_r,
                   struct err *err)
{
    return ledger_tallies_by(ledger, &LEDGER_SURVEY_COUNTS, tallies_r, count_r, err);
}

bool survey_sizes(struct ledger *ledger, struct survey_size sizes_r[SURVEY_SIZES], struct err *err)
{
    struct sql_value source[1];
    auto_rows *rows = NULL;
    enum step step;

    memset(sizes_r, 0, SURVEY_SIZES * sizeof *sizes_r);
    if (!sql_query(ledger->sql, &LEDGER_SURVEY_SIZES, of_source(ledger, source), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        int64_t class = sql_get_i64(rows, 0);

        if (class >= 0 && class < SURVEY_SIZES)
            sizes_r[class] = (struct survey_size){ sql_get_i64(rows, 1), sql_get_i64(rows, 2) };
    }
    return step == STEP_END;
}

bool survey_record_range(struct ledger *ledger, int64_t *first_r, int64_t *last_r, struct err *err)
{
    struct sql_value source[1];
    auto_rows *rows = NULL;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_SPAN, of_source(ledger, source), &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *first_r = sql_get_i64(rows, 0);
    *last_r = sql_get_i64(rows, 1);
    return true;
}

bool survey_each_place(struct ledger *ledger, int64_t first, int64_t per_place,
                       void (*each)(void *arg, int64_t place, struct span class, int64_t documents),
                       void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_PLACES,
                   sql_args(sql_i64(ledger->source), sql_i64(first), sql_i64(per_place)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_i64(rows, 0), sql_get_text(rows, 1), sql_get_i64(rows, 2));
    return step == STEP_END;
}

bool survey_each_entry(struct ledger *ledger, int64_t run,
                       void (*each)(void *arg, const struct survey_entry *entry), void *arg,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_AUDIT, sql_args(sql_i64(run)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct survey_entry){ .at_us = sql_get_i64(rows, 0),
                                          .document = sql_get_i64(rows, 1),
                                          .before = sql_get_text(rows, 2),
                                          .after = sql_get_text(rows, 3) });
    return step == STEP_END;
}

bool survey_last_entry(struct ledger *ledger, int64_t run, int64_t *at_us_r, struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_SURVEY_LAST_ENTRY, sql_args(sql_i64(run)), 0, at_us_r,
                      err);
}

static bool each_word(struct ledger *ledger, const struct sql_text *statement,
                      bool (*each)(void *arg, const struct survey_waiver *waiver), void *arg,
                      struct err *err)
{
    struct sql_value source[1];
    auto_rows *rows = NULL;
    bool more = true;
    enum step step = STEP_END;

    if (!sql_query(ledger->sql, statement, of_source(ledger, source), &rows, err))
        return false;
    while (more && (step = sql_next(rows, err)) == STEP_ROW)
        more = each(arg, &(struct survey_waiver){ .record_id = sql_get_i64(rows, 0),
                                                  .filemaker_id = sql_get_text(rows, 1),
                                                  .type = sql_get_text(rows, 2),
                                                  .class = sql_get_text(rows, 3),
                                                  .at_us = sql_get_i64(rows, 4),
                                                  .who = sql_get_text(rows, 5),
                                                  .reason = sql_get_text(rows, 6) });
    return walk_ended(step, err, !more);
}

bool survey_each_waiver(struct ledger *ledger,
                        bool (*each)(void *arg, const struct survey_waiver *waiver), void *arg,
                        struct err *err)
{
    return each_word(ledger, &LEDGER_SURVEY_WAIVERS, each, arg, err);
}

bool survey_each_accepted(struct ledger *ledger,
                          bool (*each)(void *arg, const struct survey_waiver *accepted), void *arg,
                          struct err *err)
{
    return each_word(ledger, &LEDGER_SURVEY_ACCEPTED, each, arg, err);
}

bool survey_each_note(struct ledger *ledger,
                      void (*each)(void *arg, struct span name, struct span value), void *arg,
                      struct err *err)
{
    struct sql_value source[1];
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_NOTES, of_source(ledger, source), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_text(rows, 0), sql_get_text(rows, 1));
    return step == STEP_END;
}

/* --- documents ------------------------------------------------------------------------------ */

static void survey_version_read(const struct sql_rows *rows, struct survey_document *document)
{
    struct span hash = sql_get_bytes(rows, 16);

    document->has_version = !sql_is_null(rows, 14);
    document->key = sql_get_text(rows, 14);
    document->size = sql_get_i64(rows, 15);
    document->has_sha256 = hash.size == SHA256_SIZE;
    if (document->has_sha256)
        memcpy(document->sha256.bytes, hash.at, SHA256_SIZE);
    document->mime = sql_get_text(rows, 17);
    document->mark = sql_get_text(rows, 18);
}

static struct survey_document survey_document_read(const struct sql_rows *rows)
{
    struct survey_document document = { .record_id = sql_get_i64(rows, 0),
                                        .filemaker_id = sql_get_text(rows, 1),
                                        .identity = sql_get_text(rows, 2),
                                        .patient_id = sql_get_text(rows, 3),
                                        .type = sql_get_text(rows, 4),
                                        .container = sql_get_text(rows, 5),
                                        .repetition = sql_get_i64(rows, 6),
                                        .storage = sql_get_text(rows, 7),
                                        .mod_id = sql_get_i64(rows, 8),
                                        .state = ledger_column_state(rows, 9),
                                        .class = sql_get_text(rows, 10),
                                        .link = sql_get_text(rows, 11),
                                        .patient = sql_get_text(rows, 12),
                                        .tries = sql_get_i64(rows, 13),
                                        .who = sql_get_text(rows, 19),
                                        .reason = sql_get_text(rows, 20) };

    survey_version_read(rows, &document);
    return document;
}

bool survey_each_document(struct ledger *ledger,
                          bool (*each)(void *arg, const struct survey_document *document),
                          void *arg, struct err *err)
{
    struct sql_value source[1];
    auto_rows *rows = NULL;
    bool more = true;
    enum step step = STEP_END;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_DOCUMENTS, of_source(ledger, source), &rows, err))
        return false;
    while (more && (step = sql_next(rows, err)) == STEP_ROW) {
        struct survey_document document = survey_document_read(rows);

        more = each(arg, &document);
    }
    return walk_ended(step, err, !more);
}

bool survey_database(struct ledger *ledger, char **name_r, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_DATABASE, SQL_NO_ARGS, &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *name_r = ledger_column(rows, 0);
    return true;
}
