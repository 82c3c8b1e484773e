/*
 * Any bytes as a manifest. What is taken keeps its promises, and each line read again by its place is
 * the same; what is refused says why.
 */
#include "fuzz.h"

#include "base/beneath.h"
#include "base/mem.h"
#include "source/manifest_lines.h"

static void check_line(const struct manifest_lines *lines, const struct manifest_line *line)
{
    auto_free char *path = span_text(line->path);

    assert(line->number > 1 && line->length > 0 && line->record_id > 0);
    assert(line->repetition >= 1 && line->repetition <= MANIFEST_REPETITIONS_MAX);
    assert(line->table.size && line->field.size && beneath_is_good(path) && !strchr(path, '\\'));
    assert(span_equal(manifest_lines_cell(lines, manifest_lines_columns(lines)), SPAN_NONE));
}

static void check_again(struct span text, const struct manifest_line *line)
{
    auto_manifest_lines *other = NULL;
    struct manifest_line again;
    struct err err = { 0 };

    assert(manifest_lines_open(text, &other, &err));
    assert(manifest_lines_again(other, line->number, line->offset, line->length, &again, &err));
    assert(again.record_id == line->record_id && again.size_bytes == line->size_bytes);
    assert(span_equal(again.path, line->path) && span_equal(again.name, line->name));
    assert(span_equal(again.table, line->table) && span_equal(again.field, line->field));
    assert(memcmp(again.md5, line->md5, MD5_SIZE) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    auto_manifest_lines *lines = NULL;
    struct manifest_line line;
    struct err err = { 0 };
    enum step step;

    if (!manifest_lines_open(text, &lines, &err)) {
        assert(err.kind == ERR_DATA && *err.msg && !lines);
        return 0;
    }
    while ((step = manifest_lines_next(lines, &line, &err)) == STEP_ROW) {
        check_line(lines, &line);
        check_again(text, &line);
    }
    assert((step == STEP_ERROR) == (err.kind == ERR_DATA));
    return 0;
}
