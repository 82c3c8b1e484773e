/* Adds up every figure twice. */
#include "report/balance.h"

#include "base/mem.h"

static void sum_add(struct balance *b, const char *what, int64_t here, int64_t there,
                    const char *how)
{
    struct balance_sum *sum;

    if (b->count == SUMS_MAX)
        abort();
    sum = &b->sums[b->count++];
    sum->here = here;
    sum->there = there;
    (void)snprintf(sum->what, sizeof sum->what, "%s", what);
    (void)snprintf(sum->how, sizeof sum->how, "%s", how);
}

/* --- groups --------------------------------------------------------------------------------- */

static int tally_order(const struct ledger_tally *a, const struct ledger_tally *b)
{
    int by;

    if (a->state != b->state)
        return a->state < b->state ? -1 : 1;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    by = strcmp(a->class, b->class);
    return by ? by : strcmp(a->type, b->type);
}

static int by_order(const void *a, const void *b)
{
    return tally_order(*(const struct ledger_tally *const *)a,
                       *(const struct ledger_tally *const *)b);
}

static const struct ledger_tally **tallies_sorted(const struct ledger_tally *tallies, size_t count)
{
    const struct ledger_tally **all = mem_zero((count + 1) * sizeof(struct ledger_tally *));

    for (size_t i = 0; i < count; i++)
        all[i] = &tallies[i];
    qsort(all, count, sizeof(struct ledger_tally *), by_order);
    return all;
}

/* Documents and bytes of the groups in which the tallies and the documents agree. */
static void groups_add(struct balance *b, const struct figures *f)
{
    const struct status *s = f->status;
    const struct ledger_tally **mine = tallies_sorted(s->tallies, s->tally_count);
    const struct ledger_tally **theirs = tallies_sorted(f->counts, f->count_count);
    int64_t same = 0, documents = 0, same_bytes = 0, bytes = 0;

    for (size_t i = 0; i < f->count_count; i++) {
        documents += f->counts[i].documents;
        bytes += f->counts[i].bytes;
    }
    for (size_t i = 0, k = 0; i < s->tally_count && k < f->count_count;) {
        int by = tally_order(mine[i], theirs[k]);

        if (by == 0 && mine[i]->documents == theirs[k]->documents)
            same += mine[i]->documents;
        if (by == 0 && mine[i]->bytes == theirs[k]->bytes)
            same_bytes += mine[i]->bytes;
        i += by <= 0;
        k += by >= 0;
    }
    free(mine);
    free(theirs);
    sum_add(b, "documents by state, cause, type and link", same, documents,
            "the tallies, group by group; the documents, counted one by one");
    sum_add(b, "bytes by the same groups", same_bytes, bytes,
            "the tallies, group by group; the documents, added up one by one");
}

/* --- sums ----------------------------------------------------------------------------------- */

static int64_t documents_counted(const struct figures *f, enum ledger_state state)
{
    int64_t documents = 0;

    for (size_t i = 0; i < f->count_count; i++)
        if (f->counts[i].state == state)
            documents += f->counts[i].documents;
    return documents;
}

static void states_add(struct balance *b, const struct figures *f)
{
    for (int i = 0; i < LEDGER_STATES; i++) {
        auto_str what = STR_MAX(64);

        str_printf(&what, "documents %s", ledger_state_name((enum ledger_state)i));
        sum_add(b, str_text(&what), f->status->states[i],
                documents_counted(f, (enum ledger_state)i),
                "the tallies; the documents, counted one by one");
        if (i == LEDGER_WAITING)
            continue; /* the chains have new documents by pages, not one by one */
        str_add_text(&what, " by the chains");
        sum_add(b, str_text(&what), f->tempo->flows[i], documents_counted(f, (enum ledger_state)i),
                "the audit chains, in less out; the documents, counted one by one");
    }
}

static void causes_add(struct balance *b, const struct figures *f)
{
    int64_t causes = 0, placed = 0, placed_failed = 0;

    for (int i = 0; i < FAILURES; i++)
        causes += status_class_count(f->status, (enum failure_kind)i);
    for (int p = 0; p < PLACES; p++) {
        placed += f->places[p].documents;
        for (int i = 0; i < FAILURES; i++)
            placed_failed += f->places[p].failed[i];
    }
    sum_add(b, "failures by cause", causes, f->status->states[LEDGER_FAILED],
            "all causes; the documents failed");
    sum_add(b, "documents by their place in the source", placed, status_total(f->status),
            "all places; the documents of the source");
    sum_add(b, "failures by their place in the source", placed_failed,
            f->status->states[LEDGER_FAILED], "all places; the documents failed");
}

static void rest_add(struct balance *b, const struct figures *f)
{
    const struct status *s = f->status;
    int64_t types = 0, sized = 0, sized_bytes = 0, dated = 0;

    for (size_t i = 0; i < s->type_count; i++)
        types += s->types[i].total;
    for (int i = 0; i < LEDGER_SIZES; i++) {
        sized += f->sizes[i].documents;
        sized_bytes += f->sizes[i].bytes;
    }
    for (size_t i = 0; i < f->year_count; i++)
        dated += f->years[i].rows;
    sum_add(b, "documents by type", types, status_total(s),
            "all types; the documents of the source");
    sum_add(b, "linked, unlinked and to review", s->linked + s->unlinked + s->review,
            status_stored(s), "the three; the documents stored");
    sum_add(b, "stored documents by size", sized, status_stored(s),
            "all sizes; the documents stored");
    sum_add(b, "bytes by size", sized_bytes, s->bytes_stored, "all sizes; the bytes stored");
    sum_add(b, "documents given up by name", f->waived, s->states[LEDGER_WAIVED],
            "the names; the documents waived");
    if (f->rows_are_known)
        sum_add(b, "rows of the application by year", dated, f->rows.dated,
                "all years; the rows that have a date");
}

struct balance balance_of(const struct figures *f)
{
    struct balance b = { .count = 0 };

    groups_add(&b, f);
    states_add(&b, f);
    causes_add(&b, f);
    rest_add(&b, f);
    return b;
}

bool balance_check(const struct balance *b, struct err *err)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct balance_sum *sum = &b->sums[i];

        if (sum->here != sum->there)
            return err_set(err, ERR_DATA, 0,
                           "the sums do not balance, so no report was written: %s are %jd and %jd "
                           "(%s); somebody altered the ledger, or there is a fault in fmferry: "
                           "keep the ledger as it is and report it",
                           sum->what, (intmax_t)sum->here, (intmax_t)sum->there, sum->how);
    }
    return true;
}
