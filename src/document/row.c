/*
 * Makes rows. Every field of the layout goes into filemaker_metadata, numbers as the tokens that
 * came; the columns get what they can hold.
 */
#include "document/row.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "document/disposition.h"
#include "document/key.h"
#include "json/writer.h"

enum {
    METADATA_MAX = 256 * 1024 * 1024, /* three times the longest answer: never reached */
    NAME_MAX_BYTES = 4096,
};

/* Row ids are made in this namespace; changing it would make every document a second time. */
static const struct uuid row_space = { { 0x8b, 0x0e, 0x5e, 0x5c, 0x3c, 0x1f, 0x4d, 0x0a, 0x9c, 0x5e,
                                         0x66, 0x6d, 0x66, 0x65, 0x72, 0x72 } };

struct document_row {
    struct uuid id;
    char *patient, *file_name, *mime, *bucket, *key, *category, *type, *author, *date, *metadata;
    char *identity, *container;
    int repetition;
    char sha256[SHA256_HEX_SIZE];
    uint64_t size_bytes, record_id, mod_id;
    bool has_filemaker_id;
    struct uuid filemaker_id;
    const struct filemaker_record *record;
    const struct source_fields *fields;
};

struct uuid row_id(const char *source_name, const char *identity, const char *container,
                   int repetition)
{
    auto_free char *name =
        mem_printf("%s\n%s\n%s\n%d", source_name, identity, container, repetition);

    return uuid_v5(&row_space, span_of(name));
}

static void row_free(struct document_row *row)
{
    if (!row)
        return;
    free(row->patient);
    free(row->file_name);
    free(row->mime);
    free(row->bucket);
    free(row->key);
    free(row->category);
    free(row->type);
    free(row->identity);
    free(row->container);
    free(row->author);
    free(row->date);
    free(row->metadata);
    free(row);
}

void auto_row_cleanup(struct document_row **row)
{
    row_free(*row);
}

/* --- file name ------------------------------------------------------------------------------ */

static bool is_slash(uint32_t code)
{
    return code == '/' || code == '\\';
}

/* Adds a name without control characters, and with a hyphen for each slash. */
static void name_clean(struct str *to, struct span name)
{
    while (name.size) {
        uint32_t code;

        (void)utf8_next(&name, &code);
        if (code >= 0x20 && code != 0x7F)
            utf8_add(to, is_slash(code) ? '-' : code);
    }
}

/* The part after the last folder. */
static struct span name_last(struct span path)
{
    struct span last = path;

    for (size_t i = 0; i < path.size; i++)
        if (is_slash((uint8_t)path.at[i]))
            last = span_from(path, i + 1);
    return last;
}

void row_name_clean(struct str *to, struct span name)
{
    name_clean(to, name_last(span_trim(name)));
}

static void name_compose(struct str *to, const struct row_parts *p, const char *date)
{
    name_clean(to, span_trim(p->facts->type));
    if (to->size == 0)
        str_add_text(to, "Document");
    if (date)
        str_printf(to, " %s", date);
    str_printf(to, ".%s", p->ext);
}

/* Adds the file's own name, or makes one: then it returns false. */
static bool row_name_add(struct str *to, const struct row_parts *p, const char *date)
{
    auto_str sent = STR_MAX(NAME_MAX_BYTES);

    row_name_clean(to, filemaker_text(p->record, p->fields->name));
    disposition_name(p->disposition, &sent);
    if (to->size == 0)
        row_name_clean(to, str_span(&sent));
    if (to->size)
        return true;
    name_compose(to, p, date);
    return false;
}

/* --- metadata ------------------------------------------------------------------------------- */

static bool has_nul(struct span text)
{
    return text.size && memchr(text.at, '\0', text.size);
}

static bool has_raw_control(struct span raw)
{
    for (size_t i = 0; i < raw.size; i++)
        if ((uint8_t)raw.at[i] < 0x20)
            return true;
    return false;
}

/* Writes a text that no database keeps as it is: NUL and broken UTF-8 become U+FFFD. */
static void write_repaired(struct json_writer *w, struct span text)
{
    auto_str good = STR_MAX(METADATA_MAX);

    utf8_add_kept(&good, text);
    json_write_span(w, str_span(&good));
}

