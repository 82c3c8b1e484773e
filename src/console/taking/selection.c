/* Lists are read as their pages are: newest first, a page of the index after the other. */
#include "console/taking/selection.h"

#include "base/mem.h"
#include "console/index/listing.h"
#include "console/inside.h"

enum { PAGE_ROWS_MOST = VISIBLE_MOST - 1 };

void selection_clear(struct selection *selection)
{
    free(selection->rows);
    *selection = (struct selection){ 0 };
}

static bool is_among(const struct uuid *rows, size_t count, const struct uuid *row)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&rows[i], row, sizeof *row) == 0)
            return true;
    return false;
}

static bool too_many(struct exchange *x)
{
    return refuse(x, PROBLEM_TOO_LARGE, "at most %d documents are taken at once", CONSOLE_TAKINGS);
}

static bool shown_add(struct exchange *x, struct selection *selection,
                      const struct visible_list *shown, const struct uuid *except,
                      size_t except_count)
{
    for (size_t i = 0; i < shown->count; i++) {
        if (is_among(except, except_count, &shown->items[i].row))
            continue;
        if (selection->count == CONSOLE_TAKINGS)
            return too_many(x);
        selection->rows[selection->count++] = shown->items[i].row;
        selection->bytes += shown->items[i].size;
    }
    return true;
}

static bool is_of_something(struct exchange *x, const struct selection *selection)
{
    return selection->count > 0 || refuse(x, PROBLEM_BAD_REQUEST, "no document is chosen");
}

/* --- by name ---------------------------------------------------------------------------------- */

static bool rows_add(struct exchange *x, const struct uuid *rows, size_t count,
                     struct selection *selection, struct err *err)
{
    struct uuid *asked = mem_zero((count + 1) * sizeof *asked);
    auto_visible_list shown = { 0 };
    size_t room = 0;
    bool good;

    for (size_t i = 0; i < count; i++)
        if (!is_among(asked, room, &rows[i])
            && !is_among(selection->rows, selection->count, &rows[i]))
            asked[room++] = rows[i];
    good = visible_ask(x->console, asked, room, &shown, err)
           && shown_add(x, selection, &shown, NULL, 0);
    free(asked);
    return good;
}

bool selection_of_rows(struct exchange *x, const struct uuid *rows, size_t count,
                       struct selection *selection_r, struct err *err)
{
    *selection_r =
        (struct selection){ .rows = mem_zero((CONSOLE_TAKINGS + 1) * sizeof *selection_r->rows) };
    if (count > CONSOLE_TAKINGS)
        return too_many(x);
    for (size_t at = 0; at < count; at += VISIBLE_MOST)
        if (!rows_add(x, rows + at, count - at < VISIBLE_MOST ? count - at : VISIBLE_MOST,
                      selection_r, err))
            return false;
    return is_of_something(x, selection_r);
}

/* --- by list ---------------------------------------------------------------------------------- */

static const char *or_none(const char *text)
{
    return text && *text ? text : NULL;
}

static bool choice_make(const struct selection_list *list, struct facts_words *words,
                        struct catalog_choice *choice, struct err *err)
{
    int64_t from, to;

    if (!facts_words_read(span_of(list->q ? list->q : ""), words, err)
        || !catalog_end_read("from", list->from ? list->from : "", false, &from, err)
        || !catalog_end_read("to", list->to ? list->to : "", true, &to, err))
        return false;
    *choice = (struct catalog_choice){ .match = str_text(&words->match),
                                       .patient = or_none(list->patient),
                                       .type = or_none(list->type),
                                       .from = from > words->from ? from : words->from,
                                       .to = to < words->to ? to : words->to,
                                       .limit = PAGE_ROWS_MOST };
    if (!choice->patient)
        choice->patient = or_none(str_text(&words->patient));
    return true;
}

static bool list_add(struct exchange *x, struct catalog_choice *choice, const struct uuid *except,
                     size_t except_count, struct selection *selection, struct err *err)
{
    bool has_more = true;

    while (has_more) {
        auto_listing page = { 0 };

        if (!listing_fill(x->console, choice, &page, err)
            || !shown_add(x, selection, &page.shown, except, except_count))
            return false;
        has_more = page.has_more;
        choice->behind = page.last;
    }
    return true;
}

bool selection_of_list(struct exchange *x, const struct selection_list *list,
                       const struct uuid *except, size_t except_count,
                       struct selection *selection_r, struct err *err)
{
    struct facts_words words = { 0 };
    struct catalog_choice choice;
    bool good;

    *selection_r =
        (struct selection){ .rows = mem_zero((CONSOLE_TAKINGS + 1) * sizeof *selection_r->rows) };
    good = choice_make(list, &words, &choice, err)
           && list_add(x, &choice, except, except_count, selection_r, err)
           && is_of_something(x, selection_r);
    facts_words_clear(&words);
    return good;
}
