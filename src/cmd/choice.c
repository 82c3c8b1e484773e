/* Reads what commands about failures have in common. */
#include "cmd/choice.h"

#include "base/nearest.h"
#include "base/num.h"
#include "document/failure_class.h"
#include "ledger/undos.h"

bool choice_class_check(const char *name, struct err *err)
{
    struct nearest near = { .wanted = name };
    enum failure_kind known;

    if (!name || failure_class_read(span_of(name), &known)
        || strcmp(name, LEDGER_CLASS_UNDONE) == 0)
        return true;
    for (int c = 0; c < FAILURES; c++)
        nearest_offer(&near, failure_class_of((enum failure_kind)c)->name);
    if (near.best)
        return err_set(err, ERR_USAGE, 0, "there is no class '%.64s'; is '%s' meant?", name,
                       near.best);
    return err_set(err, ERR_USAGE, 0, "there is no class '%.64s' (docs/errors.md lists them)",
                   name);
}

static bool number_read(struct span text, int64_t *number_r, struct err *err)
{
    uint64_t number;

    if (!num_u64(text, 1, INT64_MAX, &number, err)) {
        err->kind = ERR_USAGE;
        return err_ctx(err, "--record");
    }
    *number_r = (int64_t)number;
    return true;
}

bool choice_records_read(const char *text, int64_t *first_r, int64_t *last_r, struct err *err)
{
    struct span last = text ? span_of(text) : SPAN_NONE, first;
    bool is_range = text && strchr(text, '-');

    *first_r = *last_r = 0;
    if (!text)
        return true;
    first = is_range ? span_cut(&last, '-') : last;
    if (!number_read(first, first_r, err) || !number_read(last, last_r, err))
        return false;
    return *first_r <= *last_r
           || err_set(err, ERR_USAGE, 0, "--record: %jd is after %jd", (intmax_t)*first_r,
                      (intmax_t)*last_r);
}
