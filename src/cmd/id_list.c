/* Reads a list whole before anything is done with it. */
#include "cmd/id_list.h"

#include "base/csv.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "base/utf8.h"

#include <unistd.h>

enum { ID_MAX = 512 };

#define CSV_HEAD "record" /* of the first column */

static void name_add(struct id_list *list, struct decision_name name)
{
    list->names = mem_grow(list->names, (list->count + 1) * sizeof *list->names);
    list->names[list->count++] = name;
}

/* --- one id on each line -------------------------------------------------------------------- */

static bool ids_read(struct span text, struct id_list *list, struct err *err)
{
    struct span rest = text_without_mark(text);

    if (span_starts(rest, CSV_HEAD ","))
        return err_set(err, ERR_USAGE, 0,
                       "line 1 is that of 'fmferry failures --csv': add --csv to have it read so");
    for (size_t line = 1; rest.size; line++) {
        struct span id = span_trim(span_cut(&rest, '\n'));
        auto_str lower = STR_MAX(ID_MAX);

        if (!id.size)
            continue;
        utf8_add_lower(&lower, id);
        if (lower.cut)
            return err_set(err, ERR_USAGE, 0, "line %zu is too long for an id", line);
        name_add(list, (struct decision_name){ .identity = str_take(&lower), .line = line });
    }
    return true;
}

/* --- the CSV of `failures` ------------------------------------------------------------------ */

static bool csv_head_check(struct csv *csv, struct err *err)
{
    enum step step = csv_next(csv, err);

    if (step == STEP_ERROR)
        return false;
    return (step == STEP_ROW && span_is(csv_cell(csv, 0), CSV_HEAD))
           || err_set(err, ERR_USAGE, 0,
                      "line 1 is not that of 'fmferry failures --csv', which begins with '" CSV_HEAD
                      "'");
}

static bool csv_record_read(struct csv *csv, struct id_list *list, struct err *err)
{
    uint64_t record;

    if (!num_u64(span_trim(csv_cell(csv, 0)), 1, INT64_MAX, &record, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "line %zu, column 'record'", csv_line(csv));
    }
    name_add(list, (struct decision_name){ .record = (int64_t)record, .line = csv_line(csv) });
    return true;
}

static bool csv_read(struct span text, struct id_list *list, struct err *err)
{
    auto_csv *csv = csv_new(text);
    enum step step;

    if (!csv_head_check(csv, err))
        return false;
    while ((step = csv_next(csv, err)) == STEP_ROW)
        if (!csv_record_read(csv, list, err))
            return false;
    return step == STEP_END;
}

/* --- names that are given twice ------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    const struct decision_name *const *left = a, *const *right = b;
    int order = strcmp((*left)->identity ? (*left)->identity : "",
                       (*right)->identity ? (*right)->identity : "");

    if (order == 0)
        order = ((*left)->record > (*right)->record) - ((*left)->record < (*right)->record);
    return order ? order : ((*left)->line > (*right)->line) - ((*left)->line < (*right)->line);
}

static bool is_same_name(const struct decision_name *a, const struct decision_name *b)
{
    return a->record == b->record
           && strcmp(a->identity ? a->identity : "", b->identity ? b->identity : "") == 0;
}

/* Marks what was named before by the line 0. */
static void repeated_mark(struct id_list *list)
{
    auto_free struct decision_name **sorted = mem_zero((list->count + 1) * sizeof *sorted);

    for (size_t i = 0; i < list->count; i++)
        sorted[i] = &list->names[i];
    qsort(sorted, list->count, sizeof *sorted, by_name);
    for (size_t i = list->count; i > 1; i--)
        if (is_same_name(sorted[i - 1], sorted[i - 2]))
            sorted[i - 1]->line = 0;
}

static void repeated_remove(struct id_list *list)
{
    size_t kept = 0;

    repeated_mark(list);
    for (size_t i = 0; i < list->count; i++) {
        if (list->names[i].line)
            list->names[kept++] = list->names[i];
        else
            free(list->names[i].identity);
    }
    list->repeated = list->count - kept;
    list->count = kept;
}

/* --- the list ------------------------------------------------------------------------------- */

static bool text_read(const char *path, struct str *to, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return fs_read_rest(STDIN_FILENO, "standard input", to, err);
    return fs_read(path, to, err);
}

bool id_list_read(const char *path, bool is_csv, struct id_list *list_r, struct err *err)
{
    auto_str text = STR_MAX(MIB(256));
    auto_id_list list = { 0 };

    if (!text_read(path, &text, err)
        || !(is_csv ? csv_read(str_span(&text), &list, err)
                    : ids_read(str_span(&text), &list, err)))
        return false;
    if (list.count == 0)
        return err_set(err, ERR_USAGE, 0, "the list names no document");
    repeated_remove(&list);
    *list_r = list;
    list = (struct id_list){ 0 };
    return true;
}

void id_list_clear(struct id_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i].identity);
    free(list->names);
    *list = (struct id_list){ 0 };
}
