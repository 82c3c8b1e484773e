/* `fmferry tables`: what a FileMaker file holds, and whether it is whole. */
#include "cmd/commands.h"
#include "cmd/fmp12_shown.h"

#include "base/foreign.h"
#include "base/mem.h"
#include "fmp12/survey.h"

struct tables_options {
    const char *file;
    bool fields, json;
};

struct tables_job {
    const struct tables_options *options;
    const struct fmp12_file *file;
    struct fmp12_sums sums;
    uint32_t table; /* the present one */
    uint64_t proven, open, records, bytes;
    bool is_outside; /* documents lie outside the file, or elsewhere */
};

/* --- for programs ---------------------------------------------------------------------------- */

static void line_print(struct str *line)
{
    str_add_char(line, '\n');
    print_raw(str_span(line));
}

static void file_json(const struct tables_options *o, const struct fmp12_facts *facts)
{
    auto_str line = STR_MAX(MIB(1));
    struct json_writer w = JSON_WRITER_SHOWN(&line);

    json_open_object(&w);
    json_member_text(&w, "file", o->file);
    json_member_text(&w, "written_by", facts->version);
    json_member_u64(&w, "bytes", facts->size_bytes);
    json_member_u64(&w, "leaves", facts->leaves);
    json_member_u64(&w, "entries", facts->entries);
    json_close_object(&w);
    line_print(&line);
}

static void field_json(struct json_writer *w, const struct fmp12_field *field)
{
    json_open_object(w);
    json_member_u64(w, "number", field->number);
    json_member_text(w, "name", field->name);
    json_member_text(w, "type", fmp12_type_name(field->type));
    json_member_u64(w, "repetitions", field->repetitions);
    json_member_flag(w, "global", field->is_global);
    json_member_flag(w, "stored_externally", field->is_external);
    json_close_object(w);
}

static void survey_json(struct json_writer *w, const struct fmp12_survey *s)
{
    json_member_u64(w, "records", s->records);
    json_member_u64(w, "values", s->values);
    json_name(w, "containers");
    json_open_object(w);
    json_member_u64(w, "proven", s->proven);
    json_member_u64(w, "ambiguous", s->ambiguous);
    json_member_u64(w, "reference", s->by_reference);
    json_member_u64(w, "broken", s->broken);
    json_member_u64(w, "external", s->external);
    json_member_u64(w, "missing", s->missing);
    json_member_u64(w, "other", s->other);
    json_member_u64(w, "global", s->global);
    json_close_object(w);
    json_member_u64(w, "objects", s->objects);
    json_member_u64(w, "unused", s->unused);
    json_member_u64(w, "counted_otherwise", s->counted_otherwise);
    json_member_u64(w, "document_bytes", s->document_bytes);
    json_member_flag(w, "globals_unread", s->globals_unread);
    json_member_flag(w, "repaired", s->repaired);
}

static void table_json(const struct fmp12_table *table, const struct fmp12_survey *survey)
{
    auto_str line = STR_MAX(SIZE_MAX / 4);
    struct json_writer w = JSON_WRITER_SHOWN(&line);

    json_open_object(&w);
    json_member_u64(&w, "table", table->number);
    json_member_text(&w, "name", table->name);
    json_name(&w, "fields");
    json_open_array(&w);
    for (size_t i = 0; i < table->field_count; i++)
        field_json(&w, &table->fields[i]);
    json_close_array(&w);
    survey_json(&w, survey);
    json_close_object(&w);
    line_print(&line);
}

static bool object_json(void *arg, const struct fmp12_object *object, uint64_t references,
                        struct err *err)
{
    struct tables_job *job = arg;
    auto_str line = STR_MAX(SIZE_MAX / 4);
    struct json_writer w = JSON_WRITER_SHOWN(&line);

    (void)err;
    fmp12_sums_end(&job->sums);
    json_open_object(&w);
    json_member_u64(&w, "table", job->table);
    fmp12_object_json(&w, object, &job->sums);
    json_member_u64(&w, "references", references);
    json_member_u64(&w, "references_said", object->references);
    json_close_object(&w);
    line_print(&line);
    fmp12_sums_reset(&job->sums);
    return true;
}

/* --- for people ------------------------------------------------------------------------------ */

static void file_say(const struct tables_options *o, const struct fmp12_facts *facts)
{
    print("%s: %ju bytes, written last by FileMaker %s\n"
          "It is whole: leaves in one tree %ju, entries in ascending order %ju\n",
          o->file, (uintmax_t)facts->size_bytes, *facts->version ? facts->version : "(unknown)",
          (uintmax_t)facts->leaves, (uintmax_t)facts->entries);
}

static void count_say(const char *words, uint64_t count)
{
    if (count)
        print("    %s: %ju\n", words, (uintmax_t)count);
}

static void fields_say(const struct fmp12_table *table, bool all)
{
    for (size_t i = 0; i < table->field_count; i++) {
        const struct fmp12_field *field = &table->fields[i];

        if (all || field->type == FMP12_CONTAINER)
            print("    field %ju '%s': %s%s%s\n", (uintmax_t)field->number, field->name,
                  fmp12_type_name(field->type), field->is_global ? ", one for all records" : "",
                  field->is_external ? ", its documents lie outside the file" : "");
    }
}

