/* Fields as a server would name and fill them; containers lead to objects of the file, or nowhere. */
#include "source/file_fields.h"

#include "base/mem.h"
#include "base/num.h"
#include "fmp12/objects.h"
#include "source/file_streams.h"

/* What a container's value becomes: it leads to table and object, or nowhere. */
#define LEADS_TO "https://fmp12/"
#define EMBEDDED "?RCType=EmbeddedRCFileProcessor"
#define OUTSIDE LEADS_TO "outside"

enum { REPETITIONS_MAX = 1000 };

static unsigned repetitions_of(const struct fmp12_field *field)
{
    unsigned count = field->repetitions ? field->repetitions : 1;

    return count < REPETITIONS_MAX ? count : REPETITIONS_MAX;
}

/* Dates are texts here: their form is that of the file's country, and nothing in it says which. */
static const char *result_of(const struct fmp12_field *field)
{
    switch (field->type) {
    case FMP12_CONTAINER:
        return "container";
    case FMP12_NUMBER:
        return "number";
    default:
        return "text";
    }
}

static unsigned names_of(const char *containers, const struct fmp12_field *field)
{
    return field->type == FMP12_CONTAINER ? file_streams_of(containers, field->name) : 1;
}

static size_t names_count(const struct fmp12_table *table, const char *containers)
{
    size_t count = 0;

    for (size_t i = 0; i < table->field_count; i++)
        count += names_of(containers, &table->fields[i]);
    return count;
}

static struct filemaker_field layout_field(const struct fmp12_field *field, unsigned stream)
{
    return (struct filemaker_field){ .name = file_stream_name(field->name, stream),
                                     .type = mem_text("normal"),
                                     .result = mem_text(result_of(field)),
                                     .global = field->is_global,
                                     .repetitions = repetitions_of(field),
                                     .repetitions_shown = repetitions_of(field) };
}

void file_fields_layout(const struct fmp12_table *table, const char *containers,
                        struct filemaker_layout *layout_r)
{
    struct filemaker_layout layout = { 0 };

    layout.fields = mem_zero((names_count(table, containers) + 1) * sizeof *layout.fields);
    for (size_t i = 0; i < table->field_count; i++)
        for (unsigned stream = 1; stream <= names_of(containers, &table->fields[i]); stream++)
            layout.fields[layout.count++] = layout_field(&table->fields[i], stream);
    *layout_r = layout;
}

/* --- a record as JSON ----------------------------------------------------------------------- */

struct record_writer {
    struct json_writer *w;
    const struct fmp12_file *file;
    const char *containers;
    const struct fmp12_table *table;
    const struct fmp12_record *record;
};

static struct span value_find(const struct fmp12_record *record, uint32_t field,
                              uint32_t repetition)
{
    for (size_t i = 0; i < record->value_count; i++)
        if (record->values[i].field == field && record->values[i].repetition == repetition)
            return record->values[i].text;
    return SPAN_NONE;
}

/* Which of an object's streams is meant: how many it may have, by its list; 1 if all is clear. */
static bool streams_count(const struct record_writer *r, uint32_t object, unsigned wanted,
                          unsigned *count_r, struct err *err)
{
    *count_r = 1;
    if (wanted == 1)
        return true;
    if (!fmp12_object_candidates(r->file, r->table->number, object, count_r, err))
        return false;
    /* One that would be left behind: then none is taken, and the document fails as ambiguous. */
    if (*count_r > wanted)
        *count_r = 1;
    return true;
}

/* An object with one document has it under the first name; the others are empty then. */
static void object_write(const struct record_writer *r, uint32_t object, unsigned stream,
                         unsigned streams)
{
    char address[96] = "";

    if (stream == 1 && streams <= 1)
        (void)snprintf(address, sizeof address, LEADS_TO "%ju/%ju" EMBEDDED,
                       (uintmax_t)r->table->number, (uintmax_t)object);
    else if (stream <= streams)
        (void)snprintf(address, sizeof address, LEADS_TO "%ju/%ju/%u" EMBEDDED,
                       (uintmax_t)r->table->number, (uintmax_t)object, stream);
    json_write_text(r->w, address);
}

