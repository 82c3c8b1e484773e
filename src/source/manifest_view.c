/* Makes pages of records of a manifest's lines, and reads its files. */
#include "source/manifest_view.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "source/manifest_folder.h"
#include "source/page.h"
#include "json/writer.h"

#include <unistd.h>

/* What a container's value becomes: the number of its entry. */
#define LEADS_TO "https://manifest/"
#define EMBEDDED "?RCType=EmbeddedRCFileProcessor"

struct manifest_view {
    const struct manifest *manifest;
    struct manifest_lines *lines;
};

struct manifest_document {
    int fd;
    const struct manifest_entry *entry;
    uint64_t read_bytes;
};

bool manifest_view_new(const struct manifest *manifest, struct manifest_view **view_r,
                       struct err *err)
{
    auto_manifest_lines *lines = NULL;

    if (!manifest_lines_open(str_span(&manifest->text), &lines, err))
        return false;
    *view_r = mem_new(struct manifest_view);
    (*view_r)->manifest = manifest;
    (*view_r)->lines = take(lines);
    return true;
}

void manifest_view_free(struct manifest_view *view)
{
    if (!view)
        return;
    manifest_lines_free(view->lines);
    free(view);
}

void manifest_product(const struct manifest_view *view, struct filemaker_product *product_r)
{
    *product_r = (struct filemaker_product){ 0 };
    (void)snprintf(product_r->name, sizeof product_r->name, "a manifest of %zu files, %ju bytes",
                   view->manifest->count, (uintmax_t)view->manifest->size_bytes);
    if (view->manifest->has_mark)
        (void)snprintf(product_r->version, sizeof product_r->version, "(has a byte order mark)");
}

void manifest_tables(const struct manifest_view *view, struct str *names_r)
{
    for (size_t i = 0; i < view->manifest->table_count; i++)
        str_printf(names_r, "%s\n", view->manifest->tables[i].name);
}

static bool table_need(const struct manifest_view *view, const char *name,
                       const struct manifest_table **table_r, struct err *err)
{
    const struct manifest *manifest = view->manifest;

    for (size_t i = 0; i < manifest->table_count; i++)
        if (strcmp(manifest->tables[i].name, name) == 0) {
            *table_r = &manifest->tables[i];
            return true;
        }
    (void)err_set(err, ERR_REMOTE, 0, "the manifest has no table '%s'", name);
    err->reason = FILEMAKER_LAYOUT_MISSING;
    return false;
}

/* --- the layout ----------------------------------------------------------------------------- */

static void field_add(struct filemaker_layout *layout, char *name, const char *result,
                      unsigned repetitions)
{
    layout->fields[layout->count++] = (struct filemaker_field){ .name = name,
                                                                .type = mem_text("normal"),
                                                                .result = mem_text(result),
                                                                .repetitions = repetitions,
                                                                .repetitions_shown = repetitions };
}

bool manifest_layout(const struct manifest_view *view, const char *name,
                     struct filemaker_layout *layout_r, struct err *err)
{
    size_t columns = manifest_lines_columns(view->lines);
    const struct manifest_table *table;
    struct filemaker_layout layout = { 0 };

    if (!table_need(view, name, &table, err))
        return false;
    layout.fields = mem_zero((columns + 3 * table->field_count) * sizeof *layout.fields);
    for (size_t i = 0; i < columns; i++)
        if (manifest_lines_is_field(view->lines, i))
            field_add(&layout, mem_text(manifest_lines_column(view->lines, i)), "text", 1);
    for (size_t i = 0; i < table->field_count; i++) {
        const struct manifest_field *field = &table->fields[i];

        field_add(&layout, mem_text(field->name), "container", field->repetitions);
        field_add(&layout, mem_printf("%s" MANIFEST_MD5_OF, field->name), "text",
                  field->repetitions);
        field_add(&layout, mem_printf("%s" MANIFEST_PATH_OF, field->name), "text",
                  field->repetitions);
    }
    *layout_r = layout;
    return true;
}

/* --- a record as JSON ----------------------------------------------------------------------- */

