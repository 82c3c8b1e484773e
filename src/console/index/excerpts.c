/* FTS5 marks by its own idea of a word, so that what is marked is what was found. */
#include "console/index/excerpts.h"

#include "console/index/index_store.h"
#include "console/index_sql.h"
#include "console/inside.h"
#include "json/writer.h"

/* Control characters that no text of the index has. */
enum { MARK_BEGIN = 1, MARK_END = 2, IDS_MAX = 16 * 1024, PAGE_BITS = 12 };

void excerpts_clear(struct excerpts *excerpts)
{
    for (size_t i = 0; i < VISIBLE_MOST; i++)
        free(excerpts->texts[i]);
    *excerpts = (struct excerpts){ 0 };
}

/* The pages that fit, as the index numbers them; those that fit by their facts alone are left out. */
static bool pages_name(const struct listing *listing, struct str *to, int64_t *low_r,
                       int64_t *high_r)
{
    struct json_writer w = JSON_WRITER(to);

    *low_r = INT64_MAX;
    *high_r = 0;
    json_open_array(&w);
    for (size_t i = 0; i < listing->shown.count; i++) {
        int64_t id = listing->shown.items[i].document << PAGE_BITS | listing->pages[i];

        if (listing->pages[i] == 0)
            continue;
        json_write_i64(&w, id);
        *low_r = id < *low_r ? id : *low_r;
        *high_r = id > *high_r ? id : *high_r;
    }
    json_close_array(&w);
    return *high_r > 0;
}

/* Words of earlier bytes are not these bytes' words. */
static bool is_of(struct span sha256, const struct visible *document)
{
    return span_equal(sha256, (struct span){ (const char *)document->sha256.bytes,
                                             sizeof document->sha256.bytes });
}

static void excerpt_take(const struct sql_rows *rows, const struct listing *listing,
                         struct excerpts *excerpts)
{
    for (size_t i = 0; i < listing->shown.count; i++)
        if (listing->shown.items[i].document == sql_get_i64(rows, 0) && !excerpts->texts[i]
            && is_of(sql_get_bytes(rows, 1), &listing->shown.items[i]))
            excerpts->texts[i] = span_text(sql_get_text(rows, 2));
}

bool excerpts_read(struct console *console, const char *match, const struct listing *listing,
                   struct excerpts *excerpts_r, struct err *err)
{
    auto_str ids = STR_MAX(IDS_MAX);
    auto_loan loan = { 0 };
    auto_rows *rows = NULL;
    struct sql *sql;
    enum step step;
    int64_t low, high;

    if (!*match || !pages_name(listing, &ids, &low, &high))
        return true;
    if (!index_borrow(console->index, &loan, &sql, err)
        || !sql_query(
            sql, &INDEX_EXCERPTS,
            sql_args(sql_text(match), sql_span(str_span(&ids)), sql_i64(low), sql_i64(high)), &rows,
            err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        excerpt_take(rows, listing, excerpts_r);
    return step == STEP_END;
}

/* --- marks ------------------------------------------------------------------------------------ */

bool marked_cut(struct span *rest, struct span *part_r, bool *is_marked_r)
{
    size_t end = 0;

    *is_marked_r = false;
    if (rest->size > 0 && *rest->at == MARK_BEGIN) {
        *is_marked_r = true;
        *rest = span_from(*rest, 1);
    }
    while (end < rest->size && rest->at[end] != MARK_BEGIN && rest->at[end] != MARK_END)
        end++;
    *part_r = span_first(*rest, end);
    *rest = span_from(*rest, end + (end < rest->size && rest->at[end] == MARK_END));
    return end > 0 || *is_marked_r;
}

/* Whether both are the same, but for marks, and for control characters, which became blanks. */
static bool is_same(struct span marked, struct span text)
{
    size_t at = 0;

    for (size_t i = 0; i < marked.size; i++) {
        unsigned char c = at < text.size ? (unsigned char)text.at[at] : 0;

        if (marked.at[i] == MARK_BEGIN || marked.at[i] == MARK_END)
            continue;
        if (at++ >= text.size || marked.at[i] != (c < ' ' && c != '\n' ? ' ' : (char)c))
            return false;
    }
    return at == text.size;
}

bool page_mark(struct console *console, const struct visible *document, int page, const char *match,
               struct span text, struct str *marked_r, struct err *err)
{
    auto_loan loan = { 0 };
    auto_rows *rows = NULL;
    struct sql *sql;
    enum step step;

    str_reset(marked_r);
    if (!*match)
        return str_add_span(marked_r, text), true;
    if (!index_borrow(console->index, &loan, &sql, err)
        || !sql_query(sql, &INDEX_PAGE_MARKED,
                      sql_args(sql_text(match), sql_i64(document->document), sql_i64(page),
                               sql_bytes(document->sha256.bytes, sizeof document->sha256.bytes)),
                      &rows, err))
        return false;
    step = sql_next(rows, err);
    str_add_span(marked_r, step == STEP_ROW && is_same(sql_get_text(rows, 0), text)
                               ? sql_get_text(rows, 0)
                               : text);
    return step != STEP_ERROR;
}
