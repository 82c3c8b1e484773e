/* `fmferry records`: the records of a table in a FileMaker file. */
#include "cmd/commands.h"
#include "cmd/fmp12_shown.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "fmp12/records.h"

enum { SHOWN_CHARS = 200 }; /* of a text; --json has all of it */

struct records_options {
    const char *file, *table;
    int record;
    bool json;
};

struct records_job {
    const struct records_options *options;
    const struct fmp12_file *file;
    const struct fmp12_table *table;
    struct fmp12_sums sums;
    struct fmp12_object object; /* of the container that is being shown */
    uint64_t shown;
};

/* Reads and proves the object to which a value leads. False in `found_r`: there is none. */
static bool object_look(struct records_job *job, uint32_t number, bool *found_r, struct err *err)
{
    auto_fmp12_objects *objects = NULL;
    struct fmp12_sink sink = fmp12_sums_sink(&job->sums);
    enum step step;

    fmp12_sums_reset(&job->sums);
    if (!fmp12_objects_open(job->file, job->table->number, number, &objects, err))
        return false;
    step = fmp12_objects_next(objects, &sink, &job->object, err);
    fmp12_sums_end(&job->sums);
    *found_r = step == STEP_ROW;
    return step != STEP_ERROR;
}

/* What is known of the value of a container field. */
enum container_state { CONTAINER_NONE, CONTAINER_OBJECT, CONTAINER_MISSING, CONTAINER_OTHER };

static bool container_look(struct records_job *job, const struct fmp12_field *field,
                           struct span text, enum container_state *state_r, struct err *err)
{
    uint32_t number;
    bool found;

    *state_r = CONTAINER_NONE;
    if (!field || field->type != FMP12_CONTAINER || text.size == 0)
        return true;
    *state_r = CONTAINER_OTHER;
    if (!fmp12_object_of(text, &number))
        return true;
    if (!object_look(job, number, &found, err))
        return false;
    *state_r = found ? CONTAINER_OBJECT : CONTAINER_MISSING;
    return true;
}

/* --- for programs ---------------------------------------------------------------------------- */

static void container_json(struct records_job *job, struct json_writer *w,
                           const struct fmp12_field *field, enum container_state state)
{
    json_name(w, "container");
    json_open_object(w);
    if (state == CONTAINER_OBJECT)
        fmp12_object_json(w, &job->object, &job->sums);
    else if (state == CONTAINER_MISSING)
        json_member_text(w, "state", "missing");
    else
        json_member_text(w, "state", field->is_external ? "external" : "other");
    json_close_object(w);
}

static bool value_json(struct records_job *job, struct json_writer *w,
                       const struct fmp12_value *value, struct err *err)
{
    const struct fmp12_field *field = fmp12_field_of(job->table, value->field);
    enum container_state state;

    if (!container_look(job, field, value->text, &state, err))
        return false;
    json_open_object(w);
    json_member_u64(w, "field", value->field);
    json_member_text(w, "name", field ? field->name : "");
    json_member_u64(w, "repetition", value->repetition);
    json_member_span(w, "text", value->text);
    if (state != CONTAINER_NONE)
        container_json(job, w, field, state);
    json_close_object(w);
    return true;
}

static bool record_json(struct records_job *job, const struct fmp12_record *record, struct err *err)
{
    auto_str line = STR_MAX(SIZE_MAX / 4);
    struct json_writer w = JSON_WRITER_SHOWN(&line);

    json_open_object(&w);
    json_member_u64(&w, "record", record->number);
    json_member_u64(&w, "changes", record->changes);
    json_member_flag(&w, "repaired", record->repaired);
    json_name(&w, "values");
    json_open_array(&w);
    for (size_t i = 0; i < record->value_count; i++)
        if (!value_json(job, &w, &record->values[i], err))
            return false;
    json_close_array(&w);
    json_close_object(&w);
    str_add_char(&line, '\n');
    print_raw(str_span(&line));
    return true;
}

/* --- for people ------------------------------------------------------------------------------ */

static void words_of_value(struct records_job *job, const struct fmp12_field *field,
                           const struct fmp12_value *value, enum container_state state,
                           struct str *to)
{
    switch (state) {
    case CONTAINER_NONE:
        foreign_add_first(to, value->text, SHOWN_CHARS);
        return;
    case CONTAINER_OBJECT:
        fmp12_object_words(to, &job->object);
        return;
    case CONTAINER_MISSING:
        str_add_text(to, "MISSING: the object to which it leads is not there");
        return;
    case CONTAINER_OTHER:
        str_add_text(to, field->is_external ? "outside the file: " : "not an object: ");
        foreign_add_first(to, value->text, SHOWN_CHARS);
        return;
    }
    abort();
}

