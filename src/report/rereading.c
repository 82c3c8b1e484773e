/* Of each part its newest note counts; the newest note of all tells how many parts there are. */
#include "report/rereading.h"

#include "base/mem.h"
#include "report/words.h"

enum { PARTS_MAX = 4000 }; /* as many notes as are read */

struct rereading_notes {
    struct rereading rereading;
    bool *seen; /* by part, from 1 */
};

static void part_take(void *arg, const struct ledger_verified_part *part)
{
    struct rereading_notes *reading = arg;
    struct rereading *r = &reading->rereading;

    if (r->parts == 0 && part->parts <= PARTS_MAX) {
        r->parts = part->parts;
        r->last = part->part;
        r->last_us = part->at_us;
        reading->seen = mem_zero(((size_t)r->parts + 1) * sizeof *reading->seen);
    }
    if (part->parts != r->parts || reading->seen[part->part])
        return;
    reading->seen[part->part] = true;
    r->read++;
    r->since_us = r->read == r->parts ? part->at_us : 0;
}

bool rereading_read(struct ledger *ledger, struct rereading *rereading_r, struct err *err)
{
    struct rereading_notes reading = { 0 };
    bool good = ledger_each_verified_part(ledger, part_take, &reading, err);

    free(reading.seen);
    if (good)
        *rereading_r = reading.rereading;
    return good;
}

void rereading_figure(const struct rereading *r, struct str *to)
{
    if (r->parts == 0)
        return;
    str_printf(to, "part %d of %d on ", r->last, r->parts);
    words_stamp(to, r->last_us);
    if (r->since_us) {
        str_add_text(to, "; every byte was read again since ");
        words_stamp(to, r->since_us);
    } else {
        str_printf(to, "; %d of %d parts so far", r->read, r->parts);
    }
}
