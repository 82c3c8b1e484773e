/* Opens a manifest: reads its lines, puts them in order, and compares them with the files. */
#include "source/manifest.h"

#include "base/fs.h"
#include "base/idset.h"
#include "base/mem.h"
#include "base/time.h"
#include "source/manifest_folder.h"

#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_BYTES_MAX = 1024 * 1024 * 1024, GROWN_BY = 1024 };

static void auto_manifest_cleanup(struct manifest **manifest)
{
    manifest_close(*manifest);
}

static void table_clear(struct manifest_table *table)
{
    for (size_t i = 0; i < table->field_count; i++)
        free(table->fields[i].name);
    free(table->fields);
    free(table->records);
    free(table->name);
}

void manifest_close(struct manifest *manifest)
{
    if (!manifest)
        return;
    for (size_t i = 0; i < manifest->table_count; i++)
        table_clear(&manifest->tables[i]);
    for (size_t i = 0; i < manifest->count; i++)
        free(manifest->entries[i].path);
    free(manifest->tables);
    free(manifest->entries);
    free(manifest->by_path);
    free(manifest->name);
    str_clear(&manifest->text);
    auto_close_cleanup(&manifest->folder_fd);
    free(manifest);
}

/* --- its lines ------------------------------------------------------------------------------ */

static size_t table_of(struct manifest *manifest, struct span name)
{
    size_t i = 0;

    while (i < manifest->table_count && !span_is(name, manifest->tables[i].name))
        i++;
    if (i == manifest->table_count) {
        manifest->tables = mem_grow(manifest->tables, (i + 1) * sizeof *manifest->tables);
        manifest->tables[manifest->table_count++] =
            (struct manifest_table){ .name = span_text(name) };
    }
    return i;
}

static size_t field_of(struct manifest_table *table, const struct manifest_line *line)
{
    size_t i = 0;

    while (i < table->field_count && !span_is(line->field, table->fields[i].name))
        i++;
    if (i == table->field_count) {
        table->fields = mem_grow(table->fields, (i + 1) * sizeof *table->fields);
        table->fields[table->field_count++] =
            (struct manifest_field){ .name = span_text(line->field) };
    }
    if (table->fields[i].repetitions < line->repetition)
        table->fields[i].repetitions = line->repetition;
    return i;
}

static void entry_add(struct manifest *manifest, const struct manifest_line *line)
{
    size_t table = table_of(manifest, line->table);
    struct manifest_entry *entry;

    if (manifest->count % GROWN_BY == 0)
        manifest->entries =
            mem_grow(manifest->entries, (manifest->count + GROWN_BY) * sizeof *manifest->entries);
    entry = &manifest->entries[manifest->count++];
    *entry = (struct manifest_entry){ .path = span_text(line->path),
                                      .number = line->number,
                                      .offset = line->offset,
                                      .length = line->length,
                                      .record_id = line->record_id,
                                      .mod_id = line->mod_id,
                                      .size_bytes = line->size_bytes,
                                      .is_outside = line->is_outside,
                                      .table = table,
                                      .field = field_of(&manifest->tables[table], line),
                                      .repetition = line->repetition };
    memcpy(entry->md5, line->md5, MD5_SIZE);
    manifest->size_bytes += line->size_bytes;
    manifest->outside_count += line->is_outside;
}

static bool entries_read(struct manifest *manifest, struct manifest_lines *lines, struct err *err)
{
    struct manifest_line line;
    enum step step;

    while ((step = manifest_lines_next(lines, &line, err)) == STEP_ROW)
        entry_add(manifest, &line);
    return step == STEP_END;
}

/* A container, its MD5 and its path become fields of the record, beside those that the columns are. */
static bool names_differ(const struct manifest *manifest, const struct manifest_lines *lines,
                         struct err *err)
{
    for (size_t t = 0; t < manifest->table_count; t++)
        for (size_t f = 0; f < manifest->tables[t].field_count; f++)
            for (size_t i = 0; i < manifest_lines_columns(lines); i++) {
                struct span name = span_of(manifest->tables[t].fields[f].name);
                struct span column = span_of(manifest_lines_column(lines, i));

                if (manifest_lines_is_field(lines, i)
                    && span_equal(span_first(column, name.size), name)
                    && (column.size == name.size
                        || span_is(span_from(column, name.size), MANIFEST_MD5_OF)
                        || span_is(span_from(column, name.size), MANIFEST_PATH_OF)))
                    return err_set(err, ERR_DATA, 0,
                                   "line 1: column '%s' has the name of a container: name it "
                                   "otherwise",
                                   manifest_lines_column(lines, i));
            }
    return true;
}

/* --- their order ---------------------------------------------------------------------------- */

