/* Makes pages of records of OData's rows. */
#include "source/odata.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "source/odata_inside.h"
#include "source/odata_values.h"
#include "source/page.h"

enum { PATH_MAX_SIZE = 64 * 1024, SHOWN_MAX = 1 };

bool odata_view_new(const struct filemaker_settings *settings, const struct cancel *cancel,
                    struct odata_view **view_r, struct err *err)
{
    struct filemaker *filemaker;

    if (!filemaker_new(settings, cancel, &filemaker, err))
        return false;
    *view_r = mem_new(struct odata_view);
    (*view_r)->filemaker = filemaker;
    (*view_r)->container = settings->container ? settings->container : "";
    return true;
}

void odata_view_free(struct odata_view *view)
{
    if (!view)
        return;
    filemaker_free(view->filemaker);
    metadata_clear(&view->metadata);
    odata_columns_clear(&view->columns);
    odata_known_clear(&view->known);
    free(view);
}

struct filemaker *odata_filemaker(const struct odata_view *view)
{
    return view->filemaker;
}

bool odata_log_in(struct odata_view *view, struct err *err)
{
    if (!view->has_metadata)
        view->has_metadata = odata_metadata(view->filemaker, &view->metadata, err);
    return view->has_metadata;
}

bool odata_product(struct odata_view *view, struct filemaker_product *product_r, struct err *err)
{
    struct filemaker_product product = { .name = "FileMaker Server, by OData" };

    if (!odata_log_in(view, err) && err->kind != ERR_REMOTE)
        return false; /* a server that refuses us is there all the same */
    (void)snprintf(product.version, sizeof product.version, "%s", view->metadata.version);
    *product_r = product;
    return true;
}

bool odata_tables(struct odata_view *view, struct str *names_r, struct err *err)
{
    if (!odata_log_in(view, err))
        return false;
    for (size_t i = 0; i < view->metadata.count; i++)
        if (*view->metadata.tables[i].name)
            str_printf(names_r, "%s\n", view->metadata.tables[i].name);
    return true;
}

/* --- tables --------------------------------------------------------------------------------- */

static bool table_need(struct odata_view *view, const char *name, struct err *err)
{
    const struct metadata_table *table;

    if (!odata_log_in(view, err))
        return false;
    table = metadata_find(&view->metadata, name);
    if (!table) {
        (void)err_set(err, ERR_REMOTE, 0, "OData shows no table occurrence '%s'", name);
        err->reason = FILEMAKER_LAYOUT_MISSING;
        return false;
    }
    if (view->columns.table != table) {
        odata_columns_clear(&view->columns);
        odata_columns_make(table, &view->columns);
    }
    return true;
}

/* Only the first repetition is given. */
static struct filemaker_field field_of(const struct metadata_field *field)
{
    const char *type = field->is_calculation ? "calculation"
                       : field->is_summary   ? "summary"
                                             : "normal";

    return (struct filemaker_field){ .name = mem_text(field->name),
                                     .type = mem_text(type),
                                     .result = mem_text(odata_result(field)),
                                     .global = field->is_global,
                                     .repetitions = field->repetitions,
                                     .repetitions_shown = SHOWN_MAX };
}

bool odata_layout(struct odata_view *view, const char *name, struct filemaker_layout *layout_r,
                  struct err *err)
{
    struct filemaker_layout layout = { 0 };
    const struct metadata_table *table;

    if (!table_need(view, name, err))
        return false;
    table = view->columns.table;
    layout.fields = mem_zero((table->count + 1) * sizeof *layout.fields);
    for (; layout.count < table->count; layout.count++)
        layout.fields[layout.count] = field_of(&table->fields[layout.count]);
    *layout_r = layout;
    return true;
}

/* --- pages ---------------------------------------------------------------------------------- */

/* What a row's container holds, as far as it is known: nothing, or where it leads. */
static bool container_write(const struct odata_view *view, struct json_writer *w,
                            const struct odata_row *row, bool is_known, struct err *err)
{
    auto_str value = STR_MAX(PATH_MAX_SIZE);
    const struct odata_known *known = &view->known;

    if (is_known && known->is_empty) {
        json_write_text(w, "");
        return true;
    }
    str_add_text(&value, ODATA_LEADS_TO);
    if (!odata_field_path(view, row, view->container, &value, err))
        return false;
    str_add_text(&value, ODATA_VALUE);
    if (is_known && *known->name)
        str_printf(&value, "/%s", known->name);
    json_write_span(w, str_span(&value));
    return true;
}

