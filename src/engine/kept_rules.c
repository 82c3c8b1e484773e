/* Notes "writeback 1", "writeback 2" and so on, one for each change of the rules. */
#include "engine/kept_rules.h"

#include "base/mem.h"
#include "ledger/versions.h"

enum { NAME_SIZE = 40 };

static const char *note_name(size_t number, char name[NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "writeback %zu", number);
    return name;
}

void kept_rules_clear(struct kept_rules *kept)
{
    for (size_t i = 0; i < kept->count; i++)
        writeback_clear(&kept->each[i]);
    free(kept->each);
    *kept = (struct kept_rules){ 0 };
}

bool kept_rules_read(struct ledger *ledger, struct kept_rules *kept_r, struct err *err)
{
    char name[NAME_SIZE];

    for (;;) {
        auto_free char *text = NULL;

        if (!ledger_note_read(ledger, note_name(kept_r->count + 1, name), &text, err))
            return false;
        if (!text)
            return true;
        kept_r->each = mem_grow(kept_r->each, (kept_r->count + 1) * sizeof *kept_r->each);
        kept_r->each[kept_r->count] = (struct writeback){ 0 };
        if (!writeback_read(text, &kept_r->each[kept_r->count], err))
            return false;
        kept_r->count++;
    }
}

static bool rules_note(struct ledger *ledger, size_t number, const char *text, struct err *err)
{
    char name[NAME_SIZE];

    return ledger_note_write(ledger, note_name(number, name), text, err);
}

/* Documents that were stored before any rules were set have nothing in their fields. */
static bool none_note(struct ledger *ledger, size_t *number, struct err *err)
{
    bool is_used;

    if (!ledger_has_versions(ledger, &is_used, err))
        return false;
    return !is_used || rules_note(ledger, (*number)++, "", err);
}

bool kept_rules_keep(struct ledger *ledger, const struct writeback *now, struct err *err)
{
    auto_kept_rules kept = { 0 };
    auto_free char *text = writeback_text(now), *last = NULL;
    size_t number;

    if (!kept_rules_read(ledger, &kept, err))
        return false;
    number = kept.count + 1;
    last = kept.count ? writeback_text(&kept.each[kept.count - 1]) : mem_text("");
    if (strcmp(text, last) == 0)
        return true;
    return (number > 1 || none_note(ledger, &number, err)) && rules_note(ledger, number, text, err);
}