static int order_of(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int entries_compare(const void *left, const void *right)
{
    const struct manifest_entry *a = left, *b = right;
    int order = order_of(a->table, b->table);

    if (order == 0)
        order = order_of(a->record_id, b->record_id);
    if (order == 0)
        order = order_of(a->field, b->field);
    return order ? order : order_of(a->repetition, b->repetition);
}

static bool is_same_record(const struct manifest_entry *a, const struct manifest_entry *b)
{
    return a->table == b->table && a->record_id == b->record_id;
}

static bool said_twice(const struct manifest_entry *a, const struct manifest_entry *b,
                       const char *what, struct err *err)
{
    return err_set(err, ERR_DATA, 0, "lines %zu and %zu %s",
                   a->number < b->number ? a->number : b->number,
                   a->number < b->number ? b->number : a->number, what);
}

/* The cells of a line that are fields, each with its size before it. */
static bool cells_read(struct manifest_lines *lines, const struct manifest_entry *entry,
                       struct str *to, struct err *err)
{
    struct manifest_line line;

    if (!manifest_lines_again(lines, entry->number, entry->offset, entry->length, &line, err))
        return false;
    for (size_t i = 0; i < manifest_lines_columns(lines); i++)
        if (manifest_lines_is_field(lines, i)) {
            struct span cell = manifest_lines_cell(lines, i);

            str_printf(to, "%zu ", cell.size);
            str_add_span(to, cell);
        }
    return str_fits(to, "a line", err);
}

static bool records_agree(struct manifest_lines *lines, const struct manifest_entry *a,
                          const struct manifest_entry *b, struct err *err)
{
    auto_str one = STR_MAX(MIB(64)), other = STR_MAX(MIB(64));

    if (a->field == b->field && a->repetition == b->repetition)
        return said_twice(a, b, "are of the same container of one record", err);
    if (!cells_read(lines, a, &one, err) || !cells_read(lines, b, &other, err))
        return false;
    return (a->mod_id == b->mod_id && span_equal(str_span(&one), str_span(&other)))
           || said_twice(a, b,
                         "are of one record and say different things of it: it was edited during "
                         "the export. Export again",
                         err);
}

static void record_add(struct manifest_table *table, size_t entry)
{
    if (table->record_count % GROWN_BY == 0)
        table->records =
            mem_grow(table->records, (table->record_count + GROWN_BY) * sizeof *table->records);
    table->records[table->record_count++] = entry;
}

static bool records_find(struct manifest *manifest, struct manifest_lines *lines, struct err *err)
{
    struct manifest_entry *entries = manifest->entries;

    if (manifest->count)
        qsort(entries, manifest->count, sizeof *entries, entries_compare);
    for (size_t i = 0; i < manifest->count; i++)
        if (i == 0 || !is_same_record(&entries[i - 1], &entries[i]))
            record_add(&manifest->tables[entries[i].table], i);
        else if (!records_agree(lines, &entries[i - 1], &entries[i], err))
            return false;
    return true;
}

/* --- their files ---------------------------------------------------------------------------- */

static int paths_compare(const void *left, const void *right, void *arg)
{
    const struct manifest *manifest = arg;

    const struct manifest_entry *a = &manifest->entries[*(const size_t *)left];
    const struct manifest_entry *b = &manifest->entries[*(const size_t *)right];

    return a->is_outside != b->is_outside ? a->is_outside - b->is_outside
                                          : strcmp(a->path, b->path);
}

static bool paths_differ(struct manifest *manifest, struct err *err)
{
    manifest->by_path = mem_zero((manifest->count + 1) * sizeof *manifest->by_path);
    for (size_t i = 0; i < manifest->count; i++)
        manifest->by_path[i] = i;
    qsort_r(manifest->by_path, manifest->count, sizeof *manifest->by_path, paths_compare, manifest);
    for (size_t i = 1; i < manifest->count; i++) {
        const struct manifest_entry *a = &manifest->entries[manifest->by_path[i - 1]];
        const struct manifest_entry *b = &manifest->entries[manifest->by_path[i]];

        if (a->is_outside == b->is_outside && strcmp(a->path, b->path) == 0)
            return said_twice(a, b, "name the same file", err);
    }
    return true;
}

static bool path_is_known(const void *arg, const char *path)
{
    const struct manifest *manifest = arg;
    size_t from = 0, to = manifest->count - manifest->outside_count; /* which come last */

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(path, manifest->entries[manifest->by_path[middle]].path);

        if (order == 0)
            return true;
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return false;
}

static bool orphans_refuse(const struct manifest_files *files, struct err *err)
{
    if (files->orphan_bytes < 0)
        return err_set(err, ERR_DATA, 0,
                       "%ju files beneath the manifest's folder have no line, the first is no "
                       "plain file: 'find . ! -type f ! -type d' shows it. Nothing is moved",
                       (uintmax_t)files->orphans);
    return err_set(err, ERR_DATA, 0,
                   "%ju files beneath the manifest's folder have no line: 'find . -type f -size "
                   "%jdc' shows the first. Export again, or take them away; nothing is moved",
                   (uintmax_t)files->orphans, (intmax_t)files->orphan_bytes);
}

static bool folder_agrees(const struct manifest *manifest, struct err *err)
{
    struct manifest_files files;

    if (!manifest_folder_list(manifest->folder_fd, manifest->name, path_is_known, manifest, &files,
                              err))
        return false;
    if (files.orphans)
        return orphans_refuse(&files, err);
    return files.count == manifest->count - manifest->outside_count
           || err_set(err, ERR_DATA, 0,
                      "it has %zu lines, and its folder %ju files: some are "
                      "missing. Nothing is moved",
                      manifest->count - manifest->outside_count, (uintmax_t)files.count);
}

static bool files_agree(const struct manifest *manifest, struct err *err)
{
    for (size_t i = 0; i < manifest->count; i++) {
        auto_close int fd = -1;

        if (!manifest->entries[i].is_outside
            && !folder_file(manifest->folder_fd, manifest->entries[i].path, &fd, err))
            return err_ctx(err, "line %zu", manifest->entries[i].number);
    }
    return folder_agrees(manifest, err);
}

/* --- opening -------------------------------------------------------------------------------- */

static bool text_read(int folder_fd, const char *name, struct str *text, int64_t *written_us_r,
                      struct err *err)
{
    auto_close int fd = -1;
    struct stat stat;

    if (!folder_file(folder_fd, name, &fd, err))
        return false;
    if (fstat(fd, &stat) != 0)
        return err_os(err, "looking at it");
    *written_us_r = stat.st_mtim.tv_sec * TIME_SECOND + stat.st_mtim.tv_nsec / 1000;
    return fs_read_rest(fd, name, text, err);
}

static bool manifest_fill(struct manifest *manifest, struct err *err)
{
    auto_manifest_lines *lines = NULL;

    manifest->text = (struct str)STR_MAX(TEXT_BYTES_MAX);
    if (!text_read(manifest->folder_fd, manifest->name, &manifest->text, &manifest->written_us,
                   err))
        return false;
    manifest->sha256 = sha256_of(str_span(&manifest->text));
    if (!manifest_lines_open(str_span(&manifest->text), &lines, err))
        return false;
    manifest->has_mark = manifest_lines_has_mark(lines);
    return entries_read(manifest, lines, err) && names_differ(manifest, lines, err)
           && records_find(manifest, lines, err) && paths_differ(manifest, err)
           && files_agree(manifest, err);
}

bool manifest_open(const char *path, struct manifest **manifest_r, struct err *err)
{
    __attribute__((cleanup(auto_manifest_cleanup))) struct manifest *manifest =
        mem_new(struct manifest);
    const char *name;

    manifest->folder_fd = -1;
    if (!manifest_folder_open(path, &name, &manifest->folder_fd, err))
        return false;
    manifest->name = mem_text(name);
    if (!manifest_fill(manifest, err))
        return err_ctx(err, "the manifest '%s'", path);
    *manifest_r = take(manifest);
    return true;
}

void manifest_looks(const struct manifest *manifest, struct source_looks *looks_r)
{
    *looks_r = (struct source_looks){ .size_bytes = manifest->text.size,
                                      .written_us = manifest->written_us,
                                      .sha256 = manifest->sha256 };
}

/* --- counting again ------------------------------------------------------------------------- */

static bool records_count(struct span text, const char *table, uint64_t *records_r, struct err *err)
{
    auto_manifest_lines *lines = NULL;
    struct idset *seen;
    struct manifest_line line;
    enum step step;

    if (!manifest_lines_open(text, &lines, err))
        return false;
    seen = idset_new();
    while ((step = manifest_lines_next(lines, &line, err)) == STEP_ROW)
        if (span_is(line.table, table))
            (void)idset_add(seen, line.record_id);
    *records_r = idset_count(seen);
    idset_free(seen);
    return step == STEP_END;
}

bool manifest_recount(const struct manifest *manifest, const char *table, uint64_t *records_r,
                      struct err *err)
{
    auto_str text = STR_MAX(TEXT_BYTES_MAX);
    struct sha256 now;
    int64_t ignored;

    if (!text_read(manifest->folder_fd, manifest->name, &text, &ignored, err))
        return err_ctx(err, "the manifest");
    now = sha256_of(str_span(&text));
    if (!sha256_equal(&now, &manifest->sha256))
        return err_set(err, ERR_DATA, 0,
                       "the manifest was written to since it was opened: start again");
    return records_count(str_span(&text), table, records_r, err) && folder_agrees(manifest, err);
}
