/* Groups waivers by person and reason. */
#include "report/waivers.h"

#include "base/mem.h"
#include "ledger/read.h"

struct waiver_groups {
    struct waiver_group *items;
    size_t count;
};

static struct waiver_group *waiver_group_of(struct waiver_groups *groups,
                                            const struct ledger_waiver *w)
{
    struct waiver_group *group;

    for (size_t i = 0; i < groups->count; i++)
        if (span_is(w->who, groups->items[i].who) && span_is(w->reason, groups->items[i].reason))
            return &groups->items[i];
    groups->items = mem_grow(groups->items, (groups->count + 1) * sizeof *groups->items);
    group = &groups->items[groups->count++];
    *group =
        (struct waiver_group){ span_text(w->who), span_text(w->reason), 0, w->at_us, w->at_us };
    return group;
}

static bool waiver_count(void *arg, const struct ledger_waiver *w)
{
    struct waiver_group *group = waiver_group_of(arg, w);

    group->count++;
    group->last_us = w->at_us;
    return true;
}

bool waivers_read(struct ledger *ledger, struct waiver_group **groups_r, size_t *count_r,
                  struct err *err)
{
    struct waiver_groups groups = { 0 };

    if (!ledger_each_waiver(ledger, waiver_count, &groups, err)) {
        waivers_free(groups.items, groups.count);
        return false;
    }
    *groups_r = groups.items;
    *count_r = groups.count;
    return true;
}

void waivers_free(struct waiver_group *groups, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(groups[i].who);
        free(groups[i].reason);
    }
    free(groups);
}
