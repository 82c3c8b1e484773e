/* The truth file. Entries are written as they are made, for there may be ten million of them. */
#include "sim/file/truth.h"

#include "sim/base/digits.h"

#include "base/fs.h"
#include "base/mem.h"

#include <fcntl.h>
#include <unistd.h>

enum { VALUE_MAX = 1 << 20, FLUSH_AT = 1 << 16 };

struct truth {
    int fd;
    const char *path;
    const struct solution *solution;
    const struct layout *layout;
    const struct table *table;
    struct str pending;
    bool any;
};

static bool truth_flush(struct truth *t, struct err *err)
{
    bool good = fs_write_all(t->fd, str_span(&t->pending), t->path, err);

    str_reset(&t->pending);
    return good;
}

/* A field of the clinic's layouts; left out where the table has none of that name. */
static void field_write(const struct truth *t, struct json_writer *w, uint64_t ordinal,
                        const char *name, const char *member)
{
    auto_str value = STR_MAX(VALUE_MAX);
    int column = table_column(t->table, span_of(name));

    if (column < 0 && strcmp(member, "id") == 0)
        column = 0;
    if (column < 0)
        return;
    table_value(t->table, ordinal, (unsigned)column, 1, &value);
    json_member_span(w, member, str_span(&value));
}

static void bytes_write(struct json_writer *w, const struct content *content)
{
    char hex[65];
    uint64_t size;
    struct err err;

    json_name(w, "sha256");
    if (content_has_bytes(content) && content_hash(content, &size, hex, &err)) {
        json_write_text(w, hex);
        json_member_u64(w, "size", size);
    } else {
        json_write_null(w);
        json_member_u64(w, "size", 0);
    }
}

static void entry_write(struct truth *t, uint64_t ordinal, unsigned column, unsigned repetition)
{
    struct json_writer w = JSON_WRITER(&t->pending);
    auto_content content = { 0 };

    table_content(t->table, ordinal, column, repetition, &content);
    str_add_text(&t->pending, t->any ? ",\n" : "\n");
    t->any = true;
    json_open_object(&w);
    digits_member(&w, "recordId", table_record_id(t->table, ordinal));
    field_write(t, &w, ordinal, "id", "id");
    field_write(t, &w, ordinal, "id_Contact", "id_Contact");
    field_write(t, &w, ordinal, "Type", "Type");
    field_write(t, &w, ordinal, "Date", "Date");
    json_member_text(&w, "field", table_plan(t->table)->columns[column].name);
    json_member_u64(&w, "repetition", repetition);
    json_member_text(&w, "kind", content_kind(&content));
    bytes_write(&w, &content);
    field_write(t, &w, ordinal, "NexusExportDate", "mark");
    digits_member(&w, "modId", table_mod_id(t->table, ordinal));
    json_member_text(&w, "name", content.name);
    json_member_u64(&w, "version", content.version);
    json_close_object(&w);
}

static void record_write(struct truth *t, uint64_t ordinal)
{
    const struct table_plan *plan = table_plan(t->table);

    for (unsigned i = 0; i < plan->column_count; i++) {
        unsigned last = plan->columns[i].repetitions ? plan->columns[i].repetitions : 1;

        for (unsigned n = 1; plan->columns[i].type == COLUMN_CONTAINER && n <= last; n++)
            entry_write(t, ordinal, i, n);
    }
}

static bool records_write(struct truth *t, struct err *err)
{
    str_add_char(&t->pending, '[');
    for (uint64_t i = 0; i < table_count(t->table); i++) {
        record_write(t, table_select(t->table, i));
        if (t->pending.size >= FLUSH_AT && !truth_flush(t, err))
            return false;
    }
    str_add_text(&t->pending, "\n]\n");
    return truth_flush(t, err);
}

bool truth_write(const char *path, struct solution *solution, struct err *err)
{
    auto_free char *beside = mem_printf("%s.part", path);
    auto_close int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct truth t = {
        .fd = fd, .path = beside, .solution = solution, .pending = STR_MAX(SIZE_MAX / 2)
    };
    bool good;

    if (fd < 0)
        return err_os(err, "opening '%s'", beside);
    t.layout = solution_layout(solution, span_of(solution->documents));
    t.table = solution_table(solution, t.layout->table);
    solution_read_lock(solution);
    good = records_write(&t, err);
    solution_unlock(solution);
    str_clear(&t.pending);
    if (!good)
        return false;
    return rename(beside, path) == 0 || err_os(err, "renaming '%s'", beside);
}