static bool is_stream(const struct json_value *value)
{
    return value->kind == JSON_TEXT && filemaker_content(value->text) == FILEMAKER_STREAM
           && span_find(value->text, "/Streaming") < value->text.size;
}

/*
 * Writes a field's value, as it came if a database keeps it so. A container's URL means nothing
 * tomorrow: its kind of storage is written instead. True if the value had to be repaired.
 */
static bool metadata_value_write(struct json_writer *w, const struct json_value *value)
{
    bool broken = value->kind == JSON_TEXT
                  && (value->repaired || has_nul(value->text) || has_raw_control(value->raw));

    if (is_stream(value))
        json_write_text(w, filemaker_storage(value->text));
    else if (broken)
        write_repaired(w, value->text);
    else if (value->kind == JSON_NULL)
        json_write_null(w);
    else
        json_write_raw(w, value->raw);
    return broken;
}

/* Whether a member repeats an earlier one, because its field is on the layout twice. */
static bool is_said_again(const struct filemaker_record *record, const struct json_value *value)
{
    const struct json_value *first = json_get_span(record->fields, value->name);

    return first != value
           && (span_equal(first->raw, value->raw) || (is_stream(first) && is_stream(value)));
}

static bool fields_write(struct json_writer *w, const struct filemaker_record *record)
{
    bool repaired = false;

    json_open_object(w);
    json_each (value, record->fields) {
        if (is_said_again(record, value))
            continue;
        json_name_span(w, value->name);
        repaired |= metadata_value_write(w, value);
    }
    json_close_object(w);
    return repaired;
}

static void finding_write(struct json_writer *w, bool found, const char *what)
{
    if (found)
        json_write_text(w, what);
}

/* The finding about a document's date; NULL if it is in the row, or empty. */
static const char *date_finding(enum date_doubt doubt)
{
    switch (doubt) {
    case DATE_DOUBT_NONE:
        return NULL;
    case DATE_DOUBT_UNREADABLE:
        return "date not understood";
    case DATE_DOUBT_EITHER:
        return "date could be day first or month first";
    case DATE_DOUBT_UNLIKE:
        return "date is not in the form of date_format";
    }
    abort();
}

static void metadata_write(struct str *to, const struct row_parts *p, bool name_is_own,
                           enum date_doubt doubt)
{
    struct json_writer w = JSON_WRITER(to);
    char hex[SHA256_HEX_SIZE];
    bool repaired;

    json_open_object(&w);
    json_member_text(&w, "source", p->source_name);
    json_member_text(&w, "identity", p->identity);
    if (*p->container) {
        json_member_text(&w, "container", p->container);
        json_member_i64(&w, "repetition", p->repetition);
    }
    json_member_u64(&w, "recordId", p->record->record_id);
    json_member_u64(&w, "modId", p->record->mod_id);
    json_member_text(&w, "storage", p->facts->storage);
    json_member_text(&w, "sha256", sha256_hex(p->sha256, hex));
    json_member_u64(&w, "size", p->size_bytes);
    json_name(&w, "fields");
    repaired = fields_write(&w, p->record);
    json_name(&w, "findings");
    json_open_array(&w);
    finding_write(&w, !name_is_own, "file name made");
    finding_write(&w, doubt != DATE_DOUBT_NONE, date_finding(doubt));
    finding_write(&w, repaired, "text repaired");
    finding_write(&w, !p->facts->has_uuid, "id of no use");
    finding_write(&w, p->ext_is_named, "extension from the name");
    finding_write(&w, p->is_accepted, "accepted as it came");
    json_close_array(&w);
    json_close_object(&w);
}

/* --- the row -------------------------------------------------------------------------------- */

static char *author_of(const struct row_parts *p)
{
    struct span author = span_trim(p->facts->author);

    return author.size ? span_text(author) : mem_text("FileMaker Import");
}

