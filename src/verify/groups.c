/* Copies the entries of a group, because the sorter lends one at a time. */
#include "verify/groups.h"

void fact_group_clear(struct fact_group *group)
{
    str_clear(&group->text);
}

static size_t key_size(const struct fact_group *g, struct span entry)
{
    return g->key_bytes ? g->key_bytes : strnlen(entry.at, entry.size) + 1;
}

static bool step_on(struct fact_group *g, struct err *err)
{
    enum step step = sorter_next(g->sorter, &g->next, err);

    g->has_next = step == STEP_ROW;
    return step != STEP_ERROR;
}

/* Keeps an entry, and where it ends in `text`: the text may move while it grows. */
static void entry_keep(struct fact_group *g, size_t skip, size_t ends[GROUP_MAX])
{
    if (g->count == GROUP_MAX) {
        g->left_out++;
        return;
    }
    str_add_span(&g->text, span_from(g->next, skip));
    ends[g->count++] = g->text.size;
}

static void entries_point(struct fact_group *g, size_t skip, const size_t ends[GROUP_MAX])
{
    size_t begin = skip;

    g->key = span_first(str_span(&g->text), skip);
    for (size_t i = 0; i < g->count; i++) {
        g->entries[i] = (struct span){ g->text.at + begin, ends[i] - begin };
        begin = ends[i];
    }
}

enum step fact_group_next(struct fact_group *g, struct err *err)
{
    size_t ends[GROUP_MAX], skip;

    if (!g->begun && !step_on(g, err))
        return STEP_ERROR;
    g->begun = true;
    if (!g->has_next)
        return STEP_END;
    str_reset(&g->text);
    g->count = g->left_out = 0;
    skip = key_size(g, g->next);
    str_add_span(&g->text, span_first(g->next, skip));
    do {
        entry_keep(g, skip, ends);
        if (!step_on(g, err))
            return STEP_ERROR;
    } while (g->has_next && g->next.size >= skip && memcmp(g->next.at, g->text.at, skip) == 0);
    entries_point(g, skip, ends);
    return STEP_ROW;
}
