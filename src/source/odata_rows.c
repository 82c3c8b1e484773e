/* Follows next links, and joins the answers for different fields by the number of their rows. */
#include "source/odata_rows.h"

#include "base/mem.h"
#include "base/num.h"
#include "http/http.h"
#include "source/odata_values.h"

/* FileMaker wants addresses of 2,000 characters at most. */
enum { SELECT_MAX = 1400, PATH_MAX_SIZE = 64 * 1024, TRIES = 3 };

#define ALWAYS "ROWID,ROWMODID"

/* --- columns -------------------------------------------------------------------------------- */

static void select_keep(struct odata_columns *columns, struct str *select)
{
    columns->selects = mem_grow(columns->selects, (columns->count + 1) * sizeof *columns->selects);
    columns->selects[columns->count++] = mem_text(str_text(select));
    str_reset(select);
    str_add_text(select, ALWAYS);
}

/* Containers cannot be asked for with others, and summaries are computed over all records. */
static bool is_asked_for(const struct metadata_field *field)
{
    return !field->is_container && !field->is_summary;
}

void odata_columns_make(const struct metadata_table *table, struct odata_columns *columns_r)
{
    auto_str select = STR_MAX(PATH_MAX_SIZE);
    struct odata_columns columns = { .table = table };

    str_add_text(&select, ALWAYS);
    for (size_t i = 0; i < table->count; i++) {
        auto_str name = STR_MAX(KIB(4));

        if (!is_asked_for(&table->fields[i]))
            continue;
        odata_add_name(&name, table->fields[i].name);
        if (select.size + name.size > SELECT_MAX)
            select_keep(&columns, &select);
        str_add_char(&select, ',');
        str_add_span(&select, str_span(&name));
    }
    select_keep(&columns, &select);
    *columns_r = columns;
}

void odata_columns_clear(struct odata_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        free(columns->selects[i]);
    free(columns->selects);
    *columns = (struct odata_columns){ 0 };
}

/* --- rows ----------------------------------------------------------------------------------- */

static void rows_forget(struct odata_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->rows[i].values);
    for (size_t i = 0; i < rows->answer_count; i++)
        odata_answer_clear(&rows->answers[i]);
    rows->count = rows->answer_count = 0;
}

void odata_rows_clear(struct odata_rows *rows)
{
    rows_forget(rows);
    free(rows->rows);
    free(rows->answers);
    *rows = (struct odata_rows){ 0 };
}

static bool number_get(const struct json_value *row, const char *name, uint64_t *n_r)
{
    const struct json_value *value = json_get(row, name);
    struct err ignored;

    return value && num_u64(value->text, 0, INT64_MAX, n_r, &ignored);
}

/* ROWID -1 and rows without one are of no use: what is written about them could be about others. */
static bool row_read(const struct json_value *from, struct odata_row *row_r, struct err *err)
{
    const struct json_value *address = odata_about(from, "id");
    struct odata_row row = { .address = address ? address->text : SPAN_NONE };

    if (!number_get(from, "ROWID", &row.record_id) || row.record_id == 0
        || !number_get(from, "ROWMODID", &row.mod_id) || row.address.size == 0)
        return err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER,
                       "OData gave a row without its ROWID, ROWMODID or address");
    *row_r = row;
    return true;
}

/* One request among those that give the rows. */
struct reading {
    struct filemaker *filemaker;
    const struct odata_columns *columns;
    const char *query;
    uint64_t limit;
    struct odata_rows *rows;
    size_t select; /* which of the selects */
    size_t seen;   /* rows that came for it */
    bool is_torn;  /* they are not those that came for the first */
};

static bool row_first(struct reading *r, const struct json_value *from, struct err *err)
{
    struct odata_rows *rows = r->rows;
    struct odata_row row;

    if (!row_read(from, &row, err))
        return false;
    row.values = mem_zero(r->columns->count * sizeof *row.values);
    row.values[0] = from;
    rows->rows = mem_grow(rows->rows, (rows->count + 1) * sizeof *rows->rows);
    rows->rows[rows->count++] = row;
    return true;
}

