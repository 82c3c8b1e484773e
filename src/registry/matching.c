/*
 * Matches the application's patients with FileMaker's. Both sides are kept in tables of our own, in
 * one form, and compared there. A patient whose data do not bear out the id stays unmatched until
 * people have looked.
 */
#include "registry/inside.h"

#include "base/utf8.h"
#include "json/json.h"

enum { TEXT_MAX = 4096 };

/* --- one form for both sides ------------------------------------------------------------------ */

/* Adds a name in lower case, trimmed, one blank for a run of white space; nothing if too long. */
static void name_normalise(struct str *to, struct span text)
{
    auto_str lower = STR_MAX(TEXT_MAX);
    struct span rest;
    bool gap = false;

    if (text.size > TEXT_MAX / 4)
        return;
    utf8_add_lower(&lower, text);
    for (rest = str_span(&lower); rest.size;) {
        uint32_t code;

        (void)utf8_next(&rest, &code);
        if (utf8_is_space(code)) {
            gap = to->size > 0;
            continue;
        }
        if (gap)
            str_add_char(to, ' ');
        gap = false;
        utf8_add(to, code);
    }
}

/* "1980-02-29", from a day or a stamp; empty if the text is neither. */
static struct span day_of(struct span text)
{
    static const char form[] = "0000-00-00";
    struct span day = span_first(span_trim(text), sizeof form - 1);

    if (day.size != sizeof form - 1)
        return (struct span){ "", 0 };
    for (size_t i = 0; i < day.size; i++)
        if (form[i] == '-' ? day.at[i] != '-' : day.at[i] < '0' || day.at[i] > '9')
            return (struct span){ "", 0 };
    return day;
}

/* Our form of a patient's id: a UUID with hyphens, anything else as it is. */
static struct span patient_id(struct span id, char text[UUID_TEXT_SIZE])
{
    struct uuid uuid;

    return uuid_read_loose(id, &uuid) ? span_of(uuid_text(&uuid, text)) : id;
}

/* --- FileMaker's side ------------------------------------------------------------------------- */

bool registry_persons_begin(struct registry *registry, int64_t *import_r, struct err *err)
{
    return registry_begin_change(registry, err)
           && sql_number(registry->sql, &REGISTRY_IMPORT_BEGIN, SQL_NO_ARGS, 0, import_r, err);
}

bool registry_person_collect(struct registry *registry, int64_t import,
                             const struct registry_person *person, struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX), first = STR_MAX(TEXT_MAX), last = STR_MAX(TEXT_MAX);

    name_normalise(&id, person->filemaker_id);
    name_normalise(&first, person->first_name);
    name_normalise(&last, person->last_name);
    return registry_begin_change(registry, err)
           && sql_run(registry->sql, &REGISTRY_PERSON_TOLD,
                      sql_args(sql_text(str_text(&id)), sql_text(str_text(&first)),
                               sql_text(str_text(&last)), sql_span(day_of(span_of(person->dob))),
                               sql_i64(import)),
                      err);
}

bool registry_persons_finish(struct registry *registry, int64_t import, bool complete,
                             struct err *err)
{
    return registry_begin_change(registry, err)
           && sql_run(registry->sql, &REGISTRY_IMPORT_OVER,
                      sql_args(sql_i64(import), sql_i64(complete)), err)
           && (!complete
               || sql_run(registry->sql, &REGISTRY_PERSONS_FORGET, sql_args(sql_i64(import)), err));
}

/* --- the application's side ------------------------------------------------------------------- */

/* The FileMaker id of a patient's row, from its column or its metadata. */
static void filemaker_id_of(const struct sql_rows *rows, struct str *to)
{
    auto_json *json = NULL;
    const struct json_value *id;
    struct err ignored;

    name_normalise(to, sql_get_text(rows, 1));
    if (to->size > 0 || sql_is_null(rows, 2) || !json_read(sql_get_text(rows, 2), &json, &ignored))
        return;
    id = json_get(json_root(json), "filemaker_id");
    if (id && id->kind == JSON_TEXT)
        name_normalise(to, id->text);
}

static bool patient_note(struct registry *registry, const struct sql_rows *rows, int64_t *count,
                         struct err *err)
{
    char text[UUID_TEXT_SIZE], ours[UUID_TEXT_SIZE];
    struct span patient = patient_id(sql_get_text(rows, 0), text);
    auto_str id = STR_MAX(TEXT_MAX), first = STR_MAX(TEXT_MAX), last = STR_MAX(TEXT_MAX);
    struct uuid row;

    if (!registry_patient_fits(registry, patient, err))
        return false;
    filemaker_id_of(rows, &id);
    name_normalise(&first, sql_get_text(rows, 3));
    name_normalise(&last, sql_get_text(rows, 4));
    row = registry_patient_row(str_span(&id));
    *count += id.size > 0;
    return sql_run(registry->sql, &REGISTRY_PATIENT_NOTE,
                   sql_args(sql_span(patient), sql_text(str_text(&id)), sql_text(str_text(&first)),
                            sql_text(str_text(&last)), sql_span(day_of(sql_get_text(rows, 5))),
                            sql_i64(span_is(patient, uuid_text(&row, ours)))),
                   err);
}

