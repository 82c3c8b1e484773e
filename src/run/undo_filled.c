/* What a field holds is compared with what is made anew from ledger and rules: nothing is kept of it. */
#include "run/undo_filled.h"

#include "base/mem.h"

void undo_filled_clear(struct undo_filled *filled)
{
    free(filled->ours);
    *filled = (struct undo_filled){ 0 };
}

static bool rule_says(const struct writeback *rules, size_t rule,
                      const struct undo_candidate *candidate, const struct ledger_version *version,
                      const char *mark, struct span held)
{
    struct writeback_facts facts = { .row = candidate->row_id,
                                     .key = version->key,
                                     .sha256 = &version->sha256,
                                     .size_bytes = version->size_bytes,
                                     .mark = span_of(mark) };
    auto_str value = STR_MAX(WRITEBACK_VALUE_MAX);

    writeback_value(rules, rule, &facts, &value);
    return span_equal(held, str_span(&value));
}

/* Whether one rule, for a version and a mark of the document, fills the field with what it holds. */
static bool rule_filled(const struct writeback *rules, size_t rule,
                        const struct undo_candidate *candidate, struct span held)
{
    for (size_t v = 0; v < candidate->version_count; v++)
        for (size_t m = 0; candidate->versions[v].has_sha256 && m < candidate->mark_count; m++)
            if (rule_says(rules, rule, candidate, &candidate->versions[v], candidate->marks[m],
                          held))
                return true;
    return false;
}

static bool field_is_ours(const struct kept_rules *kept, const struct undo_candidate *candidate,
                          const char *field, struct span held)
{
    for (size_t i = 0; i < kept->count; i++)
        for (size_t r = 0; r < kept->each[i].count; r++)
            if (strcmp(kept->each[i].rules[r].field, field) == 0
                && rule_filled(&kept->each[i], r, candidate, held))
                return true;
    return span_is(held, WRITEBACK_TEST);
}

/* Whether rules of before the `i`th name the field, too: then it was judged. */
static bool was_judged(const struct kept_rules *kept, size_t i, const char *field)
{
    for (size_t k = 0; k < i; k++)
        for (size_t r = 0; r < kept->each[k].count; r++)
            if (strcmp(kept->each[k].rules[r].field, field) == 0)
                return true;
    return false;
}

static void field_judge(const struct kept_rules *kept, const struct undo_candidate *candidate,
                        const struct filemaker_record *record, const char *field,
                        struct undo_filled *filled)
{
    struct span held = filemaker_text(record, field);

    if (held.size == 0)
        return;
    if (!field_is_ours(kept, candidate, field, held)) {
        filled->others++;
        return;
    }
    filled->ours = mem_grow(filled->ours, (filled->ours_count + 1) * sizeof *filled->ours);
    filled->ours[filled->ours_count++] = field;
}

void undo_filled_judge(const struct kept_rules *kept, const struct undo_candidate *candidate,
                       const struct filemaker_record *record, struct undo_filled *filled_r)
{
    for (size_t i = 0; i < kept->count; i++)
        for (size_t r = 0; r < kept->each[i].count; r++)
            if (!was_judged(kept, i, kept->each[i].rules[r].field))
                field_judge(kept, candidate, record, kept->each[i].rules[r].field, filled_r);
}