static bool row_join(struct reading *r, const struct json_value *from, struct err *err)
{
    struct odata_row row, *first;

    if (!row_read(from, &row, err))
        return false;
    r->is_torn = r->seen >= r->rows->count;
    if (r->is_torn)
        return true;
    first = &r->rows->rows[r->seen];
    first->values[r->select] = from;
    r->is_torn = row.record_id != first->record_id || row.mod_id != first->mod_id;
    return true;
}

static bool list_take(struct reading *r, const struct json_value *list, struct err *err)
{
    json_each (from, list) {
        if (r->seen == r->limit)
            return err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER,
                           "OData gave more rows than were asked for");
        if (!(r->select == 0 ? row_first(r, from, err) : row_join(r, from, err)))
            return false;
        if (r->is_torn)
            return true;
        r->seen++;
    }
    return true;
}

static void found_read(struct odata_rows *rows, const struct json_value *answer)
{
    const struct json_value *count = odata_about(answer, "count");
    uint64_t found;
    struct err ignored;

    if (count && num_u64(count->text, 0, INT64_MAX, &found, &ignored))
        rows->found = found;
}

/* Reads one answer; `next_r` is the path of the one that follows, or empty. */
static bool answer_take(struct reading *r, const char *path, struct str *next_r, struct err *err)
{
    struct odata_rows *rows = r->rows;
    struct odata_answer answer;
    const struct json_value *list, *next;

    if (!odata_get(r->filemaker, path, r->limit > 1, &answer, err))
        return false;
    rows->answers = mem_grow(rows->answers, (rows->answer_count + 1) * sizeof *rows->answers);
    rows->answers[rows->answer_count++] = answer;
    list = json_get(json_root(answer.json), "value");
    if (!list || list->kind != JSON_ARRAY)
        return err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER,
                       "'value' in OData's answer is missing or not an array");
    if (r->select == 0)
        found_read(rows, json_root(answer.json));
    next = odata_about(json_root(answer.json), "nextLink");
    return list_take(r, list, err)
           && (!next || r->seen == r->limit
               || odata_own_path(r->filemaker, next->text, next_r, err));
}

/* Each answer must bring a row, so that links in circles end. */
static bool select_read(struct reading *r, struct err *err)
{
    auto_str path = STR_MAX(PATH_MAX_SIZE);

    odata_table_path(&path, r->filemaker, r->columns->table->name);
    str_printf(&path, "?$select=%s&%s", r->columns->selects[r->select], r->query);
    if (!str_fits(&path, "an address of OData", err))
        return false;
    for (;;) {
        auto_str next = STR_MAX(PATH_MAX_SIZE);
        size_t before = r->seen;

        if (!answer_take(r, str_text(&path), &next, err))
            return false;
        if (next.size == 0 || r->is_torn)
            return true;
        if (r->seen == before)
            return err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER,
                           "OData gave a next link, and no row before it");
        str_reset(&path);
        str_add_span(&path, str_span(&next));
    }
}

static bool all_read(struct reading *r, struct err *err)
{
    rows_forget(r->rows);
    r->rows->found = UINT64_MAX;
    r->is_torn = false;
    for (r->select = 0; r->select < r->columns->count; r->select++) {
        r->seen = 0;
        if (!select_read(r, err))
            return false;
        r->is_torn = r->is_torn || r->seen != r->rows->count;
        if (r->is_torn)
            return true;
    }
    return true;
}

bool odata_rows_read(struct filemaker *filemaker, const struct odata_columns *columns,
                     const char *query, uint64_t limit, struct odata_rows *rows_r, struct err *err)
{
    auto_odata_rows rows = { 0 };
    struct reading reading = { filemaker, columns, query, limit, &rows, 0, 0, false };

    for (int tries = TRIES; tries > 0; tries--) {
        if (!all_read(&reading, err))
            return false;
        if (!reading.is_torn) {
            *rows_r = rows;
            rows = (struct odata_rows){ 0 };
            return true;
        }
    }
    return err_set(err, ERR_DATA, HTTP_TOO_LONG, /* fewer at once may do */
                   "the rows were edited while their fields were read, %d times", TRIES);
}

const struct json_value *odata_row_value(const struct odata_columns *columns,
                                         const struct odata_row *row, const char *field)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct json_value *value = json_get(row->values[i], field);

        if (value)
            return value;
    }
    return NULL;
}