static bool field_write(const struct odata_view *view, struct json_writer *w,
                        const struct metadata_field *field, const struct odata_row *row,
                        bool is_known, struct err *err)
{
    auto_free char *name = field->repetitions > 1 ? mem_printf("%s(1)", field->name) : NULL;

    if (field->is_container && strcmp(field->name, view->container) != 0)
        return true;
    json_name(w, name ? name : field->name);
    if (field->is_container)
        return container_write(view, w, row, is_known, err);
    odata_value_rewrite(w, field, odata_row_value(&view->columns, row, field->name));
    return true;
}

static bool row_write(const struct odata_view *view, struct json_writer *w,
                      const struct odata_row *row, bool is_known, struct err *err)
{
    const struct metadata_table *table = view->columns.table;

    json_open_object(w);
    for (size_t i = 0; i < table->count; i++)
        if (!field_write(view, w, &table->fields[i], row, is_known, err))
            return false;
    json_close_object(w);
    return true;
}

/* Puts rows into a page, whose text they become. */
static bool page_fill(const struct odata_view *view, const struct odata_rows *rows, bool is_known,
                      int64_t asked_us, struct filemaker_page *page, struct err *err)
{
    struct source_page draft;

    source_page_begin(&draft, page, rows->count, asked_us);
    for (size_t i = 0; i < rows->count; i++) {
        const struct odata_row *row = &rows->rows[i];

        source_page_record(&draft, row->record_id, row->mod_id);
        if (!row_write(view, &draft.fields, row, is_known, err))
            return false;
    }
    return source_page_end(&draft, err);
}

bool odata_records(struct odata_view *view, const char *name, uint64_t offset, uint64_t limit,
                   struct filemaker_page *page_r, struct err *err)
{
    auto_odata_rows rows = { 0 };
    auto_page page = { 0 };
    char query[96];
    int64_t asked_us = time_now_us();

    (void)snprintf(query, sizeof query, "$skip=%ju&$top=%ju&$count=true", (uintmax_t)offset - 1,
                   (uintmax_t)limit);
    if (!table_need(view, name, err)
        || !odata_rows_read(view->filemaker, &view->columns, query, limit, &rows, err)
        || !page_fill(view, &rows, false, asked_us, &page, err))
        return err_ctx(err, "table '%s'", name);
    page.total = page.found = rows.found;
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

static bool record_missing(uint64_t record_id, struct err *err)
{
    (void)err_set(err, ERR_REMOTE, 0, "the table has no record %ju", (uintmax_t)record_id);
    err->reason = FILEMAKER_RECORD_MISSING;
    return false;
}

static bool row_ask(struct odata_view *view, uint64_t record_id, struct odata_rows *rows_r,
                    struct err *err)
{
    char query[64];

    (void)snprintf(query, sizeof query, "$filter=ROWID%%20eq%%20%ju", (uintmax_t)record_id);
    if (!odata_rows_read(view->filemaker, &view->columns, query, 1, rows_r, err))
        return false;
    if (rows_r->count == 0)
        return record_missing(record_id, err);
    return rows_r->rows[0].record_id == record_id
           || err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER,
                      "OData gave another record than the one that was asked for");
}

bool odata_record(struct odata_view *view, const char *name, uint64_t record_id,
                  struct filemaker_page *page_r, struct err *err)
{
    auto_odata_rows rows = { 0 };
    auto_page page = { .total = UINT64_MAX, .found = 1 };
    int64_t asked_us = time_now_us();
    bool is_known;

    if (!table_need(view, name, err) || !row_ask(view, record_id, &rows, err))
        return false;
    is_known = *view->container && metadata_field(view->columns.table, view->container);
    if ((is_known && !odata_look_inside(view, &rows.rows[0], err))
        || !page_fill(view, &rows, is_known, asked_us, &page, err))
        return false;
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

bool odata_recount(struct odata_view *view, const char *name, int64_t *count_r, struct err *err)
{
    auto_str path = STR_MAX(PATH_MAX_SIZE);
    auto_odata_answer answer = { 0 };
    const struct json_value *count;

    if (!table_need(view, name, err))
        return false;
    odata_table_path(&path, view->filemaker, name);
    str_add_text(&path, "?$count=true&$top=0&$select=ROWID");
    if (!str_fits(&path, "an address of OData", err)
        || !odata_get(view->filemaker, str_text(&path), false, &answer, err))
        return err_ctx(err, "counting the rows of '%s'", name);
    count = odata_about(json_root(answer.json), "count");
    if (!count)
        return err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER,
                       "OData does not say how many rows '%s' has", name);
    return num_i64(count->text, 0, INT64_MAX, count_r, err)
           || err_ctx(err, "counting the rows of '%s'", name);
}