/* A record's entries stand together; its own of a container, or NULL. */
static const struct manifest_entry *entry_find(const struct manifest *manifest, size_t first,
                                               size_t field, unsigned repetition)
{
    const struct manifest_entry *entries = manifest->entries;

    for (size_t i = first; i < manifest->count && entries[i].table == entries[first].table
                           && entries[i].record_id == entries[first].record_id;
         i++)
        if (entries[i].field == field && entries[i].repetition == repetition)
            return &entries[i];
    return NULL;
}

static void member_write(struct json_writer *w, const char *name, const char *more, unsigned number,
                         bool repeats, const char *text)
{
    auto_free char *full = repeats ? mem_printf("%s%s(%u)", name, more, number)
                                   : mem_printf("%s%s", name, more);

    json_name(w, full);
    json_write_text(w, text);
}

static void container_write(struct json_writer *w, const struct manifest *manifest, size_t first,
                            size_t field)
{
    const struct manifest_field *is =
        &manifest->tables[manifest->entries[first].table].fields[field];

    for (unsigned n = 1; n <= is->repetitions; n++) {
        const struct manifest_entry *entry = entry_find(manifest, first, field, n);
        auto_str md5 = STR_MAX(2 * MD5_SIZE);
        char address[64] = "";

        if (entry) {
            (void)snprintf(address, sizeof address, LEADS_TO "%zu" EMBEDDED,
                           (size_t)(entry - manifest->entries));
            hex_add(&md5, entry->md5, MD5_SIZE);
        }
        member_write(w, is->name, "", n, is->repetitions > 1, address);
        member_write(w, is->name, MANIFEST_MD5_OF, n, is->repetitions > 1, str_text(&md5));
        member_write(w, is->name, MANIFEST_PATH_OF, n, is->repetitions > 1,
                     entry && entry->is_outside ? entry->path : "");
    }
}

static bool record_write(struct manifest_view *view, struct json_writer *w, size_t first,
                         struct err *err)
{
    const struct manifest *manifest = view->manifest;
    const struct manifest_entry *entry = &manifest->entries[first];
    struct manifest_line line;

    if (!manifest_lines_again(view->lines, entry->number, entry->offset, entry->length, &line, err))
        return false;
    json_open_object(w);
    for (size_t i = 0; i < manifest_lines_columns(view->lines); i++)
        if (manifest_lines_is_field(view->lines, i)) {
            json_name(w, manifest_lines_column(view->lines, i));
            json_write_span(w, manifest_lines_cell(view->lines, i));
        }
    for (size_t i = 0; i < manifest->tables[entry->table].field_count; i++)
        container_write(w, manifest, first, i);
    json_close_object(w);
    return true;
}

/* --- pages ---------------------------------------------------------------------------------- */

/* Puts the records that begin with these entries into the page, whose text they become. */
static bool page_fill(struct manifest_view *view, const size_t *firsts, size_t count,
                      struct filemaker_page *page, struct err *err)
{
    struct source_page draft;

    source_page_begin(&draft, page, count, time_now_us());
    for (size_t i = 0; i < count; i++) {
        const struct manifest_entry *entry = &view->manifest->entries[firsts[i]];

        source_page_record(&draft, entry->record_id, entry->mod_id);
        if (!record_write(view, &draft.fields, firsts[i], err))
            return false;
    }
    return source_page_end(&draft, err);
}

bool manifest_records(struct manifest_view *view, const char *name, uint64_t offset, uint64_t limit,
                      struct filemaker_page *page_r, struct err *err)
{
    const struct manifest_table *table;
    auto_page page = { 0 };
    uint64_t rest;