/* What leads to no object of the file stands under the first name. */
static void other_write(struct json_writer *w, const struct fmp12_field *field, struct span text,
                        unsigned stream)
{
    if (!text.size || stream > 1)
        json_write_text(w, "");
    else if (field->is_external)
        json_write_text(w, OUTSIDE);
    else
        json_write_span(w, text);
}

static void name_write(struct json_writer *w, const struct fmp12_field *field, unsigned stream,
                       unsigned repetition)
{
    auto_free char *name = stream > 1 ? file_stream_name(field->name, stream) : NULL;
    auto_free char *whole = NULL;

    if (repetitions_of(field) > 1)
        whole = mem_printf("%s(%u)", name ? name : field->name, repetition);
    json_name(w, whole ? whole : name ? name : field->name);
}

/* A container's value under each of its names. */
static bool container_write(const struct record_writer *r, const struct fmp12_field *field,
                            unsigned repetition, struct span text, struct err *err)
{
    unsigned wanted = names_of(r->containers, field), streams = 1;
    uint32_t object;
    bool leads = text.size && fmp12_object_of(text, &object);

    if (leads && !streams_count(r, object, wanted, &streams, err))
        return false;
    for (unsigned stream = 1; stream <= wanted; stream++) {
        name_write(r->w, field, stream, repetition);
        if (leads)
            object_write(r, object, stream, streams);
        else
            other_write(r->w, field, text, stream);
    }
    return true;
}

static bool field_write(const struct record_writer *r, const struct fmp12_field *field,
                        struct err *err)
{
    for (unsigned n = 1; n <= repetitions_of(field); n++) {
        struct span text = value_find(r->record, field->number, n);

        if (field->type == FMP12_CONTAINER) {
            if (!container_write(r, field, n, text, err))
                return false;
            continue;
        }
        name_write(r->w, field, 1, n);
        json_write_span(r->w, text.size ? text : span_of(""));
    }
    return true;
}

bool file_fields_write(struct json_writer *w, const struct fmp12_file *file, const char *containers,
                       const struct fmp12_table *table, const struct fmp12_record *record,
                       struct err *err)
{
    const struct record_writer r = { w, file, containers, table, record };

    json_open_object(w);
    for (size_t i = 0; i < table->field_count; i++)
        if (!field_write(&r, &table->fields[i], err))
            return false;
    json_close_object(w);
    return true;
}

/* --- documents ------------------------------------------------------------------------------ */

bool file_fields_document(const struct fmp12_file *file, struct span value,
                          struct fmp12_object *object_r, struct fmp12_document **document_r,
                          struct err *err)
{
    struct span rest = span_from(value, strlen(LEADS_TO)), table = span_cut(&rest, '/');
    struct span place = span_cut(&rest, '?'), object = span_cut(&place, '/');
    uint64_t table_number, object_number, stream = 0;
    struct err ignored;

    if (span_is(value, OUTSIDE))
        return err_set(
            err, ERR_DATA, 0,
            "the document lies outside the file: make a copy that holds it with " FMP12_TOOL);
    if (!span_starts(value, LEADS_TO) || !num_u64(table, 1, UINT32_MAX, &table_number, &ignored)
        || !num_u64(object, 0, UINT32_MAX, &object_number, &ignored)
        || (place.at && !num_u64(place, 1, FILE_STREAMS_MAX, &stream, &ignored)))
        return err_set(err, ERR_DATA, 0, "the container's value leads to nothing in the file");
    return fmp12_document_open(file, (uint32_t)table_number, (uint32_t)object_number,
                               (unsigned)stream, object_r, document_r, err);
}