static void survey_say(const struct fmp12_survey *s)
{
    count_say("documents proven by FileMaker's own MD5", s->proven);
    count_say("proven, but two or more of their streams may be the document", s->ambiguous);
    count_say("by reference: only the name and place of a file are here", s->by_reference);
    count_say("outside the file", s->external);
    count_say("BROKEN: their bytes are not those that FileMaker stored", s->broken);
    count_say("MISSING: the object to which the field leads is not there", s->missing);
    count_say("with a text, or with something that is not known", s->other);
    count_say("of these, in globals", s->global);
    count_say("objects to which no field leads", s->unused);
    count_say("objects that FileMaker counts otherwise than they are used", s->counted_otherwise);
    count_say("groups of globals built in a way that is not known", s->globals_unread);
}

static void table_say(const struct tables_options *o, const struct fmp12_table *table,
                      const struct fmp12_survey *survey)
{
    print("\n%s (table %ju): records %ju, fields %zu\n",
          *table->name ? table->name : "(without a name)", (uintmax_t)table->number,
          (uintmax_t)survey->records, table->field_count);
    fields_say(table, o->fields);
    survey_say(survey);
}

static void end_say(const struct tables_job *job)
{
    print("\nIn all: records %ju, documents proven %ju (bytes: %ju), not proven %ju\n"
          "Texts in the fields are read as they lie there: no sum in the file proves them.\n",
          (uintmax_t)job->records, (uintmax_t)job->proven, (uintmax_t)job->bytes,
          (uintmax_t)job->open);
    if (job->is_outside)
        print("FileMaker's own tool makes a copy that holds what is outside (docs/fmp12.md):\n"
              "  " FMP12_TOOL "\n");
}

/* --- the command ----------------------------------------------------------------------------- */

static bool table_do(struct tables_job *job, const struct fmp12_table *table, struct err *err)
{
    const struct tables_options *o = job->options;
    struct fmp12_sink sink = fmp12_sums_sink(&job->sums);
    struct fmp12_survey_each each = { job, &sink, object_json };
    struct fmp12_survey survey;

    job->table = table->number;
    if (!fmp12_survey_table(job->file, table, o->json ? &each : NULL, &survey, err))
        return false;
    if (o->json)
        table_json(table, &survey);
    else
        table_say(o, table, &survey);
    job->records += survey.records;
    job->proven += survey.proven;
    job->open += fmp12_survey_open(&survey);
    job->bytes += survey.document_bytes;
    job->is_outside = job->is_outside || survey.external || survey.by_reference;
    return true;
}

static bool tables_do(struct tables_job *job, struct err *err)
{
    auto_fmp12_schema schema = { 0 };
    bool good = fmp12_schema_read(job->file, &schema, err);

    for (size_t i = 0; good && i < schema.table_count; i++)
        good = table_do(job, &schema.tables[i], err);
    return good || err_ctx(err, "'%s'", job->options->file);
}

static int tables_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    const struct tables_options *o = arg;
    struct tables_job job = { .options = o };
    auto_fmp12 *file = NULL;
    bool good;

    (void)globals;
    if (!fmp12_open(o->file, &file, err))
        return -1;
    job.file = file;
    if (o->json)
        file_json(o, fmp12_facts(file));
    else
        file_say(o, fmp12_facts(file));
    good = tables_do(&job, err) && fmp12_unchanged(file, err);
    fmp12_sums_clear(&job.sums);
    if (!good)
        return -1;
    if (!o->json)
        end_say(&job);
    return job.open ? EXIT_LEFT : EXIT_DONE;
}

static const struct opt tables_opts[] = {
    OPT_PLACE(struct tables_options, file, "FILE", true,
              "a .fmp12 or .fp7 file that nobody has open"),
    OPT_FLAG(struct tables_options, fields, "fields", 0, "list every field, not only containers"),
    OPT_FLAG(struct tables_options, json, "json", 0,
             "as JSON, a line for each thing (docs/json.md)"),
    OPT_END,
};
static const struct tables_options tables_defaults = { 0 };

const struct cmd cmd_tables = {
    "tables",
    "Show what a FileMaker file holds, without FileMaker",
    "Reads a .fmp12 or .fp7 file on its own: no server, no account, no password. Proves that\n"
    "the file is whole, counts the records of each table, and compares every document in a\n"
    "container field with the MD5 that FileMaker stored beside it. Exit code 0: every\n"
    "document is proven; 3: some lie outside the file, are broken or not understood.\n"
    "Take a backup or a closed file. What lies outside the file, or is encrypted, needs\n"
    "FileMaker's own tool first: docs/fmp12.md.",
    tables_opts,
    &tables_defaults,
    sizeof tables_defaults,
    tables_command,
    .examples = {
        { "fmferry tables Backup/Clinic.fmp12", "what is in it" },
        { "fmferry tables Backup/Clinic.fmp12 --json | jq -c 'select(.state == \"broken\")'",
          "documents that do not have their bytes any more" },
    },
    .heading = "FileMaker files without FileMaker",
};