static bool value_say(struct records_job *job, const struct fmp12_value *value, struct err *err)
{
    const struct fmp12_field *field = fmp12_field_of(job->table, value->field);
    auto_str words = STR_MAX(SIZE_MAX / 4);
    auto_str name = STR_MAX(MIB(1));
    enum container_state state;

    if (!container_look(job, field, value->text, &state, err))
        return false;
    foreign_printf(&name, "%s", field ? field->name : "(deleted field)");
    if (value->repetition > 1)
        foreign_printf(&name, "[%ju]", (uintmax_t)value->repetition);
    words_of_value(job, field, value, state, &words);
    print("  %s: %s\n", str_text(&name), str_text(&words));
    return true;
}

static bool record_say(struct records_job *job, const struct fmp12_record *record, struct err *err)
{
    print("record %ju, changed %ju times\n", (uintmax_t)record->number, (uintmax_t)record->changes);
    for (size_t i = 0; i < record->value_count; i++)
        if (!value_say(job, &record->values[i], err))
            return false;
    return true;
}

/* --- the command ----------------------------------------------------------------------------- */

static bool records_do(struct records_job *job, struct err *err)
{
    const struct records_options *o = job->options;
    auto_fmp12_records *records = NULL;
    auto_fmp12_record record = { 0 };
    enum step step;

    if (!fmp12_records_open(job->file, job->table->number, FMP12_RECORDS, &records, err))
        return false;
    while ((step = fmp12_records_next(records, &record, err)) == STEP_ROW) {
        if (o->record && (uint32_t)o->record != record.number)
            continue;
        if (!(o->json ? record_json : record_say)(job, &record, err))
            return false;
        job->shown++;
    }
    return step == STEP_END;
}

static bool table_find(struct records_job *job, struct fmp12_schema *schema, struct err *err)
{
    return fmp12_schema_read(job->file, schema, err)
           && fmp12_table_named(schema, job->options->table, &job->table, err);
}

static int records_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct records_options *o = arg;
    auto_free struct records_job *job = mem_new(struct records_job);
    auto_fmp12_schema schema = { 0 };
    auto_fmp12 *file = NULL;
    bool good;

    (void)globals;
    if (!fmp12_open(o->file, &file, err))
        return -1;
    job->options = o;
    job->file = file;
    good = table_find(job, &schema, err) && records_do(job, err);
    fmp12_sums_clear(&job->sums);
    if (!good) {
        (void)err_ctx(err, "'%s'", o->file);
        return -1;
    }
    if (!fmp12_unchanged(file, err))
        return -1;
    if (o->record && !job->shown) {
        (void)err_set(err, ERR_USAGE, 0, "table '%s' has no record %d", o->table, o->record);
        return -1;
    }
    return EXIT_DONE;
}

static const struct opt records_opts[] = {
    OPT_PLACE(struct records_options, file, "FILE", true,
              "a .fmp12 or .fp7 file that nobody has open"),
    OPT_PLACE(struct records_options, table, "TABLE", true,
              "name or number, as 'fmferry tables' has it"),
    OPT_INT(struct records_options, record, "record", 0, "ID", 1, INT32_MAX,
            "this one alone, by FileMaker's record id"),
    OPT_FLAG(struct records_options, json, "json", 0, "as JSON, a line for each (docs/json.md)"),
    OPT_END,
};
static const struct records_options records_defaults = { 0 };

const struct cmd cmd_records = {
    "records",
    "Show the records of a table in a FileMaker file",
    "Prints what is stored in each record: texts, numbers and dates as they were typed, and\n"
    "for a container the name, size and state of its document. Long texts are cut; --json\n"
    "has them whole. These are patients' data, and go wherever you send the output: no\n"
    "password protects them in a file that is not encrypted.",
    records_opts,
    &records_defaults,
    sizeof records_defaults,
    records_command,
    .examples = {
        { "fmferry records Backup/Clinic.fmp12 Documents", "every record" },
        { "fmferry records Backup/Clinic.fmp12 Documents --record 4711", "one of them" },
        { "fmferry records Backup/Clinic.fmp12 129 --json", "for a program, by the table's number" },
    },
};
