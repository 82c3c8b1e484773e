/* Templates are read once, when a registry is opened. */
#include "registry/template.h"

#include "base/mem.h"

enum { VALUE_TEXT_SIZE = 40 }; /* a UUID or a stamp */
enum { BOTH = TEMPLATE_DOCUMENTS | TEMPLATE_PATIENTS };

/* In the order of the enum. */
static const struct {
    const char *word;
    int tables;
    enum value_type type;
    bool follows_patient, needs_record, is_whole;
} names[] = {
    [NAME_ROW_ID] = { "row_id", BOTH, VALUE_UUID, false, false, true },
    [NAME_PATIENT] = { "patient", BOTH, VALUE_ID, true, false, true },
    [NAME_CONTENT_TYPE] = { "content_type", BOTH, VALUE_NUMBER, true, false, false },
    [NAME_FILE_NAME] = { "file_name", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, false },
    [NAME_ORIGINAL_NAME] = { "original_name", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, false },
    [NAME_SIZE] = { "size", TEMPLATE_DOCUMENTS, VALUE_NUMBER, false, true, false },
    [NAME_MIME] = { "mime", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, false },
    [NAME_BUCKET] = { "bucket", TEMPLATE_DOCUMENTS, VALUE_TEXT, true, false, true },
    [NAME_KEY] = { "key", TEMPLATE_DOCUMENTS, VALUE_TEXT, true, false, true },
    [NAME_CATEGORY] = { "category", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, false },
    [NAME_TYPE] = { "type", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, false },
    [NAME_AUTHOR] = { "author", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, false },
    [NAME_DATE] = { "date", TEMPLATE_DOCUMENTS, VALUE_DAY, false, true, false },
    [NAME_NOW] = { "now", BOTH, VALUE_STAMP, true, false, false },
    [NAME_SHA256] = { "sha256", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, true },
    [NAME_RECORD_ID] = { "record_id", TEMPLATE_DOCUMENTS, VALUE_NUMBER, false, true, false },
    [NAME_MOD_ID] = { "mod_id", TEMPLATE_DOCUMENTS, VALUE_NUMBER, false, true, false },
    [NAME_METADATA] = { "metadata", BOTH, VALUE_JSON, false, true, true },
    [NAME_IDENTITY] = { "identity", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, true },
    [NAME_CONTAINER] = { "container", TEMPLATE_DOCUMENTS, VALUE_TEXT, false, true, false },
    [NAME_REPETITION] = { "repetition", TEMPLATE_DOCUMENTS, VALUE_NUMBER, false, true, false },
    [NAME_FILEMAKER_UUID] = { "filemaker_uuid", TEMPLATE_DOCUMENTS, VALUE_UUID, false, true, true },
    [NAME_FILEMAKER_ID] = { "filemaker_id", TEMPLATE_PATIENTS, VALUE_TEXT, false, true, true },
    [NAME_FIRST_NAME] = { "first_name", TEMPLATE_PATIENTS, VALUE_TEXT, false, true, true },
    [NAME_LAST_NAME] = { "last_name", TEMPLATE_PATIENTS, VALUE_TEXT, false, true, true },
    [NAME_DOB] = { "dob", TEMPLATE_PATIENTS, VALUE_DAY, false, true, false },
    [NAME_MRN] = { "mrn", TEMPLATE_PATIENTS, VALUE_TEXT, false, true, true },
    [NAME_FIELD] = { "", BOTH, VALUE_FIELD, false, true, false },
    [NAME_TEXT] = { "", BOTH, VALUE_NOTHING, false, false, false },
};

static void piece_add(struct template *template, enum template_name name, struct span text)
{
    template->pieces = mem_grow(template->pieces, (template->count + 1) * sizeof *template->pieces);
    template->pieces[template->count++] = (struct template_piece){ name, span_text(text) };
}