static bool patients_read(struct registry *registry, int64_t *count, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_run(registry->sql, &REGISTRY_PATIENTS_FORGET, SQL_NO_ARGS, err))
        return false;
    if (!registry->patients)
        return true;
    if (!sql_query(registry->sql, &registry->statements[STATEMENT_PATIENTS_ALL].text, SQL_NO_ARGS,
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!patient_note(registry, rows, count, err))
            return false;
    return step == STEP_END;
}

/* --- matches ---------------------------------------------------------------------------------- */

static bool second_has_word(const char *list, const char *word)
{
    struct span rest = span_of(list);

    while (rest.at)
        if (span_is(span_trim(span_cut(&rest, ',')), word))
            return true;
    return false;
}

static bool matches_make(struct registry *registry, struct err *err)
{
    const char *must_agree = registry->second_identifier;
    const struct {
        const struct sql_text *words;
        bool applies;
    } steps[] = {
        { &REGISTRY_MATCHES_FORGET, true },
        { &REGISTRY_MATCHES_MAKE, true },
        { &REGISTRY_DOUBT_TIMES, true },
        { &REGISTRY_DOUBT_DOB, second_has_word(must_agree, "dob") },
        { &REGISTRY_DOUBT_LAST_NAME, second_has_word(must_agree, "last_name") },
        { &REGISTRY_DOUBT_FIRST_NAME, second_has_word(must_agree, "first_name") },
        { &REGISTRY_DOUBT_NAMES, true },
        { &REGISTRY_DOUBT_UNPROVEN, true },
        { &REGISTRY_DOUBT_TWINS, true },
        { &REGISTRY_DOUBT_GONE, true },
        { &REGISTRY_DOUBT_MERGED, true },
        { &REGISTRY_DOUBT_UNMADE, true },
        { &REGISTRY_DOUBTS_ACCEPTED, true },
    };

    for (size_t i = 0; i < lengthof(steps); i++)
        if (steps[i].applies && !sql_run(registry->sql, steps[i].words, SQL_NO_ARGS, err))
            return false;
    return true;
}

bool registry_map_patients(struct registry *registry, int64_t *count_r, struct err *err)
{
    int64_t count = 0, ignored;

    if (!registry_begin_change(registry, err)
        || !sql_number(registry->sql, &REGISTRY_MATCHES_HOLD, SQL_NO_ARGS, 0, &ignored, err)
        || !patients_read(registry, &count, err) || !matches_make(registry, err))
        return err_ctx(err, "the application's patients");
    *count_r = count;
    return true;
}

bool registry_match(struct registry *registry, struct span filemaker_id,
                    enum registry_match *match_r, char *patient, struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    name_normalise(&id, filemaker_id);
    *match_r = REGISTRY_NO_PATIENT;
    if (id.size == 0)
        return true;
    if (!sql_query(registry->sql, &REGISTRY_MATCH_FIND, sql_args(sql_span(str_span(&id))), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ROW)
        return step == STEP_END;
    (void)snprintf(patient, REGISTRY_PATIENT_SIZE, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 0)));
    *match_r = sql_get_text(rows, 1).size == 0 ? REGISTRY_ONE_PATIENT : REGISTRY_REVIEW;
    return true;
}

bool registry_patient_dob(struct registry *registry, struct span filemaker_id,
                          char born[REGISTRY_DAY_SIZE], struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    born[0] = '\0';
    name_normalise(&id, filemaker_id);
    if (!sql_query(registry->sql, &REGISTRY_BORN, sql_args(sql_text(str_text(&id))), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        (void)snprintf(born, REGISTRY_DAY_SIZE, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 0)));
    return step != STEP_ERROR;
}

bool registry_doubts(struct registry *registry,
                     bool (*on_doubt)(void *arg, const struct registry_doubt *doubt,
                                      struct err *err),
                     void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(registry->sql, &REGISTRY_DOUBTS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct registry_doubt doubt = { .filemaker_id = sql_get_text(rows, 0),
                                        .patient = sql_get_text(rows, 1),
                                        .document = sql_get_text(rows, 2),
                                        .why = sql_get_text(rows, 3) };

        if (!on_doubt(arg, &doubt, err))
            return false;
    }
    return step == STEP_END;
}

bool registry_accept(struct registry *registry, struct span filemaker_id, const char *who,
                     const char *reason, bool *accepted_r, struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX);

    name_normalise(&id, filemaker_id);
    if (!registry_begin_change(registry, err)
        || !sql_run(registry->sql, &REGISTRY_ACCEPT,
                    sql_args(sql_text(str_text(&id)), sql_text(who), sql_text(reason),
                             sql_i64(time_now_us())),
                    err))
        return false;
    *accepted_r = sql_changed(registry->sql) > 0;
    return true;
}

bool registry_is_doubted(struct registry *registry, struct uuid row, bool *doubted_r,
                         struct err *err)
{
    char text[UUID_TEXT_SIZE];
    int64_t count;

    if (!sql_number(registry->sql, &REGISTRY_DOUBT_FIND, sql_args(sql_text(uuid_text(&row, text))),
                    0, &count, err))
        return false;
    *doubted_r = count > 0;
    return true;
}
