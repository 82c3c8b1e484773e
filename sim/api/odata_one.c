/* A row by its key, its fields and their bytes. */
#include "sim/api/odata_one.h"

#include "sim/api/odata_row.h"

#include "base/digest.h"
#include "base/num.h"

enum { VALUE_MAX = 1 << 24 };

static void row_answer(struct odata *o, uint64_t ordinal)
{
    struct json_writer w = JSON_WRITER(&o->answer->body);
    int columns[ODATA_SELECT_MAX];
    size_t count;

    if (!odata_select(o, columns, &count))
        return;
    json_open_object(&w);
    odata_context(o, &w, "/$entity");
    odata_row_write(o, &w, ordinal, columns, count);
    json_close_object(&w);
}

static void container_json(struct json_writer *w, const struct content *content)
{
    auto_content_reader *reader = NULL;
    auto_str bytes = STR_MAX(MIB(64)), text = STR_MAX(MIB(96));
    char block[KIB(16)];
    struct err err;
    size_t got = 0;

    if (!content_has_bytes(content) || content->fate == FATE_MISSING
        || !content_open(content, &reader, &err)) {
        json_write_null(w);
        return;
    }
    while (content_read(reader, block, sizeof block, &got, &err) && got)
        str_add(&bytes, block, got);
    base64_add(&text, bytes.at, bytes.size);
    json_write_span(w, str_span(&text));
}

static void field_answer(struct odata *o, uint64_t ordinal, int column)
{
    struct json_writer w = JSON_WRITER(&o->answer->body);
    auto_str rest = STR_MAX(KIB(1));
    auto_content content = { 0 };

    str_printf(&rest, "(" SPAN_FORMAT ")/" SPAN_FORMAT, SPAN_ARGS(o->key), SPAN_ARGS(o->parts[2]));
    json_open_object(&w);
    odata_context(o, &w, str_text(&rest));
    if (odata_is_container(o, column)) {
        table_content(o->table, ordinal, (unsigned)column, 1, &content);
        if (switch_is(&o->sim->switches, ODATA_FILENAME, PRESENT))
            json_member_text(&w, "@com.filemaker.odata.Filename", content.name);
        json_name(&w, "value");
        container_json(&w, &content);
    } else {
        json_name(&w, "value");
        odata_value_write(o, &w, column, ordinal);
    }
    json_close_object(&w);
}

static void nothing_answer(struct odata *o)
{
    if (switch_is(&o->sim->switches, ODATA_EMPTY, 404))
        odata_error(o, 404, "-1023", "The container is empty");
    else if (switch_is(&o->sim->switches, ODATA_EMPTY, 204))
        o->answer->status = 204;
    else
        o->answer->media = "application/octet-stream";
}

/* The natural header for bytes is answered with the name: who does not know that stores a short text. */
static bool name_is_wanted(const struct odata *o)
{
    return switch_is(&o->sim->switches, ODATA_OCTET, NAME)
           && span_is(http_header_value(&o->request->head, "Accept"), "application/octet-stream");
}

static void bytes_answer(struct odata *o, uint64_t ordinal, int column)
{
    auto_content content = { 0 };
    struct err err;

    if (!odata_is_container(o, column)) {
        o->answer->media = "text/plain;charset=utf-8";
        table_value(o->table, ordinal, (unsigned)column, 1, &o->answer->body);
        return;
    }
    table_content(o->table, ordinal, (unsigned)column, 1, &content);
    if (!content_has_bytes(&content)) {
        nothing_answer(o);
    } else if (name_is_wanted(o)) {
        o->answer->media = "text/plain;charset=utf-8";
        str_add_text(&o->answer->body, content.name);
    } else if (content.fate == FATE_MISSING || !content_open(&content, &o->answer->stream, &err)) {
        odata_error(o, 404, "-1023", "The requested file is missing");
    } else {
        o->answer->media = file_type_media(content.type);
        o->answer->stream_size = content_size(o->answer->stream);
        o->answer->about = (struct answer_about){
            .record_id = table_record_id(o->table, ordinal),
            .field = table_plan(o->table)->columns[column].name,
            .repetition = 1,
        };
    }
}

static bool row_by_number(const struct odata *o, struct span digits, uint64_t *ordinal_r)
{
    struct err err;
    uint64_t record_id;

    return num_u64(digits, 1, UINT64_MAX, &record_id, &err)
           && table_find_id(o->table, record_id, ordinal_r);
}

static bool row_by_key(struct odata *o, uint64_t *ordinal_r)
{
    struct span key = o->key;

    if (span_starts(key, "ROWID="))
        return row_by_number(o, span_from(key, 6), ordinal_r);
    if (key.size >= 2 && key.at[0] == '\'' && key.at[key.size - 1] == '\'')
        key = span_first(span_from(key, 1), key.size - 2);
    if (!switch_is(&o->sim->switches, ODATA_ID, FIELD))
        return row_by_number(o, key, ordinal_r);
    for (uint64_t i = 0; i < table_count(o->table); i++) {
        auto_str value = STR_MAX(VALUE_MAX);
        const struct column *first = &table_plan(o->table)->columns[0];
        struct make_context making = { o->table, first, 0, 1 };

        if (first->find && !table_exceptions(o->table, 0))
            return first->find(&making, key, ordinal_r) && table_is_live(o->table, *ordinal_r);
        *ordinal_r = table_select(o->table, i);
        odata_key_text(o, *ordinal_r, &value);
        if (span_equal(str_span(&value), key))
            return true;
    }
    return false;
}

void odata_one_answer(struct odata *o)
{
    struct odata_problem problem;
    uint64_t ordinal;
    int column;

    if (!row_by_key(o, &ordinal)) {
        odata_error_about(o, 404, "-1023", "There is no row with the key", o->key);
        return;
    }
    if (o->part_count == 2) {
        row_answer(o, ordinal);
        return;
    }
    column = odata_column(o->table, o->parts[2]);
    if (column < 0 || column >= ODATA_ROWID) {
        odata_unknown_field(&problem, o->parts[2]);
        odata_problem_error(o, &problem);
    } else if (o->part_count == 3) {
        field_answer(o, ordinal, column);
    } else if (span_is(o->parts[3], "$value")) {
        bytes_answer(o, ordinal, column);
    } else {
        odata_error_about(o, 400, "-1002", "Error: syntax error in URL at:", o->parts[3]);
    }
}