/* Reads the name between two braces. */
static bool name_read(struct span word, enum template_table table, struct template *template,
                      struct err *err)
{
    if (span_starts(word, "field:")) {
        piece_add(template, NAME_FIELD, span_trim(span_from(word, strlen("field:"))));
        return true;
    }
    for (size_t i = 0; word.size > 0 && i < lengthof(names); i++) {
        if (!(names[i].tables & (int)table) || !span_is(word, names[i].word))
            continue;
        piece_add(template, (enum template_name)i, SPAN_NONE);
        return true;
    }
    return err_set(err, ERR_USAGE, 0, "there is no {" SPAN_FORMAT "} (see docs/registry.md)",
                   SPAN_ARGS(span_first(word, 64)));
}

static bool pieces_read(struct span rest, enum template_table table, struct template *template,
                        struct err *err)
{
    while (rest.size) {
        struct span text = span_cut(&rest, '{'), word;

        if (text.size)
            piece_add(template, NAME_TEXT, text);
        if (!rest.at)
            break;
        word = span_cut(&rest, '}');
        if (!rest.at)
            return err_set(err, ERR_USAGE, 0, "a '{' without its '}'");
        if (!name_read(word, table, template, err))
            return false;
    }
    return true;
}

bool template_read(const char *text, enum template_table table, struct template *template_r,
                   struct err *err)
{
    struct template template = { 0 };
    struct span words = span_trim(span_of(text));

    if (span_starts(words, "once ")) {
        template.once = true;
        words = span_trim(span_from(words, strlen("once ")));
    }
    if (!span_is(words, "''") && !pieces_read(words, table, &template, err)) {
        template_clear(&template);
        return false;
    }
    *template_r = template;
    return true;
}

void template_clear(struct template *template)
{
    for (size_t i = 0; i < template->count; i++)
        free(template->pieces[i].text);
    free(template->pieces);
    *template = (struct template){ 0 };
}

bool template_is(const struct template *template, enum template_name name)
{
    return template->count == 1 && template->pieces[0].name == name;
}

enum value_type template_type(const struct template *template)
{
    return template->count == 1 ? names[template->pieces[0].name].type : VALUE_NOTHING;
}

bool template_follows_patient(const struct template *template)
{
    for (size_t i = 0; i < template->count; i++)
        if (names[template->pieces[i].name].follows_patient)
            return !template->once;
    return false;
}

bool template_needs_no_record(const struct template *template)
{
    for (size_t i = 0; i < template->count; i++)
        if (names[template->pieces[i].name].needs_record)
            return false;
    return true;
}

bool template_is_whole(const struct template *template)
{
    for (size_t i = 0; i < template->count; i++)
        if (names[template->pieces[i].name].is_whole)
            return true;
    return false;
}

/* --- values ----------------------------------------------------------------------------------- */

static void piece_value_add(struct str *to, const struct value *value)
{
    char text[VALUE_TEXT_SIZE];

    switch (value->type) {
    case VALUE_NOTHING:
        return;
    case VALUE_TEXT:
    case VALUE_ID:
    case VALUE_DAY:
    case VALUE_JSON:
    case VALUE_FIELD:
        str_add_span(to, value->text);
        return;
    case VALUE_NUMBER:
        str_printf(to, "%jd", (intmax_t)value->number);
        return;
    case VALUE_UUID:
        str_add_text(to, uuid_text(&value->uuid, text));
        return;
    case VALUE_STAMP:
        str_add_text(to, time_rfc3339(value->number, text));
        return;
    }
}

static struct value piece_value(const struct template_piece *piece,
                                const struct template_values *values)
{
    if (piece->name == NAME_TEXT)
        return (struct value){ .type = VALUE_TEXT, .text = span_of(piece->text) };
    return values->of(values->arg, piece);
}

struct value template_value(const struct template *template, const struct template_values *values,
                            struct str *text)
{
    if (template->count == 1)
        return piece_value(&template->pieces[0], values);
    for (size_t i = 0; i < template->count; i++) {
        struct value value = piece_value(&template->pieces[i], values);

        piece_value_add(text, &value);
    }
    return (struct value){ .type = VALUE_TEXT, .text = span_of(str_text(text)) };
}