    if (!table_need(view, name, &table, err))
        return false;
    page.total = page.found = table->record_count;
    rest = offset > table->record_count ? 0 : table->record_count - offset + 1;
    if (rest
        && !page_fill(view, table->records + offset - 1, rest < limit ? rest : limit, &page, err))
        return err_ctx(err, "table '%s'", name);
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

/* Where a record begins; NULL: there is none of that number. */
static const size_t *record_find(const struct manifest_view *view,
                                 const struct manifest_table *table, uint64_t record_id)
{
    size_t from = 0, to = table->record_count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        uint64_t is = view->manifest->entries[table->records[middle]].record_id;

        if (is == record_id)
            return &table->records[middle];
        if (is > record_id)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

bool manifest_record(struct manifest_view *view, const char *name, uint64_t record_id,
                     struct filemaker_page *page_r, struct err *err)
{
    const struct manifest_table *table;
    const size_t *first;
    auto_page page = { .total = UINT64_MAX, .found = 1 };

    if (!table_need(view, name, &table, err))
        return false;
    first = record_find(view, table, record_id);
    if (!first) {
        (void)err_set(err, ERR_REMOTE, 0, "the manifest has no record %ju", (uintmax_t)record_id);
        err->reason = FILEMAKER_RECORD_MISSING;
        return false;
    }
    if (!page_fill(view, first, 1, &page, err))
        return false;
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

bool manifest_view_recount(const struct manifest_view *view, const char *name, int64_t *count_r,
                           struct err *err)
{
    const struct manifest_table *table;
    uint64_t count;

    if (!table_need(view, name, &table, err)
        || !manifest_recount(view->manifest, name, &count, err))
        return false;
    *count_r = (int64_t)count;
    return true;
}

bool manifest_holdings(const struct manifest_view *view, const char *name,
                       struct source_holdings *holdings_r, struct err *err)
{
    const struct manifest *manifest = view->manifest;
    const struct manifest_table *table;

    *holdings_r = (struct source_holdings){ 0 };
    if (!table_need(view, name, &table, err))
        return false;
    for (size_t i = 0; i < manifest->count; i++)
        if (&manifest->tables[manifest->entries[i].table] == table) {
            holdings_r->beside++;
            holdings_r->whole_bytes += manifest->entries[i].size_bytes;
        }
    return true;
}

/* --- documents ------------------------------------------------------------------------------ */

static bool entry_of(const struct manifest *manifest, struct span value,
                     const struct manifest_entry **entry_r, struct err *err)
{
    struct span rest = span_from(value, strlen(LEADS_TO));
    uint64_t number;
    struct err ignored;

    if (manifest->count == 0 || !span_starts(value, LEADS_TO)
        || !num_u64(span_cut(&rest, '?'), 0, manifest->count - 1, &number, &ignored))
        return err_set(err, ERR_DATA, 0, "the container's value leads to no file of the manifest");
    *entry_r = &manifest->entries[number];
    return true;
}

bool manifest_document_open(struct manifest_view *view, struct span value,
                            struct manifest_document **document_r, char **name_r, struct err *err)
{
    const struct manifest_entry *entry;
    struct manifest_line line;
    int fd;

    if (!entry_of(view->manifest, value, &entry, err)
        || !manifest_lines_again(view->lines, entry->number, entry->offset, entry->length, &line,
                                 err))
        return false;
    if (entry->is_outside)
        return err_set(err, ERR_DATA, 0,
                       "line %zu of the manifest leads into the folder of a backup", entry->number);
    if (!folder_file(view->manifest->folder_fd, entry->path, &fd, err))
        return err_ctx(err, "line %zu of the manifest", entry->number);
    *document_r = mem_new(struct manifest_document);
    **document_r = (struct manifest_document){ .fd = fd, .entry = entry };
    *name_r = span_text(line.name);
    return true;
}

void manifest_document_close(struct manifest_document *document)
{
    if (!document)
        return;
    (void)close(document->fd);
    free(document);
}

uint64_t manifest_document_bytes(const struct manifest_document *document)
{
    return document->entry->size_bytes;
}

static bool size_refuse(const struct manifest_document *document, struct err *err)
{
    uint64_t wanted = document->entry->size_bytes;
    bool longer = document->read_bytes > wanted;

    return err_set(err, ERR_DATA, longer ? FOLDER_FILE_LONGER : 0,
                   "line %zu of the manifest says %ju bytes, and its file has %s: export it again",
                   document->entry->number, (uintmax_t)wanted, longer ? "more" : "fewer");
}

bool manifest_document_read(struct manifest_document *document, void *bytes, size_t room,
                            size_t *size_r, struct err *err)
{
    ssize_t got;

    do
        got = read(document->fd, bytes, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_os(err, "reading the file of line %zu of the manifest", document->entry->number);
    document->read_bytes += (uint64_t)got;
    if (document->read_bytes > document->entry->size_bytes
        || (got == 0 && document->read_bytes < document->entry->size_bytes))
        return size_refuse(document, err);
    *size_r = (size_t)got;
    return true;
}