enum date_doubt row_date_doubt(const struct source_fields *fields,
                               const struct filemaker_record *record)
{
    struct span date = span_trim(filemaker_text(record, fields->date));
    char day[DATE_TEXT_SIZE];

    if (date.size == 0 || dates_day_read(date, fields_date_form(fields, fields->date), day))
        return DATE_DOUBT_NONE;
    switch (dates_sense(date)) {
    case DATE_IS_NONE:
    case DATE_IS_SHORT:
        return DATE_DOUBT_UNREADABLE;
    case DATE_IS_EITHER:
        return fields->text_dates == DATE_ASK ? DATE_DOUBT_EITHER : DATE_DOUBT_UNLIKE;
    case DATE_IS_YEAR_FIRST:
    case DATE_IS_PLAIN:
    case DATE_IS_MONTH_FIRST:
    case DATE_IS_DAY_FIRST:
        return DATE_DOUBT_UNLIKE;
    }
    abort();
}

struct document_row *row_make(const struct row_parts *p)
{
    struct document_row *row = mem_new(struct document_row);
    struct span date = span_trim(filemaker_text(p->record, p->fields->date));
    char day[DATE_TEXT_SIZE];
    bool has_day = dates_day_read(date, fields_date_form(p->fields, p->fields->date), day);
    auto_str name = STR_MAX(NAME_MAX_BYTES);
    auto_str category = STR_MAX(KIB(1));
    auto_str metadata = STR_MAX(METADATA_MAX);
    bool name_is_own = row_name_add(&name, p, has_day ? day : NULL);

    key_slug(&category, p->facts->type);
    metadata_write(&metadata, p, name_is_own, row_date_doubt(p->fields, p->record));
    row->id = row_id(p->source_name, p->identity, p->container, p->repetition);
    row->patient = mem_text(p->patient);
    row->file_name = str_take(&name);
    row->mime = mem_text(p->mime);
    row->bucket = mem_text(p->bucket);
    row->key = mem_text(p->key);
    row->category = str_take(&category);
    row->type = span_text(p->facts->type);
    row->identity = mem_text(p->identity);
    row->container = mem_text(p->container);
    row->repetition = p->repetition;
    row->record_id = p->record->record_id;
    row->mod_id = p->record->mod_id;
    row->record = p->record;
    row->fields = p->fields;
    (void)sha256_hex(p->sha256, row->sha256);
    row->author = author_of(p);
    row->date = has_day ? mem_text(day) : NULL;
    row->metadata = str_take(&metadata);
    row->size_bytes = p->size_bytes;
    row->has_filemaker_id = p->facts->has_uuid && !*p->container;
    row->filemaker_id = p->facts->uuid;
    return row;
}

/* Reads a field as a moment: FileMaker's own in its form, a text in the form that was given. */
static bool moment_read(const struct source_fields *fields, const char *name, struct span text,
                        struct time_civil *moment_r)
{
    return containers_field_is_date(fields->containers, name)
               ? dates_stamp_read(span_trim(text), moment_r)
               : dates_moment_read(text, fields->text_dates, moment_r);
}

/* A field as the record has it; numbers as the tokens that came. */
static struct registry_field field_of(const void *arg, const char *name)
{
    const struct document_row *row = arg;
    const struct json_value *value = filemaker_value(row->record, name);
    struct registry_field field = { .text = SPAN_NONE };

    if (value && value->kind != JSON_NULL)
        field.text = value->kind == JSON_TEXT ? value->text : value->raw;
    field.is_number = value && value->kind == JSON_NUMBER;
    field.is_moment = moment_read(row->fields, name, field.text, &field.moment);
    return field;
}

struct registry_document row_document(const struct document_row *row, int64_t now_us)
{
    return (struct registry_document){ .id = row->id,
                                       .patient = row->patient,
                                       .file_name = row->file_name,
                                       .original_name = row->file_name,
                                       .file_size = row->size_bytes,
                                       .mime_type = row->mime,
                                       .s3_bucket = row->bucket,
                                       .s3_key = row->key,
                                       .category = row->category,
                                       .type = row->type,
                                       .uploaded_by = row->author,
                                       .now_us = now_us,
                                       .document_date = row->date,
                                       .has_filemaker_id = row->has_filemaker_id,
                                       .filemaker_id = row->filemaker_id,
                                       .metadata = row->metadata,
                                       .sha256 = row->sha256,
                                       .record_id = row->record_id,
                                       .mod_id = row->mod_id,
                                       .identity = row->identity,
                                       .container = row->container,
                                       .repetition = row->repetition,
                                       .field = field_of,
                                       .field_arg = row };
}
