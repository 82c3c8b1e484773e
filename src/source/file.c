/* Makes pages of records of a FileMaker file's tables. */
#include "source/file.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "fmp12/records.h"
#include "fmp12/survey.h"
#include "source/file_fields.h"
#include "source/page.h"

enum { GROWN_BY = 1024 };

struct file_source {
    struct fmp12_file *file;
    struct fmp12_schema schema;
};

struct file_view {
    const struct file_source *file;
    const char *containers;          /* as the configuration names them */
    const struct fmp12_table *table; /* whose numbers are known; or NULL */
    uint32_t *numbers;               /* of its records, ascending        */
    size_t count;
    struct fmp12_record record;
};

static void auto_file_cleanup(struct file_source **file)
{
    file_close(*file);
}

bool file_open(const char *path, struct file_source **file_r, struct err *err)
{
    __attribute__((cleanup(auto_file_cleanup))) struct file_source *file =
        mem_new(struct file_source);

    if (!fmp12_open(path, &file->file, err) || !fmp12_schema_read(file->file, &file->schema, err))
        return false;
    *file_r = take(file);
    return true;
}

void file_close(struct file_source *file)
{
    if (!file)
        return;
    fmp12_schema_clear(&file->schema);
    auto_fmp12_cleanup(&file->file);
    free(file);
}

void file_looks(const struct file_source *file, struct source_looks *looks_r)
{
    const struct fmp12_facts *facts = fmp12_facts(file->file);

    *looks_r = (struct source_looks){ .size_bytes = facts->size_bytes,
                                      .written_us = facts->written_us,
                                      .sha256 = facts->sha256 };
    (void)snprintf(looks_r->version, sizeof looks_r->version, "%s", facts->version);
}

struct file_view *file_view_new(const struct file_source *file, const char *containers)
{
    struct file_view *view = mem_new(struct file_view);

    view->file = file;
    view->containers = containers;
    return view;
}

void file_view_free(struct file_view *view)
{
    if (!view)
        return;
    fmp12_record_clear(&view->record);
    free(view->numbers);
    free(view);
}

void file_product(const struct file_view *view, struct filemaker_product *product_r)
{
    *product_r = (struct filemaker_product){ .name = "a FileMaker file" };
    (void)snprintf(product_r->version, sizeof product_r->version, "%s",
                   fmp12_facts(view->file->file)->version);
}

void file_tables(const struct file_view *view, struct str *names_r)
{
    for (size_t i = 0; i < view->file->schema.table_count; i++)
        str_printf(names_r, "%s\n", view->file->schema.tables[i].name);
}

/* --- tables --------------------------------------------------------------------------------- */

static const struct fmp12_table *table_find(const struct file_source *file, const char *name)
{
    uint64_t number = 0;
    struct err ignored;

    if (!num_u64(span_of(name), 1, UINT32_MAX, &number, &ignored))
        number = 0; /* then it is a name */
    for (size_t i = 0; i < file->schema.table_count; i++)
        if (strcmp(file->schema.tables[i].name, name) == 0
            || file->schema.tables[i].number == number)
            return &file->schema.tables[i];
    return NULL;
}

static bool table_need(const struct file_source *file, const char *name,
                       const struct fmp12_table **table_r, struct err *err)
{
    *table_r = table_find(file, name);
    if (*table_r)
        return true;
    (void)err_set(err, ERR_REMOTE, 0, "the file has no table '%s'", name);
    err->reason = FILEMAKER_LAYOUT_MISSING;
    return false;
}

bool file_layout(struct file_view *view, const char *name, struct filemaker_layout *layout_r,
                 struct err *err)
{
    const struct fmp12_table *table;

    if (!table_need(view->file, name, &table, err))
        return false;
    file_fields_layout(table, view->containers, layout_r);
    return true;
}

/* --- records --------------------------------------------------------------------------------- */

/* Reads a record into the view. */
static enum step record_look(struct file_view *view, const struct fmp12_table *table,
                             uint32_t number, struct err *err)
{
    auto_fmp12_records *records = NULL;

    if (!fmp12_records_open_one(view->file->file, table->number, number, &records, err))
        return STEP_ERROR;
    return fmp12_records_next(records, &view->record, err);
}

/* --- pages ---------------------------------------------------------------------------------- */

