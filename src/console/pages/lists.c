/* The rows' words are the same on every page. */
#include "console/pages/lists.h"

#include "console/index/indexer.h"
#include "console/inside.h"

enum { QUERY_MAX = 32 * 1024 };

/* While the index is filled for the first time, not everything can be found. */
void lists_say_filling(struct frame *frame)
{
    int64_t listed, total;

    if (indexer_is_filling(frame->x->console->indexer, &listed, &total))
        (void)page_fill(frame->page, console_patients_filling, PAGE_NUMBER("listed", listed),
                        PAGE_NUMBER("total", total));
}

/* An address with all that was asked for, and the cursor of the next page. */
void lists_link_next(struct frame *frame, const char *path, const char *const *names,
                     const char *cursor)
{
    auto_str to = STR_MAX(QUERY_MAX);

    if (!*cursor)
        return;
    str_printf(&to, "%s?", path);
    for (size_t i = 0; names[i]; i++) {
        const char *value = request_query(frame->x->request, names[i]);

        if (!value || !*value)
            continue;
        str_printf(&to, "%s=", names[i]);
        request_encode(span_of(value), &to);
        str_add_char(&to, '&');
    }
    str_printf(&to, "cursor=%s", cursor);
    (void)page_fill(frame->page, console_patients_older, PAGE_TEXT("to", str_text(&to)));
}

void lists_name(const struct catalog_person *person, struct str *to)
{
    catalog_person_name(person, to);
    if (!to->size)
        str_add_text(to, "(no name)");
}