static bool record_missing(uint64_t record_id, struct err *err)
{
    (void)err_set(err, ERR_REMOTE, 0, "the file has no record %ju", (uintmax_t)record_id);
    err->reason = FILEMAKER_RECORD_MISSING;
    return false;
}

/* Puts the records of these numbers into the page, whose text they become. */
static bool page_fill(struct file_view *view, const struct fmp12_table *table,
                      const uint32_t *numbers, size_t count, struct filemaker_page *page,
                      struct err *err)
{
    struct source_page draft;

    source_page_begin(&draft, page, count, time_now_us());
    for (size_t i = 0; i < count; i++) {
        enum step step = record_look(view, table, numbers[i], err);

        if (step != STEP_ROW)
            return step == STEP_END ? record_missing(numbers[i], err) : false;
        source_page_record(&draft, numbers[i], view->record.changes);
        if (!file_fields_write(&draft.fields, view->file->file, view->containers, table,
                               &view->record, err))
            return false;
    }
    return source_page_end(&draft, err);
}

static bool numbers_read(struct file_view *view, const struct fmp12_table *table, struct err *err)
{
    auto_fmp12_records *records = NULL;
    enum step step;

    if (view->table == table)
        return true;
    view->table = NULL;
    view->count = 0;
    if (!fmp12_records_open(view->file->file, table->number, FMP12_RECORDS, &records, err))
        return false;
    while ((step = fmp12_records_next(records, &view->record, err)) == STEP_ROW) {
        if (view->count % GROWN_BY == 0)
            view->numbers =
                mem_grow(view->numbers, (view->count + GROWN_BY) * sizeof *view->numbers);
        view->numbers[view->count++] = view->record.number;
    }
    if (step == STEP_ERROR)
        return false;
    view->table = table;
    return true;
}

bool file_records(struct file_view *view, const char *name, uint64_t offset, uint64_t limit,
                  struct filemaker_page *page_r, struct err *err)
{
    const struct fmp12_table *table;
    auto_page page = { 0 };
    uint64_t rest;

    if (!table_need(view->file, name, &table, err) || !numbers_read(view, table, err))
        return false;
    page.total = page.found = view->count;
    rest = offset > view->count ? 0 : view->count - offset + 1;
    if (rest
        && !page_fill(view, table, view->numbers + offset - 1, rest < limit ? rest : limit, &page,
                      err))
        return err_ctx(err, "table '%s'", name);
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

bool file_record(struct file_view *view, const char *name, uint64_t record_id,
                 struct filemaker_page *page_r, struct err *err)
{
    const struct fmp12_table *table;
    uint32_t number = (uint32_t)record_id;
    auto_page page = { .total = UINT64_MAX, .found = 1 };

    if (record_id == 0 || record_id > UINT32_MAX)
        return record_missing(record_id, err);
    if (!table_need(view->file, name, &table, err)
        || !page_fill(view, table, &number, 1, &page, err))
        return false;
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

bool file_recount(struct file_view *view, const char *name, int64_t *count_r, struct err *err)
{
    const struct fmp12_table *table;
    uint64_t count;

    if (!table_need(view->file, name, &table, err)
        || !fmp12_records_recount(view->file->file, table->number, &count, err)
        || !fmp12_unchanged(view->file->file, err))
        return false;
    *count_r = (int64_t)count;
    return true;
}

/* --- what it holds -------------------------------------------------------------------------- */

bool file_holdings(const struct file_view *view, const char *name,
                   struct source_holdings *holdings_r, struct err *err)
{
    const struct fmp12_table *table;
    struct fmp12_survey survey;

    if (!table_need(view->file, name, &table, err)
        || !fmp12_survey_table(view->file->file, table, NULL, &survey, err)
        || !fmp12_unchanged(view->file->file, err))
        return false;
    *holdings_r = (struct source_holdings){ .embedded = survey.proven,
                                            .whole_bytes = survey.led_bytes,
                                            .ambiguous = survey.ambiguous,
                                            .broken = survey.broken,
                                            .external = survey.external,
                                            .by_reference = survey.by_reference,
                                            .missing = survey.missing,
                                            .other = survey.other,
                                            .global = survey.global };
    return true;
}

bool file_document(const struct file_view *view, struct span value, struct fmp12_object *object_r,
                   struct fmp12_document **document_r, struct err *err)
{
    return file_fields_document(view->file->file, value, object_r, document_r, err);
}
